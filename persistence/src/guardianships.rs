//! Guardians of minors: who is asked, who agreed, who took that back.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use werkstadt_domain::account::UserId;
use werkstadt_domain::consent::{Guardian, Guardianship, GuardianshipId, youngest};
use werkstadt_domain::named::Named;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::{consents, guardianships};
use crate::shapes::named;
use crate::sqltypes::{SqlId, SqlInstant};
use crate::users;
use crate::work::UnitOfWork;

/// In place of a guardian who is not known any more.
const NOBODY: &str = "—";

/// One guardianship, whatever became of it.
///
/// # Errors
/// As every read.
pub fn find(db: &mut Db, id: GuardianshipId) -> Result<Option<Guardianship>> {
    let row: Option<GuardianshipRow> = guardianships::table.find(SqlId::from(id)).first(db).optional()?;
    row.map(GuardianshipRow::read).transpose()
}

/// The guardianships with these ids that exist.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, ids: &[GuardianshipId]) -> Result<HashMap<GuardianshipId, Guardianship>> {
    let keys: Vec<SqlId> = ids.iter().copied().map(SqlId::from).collect();
    let rows: Vec<GuardianshipRow> = guardianships::table.filter(guardianships::id.eq_any(keys)).load(db)?;
    let read = |row: GuardianshipRow| row.read().map(|found| (found.id, found));
    rows.into_iter().map(read).collect()
}

/// The guardianship by which a minor has an account: of several, the last one that was asked for.
///
/// # Errors
/// As every read.
pub fn of_user(db: &mut Db, user: UserId) -> Result<Option<Guardianship>> {
    let row: Option<GuardianshipRow> = guardianships::table
        .filter(guardianships::user_id.eq(SqlId::from(user)))
        .order((guardianships::created_at.desc(), guardianships::id.desc()))
        .first(db)
        .optional()?;
    row.map(GuardianshipRow::read).transpose()
}

/// The guardianships of whoever has this address and no account yet, the last one first.
///
/// # Errors
/// As every read.
pub fn of_address(db: &mut Db, email: &str) -> Result<Vec<Guardianship>> {
    let rows: Vec<GuardianshipRow> = guardianships::table
        .filter(guardianships::login.eq(users::login(email)))
        .filter(guardianships::user_id.is_null())
        .order((guardianships::created_at.desc(), guardianships::id.desc()))
        .load(db)?;
    rows.into_iter().map(GuardianshipRow::read).collect()
}

/// Asks a guardian.
///
/// # Errors
/// As every write.
pub fn insert(unit: &mut UnitOfWork<'_>, asked: &Guardianship) -> Result<()> {
    let row = GuardianshipRow {
        id: asked.id.into(),
        email: asked.email.clone(),
        name: asked.name.clone(),
        language: asked.language.code().to_owned(),
        birth_year: asked.birth_year,
        guardian_name: asked.guardian.name.clone(),
        guardian_email: asked.guardian.email.clone(),
        created_at: SqlInstant::from(unit.now()),
        expires_at: SqlInstant::from(asked.expires_at),
        consented_at: guard::instant(asked.consented_at),
        withdrawn_at: guard::instant(asked.withdrawn_at),
        user_id: asked.user.map(SqlId::from),
        login: users::login(&asked.email),
        invited: asked.invited,
    };
    dialect::insert_all::<guardianships::table, GuardianshipRow>(unit.db(), guardianships::table, &[row])?;
    unit.record(Noun::Consent, asked.id.uuid(), Operation::Created);
    Ok(())
}

/// The guardian agrees, once and in time; false otherwise.
///
/// # Errors
/// As every write.
pub fn consent(unit: &mut UnitOfWork<'_>, id: GuardianshipId) -> Result<bool> {
    let now = SqlInstant::from(unit.now());
    let open = guardianships::table
        .find(SqlId::from(id))
        .filter(guardianships::consented_at.is_null())
        .filter(guardianships::withdrawn_at.is_null())
        .filter(guardianships::expires_at.gt(now));
    let agreed = diesel::update(open).set(guardianships::consented_at.eq(now));
    Ok(noted(agreed.execute(unit.db())?, unit, id))
}

/// The guardian takes it back, once; false if there is nothing to take back.
///
/// # Errors
/// As every write.
pub fn withdraw(unit: &mut UnitOfWork<'_>, id: GuardianshipId) -> Result<bool> {
    let now = SqlInstant::from(unit.now());
    let standing = guardianships::table
        .find(SqlId::from(id))
        .filter(guardianships::consented_at.is_not_null())
        .filter(guardianships::withdrawn_at.is_null());
    let withdrawn = diesel::update(standing).set(guardianships::withdrawn_at.eq(now));
    Ok(noted(withdrawn.execute(unit.db())?, unit, id))
}

/// Takes a question back that the guardian has not answered; false if there is none.
///
/// # Errors
/// As every write.
pub fn take_back(unit: &mut UnitOfWork<'_>, id: GuardianshipId) -> Result<bool> {
    let now = SqlInstant::from(unit.now());
    let open = guardianships::table
        .find(SqlId::from(id))
        .filter(guardianships::consented_at.is_null())
        .filter(guardianships::withdrawn_at.is_null());
    let taken = diesel::update(open).set(guardianships::withdrawn_at.eq(now));
    Ok(noted(taken.execute(unit.db())?, unit, id))
}

