//! What members owe: the due of a first period, of the next one, and what a resignation leaves to pay.

use chrono::NaiveDate;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::calendar::LAST_DAY;
use werkstadt_domain::membership::due::{Due, Settled};
use werkstadt_domain::membership::life::{deciding, turn};
use werkstadt_domain::membership::period::{Span, free, later};
use werkstadt_domain::membership::tier::{Tier, USUAL_GRACE_DAYS};
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus};
use werkstadt_persistence::memberships::{self, Why};
use werkstadt_persistence::{Db, UnitOfWork, dues, membership_types, organisations};

use super::{contested, notices};
use crate::problem::Problem;
use crate::state::State;

/// Days to pay where the association has not described the type.
pub const USUAL_DUE_DAYS: u16 = 30;

/// The type of a membership, if the association has described it.
///
/// # Errors
/// As every read.
pub fn tier(db: &mut Db, membership: &Membership) -> Result<Option<Tier>, Problem> {
    let found = membership_types::by_code(db, &membership.kind)?;
    Ok(found.map(|stored| stored.record))
}

/// Days of grace of a type.
pub fn grace_days(tier: Option<&Tier>) -> u16 {
    tier.map_or(USUAL_GRACE_DAYS, |tier| tier.grace_days)
}

/// What a year of the type costs the organisation of a membership.
///
/// # Errors
/// As every read.
pub fn fee(db: &mut Db, membership: &Membership, tier: Option<&Tier>) -> Result<i64, Problem> {
    let Some(tier) = tier else { return Ok(0) };
    if tier.fees.is_empty() {
        return Ok(tier.fee_cents);
    }
    Ok(tier.fee(organisations::find(db, membership.organisation)?.record.size))
}

/// Asks for the first due of a membership that has just become active, from another state: for the period in which it begins, as much as
/// its type asks of whoever joins within it. Who comes back while the due of that period is open has a new day to pay it; who is covered
/// owes nothing.
///
/// # Errors
/// As every write.
pub fn begin(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    membership: &Membership,
    was: MembershipStatus,
) -> Result<(), Problem> {
    if membership.covered.is_some() || was == MembershipStatus::Suspended {
        return Ok(());
    }
    let tier = tier(unit.db(), membership)?;
    let today = unit.now().date_naive();
    let start = membership.since_on.map_or(today, |since| since.max(today));
    let known = dues::of_memberships(unit.db(), &[membership.id])?;
    let asked: Vec<Span> = known.iter().map(|due| due.record.span).collect();
    if free(&asked, start) > start {
        return postpone(unit, &known, tier.as_ref(), None);
    }
    let Some(tier) = tier else { return Ok(()) };
    let span = tier.period.unasked(membership.since_on, &asked, start);
    let fee = fee(unit.db(), membership, Some(&tier))?;
    let payable = tier.payable_on(span, start);
    // Who comes back joins again.
    let joined = if was == MembershipStatus::Lapsed || was == MembershipStatus::Resigned {
        start
    } else {
        membership.since_on.unwrap_or(start)
    };
    let cents = tier.first_due.cents(fee, span, joined);
    if cents == 0 && fee > 0 {
        return forgo(unit, state, membership.id, span, payable);
    }
    ask(unit, state, membership.id, span, cents, payable).map(drop)
}

/// Notes that nothing is asked for a period, so that the one after it is asked for in time.
fn forgo(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    membership: MembershipId,
    span: Span,
    due_on: NaiveDate,
) -> Result<(), Problem> {
    let due = Due {
        id: state.id(),
        membership,
        span,
        amount_cents: 0,
        due_on,
        settled: Settled::Waived,
        note: None,
        reminded: None,
    };
    dues::insert(unit, due)?;
    Ok(())
}

/// Asks for a due, unless it costs nothing.
///
/// # Errors
/// As [`dues::insert`].
pub fn ask(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    membership: MembershipId,
    span: Span,
    amount_cents: i64,
    due_on: NaiveDate,
) -> Result<Option<Stored<Due>>, Problem> {
    if amount_cents == 0 {
        return Ok(None);
    }
    let due = Due {
        id: state.id(),
        membership,
        span,
        amount_cents,
        due_on,
        settled: Settled::Open,
        note: None,
        reminded: None,
    };
    let stored = dues::insert(unit, due)?;
    notices::of_due(unit, state, &stored.record)?;
    Ok(Some(stored))
}

