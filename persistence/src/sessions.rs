//! Sessions: a login goes on through a family of refresh tokens, each good for one use. Only hashes are stored.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use werkstadt_domain::account::{User, UserId};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::id::Id;

use crate::api_keys::SecretHash;
use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::{refresh_tokens, sessions};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::users;
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::Session;

/// The id of a session.
pub type SessionId = Id<Session>;

/// A login that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// When it was ended before.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What became of a refresh token that was handed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Renewal {
    /// The new token is valid from now on, the old one no longer.
    Renewed(Session, Stored<User>),
    /// The token had been used, and its successor too: someone else has a copy. The whole session is ended.
    Reused(Session),
    /// There is no such token, or its session has ended, or its user is not active.
    Refused,
}

/// Begins a session with its first token.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such user.
pub fn insert(
    unit: &mut UnitOfWork<'_>,
    id: SessionId,
    user: UserId,
    expires_at: DateTime<Utc>,
    token: &SecretHash,
) -> Result<Session> {
    let created_at = SqlInstant::from(unit.now());
    let row = SessionRow {
        id: id.into(),
        user_id: user.into(),
        created_at,
        expires_at: guard::instant(Some(expires_at)).unwrap_or(created_at),
        revoked_at: None,
        version: 1,
    };
    dialect::insert_all::<sessions::table, SessionRow>(unit.db(), sessions::table, std::slice::from_ref(&row))?;
    insert_token(unit, id, None, token)?;
    unit.record(NOUN, id.uuid(), Operation::Created);
    Ok(row.into_session())
}

/// Exchanges a token for a new one.
///
/// The answer to an exchange may get lost on the way; then the client hands in the old token once more. As long as nobody
/// used the new one, it is replaced by yet another. Once it was used, the old one can only be a copy.
///
/// # Errors
/// As every write. [`Renewal::Reused`] is not one, for what it did must be committed.
pub fn renew(unit: &mut UnitOfWork<'_>, old: &SecretHash, new: &SecretHash) -> Result<Renewal> {
    let now = unit.now();
    let db = unit.db();
    let token = refresh_tokens::table.find(old.to_vec());
    let session: Option<SqlId> = token.select(refresh_tokens::session_id).first(db).optional()?;
    let Some(session) = session else {
        return Ok(Renewal::Refused);
    };
    // First of all, so that two exchanges in one session come one after the other.
    let count = sessions::version.eq(sessions::version + 1);
    diesel::update(sessions::table.find(session)).set(count).execute(db)?;
    let session: SessionRow = sessions::table.find(session).first(db)?;
    let session = session.into_session();
    let user = users::find(db, session.user)?;
    if session.revoked_at.is_some() || session.expires_at <= now || !user.record.active {
        return Ok(Renewal::Refused);
    }
    let unused = refresh_tokens::table
        .find(old.to_vec())
        .filter(refresh_tokens::used_at.is_null());
    let first_use = diesel::update(unused)
        .set(refresh_tokens::used_at.eq(SqlInstant::from(now)))
        .execute(db)?
        == 1;
    if !first_use && !withdraw_unused_successor(db, old)? {
        revoke(unit, session.id)?;
        return Ok(Renewal::Reused(session));
    }
    insert_token(unit, session.id, Some(old), new)?;
    Ok(Renewal::Renewed(session, user))
}

/// The session of a token that can still be used, for a logout.
///
/// # Errors
/// As every read.
pub fn by_token(db: &mut Db, token: &SecretHash) -> Result<Option<Session>> {
    let row: Option<SessionRow> = sessions::table
        .inner_join(refresh_tokens::table.on(refresh_tokens::session_id.eq(sessions::id)))
        .filter(refresh_tokens::hash.eq(token.as_slice()))
        .select(sessions::all_columns)
        .first(db)
        .optional()?;
    Ok(row.map(SessionRow::into_session))
}

/// A session that has not been ended.
///
/// # Errors
/// [`Error::NotFound`], also when it has ended.
pub fn find(db: &mut Db, id: SessionId, now: DateTime<Utc>) -> Result<Session> {
    let row: Option<SessionRow> = sessions::table.find(SqlId::from(id)).first(db).optional()?;
    let session = row.map(SessionRow::into_session);
    let open = session.filter(|session| session.revoked_at.is_none() && session.expires_at > now);
    open.ok_or(Error::NotFound { noun: NOUN })
}

/// The sessions of a user that have not ended, in order of id.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, user: UserId, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let rows: Vec<SessionRow> = sessions::table
        .filter(sessions::user_id.eq(SqlId::from(user)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(SqlInstant::from(now)))
        .order(sessions::id)
        .load(db)?;
    Ok(rows.into_iter().map(SessionRow::into_session).collect())
}

/// Ends a session. Ending one that has ended changes nothing.
///
/// # Errors
/// As every write.
pub fn revoke(unit: &mut UnitOfWork<'_>, id: SessionId) -> Result<()> {
    let at = SqlInstant::from(unit.now());
    let open = sessions::table
        .find(SqlId::from(id))
        .filter(sessions::revoked_at.is_null());
    if diesel::update(open)
        .set(sessions::revoked_at.eq(at))
        .execute(unit.db())?
        > 0
    {
        unit.record(NOUN, id.uuid(), Operation::Updated);
    }
    Ok(())
}

/// Ends all sessions of a user, as after a new password or a suspension.
///
/// # Errors
/// As every write.
pub fn revoke_all(unit: &mut UnitOfWork<'_>, user: UserId) -> Result<()> {
    let now = unit.now();
    for session in list(unit.db(), user, now)? {
        revoke(unit, session.id)?;
    }
    Ok(())
}

/// Removes sessions that ended before `before`, with their tokens; returns how many.
///
/// # Errors
/// As every write.
pub fn remove_ended(unit: &mut UnitOfWork<'_>, before: DateTime<Utc>) -> Result<usize> {
    let ended = sessions::table.filter(sessions::expires_at.lt(SqlInstant::from(before)));
    Ok(diesel::delete(ended).execute(unit.db())?)
}

fn withdraw_unused_successor(db: &mut Db, parent: &SecretHash) -> Result<bool> {
    let successor = refresh_tokens::table
        .filter(refresh_tokens::parent_hash.eq(parent.as_slice()))
        .filter(refresh_tokens::used_at.is_null());
    Ok(diesel::delete(successor).execute(db)? == 1)
}

fn insert_token(
    unit: &mut UnitOfWork<'_>,
    session: SessionId,
    parent: Option<&SecretHash>,
    token: &SecretHash,
) -> Result<()> {
    let row = TokenRow {
        hash: token.to_vec(),
        session_id: session.into(),
        parent_hash: parent.map(|hash| hash.to_vec()),
        issued_at: SqlInstant::from(unit.now()),
        used_at: None,
    };
    dialect::insert_all::<refresh_tokens::table, TokenRow>(unit.db(), refresh_tokens::table, &[row])
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct SessionRow {
    id: SqlId,
    user_id: SqlId,
    created_at: SqlInstant,
    expires_at: SqlInstant,
    revoked_at: Option<SqlInstant>,
    version: i64,
}

impl SessionRow {
    fn into_session(self) -> Session {
        Session {
            id: self.id.into(),
            user: self.user_id.into(),
            created_at: self.created_at.utc(),
            expires_at: self.expires_at.utc(),
            revoked_at: self.revoked_at.map(|instant| instant.utc()),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
struct TokenRow {
    hash: Vec<u8>,
    session_id: SqlId,
    parent_hash: Option<Vec<u8>>,
    issued_at: SqlInstant,
    used_at: Option<SqlInstant>,
}
