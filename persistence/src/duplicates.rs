//! Organisations that look like one and were found to be two.

use std::collections::HashSet;

use diesel::prelude::*;
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::distinct_organisations;
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// Two organisations, the smaller id first.
pub type Pair = (OrganisationId, OrganisationId);

/// All pairs that were found to be two.
///
/// # Errors
/// As every read.
pub fn distinct(db: &mut Db) -> Result<HashSet<Pair>> {
    let rows: Vec<(SqlId, SqlId)> = distinct_organisations::table
        .select((distinct_organisations::first_id, distinct_organisations::second_id))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(one, other)| (one.into(), other.into()))
        .collect())
}

/// Notes that a pair is two. Noting it again changes nothing.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when one of them does not exist.
pub fn insert_distinct(unit: &mut UnitOfWork<'_>, (one, other): Pair) -> Result<()> {
    let row = DistinctRow {
        first_id: one.into(),
        second_id: other.into(),
        decided_at: SqlInstant::from(unit.now()),
    };
    let old = distinct_organisations::table.find((row.first_id, row.second_id));
    diesel::delete(old).execute(unit.db())?;
    let table = distinct_organisations::table;
    dialect::insert_all::<distinct_organisations::table, DistinctRow>(unit.db(), table, &[row])?;
    // Noted in the log under the first: who said so, and when.
    unit.record(Noun::Confirmation, one.uuid(), Operation::Updated);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = distinct_organisations)]
struct DistinctRow {
    first_id: SqlId,
    second_id: SqlId,
    decided_at: SqlInstant,
}
