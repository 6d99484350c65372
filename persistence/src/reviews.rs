//! Reviews of opportunities: who judged what, when, and with which remark.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Opportunity, OpportunityId, Review, Status};
use werkstadt_domain::text::Text;

use crate::changes::Actor;
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::IDS_PER_QUERY;
use crate::schema::opportunity_reviews;
use crate::shapes::{Fault, TextShape, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// A review that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// The scores.
    pub review: Review,
    /// What they came to.
    pub decision: Status,
    /// What the reviewer adds.
    pub remark: Text,
    /// The version of the opportunity that came of it.
    pub version: i64,
}

/// The reviews of an opportunity, the newest first, those that led to a version before this one, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, id: OpportunityId, before: Option<i64>, limit: i64) -> Result<Vec<Given>> {
    let rows: Vec<ReviewRow> = opportunity_reviews::table
        .filter(opportunity_reviews::opportunity_id.eq(SqlId::from(id)))
        .filter(opportunity_reviews::version.lt(before.unwrap_or(i64::MAX)))
        .order(opportunity_reviews::version.desc())
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(ReviewRow::into_given).collect()
}

/// Notes the review that made an opportunity what it is now. It is part of the opportunity's change.
///
/// # Errors
/// As every write.
pub fn insert(unit: &mut UnitOfWork<'_>, reviewed: &Stored<Opportunity>, review: Review, remark: &Text) -> Result<()> {
    let (actor_kind, actor_id) = unit.actor().parts();
    let row = ReviewRow {
        opportunity_id: reviewed.record.id.into(),
        version: reviewed.version,
        at: SqlInstant::from(unit.now()),
        actor_kind: actor_kind.to_owned(),
        actor_id: actor_id.map(SqlId),
        clarity: review.clarity.into(),
        advantage: review.advantage.into(),
        expectations: review.expectations.into(),
        language: review.language.into(),
        decision: reviewed.record.status.code().to_owned(),
        remark: Json(TextShape::from(remark)),
    };
    dialect::insert_all::<opportunity_reviews::table, ReviewRow>(unit.db(), opportunity_reviews::table, &[row])
}

#[derive(Debug, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = opportunity_reviews, treat_none_as_default_value = false)]
pub(crate) struct ReviewRow {
    opportunity_id: SqlId,
    version: i64,
    at: SqlInstant,
    actor_kind: String,
    actor_id: Option<SqlId>,
    clarity: i32,
    advantage: i32,
    expectations: i32,
    language: i32,
    decision: String,
    remark: Json<TextShape>,
}

impl ReviewRow {
    /// Those of these opportunities, as they are kept while their opportunity is gone.
    pub(crate) fn of(db: &mut Db, opportunities: &[OpportunityId]) -> Result<Vec<(OpportunityId, Self)>> {
        let mut found: Vec<Self> = Vec::new();
        for chunk in opportunities.chunks(IDS_PER_QUERY) {
            let ids: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
            let reviews = opportunity_reviews::table.filter(opportunity_reviews::opportunity_id.eq_any(ids));
            found.append(&mut reviews.load(db)?);
        }
        Ok(found.into_iter().map(|row| (row.opportunity_id.into(), row)).collect())
    }

    /// Puts reviews back as they were.
    pub(crate) fn put_back(unit: &mut UnitOfWork<'_>, rows: &[Self]) -> Result<()> {
        dialect::insert_all::<opportunity_reviews::table, Self>(unit.db(), opportunity_reviews::table, rows)
    }

    fn into_given(self) -> Result<Given> {
        let id = self.opportunity_id.0;
        self.read()
            .map_err(|fault| Error::inconsistent("opportunity_reviews", id, fault))
    }

    fn read(self) -> Result<Given, Fault> {
        let score = |score: i32| u8::try_from(score).map_err(|_| format!("score {score}"));
        let by = Actor::from_parts(&self.actor_kind, self.actor_id);
        Ok(Given {
            at: self.at.utc(),
            by: by.ok_or_else(|| format!("actor `{}`", self.actor_kind))?,
            review: Review {
                clarity: score(self.clarity)?,
                advantage: score(self.advantage)?,
                expectations: score(self.expectations)?,
                language: score(self.language)?,
            },
            decision: named(&self.decision)?,
            remark: self.remark.0.into(),
            version: self.version,
        })
    }
}
