//! Memberships and their history.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::{ChangedAt, Stored};
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus, MembershipStep};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, Owners};
use crate::schema::{membership_steps, memberships};
use crate::shapes::{Fault, named};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::Membership;

/// One membership.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: MembershipId) -> Result<Stored<Membership>> {
    let row: Option<MembershipRow> = memberships::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_stored()
}

/// Memberships in order of id, after `after`, at most `limit`; all of them, or those in one state.
///
/// # Errors
/// As every read.
pub fn list(
    db: &mut Db,
    status: Option<MembershipStatus>,
    after: Option<MembershipId>,
    limit: i64,
) -> Result<Vec<Stored<Membership>>> {
    let after = SqlId(after.map_or(Uuid::nil(), MembershipId::uuid));
    let mut query = memberships::table.filter(memberships::id.gt(after)).into_boxed();
    if let Some(status) = status {
        query = query.filter(memberships::status.eq(status.code()));
    }
    let rows: Vec<MembershipRow> = query.order(memberships::id).limit(limit).load(db)?;
    rows.into_iter().map(MembershipRow::into_stored).collect()
}

/// The memberships of these organisations.
pub(crate) fn load(db: &mut Db, owners: Owners<'_>) -> Result<Vec<Stored<Membership>>> {
    let rows: Vec<MembershipRow> = guard::rows_of!(memberships, owners, db);
    rows.into_iter().map(MembershipRow::into_stored).collect()
}

/// The steps of a membership, the first one first, and who took each, as far as it is known.
///
/// # Errors
/// As every read.
pub fn history(db: &mut Db, id: MembershipId) -> Result<Vec<(MembershipStep, Option<Actor>)>> {
    let rows: Vec<StepRow> = membership_steps::table
        .filter(membership_steps::membership_id.eq(SqlId::from(id)))
        .order(membership_steps::version)
        .load(db)?;
    let steps = rows.into_iter().map(StepRow::into_step);
    steps
        .map(|step| step.map_err(|fault| Error::inconsistent("membership_steps", id, fault)))
        .collect()
}

/// Adds a membership; its first step is recorded.
///
/// # Errors
/// [`Error::Conflict`]: `memberships_organisation_id_key` when the organisation has one, [`FOREIGN_KEY`](crate::FOREIGN_KEY)
/// when there is no such organisation.
pub fn insert(unit: &mut UnitOfWork<'_>, membership: Membership) -> Result<Stored<Membership>> {
    let stored = guard::created(unit, membership);
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds many memberships with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, memberships: Vec<Membership>) -> Result<()> {
    let stored: Vec<_> = memberships
        .into_iter()
        .map(|membership| guard::created(unit, membership))
        .collect();
    write_all(unit, &stored)
}

/// Changes a membership, if it is still as it was read in `before`. A change of its state is recorded as a step with the
/// reason; whether the step is allowed is for [`MembershipStatus::step`] to say before.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn update(
    unit: &mut UnitOfWork<'_>,
    before: &Stored<Membership>,
    after: Membership,
    reason: Option<&str>,
) -> Result<Stored<Membership>> {
    let (id, organisation) = (before.record.id, before.record.organisation);
    let after = Membership {
        id,
        organisation,
        ..after
    };
    let stored = Stored {
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: changed_at(unit, before, &after),
        record: after,
    };
    let db = unit.db();
    let guarded = memberships::table
        .filter(memberships::id.eq(SqlId::from(id)))
        .filter(memberships::version.eq(before.version));
    let rows = diesel::update(guarded).set(&MembershipRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    if before.record.status != stored.record.status {
        let step = StepRow::new(unit, &stored, Some(before.record.status), reason);
        dialect::insert_all::<membership_steps::table, StepRow>(unit.db(), membership_steps::table, &[step])?;
    }
    record(unit, &stored.record, Operation::Updated);
    Ok(stored)
}

/// A membership shows to everyone while it counts, else to managers only, so only then do their times move.
fn changed_at(unit: &UnitOfWork<'_>, before: &Stored<Membership>, after: &Membership) -> ChangedAt {
    if before.record.status.is_member() || after.status.is_member() {
        return ChangedAt::all(unit.now().into());
    }
    before.changed_at.for_managers(unit.now().into())
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Membership>]) -> Result<()> {
    let rows: Vec<MembershipRow> = stored.iter().map(MembershipRow::from).collect();
    dialect::insert_all::<memberships::table, MembershipRow>(unit.db(), memberships::table, &rows)?;
    let steps: Vec<StepRow> = stored
        .iter()
        .map(|stored| StepRow::new(unit, stored, None, None))
        .collect();
    dialect::insert_all::<membership_steps::table, StepRow>(unit.db(), membership_steps::table, &steps)?;
    for stored in stored {
        record(unit, &stored.record, Operation::Created);
    }
    Ok(())
}

