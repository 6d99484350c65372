//! The caller's own API keys.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::account::{ApiKey, ApiKeyId};
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::text::line;
use werkstadt_persistence::api_keys;

use super::wire::{ApiKeyBody, ApiKeyCreate, ApiKeyPage};
use crate::answer;
use crate::auth::{ApiKeySecret, Caller};
use crate::extract::{Json, NoQuery, Path};
use crate::page::List;
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::chosen;

/// The part of the path that names a key.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ApiKeyPath {
    /// The key's id.
    #[param(format = Uuid)]
    pub api_key_id: String,
}

/// My API keys
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "member"}))),
    responses((status = 200, description = "The keys, without their secrets.", body = ApiKeyPage)))]
#[get("/me/api-keys")]
pub async fn list_api_keys(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?.id;
    let keys = state::read(&state, move |db| Ok(api_keys::list(db, user)?)).await?;
    let keys = keys.iter().map(|key| ApiKeyBody::new(key, None)).collect();
    List::new(&request, &state, caller.audience()).answer::<ApiKeyBody>(&caller, keys, None::<Uuid>)
}

/// Make an API key
///
/// The secret is in this answer only. A key can do what its user can, within its scopes, and has none that would be of no use to its user.
/// Who becomes a manager loses the keys of before: they were made without a second factor.
#[utoipa::path(tag = "auth", request_body = ApiKeyCreate, extensions(("x-authz" = json!({"from": "member"}))),
    responses((status = 201, description = "Made.", body = ApiKeyBody)))]
#[post("/me/api-keys")]
pub async fn create_api_key(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<ApiKeyCreate>,
) -> Result<HttpResponse, Problem> {
    let Json(body) = body;
    let mut faults = Faults::new();
    let name = faults.take("/name", line(&body.name, 100));
    if body.expires_at.is_some_and(|end| end <= state.now()) {
        faults.note("/expires_at", Rule::Reversed);
    }
    let (scopes, role) = (chosen(&body.scopes), caller.signed_in()?.role);
    for (index, scope) in scopes.iter().enumerate() {
        if !state.contract.serves(role, *scope) {
            faults.note(format!("/scopes/{index}"), Rule::Conflicts("role"));
        }
    }
    let name = faults.finish(name)?;
    let key = ApiKey {
        id: state.id(),
        user: caller.signed_in()?.id,
        name,
        scopes,
        expires_at: body.expires_at,
        requests_per_minute: body.requests_per_minute,
        used_at: None,
    };
    let secret = ApiKeySecret::new(state.world.secret()?);
    let hash = secret.digest();
    let stored = state::write(&state, caller.actor(), move |unit| {
        Ok(api_keys::insert(unit, key, &hash)?)
    })
    .await?;
    let mut made = answer::made(&ApiKeyBody::new(&stored, Some(secret.reveal())))?;
    // The secret is for the caller alone.
    let headers = made.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(made)
}

/// End an API key
#[utoipa::path(tag = "auth", params(ApiKeyPath), extensions(("x-authz" = json!({"from": "member"}))),
    responses((status = 204, description = "Ended.")))]
#[delete("/me/api-keys/{api_key_id}")]
pub async fn delete_api_key(
    state: web::Data<State>,
    caller: Caller,
    id: Path<ApiKeyId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?.id;
    state::write(&state, caller.actor(), move |unit| {
        let key = api_keys::find(unit.db(), id.0)?;
        if key.record.user != user {
            return Err(Problem::new(Code::NotFound));
        }
        Ok(api_keys::remove(unit, id.0)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
