//! Memberships as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::invalid::{Fault, Faults, Invalid, Rule};
use werkstadt_domain::membership::representative::{Representative, RepresentativeRole};
use werkstadt_domain::membership::{KindChange, Membership, MembershipId, MembershipStatus, MembershipStep};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::text::line;
use werkstadt_persistence::{Accounts, Actor, Db};

use super::dues::wire::DueBody;
use super::terms::covering;
use crate::history::wire::ActorBody;
use crate::page::Page;
use crate::problem::Problem;
use crate::wire::{Choose, MembershipStatusName, day, in_order, known, optional};

pub mod representative;

use representative::{RepresentativeBody, both, named_persons, of_role};

/// The membership of an organisation in the association.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Membership, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000a1", "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "type": "full",
    "status": "active", "since_on": "2020-01-01", "member": true, "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct MembershipBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The member.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The type.
    #[schema(examples("full", "supporting", "partner"))]
    pub r#type: String,
    /// Where it stands.
    #[schema(examples("applied", "active", "suspended"))]
    pub status: String,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub since_on: Option<String>,
    /// Last day of a term, after which the days of grace begin; or of a member who has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// The last day of a member who has resigned, until it has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub resigns_on: Option<String>,
    /// Why the member has resigned, until that takes effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resign_reason: Option<String>,
    /// The membership that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub covered_by: Option<String>,
    /// True while the organisation counts as a member: as this one stands, and the one that covers it.
    pub member: bool,
    /// Who speaks for the member; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<RepresentativeBody>,
    /// Who pays its dues, if that is another; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dues_representative: Option<RepresentativeBody>,
    /// Its dues, by their periods; only for the organisation itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dues: Option<Vec<DueBody>>,
    /// Its steps, the first one first; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<MembershipEvent>>,
    /// Changes of its type, the first one first; left out in lists. Dues that there were already stayed as they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_changes: Option<Vec<TypeChange>>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Its last change.
    pub updated_at: DateTime<Utc>,
}

/// A page of memberships.
pub type MembershipPage = Page<MembershipBody>;

/// A step that a membership has taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"from": "under_review", "to": "active", "at": "2026-11-22T09:00:00Z", "reason": "Decided by the board.",
    "by": {"kind": "user", "id": "01936d3e-7f10-7000-8000-000000000001", "name": "Erika Beispiel"}}))]
pub struct MembershipEvent {
    /// The state before, left out for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("under_review"))]
    pub from: Option<String>,
    /// The state after.
    #[schema(examples("active"))]
    pub to: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The day from which it counts, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub effective_on: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who took it; left out where it was not noted yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<ActorBody>,
}

/// A change of the type of a membership.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MembershipTypeChange, example = json!({"from": "supporting", "to": "full", "at": "2026-11-22T09:00:00Z",
    "by": {"kind": "user", "id": "01936d3e-7f10-7000-8000-000000000001", "name": "Erika Beispiel"}}))]
pub struct TypeChange {
    /// The type before.
    #[schema(examples("supporting"))]
    pub from: String,
    /// The type after.
    #[schema(examples("full"))]
    pub to: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who made it.
    pub by: ActorBody,
}

/// A new membership.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "type": "full", "status": "active", "since_on": "2020-01-01"}))]
pub struct MembershipCreate {
    /// The organisation; it has one membership at most.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The type, for example `full`, `supporting`, `partner`.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub r#type: String,
    /// Where it begins: `applied` unless said otherwise, or `active` for one that was decided elsewhere.
    pub status: Option<StartName>,
    /// First day.
    #[schema(format = Date)]
    pub since_on: Option<String>,
    /// Last day of a term, after which the days of grace begin; none for one that goes on.
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// The membership that covers it, as a company's covers its subsidiaries.
    #[schema(format = Uuid)]
    pub covered_by: Option<String>,
    /// Who speaks for the member.
    pub representative: Option<RepresentativeBody>,
    /// Who pays its dues, if that is another.
    pub dues_representative: Option<RepresentativeBody>,
}

