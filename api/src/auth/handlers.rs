//! Signing in, staying in, signing out.

use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, post, web};
use werkstadt_persistence::Actor;
use werkstadt_persistence::sessions::{self, Renewal, Session};

use super::sign_in::{Claim, sign_in};
use super::token::LIFETIME;
use super::wire::{Limits, LoginRequest, RefreshRequest, Tokens};
use super::{Bearer, Caller, RefreshSecret, digest};
use crate::audit::occasion;
use crate::extract::{Json, NoQuery};
use crate::origin;
use crate::problem::{Code, Problem};
use crate::rates::Standing;
use crate::state::{self, State};

/// Sign in
///
/// Answers an access token for the Authorization header and a refresh token for the next pair. Where the account has a second factor,
/// a first try without it is answered by 401 `second_factor_required`.
#[utoipa::path(tag = "auth", request_body = LoginRequest,
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401, 429]))),
    responses((status = 200, description = "Signed in.", body = Tokens)))]
#[post("/auth/login")]
pub async fn login(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    let claim = Claim {
        email: body.0.email,
        password: body.0.password,
        second_factor: body.0.second_factor,
    };
    let (session, secret) = sign_in(&request, &state, claim).await?;
    tokens(&state, &session, &secret)
}

/// Renew a pair of tokens
///
/// Each refresh token is good for one use. A used one ends the whole session, because someone else may have it; only when its
/// answer was lost, and its successor not used, does it work once more.
#[utoipa::path(tag = "auth", request_body = RefreshRequest,
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401]))),
    responses((status = 200, description = "A new pair.", body = Tokens)))]
#[post("/auth/refresh")]
pub async fn refresh(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let old = digest(&body.0.refresh_token);
    let secret = RefreshSecret::new(state.world.secret()?);
    let new = secret.digest();
    let origin = origin::of(&request, &state);
    let renewal = state::write(&state, Actor::System, move |unit| {
        Ok(sessions::renew(unit, &old, &new, &origin)?)
    })
    .await?;
    match renewal {
        Renewal::Renewed(session, _) => tokens(&state, &session, &secret),
        Renewal::Reused(session) => {
            tracing::warn!(session = %session.id, user = %session.user, "refresh token reused; session ended");
            occasion::note_impostor(&state, Actor::System, session.user);
            Err(Problem::new(Code::InvalidCredentials))
        }
        Renewal::Refused => Err(Problem::new(Code::InvalidCredentials)),
    }
}

/// Sign out
///
/// Ends the session of a refresh token. An unknown token is no error: the caller is signed out either way.
#[utoipa::path(tag = "auth", request_body = RefreshRequest,
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "anonymous"}))),
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

/// My limits
///
/// How many requests the caller may make, and how much one may ask for.
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read", "enrolment": true}))),
    responses((status = 200, description = "The limits.", body = Limits)))]
#[get("/me/limits")]
pub async fn get_limits(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let standing = request.extensions().get::<Standing>().copied();
    let number = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
    let body = Limits {
        requests_per_minute: standing.map(|standing| standing.quota),
        requests_left: standing.map(|standing| standing.remaining),
        reset_seconds: standing.map(|standing| standing.reset),
        body_bytes: number(state.limits.body_bytes),
        import_bytes: number(state.limits.import_bytes),
        picture_bytes: number(state.limits.picture_bytes),
        request_seconds: i64::try_from(state.limits.time.as_secs()).unwrap_or(i64::MAX),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(body))
}

fn tokens(state: &State, session: &Session, secret: &RefreshSecret) -> Result<HttpResponse, Problem> {
    let bearer = Bearer {
        user: session.user,
        session: session.id,
    };
    let access_token = state
        .tokens
        .load()
        .issue(bearer, state.world.id(), state.now())
        .map_err(Problem::internal)?;
    let role = state.accounts().user(session.user).map(|user| user.role);
    let body = Tokens {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: LIFETIME.num_seconds(),
        refresh_token: secret.reveal().to_owned(),
        second_factor_missing: !session.second_factor && role.is_some_and(|role| state.second_factor().demands(role)),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(body))
}
