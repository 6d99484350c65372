//! Solutions as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Seen, Stored};
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::solution::{Display, Solution, SolutionId};
use werkstadt_domain::text::line;
use werkstadt_persistence::directory::{Snapshot, SolutionHit};

use crate::auth::Caller;
use crate::organisations::wire::{LinkBody, link};
use crate::page::Page;
use crate::patch::Base;
use crate::problem::Problem;
use crate::skills::given;
use crate::skills::wire::SkillSummary;
use crate::wire::{
    MaturityName, MergePatchOf, TextBody, VisibilityName, Writing, day, in_order, known, list, optional, required_text,
    shown_visibility, text, visibility,
};

/// A digital solution, an exhibit of the showroom.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Solution, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000f7", "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa",
    "title": {"de": "Parkplatzfinder", "en": "Parking finder"}, "skills": [], "maturity": "beta", "links": [],
    "display": {"place": "Werkstadt, Erdgeschoss", "since_on": "2026-11-01"}, "confirmed_at": "2026-11-22T09:00:00Z",
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct SolutionBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Whose it is; left out where the caller may not see the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// The unit that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// Its title.
    pub title: TextBody,
    /// One or two sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<TextBody>,
    /// The long description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<TextBody>,
    /// Skills that it shows.
    pub skills: Vec<SkillSummary>,
    /// How far it is.
    #[schema(examples("concept", "development", "beta", "stable", "obsolete"))]
    pub maturity: String,
    /// Where to read on, and what there is to see and hear.
    pub links: Vec<LinkBody>,
    /// Where it is on display, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<DisplayBody>,
    /// When its maintainer last said that all this holds.
    pub confirmed_at: DateTime<Utc>,
    /// True if it was not confirmed in time and is hidden from others; for the organisation's own people and managers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lapsed: Option<bool>,
    /// Who sees it; for the organisation's own people and managers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("public", "members", "managers"))]
    pub visibility: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// The last change that the caller can see.
    pub updated_at: DateTime<Utc>,
}

/// A place where a solution is on display.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Display, example = json!({"place": "Werkstadt, Erdgeschoss", "since_on": "2026-11-01", "until_on": "2027-01-31"}))]
pub struct DisplayBody {
    /// Where, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub place: String,
    /// The first day.
    #[schema(format = Date)]
    pub since_on: String,
    /// The last day, none while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub until_on: Option<String>,
}

/// A solution in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SolutionHit, example = json!({"solution": {
    "id": "01936d3e-7f10-7000-8000-0000000000f7", "title": {"de": "Parkplatzfinder"}, "skills": [], "maturity": "beta", "links": [],
    "confirmed_at": "2026-11-22T09:00:00Z", "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"}, "score": 3.1}))]
pub struct SolutionHitBody {
    /// The solution.
    pub solution: SolutionBody,
    /// How well it fits `q`, without upper bound; comparable within one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

/// A page of solutions.
pub type SolutionPage = Page<SolutionHitBody>;

/// A new solution. It counts as confirmed when it is entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa",
    "title": {"de": "Parkplatzfinder", "en": "Parking finder"}, "maturity": "beta"}))]
pub struct SolutionCreate {
    /// Whose it is.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The unit that made it.
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// Its title in at least one language, up to 200 characters.
    pub title: TextBody,
    /// One or two sentences, up to 1000 characters.
    pub summary: Option<TextBody>,
    /// The long description.
    pub description: Option<TextBody>,
    /// Skills that it shows, by id or URI.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub skills: Vec<String>,
    /// How far it is.
    pub maturity: MaturityName,
    /// Where to read on, and what there is to see and hear: `rel` says what it is, for example `demo`, `video`, `source`.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub links: Vec<LinkBody>,
    /// Where it is on display, and when.
    pub display: Option<DisplayBody>,
    /// Who sees it, `public` unless said otherwise.
    pub visibility: Option<VisibilityName>,
}

/// A change of a solution.
pub type SolutionPatch = MergePatchOf<SolutionCreate>;

/// How a changed solution is read.
pub const BASE: Base = Base {
    create: "create_solution",
    derived: &["id", "confirmed_at", "lapsed", "created_at", "updated_at"],
    by_id: &["skills"],
};

