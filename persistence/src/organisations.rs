//! Organisations with their numbers.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::organisation::{ExternalId, Organisation, OrganisationId};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, IDS_PER_QUERY, Owners};
use crate::memberships::record_uncovered;
use crate::references;
use crate::schema::{
    affiliations, opportunities, organisation_external_ids, organisation_references, organisations, reference_partners,
    solutions,
};
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

mod absorb;
mod holders;
mod row;

pub use absorb::{Absorbed, absorb};
pub use holders::holder;

pub(crate) use row::{ExternalIdRow, OrganisationRow};

const NOUN: Noun = Noun::Organisation;

/// One organisation.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: OrganisationId) -> Result<Stored<Organisation>> {
    load(db, &[id])?.pop().ok_or(Error::NotFound { noun: NOUN })
}

/// The organisations with these ids that exist, in order of id.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, ids: &[OrganisationId]) -> Result<Vec<Stored<Organisation>>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows = organisations::table.filter(organisations::id.eq_any(keys)).load(db)?;
        found.extend(with_numbers(db, rows, Owners::These(chunk))?);
    }
    found.sort_by_key(|stored: &Stored<Organisation>| stored.record.id);
    Ok(found)
}

/// Organisations in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, after: Option<OrganisationId>, limit: i64) -> Result<Vec<Stored<Organisation>>> {
    let after = SqlId(after.map_or(uuid::Uuid::nil(), OrganisationId::uuid));
    let page = organisations::table
        .filter(organisations::id.gt(after))
        .order(organisations::id)
        .limit(limit);
    let rows: Vec<OrganisationRow> = dialect::rows!(page, db);
    match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => {
            let owners = Owners::Between(first.id.into(), last.id.into());
            with_numbers(db, rows, owners)
        }
        _ => Ok(Vec::new()),
    }
}