/// Where a membership can begin, by name.
pub type StartName = Choose<Start>;

/// Where a membership can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With an application.
    Applied,
    /// With membership itself.
    Active,
}

impl Named for Start {
    const NAME: &'static str = "MembershipStart";
    const ALL: &'static [Self] = &[Self::Applied, Self::Active];

    fn code(self) -> &'static str {
        MembershipStatus::from(self).code()
    }
}

impl From<Start> for MembershipStatus {
    fn from(start: Start) -> Self {
        match start {
            Start::Applied => Self::Applied,
            Start::Active => Self::Active,
        }
    }
}

/// A step in the life of a membership.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipStep, example = json!({"status": "active", "reason": "Decided by the board.", "since_on": "2027-01-01"}))]
pub struct MembershipStepRequest {
    /// The next state.
    pub status: MembershipStatusName,
    /// Why, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub reason: Option<String>,
    /// A new first day.
    #[schema(format = Date)]
    pub since_on: Option<String>,
    /// A new last day, as with a renewal.
    #[schema(format = Date)]
    pub until_on: Option<String>,
}

impl MembershipBody {
    /// The membership as a list shows it.
    pub fn in_list(stored: &Stored<Membership>) -> Self {
        let membership = &stored.record;
        Self {
            id: membership.id.to_string(),
            organisation_id: membership.organisation.to_string(),
            r#type: membership.kind.clone(),
            status: membership.status.code().to_owned(),
            since_on: membership.since_on.map(|day| day.to_string()),
            until_on: membership.until_on.map(|day| day.to_string()),
            resigns_on: membership.leaving.as_ref().map(|leaving| leaving.on.to_string()),
            resign_reason: membership.leaving.as_ref().and_then(|leaving| leaving.reason.clone()),
            covered_by: membership.covered.map(|covering| covering.by.to_string()),
            member: membership.counts(),
            representative: None,
            dues_representative: None,
            dues: None,
            history: None,
            type_changes: None,
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(Audience::Manager).utc(),
        }
    }

    /// The membership with its representatives.
    pub fn with(stored: &Stored<Membership>, representatives: &[Representative]) -> Self {
        Self {
            representative: of_role(representatives, RepresentativeRole::Main),
            dues_representative: of_role(representatives, RepresentativeRole::Dues),
            ..Self::in_list(stored)
        }
    }

    /// The membership with its representatives and its history.
    pub fn new(
        stored: &Stored<Membership>,
        representatives: &[Representative],
        history: Vec<(MembershipStep, Option<Actor>)>,
        kinds: Vec<(KindChange, Actor)>,
        accounts: &Accounts,
    ) -> Self {
        let event = |(step, by)| MembershipEvent::new(step, by, accounts);
        let change = |(change, by): (KindChange, Actor)| TypeChange {
            from: change.from,
            to: change.to,
            at: change.at,
            by: ActorBody::new(by, accounts),
        };
        Self {
            history: Some(history.into_iter().map(event).collect()),
            type_changes: Some(kinds.into_iter().map(change).collect()),
            ..Self::with(stored, representatives)
        }
    }
}

impl MembershipEvent {
    fn new(step: MembershipStep, by: Option<Actor>, accounts: &Accounts) -> Self {
        Self {
            from: step.from.map(|status| status.code().to_owned()),
            to: step.to.code().to_owned(),
            at: step.at,
            effective_on: step.effective_on.map(|day| day.to_string()),
            reason: step.reason,
            by: by.map(|by| ActorBody::new(by, accounts)),
        }
    }
}

