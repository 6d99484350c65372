//! The second factor: one-time passwords of a device (RFC 6238), and codes for who lost it.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde_json::json;
use totp_rs::{Algorithm, Builder, Totp};
use werkstadt_domain::account::User;
use werkstadt_persistence::second_factors;

use super::sign_in::{incorrect, reauthenticate, show};
use super::wire::{OneTimePassword, PasswordAndCode, PasswordOnly, RecoveryCodes, SecondFactorSeed, SecondFactorState};
use super::{Caller, RecoveryCode};
use crate::extract::{Json, NoQuery};
use crate::letters::{self, Kind, To};
use crate::origin;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// How many recovery codes a user gets.
const CODES: usize = 10;
/// Bytes of a seed: as RFC 4226 recommends for SHA-1, that all devices understand.
const SEED: usize = 20;

/// My second factor
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "guest", "enrolment": true}))),
    responses((status = 200, description = "Whether there is one.", body = SecondFactorState)))]
#[get("/me/second-factor")]
pub async fn get_second_factor(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (user, session) = caller.in_session()?;
    let (id, shown) = (user.id, session.second_factor);
    let (factor, left) = state::read(&state, move |db| {
        Ok((second_factors::find(db, id)?, second_factors::codes_left(db, id)?))
    })
    .await?;
    let confirmed_at = factor.and_then(|factor| factor.confirmed_at);
    let body = SecondFactorState {
        enabled: confirmed_at.is_some(),
        confirmed_at,
        recovery_codes_left: left,
        needed: state.second_factor().demands(user.role),
        shown,
    };
    Ok(private(&body))
}

/// Begin to set up a second factor
///
/// Answers the seed for an authenticator app. It counts once a first one-time password is confirmed. Who has one that counts removes
/// it first.
#[utoipa::path(tag = "auth", request_body = PasswordOnly,
    extensions(("x-authz" = json!({"from": "guest", "enrolment": true})), ("x-errors" = json!([409, 429]))),
    responses((status = 200, description = "The seed, shown once.", body = SecondFactorSeed)))]
#[post("/me/second-factor")]
pub async fn begin_second_factor(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<PasswordOnly>,
) -> Result<HttpResponse, Problem> {
    let (user, _) = caller.in_session()?;
    reauthenticate(&request, &state, user, ("/password", body.0.password)).await?;
    let random = state.world.secret()?;
    let seed: Vec<u8> = random.into_iter().take(SEED).collect();
    let totp = totp(&seed, &state.network_name(user.language), &user.email)?;
    let body = SecondFactorSeed {
        secret: totp.secret().to_base32(),
        uri: totp.to_url().map_err(Problem::internal)?,
    };
    let id = user.id;
    state::write(&state, caller.actor(), move |unit| {
        Ok(second_factors::begin(unit, id, &seed)?)
    })
    .await?;
    Ok(private(&body))
}

/// Confirm a second factor
///
/// With a first one-time password of the device. From here on signing in asks for one; this session counts as having shown it.
#[utoipa::path(tag = "auth", request_body = OneTimePassword,
    extensions(("x-authz" = json!({"from": "guest", "enrolment": true})), ("x-errors" = json!([429]))),
    responses((status = 200, description = "Recovery codes, shown once.", body = RecoveryCodes)))]
#[post("/me/second-factor/confirm")]
pub async fn confirm_second_factor(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<OneTimePassword>,
) -> Result<HttpResponse, Problem> {
    let (user, session) = caller.in_session()?;
    let mut attempt = state
        .attempts
        .begin(&user.email, origin::network(&request, &state), state.now())?;
    attempt.count_second_factor(true, state.now())?;
    let (user, session, shared) = (user.clone(), session.id, state.clone());
    let codes = state::write(&state, caller.actor(), move |unit| {
        let pending = second_factors::find(unit.db(), user.id)?.filter(|factor| factor.confirmed_at.is_none());
        let factor = pending.ok_or_else(|| incorrect("/code"))?;
        let step = step(&factor.seed, &body.0.code, unit.now())?.ok_or_else(|| incorrect("/code"))?;
        if !second_factors::accept(unit, user.id, &factor.seed, step)? {
            return Err(incorrect("/code"));
        }
        werkstadt_persistence::sessions::strengthen(unit, session)?;
        let codes = new_codes(unit, &shared, &user)?;
        letters::enqueue(unit, shared.id(), Kind::SecondFactorOn, to(&user), json!({}))?;
        Ok(codes)
    })
    .await?;
    attempt.take_back();
    Ok(private(&codes))
}

/// New recovery codes
///
/// In place of all earlier ones.
#[utoipa::path(tag = "auth", request_body = PasswordAndCode,
    extensions(("x-authz" = json!({"from": "guest"})), ("x-errors" = json!([429]))),
    responses((status = 200, description = "Recovery codes, shown once.", body = RecoveryCodes)))]
