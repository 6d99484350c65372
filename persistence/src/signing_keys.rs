//! The keys that sign access tokens.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::signing_keys;
use crate::sqltypes::SqlInstant;
use crate::work::UnitOfWork;

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Counts the keys, from 1.
    pub number: i64,
    /// The 32 bytes of an Ed25519 private key.
    pub seed: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it signs.
    pub active_at: DateTime<Utc>,
}

/// All keys, the newest first.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db) -> Result<Vec<StoredKey>> {
    let rows: Vec<KeyRow> = signing_keys::table.order(signing_keys::number.desc()).load(db)?;
    let stored = |row: KeyRow| StoredKey {
        number: row.number,
        seed: row.seed,
        created_at: row.created_at.utc(),
        active_at: row.active_at.utc(),
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// Adds a key that signs from `active_at` on.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) with `signing_keys_pkey` when another server was faster.
pub fn insert(unit: &mut UnitOfWork<'_>, number: i64, seed: &[u8], active_at: DateTime<Utc>) -> Result<()> {
    let row = KeyRow {
        number,
        seed: seed.to_vec(),
        created_at: SqlInstant::from(unit.now()),
        active_at: SqlInstant::from(active_at),
    };
    dialect::insert_all::<signing_keys::table, KeyRow>(unit.db(), signing_keys::table, &[row])
}

/// Removes the keys before a number: what they signed is no longer accepted.
///
/// # Errors
/// As every write.
pub fn remove_before(unit: &mut UnitOfWork<'_>, number: i64) -> Result<usize> {
    let older = signing_keys::table.filter(signing_keys::number.lt(number));
    Ok(diesel::delete(older).execute(unit.db())?)
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = signing_keys)]
struct KeyRow {
    number: i64,
    seed: Vec<u8>,
    created_at: SqlInstant,
    active_at: SqlInstant,
}
