//! The parts of a person as JSON: where it works, what it can do, what it agreed to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::Visibility;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Affiliation, Consent, Restriction};
use werkstadt_domain::skill::{Level, SkillId};
use werkstadt_domain::text::line;
use werkstadt_persistence::directory::Snapshot;

use super::Around;
use crate::skills::given;
use crate::skills::wire::{SkillSummary, current_once};
use crate::wire::{Choose, ConsentGiverName, day, in_order, instant, known, list, optional};

/// A person works in an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Affiliation, example = json!({"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "role": "Head of research", "from_on": "2024-01-01"}))]
pub struct AffiliationBody {
    /// The organisation.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The unit of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// The role, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub role: Option<String>,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub from_on: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub to_on: Option<String>,
}

/// A skill of a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PersonSkill, example = json!({"skill": {"id": "01936d3e-7f10-7000-8000-0000000000d1", "uri": "urn:example:skill:lasers",
    "label": {"en": "laser technology"}}, "level": 4}))]
pub struct PersonSkillBody {
    /// The skill.
    pub skill: SkillSummary,
    /// How well: 1 aware, 2 practitioner, 3 experienced, 4 expert, 5 authority.
    #[schema(minimum = 1, maximum = 5)]
    pub level: u8,
}

/// A skill of a person, as requests name it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"skill": "urn:example:skill:lasers", "level": 4}))]
pub struct PersonSkillCreate {
    /// The skill, by id or URI.
    #[schema(min_length = 1, max_length = 300)]
    pub skill: String,
    /// How well: 1 aware, 2 practitioner, 3 experienced, 4 expert, 5 authority.
    #[schema(minimum = 1, maximum = 5)]
    pub level: u8,
}

/// A person agreed to be seen by others than managers, or a guardian agreed for a minor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Consent, example = json!({"by": "person", "how": "signed form", "consented_at": "2026-11-20T10:00:00Z"}))]
pub struct ConsentBody {
    /// Who gave it. For a minor the guardian does.
    pub by: ConsentGiverName,
    /// The guardian's name; needed if the guardian gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// How it was given, so that it can be proved.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub how: String,
    /// When; now, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub consented_at: Option<String>,
}

/// The record of a person is kept, and not used.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Restriction, example = json!({"reason": "The person disputes the affiliation.", "restricted_at": "2026-11-20T10:00:00Z"}))]
pub struct RestrictionBody {
    /// Why.
    pub reason: String,
    /// The user who restricted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub restricted_by: Option<String>,
    /// Since when.
    pub restricted_at: DateTime<Utc>,
}

/// Why the record of a person is to be restricted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The person disputes the affiliation."}))]
pub struct RestrictionRequest {
    /// Why, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub reason: String,
}

impl From<&Restriction> for RestrictionBody {
    fn from(restriction: &Restriction) -> Self {
        Self {
            reason: restriction.reason.clone(),
            restricted_by: restriction.by.map(|id| id.to_string()),
            restricted_at: restriction.since,
        }
    }
}

impl From<&Affiliation> for AffiliationBody {
    fn from(affiliation: &Affiliation) -> Self {
        Self {
            organisation_id: affiliation.organisation.to_string(),
            unit_id: affiliation.unit.map(|unit| unit.to_string()),
            role: affiliation.role.clone(),
            from_on: affiliation.from.map(|day| day.to_string()),
            to_on: affiliation.to.map(|day| day.to_string()),
        }
    }
}

impl PersonSkillBody {
    /// Several skills.
    pub fn all(skills: &[(SkillId, Level)], snapshot: &Snapshot) -> Vec<Self> {
        let body = |(skill, level): (SkillId, Level)| Self {
            skill: SkillSummary::of(snapshot, skill),
            level: level.get(),
        };
        let skills = current_once(snapshot, skills.iter().copied());
        skills.into_iter().map(body).collect()
    }
}

impl From<&Consent> for ConsentBody {
    fn from(consent: &Consent) -> Self {
        Self {
            by: Choose(consent.by),
            name: consent.name.clone(),
            how: consent.how.clone(),
            consented_at: Some(consent.at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
        }
    }
}

/// Reads where a person works: places that the writer sees, none twice.
pub fn affiliations(faults: &mut Faults, given: &[AffiliationBody], around: &Around<'_>) -> Vec<Affiliation> {
    list(faults, "/affiliations", given, 20, |faults, place, body| {
        affiliation(faults, place, body, around)
    })
}

fn affiliation(faults: &mut Faults, place: &str, body: &AffiliationBody, around: &Around<'_>) -> Option<Affiliation> {
    let at = |member: &str| format!("{place}/{member}");
    let seen = |id: OrganisationId| around.snapshot.organisation(around.reader.at(id), id);
    let given = Some(&body.organisation_id);
    let organisation = known(faults, &at("organisation_id"), given, |id| seen(id).is_some());
    let profile = organisation.and_then(seen).map(|profile| profile.get());
    let unit = known(faults, &at("unit_id"), body.unit_id.as_ref(), |id| {
        profile.is_none_or(|profile| profile.units.iter().any(|unit| unit.record.id == id))
    });
    let from = optional(faults, at("from_on"), body.from_on.as_ref(), day);
    let to = optional(faults, at("to_on"), body.to_on.as_ref(), day);
    in_order(faults, &at("to_on"), from, to);
    let role = optional(faults, at("role"), body.role.as_ref(), |text| line(text, 200));
    Some(Affiliation {
        organisation: organisation?,
        unit,
        role,
        from,
        to,
        // The writer sees it; how far others do, the store looks up.
        place: Visibility::Public,
    })
}

/// Reads what a person can do, each skill once.
pub fn skills(faults: &mut Faults, given: &[PersonSkillCreate], snapshot: &Snapshot) -> Vec<(SkillId, Level)> {
    let mut skills: Vec<(SkillId, Level)> = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let at = |member: &str| format!("/skills/{index}/{member}");
        let skill = faults.take(at("skill"), given::current(snapshot, &one.skill));
        let level = faults.take(at("level"), Level::new(one.level));
        let Some((skill, level)) = skill.zip(level) else {
            continue;
        };
        if skills.iter().any(|(known, _)| *known == skill) {
            faults.note(at("skill"), Rule::Duplicate);
        } else {
            skills.push((skill, level));
        }
    }
    skills
}

/// Reads what a person looks for.
pub fn roles_sought(faults: &mut Faults, given: &[String]) -> Vec<String> {
    list(faults, "/roles_sought", given, 10, |faults, place, role| {
        faults.take(place, line(role, 100))
    })
}

/// Reads a consent.
pub fn consent(faults: &mut Faults, body: &ConsentBody, now: DateTime<Utc>) -> Option<Consent> {
    let name = optional(faults, "/consent/name", body.name.as_ref(), |text| line(text, 200));
    let at = optional(faults, "/consent/consented_at", body.consented_at.as_ref(), instant);
    Some(Consent {
        by: body.by.0,
        name,
        how: faults.take("/consent/how", line(&body.how, 500))?,
        at: at.unwrap_or(now),
    })
}
