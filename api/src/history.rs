//! The history of records: who changed what and when, and how to bring an earlier state back.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::opportunity::{Opportunity, OpportunityId};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::skill::{Skill, SkillId};
use werkstadt_persistence::Noun;
use werkstadt_persistence::history::{self, Place, Scope};

use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::{NoQuery, Path, Query, Versioned};
use crate::opportunities::OpportunityPath;
use crate::organisations::handlers::OrganisationPath;
use crate::page::{List, PageQuery, cut};
use crate::problem::{Code, Problem};
use crate::skills::SkillPath;
use crate::state::{self, State};

pub mod people;
mod restore;
pub mod solutions;
pub mod wire;

use wire::{HistoryEventBody, HistoryEventPage, RestoredBody};

/// The part of the path that names an earlier state.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionPath {
    /// `version_id` of an event in the history: the state before it.
    #[param(min_length = 1, max_length = 20, pattern = "^[0-9]+$")]
    pub version_id: String,
}

/// The history of an organisation
///
/// With its units, skills, references, logo, opportunities and solutions, the newest change first; for its own people and managers. Managers
/// find the history of an organisation that was removed, too.
#[utoipa::path(tag = "organisations", params(OrganisationPath, PageQuery),
    extensions(("x-authz" = json!({"from": "editor", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "A page of the history.", body = HistoryEventPage)))]
#[get("/organisations/{organisation_id}/history")]
pub async fn list_organisation_history(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    may_look_back(&state, &caller, path.0)?;
    // Contacts that it had are in it.
    Disclosures::to(&state, &caller).note(Noun::Organisation, [path.0.uuid()])?;
    list(&request, &state, &caller, Scope::Organisation(path.0), &page.0).await
}

/// Bring back an earlier state of an organisation, or of something that is its own
///
/// The record becomes what it was before the event; if it was removed, it is there again under the id it had, and with an
/// organisation all that went with it: units, skills, references, logo, opportunities, solutions, membership, and the people who
/// worked there. The history goes on, so that this can be taken back too. What is restored must be valid today: a skill or unit
/// that it names must still be there.
#[utoipa::path(tag = "organisations", params(OrganisationPath, VersionPath),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true})), ("x-errors" = json!([409, 422]))),
    responses((status = 200, description = "Restored.", body = RestoredBody)))]
#[post("/organisations/{organisation_id}/history/{version_id}/restore")]
pub async fn restore_organisation_version(
    state: web::Data<State>,
    caller: Caller,
    path: Path<Versioned<Organisation>>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (id, version) = path.0;
    may_look_back(&state, &caller, id)?;
    restore::version(&state, &caller, Scope::Organisation(id), version).await
}

/// The history of an opportunity
///
/// Of one that was removed, too.
#[utoipa::path(tag = "opportunities", params(OpportunityPath, PageQuery),
    extensions(("x-authz" = json!({"from": "editor", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "A page of the history, the newest change first.", body = HistoryEventPage)))]
#[get("/opportunities/{opportunity_id}/history")]
pub async fn list_opportunity_history(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OpportunityId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    must_edit_opportunity(&state, &caller, path.0).await?;
    list(&request, &state, &caller, Scope::Opportunity(path.0), &page.0).await
}

/// Bring back an earlier state of an opportunity
///
/// Its text and terms become what they were before the event; where it stands in its life changes as by an edit. One that was
/// removed is there again with its reviews, as a draft unless a manager brings it back.
#[utoipa::path(tag = "opportunities", params(OpportunityPath, VersionPath),
    extensions(("x-authz" = json!({"from": "editor", "scope": "opportunities:write", "own": true})), ("x-errors" = json!([409, 422]))),
    responses((status = 200, description = "Restored.", body = RestoredBody)))]
#[post("/opportunities/{opportunity_id}/history/{version_id}/restore")]
pub async fn restore_opportunity_version(
    state: web::Data<State>,
    caller: Caller,
    path: Path<Versioned<Opportunity>>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (id, version) = path.0;
    must_edit_opportunity(&state, &caller, id).await?;
    restore::version(&state, &caller, Scope::Opportunity(id), version).await
}