#[post("/me/second-factor/recovery-codes")]
pub async fn renew_recovery_codes(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<PasswordAndCode>,
) -> Result<HttpResponse, Problem> {
    let codes = with_both(&request, &state, &caller, body.0, new_codes).await?;
    Ok(private(&codes))
}

/// Remove the second factor
///
/// Where the role needs one, the session can do little until another is set up.
#[utoipa::path(tag = "auth", request_body = PasswordAndCode,
    extensions(("x-authz" = json!({"from": "guest"})), ("x-errors" = json!([429]))),
    responses((status = 204, description = "Removed.")))]
#[post("/me/second-factor/remove")]
pub async fn remove_second_factor(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<PasswordAndCode>,
) -> Result<HttpResponse, Problem> {
    with_both(&request, &state, &caller, body.0, |unit, state, user| {
        take_off(unit, state, user).map(drop)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes the second factor from a user and tells so by letter; false if there was none. Sessions that showed it must show another.
///
/// # Errors
/// As every write.
pub fn take_off(unit: &mut werkstadt_persistence::UnitOfWork<'_>, state: &State, user: &User) -> Result<bool, Problem> {
    let removed = second_factors::remove(unit, user.id)?;
    if removed {
        werkstadt_persistence::sessions::weaken(unit, user.id)?;
        letters::enqueue(unit, state.id(), Kind::SecondFactorOff, to(user), json!({}))?;
    }
    Ok(removed)
}

/// Does something for who shows the password and a one-time password or recovery code.
async fn with_both<T: Send + 'static>(
    request: &HttpRequest,
    state: &web::Data<State>,
    caller: &Caller,
    shown: PasswordAndCode,
    work: impl FnOnce(&mut werkstadt_persistence::UnitOfWork<'_>, &State, &User) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let (user, _) = caller.in_session()?;
    reauthenticate(request, state, user, ("/password", shown.password)).await?;
    let mut attempt = state
        .attempts
        .begin(&user.email, origin::network(request, state), state.now())?;
    attempt.count_second_factor(true, state.now())?;
    let (user, shared) = (user.clone(), state.clone());
    let done = state::write(state, caller.actor(), move |unit| {
        let factor = second_factors::find(unit.db(), user.id)?.filter(|factor| factor.confirmed_at.is_some());
        let factor = factor.ok_or_else(|| incorrect("/code"))?;
        if !show(unit, &shared, &user, &factor, &shown.code)? {
            return Err(incorrect("/code"));
        }
        work(unit, &shared, &user)
    })
    .await?;
    attempt.take_back();
    Ok(done)
}

fn new_codes(
    unit: &mut werkstadt_persistence::UnitOfWork<'_>,
    state: &State,
    user: &User,
) -> Result<RecoveryCodes, Problem> {
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        codes.push(RecoveryCode::new(state.world.secret()?));
    }
    let hashes: Vec<[u8; 32]> = codes.iter().map(RecoveryCode::digest).collect();
    second_factors::put_codes(unit, user.id, &hashes)?;
    Ok(RecoveryCodes {
        recovery_codes: codes.iter().map(|code| code.reveal().to_owned()).collect(),
    })
}

/// The time step whose one-time password this is, now or within half a minute; none if it is of no step.
///
/// # Errors
/// [`Code::Internal`] for a seed that is none; a defect.
pub fn step(seed: &[u8], code: &str, now: DateTime<Utc>) -> Result<Option<i64>, Problem> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let time = u64::try_from(now.timestamp()).map_err(Problem::internal)?;
    let step = totp(seed, "", "")?.check(&digits, time);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

fn totp(seed: &[u8], network: &str, account: &str) -> Result<Totp, Problem> {
    // A colon parts the network from the account in the address.
    let name = |text: &str, otherwise: &str| match text.replace(':', " ") {
        text if text.trim().is_empty() => otherwise.to_owned(),
        text => text,
    };
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(seed.to_vec())
        .with_issuer(Some(name(network, "Werkstadt")))
        .with_account_name(name(account, "account"))
        .build()
        .map_err(|error| Problem::new(Code::Internal).because(error))
}

fn to(user: &User) -> To<'_> {
    To {
        address: &user.email,
        language: user.language,
    }
}

fn private(body: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.
    #[test]
    fn one_time_passwords_are_those_of_the_standard() {
        let seed = b"12345678901234567890";
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let now = DateTime::from_timestamp(second, 0).unwrap();
            assert_eq!(step(seed, code, now).unwrap(), Some(second / 30), "{second}");
            let spaced = format!("{} {}", &code[..3], &code[3..]);
            assert_eq!(step(seed, &spaced, now).unwrap(), Some(second / 30));
            let late = DateTime::from_timestamp(second + 61, 0).unwrap();
            assert_ne!(step(seed, code, late).unwrap(), Some(second / 30), "too late");
        }
        let now = DateTime::from_timestamp(59, 0).unwrap();
        for bad in ["", "28708", "2870822", "28708a", "٢٨٧٠٨٢"] {
            assert_eq!(step(seed, bad, now).unwrap(), None, "{bad}");
        }
    }
}
