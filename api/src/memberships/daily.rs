//! What the day does to memberships: dues of the next period, days of grace, lapses, and resignations that take effect.

use std::collections::HashMap;

use chrono::NaiveDate;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::due::Due;
use werkstadt_domain::membership::life::{Turn, asks, deciding, turn};
use werkstadt_domain::membership::period::Span;
use werkstadt_domain::membership::tier::Tier;
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus};
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::memberships::{self, Why};
use werkstadt_persistence::{Db, UnitOfWork, dues};

use super::life::resigned;
use super::{charging, notices};
use crate::problem::{Code, Problem};
use crate::state::State;

/// Memberships looked at in one read.
const BATCH: i64 = 200;
/// Looks at a membership that others change at the same time. What is left then, the next day does.
const ATTEMPTS: usize = 5;

/// Something that is due.
enum Work {
    /// The due of the present period.
    Ask(Span),
    /// Another state.
    Turn(Turn),
}

/// Does what is due today, and tells with how many memberships something was done. To do it twice changes nothing more.
///
/// # Errors
/// [`Code::Unavailable`]; what was done until then stays done.
pub fn run(state: &State) -> Result<u64, Problem> {
    let mut changed = 0;
    use MembershipStatus::{Active, Grace, Suspended};
    for status in [Active, Grace, Suspended] {
        let mut after = None;
        loop {
            let batch = state
                .store
                .read(|db| Ok::<_, Problem>(memberships::list(db, Some(status), after, BATCH)?))?;
            let Some(last) = batch.last() else { break };
            after = Some(last.record.id);
            for id in state.store.read(|db| due(db, &batch, state.now().date_naive()))? {
                changed += u64::from(persist(state, id)?);
            }
        }
    }
    Ok(changed)
}

/// Those of some memberships with which something is to be done.
fn due(db: &mut Db, batch: &[Stored<Membership>], today: NaiveDate) -> Result<Vec<MembershipId>, Problem> {
    let ids: Vec<MembershipId> = batch.iter().map(|stored| stored.record.id).collect();
    let mut owed: HashMap<MembershipId, Vec<Due>> = HashMap::new();
    for due in dues::of_memberships(db, &ids)? {
        owed.entry(due.record.membership)
            .or_default()
            .push(charging::held(&due));
    }
    let mut tiers: HashMap<String, Option<Tier>> = HashMap::new();
    let mut found = Vec::new();
    for stored in batch {
        let membership = &stored.record;
        if !tiers.contains_key(&membership.kind) {
            tiers.insert(membership.kind.clone(), charging::tier(db, membership)?);
        }
        let tier = tiers.get(&membership.kind).and_then(Option::as_ref);
        let dues = owed.get(&membership.id).map(Vec::as_slice).unwrap_or_default();
        if work(membership, tier, dues, today).is_some() {
            found.push(membership.id);
        }
    }
    Ok(found)
}

/// What is to be done with a membership whose dues are these, as they are held against it.
fn work(membership: &Membership, tier: Option<&Tier>, dues: &[Due], today: NaiveDate) -> Option<Work> {
    if let Some(turn) = turn(membership, deciding(dues, today), charging::grace_days(tier), today) {
        return Some(Work::Turn(turn));
    }
    let tier = tier.filter(|tier| tier.fee_cents > 0 || !tier.fees.is_empty())?;
    asks(membership, tier.period, dues, today).map(Work::Ask)
}

/// Does what is to be done with a membership, as it is now, until there is no more of it; whether there was anything.
fn work_off(unit: &mut UnitOfWork<'_>, state: &State, id: MembershipId) -> Result<bool, Problem> {
    let mut done = false;
    let today = unit.now().date_naive();
    loop {
        let before = memberships::find(unit.db(), id)?;
        let tier = charging::tier(unit.db(), &before.record)?;
        let dues = charging::owed(unit.db(), id)?;
        match work(&before.record, tier.as_ref(), &dues, today) {
            None => return Ok(done),
            Some(Work::Turn(turn)) => take(unit, state, &before, turn)?,
            Some(Work::Ask(span)) => {
                let Some(tier) = tier else { return Ok(done) };
                let cents = charging::fee(unit.db(), &before.record, Some(&tier))?;
                memberships::guard_version(unit, &before)?;
                let due_on = tier.payable_on(span, today);
                if charging::ask(unit, state, id, span, cents, due_on)?.is_none() {
                    return Ok(done);
                }
            }
        }
        done = true;
    }
}

fn take(unit: &mut UnitOfWork<'_>, state: &State, before: &Stored<Membership>, turn: Turn) -> Result<(), Problem> {
    let membership = &before.record;
    let (after, reason) = match &membership.leaving {
        Some(leaving) if turn.to == MembershipStatus::Resigned => {
            charging::waive_after(unit, membership.id, leaving.on)?;
            (resigned(membership, turn.to, leaving.on), leaving.reason.clone())
        }
        _ => (
            Membership {
                status: turn.to,
                ..membership.clone()
            },
            None,
        ),
    };
    let why = Why {
        reason: reason.as_deref(),
        effective_on: Some(turn.on),
    };
    let stored = memberships::update(unit, before, after, why)?;
    notices::of_step(unit, state, membership, &stored.record)
}

/// Works it off, and looks again where somebody else was faster, who may have left something to do.
fn persist(state: &State, id: MembershipId) -> Result<bool, Problem> {
    for _ in 0..ATTEMPTS {
        let done = state
            .store
            .write(Author::task("daily"), state.now(), |unit| work_off(unit, state, id));
        match done {
            Err(problem) if matches!(problem.code(), Code::Stale | Code::Conflict) => {}
            Err(problem) if problem.code() == Code::NotFound => return Ok(false),
            other => return other,
        }
    }
    Ok(false)
}
