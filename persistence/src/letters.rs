//! Letters: mail that is to be sent, kept until it is. At least once: who sends says so afterwards.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;
use werkstadt_domain::text::Language;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::schema::letters;
use crate::shapes::named;
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// The id of a letter.
pub type LetterId = Id<Letter>;

/// A letter that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// What it is about, for example `reset_password`.
    pub kind: String,
    /// The e-mail address.
    pub recipient: String,
    /// In which language it is written.
    pub language: Language,
    /// What else it says, a JSON object.
    pub details: Value,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterStatus {
    /// Waits, for the first or another try.
    Queued,
    /// Handed over to the mail server.
    Sent,
    /// There was nothing to say, for example because nobody has this address.
    Dropped,
    /// Given up.
    Failed,
}

impl Named for LetterStatus {
    const NAME: &'static str = "LetterStatus";
    const ALL: &'static [Self] = &[Self::Queued, Self::Sent, Self::Dropped, Self::Failed];

    fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Failed => "failed",
        }
    }
}

/// Puts a letter into the queue, to be sent at once.
///
/// # Errors
/// As every write.
pub fn insert(
    unit: &mut UnitOfWork<'_>,
    id: LetterId,
    (kind, recipient, language): (&str, &str, Language),
    details: Value,
) -> Result<()> {
    let now = SqlInstant::from(unit.now());
    let row = LetterRow {
        id: id.into(),
        kind: kind.to_owned(),
        recipient: recipient.to_owned(),
        language: language.code().to_owned(),
        details: Json(details),
        status: LetterStatus::Queued.code().to_owned(),
        attempts: 0,
        due_at: now,
        created_at: now,
        ended_at: None,
        fault: None,
    };
    dialect::insert_all::<letters::table, LetterRow>(unit.db(), letters::table, &[row])?;
    unit.record(Noun::Letter, id.uuid(), Operation::Created);
    Ok(())
}

/// Letters whose time has come, the oldest first, at most `limit`.
///
/// # Errors
/// As every read.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<Letter>> {
    let rows: Vec<LetterRow> = letters::table
        .filter(letters::status.eq(LetterStatus::Queued.code()))
        .filter(letters::due_at.le(SqlInstant::from(now)))
        .order((letters::due_at, letters::id))
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(LetterRow::into_letter).collect()
}

/// How many letters wait, and since when the oldest.
///
/// # Errors
/// As every read.
pub fn waiting(db: &mut Db) -> Result<(i64, Option<DateTime<Utc>>)> {
    let queued = letters::table.filter(letters::status.eq(LetterStatus::Queued.code()));
    let oldest: Option<SqlInstant> = queued
        .order(letters::created_at)
        .select(letters::created_at)
        .first(db)
        .optional()?;
    Ok((queued.count().get_result(db)?, oldest.map(SqlInstant::utc)))
}

/// Takes a letter, to send it: until `until` nobody else does. False if somebody else was faster.
///
/// # Errors
/// As every write.
pub fn claim(unit: &mut UnitOfWork<'_>, letter: &Letter, until: DateTime<Utc>) -> Result<bool> {
    let free = letters::table
        .find(SqlId::from(letter.id))
        .filter(letters::status.eq(LetterStatus::Queued.code()))
        .filter(letters::attempts.eq(letter.attempts));
    let columns = (
        letters::attempts.eq(letter.attempts + 1),
        letters::due_at.eq(SqlInstant::from(until)),
    );
    Ok(diesel::update(free).set(columns).execute(unit.db())? == 1)
}

/// Says what became of a letter that was claimed. What it said is forgotten.
///
/// # Errors
/// As every write.
pub fn end(unit: &mut UnitOfWork<'_>, id: LetterId, status: LetterStatus, fault: Option<&str>) -> Result<()> {
    let columns = (
        letters::status.eq(status.code()),
        letters::ended_at.eq(SqlInstant::from(unit.now())),
        letters::details.eq(Json(json!({}))),
        letters::fault.eq(fault),
    );
    diesel::update(letters::table.find(SqlId::from(id)))
        .set(columns)
        .execute(unit.db())?;
    Ok(())
}

/// Lets a letter that was claimed wait until `due_at`, for another try.
///
/// # Errors
/// As every write.
pub fn postpone(unit: &mut UnitOfWork<'_>, id: LetterId, due_at: DateTime<Utc>, fault: &str) -> Result<()> {
    let columns = (
        letters::due_at.eq(SqlInstant::from(due_at)),
        letters::fault.eq(Some(fault)),
    );
    diesel::update(letters::table.find(SqlId::from(id)))
        .set(columns)
        .execute(unit.db())?;
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = letters, treat_none_as_default_value = false)]
struct LetterRow {
    id: SqlId,
    kind: String,
    recipient: String,
    language: String,
    details: Json<Value>,
    status: String,
    attempts: i64,
    due_at: SqlInstant,
    created_at: SqlInstant,
    ended_at: Option<SqlInstant>,
    fault: Option<String>,
}

impl LetterRow {
    fn into_letter(self) -> Result<Letter> {
        let language = named(&self.language).map_err(|fault| Error::inconsistent("letters", self.id.0, fault))?;
        Ok(Letter {
            id: self.id.into(),
            kind: self.kind,
            recipient: self.recipient,
            language,
            details: self.details.0,
            attempts: self.attempts,
            created_at: self.created_at.utc(),
        })
    }
}
