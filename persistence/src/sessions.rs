//! Sessions: a login goes on through a family of refresh tokens, each good for one use. Only hashes are stored.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use werkstadt_domain::account::{User, UserId};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::id::Id;

use crate::api_keys::SecretHash;
use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::IDS_PER_QUERY;
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
    /// True if it began with a second factor, or got one since.
    pub second_factor: bool,
    /// When it was renewed last, or began.
    pub used_at: DateTime<Utc>,
    /// Where it was used last.
    pub origin: Origin,
}

/// How long a session may go without a renewal.
pub const IDLE: TimeDelta = TimeDelta::days(14);

/// What is known of where a session is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// What the client calls itself, in one line.
    pub client: Option<String>,
    /// The network that it calls from, for example `192.0.2.0/24`.
    pub address: Option<String>,
}

/// A session that is to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// True if a second factor was shown.
    pub second_factor: bool,
    /// Where it begins.
    pub origin: Origin,
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
pub fn insert(unit: &mut UnitOfWork<'_>, new: NewSession, token: &SecretHash) -> Result<Session> {
    let created_at = SqlInstant::from(unit.now());
    let id = new.id;
    let row = SessionRow {
        id: id.into(),
        user_id: new.user.into(),
        created_at,
        expires_at: SqlInstant::from(new.expires_at),
        revoked_at: None,
        version: 1,
        second_factor: new.second_factor,
        used_at: Some(created_at),
        client: new.origin.client,
        address: new.origin.address,
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
pub fn renew(unit: &mut UnitOfWork<'_>, old: &SecretHash, new: &SecretHash, origin: &Origin) -> Result<Renewal> {
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
    let over = session.expires_at <= now || session.used_at + IDLE <= now;
    if session.revoked_at.is_some() || over || !user.record.active {
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
    let used = (
        sessions::used_at.eq(SqlInstant::from(now)),
        sessions::client.eq(&origin.client),
        sessions::address.eq(&origin.address),
    );
    diesel::update(sessions::table.find(SqlId::from(session.id)))
        .set(used)
        .execute(db)?;
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
        .filter(
            sessions::used_at
                .is_null()
                .or(sessions::used_at.gt(SqlInstant::from(now - IDLE))),
        )
        .order(sessions::id)
        .load(db)?;
    Ok(rows.into_iter().map(SessionRow::into_session).collect())
}

/// The sessions that have not ended: those with these ids, or all of them.
///
/// # Errors
/// As every read.
pub fn open(db: &mut Db, ids: Option<&[SessionId]>) -> Result<Vec<Session>> {
    let mut query = sessions::table.filter(sessions::revoked_at.is_null()).into_boxed();
    if let Some(ids) = ids {
        query = query.filter(sessions::id.eq_any(ids.iter().copied().map(SqlId::from).collect::<Vec<_>>()));
    }
    let rows: Vec<SessionRow> = query.load(db)?;
    Ok(rows.into_iter().map(SessionRow::into_session).collect())
}

/// Notes that the user of a session has shown a second factor.
///
/// # Errors
/// As every write.
pub fn strengthen(unit: &mut UnitOfWork<'_>, id: SessionId) -> Result<()> {
    let session = sessions::table.find(SqlId::from(id));
    diesel::update(session)
        .set(sessions::second_factor.eq(true))
        .execute(unit.db())?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(())
}

/// Notes that the second factor of a user, which the sessions may have shown, is no longer there.
///
/// # Errors
/// As every write.
pub fn weaken(unit: &mut UnitOfWork<'_>, user: UserId) -> Result<()> {
    let now = unit.now();
    for session in list(unit.db(), user, now)? {
        let row = sessions::table.find(SqlId::from(session.id));
        diesel::update(row)
            .set(sessions::second_factor.eq(false))
            .execute(unit.db())?;
        unit.record(NOUN, session.id.uuid(), Operation::Updated);
    }
    Ok(())
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

/// Ends all sessions of a user, as after a new password or a suspension; one of them may be spared, that of who asks for it.
///
/// # Errors
/// As every write.
pub fn revoke_all(unit: &mut UnitOfWork<'_>, user: UserId, spared: Option<SessionId>) -> Result<()> {
    let now = unit.now();
    for session in list(unit.db(), user, now)? {
        if Some(session.id) != spared {
            revoke(unit, session.id)?;
        }
    }
    Ok(())
}

/// Ends the sessions of all users; one of them may be spared, that of who asks for it. Returns how many it were.
///
/// # Errors
/// As every write.
pub fn revoke_everyones(unit: &mut UnitOfWork<'_>, spared: Option<SessionId>) -> Result<usize> {
    // Whoever is signing in is waited for, and whoever comes later waits: each locks the own user.
    users::lock_all(unit)?;
    let at = SqlInstant::from(unit.now());
    let open: Vec<SqlId> = sessions::table
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at))
        .select(sessions::id)
        .load(unit.db())?;
    let open: Vec<SqlId> = open.into_iter().filter(|id| Some((*id).into()) != spared).collect();
    for chunk in open.chunks(IDS_PER_QUERY) {
        let these = sessions::table
            .filter(sessions::id.eq_any(chunk))
            .filter(sessions::revoked_at.is_null());
        diesel::update(these)
            .set(sessions::revoked_at.eq(at))
            .execute(unit.db())?;
    }
    for id in &open {
        unit.record(NOUN, id.0, Operation::Updated);
    }
    Ok(open.len())
}

/// Removes sessions that are over by `before`, were ended, or not used for [`IDLE`], with their tokens; returns how many.
///
/// # Errors
/// As every write.
pub fn remove_ended(unit: &mut UnitOfWork<'_>, before: DateTime<Utc>) -> Result<usize> {
    let (idle, before) = (SqlInstant::from(before - IDLE), SqlInstant::from(before));
    let over = sessions::expires_at.lt(before).or(sessions::revoked_at.lt(before));
    let ended = sessions::table.filter(over.or(sessions::used_at.lt(idle)));
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
    second_factor: bool,
    used_at: Option<SqlInstant>,
    client: Option<String>,
    address: Option<String>,
}

impl SessionRow {
    fn into_session(self) -> Session {
        Session {
            id: self.id.into(),
            user: self.user_id.into(),
            created_at: self.created_at.utc(),
            expires_at: self.expires_at.utc(),
            revoked_at: self.revoked_at.map(|instant| instant.utc()),
            second_factor: self.second_factor,
            used_at: self.used_at.unwrap_or(self.created_at).utc(),
            origin: Origin {
                client: self.client,
                address: self.address,
            },
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
