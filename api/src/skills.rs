//! Skills: the taxonomy, and how managers keep it.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::search::SkillFilter;
use werkstadt_domain::skill::SkillId;
use werkstadt_persistence::directory::{SkillPosition, Snapshot};
use werkstadt_persistence::skills;

use crate::answer;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::page::{List, PageQuery};
use crate::patch::{self, Base};
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::{SkillKindName, SkillStatusName, chosen};

pub mod esco;
pub mod given;
pub mod linked;
pub mod skos;
pub mod split;
pub mod upkeep;
pub mod wire;

use wire::{SkillBody, SkillCreate, SkillPage, SkillPatch};

/// The part of the path that names a skill.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SkillPath {
    /// The skill's id.
    #[param(format = Uuid)]
    pub skill_id: String,
}

/// Which skills.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListSkills {
    /// What to look for in all labels, German and English; the best hit comes first. Typos, compounds and words that are
    /// alike in both languages are found too.
    #[param(min_length = 1, max_length = 200, example = "laser")]
    pub q: Option<String>,
    /// One of these sorts.
    #[serde(default)]
    pub kind: Vec<SkillKindName>,
    /// In one of these states.
    #[serde(default)]
    pub status: Vec<SkillStatusName>,
    /// Directly below this concept, by id or URI.
    #[param(min_length = 1, max_length = 300)]
    pub broader: Option<String>,
    /// `true` for the concepts with nothing above them.
    pub roots: Option<bool>,
}

/// How a changed skill is read.
pub const BASE: Base = Base {
    create: "create_skill",
    derived: &["id", "narrower", "created_at", "updated_at"],
    by_id: &["broader", "related", "replaced_by"],
};

/// List and find skills
///
/// With `q` a search over all labels in both languages: labels that are equal first, then those that begin with it, then those
/// whose words do, then those that contain it, then those that are like it. Without `q` in order of label. `roots` and
/// `broader` walk the tree.
#[utoipa::path(tag = "skills", params(ListSkills, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of skills.", body = SkillPage)))]
#[get("/skills")]
pub async fn list_skills(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListSkills>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let list = List::new(&request, &state, caller.audience());
    let after = list.after::<(u64, Uuid)>(&page)?;
    let after = after.map(|(rank, id)| SkillPosition { rank, id: Id::new(id) });
    let found = snapshot.skills(&query.0.filter(&snapshot)?, after, page.limit());
    let items = found.items.iter().map(|skill| SkillBody::in_list(skill, &snapshot));
    let after = found.after.map(|position| (position.rank, position.id.uuid()));
    list.answer(&caller, items.collect(), after)
}

/// Add a skill to the taxonomy
#[utoipa::path(tag = "skills", request_body = SkillCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "skills:write"}))),
    responses((status = 201, description = "Added.", body = SkillBody)))]
#[post("/skills")]
pub async fn create_skill(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<SkillCreate>,
) -> Result<HttpResponse, Problem> {
    let (shared, id) = (state.clone(), state.id());
    let created = state::write(&state, caller.actor(), move |unit| {
        let snapshot = shared.directory().snapshot();
        let stored = skills::insert(unit, body.0.into_domain(id, &snapshot)?)?;
        Ok(SkillBody::new(&stored, &snapshot))
    });
    answer::created(format!("/v1/skills/{id}"), &created.await?)
}

/// One skill
#[utoipa::path(tag = "skills", params(SkillPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The skill with its direct neighbours in the tree.", body = SkillBody),
        (status = 304, description = "The client has it already.")))]
#[get("/skills/{skill_id}")]
pub async fn get_skill(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<SkillId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let skill = snapshot.skill(path.0).ok_or_else(|| Problem::new(Code::NotFound))?;
    answer::record(&request, &caller, &SkillBody::new(skill, &snapshot))
}

/// Change a skill
///
/// A JSON Merge Patch. What used a deprecated skill goes on with the one in `replaced_by`.
#[utoipa::path(tag = "skills", params(SkillPath, IfMatchHeader),
    request_body(content = SkillPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "manager", "scope": "skills:write"}))),
    responses((status = 200, description = "Changed.", body = SkillBody)))]
#[patch("/skills/{skill_id}")]
pub async fn update_skill(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SkillId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let changed = state::write(&state, caller.actor(), move |unit| {
        let snapshot = shared.directory().snapshot();
        let before = skills::find(unit.db(), id)?;
        let present = SkillBody::new(&before, &snapshot);
        condition.check(&answer::tag(&present)?)?;
        let changed: SkillCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let stored = skills::update(unit, &before, changed.into_domain(id, &snapshot)?)?;
        Ok(SkillBody::new(&stored, &snapshot))
    });
    answer::changed(&changed.await?)
}

/// Remove a skill
///
/// Refused while anything uses it; deprecate it then.
#[utoipa::path(tag = "skills", params(SkillPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "manager", "scope": "skills:write"}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/skills/{skill_id}")]
pub async fn delete_skill(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SkillId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    state::write(&state, caller.actor(), move |unit| {
        let before = skills::find(unit.db(), id)?;
        let present = SkillBody::new(&before, &shared.directory().snapshot());
        condition.check(&answer::tag(&present)?)?;
        Ok(skills::remove(unit, id, before.version)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

impl ListSkills {
    fn filter(&self, snapshot: &Snapshot) -> Result<SkillFilter, Problem> {
        let mut found = Vec::new();
        let above = given::in_query(snapshot, "broader", self.broader.as_slice(), &mut found);
        if !found.is_empty() {
            return Err(Problem::new(Code::InvalidQuery).with_breaches(found));
        }
        Ok(SkillFilter {
            q: self.q.clone(),
            kinds: chosen(&self.kind),
            statuses: chosen(&self.status),
            broader: above.first().copied(),
            roots: self.roots == Some(true),
        })
    }
}