/// The history of a skill
#[utoipa::path(tag = "skills", params(SkillPath, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of the history, the newest change first.", body = HistoryEventPage)))]
#[get("/skills/{skill_id}/history")]
pub async fn list_skill_history(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<SkillId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    list(&request, &state, &caller, Scope::Skill(path.0), &page.0).await
}

/// Bring back an earlier state of a skill
#[utoipa::path(tag = "skills", params(SkillPath, VersionPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "skills:write"})), ("x-errors" = json!([409, 422]))),
    responses((status = 200, description = "Restored.", body = RestoredBody)))]
#[post("/skills/{skill_id}/history/{version_id}/restore")]
pub async fn restore_skill_version(
    state: web::Data<State>,
    caller: Caller,
    path: Path<Versioned<Skill>>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (id, version) = path.0;
    restore::version(&state, &caller, Scope::Skill(id), version).await
}

async fn list(
    request: &HttpRequest,
    state: &web::Data<State>,
    caller: &Caller,
    scope: Scope,
    page: &PageQuery,
) -> Result<HttpResponse, Problem> {
    let list = List::new(request, state, Audience::Manager);
    let after = list.after::<(i64, i64)>(page)?;
    let after = after.map_or(Place::NEWEST, |(ended, created)| Place { ended, created });
    let limit = page.limit();
    let events = state::read(state, move |db| {
        Ok(history::of(db, scope, after, limit.get().saturating_add(1))?)
    });
    let events = events.await?;
    if events.is_empty() && after == Place::NEWEST {
        return Err(Problem::new(Code::NotFound));
    }
    let (events, after) = cut(events, limit, |last| (last.place.ended, last.place.created));
    let (snapshot, reader) = (state.directory().snapshot(), crate::people::reader(state, caller));
    let bodies = events
        .into_iter()
        .filter_map(|event| people::as_seen(event, &reader))
        .map(|event| HistoryEventBody::new(&event, state.accounts(), &snapshot));
    list.answer::<HistoryEventBody>(caller, bodies.collect::<Result<_, _>>()?, after)
}

/// Checks that the caller may see what an organisation was. Of one that is not there any more, only managers.
fn may_look_back(state: &State, caller: &Caller, id: OrganisationId) -> Result<(), Problem> {
    let seen = state
        .directory()
        .snapshot()
        .organisation(caller.audience_at(id), id)
        .is_some();
    if !seen && caller.audience() != Audience::Manager {
        return Err(Problem::new(Code::NotFound));
    }
    caller.must_edit(id)
}

/// Checks that the caller may change an opportunity. One that the caller cannot see does not exist.
async fn must_edit_opportunity(state: &web::Data<State>, caller: &Caller, id: OpportunityId) -> Result<(), Problem> {
    let owner = {
        let snapshot = state.directory().snapshot();
        // Whose it is decides; this look does not leave the server.
        let owner = snapshot.opportunity(Audience::Manager, id);
        let owner = owner.map(|opportunity| opportunity.record.get().organisation);
        owner.filter(|owner| snapshot.opportunity(caller.audience_at(*owner), id).is_some())
    };
    match owner {
        Some(owner) => caller.must_edit(owner),
        None => must_have_edited(state, caller, Noun::Opportunity, id.uuid()).await,
    }
}

/// Checks that the caller, who does not see a record, could change it before it was removed. To everyone else it was never there.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn must_have_edited(state: &web::Data<State>, caller: &Caller, noun: Noun, id: Uuid) -> Result<(), Problem> {
    let owner = state::read(state, move |db| Ok(history::removed_owner(db, noun, id)?)).await?;
    let owner = owner.ok_or_else(|| Problem::new(Code::NotFound))?;
    may_look_back(state, caller, owner).map_err(|_| Problem::new(Code::NotFound))
}
