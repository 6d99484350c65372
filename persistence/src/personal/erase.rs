//! Erasing somebody.
//!
//! First, in one transaction, the account and the person go, and what readers see of them elsewhere; then the copies: earlier states,
//! letters, answers, files that were imported, words in the audit log. What a crash leaves to be done is done by the next day's work.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::id::Id;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::person::PersonId;

use super::mentions::{Mention, mentions};
use super::scrub::Gone;
use super::sql::{condition, formerly, one, tables};
use super::{Erased, Link, Subject, Table};
use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::dialect::{self, plain};
use crate::error::{Error, Result};
use crate::schema::{erasures, membership_representatives, organisations as organisations_table};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;
use crate::{audit, organisations, persons, users};

const NOUN: Noun = Noun::Erasure;

/// The id of an erasure.
pub type ErasureId = Id<Erasure>;

/// An erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// The account that is gone.
    pub user: Option<UserId>,
    /// The person that is gone.
    pub person: Option<PersonId>,
    /// How many rows of which table were removed, emptied or changed.
    pub result: BTreeMap<String, u64>,
    /// Who erased.
    pub by: Actor,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When all copies were gone.
    pub finished_at: Option<DateTime<Utc>>,
    /// Where somebody who was erased is still named by others, in free words, when the copies were gone; two hundred places at most. A
    /// program cannot tell what else such words say, so they are for people to change.
    pub mentions: Vec<Mention>,
}

/// By what copies are found, until they are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct WordsShape {
    addresses: Vec<String>,
    former: Vec<(String, DateTime<Utc>)>,
    words: Vec<String>,
    called: Vec<String>,
}

/// Erases somebody from everything that is read. The copies are left to [`carry_out`].
///
/// # Errors
/// [`Error::NotFound`] if there is no such user or person, [`Error::Conflict`] if there is an erasure of this id.
pub fn begin(unit: &mut UnitOfWork<'_>, id: ErasureId, subject: &Subject) -> Result<Erasure> {
    let mut result = BTreeMap::new();
    // Before the account and the person go, and take with them what links to them.
    remove_representatives(unit, subject, &mut result)?;
    remove_contacts(unit, subject, &mut result)?;
    if let Some(person) = subject.person {
        let version = persons::find(unit.db(), person)?.version;
        persons::remove(unit, person, version)?;
        result.insert("persons".to_owned(), 1);
    }
    if let Some(user) = subject.user {
        let before = users::find(unit.db(), user)?;
        users::remove(unit, &before)?;
        result.insert("users".to_owned(), 1);
    }
    let (actor_kind, actor_id) = unit.actor().parts();
    let row = ErasureRow {
        id: id.into(),
        user_id: subject.user.map(SqlId::from),
        person_id: subject.person.map(SqlId::from),
        words: Json(WordsShape {
            addresses: subject.addresses.clone(),
            former: subject.former.clone(),
            words: subject.words.clone(),
            called: subject.called.clone(),
        }),
        result: Json(result),
        actor_kind: actor_kind.to_owned(),
        actor_id: actor_id.map(SqlId),
        created_at: unit.now().into(),
        finished_at: None,
        mentions: Json(Vec::new()),
    };
    dialect::insert_all::<erasures::table, ErasureRow>(unit.db(), erasures::table, std::slice::from_ref(&row))?;
    unit.record(NOUN, id.uuid(), Operation::Created);
    row.into_erasure()
}

