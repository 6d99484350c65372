//! What becomes of an application: a membership with all that it needs, or a no.

use chrono::NaiveDate;
use serde_json::json;
use werkstadt_domain::account::{Invitation, Role};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::membership::application::{ApplicationId, ApplicationStatus};
use werkstadt_domain::membership::representative::{Representative, RepresentativeRole};
use werkstadt_domain::membership::{Membership, MembershipStatus};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::text::Language;
use werkstadt_persistence::applications::{self, StoredApplication};
use werkstadt_persistence::memberships::{self, Why, representatives};
use werkstadt_persistence::{Error, UnitOfWork, invitations, membership_types, organisations, users};

use super::content::Content;
use super::wire::{Decision, Verdict};
use crate::auth::Caller;
use crate::invitations::PATIENCE;
use crate::letters::{self, Kind, To};
use crate::memberships::charging;
use crate::memberships::contested;
use crate::organisations::taken::refuse_taken;
use crate::problem::{Code, Problem};
use crate::state::State;

/// Carries a decision out.
///
/// # Errors
/// [`Code::Invalid`], [`Code::StepRefused`], and [`Code::Conflict`] where the organisation is a member already, a number of it is
/// another's, or somebody else decides at the same time.
pub fn decide(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    caller: &Caller,
    id: ApplicationId,
    decision: &Decision,
) -> Result<(), Problem> {
    let before = applications::find(unit.db(), id)?;
    let (reason, since_on) = decision.read()?;
    let to = before.status.step(decision.decision.0.status())?;
    // First, so that of two who decide at once only one goes on.
    take(unit, &before, to, reason.clone())?;
    let content = Content::of(&before)?;
    if decision.decision.0 == Verdict::Reject {
        let details = json!({"reason": reason.unwrap_or_default()});
        return tell(unit, state, &content, Kind::ApplicationRejected, details);
    }
    if decision.decision.0 != Verdict::Accept {
        return Ok(());
    }
    let organisation = organisation(unit, state, caller, &content, decision)?;
    let kind = membership_types::find(unit.db(), before.tier)?.record.code;
    let since_on = since_on.unwrap_or_else(|| unit.now().date_naive());
    let wanted = Membership {
        id: state.id(),
        organisation,
        kind,
        status: MembershipStatus::Active,
        since_on: Some(since_on),
        until_on: None,
        leaving: None,
        covered: None,
    };
    let (entered, was) = enter(unit, wanted, reason.as_deref())?;
    let membership = entered.id;
    let invitation = invite(unit, state, caller, &content, organisation)?;
    let details = json!({"organisation": content.organisation.name, "invitation": invitation});
    tell(unit, state, &content, Kind::ApplicationAccepted, details)?;
    let contact = content.contact;
    let main = Representative {
        role: RepresentativeRole::Main,
        name: contact.name,
        email: contact.email,
        phone: contact.phone,
        person: None,
    };
    let mut all = representatives::of(unit.db(), membership)?;
    all.retain(|one| one.role != RepresentativeRole::Main);
    all.push(main);
    representatives::put(unit, membership, &all)?;
    // Last, so that whoever speaks for the member hears of it.
    charging::begin(unit, state, &entered, was)?;
    Ok(applications::link(unit, id, membership)?)
}

/// Writes to who applied.
fn tell(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    content: &Content,
    kind: Kind,
    details: serde_json::Value,
) -> Result<(), Problem> {
    let to = To {
        address: &content.contact.email,
        language: language(content),
    };
    letters::enqueue(unit, state.id(), kind, to, details)
}

/// Invites who applied to look after the new member's profile, unless the address has an account already.
fn invite(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    caller: &Caller,
    content: &Content,
    organisation: OrganisationId,
) -> Result<Option<String>, Problem> {
    if users::credentials(unit.db(), &content.contact.email)?.is_some() {
        return Ok(None);
    }
    let invitation = Invitation {
        id: state.id(),
        email: content.contact.email.clone(),
        name: content.contact.name.clone(),
        role: Role::Owner,
        organisation: Some(organisation),
        language: language(content),
        invited_by: Some(caller.signed_in()?.id),
        expires_at: unit.now() + PATIENCE,
        accepted_at: None,
        person: None,
        guardianship: None,
    };
    let stored = invitations::insert(unit, invitation)?;
    Ok(Some(stored.record.id.to_string()))
}

fn language(content: &Content) -> Language {
    content.contact.language.map_or(Language::De, |choice| choice.0)
}

/// Takes the step, or says where the application stands by now.
fn take(
    unit: &mut UnitOfWork<'_>,
    before: &StoredApplication,
    to: ApplicationStatus,
    reason: Option<String>,
) -> Result<(), Problem> {
    match applications::decide(unit, before, to, reason) {
        Ok(_) => Ok(()),
        Err(Error::Stale { .. }) => {
            applications::find(unit.db(), before.id)?.status.step(to)?;
            Err(Problem::new(Code::Conflict))
        }
        Err(error) => Err(error.into()),
    }
}

/// The organisation that the decision names, or a new one.
fn organisation(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    caller: &Caller,
    content: &Content,
    decision: &Decision,
) -> Result<OrganisationId, Problem> {
    if let Some(named) = &decision.organisation_id {
        let id = OrganisationId::parse(named).ok();
        let known = match id {
            Some(id) => !organisations::load(unit.db(), &[id])?.is_empty(),
            None => false,
        };
        let mut faults = Faults::new();
        let id = faults.take("/organisation_id", id.filter(|_| known).ok_or(Rule::UnknownReference));
        return Ok(faults.finish(id)?);
    }
    let organisation = content.organisation.to_domain(state.id())?;
    refuse_taken(unit.db(), &organisation, caller)?;
    Ok(organisations::insert(unit, organisation)?.record.id)
}

/// Makes an organisation a member: with a new membership, or by taking back one that has ended. Tells where it stood before.
fn enter(
    unit: &mut UnitOfWork<'_>,
    wanted: Membership,
    reason: Option<&str>,
) -> Result<(Membership, MembershipStatus), Problem> {
    use MembershipStatus::{Active, Applied, Grace, Suspended, UnderReview};
    let Some(known) = memberships::of_organisation(unit.db(), wanted.organisation)? else {
        let stored = memberships::insert_because(unit, wanted, reason)?;
        return Ok((stored.record, Applied));
    };
    let was = known.record.status;
    if matches!(was, Active | Grace | Suspended) {
        return Err(Problem::new(Code::Conflict).with_fact("membership_id", known.record.id.to_string()));
    }
    let known = if was == Applied {
        let reviewed = Membership {
            status: UnderReview,
            ..known.record.clone()
        };
        memberships::update(unit, &known, reviewed, Why::default()).map_err(contested)?
    } else {
        known
    };
    let stored = admit(unit, &known, wanted, reason)?;
    Ok((stored.record, was))
}

fn admit(
    unit: &mut UnitOfWork<'_>,
    known: &Stored<Membership>,
    wanted: Membership,
    reason: Option<&str>,
) -> Result<Stored<Membership>, Problem> {
    let status = known.record.status.step(wanted.status)?;
    let today: NaiveDate = unit.now().date_naive();
    let why = Why {
        reason,
        effective_on: wanted.since_on.filter(|day| *day != today),
    };
    memberships::update(unit, known, Membership { status, ..wanted }, why).map_err(contested)
}
