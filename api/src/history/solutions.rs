//! The history of solutions, for their owner and for managers.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::solution::{Solution, SolutionId};
use werkstadt_persistence::Noun;
use werkstadt_persistence::history::Scope;

use super::wire::{HistoryEventPage, RestoredBody};
use super::{VersionPath, list, must_have_edited, restore};
use crate::auth::Caller;
use crate::extract::{NoQuery, Path, Query, Versioned};
use crate::page::PageQuery;
use crate::problem::Problem;
use crate::solutions::{SolutionPath, audience_of};
use crate::state::State;

/// The history of a solution
///
/// Of one that was removed, too.
#[utoipa::path(tag = "solutions", params(SolutionPath, PageQuery),
    extensions(("x-authz" = json!({"from": "editor", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "A page of the history, the newest change first.", body = HistoryEventPage)))]
#[get("/solutions/{solution_id}/history")]
pub async fn list_solution_history(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<SolutionId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    must_edit(&state, &caller, path.0).await?;
    list(&request, &state, &caller, Scope::Solution(path.0), &page.0).await
}

/// Bring back an earlier state of a solution
///
/// When it was last confirmed stays as it is. One that was removed is there again as it was then.
#[utoipa::path(tag = "solutions", params(SolutionPath, VersionPath),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true})), ("x-errors" = json!([409, 422]))),
    responses((status = 200, description = "Restored.", body = RestoredBody)))]
#[post("/solutions/{solution_id}/history/{version_id}/restore")]
pub async fn restore_solution_version(
    state: web::Data<State>,
    caller: Caller,
    path: Path<Versioned<Solution>>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (id, version) = path.0;
    must_edit(&state, &caller, id).await?;
    restore::version(&state, &caller, Scope::Solution(id), version).await
}

/// Checks that the caller may change a solution. One that the caller cannot see does not exist.
async fn must_edit(state: &web::Data<State>, caller: &Caller, id: SolutionId) -> Result<(), Problem> {
    let owner = {
        let snapshot = state.directory().snapshot();
        let seen = snapshot.solution(audience_of(&snapshot, caller, id), id).is_some();
        // Whose it is, too, is looked up where all is known.
        let all = snapshot.solution(Audience::Manager, id).filter(|_| seen);
        all.map(|all| all.record.get().organisation)
    };
    match owner {
        Some(owner) => caller.must_edit(owner),
        None => must_have_edited(state, caller, Noun::Solution, id.uuid()).await,
    }
}
