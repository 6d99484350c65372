//! The audit log: who did and who read what, when, from where and why.
//!
//! Every unit of work appends one entry in its own transaction, reads come in batches. Entries are numbered without a gap, and each
//! carries a code (HMAC-SHA-256) of itself and of the one before: nobody without the key can change, insert or take out an
//! entry. That none was cut off at the end is told by [`Head`]s that were exported before.
//!
//! What an entry says in words, from where and why, is personal data that may have to go before the entry does. It lies apart, and
//! the chain holds its digest only: it can be [forgotten](forget()), and an entry says that it was.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::named::Named;

use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::schema::{audit_details, audit_entries, audit_head, audit_records};
use crate::sqltypes::{SqlId, SqlInstant};

mod chain;
mod forget;
mod key;
mod query;
mod verify;

pub use forget::{forget, forget_before, prune};
pub use key::{AuditKey, AuditSecret};
pub use query::{Disclosure, Entry, Filter, Reading, Span, disclosures, entries, readings};
pub use verify::{Fault, Scope, Verified, Wrong, verify};

use chain::{Link, digest_details, digest_records};

/// Days for which entries say from where and why.
pub const WORDS_KEPT: u32 = 365;
/// Days for which entries are kept.
pub const ENTRIES_KEPT: u32 = 3 * 365 + 1;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Records were changed.
    Write,
    /// Records were read.
    Read,
    /// Somebody who is known was refused something, or somebody was refused who would have been somebody.
    Refusal,
    /// What is said in words about earlier entries was forgotten: of those that name one of the records, or of all up to one.
    Forgetting,
    /// The oldest entries were removed.
    Pruning,
}

impl Named for Kind {
    const NAME: &'static str = "AuditKind";
    const ALL: &'static [Self] = &[Self::Write, Self::Read, Self::Refusal, Self::Forgetting, Self::Pruning];

    fn code(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Refusal => "refusal",
            Self::Forgetting => "forgetting",
            Self::Pruning => "pruning",
        }
    }
}

/// On what occasion something is done: a request, or a task of the server's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Occasion {
    /// The operation of the API, or the name of the task.
    pub operation: Option<String>,
    /// What else is known of it.
    pub details: Details,
}

impl Occasion {
    /// A task of the server's own.
    pub fn task(name: &str) -> Self {
        Self {
            operation: Some(name.to_owned()),
            details: Details::default(),
        }
    }
}

/// What an entry says in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The id of the request; of several that read alike, the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The network that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Why, in the caller's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The members of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// How many requests were refused alike, if more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// Who writes, and on what occasion.
#[derive(Clone, Debug)]
pub struct Author {
    /// Who.
    pub actor: Actor,
    /// On what occasion.
    pub occasion: Occasion,
}

impl Author {
    /// The server, in a task of its own.
    pub fn task(name: &str) -> Self {
        Self {
            actor: Actor::System,
            occasion: Occasion::task(name),
        }
    }
}

impl From<Actor> for Author {
    fn from(actor: Actor) -> Self {
        Self {
            actor,
            occasion: Occasion::default(),
        }
    }
}

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// It is new.
    Created,
    /// It was changed.
    Updated,
    /// It is gone.
    Removed,
    /// It was read.
    Read,
    /// Of a user: somebody wanted to be this user, and was refused.
    Refused,
    /// What was said in words about it was forgotten.
    Forgotten,
}

impl Named for Deed {
    const NAME: &'static str = "AuditDeed";
    const ALL: &'static [Self] = &[
        Self::Created,
        Self::Updated,
        Self::Removed,
        Self::Read,
        Self::Refused,
        Self::Forgotten,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Created => Operation::Created.code(),
            Self::Updated => Operation::Updated.code(),
            Self::Removed => Operation::Removed.code(),
            Self::Read => "read",
            Self::Refused => "refused",
            Self::Forgotten => "forgotten",
        }
    }
}

impl From<Operation> for Deed {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Created => Self::Created,
            Operation::Updated => Self::Updated,
            Operation::Removed => Self::Removed,
        }
    }
}

/// A record that an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mention {
    /// What it is.
    pub noun: Noun,
    /// Which one.
    pub id: Uuid,
    /// What was done to it.
    pub deed: Deed,
}

/// Where the chain ends, or ended: to be kept where nobody who can write to the database can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 before the first.
    pub seq: i64,
    /// Its code.
    pub mac: [u8; 32],
}

/// An entry that is to be appended.
#[derive(Clone, Debug)]
pub struct Draft {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub kind: Kind,
    /// Who.
    pub actor: Actor,
    /// On what occasion.
    pub occasion: Occasion,
    /// The records, in any order; each once.
    pub mentions: Vec<Mention>,
    pub(crate) upto: Option<i64>,
    pub(crate) anchor: Option<Vec<u8>>,
}

