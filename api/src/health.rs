//! What operators and generators need: life, readiness, public keys, the document.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::extract::NoQuery;
use crate::problem::{Code, Problem};
use crate::state::State;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"status": "ready", "version": "0.1.0"}))]
pub struct Health {
    /// `alive` or `ready`.
    #[schema(examples("alive", "ready"))]
    pub status: String,
    /// The program's version.
    pub version: String,
}

/// Public keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"keys": []}))]
pub struct Jwks {
    /// Keys that verify access tokens (RFC 7517).
    #[schema(value_type = Vec<Jwk>)]
    pub keys: Vec<jsonwebtoken::jwk::Jwk>,
}

/// A public key (RFC 7517, RFC 8037).
#[derive(Debug, ToSchema)]
#[schema(example = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "k1", "use": "sig", "alg": "EdDSA"}))]
pub struct Jwk {
    /// Key type.
    pub kty: String,
    /// Curve.
    pub crv: Option<String>,
    /// The public key.
    pub x: Option<String>,
    /// The key's id.
    pub kid: Option<String>,
    /// What it is for.
    pub r#use: Option<String>,
    /// The algorithm it is used with.
    pub alg: Option<String>,
}

/// Is the process alive?
#[utoipa::path(tag = "operations", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "Alive.", body = Health)))]
#[get("/livez")]
pub async fn livez(_caller: Caller, _query: NoQuery) -> HttpResponse {
    HttpResponse::Ok().json(Health {
        status: "alive".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    })
}

/// Can it serve?
#[utoipa::path(tag = "operations", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "Ready: the database answers.", body = Health)))]
#[get("/readyz")]
pub async fn readyz(state: web::Data<State>, _caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    let ping = web::block(move || shared.store.ping())
        .await
        .map_err(Problem::internal)?;
    ping.map_err(|error| Problem::new(Code::Unavailable).retry_after(1).because(error))?;
    Ok(HttpResponse::Ok().json(Health {
        status: "ready".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    }))
}

/// Keys that verify access tokens
#[utoipa::path(tag = "operations", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The keys.", body = Jwks)))]
#[get("/.well-known/jwks.json")]
pub async fn get_jwks(state: web::Data<State>, _caller: Caller, _query: NoQuery) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=900"))
        .json(state.tokens.load().jwks())
}

/// This document
#[utoipa::path(tag = "operations", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)))]
#[get("/openapi.json")]
pub async fn get_document(state: web::Data<State>, _caller: Caller, _query: NoQuery) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(state.documents.0.clone())
}

/// This document for older generators
#[utoipa::path(tag = "operations", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "OpenAPI 3.0.3.", body = serde_json::Value)))]
#[get("/openapi-3.0.json")]
pub async fn get_document_30(state: web::Data<State>, _caller: Caller, _query: NoQuery) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(state.documents.1.clone())
}
