//! The caller's sessions: where an account is signed in, and how to end that.

use actix_web::{HttpRequest, HttpResponse, delete, get, web};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_persistence::sessions::{self, SessionId};

use super::Caller;
use super::wire::{SessionBody, SessionPage};
use crate::extract::{NoQuery, Path};
use crate::page::List;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// The part of the path that names a session.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SessionPath {
    /// The session's id.
    #[param(format = Uuid)]
    pub session_id: String,
}

/// My sessions
///
/// Where the account is signed in.
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "guest", "enrolment": true}))),
    responses((status = 200, description = "The sessions that go on, the oldest first.", body = SessionPage)))]
#[get("/me/sessions")]
pub async fn list_sessions(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (user, current) = caller.in_session()?;
    let (user, now) = (user.id, state.now());
    let found = state::read(&state, move |db| Ok(sessions::list(db, user, now)?)).await?;
    let bodies = found
        .iter()
        .map(|session| SessionBody::new(session, session.id == current.id))
        .collect();
    List::new(&request, &state, caller.audience()).answer(&caller, bodies, None::<Uuid>)
}

/// End one of my sessions
///
/// From the next request on, its tokens are refused.
#[utoipa::path(tag = "auth", params(SessionPath), extensions(("x-authz" = json!({"from": "guest", "enrolment": true}))),
    responses((status = 204, description = "Ended.")))]
#[delete("/me/sessions/{session_id}")]
pub async fn end_session(
    state: web::Data<State>,
    caller: Caller,
    id: Path<SessionId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = caller.in_session()?.0.id;
    let now = state.now();
    state::write(&state, caller.actor(), move |unit| {
        let session = sessions::find(unit.db(), id.0, now)?;
        if session.user != user {
            return Err(Problem::new(Code::NotFound));
        }
        Ok(sessions::revoke(unit, session.id)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out everywhere
///
/// Ends all sessions of the account, this one included.
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "guest", "enrolment": true}))),
    responses((status = 204, description = "Signed out.")))]
#[delete("/me/sessions")]
pub async fn end_all_sessions(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = caller.in_session()?.0.id;
    state::write(&state, caller.actor(), move |unit| {
        Ok(sessions::revoke_all(unit, user, None)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
