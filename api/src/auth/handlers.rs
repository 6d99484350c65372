//! Signing in and out.

use actix_web::{HttpResponse, get, web};
use werkstadt_domain::named::Named;

use super::wire::Me;
use crate::auth::Caller;
use crate::extract::NoQuery;
use crate::problem::Problem;
use crate::state::State;

/// The caller's own account
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 200, description = "The account.", body = Me)))]
#[get("/me")]
pub async fn get_me(_state: web::Data<State>, caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?;
    let scopes = caller
        .scopes()
        .map(|scopes| scopes.iter().map(|scope| scope.code().to_owned()).collect());
    Ok(HttpResponse::Ok().json(Me {
        id: user.id.to_string(),
        email: user.email.clone(),
        name: user.name.clone(),
        role: user.role.code().to_owned(),
        organisation_id: user.organisation.map(|id| id.to_string()),
        scopes,
    }))
}
