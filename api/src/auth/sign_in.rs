//! What a login is checked against, and the session that it begins.

use actix_web::{HttpRequest, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;
use werkstadt_domain::account::{User, UserId};
use werkstadt_persistence::second_factors::{self, SecondFactor};
use werkstadt_persistence::sessions::{self, NewSession, Origin, Session, SessionId};
use werkstadt_persistence::{Actor, Db, UnitOfWork, users};

use super::second_factor::step;
use super::{Hashing, Password, RecoveryCode, RefreshSecret};
use crate::audit::occasion;
use crate::letters::{self, Kind, To};
use crate::origin;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};
use werkstadt_domain::invalid::Rule;

/// How long a session lasts at most, however often it is renewed.
const SESSION: TimeDelta = TimeDelta::days(30);

/// Who wants to sign in, with what.
pub struct Claim {
    /// The login.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// A one-time password or a recovery code.
    pub second_factor: Option<String>,
}

/// What is known of a login.
struct Known {
    user: Option<User>,
    hash: Option<String>,
    factor: Option<SecondFactor>,
    in_use_here: bool,
}

impl Known {
    /// Asks the same of the database for a login that exists and for one that does not: it takes as long.
    fn find(db: &mut Db, email: &str, origin: &Origin, now: DateTime<Utc>) -> Result<Self, Problem> {
        let known = users::credentials(db, email)?;
        let id = known
            .as_ref()
            .map_or(UserId::new(Uuid::nil()), |known| known.user.record.id);
        let factor = second_factors::find(db, id)?.filter(|factor| factor.confirmed_at.is_some());
        let in_use = sessions::list(db, id, now)?
            .iter()
            .any(|session| session.origin.address == origin.address);
        let (user, hash) = known
            .filter(|known| known.user.record.active)
            .map(|known| (known.user.record, known.password_hash))
            .unzip();
        Ok(Self {
            user,
            hash: hash.flatten(),
            factor,
            in_use_here: in_use,
        })
    }
}

/// Begins a session for who shows what the account asks for.
///
/// # Errors
/// [`Code::InvalidCredentials`] for all that does not fit; [`Code::SecondFactorRequired`] when only the one-time password is missing;
/// [`Code::TooManyRequests`].
pub async fn sign_in(
    request: &HttpRequest,
    state: &web::Data<State>,
    claim: Claim,
) -> Result<(Session, RefreshSecret), Problem> {
    let Claim {
        email,
        password,
        second_factor,
    } = claim;
    let now = state.now();
    let origin = origin::of(request, state);
    let mut attempt = state.attempts.begin(&email, origin::network(request, state), now)?;
    let here = origin.clone();
    let known = state::read(state, move |db| Known::find(db, &email, &here, now)).await?;
    attempt.count_everywhere(known.in_use_here, now)?;
    let password = Password::typed(password);
    let fits = state.hashing.verify(password.clone(), known.hash.clone()).await?;
    let refused = || {
        // Which account it was meant for is known if there is one; what was typed is not told, for it may be a password.
        let user = known.user.as_ref().map(|user| user.id.to_string());
        let network = origin.address.as_deref();
        tracing::info!(user, network, "sign-in refused");
        if let Some(user) = &known.user {
            occasion::note_impostor(state, Actor::System, user.id);
        }
        Problem::new(Code::InvalidCredentials)
    };
    if !fits {
        return Err(refused());
    }
    let (user, hash) = known
        .user
        .zip(known.hash)
        .ok_or_else(|| Problem::new(Code::InvalidCredentials))?;
    let shown = match (known.factor, second_factor) {
        (None, _) => None,
        (Some(_), None) => {
            attempt.take_back();
            return Err(Problem::new(Code::SecondFactorRequired));
        }
        (Some(factor), Some(code)) => {
            attempt.count_second_factor(known.in_use_here, now)?;
            Some((factor, code))
        }
    };
    // Now that the password is at hand; should too many wait for hashing, the next login does it.
    let anew = if Hashing::is_outdated(&hash) {
        state.hashing.hash(password).await.ok()
    } else {
        None
    };
    let secret = RefreshSecret::new(state.world.secret()?);
    let new = NewSession {
        id: SessionId::new(state.world.id()),
        user: user.id,
        expires_at: now + SESSION,
        second_factor: shown.is_some(),
        origin,
    };
    let (token, shared, by) = (secret.digest(), state.clone(), user.id);
    let session = state::write(state, Actor::User(by), move |unit| {
        if !users::confirm(unit, user.id, &hash, anew.as_deref())? {
            return Err(Problem::new(Code::InvalidCredentials));
        }
        if let Some((factor, code)) = &shown
            && !show(unit, &shared, &user, factor, code)?
        {
            return Err(Problem::new(Code::InvalidCredentials));
        }
        Ok(sessions::insert(unit, new, &token)?)
    })
    .await
    .inspect_err(|problem| {
        if problem.code() == Code::InvalidCredentials {
            occasion::note_impostor(state, Actor::System, by);
        }
    })?;
    attempt.take_back();
    tracing::info!(user = %session.user, session = %session.id, second_factor = session.second_factor,
        network = session.origin.address, "signed in");
    Ok((session, secret))
}

/// Uses up a one-time password or a recovery code; false if it is neither.
///
/// # Errors
/// As every write.
pub fn show(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    user: &User,
    factor: &SecondFactor,
    code: &str,
) -> Result<bool, Problem> {
    if let Some(step) = step(&factor.seed, code, unit.now())? {
        return Ok(second_factors::accept(unit, user.id, &factor.seed, step)?);
    }
    let Some(code) = RecoveryCode::typed(code) else {
        return Ok(false);
    };
    if !second_factors::use_code(unit, user.id, &code.digest())? {
        return Ok(false);
    }
    let left = second_factors::codes_left(unit.db(), user.id)?;
    let to = To {
        address: &user.email,
        language: user.language,
    };
    letters::enqueue(
        unit,
        state.id(),
        Kind::RecoveryCodeUsed,
        to,
        json!({"left": left.to_string()}),
    )?;
    Ok(true)
}

/// Makes sure that a user who is signed in knows the password, before something that matters; the hash that it fits.
///
/// # Errors
/// [`Code::Invalid`] at `pointer`; [`Code::TooManyRequests`].
pub async fn reauthenticate(
    request: &HttpRequest,
    state: &web::Data<State>,
    user: &User,
    (pointer, password): (&str, String),
) -> Result<String, Problem> {
    let attempt = state
        .attempts
        .begin(&user.email, origin::network(request, state), state.now())?;
    let email = user.email.clone();
    let known = state::read(state, move |db| Ok(users::credentials(db, &email)?)).await?;
    let hash = known.and_then(|known| known.password_hash);
    let fits = state.hashing.verify(Password::typed(password), hash.clone()).await?;
    let hash = hash.filter(|_| fits).ok_or_else(|| {
        occasion::note_impostor(state, Actor::User(user.id), user.id);
        incorrect(pointer)
    })?;
    attempt.take_back();
    Ok(hash)
}

/// A value that is not the one that is known.
pub fn incorrect(pointer: &str) -> Problem {
    let place = Place::Body(pointer.to_owned());
    Problem::new(Code::Invalid).with_breaches(vec![(place, Breach::Rule(Rule::Incorrect))])
}
