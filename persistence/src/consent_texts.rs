//! The texts to which people agree. There is no way to change one: another version takes its place.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::consent::{ConsentText, ConsentTextId, Purpose};
use werkstadt_domain::named::Named;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::consent_texts;
use crate::shapes::{Fault, named};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// A version of the text of a purpose.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, purpose: Purpose, version: i64) -> Result<Stored<ConsentText>> {
    let row: Option<TextRow> = consent_texts::table
        .filter(consent_texts::purpose.eq(purpose.code()))
        .filter(consent_texts::version.eq(version))
        .first(db)
        .optional()?;
    row.ok_or(Error::NotFound {
        noun: Noun::ConsentText,
    })?
    .into_stored()
}

/// One text.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(db: &mut Db, id: ConsentTextId) -> Result<Stored<ConsentText>> {
    let row: Option<TextRow> = consent_texts::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound {
        noun: Noun::ConsentText,
    })?
    .into_stored()
}

/// The last version of the text of a purpose that is valid at a time.
///
/// # Errors
/// As every read.
pub fn current(db: &mut Db, purpose: Purpose, now: DateTime<Utc>) -> Result<Option<i64>> {
    let valid = consent_texts::table
        .filter(consent_texts::purpose.eq(purpose.code()))
        .filter(consent_texts::valid_from.le(SqlInstant::from(now)));
    Ok(valid.select(diesel::dsl::max(consent_texts::version)).first(db)?)
}

/// Texts in order of id, after `after`, at most `limit`: all of them, or those of one purpose; valid by `until`, if that is given.
///
/// # Errors
/// As every read.
pub fn list(
    db: &mut Db,
    (purpose, until): (Option<Purpose>, Option<DateTime<Utc>>),
    after: Option<ConsentTextId>,
    limit: i64,
) -> Result<Vec<Stored<ConsentText>>> {
    let after = SqlId(after.map_or(Uuid::nil(), ConsentTextId::uuid));
    let mut query = consent_texts::table.filter(consent_texts::id.gt(after)).into_boxed();
    if let Some(purpose) = purpose {
        query = query.filter(consent_texts::purpose.eq(purpose.code()));
    }
    if let Some(until) = until {
        query = query.filter(consent_texts::valid_from.le(SqlInstant::from(until)));
    }
    let rows: Vec<TextRow> = query.order(consent_texts::id).limit(limit).load(db)?;
    rows.into_iter().map(TextRow::into_stored).collect()
}

/// Adds the next version of a text; what `text` says of its version does not count.
///
/// # Errors
/// [`Error::Conflict`]: `consent_texts_purpose_version_key` when somebody else was faster.
pub fn insert(unit: &mut UnitOfWork<'_>, text: ConsentText) -> Result<Stored<ConsentText>> {
    let last: Option<i64> = consent_texts::table
        .filter(consent_texts::purpose.eq(text.purpose.code()))
        .select(diesel::dsl::max(consent_texts::version))
        .first(unit.db())?;
    let text = ConsentText {
        version: last.unwrap_or(0) + 1,
        ..text
    };
    let stored = guard::created(unit, text);
    let row = TextRow::from(&stored);
    dialect::insert_all::<consent_texts::table, TextRow>(unit.db(), consent_texts::table, &[row])?;
    unit.record(Noun::ConsentText, stored.record.id.uuid(), Operation::Created);
    Ok(stored)
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = consent_texts)]
struct TextRow {
    id: SqlId,
    purpose: String,
    version: i64,
    de: String,
    en: String,
    valid_from: SqlInstant,
    created_at: SqlInstant,
}

impl From<&Stored<ConsentText>> for TextRow {
    fn from(stored: &Stored<ConsentText>) -> Self {
        let text = &stored.record;
        Self {
            id: text.id.into(),
            purpose: text.purpose.code().to_owned(),
            version: text.version,
            de: text.de.clone(),
            en: text.en.clone(),
            valid_from: SqlInstant::from(text.valid_from),
            created_at: SqlInstant::from(stored.created_at),
        }
    }
}

impl TextRow {
    fn into_stored(self) -> Result<Stored<ConsentText>> {
        let id = self.id.0;
        self.read()
            .map_err(|fault| Error::inconsistent("consent_texts", id, fault))
    }

    fn read(self) -> Result<Stored<ConsentText>, Fault> {
        let record = ConsentText {
            id: self.id.into(),
            purpose: named(&self.purpose)?,
            version: self.version,
            de: self.de,
            en: self.en,
            valid_from: self.valid_from.utc(),
        };
        Ok(guard::stored_alike(record, 1, self.created_at, self.created_at))
    }
}
