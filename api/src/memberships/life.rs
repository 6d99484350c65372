//! Renewal and resignation.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::membership::life::{NotRenewed, Renewal, renewal};
use werkstadt_domain::membership::period::{Span, later};
use werkstadt_domain::membership::tier::Tier;
use werkstadt_domain::membership::{Leaving, Membership, MembershipId, MembershipRefused, MembershipStatus};
use werkstadt_domain::text::line;
use werkstadt_persistence::memberships::{self, Why};
use werkstadt_persistence::{UnitOfWork, dues};

use super::wire::MembershipBody;
use super::{MembershipPath, charging, contested, find, notices};
use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path};
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::{day, optional};

/// A renewal.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipRenewal, example = json!({"reason": "Decided by the board."}))]
pub struct RenewalRequest {
    /// What the next period costs, in cents; what the type says, if left out.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub amount_cents: Option<i64>,
    /// The last day to pay; what the type says, if left out.
    #[schema(format = Date)]
    pub due_on: Option<String>,
    /// Why, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

/// A resignation.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipResignation, example = json!({"last_on": "2026-12-31", "reason": "Moved away."}))]
pub struct ResignationRequest {
    /// The last day of membership, today among them: until it has passed, the membership goes on. Left out, it ends at once.
    #[schema(format = Date)]
    pub last_on: Option<String>,
    /// Why, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

/// Renew a membership
///
/// Asks for the due of the next period; a term with an end is extended by it. In the days of grace, or lapsed, the membership is active
/// again, with a new day to pay where the due of the present period is open. A resignation that has not taken effect is taken back.
/// Refused with a `reason`: while the present due is open (`owing`), when the next period has its due already (`ahead`), without
/// a fee and an end (`endless`), and below another membership (`covered`).
#[utoipa::path(tag = "memberships", params(MembershipPath), request_body = RenewalRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "Renewed.", body = MembershipBody)))]
#[post("/memberships/{membership_id}/renew")]
pub async fn renew_membership(
    state: web::Data<State>,
    caller: Caller,
    path: Path<MembershipId>,
    _query: NoQuery,
    body: Json<RenewalRequest>,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let renewed = state::write(&state, caller.actor(), move |unit| {
        let before = memberships::find(unit.db(), id)?;
        renew(unit, &shared, &before, &body.0)?;
        find(unit.db(), &shared, id)
    });
    answer::changed(&renewed.await?)
}

/// Resign from membership
///
/// On a day to come, or at once. What is asked for the time after the last day is waived. The main representative is told by letter.
#[utoipa::path(tag = "memberships", params(MembershipPath), request_body = ResignationRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "Noted.", body = MembershipBody)))]
#[post("/memberships/{membership_id}/resign")]
pub async fn resign_membership(
    state: web::Data<State>,
    caller: Caller,
    path: Path<MembershipId>,
    _query: NoQuery,
    body: Json<ResignationRequest>,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let resigned = state::write(&state, caller.actor(), move |unit| {
        let before = memberships::find(unit.db(), id)?;
        resign(unit, &shared, &before, &body.0)?;
        find(unit.db(), &shared, id)
    });
    answer::changed(&resigned.await?)
}

/// Renews a membership.
///
/// # Errors
/// [`Code::Invalid`], [`Code::StepRefused`], [`Code::Conflict`] with the reason.
pub fn renew(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    before: &Stored<Membership>,
    request: &RenewalRequest,
) -> Result<(), Problem> {
    let mut faults = Faults::new();
    let reason = optional(&mut faults, "/reason", request.reason.as_ref(), |text| line(text, 500));
    let due_on = optional(&mut faults, "/due_on", request.due_on.as_ref(), day);
    faults.finish(Some(()))?;
    let membership = &before.record;
    may_renew(membership)?;
    let today = unit.now().date_naive();
    let tier = charging::tier(unit.db(), membership)?;
    let owed = charging::owed(unit.db(), membership.id)?;
    let planned = renewal(membership, tier.as_ref(), &owed, today).map_err(|why| {
        not_renewed(match why {
            NotRenewed::Ahead => "ahead",
            NotRenewed::Owing => "owing",
            NotRenewed::Endless => "endless",
        })
    })?;
    let until_on = match planned {
        Renewal::Again => {
            let known = dues::of_memberships(unit.db(), &[membership.id])?;
            charging::postpone(unit, &known, tier.as_ref(), due_on)?;
            membership.until_on.filter(|until| *until >= today)
        }
        Renewal::Next(span) => {
            next(
                unit,
                state,
                membership,
                tier.as_ref(),
                span,
                (request.amount_cents, due_on),
            )?;
            membership.until_on.map(|until| until.max(span.last))
        }
    };
    let after = Membership {
        status: MembershipStatus::Active,
        leaving: None,
        until_on,
        ..membership.clone()
    };
    let why = Why {
        reason: reason.as_deref(),
        ..Why::default()
    };
    memberships::update(unit, before, after, why).map_err(contested)?;
    Ok(())
}

fn not_renewed(reason: &str) -> Problem {
    Problem::new(Code::Conflict).with_fact("reason", reason)
}

fn may_renew(membership: &Membership) -> Result<(), Problem> {
    use MembershipStatus::{Active, Grace, Lapsed};
    if !matches!(membership.status, Active | Grace | Lapsed) {
        return Err(MembershipRefused {
            from: membership.status,
            to: Active,
        }
        .into());
    }
    if membership.covered.is_some() {
        return Err(not_renewed("covered"));
    }
    Ok(())
}

/// Asks for the due of the next period: what was said, else what the type says.
fn next(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    membership: &Membership,
    tier: Option<&Tier>,
    span: Span,
    (cents, due_on): (Option<i64>, Option<NaiveDate>),
) -> Result<(), Problem> {
    let today = unit.now().date_naive();
    let usual = charging::fee(unit.db(), membership, tier)?;
    let cents = cents.unwrap_or(usual);
    if cents == 0 && membership.until_on.is_none() && membership.status == MembershipStatus::Active {
        return Err(not_renewed("endless"));
    }
    let payable = tier.map_or_else(
        || later(span.first.max(today), charging::USUAL_DUE_DAYS),
        |tier| tier.payable_on(span, today),
    );
    charging::ask(unit, state, membership.id, span, cents, due_on.unwrap_or(payable))?;
    Ok(())
}

/// Notes a resignation, which takes effect after its last day.
///
/// # Errors
/// [`Code::Invalid`], [`Code::StepRefused`], [`Code::Conflict`].
fn resign(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    before: &Stored<Membership>,
    request: &ResignationRequest,
) -> Result<(), Problem> {
    let today = unit.now().date_naive();
    let mut faults = Faults::new();
    let reason = optional(&mut faults, "/reason", request.reason.as_ref(), |text| line(text, 500));
    let last_on = optional(&mut faults, "/last_on", request.last_on.as_ref(), day);
    if before
        .record
        .since_on
        .zip(last_on)
        .is_some_and(|(since, last)| last < since)
    {
        faults.note("/last_on", Rule::Reversed);
    }
    faults.finish(Some(()))?;
    let gone = before.record.status.step(MembershipStatus::Resigned)?;
    let last = last_on.unwrap_or(today);
    charging::waive_after(unit, before.record.id, last)?;
    if last_on.is_some() && last >= today {
        let after = Membership {
            leaving: Some(Leaving { on: last, reason }),
            ..before.record.clone()
        };
        let stored = memberships::update(unit, before, after, Why::default()).map_err(contested)?;
        return notices::of_step(unit, state, &before.record, &stored.record);
    }
    let why = Why {
        reason: reason.as_deref(),
        effective_on: last_on.map(|last| later(last, 1)),
    };
    let after = resigned(&before.record, gone, last);
    let stored = memberships::update(unit, before, after, why).map_err(contested)?;
    notices::of_step(unit, state, &before.record, &stored.record)
}

/// A membership after its last day.
pub fn resigned(before: &Membership, status: MembershipStatus, last: NaiveDate) -> Membership {
    Membership {
        status,
        until_on: Some(last),
        leaving: None,
        ..before.clone()
    }
}
