//! Skills as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::skill::{Skill, SkillId, SkillKind, SkillStatus};
use werkstadt_domain::text::line;
use werkstadt_persistence::directory::Snapshot;

use super::given;
use crate::page::Page;
use crate::wire::{MergePatchOf, SkillKindName, SkillStatusName, TextBody, Writing, list, optional, required_text};

/// A skill as other records name it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01936d3e-7f10-7000-8000-0000000000d1", "uri": "urn:example:skill:lasers",
    "label": {"de": "Lasertechnik", "en": "laser technology"}}))]
pub struct SkillSummary {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Its stable address.
    pub uri: String,
    /// Its preferred labels.
    pub label: TextBody,
}

/// A concept of the skill taxonomy.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Skill, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000d1", "uri": "urn:example:skill:lasers", "kind": "knowledge", "status": "accepted",
    "label": {"de": "Lasertechnik", "en": "laser technology"}, "broader": [],
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct SkillBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Its stable address, ESCO's where it has one.
    pub uri: String,
    /// What sort of skill it is.
    #[schema(examples("skill", "knowledge", "language", "transversal"))]
    pub kind: String,
    /// Where it stands in its life.
    #[schema(examples("proposed", "accepted", "deprecated"))]
    pub status: String,
    /// Preferred labels.
    pub label: TextBody,
    /// Other labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_labels: Option<LabelsBody>,
    /// Directly broader concepts.
    pub broader: Vec<SkillSummary>,
    /// Directly narrower concepts; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrower: Option<Vec<SkillSummary>>,
    /// Related concepts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub related: Vec<SkillSummary>,
    /// The concept to use instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<SkillSummary>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Its last change.
    pub updated_at: DateTime<Utc>,
}

/// A page of skills.
pub type SkillPage = Page<SkillBody>;

/// Alternative labels by language.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Labels, example = json!({"de": ["Laser"], "en": ["lasers"]}))]
pub struct LabelsBody {
    /// German.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub de: Vec<String>,
    /// English.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub en: Vec<String>,
}

/// A new concept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "knowledge", "label": {"de": "Lasertechnik", "en": "laser technology"}}))]
pub struct SkillCreate {
    /// Stable address, ESCO's where the concept has one; made from the id if left out.
    #[schema(min_length = 1, max_length = 300)]
    pub uri: Option<String>,
    /// What sort of skill it is, `skill` unless said otherwise.
    pub kind: Option<SkillKindName>,
    /// Where it stands in its life, `accepted` unless said otherwise.
    pub status: Option<SkillStatusName>,
    /// Preferred labels, at least one, up to 200 characters.
    pub label: TextBody,
    /// Other labels.
    pub alt_labels: Option<LabelsBody>,
    /// Directly broader concepts, by id or URI.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub broader: Vec<String>,
    /// Related concepts, by id or URI.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub related: Vec<String>,
    /// The concept to use instead, by id or URI; deprecated concepts only.
    #[schema(min_length = 1, max_length = 300)]
    pub replaced_by: Option<String>,
}

/// A change of a concept.
pub type SkillPatch = MergePatchOf<SkillCreate>;

impl SkillSummary {
    /// The skill of this id as the directory knows it.
    pub fn of(snapshot: &Snapshot, id: SkillId) -> Self {
        match snapshot.skill(id) {
            Some(stored) => Self::from(&stored.record),
            // Nothing can refer to a skill that is not there; until the directory has heard of it, the id must do.
            None => Self {
                id: id.to_string(),
                uri: format!("urn:uuid:{id}"),
                label: TextBody::default(),
            },
        }
    }

    /// Several skills.
    pub fn all(snapshot: &Snapshot, ids: &[SkillId]) -> Vec<Self> {
        ids.iter().map(|id| Self::of(snapshot, *id)).collect()
    }

    /// The skill to use for this one: what records refer to, after merges.
    pub fn current(snapshot: &Snapshot, id: SkillId) -> Self {
        Self::of(snapshot, snapshot.taxonomy().current(id))
    }

    /// The skills to use for several ones, each once.
    pub fn all_current(snapshot: &Snapshot, ids: &[SkillId]) -> Vec<Self> {
        let all = current_once(snapshot, ids.iter().map(|id| (*id, ())));
        all.into_iter().map(|(id, ())| Self::of(snapshot, id)).collect()
    }
}