impl MembershipCreate {
    /// The membership under an id, and its representatives.
    ///
    /// # Errors
    /// [`crate::problem::Code::Invalid`] with every fault.
    pub fn read(
        self,
        db: &mut Db,
        id: MembershipId,
        is_known: impl FnOnce(OrganisationId) -> bool,
    ) -> Result<(Membership, Vec<Representative>), Problem> {
        let mut faults = Faults::new();
        let organisation = known(&mut faults, "/organisation_id", Some(&self.organisation_id), is_known);
        let kind = faults.take("/type", line(&self.r#type, 60));
        let since_on = optional(&mut faults, "/since_on", self.since_on.as_ref(), day);
        let until_on = optional(&mut faults, "/until_on", self.until_on.as_ref(), day);
        in_order(&mut faults, "/until_on", since_on, until_on);
        let covered = covering(&mut faults, db, id, self.covered_by.as_ref())?;
        let bodies = [self.representative.as_ref(), self.dues_representative.as_ref()];
        let persons = named_persons(db, &bodies)?;
        let representatives = both(&mut faults, bodies, &persons);
        let membership = organisation.zip(kind).map(|(organisation, kind)| Membership {
            id,
            organisation,
            kind,
            status: self.status.map_or(Start::Applied, |start| start.0).into(),
            since_on,
            until_on,
            leaving: None,
            covered,
        });
        Ok(faults.finish(membership.map(|membership| (membership, representatives)))?)
    }
}

impl MembershipStepRequest {
    /// The membership after the step, and the reason for it.
    ///
    /// # Errors
    /// [`crate::problem::Code::Invalid`] or [`crate::problem::Code::StepRefused`].
    pub fn take(&self, before: &Membership, today: NaiveDate) -> Result<(Membership, Option<String>), Problem> {
        let mut faults = Faults::new();
        let reason = optional(&mut faults, "/reason", self.reason.as_ref(), |text| line(text, 500));
        let since_on = optional(&mut faults, "/since_on", self.since_on.as_ref(), day);
        let until_on = optional(&mut faults, "/until_on", self.until_on.as_ref(), day);
        let mut after = before.clone();
        after.since_on = since_on.or(before.since_on);
        // An end that has passed does not end who is taken back.
        let ends = before
            .until_on
            .filter(|last| self.status.0 != MembershipStatus::Active || *last >= today);
        after.until_on = until_on.or(ends);
        in_order(&mut faults, "/until_on", after.since_on, after.until_on);
        faults.finish(Some(()))?;
        after.status = before.status.step(self.status.0)?;
        if before.status.readmits(after.status) && reason.is_none() {
            return Err(Invalid(vec![Fault {
                pointer: "/reason".to_owned(),
                rule: Rule::Required,
            }])
            .into());
        }
        if after.status == MembershipStatus::Active {
            // Who becomes a member without a date does so today; an end that has passed does not end a renewed one.
            after.since_on = after.since_on.or(Some(today));
            after.until_on = after.until_on.filter(|last| *last >= today);
            after.leaving = None;
        }
        Ok((after, reason))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use werkstadt_domain::id::Id;

    use super::*;

    #[test]
    fn a_renewed_membership_has_a_beginning_and_no_past_end() {
        let on = |day| NaiveDate::from_ymd_opt(2026, 11, day);
        let lapsed = Membership {
            id: Id::new(Uuid::nil()),
            organisation: Id::new(Uuid::nil()),
            kind: "full".to_owned(),
            status: MembershipStatus::Lapsed,
            since_on: None,
            until_on: on(1),
            leaving: None,
            covered: None,
        };
        let step: MembershipStepRequest =
            serde_json::from_str(r#"{"status": "active", "reason": " Paid. "}"#).expect("a step");
        let (after, reason) = step.take(&lapsed, on(22).expect("a day")).expect("a renewal");
        assert_eq!((after.since_on, after.until_on), (on(22), None));
        assert_eq!(reason.as_deref(), Some("Paid."));
        let again = step.take(&after, on(22).expect("a day"));
        assert_eq!(
            again.map_err(|problem| problem.code()),
            Err(crate::problem::Code::StepRefused)
        );
    }
}
