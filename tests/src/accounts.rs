//! Users, API keys and jobs, written past the API: signing in takes time on purpose, and jobs do not wait to be looked at.

use std::sync::OnceLock;

use actix_web::web;
use chrono::{DateTime, TimeDelta};
use uuid::Uuid;
use werkstadt_api::auth::{ActionSecret, ApiKeySecret, Hashing, Password, digest};
use werkstadt_api::letters;
use werkstadt_api::state::State;
use werkstadt_domain::account::{ApiKey, Invitation, InvitationId, Role, Scope, User, UserId};
use werkstadt_domain::consent::{Guardian, Guardianship, GuardianshipId};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::text::Language;
use werkstadt_persistence::action_tokens::{self, ActionToken, ActionTokenId};
use werkstadt_persistence::jobs::{self, JobId};
use werkstadt_persistence::sessions::{self, NewSession, Origin, SessionId};
use werkstadt_persistence::{Actor, Error, api_keys, guardianships, invitations, second_factors, users};

/// A new user of a role.
///
/// # Panics
/// If it cannot be written.
pub fn user(state: &web::Data<State>, role: Role, organisation: Option<&str>) -> UserId {
    let id: UserId = state.id();
    let user = User {
        id,
        email: format!("{}-{id}@example.org", role.code()),
        name: format!("A {}", role.code()),
        role,
        organisation: organisation.map(|id| OrganisationId::parse(id).expect("an id")),
        active: true,
        language: Language::De,
        person: None,
    };
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        users::insert(unit, user, Some(password_hash()))?;
        Ok(())
    });
    written.expect("a user");
    id
}

/// The password of every user that [`user`] makes.
pub const PASSWORD: &str = "correct horse battery staple";

/// Its hash, computed once: that takes time on purpose.
fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| Hashing::hash_now(&Password::typed(PASSWORD.to_owned())).expect("a hash"))
}

/// Gives a user [`PASSWORD`] again, and no second factor.
///
/// # Panics
/// If it cannot be written.
pub fn reset(state: &web::Data<State>, user: UserId) {
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        users::set_password(unit, user, password_hash())?;
        second_factors::remove(unit, user)?;
        Ok(())
    });
    written.expect("a password");
}

/// The seed of every second factor that [`second_factor`] makes.
const SEED: &[u8; 20] = b"twenty bytes of seed";

/// Gives a user a second factor in place of any other: one that counts, or one that waits to be confirmed.
///
/// # Panics
/// If it cannot be written.
pub fn second_factor(state: &web::Data<State>, user: UserId, counts: bool) {
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        second_factors::remove(unit, user)?;
        second_factors::begin(unit, user, SEED)?;
        if counts {
            second_factors::accept(unit, user, SEED, 1)?;
        }
        Ok(())
    });
    written.expect("a second factor");
}

/// The one-time password that the device of [`second_factor`] shows now.
///
/// # Panics
/// If there is none.
pub fn code(state: &State) -> String {
    code_of(SEED, state)
}

/// The one-time password of a seed now.
///
/// # Panics
/// If there is none.
pub fn code_of(seed: &[u8], state: &State) -> String {
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(seed.to_vec())
        .with_issuer(Some("Test"))
        .with_account_name("test")
        .build();
    let now = u64::try_from(state.now().timestamp()).expect("a time");
    totp.expect("a seed").generate(now).to_string()
}

/// The token of a letter to a user, who has not got it.
///
/// # Panics
/// If it cannot be written.
pub fn action_token(
    state: &web::Data<State>,
    user: UserId,
    purpose: &str,
    details: serde_json::Value,
) -> (Uuid, String) {
    let id = state.world.id();
    let token = ActionToken {
        id: ActionTokenId::new(id),
        purpose: purpose.to_owned(),
        user,
        details,
        expires_at: state.now() + TimeDelta::hours(1),
        used_at: None,
    };
    let written = state
        .store
        .write::<_, Error>(Actor::System, state.now(), |unit| action_tokens::insert(unit, token));
    written.expect("a token");
    (
        id,
        ActionSecret::new(&state.action_key, purpose, id).reveal().to_owned(),
    )
}

