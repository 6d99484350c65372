//! The audit log as JSON.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use werkstadt_domain::account::{ApiKeyId, UserId};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{PersonId, Reader};
use werkstadt_persistence::audit::{Disclosure, Entry, Kind, Mention, Reading};
use werkstadt_persistence::{Accounts, Actor, Noun};

use super::heads;
use crate::page::Page;
use crate::state::State;
use crate::wire::Choose;

mod asked;
mod check;

pub use asked::{FilterAudit, ReadBy, ReadRecord};
pub use check::{AuditCheck, AuditFaultBody, AuditHeadBody, AuditVerification};

/// What an entry is about.
pub type AuditKindName = Choose<Kind>;
/// What a record is.
pub type NounName = Choose<Noun>;

impl From<Noun> for NounName {
    fn from(noun: Noun) -> Self {
        Self(noun)
    }
}

/// Who did or read something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor, example = json!({"kind": "user", "id": "01936d3e-7f10-7000-8000-0000000000b1", "name": "Erika Beispiel"}))]
pub struct AuditActorBody {
    /// `user`, `api_key`, or `system` for what the server does by itself and what is done by who is not signed in.
    #[schema(examples("user", "api_key", "system"))]
    pub kind: String,
    /// The id of the user or key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// What the user or the key is called today, as long as it may sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl AuditActorBody {
    fn new(actor: Actor, accounts: &Accounts) -> Self {
        let (kind, id, name) = match actor {
            Actor::System => ("system", None, None),
            Actor::User(id) => ("user", Some(id.uuid()), user_name(accounts, id)),
            Actor::ApiKey(id) => ("api_key", Some(id.uuid()), key_name(accounts, id)),
        };
        Self {
            kind: kind.to_owned(),
            id: id.map(|id| id.to_string()),
            name,
        }
    }
}

fn user_name(accounts: &Accounts, id: UserId) -> Option<String> {
    accounts.user(id).map(|user| user.name.clone())
}

fn key_name(accounts: &Accounts, id: ApiKeyId) -> Option<String> {
    accounts.key(id).map(|key| key.name.clone())
}

/// A record that an entry names.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRecord, example = json!({"kind": "person", "id": "01936d3e-7f10-7000-8000-0000000000e1", "deed": "updated"}))]
pub struct AuditRecordBody {
    /// What it is.
    #[schema(examples("person", "organisation", "user"))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What was done to it: `created`, `updated`, `removed`, `read`; `refused`: somebody wanted to
    /// be this user; `forgotten`: what entries say of it in words is gone.
    #[schema(examples("created", "updated", "removed", "read", "refused", "forgotten"))]
    pub deed: String,
}

impl From<&Mention> for AuditRecordBody {
    fn from(mention: &Mention) -> Self {
        Self {
            kind: mention.noun.code().to_owned(),
            id: mention.id.to_string(),
            deed: mention.deed.code().to_owned(),
        }
    }
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry, example = json!({
    "sequence": 41, "at": "2026-11-22T09:00:00Z", "kind": "write", "actor": {"kind": "user", "id": "01936d3e-7f10-7000-8000-0000000000b1"},
    "operation": "update_person", "network": "192.0.2.0/24", "fields": ["phone"], "record_count": 1,
    "records": [{"kind": "person", "id": "01936d3e-7f10-7000-8000-0000000000e1", "deed": "updated"}],
    "code": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY"
}))]
pub struct AuditEntryBody {
    /// Its number: 1, 2, 3 … without a gap.
    pub sequence: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// `write`: records were changed. `read`: records were read. `refusal`: a caller was denied what was
    /// asked for, or a sign-in or a password was wrong. `forgetting`: words of earlier entries were forgotten. `pruning`: the
    /// oldest entries were removed.
    #[schema(examples("write", "read", "refusal", "forgetting", "pruning"))]
    pub kind: String,
    /// Who.
    pub actor: AuditActorBody,
    /// By which operation of this API, or in which task of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The id of the request; of several that were alike within a second, the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The network that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Why, in the caller's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The members of the body that was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub fields: Vec<String>,
    /// How many requests were refused alike within a second, if more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The last entry that it concerns, where words were forgotten or entries removed up to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<i64>,
    /// The first hundred records.
    pub records: Vec<AuditRecordBody>,
    /// How many there are.
    pub record_count: u64,
    /// Its code, which chains it to the one before.
    pub code: String,
}