/// The skills to use for several ones, each once with the largest value, in the order in which they first come.
pub fn current_once<T: Ord>(snapshot: &Snapshot, skills: impl IntoIterator<Item = (SkillId, T)>) -> Vec<(SkillId, T)> {
    let mut all: Vec<(SkillId, T)> = Vec::new();
    for (skill, value) in skills {
        let skill = snapshot.taxonomy().current(skill);
        match all.iter_mut().find(|(known, _)| *known == skill) {
            Some((_, known)) if *known >= value => {}
            Some((_, known)) => *known = value,
            None => all.push((skill, value)),
        }
    }
    all
}

impl From<&Skill> for SkillSummary {
    fn from(skill: &Skill) -> Self {
        Self {
            id: skill.id.to_string(),
            uri: skill.uri.clone(),
            label: TextBody::from(&skill.label),
        }
    }
}

impl SkillBody {
    /// The concept as a list shows it.
    pub fn in_list(stored: &Stored<Skill>, snapshot: &Snapshot) -> Self {
        let skill = &stored.record;
        let labels = LabelsBody {
            de: skill.alt_de.clone(),
            en: skill.alt_en.clone(),
        };
        Self {
            id: skill.id.to_string(),
            uri: skill.uri.clone(),
            kind: skill.kind.code().to_owned(),
            status: skill.status.code().to_owned(),
            label: TextBody::from(&skill.label),
            alt_labels: Some(labels).filter(|labels| !labels.de.is_empty() || !labels.en.is_empty()),
            broader: SkillSummary::all(snapshot, &skill.broader),
            narrower: None,
            related: SkillSummary::all(snapshot, &skill.related),
            replaced_by: skill.replaced_by.map(|id| SkillSummary::of(snapshot, id)),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(Audience::Anonymous).utc(),
        }
    }

    /// The concept with what lies directly below it.
    pub fn new(stored: &Stored<Skill>, snapshot: &Snapshot) -> Self {
        let narrower = snapshot.taxonomy().narrower(stored.record.id);
        Self {
            narrower: Some(SkillSummary::all(snapshot, narrower)),
            ..Self::in_list(stored, snapshot)
        }
    }
}

impl SkillCreate {
    /// The concept under an id, in the taxonomy as it is.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: SkillId, snapshot: &Snapshot) -> Result<Skill, Invalid> {
        let mut faults = Faults::new();
        let labels = self.alt_labels.clone().unwrap_or_default();
        let label = |faults: &mut Faults, place: &str, text: &String| faults.take(place, line(text, 200));
        let skill = Skill {
            id,
            uri: optional(&mut faults, "/uri", self.uri.as_ref(), address).unwrap_or_else(|| format!("urn:uuid:{id}")),
            kind: self.kind.map_or_else(SkillKind::default, |kind| kind.0),
            status: self.status.map_or_else(SkillStatus::default, |status| status.0),
            label: required_text(&mut faults, "/label", &self.label, Writing::Line(200)),
            alt_de: list(&mut faults, "/alt_labels/de", &labels.de, 100, label),
            alt_en: list(&mut faults, "/alt_labels/en", &labels.en, 100, label),
            broader: given::as_given(&mut faults, "/broader", &self.broader, 20, snapshot),
            related: given::as_given(&mut faults, "/related", &self.related, 50, snapshot),
            replaced_by: self.replaced_by.as_ref().and_then(|text| {
                let found = given::resolve(snapshot, text).ok_or(Rule::UnknownReference);
                faults.take("/replaced_by", found)
            }),
        };
        check_links(&mut faults, &skill, snapshot);
        faults.finish(Some(skill))
    }
}

/// No concept is above, beside or after itself, and only a deprecated one has a successor.
fn check_links(faults: &mut Faults, skill: &Skill, snapshot: &Snapshot) {
    let taxonomy = snapshot.taxonomy();
    for (index, above) in skill.broader.iter().enumerate() {
        if *above == skill.id || taxonomy.would_cycle(skill.id, *above) {
            faults.note(format!("/broader/{index}"), Rule::Cycle);
        }
    }
    if let Some(index) = skill.related.iter().position(|related| *related == skill.id) {
        faults.note(format!("/related/{index}"), Rule::Cycle);
    }
    let Some(successor) = skill.replaced_by else { return };
    if skill.status != SkillStatus::Deprecated {
        faults.note("/replaced_by", Rule::Conflicts("status"));
    }
    if taxonomy.current(successor) == skill.id {
        faults.note("/replaced_by", Rule::Cycle);
    }
}

/// Reads the address of a concept: one word with a scheme.
fn address(text: &str) -> Result<String, Rule> {
    let clean = line(text, 300)?;
    let scheme = clean.split(':').next().unwrap_or_default();
    let ok = clean.contains(':')
        && !clean.contains(' ')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if ok { Ok(clean) } else { Err(Rule::Malformed("URI")) }
}
