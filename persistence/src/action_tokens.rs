//! What a letter lets its reader do once, such as to set a new password. The token is computed from the id; only that it was
//! given, and used, is stored.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use werkstadt_domain::account::UserId;
use werkstadt_domain::id::Id;

use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::action_tokens;
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// The id of an action token.
pub type ActionTokenId = Id<ActionToken>;

/// A right to do something once.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionToken {
    /// Its id.
    pub id: ActionTokenId,
    /// What it is for, for example `reset_password`.
    pub purpose: String,
    /// Whose account it is about.
    pub user: UserId,
    /// What else must be known to do it.
    pub details: Value,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

/// The token, whatever became of it.
///
/// # Errors
/// As every read.
pub fn find(db: &mut Db, id: ActionTokenId) -> Result<Option<ActionToken>> {
    let row: Option<TokenRow> = action_tokens::table.find(SqlId::from(id)).first(db).optional()?;
    Ok(row.map(|row| ActionToken {
        id: row.id.into(),
        purpose: row.purpose,
        user: row.user_id.into(),
        details: row.details.0,
        expires_at: row.expires_at.utc(),
        used_at: row.used_at.map(SqlInstant::utc),
    }))
}

/// Gives a token.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such user.
pub fn insert(unit: &mut UnitOfWork<'_>, token: ActionToken) -> Result<()> {
    let row = TokenRow {
        id: token.id.into(),
        purpose: token.purpose,
        user_id: token.user.into(),
        details: Json(token.details),
        created_at: SqlInstant::from(unit.now()),
        expires_at: SqlInstant::from(token.expires_at),
        used_at: token.used_at.map(SqlInstant::from),
    };
    dialect::insert_all::<action_tokens::table, TokenRow>(unit.db(), action_tokens::table, &[row])
}

/// Uses a token of this purpose, once; what it was, or none if it is used, over or unknown.
///
/// # Errors
/// As every write.
pub fn consume(unit: &mut UnitOfWork<'_>, id: ActionTokenId, purpose: &str) -> Result<Option<ActionToken>> {
    let now = SqlInstant::from(unit.now());
    let open = action_tokens::table
        .find(SqlId::from(id))
        .filter(action_tokens::purpose.eq(purpose))
        .filter(action_tokens::used_at.is_null())
        .filter(action_tokens::expires_at.gt(now));
    let used = diesel::update(open).set(action_tokens::used_at.eq(now));
    if used.execute(unit.db())? == 0 {
        return Ok(None);
    }
    find(unit.db(), id)
}

/// Ends the unused tokens of a user, of one purpose or all.
///
/// # Errors
/// As every write.
pub fn withdraw(unit: &mut UnitOfWork<'_>, user: UserId, purpose: Option<&str>) -> Result<()> {
    let unused = action_tokens::table
        .filter(action_tokens::user_id.eq(SqlId::from(user)))
        .filter(action_tokens::used_at.is_null());
    match purpose {
        Some(purpose) => diesel::delete(unused.filter(action_tokens::purpose.eq(purpose))).execute(unit.db())?,
        None => diesel::delete(unused).execute(unit.db())?,
    };
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = action_tokens, treat_none_as_default_value = false)]
struct TokenRow {
    id: SqlId,
    purpose: String,
    user_id: SqlId,
    details: Json<Value>,
    created_at: SqlInstant,
    expires_at: SqlInstant,
    used_at: Option<SqlInstant>,
}
