//! Users and their passwords.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::account::{Role, User, UserId};
use werkstadt_domain::audience::{ChangedAt, Stored};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::PersonId;

use crate::api_keys;
use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::{former_logins, users};
use crate::shapes::{Fault, named};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::User;

/// The constraint that [`Error::Conflict`] names when nobody would be left who can administer.
pub const LAST_MANAGER: &str = "users_last_manager";

/// A user with what the login is checked against.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user: Stored<User>,
    /// The password's hash as a PHC string, none until the user has chosen a password.
    pub password_hash: Option<String>,
}

/// One user.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: UserId) -> Result<Stored<User>> {
    let row: Option<UserRow> = users::table.find(SqlId::from(id)).first(db).optional()?;
    Ok(row.ok_or(Error::NotFound { noun: NOUN })?.into_credentials()?.user)
}

/// The user with this e-mail address, without regard to case, and the password's hash.
///
/// # Errors
/// As every read.
pub fn credentials(db: &mut Db, email: &str) -> Result<Option<Credentials>> {
    let row: Option<UserRow> = users::table
        .filter(users::login.eq(login(email)))
        .first(db)
        .optional()?;
    row.map(UserRow::into_credentials).transpose()
}

/// Users in order of id, after `after`, at most `limit`; all of them, or those of one organisation.
///
/// # Errors
/// As every read.
pub fn list(
    db: &mut Db,
    organisation: Option<OrganisationId>,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<Stored<User>>> {
    let after = SqlId(after.map_or(Uuid::nil(), UserId::uuid));
    let mut query = users::table.filter(users::id.gt(after)).into_boxed();
    if let Some(organisation) = organisation {
        query = query.filter(users::organisation_id.eq(SqlId::from(organisation)));
    }
    let rows: Vec<UserRow> = query.order(users::id).limit(limit).load(db)?;
    rows.into_iter().map(|row| Ok(row.into_credentials()?.user)).collect()
}

/// The user who is this person, if there is one.
///
/// # Errors
/// As every read.
pub fn by_person(db: &mut Db, person: PersonId) -> Result<Option<Stored<User>>> {
    let row: Option<UserRow> = users::table
        .filter(users::person_id.eq(SqlId::from(person)))
        .first(db)
        .optional()?;
    Ok(row.map(UserRow::into_credentials).transpose()?.map(|known| known.user))
}

/// Ends the link of a person who is about to be removed.
///
/// # Errors
/// As every write.
pub(crate) fn unlink(unit: &mut UnitOfWork<'_>, person: PersonId) -> Result<()> {
    if let Some(before) = by_person(unit.db(), person)? {
        let after = User {
            person: None,
            ..before.record.clone()
        };
        update(unit, &before, after)?;
    }
    Ok(())
}

/// True if there is an active manager: the set-up is done.
///
/// # Errors
/// As every read.
pub fn has_manager(db: &mut Db) -> Result<bool> {
    let managers = users::table
        .filter(users::role.eq(Role::Manager.code()))
        .filter(users::active.eq(true));
    Ok(diesel::select(diesel::dsl::exists(managers)).get_result(db)?)
}

/// Adds a user, with the hash of the password if one is chosen already.
///
/// # Errors
/// [`Error::Conflict`]: `users_login_key` when the e-mail address is taken, `users_person_id_key` when another user is the person,
/// [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such organisation or person.
pub fn insert(unit: &mut UnitOfWork<'_>, user: User, password_hash: Option<&str>) -> Result<Stored<User>> {
    let stored = guard::created(unit, user);
    let row = UserRow::new(&stored, password_hash);
    dialect::insert_all::<users::table, UserRow>(unit.db(), users::table, &[row])?;
    unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    Ok(stored)
}

/// True if this user is an active manager, and nobody else is.
///
/// # Errors
/// As every read.
pub fn is_last_manager(db: &mut Db, user: &User) -> Result<bool> {
    let others = users::table
        .filter(users::role.eq(Role::Manager.code()))
        .filter(users::active.eq(true))
        .filter(users::id.ne(SqlId::from(user.id)));
    Ok(manages(user) && !diesel::select(diesel::dsl::exists(others)).get_result::<bool>(db)?)
}

const fn manages(user: &User) -> bool {
    user.active && matches!(user.role, Role::Manager)
}

/// Makes sure, after an active manager was made less than that, that there is another.
fn leave_a_manager(unit: &mut UnitOfWork<'_>) -> Result<()> {
    dialect::lock_managers(unit.db())?;
    match has_manager(unit.db())? {
        true => Ok(()),
        false => Err(Error::Conflict {
            constraint: LAST_MANAGER.to_owned(),
        }),
    }
}

/// Changes a user, if the record is still as it was read in `before`. The password stays. The API keys of who becomes a manager go.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`], and [`LAST_MANAGER`] when no active manager would be left.
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<User>, after: User) -> Result<Stored<User>> {
    let id = before.record.id;
    let stored = Stored {
        record: User { id, ..after },
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: ChangedAt::all(unit.now().into()),
    };
    let row = UserRow::new(&stored, None);
    let db = unit.db();
    let guarded = users::table
        .filter(users::id.eq(SqlId::from(id)))
        .filter(users::version.eq(before.version));
    let columns = (
        users::login.eq(row.login),
        users::email.eq(row.email),
        users::name.eq(row.name),
        users::role.eq(row.role),
        users::organisation_id.eq(row.organisation_id),
        users::active.eq(row.active),
        users::language.eq(row.language),
        users::person_id.eq(row.person_id),
        users::version.eq(row.version),
        users::updated_at.eq(row.updated_at),
    );
    let rows = diesel::update(guarded).set(columns).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    // What was made without the second factor that managers need is no way around it.
    if stored.record.role == Role::Manager && before.record.role != Role::Manager {
        api_keys::remove_all(unit, id)?;
    }
    let former = login(&before.record.email);
    if former != login(&stored.record.email) {
        let row = FormerLogin {
            user_id: id.into(),
            login: former,
            until_at: unit.now().into(),
        };
        diesel::delete(former_logins::table.find((row.user_id, &row.login))).execute(unit.db())?;
        dialect::insert_all::<former_logins::table, FormerLogin>(unit.db(), former_logins::table, &[row])?;
    }
    if manages(&before.record) && !manages(&stored.record) {
        leave_a_manager(unit)?;
    }
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

/// The addresses by which a user signed in before, in lower case, each with when that ended.
///
/// # Errors
/// As every read.
pub fn former_logins(db: &mut Db, id: UserId) -> Result<Vec<(String, DateTime<Utc>)>> {
    let rows: Vec<(String, SqlInstant)> = former_logins::table
        .filter(former_logins::user_id.eq(SqlId::from(id)))
        .select((former_logins::login, former_logins::until_at))
        .order(former_logins::login)
        .load(db)?;
    Ok(rows.into_iter().map(|(login, until)| (login, until.utc())).collect())
}

/// Takes the password away: nothing opens the account until another is set. The caller ends the sessions that the old one began.
///
/// # Errors
/// [`Error::NotFound`].
pub fn end_password(unit: &mut UnitOfWork<'_>, id: UserId) -> Result<()> {
    let at = SqlInstant::from(unit.now());
    let columns = (users::password_hash.eq(None::<String>), users::updated_at.eq(at));
    let user = users::table.filter(users::id.eq(SqlId::from(id)));
    let rows = diesel::update(user).set(columns).execute(unit.db())?;
    guard::judge(NOUN, rows, || Ok(false))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(())
}

/// Sets the password. The caller ends the sessions that the old one began.
///
/// # Errors
/// [`Error::NotFound`].
pub fn set_password(unit: &mut UnitOfWork<'_>, id: UserId, password_hash: &str) -> Result<()> {
    let at = SqlInstant::from(unit.now());
    let columns = (users::password_hash.eq(password_hash), users::updated_at.eq(at));
    let user = users::table.filter(users::id.eq(SqlId::from(id)));
    let rows = diesel::update(user).set(columns).execute(unit.db())?;
    guard::judge(NOUN, rows, || Ok(false))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(())
}

/// Makes sure that an active user still has the password whose hash was read and verified before, and keeps `anew`, another hash of it,
/// in its place if there is one; false if the password was changed meanwhile. Until the end of the transaction nobody else changes it,
/// so that a session that begins here is seen by whoever ends all sessions after a new password.
///
/// # Errors
/// As every write.
pub fn confirm(unit: &mut UnitOfWork<'_>, id: UserId, verified: &str, anew: Option<&str>) -> Result<bool> {
    let same = users::table
        .filter(users::id.eq(SqlId::from(id)))
        .filter(users::password_hash.eq(verified))
        .filter(users::active.eq(true));
    let hash = users::password_hash.eq(anew.unwrap_or(verified));
    Ok(diesel::update(same).set(hash).execute(unit.db())? == 1)
}

/// Lets changes of this user that come after it wait until this transaction ends.
///
/// # Errors
/// As every write.
pub fn lock(unit: &mut UnitOfWork<'_>, id: UserId) -> Result<()> {
    let user = users::table.filter(users::id.eq(SqlId::from(id)));
    diesel::update(user)
        .set(users::version.eq(users::version))
        .execute(unit.db())?;
    Ok(())
}

/// Lets changes of any user that come after it wait until this transaction ends.
///
/// # Errors
/// As every write.
pub fn lock_all(unit: &mut UnitOfWork<'_>) -> Result<()> {
    diesel::update(users::table)
        .set(users::version.eq(users::version))
        .execute(unit.db())?;
    Ok(())
}

/// Removes a user, as it was read in `before`, with the API keys and the sessions.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] with [`LAST_MANAGER`] when no active manager would be left.
pub fn remove(unit: &mut UnitOfWork<'_>, before: &Stored<User>) -> Result<()> {
    let (id, version) = (before.record.id, before.version);
    let db = unit.db();
    let guarded = users::table
        .filter(users::id.eq(SqlId::from(id)))
        .filter(users::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    if manages(&before.record) {
        leave_a_manager(unit)?;
    }
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

fn exists(db: &mut Db, id: UserId) -> Result<bool> {
    let row = users::table.filter(users::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

pub(crate) fn login(email: &str) -> String {
    email.to_lowercase()
}

#[derive(Insertable)]
#[diesel(table_name = former_logins)]
struct FormerLogin {
    user_id: SqlId,
    login: String,
    until_at: SqlInstant,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(crate) struct UserRow {
    id: SqlId,
    login: String,
    email: String,
    name: String,
    role: String,
    organisation_id: Option<SqlId>,
    active: bool,
    password_hash: Option<String>,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
    language: String,
    person_id: Option<SqlId>,
}

impl UserRow {
    fn new(stored: &Stored<User>, password_hash: Option<&str>) -> Self {
        let user = &stored.record;
        Self {
            id: user.id.into(),
            login: login(&user.email),
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.code().to_owned(),
            organisation_id: user.organisation.map(SqlId::from),
            active: user.active,
            password_hash: password_hash.map(ToOwned::to_owned),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            updated_at: SqlInstant::from(stored.changed_at.last()),
            language: user.language.code().to_owned(),
            person_id: user.person.map(SqlId::from),
        }
    }

    pub(crate) fn into_credentials(self) -> Result<Credentials> {
        let id = self.id.0;
        self.read().map_err(|fault| Error::inconsistent("users", id, fault))
    }

    fn read(self) -> Result<Credentials, Fault> {
        let record = User {
            id: self.id.into(),
            email: self.email,
            name: self.name,
            role: named(&self.role)?,
            organisation: self.organisation_id.map(OrganisationId::from),
            active: self.active,
            language: named(&self.language)?,
            person: self.person_id.map(PersonId::from),
        };
        Ok(Credentials {
            user: guard::stored_alike(record, self.version, self.created_at, self.updated_at),
            password_hash: self.password_hash,
        })
    }
}
