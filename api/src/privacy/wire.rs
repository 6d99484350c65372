//! Personal data, its record and its erasure as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use werkstadt_domain::account::{Role, User, UserId};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::person::PersonId;
use werkstadt_domain::text;
use werkstadt_persistence::Actor;
use werkstadt_persistence::audit::Disclosure;
use werkstadt_persistence::personal::{Erasure, Mention, Section};

use super::subject::Whom;
use crate::page::Page;
use crate::state::State;

mod record;

pub use record::ProcessingRecord;

/// What is kept of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"generated_at": "2026-11-22T09:00:00Z", "sections": [{"name": "users", "purpose": "access",
    "rows": [{"id": "01936d3e-7f10-7000-8000-0000000000b1", "email": "erika@example.org"}]}], "disclosures": []}))]
pub struct PersonalData {
    /// When this was put together.
    pub generated_at: DateTime<Utc>,
    /// What is kept, table by table.
    pub sections: Vec<DataSection>,
    /// Who was told of it, the latest first, as far back as the audit log reaches.
    pub disclosures: Vec<DisclosureBody>,
}

/// What one table has of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "users", "purpose": "access", "rows": [{"email": "erika@example.org"}]}))]
pub struct DataSection {
    /// The table.
    #[schema(examples("users", "persons", "sessions"))]
    pub name: String,
    /// What for it is kept: a purpose of the record of processing.
    #[schema(examples("directory", "access", "membership"))]
    pub purpose: String,
    /// The rows: columns with their values, empty ones left out.
    #[schema(value_type = Vec<DataRow>)]
    pub rows: Vec<Value>,
}

/// A row: the columns of the table with their values.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"email": "erika@example.org"}))]
pub struct DataRow {
    /// The columns.
    #[serde(flatten)]
    pub columns: BTreeMap<String, Value>,
}

impl PersonalData {
    /// What was found.
    pub fn new(generated_at: DateTime<Utc>, sections: &[Section], disclosures: Vec<DisclosureBody>) -> Self {
        let section = |section: &Section| DataSection {
            name: section.name.to_owned(),
            purpose: section.purpose.code().to_owned(),
            rows: section.rows.iter().cloned().map(Value::Object).collect(),
        };
        Self {
            generated_at,
            sections: sections.iter().map(section).collect(),
            disclosures,
        }
    }
}

/// Somebody who was told of the person. Individuals are not named: the organisation answers for them.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DataDisclosure, example = json!({"recipient": "members", "organisation": "Beispiel Optik GmbH", "operation": "list_people",
    "first_at": "2026-11-22T09:00:00Z", "last_at": "2026-11-22T09:00:00Z", "times": 1}))]
pub struct DisclosureBody {
    /// `managers` of the network, `members` and their programs, or `unknown`: an account that is gone.
    #[schema(examples("managers", "members", "unknown"))]
    pub recipient: String,
    /// The organisation of the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// By which operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// When first.
    pub first_at: DateTime<Utc>,
    /// When last.
    pub last_at: DateTime<Utc>,
    /// How often, requests within a second counted once.
    pub times: u64,
}

impl DisclosureBody {
    /// The body of a disclosure.
    pub fn new(one: &Disclosure, state: &State) -> Self {
        let accounts = state.accounts();
        let reader = match one.actor {
            Actor::System => None,
            Actor::User(id) => accounts.user(id),
            Actor::ApiKey(id) => accounts.key(id).and_then(|key| accounts.user(key.user)),
        };
        let recipient = |user: &User| match user.role {
            Role::Manager => "managers",
            Role::Guest | Role::Member | Role::Editor | Role::Owner => "members",
        };
        let organisation = reader.as_ref().and_then(|user| user.organisation).and_then(|id| {
            let snapshot = state.directory().snapshot();
            let profile = snapshot.organisation(Audience::Manager, id)?;
            Some(profile.get().organisation.record.name.clone())
        });
        Self {
            recipient: reader.as_deref().map_or("unknown", recipient).to_owned(),
            organisation,
            operation: one.operation.clone(),
            first_at: one.first_at,
            last_at: one.last_at,
            times: one.times,
        }
    }
}