/// Adds an organisation.
///
/// # Errors
/// [`Error::Conflict`] when a number of it is another's: `organisations_vat_id_key` and the like,
/// `organisations_register_court_register_type_register_number_key`, `organisation_external_ids_scheme_value_key`.
pub fn insert(unit: &mut UnitOfWork<'_>, organisation: Organisation) -> Result<Stored<Organisation>> {
    let stored = guard::created(unit, organisation);
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds an organisation that was removed, under the id it had; its versions go on from where they ended.
///
/// # Errors
/// As [`insert`].
pub fn put_back(
    unit: &mut UnitOfWork<'_>,
    was: &Stored<Organisation>,
    record: Organisation,
) -> Result<Stored<Organisation>> {
    let stored = guard::again(unit, (NOUN, record.id.uuid()), was, record)?;
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds many organisations with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, organisations: Vec<Organisation>) -> Result<()> {
    let stored: Vec<_> = organisations
        .into_iter()
        .map(|organisation| guard::created(unit, organisation))
        .collect();
    write_all(unit, &stored)
}

/// Changes an organisation, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`].
pub fn update(
    unit: &mut UnitOfWork<'_>,
    before: &Stored<Organisation>,
    after: Organisation,
) -> Result<Stored<Organisation>> {
    let id = before.record.id;
    let stored = guard::changed(unit, before, Organisation { id, ..after });
    let db = unit.db();
    let guarded = organisations::table
        .filter(organisations::id.eq(SqlId::from(id)))
        .filter(organisations::version.eq(before.version));
    let rows = diesel::update(guarded)
        .set(&OrganisationRow::from(&stored))
        .execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    if before.record.identifiers.external != stored.record.identifiers.external {
        let old = organisation_external_ids::organisation_id.eq(SqlId::from(id));
        diesel::delete(organisation_external_ids::table.filter(old)).execute(db)?;
        write_external_ids(unit, std::slice::from_ref(&stored))?;
    }
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

/// Removes an organisation with its units, claims, references, opportunities and membership.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) while it has
/// users.
pub fn remove(unit: &mut UnitOfWork<'_>, id: OrganisationId, version: i64) -> Result<()> {
    record_neighbours(unit, id)?;
    record_uncovered(unit, &[id.into()])?;
    let db = unit.db();
    let guarded = organisations::table
        .filter(organisations::id.eq(SqlId::from(id)))
        .filter(organisations::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

/// Whose these external ids are.
///
/// # Errors
/// As every read.
pub fn by_external_ids(db: &mut Db, wanted: &[ExternalId]) -> Result<HashMap<ExternalId, OrganisationId>> {
    let mut found = HashMap::new();
    for chunk in wanted.chunks(IDS_PER_QUERY) {
        // By value alone, which is nearly as selective; the scheme is compared here.
        let values: Vec<&str> = chunk.iter().map(|id| id.value.as_str()).collect();
        let rows: Vec<ExternalIdRow> = organisation_external_ids::table
            .filter(organisation_external_ids::value.eq_any(values))
            .load(db)?;
        found.extend(
            rows.into_iter()
                .map(ExternalIdRow::into_parts)
                .map(|(owner, id)| (id, owner)),
        );
    }
    let wanted: HashSet<&ExternalId> = wanted.iter().collect();
    found.retain(|id, _| wanted.contains(id));
    Ok(found)
}

/// The organisations whose name has this [`key`](werkstadt_domain::text::key), in order of id.
///
/// # Errors
/// As every read.
pub fn by_name_keys(db: &mut Db, keys: &[String]) -> Result<Vec<(String, OrganisationId)>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(IDS_PER_QUERY) {
        let rows: Vec<(String, SqlId)> = organisations::table
            .filter(organisations::name_key.eq_any(chunk))
            .order(organisations::id)
            .select((organisations::name_key, organisations::id))
            .load(db)?;
        found.extend(rows.into_iter().map(|(key, id)| (key, OrganisationId::from(id))));
    }
    Ok(found)
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Organisation>]) -> Result<()> {
    let rows: Vec<OrganisationRow> = stored.iter().map(OrganisationRow::from).collect();
    dialect::insert_all::<organisations::table, OrganisationRow>(unit.db(), organisations::table, &rows)?;
    write_external_ids(unit, stored)?;
    for organisation in stored {
        unit.record(NOUN, organisation.record.id.uuid(), Operation::Created);
    }
    Ok(())
}

/// Writes the external ids, and makes the organisations known where references already name those as partners.
fn write_external_ids(unit: &mut UnitOfWork<'_>, stored: &[Stored<Organisation>]) -> Result<()> {
    let rows: Vec<ExternalIdRow> = stored
        .iter()
        .flat_map(|stored| ExternalIdRow::all(&stored.record))
        .collect();
    let table = organisation_external_ids::table;
    dialect::insert_all::<organisation_external_ids::table, ExternalIdRow>(unit.db(), table, &rows)?;
    let with_ids = stored
        .iter()
        .filter(|stored| !stored.record.identifiers.external.is_empty());
    let owners: Vec<OrganisationId> = with_ids.map(|stored| stored.record.id).collect();
    references::resolve_partners_by_owner(unit, &owners)
}

fn with_numbers(db: &mut Db, rows: Vec<OrganisationRow>, owners: Owners<'_>) -> Result<Vec<Stored<Organisation>>> {
    let mut external: Vec<ExternalIdRow> = guard::rows_of!(organisation_external_ids, owners, db);
    external.sort_by_key(ExternalIdRow::place);
    let mut numbers: HashMap<SqlId, Vec<ExternalId>> = HashMap::new();
    for row in external {
        let (owner, id) = row.into_parts();
        numbers.entry(owner.into()).or_default().push(id);
    }
    rows.into_iter()
        .map(|row| {
            let external = numbers.remove(&row.id).unwrap_or_default();
            row.into_stored(external)
        })
        .collect()
}

fn exists(db: &mut Db, id: OrganisationId) -> Result<bool> {
    let row = organisations::table.filter(organisations::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

/// Records what changes with an organisation that goes: its opportunities and solutions, the persons who work there, and the
/// organisations that name it as a partner.
fn record_neighbours(unit: &mut UnitOfWork<'_>, id: OrganisationId) -> Result<()> {
    let key = SqlId::from(id);
    let db = unit.db();
    let offered: Vec<SqlId> = opportunities::table
        .filter(opportunities::organisation_id.eq(key))
        .select(opportunities::id)
        .load(db)?;
    let made: Vec<SqlId> = solutions::table
        .filter(solutions::organisation_id.eq(key))
        .select(solutions::id)
        .load(db)?;
    let persons: Vec<SqlId> = affiliations::table
        .filter(affiliations::organisation_id.eq(key))
        .select(affiliations::person_id)
        .distinct()
        .load(db)?;
    let partners: Vec<SqlId> = organisation_references::table
        .filter(
            organisation_references::id.eq_any(
                reference_partners::table
                    .filter(reference_partners::organisation_id.eq(key))
                    .select(reference_partners::reference_id),
            ),
        )
        .select(organisation_references::organisation_id)
        .distinct()
        .load(db)?;
    for opportunity in offered {
        unit.record(Noun::Opportunity, opportunity.0, Operation::Removed);
    }
    for solution in made {
        unit.record(Noun::Solution, solution.0, Operation::Removed);
    }
    for person in persons {
        unit.record(Noun::Person, person.0, Operation::Updated);
    }
    for partner in partners {
        unit.record(Noun::Organisation, partner.0, Operation::Updated);
    }
    Ok(())
}