impl Draft {
    /// An entry about records.
    pub const fn new(at: DateTime<Utc>, kind: Kind, actor: Actor, occasion: Occasion, mentions: Vec<Mention>) -> Self {
        Self {
            at,
            kind,
            actor,
            occasion,
            mentions,
            upto: None,
            anchor: None,
        }
    }
}

/// Where the chain ends now.
///
/// # Errors
/// As every read.
pub fn head(db: &mut Db) -> Result<Head> {
    let (seq, mac): (i64, Vec<u8>) = audit_head::table
        .find(1)
        .select((audit_head::seq, audit_head::mac))
        .first(db)?;
    Ok(Head {
        seq,
        mac: code_of(seq, &mac)?,
    })
}

/// Appends entries at the end of a transaction. From here to its commit, nobody else appends.
pub(crate) fn append(db: &mut Db, key: &AuditKey, drafts: Vec<Draft>) -> Result<()> {
    let number = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
    // The lock. It is taken last of all, so nobody waits in a circle.
    diesel::update(audit_head::table.find(1))
        .set(audit_head::seq.eq(audit_head::seq + number))
        .execute(db)?;
    let reserved = head(db)?;
    let mut last = Head {
        seq: reserved.seq - number,
        ..reserved
    };
    let (mut entries, mut records, mut details) = (Vec::new(), Vec::new(), Vec::new());
    for mut draft in drafts {
        let seq = last.seq + 1;
        draft.mentions.sort_unstable();
        draft.mentions.dedup();
        let words = details_of(&draft.occasion.details)?;
        let (actor_kind, actor_id) = draft.actor.parts();
        let entry = EntryRow {
            seq,
            at: SqlInstant::from(draft.at),
            kind: draft.kind.code().to_owned(),
            actor_kind: actor_kind.to_owned(),
            actor_id: actor_id.map(SqlId),
            operation: draft.occasion.operation,
            upto: draft.upto,
            anchor: draft.anchor,
            records_digest: digest_records(draft.mentions.iter().map(parts)).to_vec(),
            details_digest: digest_details(words.as_deref()).to_vec(),
            mac: Vec::new(),
        };
        let mac = Link::of(&entry).mac(key, &last.mac);
        last = Head { seq, mac };
        entries.push(EntryRow {
            mac: mac.to_vec(),
            ..entry
        });
        records.extend((0..).zip(&draft.mentions).map(|(position, mention)| RecordRow {
            seq,
            position,
            noun: mention.noun.code().to_owned(),
            record_id: SqlId(mention.id),
            operation: mention.deed.code().to_owned(),
        }));
        details.extend(words.map(|content| DetailsRow { seq, content }));
    }
    dialect::insert_all::<audit_entries::table, EntryRow>(db, audit_entries::table, &entries)?;
    dialect::insert_all::<audit_records::table, RecordRow>(db, audit_records::table, &records)?;
    dialect::insert_all::<audit_details::table, DetailsRow>(db, audit_details::table, &details)?;
    diesel::update(audit_head::table.find(1))
        .set(audit_head::mac.eq(last.mac.to_vec()))
        .execute(db)?;
    Ok(())
}

/// What is written down of the words: with a salt, so that the digest tells nothing once they are forgotten.
fn details_of(details: &Details) -> Result<Option<String>> {
    if *details == Details::default() {
        return Ok(None);
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Error::internal(error.to_string()))?;
    let salted = Salted {
        salt: Uuid::from_bytes(salt),
        details,
    };
    serde_json::to_string(&salted).map(Some).map_err(Error::internal)
}

#[derive(Serialize)]
struct Salted<'a> {
    salt: Uuid,
    #[serde(flatten)]
    details: &'a Details,
}

fn parts(mention: &Mention) -> (&'static str, Uuid, &'static str) {
    (mention.noun.code(), mention.id, mention.deed.code())
}

fn code_of(seq: i64, bytes: &[u8]) -> Result<[u8; 32]> {
    <[u8; 32]>::try_from(bytes).map_err(|_| Error::inconsistent("audit_entries", seq, "a code is not of 32 bytes"))
}

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub(crate) struct EntryRow {
    seq: i64,
    at: SqlInstant,
    kind: String,
    actor_kind: String,
    actor_id: Option<SqlId>,
    operation: Option<String>,
    upto: Option<i64>,
    anchor: Option<Vec<u8>>,
    records_digest: Vec<u8>,
    details_digest: Vec<u8>,
    mac: Vec<u8>,
}

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = audit_records)]
struct RecordRow {
    seq: i64,
    position: i64,
    noun: String,
    record_id: SqlId,
    operation: String,
}

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = audit_details)]
struct DetailsRow {
    seq: i64,
    content: String,
}
