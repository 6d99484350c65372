//! Signing in, staying in, signing out.

use actix_web::{HttpResponse, get, post, web};
use chrono::TimeDelta;
use werkstadt_domain::account::UserId;
use werkstadt_domain::named::Named;
use werkstadt_persistence::sessions::{self, Renewal, SessionId};
use werkstadt_persistence::{Actor, users};

use super::token::LIFETIME;
use super::wire::{LoginRequest, Me, RefreshRequest, Tokens};
use super::{Caller, Hashing, Password, RefreshSecret, digest};
use crate::extract::{Json, NoQuery};
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// How long a session lasts at most, however often it is renewed.
const SESSION: TimeDelta = TimeDelta::days(30);

/// Sign in
///
/// Answers an access token for the Authorization header and a refresh token for the next pair.
#[utoipa::path(tag = "auth", request_body = LoginRequest,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401]))),
    responses((status = 200, description = "Signed in.", body = Tokens)))]
#[post("/auth/login")]
pub async fn login(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    let Json(LoginRequest { email, password }) = body;
    let known = state::read(&state, move |db| Ok(users::credentials(db, &email)?)).await?;
    let known = known.filter(|known| known.user.record.active);
    let hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let password = Password::typed(password);
    let fits = state.hashing.verify(password.clone(), hash.clone()).await?;
    let refused = || Problem::new(Code::InvalidCredentials);
    let (known, hash) = known.zip(hash).filter(|_| fits).ok_or_else(refused)?;
    let user = known.user.record.id;
    // Now that the password is at hand; should too many wait for hashing, the next login does it.
    let anew = if Hashing::is_outdated(&hash) {
        state.hashing.hash(password).await.ok()
    } else {
        None
    };
    let secret = RefreshSecret::new(state.world.secret()?);
    let (id, token): (SessionId, _) = (state.id(), secret.digest());
    let ends = state.now() + SESSION;
    state::write(&state, Actor::User(user), move |unit| {
        if !users::confirm(unit, user, &hash, anew.as_deref())? {
            return Err(Problem::new(Code::InvalidCredentials));
        }
        sessions::insert(unit, id, user, ends, &token)?;
        Ok(())
    })
    .await?;
    tokens(&state, user, &secret)
}

/// Renew a pair of tokens
///
/// Each refresh token is good for one use. A used one ends the whole session, because someone else may have it; only when its
/// answer was lost, and its successor not used, does it work once more.
#[utoipa::path(tag = "auth", request_body = RefreshRequest,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401]))),
    responses((status = 200, description = "A new pair.", body = Tokens)))]
#[post("/auth/refresh")]
pub async fn refresh(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let old = digest(&body.0.refresh_token);
    let secret = RefreshSecret::new(state.world.secret()?);
    let new = secret.digest();
    let renewal = state::write(&state, Actor::System, move |unit| {
        Ok(sessions::renew(unit, &old, &new)?)
    })
    .await?;
    match renewal {
        Renewal::Renewed(_, user) => tokens(&state, user.record.id, &secret),
        Renewal::Reused(session) => {
            tracing::warn!(session = %session.id, user = %session.user, "refresh token reused; session ended");
            Err(Problem::new(Code::InvalidCredentials))
        }
        Renewal::Refused => Err(Problem::new(Code::InvalidCredentials)),
    }
}

/// Sign out
///
/// Ends the session of a refresh token. An unknown token is no error: the caller is signed out either way.
#[utoipa::path(tag = "auth", request_body = RefreshRequest,
    extensions(("x-authz" = json!({"from": "anonymous"}))),
    responses((status = 204, description = "Signed out.")))]
#[post("/auth/logout")]
pub async fn logout(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let token = digest(&body.0.refresh_token);
    state::write(&state, Actor::System, move |unit| {
        if let Some(session) = sessions::by_token(unit.db(), &token)?
            && session.revoked_at.is_none()
        {
            sessions::revoke(unit, session.id)?;
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The caller's own account
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 200, description = "The account.", body = Me)))]
#[get("/me")]
pub async fn get_me(caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?;
    let scopes = caller
        .scopes()
        .map(|scopes| scopes.iter().map(|scope| scope.code().to_owned()).collect());
    let me = Me {
        id: user.id.to_string(),
        email: user.email.clone(),
        name: user.name.clone(),
        role: user.role.code().to_owned(),
        organisation_id: user.organisation.map(|id| id.to_string()),
        scopes,
    };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(me))
}

fn tokens(state: &State, user: UserId, secret: &RefreshSecret) -> Result<HttpResponse, Problem> {
    let access_token = state
        .tokens
        .issue(user, state.world.id(), state.now())
        .map_err(Problem::internal)?;
    let body = Tokens {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: LIFETIME.num_seconds(),
        refresh_token: secret.reveal().to_owned(),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(body))
}
