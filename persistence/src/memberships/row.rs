//! The rows of memberships and of their steps.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::{Leaving, Membership, MembershipStatus, MembershipStep};
use werkstadt_domain::named::Named;

use crate::changes::Actor;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::{membership_steps, memberships};
use crate::shapes::{Fault, named};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// Why a step is taken, and from when it counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Why<'a> {
    /// The reason, in one line.
    pub reason: Option<&'a str>,
    /// The first day of the state after it, if that is not today.
    pub effective_on: Option<NaiveDate>,
}

#[derive(Debug, Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = memberships, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct MembershipRow {
    pub(super) id: SqlId,
    pub(super) organisation_id: SqlId,
    kind: String,
    status: String,
    since_on: Option<NaiveDate>,
    until_on: Option<NaiveDate>,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
    resigns_on: Option<NaiveDate>,
    resign_reason: Option<String>,
}

impl From<&Stored<Membership>> for MembershipRow {
    fn from(stored: &Stored<Membership>) -> Self {
        let membership = stored.record.clone();
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: membership.id.into(),
            organisation_id: membership.organisation.into(),
            kind: membership.kind,
            status: membership.status.code().to_owned(),
            since_on: membership.since_on,
            until_on: membership.until_on,
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
            resigns_on: membership.leaving.as_ref().map(|leaving| leaving.on),
            resign_reason: membership.leaving.and_then(|leaving| leaving.reason),
        }
    }
}

impl MembershipRow {
    /// The membership, as if nothing covered it.
    pub(super) fn into_stored(self) -> Result<Stored<Membership>> {
        let id = self.id.0;
        self.read()
            .map_err(|fault| Error::inconsistent("memberships", id, fault))
    }

    fn read(self) -> Result<Stored<Membership>, Fault> {
        let record = Membership {
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            kind: self.kind,
            status: named(&self.status)?,
            since_on: self.since_on,
            until_on: self.until_on,
            leaving: self.resigns_on.map(|on| Leaving {
                on,
                reason: self.resign_reason,
            }),
            covered: None,
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

#[derive(Debug, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = membership_steps, treat_none_as_default_value = false)]
pub(super) struct StepRow {
    membership_id: SqlId,
    version: i64,
    from_status: Option<String>,
    to_status: String,
    at: SqlInstant,
    reason: Option<String>,
    actor_kind: Option<String>,
    actor_id: Option<SqlId>,
    #[serde(default)]
    effective_on: Option<NaiveDate>,
}

impl StepRow {
    pub(super) fn new(
        unit: &UnitOfWork<'_>,
        after: &Stored<Membership>,
        from: Option<MembershipStatus>,
        why: Why<'_>,
    ) -> Self {
        let (actor_kind, actor_id) = unit.actor().parts();
        Self {
            membership_id: after.record.id.into(),
            version: after.version,
            from_status: from.map(|status| status.code().to_owned()),
            to_status: after.record.status.code().to_owned(),
            at: SqlInstant::from(unit.now()),
            reason: why.reason.map(ToOwned::to_owned),
            actor_kind: Some(actor_kind.to_owned()),
            actor_id: actor_id.map(SqlId),
            effective_on: why.effective_on.filter(|day| *day != unit.now().date_naive()),
        }
    }

    pub(super) fn into_step(self) -> Result<(MembershipStep, Option<Actor>), Fault> {
        let actor = self.actor_kind.as_deref();
        let actor = actor.map(|kind| Actor::from_parts(kind, self.actor_id).ok_or_else(|| format!("actor `{kind}`")));
        let step = MembershipStep {
            from: self.from_status.as_deref().map(named).transpose()?,
            to: named(&self.to_status)?,
            at: self.at.utc(),
            reason: self.reason,
            effective_on: self.effective_on,
        };
        Ok((step, actor.transpose()?))
    }
}
