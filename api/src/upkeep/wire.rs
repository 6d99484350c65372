//! Completeness, reminders and confirmations as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::completeness::{Completeness, Gap, completeness};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::ClaimId;
use werkstadt_domain::upkeep::{Reminder, Subject};
use werkstadt_persistence::directory::Snapshot;

use crate::page::Page;
use crate::skills::wire::SkillSummary;
use crate::wire::TextBody;

/// How complete a profile is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Completeness, example = json!({"score": 80, "missing": [{"gap": "references", "weight": 12,
    "hint": {"de": "Ein Projekt, Produkt oder eine Veröffentlichung als Referenz eintragen.", "en": "Enter a project, product or publication as a reference."}}]}))]
pub struct CompletenessBody {
    /// 0 to 100; 100 when nothing is missing.
    #[schema(minimum = 0, maximum = 100)]
    pub score: u8,
    /// What to add, the most useful first.
    pub missing: Vec<GapBody>,
}

/// Something that a profile lacks.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CompletenessGap, example = json!({"gap": "website", "weight": 6, "hint": {"de": "Die Webadresse angeben.", "en": "Give the web address."}}))]
pub struct GapBody {
    /// What it is.
    #[schema(examples("skills", "summary_de", "website"))]
    pub gap: String,
    /// How much it counts beside the others.
    pub weight: u32,
    /// What to do.
    pub hint: TextBody,
}

/// What is due in a profile.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Reminders, example = json!({"items": [{"cause": "profile_unconfirmed", "due_on": "2026-11-01",
    "href": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa"}]}))]
pub struct RemindersBody {
    /// When its people last confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The reminders, the longest due first.
    pub items: Vec<ReminderBody>,
}

/// Something that is due.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Reminder, example = json!({"cause": "claim_unconfirmed", "due_on": "2026-11-01",
    "href": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa/skills/01936d3e-7f10-7000-8000-0000000000c1",
    "skill": {"id": "01936d3e-7f10-7000-8000-0000000000d1", "uri": "urn:example:skill:lasers", "label": {"de": "Lasertechnik"}}}))]
pub struct ReminderBody {
    /// Why.
    #[schema(examples(
        "profile_unconfirmed",
        "claim_unconfirmed",
        "claim_expires",
        "claim_expired",
        "opportunity_expires"
    ))]
    pub cause: String,
    /// Since when, or on which day, it is due.
    #[schema(format = Date)]
    pub due_on: String,
    /// The record that it is about.
    pub href: String,
    /// The skill, of a claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillSummary>,
}

/// What of a profile is right.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"claims": ["01936d3e-7f10-7000-8000-0000000000c1"]}))]
pub struct Confirm {
    /// The ids of the skill claims that hold; left out, all of them.
    #[schema(max_items = 1000)]
    pub claims: Option<Vec<String>>,
}

/// What was confirmed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Confirmation, example = json!({"confirmed_at": "2026-11-24T09:00:00Z", "claims": 4}))]
pub struct ConfirmationBody {
    /// When.
    pub confirmed_at: DateTime<Utc>,
    /// How many skill claims with it.
    pub claims: u32,
}

/// A profile to look after.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Upkeep, example = json!({"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Beispiel Optik GmbH",
    "score": 80, "missing": ["references"], "reminders": []}))]
pub struct UpkeepBody {
    /// Whose.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// Its name.
    pub name: String,
    /// Its completeness.
    #[schema(minimum = 0, maximum = 100)]
    pub score: u8,
    /// What is missing, the most useful first.
    #[schema(examples("skills", "summary_de"))]
    pub missing: Vec<String>,
    /// When its people last confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What is due, the longest due first.
    pub reminders: Vec<ReminderBody>,
}

/// A page of profiles to look after.
pub type UpkeepPage = Page<UpkeepBody>;

impl From<&Completeness> for CompletenessBody {
    fn from(completeness: &Completeness) -> Self {
        let gap = |gap: &Gap| GapBody {
            gap: gap.code().to_owned(),
            weight: gap.weight(),
            hint: TextBody::from(&gap.hint()),
        };
        Self {
            score: completeness.score,
            missing: completeness.missing.iter().map(gap).collect(),
        }
    }
}

impl RemindersBody {
    /// The reminders about an organisation.
    pub fn new(
        confirmed_at: Option<DateTime<Utc>>,
        due: &[Reminder],
        organisation: OrganisationId,
        snapshot: &Snapshot,
    ) -> Self {
        Self {
            confirmed_at,
            items: due
                .iter()
                .map(|one| ReminderBody::new(one, organisation, snapshot))
                .collect(),
        }
    }
}

impl ReminderBody {
    fn new(reminder: &Reminder, organisation: OrganisationId, snapshot: &Snapshot) -> Self {
        let of_organisation = format!("/v1/organisations/{organisation}");
        let (href, skill) = match reminder.subject {
            Subject::Profile => (of_organisation, None),
            Subject::Claim(id, skill) => (format!("{of_organisation}/skills/{id}"), Some(skill)),
            Subject::Opportunity(id) => (format!("/v1/opportunities/{id}"), None),
        };
        Self {
            cause: reminder.cause.code().to_owned(),
            due_on: reminder.due_on.to_string(),
            href,
            skill: skill.map(|skill| SkillSummary::current(snapshot, skill)),
        }
    }
}

impl Confirm {
    /// The claims that are confirmed.
    ///
    /// # Errors
    /// Every id that is not one of the profile's claims.
    pub fn claims(&self, profile: &Profile) -> Result<Vec<ClaimId>, Invalid> {
        let all = || profile.claims.iter().map(|claim| claim.record.id);
        let Some(given) = &self.claims else {
            return Ok(all().collect());
        };
        let mut faults = Faults::new();
        let mut wanted = Vec::with_capacity(given.len());
        for (index, text) in given.iter().enumerate() {
            let id = ClaimId::parse(text).ok().filter(|id| all().any(|known| known == *id));
            wanted.extend(faults.take(format!("/claims/{index}"), id.ok_or(Rule::UnknownReference)));
        }
        faults.finish(Some(wanted))
    }
}

impl UpkeepBody {
    /// A profile with what is due in it.
    pub fn new(
        profile: &Profile,
        confirmed_at: Option<DateTime<Utc>>,
        due: &[Reminder],
        snapshot: &Snapshot,
        today: NaiveDate,
    ) -> Self {
        let (id, completeness) = (profile.id(), completeness(profile, today));
        Self {
            organisation_id: id.to_string(),
            name: profile.organisation.record.name.clone(),
            score: completeness.score,
            missing: completeness.missing.iter().map(|gap| gap.code().to_owned()).collect(),
            confirmed_at,
            reminders: due.iter().map(|one| ReminderBody::new(one, id, snapshot)).collect(),
        }
    }
}
