//! Skill claims of organisations and their units.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::{Stored, Visibility};
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::skill::{Claim, ClaimId, Level, SkillId};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, IDS_PER_QUERY, Owners};
use crate::history::Kept;
use crate::schema::skill_claims;
use crate::shapes::{EvidenceShape, Fault, items, shapes};
use crate::sqltypes::{Code, Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::Claim;

/// One claim of an organisation.
///
/// # Errors
/// [`Error::NotFound`], also when the claim is another organisation's.
pub fn find(db: &mut Db, organisation: OrganisationId, id: ClaimId) -> Result<Stored<Claim>> {
    let row: Option<ClaimRow> = skill_claims::table
        .find(SqlId::from(id))
        .filter(skill_claims::organisation_id.eq(SqlId::from(organisation)))
        .first(db)
        .optional()?;
    Ok(row.ok_or(Error::NotFound { noun: NOUN })?.into_parts()?.1)
}

/// The claims of one organisation, in order of id.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, organisation: OrganisationId) -> Result<Vec<Stored<Claim>>> {
    Ok(load(db, Owners::These(&[organisation]))?
        .into_iter()
        .map(|(_, claim)| claim)
        .collect())
}

/// The claims of these organisations, each with its organisation, in order of organisation and then of id.
pub(crate) fn load(db: &mut Db, owners: Owners<'_>) -> Result<Vec<(OrganisationId, Stored<Claim>)>> {
    let mut rows: Vec<ClaimRow> = guard::rows_of!(skill_claims, owners, db);
    rows.sort_by_key(|row| (row.organisation_id, row.id));
    rows.into_iter().map(ClaimRow::into_parts).collect()
}

/// All claims of these concepts, each with its organisation, in order of id.
///
/// # Errors
/// As every read.
pub fn of_skills(db: &mut Db, skills: &[SkillId]) -> Result<Vec<(OrganisationId, Stored<Claim>)>> {
    let mut rows: Vec<ClaimRow> = Vec::new();
    for chunk in skills.chunks(IDS_PER_QUERY) {
        let ids: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        rows.append(
            &mut skill_claims::table
                .filter(skill_claims::skill_id.eq_any(ids))
                .load(db)?,
        );
    }
    rows.sort_by_key(|row| row.id);
    rows.into_iter().map(ClaimRow::into_parts).collect()
}

/// Adds a claim.
///
/// # Errors
/// [`Error::Conflict`]: `skill_claims_holder_id_skill_id_key` when the organisation, or the unit, claims the skill already;
/// [`FOREIGN_KEY`](crate::FOREIGN_KEY) when organisation, unit or skill do not exist.
pub fn insert(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, claim: Claim) -> Result<Stored<Claim>> {
    let stored = guard::created(unit, claim);
    write_all(unit, &[(organisation, stored.clone())])?;
    Ok(stored)
}

/// Adds a claim that was removed, under the id it had; its versions go on from where they ended.
///
/// # Errors
/// As [`insert`].
pub fn put_back(
    unit: &mut UnitOfWork<'_>,
    organisation: OrganisationId,
    was: &Stored<Claim>,
    record: Claim,
) -> Result<Stored<Claim>> {
    let stored = guard::again(unit, (NOUN, record.id.uuid()), was, record)?;
    write_all(unit, &[(organisation, stored.clone())])?;
    Ok(stored)
}

/// Adds many claims with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, claims: Vec<(OrganisationId, Claim)>) -> Result<()> {
    let claims = claims.into_iter();
    let stored: Vec<_> = claims
        .map(|(organisation, claim)| (organisation, guard::created(unit, claim)))
        .collect();
    write_all(unit, &stored)
}

/// Changes a claim, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`].
pub fn update(
    unit: &mut UnitOfWork<'_>,
    organisation: OrganisationId,
    before: &Stored<Claim>,
    after: Claim,
) -> Result<Stored<Claim>> {
    let id = before.record.id;
    let stored = guard::changed(unit, before, Claim { id, ..after });
    let db = unit.db();
    let guarded = skill_claims::table
        .filter(skill_claims::id.eq(SqlId::from(id)))
        .filter(skill_claims::organisation_id.eq(SqlId::from(organisation)))
        .filter(skill_claims::version.eq(before.version));
    let rows = diesel::update(guarded)
        .set(&ClaimRow::new(organisation, &stored))
        .execute(db)?;
    guard::judge(NOUN, rows, || exists(db, organisation, id))?;
    record(unit, organisation, id, Operation::Updated);
    Ok(stored)
}

