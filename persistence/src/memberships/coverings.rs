//! Which memberships are covered by which. That a covering one is not covered itself, the database sees to.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::{Covering, Membership, MembershipId, MembershipStatus};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::IDS_PER_QUERY;
use crate::schema::{membership_coverings, memberships};
use crate::shapes::named;
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

/// The level of memberships that cover others.
const ABOVE: i32 = 0;
/// The level of those that are covered.
const BELOW: i32 = 1;

/// Tells memberships what covers them.
pub(super) fn attach(db: &mut Db, memberships: &mut [Stored<Membership>]) -> Result<()> {
    let mut found: HashMap<MembershipId, Covering> = HashMap::new();
    for chunk in memberships.chunks(IDS_PER_QUERY) {
        let ids: Vec<SqlId> = chunk.iter().map(|stored| stored.record.id.into()).collect();
        let covering = memberships::table.on(membership_coverings::covered_by.eq(memberships::id.nullable()));
        let rows: Vec<(SqlId, SqlId, String)> = membership_coverings::table
            .inner_join(covering)
            .filter(membership_coverings::membership_id.eq_any(ids))
            .select((
                membership_coverings::membership_id,
                memberships::id,
                memberships::status,
            ))
            .load(db)?;
        for (id, by, status) in rows {
            let status: MembershipStatus =
                named(&status).map_err(|fault| Error::inconsistent("memberships", by.0, fault))?;
            found.insert(id.into(), Covering { by: by.into(), status });
        }
    }
    for stored in memberships {
        stored.record.covered = found.get(&stored.record.id).copied();
    }
    Ok(())
}

/// The memberships that a membership covers, in order of id.
///
/// # Errors
/// As every read.
pub fn covered(db: &mut Db, by: MembershipId) -> Result<Vec<MembershipId>> {
    let rows: Vec<SqlId> = membership_coverings::table
        .filter(membership_coverings::covered_by.eq(Some(SqlId::from(by))))
        .order(membership_coverings::membership_id)
        .select(membership_coverings::membership_id)
        .load(db)?;
    Ok(rows.into_iter().map(MembershipId::from).collect())
}

/// Puts a membership below another one, or lets it stand by itself.
pub(super) fn set(db: &mut Db, id: MembershipId, by: Option<MembershipId>) -> Result<()> {
    let Some(by) = by else {
        let own = membership_coverings::membership_id
            .eq(SqlId::from(id))
            .and(membership_coverings::level.eq(BELOW));
        diesel::delete(membership_coverings::table.filter(own)).execute(db)?;
        return Ok(());
    };
    let row = CoveringRow {
        membership_id: id.into(),
        level: BELOW,
        covered_by: Some(by.into()),
        covering_level: Some(ABOVE),
    };
    dialect::insert_covering(db, &CoveringRow::above(by.into()))?;
    dialect::put_covering(db, &row)
}

/// Notes a change of the organisations whose memberships are covered by these: whether they count has changed with it.
pub(super) fn record_covered(unit: &mut UnitOfWork<'_>, by: &[SqlId]) -> Result<()> {
    for chunk in by.chunks(IDS_PER_QUERY) {
        let keys: Vec<Option<SqlId>> = chunk.iter().copied().map(Some).collect();
        let covered = memberships::table.on(membership_coverings::membership_id.eq(memberships::id));
        let rows: Vec<SqlId> = membership_coverings::table
            .inner_join(covered)
            .filter(membership_coverings::covered_by.eq_any(keys))
            .select(memberships::organisation_id)
            .load(unit.db())?;
        for organisation in rows {
            unit.record(Noun::Organisation, organisation.0, Operation::Updated);
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = membership_coverings, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct CoveringRow {
    membership_id: SqlId,
    level: i32,
    covered_by: Option<SqlId>,
    covering_level: Option<i32>,
}

impl CoveringRow {
    /// That a membership is covered, and those that it covers.
    pub(super) fn about(db: &mut Db, id: SqlId) -> Result<Vec<Self>> {
        let about = membership_coverings::covered_by
            .eq(Some(id))
            .or(membership_coverings::membership_id
                .eq(id)
                .and(membership_coverings::level.eq(BELOW)));
        Ok(membership_coverings::table.filter(about.assume_not_null()).load(db)?)
    }

    const fn above(id: SqlId) -> Self {
        Self {
            membership_id: id,
            level: ABOVE,
            covered_by: None,
            covering_level: None,
        }
    }

    /// Writes again that a membership is covered, as far as both are there and nothing has changed meanwhile that does not go with it.
    pub(super) fn put_back(self, db: &mut Db) -> Result<()> {
        let Some(by) = self.covered_by else { return Ok(()) };
        let here = memberships::table.filter(memberships::id.eq_any([self.membership_id, by]));
        let covered = membership_coverings::table
            .find(by)
            .filter(membership_coverings::level.eq(BELOW));
        let fits = here.count().get_result::<i64>(db)? == 2 && covered.count().get_result::<i64>(db)? == 0;
        if fits {
            dialect::insert_covering(db, &Self::above(by))?;
            dialect::insert_covering(db, &self)?;
        }
        Ok(())
    }
}
