//! A new password: by the old one, or by a letter for who forgot it.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;
use werkstadt_domain::account::User;
use werkstadt_domain::text::{Language, email};
use werkstadt_persistence::action_tokens::{self, ActionTokenId};
use werkstadt_persistence::sessions::{self, SessionId};
use werkstadt_persistence::{Actor, UnitOfWork, users};

use super::sign_in::reauthenticate;
use super::wire::{ForgottenPassword, PasswordChange, PasswordReset};
use super::{ActionSecret, Caller, own_words};
use crate::edge;
use crate::extract::{Json, NoQuery};
use crate::letters::{self, Kind, RESET_PASSWORD, To};
use crate::origin;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};

/// Change my password
///
/// All other sessions of the account end.
#[utoipa::path(tag = "auth", request_body = PasswordChange,
    extensions(("x-authz" = json!({"from": "guest", "enrolment": true})), ("x-errors" = json!([409, 429]))),
    responses((status = 204, description = "Changed.")))]
#[post("/me/password")]
pub async fn change_password(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    let (user, session) = caller.in_session()?;
    let old = reauthenticate(&request, &state, user, ("/current_password", body.0.current_password)).await?;
    let own = own_words(&user.email, &user.name);
    let new = state
        .hashing
        .hash_chosen("/new_password", body.0.new_password, own)
        .await?;
    let (user, session, shared) = (user.clone(), session.id, state.clone());
    state::write(&state, caller.actor(), move |unit| {
        // Somebody may have set another one since it was verified.
        if !users::confirm(unit, user.id, &old, None)? {
            return Err(Problem::new(Code::Conflict));
        }
        set_password(unit, &shared, &user, &new, Some(session))
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask for a new password
///
/// Sends a letter to the address if an account has it. The answer is the same either way.
#[utoipa::path(tag = "auth", request_body = ForgottenPassword,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([429]))),
    responses((status = 202, description = "If there is such an account, a letter is on its way.")))]
#[post("/auth/password/forgot")]
pub async fn forgot_password(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<ForgottenPassword>,
) -> Result<HttpResponse, Problem> {
    let address = address(&body.0.email)?;
    let network = origin::network(&request, &state);
    state.attempts.letter(&address, &network, state.now())?;
    let (id, language) = (state.id(), language(&request));
    state::write(&state, Actor::System, move |unit| {
        let to = To {
            address: &address,
            language,
        };
        letters::enqueue(unit, id, Kind::ForgottenPassword, to, json!({}))
    })
    .await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Set a new password by a letter
///
/// Ends all sessions of the account. Its second factor stays.
#[utoipa::path(tag = "auth", request_body = PasswordReset,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401]))),
    responses((status = 204, description = "Set.")))]
#[post("/auth/password/reset")]
pub async fn reset_password(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<PasswordReset>,
) -> Result<HttpResponse, Problem> {
    let refused = || Problem::new(Code::InvalidCredentials);
    let id = ActionSecret::read(&state.action_key, RESET_PASSWORD, &body.0.token).ok_or_else(refused)?;
    let id = ActionTokenId::new(id);
    let now = state.now();
    // Whose it is must be known before the password is judged; that it is good is decided when it is used.
    let user = state::read(&state, move |db| {
        let token = action_tokens::find(db, id)?.filter(|token| token.used_at.is_none() && token.expires_at > now);
        let user = users::find(db, token.ok_or_else(refused)?.user)?.record;
        Ok(user)
    })
    .await?;
    let own = own_words(&user.email, &user.name);
    let hash = state.hashing.hash_chosen("/password", body.0.password, own).await?;
    let shared = state.clone();
    state::write(&state, Actor::User(user.id), move |unit| {
        if action_tokens::consume(unit, id, RESET_PASSWORD)?.is_none() {
            return Err(refused());
        }
        set_password(unit, &shared, &user, &hash, None)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sets a password, ends all sessions but one, and all letters that could set another; tells so by letter.
///
/// # Errors
/// As every write.
pub fn set_password(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    user: &User,
    hash: &str,
    spared: Option<SessionId>,
) -> Result<(), Problem> {
    users::set_password(unit, user.id, hash)?;
    sessions::revoke_all(unit, user.id, spared)?;
    action_tokens::withdraw(unit, user.id, None)?;
    let to = To {
        address: &user.email,
        language: user.language,
    };
    letters::enqueue(unit, state.id(), Kind::PasswordChanged, to, json!({}))
}

/// An e-mail address in a body.
///
/// # Errors
/// [`Code::Invalid`] at `/email`.
pub fn address(text: &str) -> Result<String, Problem> {
    email(text).map_err(|rule| {
        let place = Place::Body("/email".to_owned());
        Problem::new(Code::Invalid).with_breaches(vec![(place, Breach::Rule(rule))])
    })
}

/// The language that the caller reads best.
pub fn language(request: &HttpRequest) -> Language {
    let wanted = request.headers().get(actix_web::http::header::ACCEPT_LANGUAGE);
    edge::preferred(wanted.and_then(|value| value.to_str().ok()).unwrap_or("de"))
}
