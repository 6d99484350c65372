//! API keys. Only the hash of a secret is stored.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use werkstadt_domain::account::{ApiKey, ApiKeyId, User, UserId};
use werkstadt_domain::audience::Stored;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::{api_keys, users};
use crate::shapes::{all_named, codes};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::users::UserRow;
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::ApiKey;

/// SHA-256 of a secret of 256 random bits: nothing to guess, so a fast hash does.
pub type SecretHash = [u8; 32];

/// The key with this secret, and its user. Whether the key has ended and the user is active is for the caller to judge.
///
/// # Errors
/// As every read.
pub fn by_secret(db: &mut Db, hash: &SecretHash) -> Result<Option<(Stored<ApiKey>, Stored<User>)>> {
    let row: Option<(ApiKeyRow, UserRow)> = api_keys::table
        .inner_join(users::table.on(users::id.eq(api_keys::user_id)))
        .filter(api_keys::secret_hash.eq(hash.as_slice()))
        .select((api_keys::all_columns, users::all_columns))
        .first(db)
        .optional()?;
    row.map(|(key, user)| Ok((key.into_stored()?, user.into_credentials()?.user)))
        .transpose()
}

/// One key.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: ApiKeyId) -> Result<Stored<ApiKey>> {
    let row: Option<ApiKeyRow> = api_keys::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_stored()
}

/// The keys of one user, in order of id.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, user: UserId) -> Result<Vec<Stored<ApiKey>>> {
    let rows: Vec<ApiKeyRow> = api_keys::table
        .filter(api_keys::user_id.eq(SqlId::from(user)))
        .order(api_keys::id)
        .load(db)?;
    rows.into_iter().map(ApiKeyRow::into_stored).collect()
}

/// Keys with the hash of their secret: those with these ids that exist, or all of them.
///
/// # Errors
/// As every read.
pub fn with_hashes(db: &mut Db, ids: Option<&[ApiKeyId]>) -> Result<Vec<(SecretHash, ApiKey)>> {
    let wanted = ids.map(|ids| ids.iter().copied().map(SqlId::from).collect::<Vec<_>>());
    let rows: Vec<ApiKeyRow> = match wanted {
        Some(wanted) => api_keys::table.filter(api_keys::id.eq_any(wanted)).load(db)?,
        None => api_keys::table.load(db)?,
    };
    let hashed = |row: ApiKeyRow| {
        let hash = SecretHash::try_from(row.secret_hash.as_slice());
        let hash = hash.map_err(|fault| Error::inconsistent("api_keys", row.id.0, fault))?;
        Ok((hash, row.into_stored()?.record))
    };
    rows.into_iter().map(hashed).collect()
}

/// Adds a key.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such user.
pub fn insert(unit: &mut UnitOfWork<'_>, key: ApiKey, hash: &SecretHash) -> Result<Stored<ApiKey>> {
    let stored = guard::created(unit, key);
    let key = &stored.record;
    let row = ApiKeyRow {
        id: key.id.into(),
        user_id: key.user.into(),
        name: key.name.clone(),
        scopes: Json(codes(&key.scopes)),
        secret_hash: hash.to_vec(),
        expires_at: guard::instant(key.expires_at),
        created_at: SqlInstant::from(stored.created_at),
        requests_per_minute: key.requests_per_minute.map(i64::from),
        used_at: guard::instant(key.used_at),
    };
    dialect::insert_all::<api_keys::table, ApiKeyRow>(unit.db(), api_keys::table, &[row])?;
    unit.record(NOUN, key.id.uuid(), Operation::Created);
    Ok(stored)
}

/// Notes when keys were used last. Servers that do so at once keep the latest.
///
/// # Errors
/// As every write.
pub fn note_uses(unit: &mut UnitOfWork<'_>, uses: &[(ApiKeyId, DateTime<Utc>)]) -> Result<()> {
    for (id, at) in uses {
        let at = SqlInstant::from(*at);
        let earlier = api_keys::table
            .filter(api_keys::id.eq(SqlId::from(*id)))
            .filter(api_keys::used_at.is_null().or(api_keys::used_at.lt(at)));
        diesel::update(earlier)
            .set(api_keys::used_at.eq(at))
            .execute(unit.db())?;
    }
    Ok(())
}

/// Removes all keys of a user.
///
/// # Errors
/// As every write.
pub(crate) fn remove_all(unit: &mut UnitOfWork<'_>, user: UserId) -> Result<()> {
    for key in list(unit.db(), user)? {
        remove(unit, key.record.id)?;
    }
    Ok(())
}

/// Removes a key: it is no longer accepted.
///
/// # Errors
/// [`Error::NotFound`].
pub fn remove(unit: &mut UnitOfWork<'_>, id: ApiKeyId) -> Result<()> {
    let key = api_keys::table.filter(api_keys::id.eq(SqlId::from(id)));
    let rows = diesel::delete(key).execute(unit.db())?;
    guard::judge(NOUN, rows, || Ok(false))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
struct ApiKeyRow {
    id: SqlId,
    user_id: SqlId,
    name: String,
    scopes: Json<Vec<String>>,
    secret_hash: Vec<u8>,
    expires_at: Option<SqlInstant>,
    created_at: SqlInstant,
    requests_per_minute: Option<i64>,
    used_at: Option<SqlInstant>,
}

impl ApiKeyRow {
    fn into_stored(self) -> Result<Stored<ApiKey>> {
        let scopes = all_named(&self.scopes.0);
        let record = ApiKey {
            id: self.id.into(),
            user: self.user_id.into(),
            name: self.name,
            scopes: scopes.map_err(|fault| Error::inconsistent("api_keys", self.id.0, fault))?,
            expires_at: self.expires_at.map(|instant| instant.utc()),
            requests_per_minute: self.requests_per_minute.and_then(|number| u32::try_from(number).ok()),
            used_at: self.used_at.map(SqlInstant::utc),
        };
        // A key is made and removed, never changed.
        Ok(guard::stored_alike(record, 1, self.created_at, self.created_at))
    }
}