/// Gives the dues of a membership that are late, and are for periods that go on or held against it, a new day to pay: this one, or so many
/// days from now as the type says.
///
/// # Errors
/// As [`dues::update`].
pub fn postpone(
    unit: &mut UnitOfWork<'_>,
    dues: &[Stored<Due>],
    tier: Option<&Tier>,
    day: Option<NaiveDate>,
) -> Result<(), Problem> {
    let today = unit.now().date_naive();
    let days = tier.map_or(USUAL_DUE_DAYS, |tier| tier.due_days);
    let judged: Vec<Due> = dues.iter().map(held).collect();
    let against = deciding(&judged, today).map(|due| due.id);
    for due in dues {
        let record = &due.record;
        let counts = record.span.last >= today || Some(record.id) == against;
        if record.settled == Settled::Open && counts && record.due_on < today {
            let payable = day.unwrap_or_else(|| later(today, days));
            dues::update(unit, due, record.clone().payable_on(payable))?;
        }
    }
    Ok(())
}

/// A due as it is held against a membership.
pub fn held(due: &Stored<Due>) -> Due {
    due.record.clone().entered_on(due.created_at.utc().date_naive())
}

/// The dues of a membership as they are held against it, by their periods.
///
/// # Errors
/// As every read.
pub fn owed(db: &mut Db, id: MembershipId) -> Result<Vec<Due>, Problem> {
    let found = dues::of_memberships(db, &[id])?;
    Ok(found.iter().map(held).collect())
}

/// Waives what is open for periods that begin after the last day of a membership.
///
/// # Errors
/// As [`dues::update`].
pub fn waive_after(unit: &mut UnitOfWork<'_>, id: MembershipId, last_day: NaiveDate) -> Result<(), Problem> {
    for due in dues::of_memberships(unit.db(), &[id])? {
        waive_if(unit, &due, |due| due.span.first > last_day)?;
    }
    Ok(())
}

/// Waives a due that is open and meets a condition.
///
/// # Errors
/// As [`dues::update`].
pub fn waive_if(
    unit: &mut UnitOfWork<'_>,
    due: &Stored<Due>,
    condition: impl FnOnce(&Due) -> bool,
) -> Result<(), Problem> {
    if due.record.settled == Settled::Open && condition(&due.record) {
        let after = Due {
            settled: Settled::Waived,
            ..due.record.clone()
        };
        dues::update(unit, due, after)?;
    }
    Ok(())
}

/// The day on which a membership in its days of grace lapses if nothing else happens before.
///
/// # Errors
/// As every read.
pub fn lapses_on(db: &mut Db, membership: &Membership, today: NaiveDate) -> Result<Option<NaiveDate>, Problem> {
    let tier = tier(db, membership)?;
    let owed = owed(db, membership.id)?;
    // As the day's work would see it much later.
    let turn = turn(membership, deciding(&owed, today), grace_days(tier.as_ref()), LAST_DAY);
    Ok(turn
        .filter(|turn| turn.to == MembershipStatus::Lapsed)
        .map(|turn| turn.on))
}

/// Makes a membership in its days of grace active again, if it owes nothing any more.
///
/// # Errors
/// As [`memberships::update`]; somebody who changes it at the same time makes this a conflict.
pub fn settle_up(unit: &mut UnitOfWork<'_>, id: MembershipId) -> Result<(), Problem> {
    let before = memberships::find(unit.db(), id)?;
    if before.record.status != MembershipStatus::Grace {
        return Ok(());
    }
    let today = unit.now().date_naive();
    let owed = owed(unit.db(), id)?;
    let deciding = deciding(&owed, today);
    let after = Membership {
        status: before.record.status.step(MembershipStatus::Active)?,
        ..before.record.clone()
    };
    // As the day's work would see it.
    if deciding.is_some() && turn(&after, deciding, 0, today).is_none() {
        let why = Why {
            reason: Some("The dues are settled."),
            ..Why::default()
        };
        memberships::update(unit, &before, after, why).map_err(contested)?;
    }
    Ok(())
}
