//! Guardians of minors: asked by letter whether the minor may have an account, and free to take that back.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;
use werkstadt_domain::account::{User, UserId};
use werkstadt_domain::consent::{Consent, Guardianship, GuardianshipId, Purpose, Source, Subject};
use werkstadt_domain::invalid::Faults;
use werkstadt_domain::person::ConsentGiver;
use werkstadt_domain::text::line;
use werkstadt_persistence::consents::Whose;
use werkstadt_persistence::{
    Actor, Error, UnitOfWork, action_tokens, consents, guardianships, invitations, persons, sessions, users,
};

use super::wire::{GuardianConsent, GuardianQuestion, LetterToken};
use super::{ActionSecret, Caller};
use crate::answer;
use crate::extract::{Json, NoQuery, Path};
use crate::invitations::wire::{GuardianBody, guardian};
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
/// By the token of the letter that confirmed it. The account is suspended at once, and the profile is seen by managers alone. Once the
/// minor is of age, the guardian has no say any more.
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
/// For managers, when the guardian said so by other means. As when the guardian does it; a question that the guardian has not answered yet
/// is taken back. Who has no guardian, or none that agrees or is asked still, or is of age, is not there: 404.
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
        let open = guardianship.is_open(unit.now()) && guardianships::take_back(unit, guardianship.id)?;
        match open || withdraw(unit, guardianship.id)? {
            true => Ok(()),
            false => Err(Problem::new(Code::NotFound)),
        }
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask the guardian of a user
///
/// For managers: when a user turns out to be a minor, or once more, the same guardian or another one, after a consent was withdrawn or a
/// letter got lost; then the letters before it are good for nothing. The account is suspended until the guardian agrees, and is active from
/// then on.
#[utoipa::path(tag = "admin", params(UserPath), request_body = GuardianQuestion,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409, 429]))),
    responses((status = 200, description = "A letter is on its way.", body = GuardianBody)))]
#[post("/users/{user_id}/guardian")]
pub async fn ask_user_guardian(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    _query: NoQuery,
    body: Json<GuardianQuestion>,
) -> Result<HttpResponse, Problem> {
    let (Path(id), Json(body)) = (id, body);
    // Who manages does not end the own rights by the way.
    if caller.signed_in()?.id == id {
        return Err(Problem::new(Code::Forbidden));
    }
    let network = origin::network(&request, &state);
    let (shared, letter, new) = (state.clone(), state.id(), state.id());
    let asked = state::write(&state, caller.actor(), move |unit| {
        let user = users::find(unit.db(), id)?.record;
        Whose {
            user: Some(id),
            person: user.person,
        }
        .lock(unit)?;
        let before = users::find(unit.db(), id)?;
        let present = guardianships::of_user(unit.db(), id)?;
        if present.as_ref().is_some_and(Guardianship::stands) {
            return Err(Problem::new(Code::StepRefused)
                .with_fact("current", "consented")
                .with_fact("allowed", Vec::<String>::new()));
        }
        let known = present.as_ref().map(|one| one.birth_year);
        let birth_year = body.birth_year.or(known).or(birth_year(unit, &before.record)?);
        let mut faults = Faults::new();
        let email = &before.record.email;
        let guardian = guardian(&mut faults, (email, birth_year), Some(&body.guardian), unit.now());
        let (guardian, birth_year) = faults.finish(guardian.zip(birth_year))?;
        shared.attempts.letter(&guardian.email, &network, shared.now())?;
        if let Some(present) = present {
            guardianships::take_back(unit, present.id)?;
        }
        let asked = Guardianship {
            id: new,
            email: before.record.email.clone(),
            name: before.record.name.clone(),
            language: before.record.language,
            birth_year,
            guardian,
            expires_at: unit.now() + PATIENCE,
            consented_at: None,
            withdrawn_at: None,
            user: Some(id),
            invited: false,
        };
        guardianships::insert(unit, &asked)?;
        suspend(unit, id)?;
        ask(unit, letter, &asked)?;
        Ok(GuardianBody::from(&asked))
    });
    answer::private_page(&asked.await?, None)
}

fn birth_year(unit: &mut UnitOfWork<'_>, user: &User) -> Result<Option<i32>, Error> {
    match user.person {
        Some(person) => Ok(persons::find(unit.db(), person)?.record.birth_year),
        None => Ok(None),
    }
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
    if let Some(user) = asked.user {
        return resume(unit, state, &asked, user);
    }
    if let Some(invitation) = invitations::waiting_for(unit.db(), id)? {
        invitations::prolong(unit, invitation.record.id, unit.now() + PATIENCE)?;
        return send(unit, state.id(), &invitation.record);
    }
    // What was offered was taken back: there is nothing left to agree to.
    if asked.invited {
        return Err(refused());
    }
    // As if the minor had registered just now: that there is an account already is found out when the letter is sent.
    let to = To {
        address: &asked.email,
        language: asked.language,
    };
    let details = json!({"name": asked.name, "guardianship": id.to_string()});
    letters::enqueue(unit, state.id(), Kind::Registration, to, details)
}

/// The guardian agrees to an account that there is: it is used again, and the minor is told.
fn resume(unit: &mut UnitOfWork<'_>, state: &State, asked: &Guardianship, user: UserId) -> Result<(), Problem> {
    guardianships::bind(unit, asked.id, user)?;
    users::lock(unit, user)?;
    let before = users::find(unit.db(), user)?;
    let active = User {
        active: true,
        ..before.record.clone()
    };
    let user = users::update(unit, &before, active)?.record;
    let to = To {
        address: &user.email,
        language: user.language,
    };
    letters::enqueue(unit, state.id(), Kind::Registration, to, json!({"name": user.name}))
}

/// Takes a guardian's consent back: the account is suspended with all that it began, and what the guardian allowed to be shown is shown
/// no more. False if there is nothing to take back, or the minor is of age.
///
/// # Errors
/// As every write.
pub fn withdraw(unit: &mut UnitOfWork<'_>, id: GuardianshipId) -> Result<bool, Problem> {
    let found = guardianships::find(unit.db(), id)?.filter(|one| one.of_minor(unit.now()));
    let Some(guardianship) = found else { return Ok(false) };
    let user = match guardianship.user {
        Some(user) => Some(users::find(unit.db(), user)?.record),
        None => None,
    };
    let whose = Whose {
        user: user.as_ref().map(|user| user.id),
        person: user.and_then(|user| user.person),
    };
    whose.lock(unit)?;
    if !guardianships::withdraw(unit, id)? {
        return Ok(false);
    }
    consents::withdraw_of_minor(unit, id)?;
    // By now there may be an account.
    let Some(user) = guardianships::find(unit.db(), id)?.and_then(|one| one.user) else {
        return Ok(true);
    };
    if let Some(person) = whose.person {
        consents::withdraw(unit, whose, Purpose::ProfilePublication)?;
        consents::retract(unit, person, Purpose::ProfilePublication)?;
    }
    suspend(unit, user)?;
    Ok(true)
}

/// Ends what an account began, until it is active again.
fn suspend(unit: &mut UnitOfWork<'_>, user: UserId) -> Result<(), Problem> {
    users::lock(unit, user)?;
    let before = users::find(unit.db(), user)?;
    let suspended = User {
        active: false,
        ..before.record.clone()
    };
    users::update(unit, &before, suspended)?;
    sessions::revoke_all(unit, user, None)?;
    action_tokens::withdraw(unit, user, None)?;
    Ok(())
}
