//! Users and API keys as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::account::{ApiKey, Role, User, UserId};
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::PersonId;
use werkstadt_domain::text::{Language, email, line};

use crate::page::Page;
use crate::patch::Base;
use crate::wire::{LanguageName, RoleName, ScopeName};

/// Someone with a login.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "email": "erika@example.org", "name": "Erika Musterfrau",
    "role": "owner", "organisation_id": "01936d3e-7f10-7000-8000-0000000000bb", "active": true, "language": "de",
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"}))]
pub struct UserBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The login.
    pub email: String,
    /// The name.
    pub name: String,
    /// What the user may do.
    #[schema(examples("guest", "member", "editor", "owner", "manager"))]
    pub role: String,
    /// The user's organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// False while suspended.
    pub active: bool,
    /// In which letters are written.
    #[schema(examples("de", "en"))]
    pub language: String,
    /// The person of the directory that the user is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Its last change.
    pub updated_at: DateTime<Utc>,
}

/// A new user.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "erika@example.org", "name": "Erika Musterfrau", "role": "manager", "password": "correct horse battery staple"}))]
pub struct UserCreate {
    /// The login.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// What the user may do.
    pub role: RoleName,
    /// The user's organisation; needed for every role but guest and manager.
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// The first password.
    #[schema(min_length = 12, max_length = 128)]
    pub password: Option<String>,
    /// False to suspend; true if left out.
    pub active: Option<bool>,
    /// In which letters are written; German if left out.
    pub language: Option<LanguageName>,
    /// The person of the directory that the user is: from then on the user reads and changes that record. No two users are one person.
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
}

/// A change of a user.
pub type UserPatch = crate::wire::MergePatchOf<UserCreate>;

/// How a changed user is read.
pub const BASE: Base = Base {
    create: "create_user",
    derived: &["id", "created_at", "updated_at"],
    by_id: &[],
};

/// A page of users.
pub type UserPage = Page<UserBody>;

/// A key for programs. Its secret was shown when it was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApiKey, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Partner search", "scopes": ["directory:read"],
    "created_at": "2026-11-22T09:00:00Z"}))]
pub struct ApiKeyBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// How often it may be used in a minute, if less often than others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// When it was used last, to the minute or so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The key itself, only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A new key.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Partner search", "scopes": ["directory:read", "matches:read"]}))]
pub struct ApiKeyCreate {
    /// What it is for.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may do, within the rights of its user.
    #[schema(min_items = 1, max_items = 10)]
    pub scopes: Vec<ScopeName>,
    /// When it ends; never if left out.
    pub expires_at: Option<DateTime<Utc>>,
    /// How often it may be used in a minute; as often as people if left out.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub requests_per_minute: Option<u32>,
}

/// The keys of one user.
pub type ApiKeyPage = Page<ApiKeyBody>;

impl From<&Stored<User>> for UserBody {
    fn from(stored: &Stored<User>) -> Self {
        let user = &stored.record;
        Self {
            id: user.id.to_string(),
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.code().to_owned(),
            organisation_id: user.organisation.map(|id| id.to_string()),
            active: user.active,
            language: user.language.code().to_owned(),
            person_id: user.person.map(|id| id.to_string()),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(Audience::Manager).utc(),
        }
    }
}

impl UserCreate {
    /// The user under an id.
    ///
    /// # Errors
    /// Every fault. That the organisation exists, the database checks.
    pub fn to_domain(&self, id: UserId) -> Result<User, Invalid> {
        let mut faults = Faults::new();
        let login = faults.take("/email", email(&self.email));
        let name = faults.take("/name", line(&self.name, 200));
        let organisation = place(&mut faults, self.role.0, self.organisation_id.as_ref());
        let person = person(&mut faults, self.person_id.as_ref());
        let user = login.zip(name).map(|(email, name)| User {
            id,
            email,
            name,
            role: self.role.0,
            organisation,
            active: self.active.unwrap_or(true),
            language: self.language.map_or(Language::De, |choice| choice.0),
            person,
        });
        faults.finish(user)
    }
}

/// The person of the directory that a user is. That it exists, [`link`](super::link) checks.
pub fn person(faults: &mut Faults, given: Option<&String>) -> Option<PersonId> {
    let parsed = PersonId::parse(given?).map_err(|_| Rule::UnknownReference);
    faults.take("/person_id", parsed)
}

/// The organisation to which one of this role belongs: managers need none, guests have none.
pub fn place(faults: &mut Faults, role: Role, given: Option<&String>) -> Option<OrganisationId> {
    let organisation = given.and_then(|text| {
        let parsed = OrganisationId::parse(text).map_err(|_| Rule::UnknownReference);
        faults.take("/organisation_id", parsed)
    });
    match (role, given) {
        (Role::Guest, Some(_)) => faults.note("/organisation_id", Rule::Conflicts("role guest")),
        (Role::Guest | Role::Manager, None) | (_, Some(_)) => {}
        (_, None) => faults.note("/organisation_id", Rule::Required),
    }
    organisation
}

impl ApiKeyBody {
    /// The key, with its secret if it was just made.
    pub fn new(stored: &Stored<ApiKey>, secret: Option<&str>) -> Self {
        let key = &stored.record;
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            scopes: key.scopes.iter().map(|scope| scope.code().to_owned()).collect(),
            expires_at: key.expires_at,
            requests_per_minute: key.requests_per_minute,
            used_at: key.used_at,
            created_at: stored.created_at.utc(),
            secret: secret.map(str::to_owned),
        }
    }
}