/// A page of the audit log.
pub type AuditEntryPage = Page<AuditEntryBody>;

impl AuditEntryBody {
    /// The body of an entry.
    pub fn new(entry: &Entry, accounts: &Accounts) -> Self {
        let details = entry.details.clone().unwrap_or_default();
        Self {
            sequence: entry.seq,
            at: entry.at,
            kind: entry.kind.code().to_owned(),
            actor: AuditActorBody::new(entry.actor, accounts),
            operation: entry.operation.clone(),
            request_id: details.request,
            network: details.network,
            reason: details.reason,
            fields: details.fields,
            times: details.times,
            up_to: entry.upto,
            records: entry.mentions.iter().map(AuditRecordBody::from).collect(),
            record_count: entry.mentioned,
            code: heads::code(&entry.mac),
        }
    }
}

/// A record that somebody has read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditReading, example = json!({"kind": "person", "id": "01936d3e-7f10-7000-8000-0000000000e1", "name": "Erika Musterfrau",
    "first_at": "2026-11-22T09:00:00Z", "last_at": "2026-11-22T09:00:00Z", "entries": 1}))]
pub struct AuditReadingBody {
    /// What it is.
    #[schema(examples("person", "user", "invitation"))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What it is called today, if it is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The first reading in this time.
    pub first_at: DateTime<Utc>,
    /// The last one.
    pub last_at: DateTime<Utc>,
    /// In how many entries of the log.
    pub entries: u64,
}

/// A page of records that somebody has read.
pub type AuditReadingPage = Page<AuditReadingBody>;

impl AuditReadingBody {
    /// The body of a reading.
    pub fn new(reading: &Reading, state: &State) -> Self {
        Self {
            kind: reading.noun.code().to_owned(),
            id: reading.id.to_string(),
            name: name_of(reading.noun, reading.id, state),
            first_at: reading.first_at,
            last_at: reading.last_at,
            entries: reading.times,
        }
    }
}

/// What a record is called, as managers see it.
fn name_of(noun: Noun, id: Uuid, state: &State) -> Option<String> {
    let snapshot = state.directory().snapshot();
    match noun {
        Noun::Person => {
            let reader = Reader {
                audience: Audience::Manager,
                owns: None,
                own: None,
                today: state.now().date_naive(),
            };
            let seen = snapshot.person(&reader, PersonId::new(id))?;
            let person = seen.stored.record.get();
            Some(format!("{} {}", person.given_name, person.family_name))
        }
        Noun::Organisation => {
            let profile = snapshot.organisation(Audience::Manager, OrganisationId::new(id))?;
            Some(profile.get().organisation.record.name.clone())
        }
        Noun::User => user_name(state.accounts(), Id::new(id)),
        _ => None,
    }
}

/// Who has read a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditDisclosure, example = json!({"actor": {"kind": "user", "id": "01936d3e-7f10-7000-8000-0000000000b1"},
    "operation": "get_person", "first_at": "2026-11-22T09:00:00Z", "last_at": "2026-11-22T09:00:00Z", "entries": 1}))]
pub struct AuditDisclosureBody {
    /// Who.
    pub actor: AuditActorBody,
    /// By which operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// When first in this time.
    pub first_at: DateTime<Utc>,
    /// When last.
    pub last_at: DateTime<Utc>,
    /// In how many entries of the log.
    pub entries: u64,
}

impl AuditDisclosureBody {
    /// The body of a disclosure.
    pub fn new(one: &Disclosure, accounts: &Accounts) -> Self {
        Self {
            actor: AuditActorBody::new(one.actor, accounts),
            operation: one.operation.clone(),
            first_at: one.first_at,
            last_at: one.last_at,
            entries: one.times,
        }
    }
}

/// Who has read a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "more": false}))]
pub struct AuditDisclosures {
    /// The readers, the latest first.
    pub items: Vec<AuditDisclosureBody>,
    /// Whether there are more.
    pub more: bool,
}
