//! A split as JSON: what has changed, or would change.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::skill::{Skill, SkillId};

use super::plan::{Change, Plan};
use crate::wire::TextBody;

/// What a split has changed, or would change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SkillSplit, example = json!({"dry_run": true, "skills": [], "moved": []}))]
pub struct SkillSplitBody {
    /// True if nothing was changed.
    pub dry_run: bool,
    /// The concepts that are new or changed, as they are afterwards.
    pub skills: Vec<SplitSkillBody>,
    /// The records that name a part afterwards.
    pub moved: Vec<MovedBody>,
}

/// A concept after a split.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitSkill, example = json!({"change": "created", "id": "01936d3e-7f10-7000-8000-0000000000d2",
    "uri": "urn:uuid:01936d3e-7f10-7000-8000-0000000000d2", "label": {"de": "Laserschweißen"}, "status": "accepted",
    "broader": ["01936d3e-7f10-7000-8000-0000000000d1"]}))]
pub struct SplitSkillBody {
    /// What happens to it.
    #[schema(examples("created", "changed"))]
    pub change: String,
    /// Its id. That of a new one is another one each time.
    #[schema(format = Uuid)]
    pub id: String,
    /// Its address.
    pub uri: String,
    /// Its preferred labels.
    pub label: TextBody,
    /// Where it stands.
    #[schema(examples("accepted", "deprecated"))]
    pub status: String,
    /// The ids of directly broader concepts.
    pub broader: Vec<String>,
    /// The id of the concept to use instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub replaced_by: Option<String>,
}

/// A record that names a part afterwards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitRecord, example = json!({"noun": "claim", "id": "01936d3e-7f10-7000-8000-0000000000c1",
    "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "skill_ids": ["01936d3e-7f10-7000-8000-0000000000d2"]}))]
pub struct MovedBody {
    /// Its sort.
    #[schema(examples("claim", "reference", "opportunity"))]
    pub noun: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Whose it is.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The concepts that it names then and did not before.
    pub skill_ids: Vec<String>,
}

impl SkillSplitBody {
    /// What a plan does.
    pub fn new(plan: &Plan, dry_run: bool) -> Self {
        let created = plan
            .split
            .created
            .iter()
            .map(|skill| SplitSkillBody::new("created", skill));
        let changed = plan
            .split
            .changed
            .iter()
            .map(|skill| SplitSkillBody::new("changed", skill));
        Self {
            dry_run,
            skills: created.chain(changed).collect(),
            moved: plan.changes.iter().map(MovedBody::from).collect(),
        }
    }
}

impl SplitSkillBody {
    fn new(change: &str, skill: &Skill) -> Self {
        Self {
            change: change.to_owned(),
            id: skill.id.to_string(),
            uri: skill.uri.clone(),
            label: TextBody::from(&skill.label),
            status: skill.status.code().to_owned(),
            broader: skill.broader.iter().map(ToString::to_string).collect(),
            replaced_by: skill.replaced_by.map(|id| id.to_string()),
        }
    }
}

impl From<&Change> for MovedBody {
    fn from(change: &Change) -> Self {
        match change {
            Change::Claim(owner, before, after) => Self::new(
                "claim",
                (after.id.uuid(), *owner),
                &[before.record.skill],
                &[after.skill],
            ),
            Change::Reference(owner, before, after) => Self::new(
                "reference",
                (after.id.uuid(), *owner),
                &before.record.skills,
                &after.skills,
            ),
            Change::Opportunity(before, after) => {
                let skills = |one: &werkstadt_domain::opportunity::Opportunity| {
                    let needs = one.required.iter().chain(&one.preferred);
                    needs.map(|need| need.skill).collect::<Vec<_>>()
                };
                let (old, new) = (skills(&before.record), skills(after));
                Self::new("opportunity", (after.id.uuid(), after.organisation), &old, &new)
            }
        }
    }
}

impl MovedBody {
    fn new(noun: &str, (id, owner): (Uuid, OrganisationId), before: &[SkillId], after: &[SkillId]) -> Self {
        let new = after.iter().filter(|skill| !before.contains(skill));
        Self {
            noun: noun.to_owned(),
            id: Id::<()>::new(id).to_string(),
            organisation_id: owner.to_string(),
            skill_ids: new.map(ToString::to_string).collect(),
        }
    }
}
