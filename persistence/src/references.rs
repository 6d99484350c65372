//! References of organisations, with their partners.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::organisation::{ExternalId, OrganisationId};
use werkstadt_domain::reference::{Reference, ReferenceId};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, IDS_PER_QUERY, Owners};
use crate::organisations;
use crate::schema::{organisation_external_ids, organisation_references, reference_partners};
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

mod row;

pub(crate) use row::PartnerRow;
use row::ReferenceRow;

const NOUN: Noun = Noun::Reference;

/// One reference of an organisation.
///
/// # Errors
/// [`Error::NotFound`], also when the reference is another organisation's.
pub fn find(db: &mut Db, organisation: OrganisationId, id: ReferenceId) -> Result<Stored<Reference>> {
    let rows: Vec<ReferenceRow> = organisation_references::table
        .find(SqlId::from(id))
        .filter(organisation_references::organisation_id.eq(SqlId::from(organisation)))
        .load(db)?;
    let partners: Vec<PartnerRow> = reference_partners::table
        .filter(reference_partners::reference_id.eq(SqlId::from(id)))
        .order((reference_partners::reference_id, reference_partners::position))
        .load(db)?;
    let found = with_partners(rows, partners)?.pop();
    Ok(found.ok_or(Error::NotFound { noun: NOUN })?.1)
}

/// The references of one organisation, in order of id.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, organisation: OrganisationId) -> Result<Vec<Stored<Reference>>> {
    let references = load(db, Owners::These(&[organisation]))?.into_iter();
    Ok(references.map(|(_, reference)| reference).collect())
}

/// The references of these organisations, each with its organisation, in order of organisation and then of id.
pub(crate) fn load(db: &mut Db, owners: Owners<'_>) -> Result<Vec<(OrganisationId, Stored<Reference>)>> {
    let mut rows: Vec<ReferenceRow> = guard::rows_of!(organisation_references, owners, db);
    rows.sort_by_key(|row| row.id);
    let mut partners: Vec<PartnerRow> = Vec::new();
    for chunk in rows.chunks(IDS_PER_QUERY) {
        let ids: Vec<SqlId> = chunk.iter().map(|row| row.id).collect();
        let of_chunk = reference_partners::table
            .filter(reference_partners::reference_id.eq_any(ids))
            .order((reference_partners::reference_id, reference_partners::position));
        partners.append(&mut of_chunk.load(db)?);
    }
    let mut references = with_partners(rows, partners)?;
    references.sort_by_key(|(owner, reference)| (*owner, reference.record.id));
    Ok(references)
}

/// Adds a reference. Partners with an external id that some organisation has are resolved to it; the others are as soon
/// as such an organisation appears.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when organisation, unit or a partner do not exist.
pub fn insert(
    unit: &mut UnitOfWork<'_>,
    organisation: OrganisationId,
    reference: Reference,
) -> Result<Stored<Reference>> {
    let stored = guard::created(unit, reference);
    let id = stored.record.id;
    write_all(unit, &[(organisation, stored)])?;
    find(unit.db(), organisation, id)
}

/// Adds a reference that was removed, under the id it had; its versions go on from where they ended.
///
/// # Errors
/// As [`insert`].
pub fn put_back(
    unit: &mut UnitOfWork<'_>,
    organisation: OrganisationId,
    was: &Stored<Reference>,
    record: Reference,
) -> Result<Stored<Reference>> {
    let stored = guard::again(unit, (NOUN, record.id.uuid()), was, record)?;
    write_all(unit, &[(organisation, stored.clone())])?;
    Ok(stored)
}

/// Adds many references with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, references: Vec<(OrganisationId, Reference)>) -> Result<()> {
    let references = references.into_iter();
    let stored: Vec<_> = references
        .map(|(owner, reference)| (owner, guard::created(unit, reference)))
        .collect();
    write_all(unit, &stored)
}

/// Changes a reference, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`].
pub fn update(
    unit: &mut UnitOfWork<'_>,
    organisation: OrganisationId,
    before: &Stored<Reference>,
    after: Reference,
) -> Result<Stored<Reference>> {
    let id = before.record.id;
    let stored = guard::changed(unit, before, Reference { id, ..after });
    let db = unit.db();
    let guarded = organisation_references::table
        .filter(organisation_references::id.eq(SqlId::from(id)))
        .filter(organisation_references::organisation_id.eq(SqlId::from(organisation)))
        .filter(organisation_references::version.eq(before.version));
    let rows = diesel::update(guarded)
        .set(&ReferenceRow::new(organisation, &stored))
        .execute(db)?;
    guard::judge(NOUN, rows, || exists(db, organisation, id))?;
    let old = reference_partners::reference_id.eq(SqlId::from(id));
    diesel::delete(reference_partners::table.filter(old)).execute(db)?;
    write_partners(unit, &[(organisation, stored)])?;
    record(unit, organisation, id, Operation::Updated);
    find(unit.db(), organisation, id)
}