/// Erases the copies. What is done already is not done again.
///
/// # Errors
/// [`Error::NotFound`], and as every write.
pub fn carry_out(unit: &mut UnitOfWork<'_>, id: ErasureId) -> Result<Erasure> {
    let row = row(unit.db(), id)?;
    if row.finished_at.is_some() {
        return row.into_erasure();
    }
    let Json(WordsShape {
        addresses,
        former,
        words,
        called,
    }) = row.words.clone();
    let subject = Subject {
        user: row.user_id.map(UserId::from),
        person: row.person_id.map(PersonId::from),
        addresses,
        former,
        words,
        called,
    };
    let mut result = row.result.0.clone();
    // What belongs to a row that is changed goes first, while it can be told to belong to it.
    for table in tables().filter(|table| table.erased == Erased::Removed) {
        if let Some(condition) = condition(unit.db(), table, &subject) {
            let rows = plain::execute(unit.db(), &format!("DELETE FROM {} WHERE {condition}", table.name))?;
            count(&mut result, table.name, rows);
        }
    }
    for table in tables() {
        let rows = match table.erased {
            Erased::Scrubbed(columns) => scrub(unit.db(), table, columns, &subject)?,
            Erased::Emptied(columns) => empty(unit.db(), table, columns, &subject)?,
            _ => 0,
        };
        count(&mut result, table.name, rows);
    }
    let user = subject.user.map(|user| (Noun::User, user.uuid()));
    let person = subject.person.map(|person| (Noun::Person, person.uuid()));
    let ids: Vec<(Noun, Uuid)> = user.into_iter().chain(person).collect();
    let rows = audit::forget(unit, &ids)?;
    count(&mut result, "audit_details", rows);
    let columns = (
        erasures::words.eq(Json(WordsShape::default())),
        erasures::result.eq(Json(result)),
        erasures::mentions.eq(Json(mentions(unit.db(), &subject)?)),
        erasures::finished_at.eq(Some(SqlInstant::from(unit.now()))),
    );
    let unfinished = erasures::table
        .find(SqlId::from(id))
        .filter(erasures::finished_at.is_null());
    diesel::update(unfinished).set(columns).execute(unit.db())?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    find(unit.db(), id)
}

/// One erasure.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: ErasureId) -> Result<Erasure> {
    row(db, id)?.into_erasure()
}

/// Erasures, the newest first, before one, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, before: Option<ErasureId>, limit: i64) -> Result<Vec<Erasure>> {
    let mut query = erasures::table.into_boxed();
    if let Some(before) = before {
        query = query.filter(erasures::id.lt(SqlId::from(before)));
    }
    let rows: Vec<ErasureRow> = query.order(erasures::id.desc()).limit(limit).load(db)?;
    rows.into_iter().map(ErasureRow::into_erasure).collect()
}

/// The persons who were erased.
///
/// # Errors
/// As every read.
pub fn erased(db: &mut Db) -> Result<HashSet<PersonId>> {
    let ids: Vec<Option<SqlId>> = erasures::table
        .filter(erasures::person_id.is_not_null())
        .select(erasures::person_id)
        .load(db)?;
    Ok(ids.into_iter().flatten().map(PersonId::from).collect())
}

/// Erasures whose copies are not all gone.
///
/// # Errors
/// As every read.
pub fn unfinished(db: &mut Db) -> Result<Vec<ErasureId>> {
    let ids: Vec<SqlId> = erasures::table
        .filter(erasures::finished_at.is_null())
        .select(erasures::id)
        .load(db)?;
    Ok(ids.into_iter().map(ErasureId::from).collect())
}

fn remove_representatives(
    unit: &mut UnitOfWork<'_>,
    subject: &Subject,
    result: &mut BTreeMap<String, u64>,
) -> Result<()> {
    let person = subject.person.map(SqlId::from);
    let rows: Vec<(SqlId, String, String, Option<SqlId>)> = membership_representatives::table
        .select((
            membership_representatives::membership_id,
            membership_representatives::role,
            membership_representatives::email,
            membership_representatives::person_id,
        ))
        .load(unit.db())?;
    for (membership, role, email, of) in rows {
        if !subject.addresses.contains(&email.to_lowercase()) && (person.is_none() || of != person) {
            continue;
        }
        let one = membership_representatives::table.find((membership, role));
        let rows = diesel::delete(one).execute(unit.db())?;
        unit.record(Noun::Membership, membership.0, Operation::Updated);
        count(result, "membership_representatives", rows);
    }
    Ok(())
}

