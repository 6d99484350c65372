//! Renewals and payments of many memberships.

use chrono::NaiveDate;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::membership::due::{CURRENCY, Due, DueId, Settled};
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus};
use werkstadt_domain::text::line;
use werkstadt_persistence::{Db, Error, UnitOfWork, dues, memberships};

use super::Mode;
use super::wire::{PaymentOutcome, PaymentsBody, PaymentsRequest, RenewalOutcome, RenewalsBody, RenewalsRequest};
use crate::memberships::charging;
use crate::memberships::dues::wire::is_to_come;
use crate::memberships::life::{RenewalRequest, renew};
use crate::problem::{Code, Problem};
use crate::state::State;
use crate::wire::{day, list, optional};

/// Renews memberships; what cannot be renewed is skipped.
///
/// # Errors
/// [`Code::Invalid`] with every fault.
pub fn renewals(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    request: &RenewalsRequest,
) -> Result<Vec<RenewalOutcome>, Problem> {
    let mut faults = Faults::new();
    optional(&mut faults, "/type", request.r#type.as_ref(), |text| line(text, 60));
    optional(&mut faults, "/reason", request.reason.as_ref(), |text| line(text, 500));
    let wanted = wanted(unit.db(), request, faults)?;
    let each = RenewalRequest {
        reason: request.reason.clone(),
        ..RenewalRequest::default()
    };
    let mut outcomes = Vec::with_capacity(wanted.len());
    for before in wanted {
        // One that cannot be renewed leaves nothing behind, and keeps no other from being renewed.
        let reason = match unit.part(|unit| renew(unit, state, &before, &each)) {
            Ok(()) => None,
            Err(problem) if problem.code() == Code::StepRefused => Some("status".to_owned()),
            Err(problem) if matches!(problem.code(), Code::Conflict | Code::Stale) => {
                let reason = problem.fact("reason").and_then(|reason| reason.as_str());
                Some(reason.unwrap_or("changed").to_owned())
            }
            Err(problem) => return Err(problem),
        };
        let outcome = if reason.is_none() { "renewed" } else { "skipped" };
        outcomes.push(RenewalOutcome {
            membership_id: before.record.id.to_string(),
            organisation_id: before.record.organisation.to_string(),
            outcome: outcome.to_owned(),
            reason,
        });
    }
    Ok(outcomes)
}

fn wanted(db: &mut Db, request: &RenewalsRequest, mut faults: Faults) -> Result<Vec<Stored<Membership>>, Problem> {
    use MembershipStatus::{Active, Grace};
    let of_type = |stored: &Stored<Membership>| request.r#type.as_ref().is_none_or(|kind| *kind == stored.record.kind);
    let Some(ids) = &request.membership_ids else {
        let mut all = Vec::new();
        for status in [Active, Grace] {
            all.extend(memberships::list(db, Some(status), None, i64::MAX)?);
        }
        all.retain(of_type);
        return Ok(faults.finish(Some(all))?);
    };
    let parse = |faults: &mut Faults, place: &str, text: &String| {
        faults.take(place, MembershipId::parse(text).map_err(|_| Rule::UnknownReference))
    };
    let ids = list(&mut faults, "/membership_ids", ids, 1000, parse);
    let mut found = Vec::with_capacity(ids.len());
    for (index, id) in ids.into_iter().enumerate() {
        match memberships::find(db, id) {
            Ok(stored) => found.push(stored),
            Err(Error::NotFound { .. }) => faults.note(format!("/membership_ids/{index}"), Rule::UnknownReference),
            Err(error) => return Err(error.into()),
        }
    }
    found.retain(of_type);
    Ok(faults.finish(Some(found))?)
}

/// Notes payments.
///
/// # Errors
/// [`Code::Invalid`] with every fault.
pub fn payments(unit: &mut UnitOfWork<'_>, request: &PaymentsRequest) -> Result<Vec<PaymentOutcome>, Problem> {
    let today = unit.now().date_naive();
    let paid = payments_read(unit.db(), request, today)?;
    let mut outcomes = Vec::with_capacity(paid.len());
    for (before, on) in paid {
        let outcome = if matches!(before.record.settled, Settled::Paid(_)) {
            "unchanged"
        } else {
            let after = Due {
                settled: Settled::Paid(on),
                ..before.record.clone()
            };
            dues::update(unit, &before, after)?;
            charging::settle_up(unit, before.record.membership)?;
            "paid"
        };
        outcomes.push(PaymentOutcome {
            due_id: before.record.id.to_string(),
            outcome: outcome.to_owned(),
            amount_cents: before.record.amount_cents,
        });
    }
    Ok(outcomes)
}

fn payments_read(
    db: &mut Db,
    request: &PaymentsRequest,
    today: NaiveDate,
) -> Result<Vec<(Stored<Due>, NaiveDate)>, Problem> {
    let mut faults = Faults::new();
    let mut found: Vec<(Stored<Due>, NaiveDate)> = Vec::with_capacity(request.items.len());
    for (index, item) in request.items.iter().enumerate() {
        let at = |member: &str| format!("/items/{index}/{member}");
        let on = optional(&mut faults, at("paid_on"), item.paid_on.as_ref(), day);
        if on.is_some_and(|on| is_to_come(on, today)) {
            faults.note(at("paid_on"), Rule::InTheFuture);
        }
        let due = DueId::parse(&item.due_id).ok().map(|id| dues::find(db, id));
        match due {
            Some(Ok(due)) if found.iter().any(|(other, _)| other.record.id == due.record.id) => {
                faults.note(at("due_id"), Rule::Duplicate);
            }
            Some(Ok(due)) => found.push((due, on.unwrap_or(today))),
            None | Some(Err(Error::NotFound { .. })) => faults.note(at("due_id"), Rule::UnknownReference),
            Some(Err(error)) => return Err(error.into()),
        }
    }
    Ok(faults.finish(Some(found))?)
}

impl RenewalsBody {
    pub(super) fn new(mode: Mode, items: Vec<RenewalOutcome>) -> Self {
        let renewed = items.iter().filter(|item| item.reason.is_none()).count();
        Self {
            dry_run: mode == Mode::Trial,
            renewed,
            skipped: items.len() - renewed,
            items,
        }
    }
}

impl PaymentsBody {
    pub(super) fn new(mode: Mode, items: Vec<PaymentOutcome>) -> Self {
        let paid = || items.iter().filter(|item| item.outcome == "paid");
        Self {
            dry_run: mode == Mode::Trial,
            paid: paid().count(),
            unchanged: items.len() - paid().count(),
            paid_cents: paid().map(|item| item.amount_cents).sum(),
            currency: CURRENCY.to_owned(),
            items,
        }
    }
}