/// Removes a reference.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn remove(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, id: ReferenceId, version: i64) -> Result<()> {
    let db = unit.db();
    let guarded = organisation_references::table
        .filter(organisation_references::id.eq(SqlId::from(id)))
        .filter(organisation_references::organisation_id.eq(SqlId::from(organisation)))
        .filter(organisation_references::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, organisation, id))?;
    record(unit, organisation, id, Operation::Removed);
    Ok(())
}

/// Makes these organisations known wherever references name their external ids as partners, and records the organisations
/// whose references those are.
pub(crate) fn resolve_partners_by_owner(unit: &mut UnitOfWork<'_>, owners: &[OrganisationId]) -> Result<()> {
    for chunk in owners.chunks(IDS_PER_QUERY) {
        let owners: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let found = unresolved()
            .filter(organisation_external_ids::organisation_id.eq_any(owners))
            .load(unit.db())?;
        for reference in resolve(unit, found)? {
            unit.record(Noun::Organisation, reference.0, Operation::Updated);
        }
    }
    Ok(())
}

/// A partner that is only named: its reference, its position, and the organisation that has its external id.
type Unresolved = (SqlId, i32, SqlId);

#[diesel::dsl::auto_type(no_type_alias)]
fn unresolved() -> _ {
    let same_value = reference_partners::external_value.eq(organisation_external_ids::value.nullable());
    let same_scheme = reference_partners::external_scheme.eq(organisation_external_ids::scheme.nullable());
    let columns = (
        reference_partners::reference_id,
        reference_partners::position,
        organisation_external_ids::organisation_id,
    );
    reference_partners::table
        .inner_join(organisation_external_ids::table.on(same_value.and(same_scheme)))
        .filter(reference_partners::organisation_id.is_null())
        .select(columns)
}

/// Sets the partners found, and returns the organisations whose references they are in.
fn resolve(unit: &mut UnitOfWork<'_>, found: Vec<Unresolved>) -> Result<Vec<SqlId>> {
    let db = unit.db();
    for (reference, position, organisation) in &found {
        diesel::update(reference_partners::table.find((reference, position)))
            .set(reference_partners::organisation_id.eq(organisation))
            .execute(db)?;
    }
    let references: Vec<SqlId> = found.into_iter().map(|(reference, ..)| reference).collect();
    let mut owners = Vec::new();
    for chunk in references.chunks(IDS_PER_QUERY) {
        let rows: Vec<SqlId> = organisation_references::table
            .filter(organisation_references::id.eq_any(chunk))
            .select(organisation_references::organisation_id)
            .distinct()
            .load(db)?;
        owners.extend(rows);
    }
    Ok(owners)
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[(OrganisationId, Stored<Reference>)]) -> Result<()> {
    let rows: Vec<ReferenceRow> = stored
        .iter()
        .map(|(owner, stored)| ReferenceRow::new(*owner, stored))
        .collect();
    let table = organisation_references::table;
    dialect::insert_all::<organisation_references::table, ReferenceRow>(unit.db(), table, &rows)?;
    write_partners(unit, stored)?;
    for (organisation, stored) in stored {
        record(unit, *organisation, stored.record.id, Operation::Created);
    }
    Ok(())
}

/// Writes the partners, those with a known external id as the organisation that has it.
fn write_partners(unit: &mut UnitOfWork<'_>, stored: &[(OrganisationId, Stored<Reference>)]) -> Result<()> {
    let partners = stored.iter().flat_map(|(_, stored)| &stored.record.partners);
    let open = partners.filter(|partner| partner.organisation.is_none());
    let named: HashSet<&ExternalId> = open.filter_map(|partner| partner.external.as_ref()).collect();
    let named: Vec<ExternalId> = named.into_iter().cloned().collect();
    let known = organisations::by_external_ids(unit.db(), &named)?;
    let rows = stored
        .iter()
        .flat_map(|(_, stored)| PartnerRow::all(&stored.record, &known));
    let rows: Vec<PartnerRow> = rows.collect();
    let table = reference_partners::table;
    dialect::insert_all::<reference_partners::table, PartnerRow>(unit.db(), table, &rows)
}

fn with_partners(
    rows: Vec<ReferenceRow>,
    partners: Vec<PartnerRow>,
) -> Result<Vec<(OrganisationId, Stored<Reference>)>> {
    let mut by_reference: HashMap<SqlId, Vec<_>> = HashMap::new();
    for row in partners {
        by_reference
            .entry(row.reference_id)
            .or_default()
            .push(row.into_partner());
    }
    rows.into_iter()
        .map(|row| {
            let partners = by_reference.remove(&row.id).unwrap_or_default();
            row.into_parts(partners)
        })
        .collect()
}

fn record(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, id: ReferenceId, operation: Operation) {
    unit.record(NOUN, id.uuid(), operation);
    unit.record(Noun::Organisation, organisation.uuid(), Operation::Updated);
}

fn exists(db: &mut Db, organisation: OrganisationId, id: ReferenceId) -> Result<bool> {
    let row = organisation_references::table
        .filter(organisation_references::id.eq(SqlId::from(id)))
        .filter(organisation_references::organisation_id.eq(SqlId::from(organisation)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}
