//! Splitting a skill: parts of what it meant become concepts of their own, and what is named follows them.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::skill::{Skill, SkillId};
use werkstadt_persistence::{UnitOfWork, claims, opportunities, references, skills};

use self::plan::{Change, Plan};
use self::wire::SkillSplitBody;
use super::SkillPath;
use super::upkeep::retried;
use super::wire::LabelsBody;
use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::{self, State};
use crate::wire::TextBody;

mod plan;
pub mod wire;

/// The concepts that a skill is split into.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"parts": [{"label": {"de": "Laserschweißen", "en": "laser welding"},
    "claims": ["01936d3e-7f10-7000-8000-0000000000c1"]}]}))]
pub struct SkillSplitRequest {
    /// The parts. What none of them names stays with the skill.
    #[schema(min_items = 1, max_items = 20)]
    pub parts: Vec<SkillPart>,
    /// The part that replaces the skill, counted from 0: then the skill is deprecated, and the rest follows that part. Left out:
    /// the skill stays, above its new parts.
    #[schema(minimum = 0, maximum = 19)]
    pub successor: Option<usize>,
}

/// A part: a concept that there is, or a new one, with what follows it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"label": {"de": "Laserschweißen"}, "references": ["01936d3e-7f10-7000-8000-0000000000b1"]}))]
pub struct SkillPart {
    /// A concept that there is, by id or URI. Left out: a new one.
    #[schema(min_length = 1, max_length = 300)]
    pub skill: Option<String>,
    /// Preferred labels of a new one.
    pub label: Option<TextBody>,
    /// Other labels of a new one. Labels that the skill has leave it, but for its preferred ones.
    pub alt_labels: Option<LabelsBody>,
    /// Claims of the skill that follow, by id.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub claims: Vec<String>,
    /// References that show it and follow, by id.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub references: Vec<String>,
    /// Opportunities that ask for it and follow, by id.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub opportunities: Vec<String>,
}

/// Whether to do it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DryRun {
    /// `true` tells what would change, and changes nothing.
    pub dry_run: Option<bool>,
}

/// Split a skill
///
/// Parts of what it meant become concepts of their own; claims, references and opportunities that are named follow them, at once.
/// Everything else goes on naming the skill. 409 if a part that replaces it lies below what lies below the skill.
#[utoipa::path(tag = "skills", params(SkillPath, DryRun), request_body = SkillSplitRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "skills:write"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "What has changed, or would change.", body = SkillSplitBody)))]
#[post("/skills/{skill_id}/split")]
pub async fn split_skill(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SkillId>,
    Query(how): Query<DryRun>,
    body: Json<SkillSplitRequest>,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let told = state::write(&state, caller.actor(), move |unit| {
        let snapshot = shared.directory().snapshot();
        let old = skills::find(unit.db(), id)?;
        let below = skills::neighbours(unit.db(), &[id])?;
        let plan = Plan::new(unit.db(), &snapshot, (&old, &below), &body.0, &|| shared.id())?;
        let is_trial = how.dry_run == Some(true);
        let told = SkillSplitBody::new(&plan, is_trial);
        if !is_trial {
            write(unit, plan, old, below)?;
        }
        Ok(told)
    });
    answer::page(&caller, &told.await?, None)
}

fn write(unit: &mut UnitOfWork<'_>, plan: Plan, old: Stored<Skill>, below: Vec<Stored<Skill>>) -> Result<(), Problem> {
    skills::insert_all(unit, plan.split.created)?;
    for after in plan.split.changed {
        let before = std::iter::once(&old)
            .chain(&below)
            .find(|one| one.record.id == after.id);
        if let Some(before) = before {
            skills::update(unit, before, after).map_err(retried)?;
        }
    }
    for change in plan.changes {
        let done = match change {
            Change::Claim(owner, before, after) => claims::update(unit, owner, &before, *after).map(drop),
            Change::Reference(owner, before, after) => references::update(unit, owner, &before, *after).map(drop),
            Change::Opportunity(before, after) => opportunities::update(unit, &before, *after).map(drop),
        };
        done.map_err(retried)?;
    }
    Ok(())
}
