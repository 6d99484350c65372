//! Organisations that look like one and were found to be two.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::guard::IDS_PER_QUERY;
use crate::organisations;
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

#[derive(Clone, Debug, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = distinct_organisations)]
pub(crate) struct DistinctRow {
    first_id: SqlId,
    second_id: SqlId,
    decided_at: SqlInstant,
}

impl DistinctRow {
    /// Those in which one of these organisations is named, once for each that is.
    pub(crate) fn of(db: &mut Db, organisations: &[OrganisationId]) -> Result<Vec<(OrganisationId, Self)>> {
        let wanted: HashSet<OrganisationId> = organisations.iter().copied().collect();
        let mut found: HashMap<(SqlId, SqlId), Self> = HashMap::new();
        for chunk in organisations.chunks(IDS_PER_QUERY) {
            let ids: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
            let named = distinct_organisations::first_id
                .eq_any(ids.clone())
                .or(distinct_organisations::second_id.eq_any(ids));
            let rows: Vec<Self> = distinct_organisations::table.filter(named).load(db)?;
            found.extend(rows.into_iter().map(|row| ((row.first_id, row.second_id), row)));
        }
        let pairs = found
            .into_values()
            .flat_map(|row| [(row.first_id.into(), row.clone()), (row.second_id.into(), row)]);
        Ok(pairs.filter(|(id, _)| wanted.contains(id)).collect())
    }

    /// Puts it back, if both organisations are there.
    pub(crate) fn put_back(self, unit: &mut UnitOfWork<'_>) -> Result<()> {
        let pair = [self.first_id, self.second_id];
        let there = organisations::load(unit.db(), &pair.map(OrganisationId::from))?;
        if there.len() == pair.len() {
            let old = distinct_organisations::table.find((self.first_id, self.second_id));
            diesel::delete(old).execute(unit.db())?;
            let table = distinct_organisations::table;
            dialect::insert_all::<distinct_organisations::table, Self>(unit.db(), table, &[self])?;
        }
        Ok(())
    }
}
