//! Opportunities.

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Opportunity, OpportunityId, Status};
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, IDS_PER_QUERY};
use crate::remains;
use crate::schema::opportunities;
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

mod row;

use row::OpportunityRow;

const NOUN: Noun = Noun::Opportunity;

/// One opportunity.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: OpportunityId) -> Result<Stored<Opportunity>> {
    load(db, &[id])?.pop().ok_or(Error::NotFound { noun: NOUN })
}

/// The opportunities with these ids that exist, in order of id.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, ids: &[OpportunityId]) -> Result<Vec<Stored<Opportunity>>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows = opportunities::table.filter(opportunities::id.eq_any(keys)).load(db)?;
        found.extend(all(rows)?);
    }
    found.sort_by_key(|stored: &Stored<Opportunity>| stored.record.id);
    Ok(found)
}

/// Opportunities in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, after: Option<OpportunityId>, limit: i64) -> Result<Vec<Stored<Opportunity>>> {
    let after = SqlId(after.map_or(Uuid::nil(), OpportunityId::uuid));
    let rows = opportunities::table
        .filter(opportunities::id.gt(after))
        .order(opportunities::id)
        .limit(limit)
        .load(db)?;
    all(rows)
}

/// The opportunities of one organisation, in order of id.
///
/// # Errors
/// As every read.
pub fn of_organisation(db: &mut Db, organisation: OrganisationId) -> Result<Vec<Stored<Opportunity>>> {
    of_organisations(db, &[organisation])
}

/// The opportunities of these organisations, in order of id within each thousand of them.
///
/// # Errors
/// As every read.
pub fn of_organisations(db: &mut Db, organisations: &[OrganisationId]) -> Result<Vec<Stored<Opportunity>>> {
    let mut found = Vec::new();
    for chunk in organisations.chunks(IDS_PER_QUERY) {
        let owners: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows = opportunities::table
            .filter(opportunities::organisation_id.eq_any(owners))
            .order(opportunities::id)
            .load(db)?;
        found.extend(all(rows)?);
    }
    Ok(found)
}

/// Published opportunities whose last day has passed by `today`, and those without a last day, at most `limit`.
///
/// # Errors
/// As every read.
pub fn due(db: &mut Db, today: NaiveDate, limit: i64) -> Result<Vec<Stored<Opportunity>>> {
    let over = opportunities::expires_on
        .lt(today)
        .or(opportunities::expires_on.is_null());
    let rows = opportunities::table
        .filter(opportunities::status.eq(Status::Published.code()))
        .filter(over)
        .order(opportunities::id)
        .limit(limit)
        .load(db)?;
    all(rows)
}

/// Adds an opportunity.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when its organisation or unit does not exist.
pub fn insert(unit: &mut UnitOfWork<'_>, opportunity: Opportunity) -> Result<Stored<Opportunity>> {
    let stored = guard::created(unit, opportunity);
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds an opportunity with its reviews that was removed, under the id it had; its versions go on from where they ended.
///
/// # Errors
/// As [`insert`].
pub fn put_back(
    unit: &mut UnitOfWork<'_>,
    was: &Stored<Opportunity>,
    record: Opportunity,
) -> Result<Stored<Opportunity>> {
    let stored = guard::again(unit, (NOUN, record.id.uuid()), was, record)?;
    write_all(unit, std::slice::from_ref(&stored))?;
    remains::put_back(unit, stored.record.id.uuid())?;
    Ok(stored)
}

/// Adds many opportunities with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, opportunities: Vec<Opportunity>) -> Result<()> {
    let stored: Vec<_> = opportunities
        .into_iter()
        .map(|opportunity| guard::created(unit, opportunity))
        .collect();
    write_all(unit, &stored)
}

/// Changes an opportunity, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`].
pub fn update(
    unit: &mut UnitOfWork<'_>,
    before: &Stored<Opportunity>,
    after: Opportunity,
) -> Result<Stored<Opportunity>> {
    let id = before.record.id;
    let stored = guard::changed(unit, before, Opportunity { id, ..after });
    let db = unit.db();
    let guarded = opportunities::table
        .filter(opportunities::id.eq(SqlId::from(id)))
        .filter(opportunities::version.eq(before.version));
    let rows = diesel::update(guarded)
        .set(&OpportunityRow::from(&stored))
        .execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

/// Removes an opportunity.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn remove(unit: &mut UnitOfWork<'_>, id: OpportunityId, version: i64) -> Result<()> {
    let db = unit.db();
    let guarded = opportunities::table
        .filter(opportunities::id.eq(SqlId::from(id)))
        .filter(opportunities::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Opportunity>]) -> Result<()> {
    let rows: Vec<OpportunityRow> = stored.iter().map(OpportunityRow::from).collect();
    dialect::insert_all::<opportunities::table, OpportunityRow>(unit.db(), opportunities::table, &rows)?;
    for stored in stored {
        unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    }
    Ok(())
}

fn all(rows: Vec<OpportunityRow>) -> Result<Vec<Stored<Opportunity>>> {
    rows.into_iter().map(OpportunityRow::into_stored).collect()
}

fn exists(db: &mut Db, id: OpportunityId) -> Result<bool> {
    let row = opportunities::table.filter(opportunities::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}
