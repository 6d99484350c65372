//! Opportunities as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Seen, Stored};
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Opportunity, OpportunityId, Status};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::text::line;
use werkstadt_persistence::directory::{OpportunityHit, Snapshot};

use crate::auth::Caller;
use crate::page::Page;
use crate::patch::Base;
use crate::problem::Problem;
use crate::skills::given;
use crate::wire::{
    CooperationName, DirectionName, MergePatchOf, TextBody, VisibilityName, Writing, day, in_order, known, optional,
    required_text, shown_visibility, text, visibility,
};

mod parts;

pub use parts::{BudgetBody, CircleBody, SkillNeedBody, SkillNeedCreate, SoughtBody, budget, needs, sought};

/// A structured offer or request.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Opportunity, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000f1", "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa",
    "direction": "request", "cooperation": "pilot", "title": {"de": "Pilotpartner gesucht", "en": "Pilot partner wanted"},
    "required": [], "preferred": [], "anonymous": false, "status": "published",
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct OpportunityBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Who offers or seeks; left out where the caller may not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// The unit that does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// Which way the help flows.
    #[schema(examples("offer", "request"))]
    pub direction: String,
    /// What sort of working together.
    #[schema(examples("research", "pilot", "commercial"))]
    pub cooperation: String,
    /// Its title.
    pub title: TextBody,
    /// One or two sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<TextBody>,
    /// The long description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<TextBody>,
    /// Skills without which it does not work.
    pub required: Vec<SkillNeedBody>,
    /// Skills that help.
    pub preferred: Vec<SkillNeedBody>,
    /// Who is wanted; left out where anyone is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sought: Option<SoughtBody>,
    /// Development stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("concept", "prototype", "market"))]
    pub stage: Option<String>,
    /// Intellectual property.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("none", "secret", "copyright", "patent_applied", "patent_granted"))]
    pub ipr: Option<String>,
    /// What may be spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetBody>,
    /// First day of the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub starts_on: Option<String>,
    /// Last day of the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub ends_on: Option<String>,
    /// Last day on which it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub expires_on: Option<String>,
    /// True if its organisation is not named until an introduction is accepted.
    pub anonymous: bool,
    /// Where it stands in its life.
    #[schema(examples("draft", "in_review", "published"))]
    pub status: String,
    /// Who sees it once published; for the organisation's own people and managers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("public", "members", "managers"))]
    pub visibility: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// The last change that the caller can see.
    pub updated_at: DateTime<Utc>,
}

/// An opportunity in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OpportunityHit, example = json!({"opportunity": {
    "id": "01936d3e-7f10-7000-8000-0000000000f1", "direction": "request", "cooperation": "pilot",
    "title": {"de": "Pilotpartner gesucht"}, "required": [], "preferred": [], "anonymous": true, "status": "published",
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"}, "score": 3.1}))]
pub struct OpportunityHitBody {
    /// The opportunity.
    pub opportunity: OpportunityBody,
    /// How well it fits `q`, without upper bound; comparable within one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

/// A page of opportunities.
pub type OpportunityPage = Page<OpportunityHitBody>;

/// A new opportunity. It begins as a draft.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "direction": "request", "cooperation": "pilot",
    "title": {"de": "Pilotpartner gesucht", "en": "Pilot partner wanted"}, "expires_on": "2027-06-30"}))]
pub struct OpportunityCreate {
    /// Who offers or seeks.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The unit that does.
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// Which way the help flows.
    pub direction: DirectionName,
    /// What sort of working together.
    pub cooperation: CooperationName,
    /// Its title in at least one language, up to 200 characters.
    pub title: TextBody,
    /// One or two sentences, up to 1000 characters.
    pub summary: Option<TextBody>,
    /// The long description.
    pub description: Option<TextBody>,
    /// Skills without which it does not work.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub required: Vec<SkillNeedCreate>,
    /// Skills that help.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub preferred: Vec<SkillNeedCreate>,
    /// Who is wanted, anyone if left out.
    pub sought: Option<SoughtBody>,
    /// Development stage, for example `concept`, `prototype`, `market`.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub stage: Option<String>,
    /// Intellectual property: `none`, `secret`, `copyright`, `patent_applied`, `patent_granted`.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub ipr: Option<String>,
    /// What may be spent.
    pub budget: Option<BudgetBody>,
    /// First day of the work.
    #[schema(format = Date)]
    pub starts_on: Option<String>,
    /// Last day of the work.
    #[schema(format = Date)]
    pub ends_on: Option<String>,
    /// Last day on which it is open.
    #[schema(format = Date)]
    pub expires_on: Option<String>,
    /// True if its organisation is not to be named until an introduction is accepted.
    pub anonymous: Option<bool>,
    /// Who sees it once published, `public` unless said otherwise.
    pub visibility: Option<VisibilityName>,
}

/// A change of an opportunity.
pub type OpportunityPatch = MergePatchOf<OpportunityCreate>;

