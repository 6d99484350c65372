//! The sessions of everyone.

use actix_web::{HttpResponse, delete, web};
use serde::Deserialize;
use utoipa::IntoParams;
use werkstadt_persistence::sessions;

use crate::auth::Caller;
use crate::extract::Query;
use crate::problem::Problem;
use crate::state::{self, State};

/// Whose sessions end.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EndSessions {
    /// Whether the session in which this is asked for goes on; it ends like all others unless said so.
    pub keep_own: Option<bool>,
}

/// Sign everyone out everywhere
///
/// For the day on which tokens may have come into wrong hands: from the next request on, every server refuses the tokens of all sessions
/// that have begun, and who comes back signs in anew. API keys stay.
#[utoipa::path(tag = "admin", params(EndSessions), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 204, description = "Signed out.")))]
#[delete("/sessions")]
pub async fn end_everyones_sessions(
    state: web::Data<State>,
    caller: Caller,
    query: Query<EndSessions>,
) -> Result<HttpResponse, Problem> {
    let keep = query.0.keep_own == Some(true);
    let own = caller.in_session().ok().map(|(_, session)| session.id);
    let spared = own.filter(|_| keep);
    let ended = state::write(&state, caller.actor(), move |unit| {
        Ok(sessions::revoke_everyones(unit, spared)?)
    })
    .await?;
    tracing::warn!(sessions = ended, "everyone was signed out");
    Ok(HttpResponse::NoContent().finish())
}
