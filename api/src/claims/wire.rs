//! Skill claims as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::skill::{Claim, ClaimId, Evidence, Level};
use werkstadt_domain::text::{line, web_address};
use werkstadt_persistence::directory::Snapshot;

use crate::page::Page;
use crate::part::Around;
use crate::skills::given;
use crate::skills::wire::SkillSummary;
use crate::wire::{MergePatchOf, VisibilityName, day, instant, list, optional, shown_visibility, visibility};

/// An organisation, or one of its units, has a skill.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Claim, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000c1",
    "skill": {"id": "01936d3e-7f10-7000-8000-0000000000d1", "uri": "http://data.europa.eu/esco/skill/1", "label": {"de": "Lasertechnik", "en": "laser technology"}},
    "level": 4, "evidence": [{"kind": "certificate", "title": "ISO 11252"}], "confirmed_at": "2026-11-01T09:00:00Z",
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct ClaimBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The skill.
    pub skill: SkillSummary,
    /// The unit that has it, left out for the organisation as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// How well: 1 aware, 2 practitioner, 3 experienced, 4 expert, 5 authority.
    #[schema(minimum = 1, maximum = 5)]
    pub level: u8,
    /// What backs it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub evidence: Vec<EvidenceBody>,
    /// When its holder last confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub expires_on: Option<String>,
    /// Who sees it; for the organisation's own people and managers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("public", "members", "managers"))]
    pub visibility: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// The last change that the caller can see.
    pub updated_at: DateTime<Utc>,
}

/// A page of skill claims.
pub type ClaimPage = Page<ClaimBody>;

/// Something that backs a claim.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Evidence, example = json!({"kind": "project", "title": "Laser cutting of glass", "url": "https://example.org/glass"}))]
pub struct EvidenceBody {
    /// `project`, `certificate`, `solution` or `event`.
    #[schema(pattern = "^(project|certificate|solution|event)$")]
    pub kind: String,
    /// What it is, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub title: String,
    /// Where to see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "web-address", min_length = 1, max_length = 500)]
    pub url: Option<String>,
}

/// A new skill claim.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"skill": "01936d3e-7f10-7000-8000-0000000000d1", "level": 4,
    "evidence": [{"kind": "certificate", "title": "ISO 11252"}]}))]
pub struct ClaimCreate {
    /// The skill, by id or URI.
    #[schema(min_length = 1, max_length = 300)]
    pub skill: String,
    /// The unit that has it, none for the organisation as a whole.
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// How well: 1 aware, 2 practitioner, 3 experienced, 4 expert, 5 authority.
    #[schema(minimum = 1, maximum = 5)]
    pub level: u8,
    /// What backs it.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub evidence: Vec<EvidenceBody>,
    /// When its holder last confirmed it.
    #[schema(format = DateTime)]
    pub confirmed_at: Option<String>,
    /// The last day on which it holds, for certificates.
    #[schema(format = Date)]
    pub expires_on: Option<String>,
    /// Who sees it, `public` unless said otherwise.
    pub visibility: Option<VisibilityName>,
}

/// A change of a skill claim.
pub type ClaimPatch = MergePatchOf<ClaimCreate>;

impl ClaimBody {
    /// The claim as the audience sees it.
    pub fn new(stored: &Stored<Claim>, snapshot: &Snapshot, audience: Audience) -> Self {
        let claim = &stored.record;
        Self {
            id: claim.id.to_string(),
            skill: SkillSummary::current(snapshot, claim.skill),
            unit_id: claim.unit.map(|unit| unit.to_string()),
            level: claim.level.get(),
            evidence: claim.evidence.iter().map(EvidenceBody::from).collect(),
            confirmed_at: claim.confirmed_at,
            expires_on: claim.expires_on.map(|day| day.to_string()),
            visibility: shown_visibility(claim.visibility, audience),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(audience).utc(),
        }
    }
}

impl ClaimCreate {
    /// The claim under an id.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: ClaimId, around: &Around<'_>) -> Result<Claim, Invalid> {
        let mut faults = Faults::new();
        let skill = faults.take("/skill", given::current(around.snapshot, &self.skill));
        let level = faults.take("/level", Level::new(self.level));
        let unit = around.unit(&mut faults, self.unit_id.as_ref());
        // A concept that was replaced is its successor; the database tells only the same ones. Of two that are there already, each
        // may still be changed.
        let claims = &around.profile.claims;
        let is_new = claims.iter().all(|claim| claim.record.id != id);
        let same = |claim: &Claim| {
            let current = around.snapshot.taxonomy().current(claim.skill);
            claim.unit == unit && Some(claim.skill) != skill && Some(current) == skill
        };
        if is_new && claims.iter().any(|claim| same(&claim.record)) {
            faults.note("/skill", Rule::Duplicate);
        }
        let evidence = list(&mut faults, "/evidence", &self.evidence, 20, evidence);
        let confirmed_at = optional(&mut faults, "/confirmed_at", self.confirmed_at.as_ref(), instant);
        let expires_on = optional(&mut faults, "/expires_on", self.expires_on.as_ref(), day);
        let claim = skill.zip(level).map(|(skill, level)| Claim {
            id,
            skill,
            unit,
            level,
            evidence: evidence.into(),
            confirmed_at,
            expires_on,
            visibility: visibility(self.visibility),
        });
        faults.finish(claim)
    }
}

/// Reads something that backs a claim.
pub fn evidence(faults: &mut Faults, place: &str, body: &EvidenceBody) -> Option<Evidence> {
    let at = |member: &str| format!("{place}/{member}");
    let kinds = ["project", "certificate", "solution", "event"];
    if !kinds.contains(&body.kind.as_str()) {
        faults.note(at("kind"), Rule::Malformed("project, certificate, solution, event"));
    }
    let title = faults.take(at("title"), line(&body.title, 200));
    let url = optional(faults, at("url"), body.url.as_ref(), web_address);
    Some(Evidence {
        kind: body.kind.clone(),
        title: title?,
        url,
    })
}

impl From<&Evidence> for EvidenceBody {
    fn from(evidence: &Evidence) -> Self {
        Self {
            kind: evidence.kind.clone(),
            title: evidence.title.clone(),
            url: evidence.url.clone(),
        }
    }
}
