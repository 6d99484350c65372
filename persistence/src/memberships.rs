//! Memberships and their history.

use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus, MembershipStep};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, Owners};
use crate::schema::{membership_steps, memberships};
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

mod coverings;
mod kept;
mod kinds;
pub mod representatives;
mod row;

pub(crate) use coverings::CoveringRow;
pub use coverings::covered;
pub(crate) use kept::{MembershipRows, record_uncovered};
pub use kinds::kind_changes;
pub use row::Why;
use row::{MembershipRow, StepRow};

const NOUN: Noun = Noun::Membership;

/// One membership.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: MembershipId) -> Result<Stored<Membership>> {
    let row: Option<MembershipRow> = memberships::table.find(SqlId::from(id)).first(db).optional()?;
    let found = with_coverings(db, row.into_iter().collect())?;
    found.into_iter().next().ok_or(Error::NotFound { noun: NOUN })
}

/// The membership of an organisation, if it has one.
///
/// # Errors
/// As every read.
pub fn of_organisation(db: &mut Db, organisation: OrganisationId) -> Result<Option<Stored<Membership>>> {
    Ok(load(db, Owners::These(&[organisation]))?.pop())
}

/// Whose memberships these are, as far as there are such.
///
/// # Errors
/// As every read.
pub fn owners(db: &mut Db, ids: &[MembershipId]) -> Result<Vec<(MembershipId, OrganisationId)>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(guard::IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows: Vec<(SqlId, SqlId)> = memberships::table
            .filter(memberships::id.eq_any(keys))
            .select((memberships::id, memberships::organisation_id))
            .load(db)?;
        found.extend(rows.into_iter().map(|(id, owner)| (id.into(), owner.into())));
    }
    Ok(found)
}

/// The memberships of these organisations, in no order.
///
/// # Errors
/// As every read.
pub fn of_organisations(db: &mut Db, organisations: &[OrganisationId]) -> Result<Vec<Stored<Membership>>> {
    load(db, Owners::These(organisations))
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
    with_coverings(db, rows)
}

/// The memberships of these organisations.
pub(crate) fn load(db: &mut Db, owners: Owners<'_>) -> Result<Vec<Stored<Membership>>> {
    let rows: Vec<MembershipRow> = guard::rows_of!(memberships, owners, db);
    with_coverings(db, rows)
}

fn with_coverings(db: &mut Db, rows: Vec<MembershipRow>) -> Result<Vec<Stored<Membership>>> {
    let found: Result<Vec<Stored<Membership>>> = rows.into_iter().map(MembershipRow::into_stored).collect();
    let mut found = found?;
    coverings::attach(db, &mut found)?;
    Ok(found)
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
    insert_because(unit, membership, None)
}

/// Adds a membership for a reason.
///
/// # Errors
/// As [`insert`].
pub fn insert_because(
    unit: &mut UnitOfWork<'_>,
    membership: Membership,
    reason: Option<&str>,
) -> Result<Stored<Membership>> {
    let stored = guard::created(unit, membership);
    write_all(unit, std::slice::from_ref(&stored), reason)?;
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
    write_all(unit, &stored, None)
}

/// Changes a membership, if it is still as it was read in `before`. A change of its state is recorded as a step with the
/// reason; whether the step is allowed is for [`MembershipStatus::step`] to say before.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) if it would be covered
/// by one that is covered itself, or is to be covered though it covers others.
pub fn update(
    unit: &mut UnitOfWork<'_>,
    before: &Stored<Membership>,
    after: Membership,
    why: Why<'_>,
) -> Result<Stored<Membership>> {
    let (id, organisation) = (before.record.id, before.record.organisation);
    let after = Membership {
        id,
        organisation,
        ..after
    };
    let stored = guard::changed(unit, before, after);
    let by = stored.record.covered.map(|covering| covering.by);
    let news = by.filter(|by| before.record.covered.map(|covering| covering.by) != Some(*by));
    // In one order for all, so that two who cover each other's memberships do not wait for each other.
    if let Some(by) = news.filter(|by| *by < id) {
        hold(unit, by)?;
    }
    let db = unit.db();
    let guarded = memberships::table
        .filter(memberships::id.eq(SqlId::from(id)))
        .filter(memberships::version.eq(before.version));
    let rows = diesel::update(guarded).set(&MembershipRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    if let Some(by) = news.filter(|by| *by > id) {
        hold(unit, by)?;
    }
    if news.is_some() || by.is_none() && before.record.covered.is_some() {
        coverings::set(unit.db(), id, by)?;
    }
    kinds::note(unit, &before.record, &stored)?;
    if before.record.status != stored.record.status {
        let step = StepRow::new(
            unit,
            &stored,
            Some(before.record.status),
            since(why, before, &stored.record),
        );
        dialect::insert_all::<membership_steps::table, StepRow>(unit.db(), membership_steps::table, &[step])?;
        coverings::record_covered(unit, &[id.into()])?;
    }
    record(unit, &stored.record, Operation::Updated);
    Ok(stored)
}

/// Who becomes a member with another first day is one from that day on.
fn since<'a>(why: Why<'a>, before: &Stored<Membership>, after: &Membership) -> Why<'a> {
    let begins = after.status == MembershipStatus::Active && after.since_on != before.record.since_on;
    Why {
        effective_on: why.effective_on.or_else(|| after.since_on.filter(|_| begins)),
        ..why
    }
}

/// Keeps a membership as it is until this unit of work is done: whoever changes it at the same time fails, or waits and is seen.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn hold(unit: &mut UnitOfWork<'_>, id: MembershipId) -> Result<()> {
    let before = find(unit.db(), id)?;
    guard_version(unit, &before)
}

/// As [`hold`], if the membership is still as it was read.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn guard_version(unit: &mut UnitOfWork<'_>, before: &Stored<Membership>) -> Result<()> {
    let id = before.record.id;
    let db = unit.db();
    let guarded = memberships::table
        .filter(memberships::id.eq(SqlId::from(id)))
        .filter(memberships::version.eq(before.version));
    let rows = diesel::update(guarded)
        .set(memberships::version.eq(before.version + 1))
        .execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(())
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Membership>], reason: Option<&str>) -> Result<()> {
    let rows: Vec<MembershipRow> = stored.iter().map(MembershipRow::from).collect();
    dialect::insert_all::<memberships::table, MembershipRow>(unit.db(), memberships::table, &rows)?;
    let steps: Vec<StepRow> = stored
        .iter()
        .map(|stored| {
            let member = stored.record.status.is_member();
            let why = Why {
                reason,
                effective_on: stored.record.since_on.filter(|_| member),
            };
            StepRow::new(unit, stored, None, why)
        })
        .collect();
    dialect::insert_all::<membership_steps::table, StepRow>(unit.db(), membership_steps::table, &steps)?;
    for stored in stored {
        if let Some(covering) = stored.record.covered {
            hold(unit, covering.by)?;
            coverings::set(unit.db(), stored.record.id, Some(covering.by))?;
        }
        record(unit, &stored.record, Operation::Created);
    }
    Ok(())
}

fn record(unit: &mut UnitOfWork<'_>, membership: &Membership, operation: Operation) {
    unit.record(NOUN, membership.id.uuid(), operation);
    unit.record(Noun::Organisation, membership.organisation.uuid(), Operation::Updated);
}

fn exists(db: &mut Db, id: MembershipId) -> Result<bool> {
    let row = memberships::table.filter(memberships::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}
