//! The change log: what each unit of work touched, written with it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::account::{ApiKeyId, UserId};
use werkstadt_domain::named::Named;

use crate::compare::Audiences;
use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::changes;
use crate::sqltypes::{SqlId, SqlInstant};

/// What a change is about. A change of a unit, a claim, a reference or a membership is also one of its organisation's
/// profile, and is recorded as [`Noun::Organisation`] with the organisation's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noun {
    /// An organisation, or a part of its profile.
    Organisation,
    /// A concept of the taxonomy.
    Skill,
    /// An opportunity.
    Opportunity,
    /// A person.
    Person,
    /// A solution.
    Solution,
    /// A membership; its organisation is recorded beside it.
    Membership,
    /// A unit; its organisation is recorded beside it.
    Unit,
    /// A skill claim; its organisation is recorded beside it.
    Claim,
    /// A reference; its organisation is recorded beside it.
    Reference,
    /// A logo; its organisation, whose id it has, is recorded beside it.
    Logo,
    /// Someone with a login.
    User,
    /// Someone who is to have an account.
    Invitation,
    /// A letter that goes out by mail.
    Letter,
    /// A key for programs.
    ApiKey,
    /// A login that goes on.
    Session,
    /// A long run.
    Job,
    /// A setting of the server.
    Setting,
    /// A search that somebody keeps.
    SavedSearch,
    /// A profile, said to be right by its people.
    Confirmation,
    /// Something that managers should look at.
    ModerationCase,
    /// A type of membership.
    MembershipType,
    /// An application for membership.
    MembershipApplication,
    /// A due of a membership.
    Due,
    /// An erasure of somebody's data.
    Erasure,
    /// An entry of the ledger of consents, or a guardian who is asked for one.
    Consent,
    /// A text to which people agree.
    ConsentText,
}

impl Named for Noun {
    const NAME: &'static str = "Noun";
    const ALL: &'static [Self] = &[
        Self::Organisation,
        Self::Skill,
        Self::Opportunity,
        Self::Person,
        Self::Solution,
        Self::Membership,
        Self::Unit,
        Self::Claim,
        Self::Reference,
        Self::Logo,
        Self::User,
        Self::Invitation,
        Self::Letter,
        Self::ApiKey,
        Self::Session,
        Self::Job,
        Self::Setting,
        Self::SavedSearch,
        Self::Confirmation,
        Self::ModerationCase,
        Self::MembershipType,
        Self::MembershipApplication,
        Self::Due,
        Self::Erasure,
        Self::Consent,
        Self::ConsentText,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Skill => "skill",
            Self::Opportunity => "opportunity",
            Self::Person => "person",
            Self::Solution => "solution",
            Self::Membership => "membership",
            Self::Unit => "unit",
            Self::Claim => "claim",
            Self::Reference => "reference",
            Self::Logo => "logo",
            Self::User => "user",
            Self::Invitation => "invitation",
            Self::Letter => "letter",
            Self::ApiKey => "api_key",
            Self::Session => "session",
            Self::Job => "job",
            Self::Setting => "setting",
            Self::SavedSearch => "saved_search",
            Self::Confirmation => "confirmation",
            Self::ModerationCase => "moderation_case",
            Self::MembershipType => "membership_type",
            Self::MembershipApplication => "membership_application",
            Self::Due => "due",
            Self::Erasure => "erasure",
            Self::Consent => "consent",
            Self::ConsentText => "consent_text",
        }
    }
}

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// It is new.
    Created,
    /// It is different.
    Updated,
    /// It is gone.
    Removed,
}

impl Operation {
    /// The name in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Removed => "removed",
        }
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The program itself: set-up, demo, the day's job.
    System,
    /// A person who signed in.
    User(UserId),
    /// A program with a key.
    ApiKey(ApiKeyId),
}

impl Actor {
    pub(crate) const fn parts(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::System => ("system", None),
            Self::User(id) => ("user", Some(id.uuid())),
            Self::ApiKey(id) => ("api_key", Some(id.uuid())),
        }
    }

    pub(crate) fn from_parts(kind: &str, id: Option<SqlId>) -> Option<Self> {
        match (kind, id) {
            ("system", _) => Some(Self::System),
            ("user", Some(id)) => Some(Self::User(id.into())),
            ("api_key", Some(id)) => Some(Self::ApiKey(id.into())),
            _ => None,
        }
    }
}

/// A record that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Touched {
    /// What it is.
    pub noun: Noun,
    /// Which one.
    pub id: Uuid,
}

#[derive(Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
pub(crate) struct ChangeRow {
    origin: SqlId,
    at: SqlInstant,
    actor_kind: &'static str,
    actor_id: Option<SqlId>,
    noun: &'static str,
    record_id: SqlId,
    operation: &'static str,
    audiences: Audiences,
}

/// Writes the log of one unit of work and wakes the other processes that follow it.
pub(crate) fn insert(
    db: &mut Db,
    origin: Uuid,
    actor: Actor,
    at: SqlInstant,
    changes: &BTreeMap<Touched, (Operation, Audiences)>,
) -> Result<()> {
    let (actor_kind, actor_id) = actor.parts();
    let rows: Vec<ChangeRow> = changes
        .iter()
        .map(|(touched, (operation, audiences))| ChangeRow {
            origin: SqlId(origin),
            at,
            actor_kind,
            actor_id: actor_id.map(SqlId),
            noun: touched.noun.code(),
            record_id: SqlId(touched.id),
            operation: operation.code(),
            audiences: *audiences,
        })
        .collect();
    dialect::insert_all::<changes::table, ChangeRow>(db, changes::table, &rows)?;
    dialect::announce(db)
}