fn remove_contacts(unit: &mut UnitOfWork<'_>, subject: &Subject, result: &mut BTreeMap<String, u64>) -> Result<()> {
    let mut ids: Vec<OrganisationId> = Vec::new();
    for address in &subject.addresses {
        let contains = plain::contains(unit.db(), ("organisations", "contacts"), address);
        let found: Vec<SqlId> = organisations_table::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(&contains))
            .select(organisations_table::id)
            .load(unit.db())?;
        ids.extend(found.into_iter().map(OrganisationId::from));
    }
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let before = organisations::find(unit.db(), id)?;
        let mut contacts = before.record.contacts.clone();
        contacts.retain(|contact| {
            let address = contact.email.as_ref().map(|email| email.to_lowercase());
            address.is_none_or(|address| !subject.addresses.contains(&address))
        });
        if contacts.len() < before.record.contacts.len() {
            let after = Organisation {
                contacts,
                ..before.record.clone()
            };
            organisations::update(unit, &before, after)?;
            count(result, "organisations", 1);
        }
    }
    Ok(())
}

/// Takes the subject out of structures.
fn scrub(db: &mut Db, table: &Table, columns: &[&'static str], subject: &Subject) -> Result<usize> {
    let ids = subject.ids();
    let former: Vec<String> = subject.former.iter().map(|(address, _)| address.clone()).collect();
    // By what they are called now wherever it stands, and by what they were called in what they wrote then.
    let written: Vec<String> = table
        .links
        .iter()
        .filter_map(|link| formerly(db, table, link, subject))
        .collect();
    let mut rows = 0;
    for column in columns {
        let within = one(db, table, &Link::Within(column), subject);
        let within = within.into_iter().map(|condition| (condition, &subject.addresses));
        let written = written.iter().map(|condition| (condition.clone(), &former));
        for (condition, addresses) in within.chain(written) {
            let gone = Gone { addresses, ids: &ids };
            rows += take_out(db, (table.name, column), &condition, &gone)?;
        }
    }
    Ok(rows)
}

/// Takes somebody out of a structure wherever a condition holds.
fn take_out(db: &mut Db, place: (&str, &str), condition: &str, gone: &Gone<'_>) -> Result<usize> {
    let mut rows = 0;
    for before in plain::values(db, place, condition)? {
        let mut value: Value = serde_json::from_str(&before).map_err(Error::internal)?;
        if gone.take_out(&mut value) {
            let after = serde_json::to_string(&value).map_err(Error::internal)?;
            rows += plain::replace(db, place, &before, &after)?;
        }
    }
    Ok(rows)
}

/// Empties columns.
fn empty(db: &mut Db, table: &Table, columns: &[&str], subject: &Subject) -> Result<usize> {
    let Some(condition) = condition(db, table, subject) else {
        return Ok(0);
    };
    let emptied: Vec<String> = columns.iter().map(|column| format!("{column} = NULL")).collect();
    let statement = format!("UPDATE {} SET {} WHERE {condition}", table.name, emptied.join(", "));
    plain::execute(db, &statement)
}

fn count(result: &mut BTreeMap<String, u64>, table: &str, rows: usize) {
    if rows > 0 {
        *result.entry(table.to_owned()).or_default() += u64::try_from(rows).unwrap_or(u64::MAX);
    }
}

fn row(db: &mut Db, id: ErasureId) -> Result<ErasureRow> {
    let row: Option<ErasureRow> = erasures::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })
}

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = erasures, treat_none_as_default_value = false)]
struct ErasureRow {
    id: SqlId,
    user_id: Option<SqlId>,
    person_id: Option<SqlId>,
    words: Json<WordsShape>,
    result: Json<BTreeMap<String, u64>>,
    actor_kind: String,
    actor_id: Option<SqlId>,
    created_at: SqlInstant,
    finished_at: Option<SqlInstant>,
    mentions: Json<Vec<Mention>>,
}

impl ErasureRow {
    fn into_erasure(self) -> Result<Erasure> {
        let nobody = || Error::inconsistent("erasures", self.id.0, "no actor");
        Ok(Erasure {
            by: Actor::from_parts(&self.actor_kind, self.actor_id).ok_or_else(nobody)?,
            id: self.id.into(),
            user: self.user_id.map(UserId::from),
            person: self.person_id.map(PersonId::from),
            result: self.result.0,
            created_at: self.created_at.utc(),
            finished_at: self.finished_at.map(SqlInstant::utc),
            mentions: self.mentions.0,
        })
    }
}