/// Removes a claim.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn remove(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, id: ClaimId, version: i64) -> Result<()> {
    let db = unit.db();
    let guarded = skill_claims::table
        .filter(skill_claims::id.eq(SqlId::from(id)))
        .filter(skill_claims::organisation_id.eq(SqlId::from(organisation)))
        .filter(skill_claims::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, organisation, id))?;
    record(unit, organisation, id, Operation::Removed);
    Ok(())
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[(OrganisationId, Stored<Claim>)]) -> Result<()> {
    let rows: Vec<ClaimRow> = stored
        .iter()
        .map(|(organisation, stored)| ClaimRow::new(*organisation, stored))
        .collect();
    dialect::insert_all::<skill_claims::table, ClaimRow>(unit.db(), skill_claims::table, &rows)?;
    for (organisation, stored) in stored {
        record(unit, *organisation, stored.record.id, Operation::Created);
    }
    Ok(())
}

fn record(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, id: ClaimId, operation: Operation) {
    unit.record(NOUN, id.uuid(), operation);
    unit.record(Noun::Organisation, organisation.uuid(), Operation::Updated);
}

fn exists(db: &mut Db, organisation: OrganisationId, id: ClaimId) -> Result<bool> {
    let row = skill_claims::table
        .filter(skill_claims::id.eq(SqlId::from(id)))
        .filter(skill_claims::organisation_id.eq(SqlId::from(organisation)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = skill_claims, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ClaimRow {
    id: SqlId,
    organisation_id: SqlId,
    unit_id: Option<SqlId>,
    holder_id: SqlId,
    skill_id: SqlId,
    level: i32,
    evidence: Json<Vec<EvidenceShape>>,
    confirmed_at: Option<SqlInstant>,
    expires_on: Option<NaiveDate>,
    visibility: Code<Visibility>,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
}

impl ClaimRow {
    fn new(organisation: OrganisationId, stored: &Stored<Claim>) -> Self {
        let claim = &stored.record;
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: claim.id.into(),
            organisation_id: organisation.into(),
            unit_id: claim.unit.map(SqlId::from),
            holder_id: claim.unit.map_or_else(|| organisation.into(), SqlId::from),
            skill_id: claim.skill.into(),
            level: i32::from(claim.level.get()),
            evidence: Json(shapes(&claim.evidence)),
            confirmed_at: guard::instant(claim.confirmed_at),
            expires_on: claim.expires_on,
            visibility: Code(claim.visibility),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
        }
    }

    fn into_parts(self) -> Result<(OrganisationId, Stored<Claim>)> {
        let (id, organisation) = (self.id.0, self.organisation_id.into());
        let stored = self
            .read()
            .map_err(|fault| Error::inconsistent("skill_claims", id, fault))?;
        Ok((organisation, stored))
    }

    fn read(self) -> Result<Stored<Claim>, Fault> {
        let record = Claim {
            id: self.id.into(),
            skill: self.skill_id.into(),
            unit: self.unit_id.map(UnitId::from),
            level: level(self.level)?,
            evidence: items(self.evidence.0).into(),
            confirmed_at: self.confirmed_at.map(|instant| instant.utc()),
            expires_on: self.expires_on,
            visibility: self.visibility.0,
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

impl Kept for Claim {
    type Rows = ClaimRow;

    fn rows(stored: &Stored<Self>, owner: OrganisationId) -> ClaimRow {
        ClaimRow::new(owner, stored)
    }

    fn revive(row: ClaimRow) -> Result<Stored<Self>> {
        Ok(row.into_parts()?.1)
    }
}

fn level(number: i32) -> Result<Level, Fault> {
    let level = u8::try_from(number).ok().and_then(|number| Level::new(number).ok());
    level.ok_or_else(|| format!("level {number}"))
}