/// The wish to be erased.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery staple"}))]
pub struct ErasureRequest {
    /// The password of the account.
    #[schema(min_length = 1, max_length = 1000)]
    pub password: String,
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address, example = json!({"email": "erika@example.org"}))]
pub struct AddressBody {
    /// The e-mail address of somebody who is neither a user nor in the directory.
    #[schema(format = Email)]
    pub email: String,
}

impl AddressBody {
    /// Whom it names.
    ///
    /// # Errors
    /// If it is no address.
    pub fn read(&self) -> Result<Whom, Invalid> {
        let mut faults = Faults::new();
        let address = faults.take("/email", text::email(&self.email));
        faults.finish(address.map(Whom::Address))
    }
}

/// Who is to be erased.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"person_id": "01936d3e-7f10-7000-8000-0000000000e1"}))]
pub struct ErasureCreate {
    /// The account.
    #[schema(format = Uuid)]
    pub user_id: Option<String>,
    /// The person of the directory.
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
    /// The e-mail address of somebody who is neither: who applied, represents a member, agreed as a guardian, or is a contact.
    #[schema(format = Email)]
    pub email: Option<String>,
}

impl ErasureCreate {
    /// Whom it names.
    ///
    /// # Errors
    /// [`Rule::Required`] if nobody.
    pub fn read(&self) -> Result<Whom, Invalid> {
        let mut faults = Faults::new();
        let user: Option<UserId> = id(&mut faults, "/user_id", self.user_id.as_deref());
        let person: Option<PersonId> = id(&mut faults, "/person_id", self.person_id.as_deref());
        let email = self
            .email
            .as_deref()
            .and_then(|email| faults.take("/email", text::email(email)));
        let whom = match (user, person) {
            (Some(user), Some(person)) => Some(Whom::Both(user, person)),
            (Some(user), None) => Some(Whom::User(user)),
            (None, Some(person)) => Some(Whom::Person(person)),
            (None, None) => email.map(Whom::Address),
        };
        match (self.user_id.is_some() || self.person_id.is_some(), &self.email) {
            (false, None) => faults.note("/person_id", Rule::Required),
            (true, Some(_)) => faults.note("/email", Rule::Conflicts("user_id, person_id")),
            _ => {}
        }
        faults.finish(whom)
    }
}

fn id<N>(faults: &mut Faults, pointer: &str, given: Option<&str>) -> Option<Id<N>> {
    let read = Id::parse(given?).map_err(|_| Rule::UnknownReference);
    faults.take(pointer, read)
}

/// An erasure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000f1", "person_id": "01936d3e-7f10-7000-8000-0000000000e1",
    "rows": {"persons": 1, "letters": 2}, "mentions": [], "created_at": "2026-11-22T09:00:00Z", "finished_at": "2026-11-22T09:00:00Z"}))]
pub struct ErasureBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The account that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub user_id: Option<String>,
    /// The person that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
    /// How many rows of which table were removed, emptied or changed.
    pub rows: BTreeMap<String, u64>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When all copies were gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// Where others name the person in free words, or an address that somebody else has, too: as it was when all copies were gone, two
    /// hundred places at most. For people to change.
    pub mentions: Vec<ErasureMention>,
}

/// A page of erasures.
pub type ErasurePage = Page<ErasureBody>;

/// A place where somebody who was erased is still named.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"table": "opportunities", "column": "description", "key": "01936d3e-7f10-7000-8000-0000000000c1"}))]
pub struct ErasureMention {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The id of the record, or of what it belongs to.
    pub key: String,
}

impl From<&Erasure> for ErasureBody {
    fn from(erasure: &Erasure) -> Self {
        let mention = |one: &Mention| ErasureMention {
            table: one.table.clone(),
            column: one.column.clone(),
            key: one.key.clone(),
        };
        Self {
            id: erasure.id.to_string(),
            user_id: erasure.user.map(|id| id.to_string()),
            person_id: erasure.person.map(|id| id.to_string()),
            rows: erasure.result.clone(),
            created_at: erasure.created_at,
            finished_at: erasure.finished_at,
            mentions: erasure.mentions.iter().map(mention).collect(),
        }
    }
}