/// How a changed opportunity is read.
pub const BASE: Base = Base {
    create: "create_opportunity",
    derived: &["id", "status", "created_at", "updated_at"],
    by_id: &["skill"],
};

impl OpportunityBody {
    /// The opportunity of a projection for this audience. An organisation or unit that is hidden from it is not named.
    pub fn new(stored: &Stored<Seen<Opportunity>>, snapshot: &Snapshot, audience: Audience) -> Self {
        let record = stored.record.get();
        let profile = snapshot
            .organisation(audience, record.organisation)
            .map(|profile| profile.get());
        let shown =
            |unit: &UnitId| profile.is_some_and(|profile| profile.units.iter().any(|one| one.record.id == *unit));
        Self {
            id: record.id.to_string(),
            organisation_id: profile.map(|profile| profile.id().to_string()),
            unit_id: record.unit.filter(shown).map(|unit| unit.to_string()),
            direction: record.direction.code().to_owned(),
            cooperation: record.cooperation.code().to_owned(),
            title: TextBody::from(&record.title),
            summary: TextBody::some(&record.summary),
            description: TextBody::some(&record.description),
            required: SkillNeedBody::all(&record.required, snapshot),
            preferred: SkillNeedBody::all(&record.preferred, snapshot),
            sought: SoughtBody::some(&record.sought),
            stage: record.stage.clone(),
            ipr: record.ipr.clone(),
            budget: record.budget.as_ref().map(BudgetBody::from),
            starts_on: record.starts_on.map(|day| day.to_string()),
            ends_on: record.ends_on.map(|day| day.to_string()),
            expires_on: record.expires_on.map(|day| day.to_string()),
            anonymous: record.anonymous,
            status: record.status.code().to_owned(),
            visibility: shown_visibility(record.visibility, audience),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(audience).utc(),
        }
    }

    /// The opportunity as its editors see it.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if it is hidden from them; a defect.
    pub fn for_editors(stored: &Stored<Opportunity>, snapshot: &Snapshot) -> Result<Self, Problem> {
        let seen = stored.project(Audience::Manager);
        let seen = seen.ok_or_else(|| Problem::internal("an opportunity is hidden from its editors"))?;
        Ok(Self::new(&seen, snapshot, Audience::Manager))
    }
}

impl OpportunityHitBody {
    /// An item of a list for this audience.
    pub fn new(hit: &OpportunityHit, snapshot: &Snapshot, audience: Audience) -> Self {
        Self {
            opportunity: OpportunityBody::new(&hit.opportunity, snapshot, audience),
            score: hit.score,
        }
    }
}

impl OpportunityCreate {
    /// The opportunity under an id, in a state of its life, as the caller may name organisations.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(
        self,
        id: OpportunityId,
        status: Status,
        snapshot: &Snapshot,
        caller: &Caller,
    ) -> Result<Opportunity, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        let seen = |id: OrganisationId| snapshot.organisation(caller.audience_at(id), id);
        let organisation = known(faults, "/organisation_id", Some(&self.organisation_id), |id| {
            seen(id).is_some()
        });
        let profile = organisation.and_then(seen).map(|profile| profile.get());
        let unit = known(faults, "/unit_id", self.unit_id.as_ref(), |id| {
            profile.is_none_or(|profile| profile.units.iter().any(|unit| unit.record.id == id))
        });
        let starts_on = optional(faults, "/starts_on", self.starts_on.as_ref(), day);
        let ends_on = optional(faults, "/ends_on", self.ends_on.as_ref(), day);
        in_order(faults, "/ends_on", starts_on, ends_on);
        let wanted = self.sought.as_ref().map(|body| sought(faults, "/sought", body));
        let named = |text: &str| given::current(snapshot, text);
        let opportunity = Opportunity {
            id,
            // Without one there is a fault, and nothing is made.
            organisation: organisation.unwrap_or(OrganisationId::new(uuid::Uuid::nil())),
            unit,
            direction: self.direction.0,
            cooperation: self.cooperation.0,
            title: required_text(faults, "/title", &self.title, Writing::Line(200)),
            summary: text(faults, "/summary", self.summary.as_ref(), Writing::Paragraphs(1000)),
            description: text(
                faults,
                "/description",
                self.description.as_ref(),
                Writing::Paragraphs(20_000),
            ),
            required: needs(faults, "/required", &self.required, named),
            preferred: needs(faults, "/preferred", &self.preferred, named),
            sought: wanted.unwrap_or_default(),
            stage: optional(faults, "/stage", self.stage.as_ref(), |text| line(text, 60)),
            ipr: optional(faults, "/ipr", self.ipr.as_ref(), |text| line(text, 60)),
            budget: self.budget.as_ref().map(|body| budget(faults, "/budget", body)),
            starts_on,
            ends_on,
            expires_on: optional(faults, "/expires_on", self.expires_on.as_ref(), day),
            anonymous: self.anonymous == Some(true),
            status,
            visibility: visibility(self.visibility),
        };
        found.finish(Some(opportunity))
    }
}
