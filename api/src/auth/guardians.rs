//! Guardians of minors: asked by letter whether the minor may have an account, and free to take that back.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;
use werkstadt_domain::account::{User, UserId};
use werkstadt_domain::consent::{Consent, Guardianship, GuardianshipId, Purpose, Source, Subject};
use werkstadt_domain::invalid::Faults;
use werkstadt_domain::person::ConsentGiver;
use werkstadt_domain::text::line;
use werkstadt_persistence::{Actor, UnitOfWork, action_tokens, consents, guardianships, invitations, sessions, users};

use super::wire::{GuardianConsent, LetterToken};
use super::{ActionSecret, Caller};
use crate::extract::{Json, NoQuery, Path};
use crate::invitations::{PATIENCE, send};
use crate::letters::{self, GUARDIAN_CONSENT, GUARDIAN_WITHDRAWAL, Kind, LetterId, To};
use crate::origin;
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::users::handlers::UserPath;

/// Agree to the account of a minor
///
/// By the token of the letter to the guardian. The consent is noted, and the minor gets the letter that makes the account; whether
/// the minor has one already is told in that letter alone. The guardian gets a letter by which the consent can be withdrawn.
#[utoipa::path(tag = "auth", request_body = GuardianConsent,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401, 429]))),
    responses((status = 204, description = "Noted.")))]
#[post("/auth/guardian-consent")]
pub async fn give_guardian_consent(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<GuardianConsent>,
) -> Result<HttpResponse, Problem> {
    let mut faults = Faults::new();
    let name = faults.take("/name", line(&body.0.name, 200));
    let name = faults.finish(name)?;
    let network = origin::network(&request, &state);
    state.attempts.knock(&network, state.now())?;
    let id = read(&state, GUARDIAN_CONSENT, &body.0.token)?;
    let shared = state.clone();
    state::write(&state, Actor::System, move |unit| agree(unit, &shared, id, name)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Withdraw the consent to the account of a minor
///
/// By the token of the letter that confirmed it. The account is suspended at once, and the profile is seen by managers alone.
#[utoipa::path(tag = "auth", request_body = LetterToken,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401, 429]))),
    responses((status = 204, description = "Withdrawn.")))]
#[post("/auth/guardian-withdrawal")]
pub async fn withdraw_guardian_consent(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<LetterToken>,
) -> Result<HttpResponse, Problem> {
    let network = origin::network(&request, &state);
    state.attempts.knock(&network, state.now())?;
    let id = read(&state, GUARDIAN_WITHDRAWAL, &body.0.token)?;
    state::write(&state, Actor::System, move |unit| match withdraw(unit, id)? {
        true => Ok(()),
        false => Err(Problem::new(Code::InvalidCredentials)),
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Withdraw a guardian's consent on the guardian's behalf
///
/// For managers, when the guardian said so by other means. As when the guardian does it. Who has no guardian, or none that agrees still,
/// is not there: 404.
#[utoipa::path(tag = "admin", params(UserPath), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 204, description = "Withdrawn.")))]
#[post("/users/{user_id}/guardian-withdrawal")]
pub async fn withdraw_user_guardian_consent(
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    state::write(&state, caller.actor(), move |unit| {
        let guardianship = guardianships::of_user(unit.db(), id.0)?;
        let guardianship = guardianship.ok_or_else(|| Problem::new(Code::NotFound))?;
        match withdraw(unit, guardianship.id)? {
            true => Ok(()),
            false => Err(Problem::new(Code::NotFound)),
        }
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn read(state: &State, purpose: &str, token: &str) -> Result<GuardianshipId, Problem> {
    let id = ActionSecret::read(&state.action_key, purpose, token);
    id.map(GuardianshipId::new)
        .ok_or_else(|| Problem::new(Code::InvalidCredentials))
}

/// Sends the letter that asks a guardian.
///
/// # Errors
/// As every write.
pub fn ask(unit: &mut UnitOfWork<'_>, letter: LetterId, asked: &Guardianship) -> Result<(), Problem> {
    tell(unit, letter, Kind::GuardianAsked, asked)
}

fn tell(unit: &mut UnitOfWork<'_>, letter: LetterId, kind: Kind, asked: &Guardianship) -> Result<(), Problem> {
    let to = To {
        address: &asked.guardian.email,
        language: asked.language,
    };
    letters::enqueue(unit, letter, kind, to, json!({"guardianship": asked.id.to_string()}))
}

fn agree(unit: &mut UnitOfWork<'_>, state: &State, id: GuardianshipId, name: String) -> Result<(), Problem> {
    let refused = || Problem::new(Code::InvalidCredentials);
    if !guardianships::consent(unit, id)? {
        return Err(refused());
    }
    let asked = guardianships::find(unit.db(), id)?.ok_or_else(refused)?;
    let consent = Consent {
        id: state.id(),
        subject: Subject::Minor(id),
        purpose: Purpose::MinorAccount,
        shown: None,
        source: Source::GuardianLink,
        evidence: Some(format!("answer to the letter to {}", asked.guardian.email)),
        by: ConsentGiver::Guardian,
        guardian: Some(name),
        given_at: unit.now(),
        expires_at: None,
        withdrawn_at: None,
    };
    consents::insert(unit, consent)?;
    tell(unit, state.id(), Kind::GuardianConsented, &asked)?;
    if let Some(invitation) = invitations::waiting_for(unit.db(), id)? {
        invitations::prolong(unit, invitation.record.id, unit.now() + PATIENCE)?;
        return send(unit, state.id(), &invitation.record);
    }
    // As if the minor had registered just now: that there is an account already is found out when the letter is sent.
    let to = To {
        address: &asked.email,
        language: asked.language,
    };
    let details = json!({"name": asked.name, "guardianship": id.to_string()});
    letters::enqueue(unit, state.id(), Kind::Registration, to, details)
}

/// Takes a guardian's consent back: the account is suspended with all that it began, and what the guardian allowed to be shown is shown
/// no more. False if there is nothing to take back.
///
/// # Errors
/// As every write.
pub fn withdraw(unit: &mut UnitOfWork<'_>, id: GuardianshipId) -> Result<bool, Problem> {
    if !guardianships::withdraw(unit, id)? {
        return Ok(false);
    }
    consents::withdraw(unit, Subject::Minor(id), Purpose::MinorAccount)?;
    let Some(user) = guardianships::find(unit.db(), id)?.and_then(|one| one.user) else {
        return Ok(true);
    };
    users::lock(unit, user)?;
    let before = users::find(unit.db(), user)?;
    if let Some(person) = before.record.person {
        consents::withdraw(unit, Subject::Person(person), Purpose::ProfilePublication)?;
        consents::retract(unit, person, Purpose::ProfilePublication)?;
    }
    let suspended = User {
        active: false,
        ..before.record.clone()
    };
    users::update(unit, &before, suspended)?;
    sessions::revoke_all(unit, user, None)?;
    action_tokens::withdraw(unit, user, None)?;
    Ok(true)
}
