//! Another e-mail address: the old one and the new one must agree.

use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use werkstadt_domain::account::User;
use werkstadt_persistence::action_tokens::{self, ActionToken, ActionTokenId};
use werkstadt_persistence::{Actor, UnitOfWork, users};

use super::own_password::address;
use super::sign_in::reauthenticate;
use super::wire::{EmailChange, EmailConfirmation, LetterToken};
use super::{ActionSecret, Caller};
use crate::extract::{Json, NoQuery};
use crate::letters::{self, Kind, NEW_ADDRESS, OLD_ADDRESS, To};
use crate::origin;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// How long the two addresses have to agree.
const PATIENCE: TimeDelta = TimeDelta::days(2);

/// Change my e-mail address
///
/// Letters go to both addresses; the change happens when both are answered. Whether somebody else has the new address is told by letter
/// alone.
#[utoipa::path(tag = "auth", request_body = EmailChange,
    extensions(("x-authz" = json!({"from": "guest", "enrolment": true})), ("x-errors" = json!([429]))),
    responses((status = 202, description = "Letters are on their way.")))]
#[post("/me/email")]
pub async fn change_email(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<EmailChange>,
) -> Result<HttpResponse, Problem> {
    let (user, _) = caller.in_session()?;
    let wanted = address(&body.0.email)?;
    reauthenticate(&request, &state, user, ("/password", body.0.password)).await?;
    let network = origin::network(&request, &state);
    state.attempts.letter(&wanted, &network, state.now())?;
    let (user, shared) = (user.clone(), state.clone());
    state::write(&state, caller.actor(), move |unit| ask(unit, &shared, &user, &wanted)).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Confirm a change of address
///
/// By the token of either letter.
#[utoipa::path(tag = "auth", request_body = LetterToken,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401, 409]))),
    responses((status = 200, description = "Confirmed.", body = EmailConfirmation)))]
#[post("/auth/email/confirm")]
pub async fn confirm_email(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<LetterToken>,
) -> Result<HttpResponse, Problem> {
    let refused = || Problem::new(Code::InvalidCredentials);
    let read = |purpose| ActionSecret::read(&state.action_key, purpose, &body.0.token).map(|id| (purpose, id));
    let (purpose, id) = read(OLD_ADDRESS).or_else(|| read(NEW_ADDRESS)).ok_or_else(refused)?;
    let shared = state.clone();
    let changed = state::write(&state, Actor::System, move |unit| {
        let known = action_tokens::find(unit.db(), ActionTokenId::new(id))?.ok_or_else(refused)?;
        // First of all, so that the two confirmations come one after the other.
        users::lock(unit, known.user)?;
        let token = action_tokens::consume(unit, known.id, purpose)?.ok_or_else(refused)?;
        settle(unit, &shared, &token)
    })
    .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(EmailConfirmation { changed }))
}

fn ask(unit: &mut UnitOfWork<'_>, state: &State, user: &User, wanted: &str) -> Result<(), Problem> {
    let (old, new) = (state.world.id(), state.world.id());
    for purpose in [OLD_ADDRESS, NEW_ADDRESS] {
        action_tokens::withdraw(unit, user.id, Some(purpose))?;
    }
    for (id, purpose, other) in [(old, OLD_ADDRESS, new), (new, NEW_ADDRESS, old)] {
        let token = ActionToken {
            id: ActionTokenId::new(id),
            purpose: purpose.to_owned(),
            user: user.id,
            details: json!({"address": wanted, "other": other}),
            expires_at: unit.now() + PATIENCE,
            used_at: None,
        };
        action_tokens::insert(unit, token)?;
    }
    let details = json!({"address": wanted});
    for (id, kind, address) in [
        (old, Kind::OldAddress, user.email.as_str()),
        (new, Kind::NewAddress, wanted),
    ] {
        let to = To {
            address,
            language: user.language,
        };
        letters::enqueue(unit, letters::LetterId::new(id), kind, to, details.clone())?;
    }
    Ok(())
}

/// Changes the address if the other side has agreed, too; true if it has.
fn settle(unit: &mut UnitOfWork<'_>, state: &State, token: &ActionToken) -> Result<bool, Problem> {
    let member = |name: &str| {
        token
            .details
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let other = Uuid::parse_str(&member("other")).map_err(Problem::internal)?;
    let other = action_tokens::find(unit.db(), ActionTokenId::new(other))?;
    if other.is_none_or(|other| other.used_at.is_none()) {
        return Ok(false);
    }
    let before = users::find(unit.db(), token.user)?;
    let after = User {
        email: member("address"),
        ..before.record.clone()
    };
    let after = users::update(unit, &before, after)?;
    action_tokens::withdraw(unit, token.user, None)?;
    for address in [&before.record.email, &after.record.email] {
        let to = To {
            address,
            language: after.record.language,
        };
        letters::enqueue(
            unit,
            state.id(),
            Kind::AddressChanged,
            to,
            json!({"address": after.record.email}),
        )?;
    }
    Ok(true)
}