/// What a change of a solution leaves as it is.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Its id.
    pub id: SolutionId,
    /// When it was confirmed.
    pub confirmed_at: DateTime<Utc>,
    /// Whether it has lapsed.
    pub lapsed: bool,
}

impl SolutionBody {
    /// The solution of a projection for this audience. An organisation or unit that is hidden from it is not named.
    pub fn new(stored: &Stored<Seen<Solution>>, snapshot: &Snapshot, audience: Audience) -> Self {
        let record = stored.record.get();
        let profile = snapshot.organisation(audience, record.organisation);
        let profile = profile.map(|profile| profile.get());
        let shown =
            |unit: &UnitId| profile.is_some_and(|profile| profile.units.iter().any(|one| one.record.id == *unit));
        Self {
            id: record.id.to_string(),
            organisation_id: profile.map(|profile| profile.id().to_string()),
            unit_id: record.unit.filter(shown).map(|unit| unit.to_string()),
            title: TextBody::from(&record.title),
            summary: TextBody::some(&record.summary),
            description: TextBody::some(&record.description),
            skills: SkillSummary::all_current(snapshot, &record.skills),
            maturity: record.maturity.code().to_owned(),
            links: record.links.iter().map(LinkBody::from).collect(),
            display: record.display.as_ref().map(DisplayBody::from),
            confirmed_at: record.confirmed_at,
            lapsed: (audience == Audience::Manager).then_some(record.lapsed),
            visibility: shown_visibility(record.visibility, audience),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(audience).utc(),
        }
    }

    /// The solution as its editors see it.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if it is hidden from them; a defect.
    pub fn for_editors(stored: &Stored<Solution>, snapshot: &Snapshot) -> Result<Self, Problem> {
        let seen = stored.project(Audience::Manager);
        let seen = seen.ok_or_else(|| Problem::internal("a solution is hidden from its editors"))?;
        Ok(Self::new(&seen, snapshot, Audience::Manager))
    }
}

impl SolutionHitBody {
    /// An item of a list for this audience.
    pub fn new(hit: &SolutionHit, snapshot: &Snapshot, audience: Audience) -> Self {
        Self {
            solution: SolutionBody::new(&hit.solution, snapshot, audience),
            score: hit.score,
        }
    }
}

impl From<&Display> for DisplayBody {
    fn from(display: &Display) -> Self {
        Self {
            place: display.place.clone(),
            since_on: display.since.to_string(),
            until_on: display.until.map(|day| day.to_string()),
        }
    }
}

impl SolutionCreate {
    /// The solution, as the caller may name organisations.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, kept: Kept, snapshot: &Snapshot, caller: &Caller) -> Result<Solution, Invalid> {
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
        let solution = Solution {
            id: kept.id,
            // Without one there is a fault, and nothing is made.
            organisation: organisation.unwrap_or(OrganisationId::new(uuid::Uuid::nil())),
            unit,
            title: required_text(faults, "/title", &self.title, Writing::Line(200)),
            summary: text(faults, "/summary", self.summary.as_ref(), Writing::Paragraphs(1000)),
            description: text(
                faults,
                "/description",
                self.description.as_ref(),
                Writing::Paragraphs(20_000),
            ),
            skills: given::all_current(faults, "/skills", &self.skills, 50, snapshot),
            maturity: self.maturity.0,
            links: list(faults, "/links", &self.links, 20, link),
            display: self.display.as_ref().and_then(|body| display(faults, body)),
            confirmed_at: kept.confirmed_at,
            lapsed: kept.lapsed,
            visibility: visibility(self.visibility),
        };
        found.finish(Some(solution))
    }
}

/// Reads where a solution is on display.
pub fn display(faults: &mut Faults, body: &DisplayBody) -> Option<Display> {
    let place = faults.take("/display/place", line(&body.place, 200));
    let since = faults.take("/display/since_on", day(&body.since_on));
    let until = optional(faults, "/display/until_on", body.until_on.as_ref(), day);
    in_order(faults, "/display/until_on", since, until);
    let (place, since) = place.zip(since)?;
    Some(Display { place, since, until })
}
