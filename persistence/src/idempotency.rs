//! What was asked for under a key of the client's: done once, answered alike for a day.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::idempotency_keys;
use crate::sqltypes::{Json, SqlInstant};
use crate::work::UnitOfWork;

/// How long a key is remembered.
pub const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// The constraint that a second effect under one key would break.
pub const ONCE: &str = "idempotency_keys_owner_key_key";

/// A key, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// A user, an API key, a network; in words of the caller's.
    pub owner: String,
    /// What the client calls it.
    pub key: String,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// SHA-256 of what was asked.
    pub fingerprint: Vec<u8>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The answer; none while it is being made, and where it must not be kept.
    pub answer: Option<Answer>,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is known of a key, unless it is older than [`REMEMBERED`].
///
/// # Errors
/// As every read.
pub fn find(db: &mut Db, key: &Key, now: DateTime<Utc>) -> Result<Option<Known>> {
    let row: Option<KeyRow> = idempotency_keys::table
        .find((&key.owner, &key.key))
        .filter(idempotency_keys::created_at.gt(SqlInstant::from(now - REMEMBERED)))
        .first(db)
        .optional()?;
    Ok(row.map(KeyRow::into_known))
}

/// Notes that what is asked under a key is done by this transaction.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) with [`ONCE`] if another one has done it.
pub fn begin(unit: &mut UnitOfWork<'_>, key: &Key, fingerprint: &[u8]) -> Result<()> {
    let now = unit.now();
    let forgotten = idempotency_keys::table
        .filter(idempotency_keys::owner.eq(&key.owner))
        .filter(idempotency_keys::key.eq(&key.key))
        .filter(idempotency_keys::created_at.le(SqlInstant::from(now - REMEMBERED)));
    diesel::delete(forgotten).execute(unit.db())?;
    let row = KeyRow {
        owner: key.owner.clone(),
        key: key.key.clone(),
        fingerprint: fingerprint.to_vec(),
        created_at: SqlInstant::from(now),
        status: None,
        headers: None,
        body: None,
    };
    dialect::insert_all::<idempotency_keys::table, KeyRow>(unit.db(), idempotency_keys::table, &[row])
}

/// Keeps the answer to what was done under a key.
///
/// # Errors
/// As every write.
pub fn keep(unit: &mut UnitOfWork<'_>, key: &Key, answer: Answer) -> Result<()> {
    let columns = (
        idempotency_keys::status.eq(Some(i64::from(answer.status))),
        idempotency_keys::headers.eq(Some(Json(answer.headers))),
        idempotency_keys::body.eq(Some(answer.body)),
    );
    let row = idempotency_keys::table.find((&key.owner, &key.key));
    diesel::update(row).set(columns).execute(unit.db())?;
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
struct KeyRow {
    owner: String,
    key: String,
    fingerprint: Vec<u8>,
    created_at: SqlInstant,
    status: Option<i64>,
    headers: Option<Json<Vec<(String, String)>>>,
    body: Option<Vec<u8>>,
}

impl KeyRow {
    fn into_known(self) -> Known {
        let status = self.status.and_then(|status| u16::try_from(status).ok());
        let answer = status.map(|status| Answer {
            status,
            headers: self.headers.map(|headers| headers.0).unwrap_or_default(),
            body: self.body.unwrap_or_default(),
        });
        Known {
            fingerprint: self.fingerprint,
            created_at: self.created_at.utc(),
            answer,
        }
    }
}
