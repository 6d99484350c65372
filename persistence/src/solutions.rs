//! Solutions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::solution::{Solution, SolutionId};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, IDS_PER_QUERY};
use crate::schema::solutions;
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

mod row;

use row::SolutionRow;

const NOUN: Noun = Noun::Solution;

/// One solution.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: SolutionId) -> Result<Stored<Solution>> {
    load(db, &[id])?.pop().ok_or(Error::NotFound { noun: NOUN })
}

/// The solutions with these ids that exist, in order of id.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, ids: &[SolutionId]) -> Result<Vec<Stored<Solution>>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows = solutions::table.filter(solutions::id.eq_any(keys)).load(db)?;
        found.extend(all(rows)?);
    }
    found.sort_by_key(|stored: &Stored<Solution>| stored.record.id);
    Ok(found)
}

/// Solutions in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, after: Option<SolutionId>, limit: i64) -> Result<Vec<Stored<Solution>>> {
    let after = SqlId(after.map_or(Uuid::nil(), SolutionId::uuid));
    let rows = solutions::table
        .filter(solutions::id.gt(after))
        .order(solutions::id)
        .limit(limit)
        .load(db)?;
    all(rows)
}

/// The solutions of one organisation, in order of id.
///
/// # Errors
/// As every read.
pub fn of_organisation(db: &mut Db, organisation: OrganisationId) -> Result<Vec<Stored<Solution>>> {
    let rows = solutions::table
        .filter(solutions::organisation_id.eq(SqlId::from(organisation)))
        .order(solutions::id)
        .load(db)?;
    all(rows)
}

/// Solutions that were last confirmed before this time and have not lapsed yet, at most `limit`.
///
/// # Errors
/// As every read.
pub fn due(db: &mut Db, confirmed_before: DateTime<Utc>, limit: i64) -> Result<Vec<Stored<Solution>>> {
    let rows = solutions::table
        .filter(solutions::lapsed.eq(false))
        .filter(solutions::confirmed_at.lt(SqlInstant::from(confirmed_before)))
        .order(solutions::id)
        .limit(limit)
        .load(db)?;
    all(rows)
}

/// Adds a solution.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when its organisation or unit does not exist.
pub fn insert(unit: &mut UnitOfWork<'_>, solution: Solution) -> Result<Stored<Solution>> {
    let stored = guard::created(unit, solution);
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds a solution that was removed, under the id it had; its versions go on from where they ended.
///
/// # Errors
/// As [`insert`].
pub fn put_back(unit: &mut UnitOfWork<'_>, was: &Stored<Solution>, record: Solution) -> Result<Stored<Solution>> {
    let stored = guard::again(unit, (NOUN, record.id.uuid()), was, record)?;
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds many solutions with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, solutions: Vec<Solution>) -> Result<()> {
    let stored: Vec<_> = solutions
        .into_iter()
        .map(|solution| guard::created(unit, solution))
        .collect();
    write_all(unit, &stored)
}

/// Changes a solution, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`].
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<Solution>, after: Solution) -> Result<Stored<Solution>> {
    let id = before.record.id;
    let stored = guard::changed(unit, before, Solution { id, ..after });
    let db = unit.db();
    let guarded = solutions::table
        .filter(solutions::id.eq(SqlId::from(id)))
        .filter(solutions::version.eq(before.version));
    let rows = diesel::update(guarded).set(&SolutionRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

/// Removes a solution.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn remove(unit: &mut UnitOfWork<'_>, id: SolutionId, version: i64) -> Result<()> {
    let db = unit.db();
    let guarded = solutions::table
        .filter(solutions::id.eq(SqlId::from(id)))
        .filter(solutions::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Solution>]) -> Result<()> {
    let rows: Vec<SolutionRow> = stored.iter().map(SolutionRow::from).collect();
    dialect::insert_all::<solutions::table, SolutionRow>(unit.db(), solutions::table, &rows)?;
    for stored in stored {
        unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    }
    Ok(())
}

fn all(rows: Vec<SolutionRow>) -> Result<Vec<Stored<Solution>>> {
    rows.into_iter().map(SolutionRow::into_stored).collect()
}

fn exists(db: &mut Db, id: SolutionId) -> Result<bool> {
    let row = solutions::table.filter(solutions::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}
