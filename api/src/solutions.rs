//! Solutions: what organisations have made and show, confirmed by their maintainers from time to time.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use utoipa::IntoParams;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::search::SolutionPosition;
use werkstadt_domain::solution::{Solution, SolutionId};
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::{Db, solutions};

use crate::answer;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::organisations::handlers::OrganisationPath;
use crate::page::{List, PageQuery};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

pub mod query;
pub mod wire;

use query::{ListSolutions, MadeBy, PositionBody};
use wire::{BASE, Kept, SolutionBody, SolutionCreate, SolutionHitBody, SolutionPage, SolutionPatch};

/// The part of the path that names a solution.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SolutionPath {
    /// The solution's id.
    #[param(format = Uuid)]
    pub solution_id: String,
}

/// List and search solutions
///
/// Newest first, or best first with `q`. What its maintainer has not confirmed in time is not among them, except of the own
/// organisation with `organisation_id`.
#[utoipa::path(tag = "solutions", params(ListSolutions, MadeBy, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of solutions.", body = SolutionPage)))]
#[get("/solutions")]
pub async fn list_solutions(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListSolutions>,
    by: Query<MadeBy>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let organisation = by.0.read(&state.directory().snapshot(), &caller)?;
    list(&request, &state, &caller, organisation, &query.0, &page.0)
}

/// The solutions of an organisation
///
/// Its own people find those, too, that were not confirmed in time.
#[utoipa::path(tag = "solutions", params(OrganisationPath, ListSolutions, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of solutions.", body = SolutionPage)))]
#[get("/organisations/{organisation_id}/solutions")]
pub async fn list_organisation_solutions(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    query: Query<ListSolutions>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    let snapshot = state.directory().snapshot();
    if snapshot.organisation(caller.audience_at(id), id).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    list(&request, &state, &caller, Some(id), &query.0, &page.0)
}

fn list(
    request: &HttpRequest,
    state: &State,
    caller: &Caller,
    organisation: Option<OrganisationId>,
    query: &ListSolutions,
    page: &PageQuery,
) -> Result<HttpResponse, Problem> {
    let (snapshot, today) = (state.directory().snapshot(), state.now().date_naive());
    let audience = organisation.map_or_else(|| caller.audience(), |id| caller.audience_at(id));
    let list = List::new(request, state, audience);
    let after = list.after::<PositionBody>(page)?.map(SolutionPosition::from);
    let filter = query.filter(&snapshot, organisation, today)?;
    let found = snapshot.solutions(audience, &filter, after.as_ref(), page.limit());
    let hits = found.items.iter();
    let bodies = hits.map(|hit| SolutionHitBody::new(hit, &snapshot, audience));
    list.answer(caller, bodies.collect(), found.after.map(PositionBody::from))
}

/// Add a solution
#[utoipa::path(tag = "solutions", request_body = SolutionCreate,
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 201, description = "Added.", body = SolutionBody)))]
#[post("/solutions")]
pub async fn create_solution(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<SolutionCreate>,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, id) = (state.clone(), caller.actor(), state.id());
    let created = state::write(&state, actor, move |unit| {
        let snapshot = shared.directory().snapshot();
        let kept = Kept {
            id,
            confirmed_at: unit.now(),
            lapsed: false,
        };
        let solution = body.0.into_domain(kept, &snapshot, &caller)?;
        caller.must_edit(solution.organisation)?;
        SolutionBody::for_editors(&solutions::insert(unit, solution)?, &snapshot)
    });
    answer::created(format!("/v1/solutions/{id}"), &created.await?)
}

/// One solution
#[utoipa::path(tag = "solutions", params(SolutionPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The solution.", body = SolutionBody),
        (status = 304, description = "The client has it already.")))]
#[get("/solutions/{solution_id}")]
pub async fn get_solution(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<SolutionId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let audience = audience_of(&snapshot, &caller, path.0);
    let solution = snapshot.solution(audience, path.0);
    let solution = solution.ok_or_else(|| Problem::new(Code::NotFound))?;
    answer::record(&request, &caller, &SolutionBody::new(&solution, &snapshot, audience))
}

/// Change a solution
///
/// A JSON Merge Patch. It does not confirm the rest; that is a call of its own.
#[utoipa::path(tag = "solutions", params(SolutionPath, IfMatchHeader),
    request_body(content = SolutionPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = SolutionBody)))]
#[patch("/solutions/{solution_id}")]
pub async fn update_solution(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SolutionId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    let changed = state::write(&state, actor, move |unit| {
        let snapshot = shared.directory().snapshot();
        let before = find(unit.db(), &caller, id)?;
        let present = SolutionBody::for_editors(&before, &snapshot)?;
        condition.check(&answer::tag(&present)?)?;
        let changed: SolutionCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let after = changed.into_domain(Kept::of(&before.record), &snapshot, &caller)?;
        caller.must_edit(after.organisation)?;
        SolutionBody::for_editors(&solutions::update(unit, &before, after)?, &snapshot)
    });
    answer::changed(&changed.await?)
}

/// Remove a solution
#[utoipa::path(tag = "solutions", params(SolutionPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/solutions/{solution_id}")]
pub async fn delete_solution(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SolutionId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    state::write(&state, actor, move |unit| {
        let before = find(unit.db(), &caller, id)?;
        let present = SolutionBody::for_editors(&before, &shared.directory().snapshot())?;
        condition.check(&answer::tag(&present)?)?;
        Ok(solutions::remove(unit, id, before.version)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Confirm a solution
///
/// Its maintainer says that what is written holds. One that was not confirmed in time is shown to others again.
#[utoipa::path(tag = "solutions", params(SolutionPath),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Confirmed.", body = SolutionBody)))]
#[post("/solutions/{solution_id}/confirm")]
pub async fn confirm_solution(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SolutionId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    let confirmed = state::write(&state, actor, move |unit| {
        let before = find(unit.db(), &caller, id)?;
        let after = before.record.confirmed(unit.now());
        let stored = solutions::update(unit, &before, after)?;
        SolutionBody::for_editors(&stored, &shared.directory().snapshot())
    });
    answer::changed(&confirmed.await?)
}

impl Kept {
    /// What stays of a solution when its text is changed.
    pub const fn of(solution: &Solution) -> Self {
        Self {
            id: solution.id,
            confirmed_at: solution.confirmed_at,
            lapsed: solution.lapsed,
        }
    }
}

/// The audience to which the caller belongs for a solution: whose it is decides. This look does not leave the server.
pub fn audience_of(snapshot: &Snapshot, caller: &Caller, id: SolutionId) -> Audience {
    let owner = snapshot.solution(Audience::Manager, id);
    let owner = owner.map(|solution| solution.record.get().organisation);
    owner.map_or_else(|| caller.audience(), |id| caller.audience_at(id))
}

/// The stored solution, for someone who may change it. One that the caller cannot see does not exist.
fn find(db: &mut Db, caller: &Caller, id: SolutionId) -> Result<Stored<Solution>, Problem> {
    let stored = solutions::find(db, id)?;
    let owner = stored.record.organisation;
    if stored.project(caller.audience_at(owner)).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    caller.must_edit(owner)?;
    Ok(stored)
}
