//! Users, API keys and jobs, written past the API: signing in takes time on purpose, and jobs do not wait to be looked at.

use actix_web::web;
use werkstadt_api::auth::ApiKeySecret;
use werkstadt_api::state::State;
use werkstadt_domain::account::{ApiKey, Role, Scope, User, UserId};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_persistence::jobs::{self, JobId};
use werkstadt_persistence::{Actor, Error, api_keys, users};

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
    };
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        users::insert(unit, user, None)?;
        Ok(())
    });
    written.expect("a user");
    id
}

/// A new key of a user; its secret.
///
/// # Panics
/// If it cannot be written.
pub fn key(state: &web::Data<State>, user: UserId, scopes: &[Scope]) -> String {
    let secret = ApiKeySecret::new(state.world.secret().expect("a secret"));
    let key = ApiKey {
        id: state.id(),
        user,
        name: "Test".to_owned(),
        scopes: scopes.to_vec(),
        expires_at: None,
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