/// An open registration of a guest; the address and the token.
///
/// # Panics
/// If it cannot be written.
pub fn registration(state: &web::Data<State>) -> (String, String) {
    let id: InvitationId = state.id();
    let email = format!("{id}@example.org");
    let invitation = Invitation {
        id,
        email: email.clone(),
        name: "Somebody".to_owned(),
        role: Role::Guest,
        organisation: None,
        language: Language::De,
        invited_by: None,
        expires_at: state.now() + TimeDelta::days(2),
        accepted_at: None,
        person: None,
        guardianship: None,
    };
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        invitations::insert(unit, invitation)?;
        Ok(())
    });
    written.expect("an invitation");
    let token = ActionSecret::new(&state.action_key, letters::ACTIVATE, id.uuid());
    (email, token.reveal().to_owned())
}

/// A guardian who is asked; the minor's address and the token.
///
/// # Panics
/// If it cannot be written.
pub fn asked_guardian(state: &web::Data<State>) -> (String, String) {
    let asked = guardianship(state);
    let written = state
        .store
        .write::<_, Error>(Actor::System, state.now(), |unit| guardianships::insert(unit, &asked));
    written.expect("a guardianship");
    let token = ActionSecret::new(&state.action_key, letters::GUARDIAN_CONSENT, asked.id.uuid());
    (asked.email, token.reveal().to_owned())
}

/// A minor who has an account because a guardian agreed; and the token by which that can be taken back.
///
/// # Panics
/// If it cannot be written.
pub fn ward(state: &web::Data<State>) -> (UserId, String) {
    let (user, asked) = (user(state, Role::Guest, None), guardianship(state));
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        guardianships::insert(unit, &asked)?;
        guardianships::consent(unit, asked.id)?;
        guardianships::bind(unit, asked.id, user)?;
        Ok(())
    });
    written.expect("a guardianship");
    let token = ActionSecret::new(&state.action_key, letters::GUARDIAN_WITHDRAWAL, asked.id.uuid());
    (user, token.reveal().to_owned())
}

fn guardianship(state: &web::Data<State>) -> Guardianship {
    let id: GuardianshipId = state.id();
    Guardianship {
        id,
        email: format!("{id}@example.org"),
        name: "Somebody".to_owned(),
        language: Language::De,
        birth_year: 2012,
        guardian: Guardian {
            name: "Grete Muster".to_owned(),
            email: format!("guardian-{id}@example.org"),
        },
        expires_at: state.now() + TimeDelta::days(14),
        consented_at: None,
        withdrawn_at: None,
        user: None,
        invited: false,
    }
}

/// A new session of a user that lasts as long as any test, with a second factor.
///
/// # Panics
/// If it cannot be written.
pub fn session(state: &web::Data<State>, user: UserId) -> SessionId {
    let id: SessionId = state.id();
    let token = digest(&id.to_string());
    let new = NewSession {
        id,
        user,
        expires_at: DateTime::from_timestamp(4_000_000_000, 0).expect("a time"),
        second_factor: true,
        origin: Origin::default(),
    };
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        sessions::insert(unit, new, &token)?;
        Ok(())
    });
    written.expect("a session");
    id
}

/// A new key of a user; its secret.
///
/// # Panics
/// If it cannot be written.
pub fn key(state: &web::Data<State>, user: UserId, scopes: &[Scope]) -> String {
    new_key(state, user, scopes, None)
}

/// A new key of a user for everything, so many times a minute; its secret.
///
/// # Panics
/// If it cannot be written.
pub fn key_at(state: &web::Data<State>, user: UserId, requests_per_minute: Option<u32>) -> String {
    new_key(state, user, Scope::ALL, requests_per_minute)
}

fn new_key(state: &web::Data<State>, user: UserId, scopes: &[Scope], requests_per_minute: Option<u32>) -> String {
    let secret = ApiKeySecret::new(state.world.secret().expect("a secret"));
    let key = ApiKey {
        id: state.id(),
        user,
        name: "Test".to_owned(),
        scopes: scopes.to_vec(),
        expires_at: None,
        requests_per_minute,
        used_at: None,
    };
    let hash = secret.digest();
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        api_keys::insert(unit, key, &hash)?;
        Ok(())
    });
    written.expect("a key");
    secret.reveal().to_owned()
}

/// A job that waits; its id.
///
/// # Panics
/// If it cannot be written.
pub fn job(state: &web::Data<State>) -> String {
    let id: JobId = state.id();
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        jobs::insert(unit, id, "import", None)?;
        Ok(())
    });
    written.expect("a job");
    id.to_string()
}