/// Removes a guardianship of which no account came, with what the guardian agreed to.
///
/// # Errors
/// As every write.
pub fn remove(unit: &mut UnitOfWork<'_>, id: GuardianshipId) -> Result<()> {
    let unbound = guardianships::table
        .filter(guardianships::id.eq(SqlId::from(id)))
        .filter(guardianships::user_id.is_null());
    if diesel::delete(unbound).execute(unit.db())? == 1 {
        unit.record(Noun::Consent, id.uuid(), Operation::Removed);
    }
    Ok(())
}

/// Forgets who the guardians were of those who have an account and are of age, at most so many; how many that were.
///
/// # Errors
/// As every write.
pub fn forget_grown(unit: &mut UnitOfWork<'_>, limit: i64) -> Result<usize> {
    let grown: Vec<SqlId> = guardianships::table
        .filter(guardianships::user_id.is_not_null())
        .filter(guardianships::birth_year.lt(youngest(unit.now())))
        .filter(guardianships::guardian_email.ne(NOBODY))
        .select(guardianships::id)
        .limit(limit)
        .load(unit.db())?;
    for id in &grown {
        let nobody = (
            guardianships::guardian_name.eq(NOBODY),
            guardianships::guardian_email.eq(NOBODY),
        );
        diesel::update(guardianships::table.find(id))
            .set(nobody)
            .execute(unit.db())?;
        unit.record(Noun::Consent, id.0, Operation::Updated);
        // That somebody agreed stays.
        let given = consents::table.filter(consents::guardianship_id.eq(id));
        let entries: Vec<SqlId> = given.select(consents::id).load(unit.db())?;
        for entry in entries {
            let nobody = (consents::guardian.eq(NOBODY), consents::evidence.eq(None::<String>));
            diesel::update(consents::table.find(entry))
                .set(nobody)
                .execute(unit.db())?;
            unit.record(Noun::Consent, entry.0, Operation::Updated);
        }
    }
    Ok(grown.len())
}

/// The minor has an account now: what the guardian agreed to concerns that from here on. False if the consent does not stand.
///
/// # Errors
/// As every write.
pub fn bind(unit: &mut UnitOfWork<'_>, id: GuardianshipId, user: UserId) -> Result<bool> {
    let standing = guardianships::table
        .find(SqlId::from(id))
        .filter(guardianships::consented_at.is_not_null())
        .filter(guardianships::withdrawn_at.is_null());
    let bound = diesel::update(standing).set(guardianships::user_id.eq(SqlId::from(user)));
    let bound = bound.execute(unit.db())?;
    let given = consents::table.filter(consents::guardianship_id.eq(SqlId::from(id)));
    diesel::update(given)
        .set(consents::user_id.eq(SqlId::from(user)))
        .execute(unit.db())?;
    Ok(noted(bound, unit, id))
}

/// Lets a guardian who has not answered yet do so until another time.
///
/// # Errors
/// As every write.
pub fn prolong(unit: &mut UnitOfWork<'_>, id: GuardianshipId, expires_at: DateTime<Utc>) -> Result<()> {
    let open = guardianships::table
        .find(SqlId::from(id))
        .filter(guardianships::consented_at.is_null())
        .filter(guardianships::withdrawn_at.is_null());
    let prolonged = diesel::update(open).set(guardianships::expires_at.eq(SqlInstant::from(expires_at)));
    let prolonged = prolonged.execute(unit.db())?;
    noted(prolonged, unit, id);
    Ok(())
}

fn noted(rows: usize, unit: &mut UnitOfWork<'_>, id: GuardianshipId) -> bool {
    if rows == 1 {
        unit.record(Noun::Consent, id.uuid(), Operation::Updated);
    }
    rows == 1
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = guardianships, treat_none_as_default_value = false)]
struct GuardianshipRow {
    id: SqlId,
    email: String,
    name: String,
    language: String,
    birth_year: i32,
    guardian_name: String,
    guardian_email: String,
    created_at: SqlInstant,
    expires_at: SqlInstant,
    consented_at: Option<SqlInstant>,
    withdrawn_at: Option<SqlInstant>,
    user_id: Option<SqlId>,
    login: String,
    invited: bool,
}

impl GuardianshipRow {
    fn read(self) -> Result<Guardianship> {
        let language = named(&self.language).map_err(|fault| Error::inconsistent("guardianships", self.id.0, fault))?;
        Ok(Guardianship {
            id: self.id.into(),
            email: self.email,
            name: self.name,
            language,
            birth_year: self.birth_year,
            guardian: Guardian {
                name: self.guardian_name,
                email: self.guardian_email,
            },
            expires_at: self.expires_at.utc(),
            consented_at: self.consented_at.map(SqlInstant::utc),
            withdrawn_at: self.withdrawn_at.map(SqlInstant::utc),
            user: self.user_id.map(UserId::from),
            invited: self.invited,
        })
    }
}