fn record(unit: &mut UnitOfWork<'_>, membership: &Membership, operation: Operation) {
    unit.record(NOUN, membership.id.uuid(), operation);
    unit.record(Noun::Organisation, membership.organisation.uuid(), Operation::Updated);
}

/// The rows of a membership with its steps, as they are kept while its organisation is gone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MembershipRows {
    membership: MembershipRow,
    steps: Vec<StepRow>,
}

impl MembershipRows {
    /// The memberships of these organisations.
    pub(crate) fn of(db: &mut Db, owners: &[OrganisationId]) -> Result<Vec<(OrganisationId, Self)>> {
        let rows: Vec<MembershipRow> = guard::rows_of!(memberships, Owners::These(owners), db);
        let mut all = Vec::with_capacity(rows.len());
        for membership in rows {
            let steps = membership_steps::table
                .filter(membership_steps::membership_id.eq(membership.id))
                .order(membership_steps::version)
                .load(db)?;
            all.push((membership.organisation_id.into(), Self { membership, steps }));
        }
        Ok(all)
    }

    /// The same as another organisation's.
    pub(crate) fn moved(mut self, to: OrganisationId) -> Self {
        self.membership.organisation_id = to.into();
        self
    }

    /// Puts the membership back as it was, unless it is there as another organisation's.
    pub(crate) fn put_back(self, unit: &mut UnitOfWork<'_>) -> Result<()> {
        if exists(unit.db(), self.membership.id.into())? {
            return Ok(());
        }
        let stored = self.membership.into_stored()?;
        let row = MembershipRow::from(&stored);
        dialect::insert_all::<memberships::table, MembershipRow>(unit.db(), memberships::table, &[row])?;
        dialect::insert_all::<membership_steps::table, StepRow>(unit.db(), membership_steps::table, &self.steps)?;
        record(unit, &stored.record, Operation::Created);
        Ok(())
    }
}

fn exists(db: &mut Db, id: MembershipId) -> Result<bool> {
    let row = memberships::table.filter(memberships::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

#[derive(Debug, Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = memberships, treat_none_as_default_value = false, treat_none_as_null = true)]
struct MembershipRow {
    id: SqlId,
    organisation_id: SqlId,
    kind: String,
    status: String,
    since_on: Option<NaiveDate>,
    until_on: Option<NaiveDate>,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
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
        }
    }
}

impl MembershipRow {
    fn into_stored(self) -> Result<Stored<Membership>> {
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
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

#[derive(Debug, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = membership_steps, treat_none_as_default_value = false)]
struct StepRow {
    membership_id: SqlId,
    version: i64,
    from_status: Option<String>,
    to_status: String,
    at: SqlInstant,
    reason: Option<String>,
    actor_kind: Option<String>,
    actor_id: Option<SqlId>,
}

impl StepRow {
    fn new(
        unit: &UnitOfWork<'_>,
        after: &Stored<Membership>,
        from: Option<MembershipStatus>,
        reason: Option<&str>,
    ) -> Self {
        let (actor_kind, actor_id) = unit.actor().parts();
        Self {
            membership_id: after.record.id.into(),
            version: after.version,
            from_status: from.map(|status| status.code().to_owned()),
            to_status: after.record.status.code().to_owned(),
            at: SqlInstant::from(unit.now()),
            reason: reason.map(ToOwned::to_owned),
            actor_kind: Some(actor_kind.to_owned()),
            actor_id: actor_id.map(SqlId),
        }
    }

    fn into_step(self) -> Result<(MembershipStep, Option<Actor>), Fault> {
        let actor = self.actor_kind.as_deref();
        let actor = actor.map(|kind| Actor::from_parts(kind, self.actor_id).ok_or_else(|| format!("actor `{kind}`")));
        let step = MembershipStep {
            from: self.from_status.as_deref().map(named).transpose()?,
            to: named(&self.to_status)?,
            at: self.at.utc(),
            reason: self.reason,
        };
        Ok((step, actor.transpose()?))
    }
}
