//! Second factors: the seed of a user's one-time passwords, and the codes for who lost the device.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use werkstadt_domain::account::UserId;

use crate::api_keys::SecretHash;
use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::{recovery_codes, second_factors};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// What a user's one-time passwords are computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// The shared secret.
    pub seed: Vec<u8>,
    /// Since when it counts; none until a first one-time password was shown.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The time step of the last one-time password that was accepted.
    pub last_step: i64,
}

/// The second factor of a user.
///
/// # Errors
/// As every read.
pub fn find(db: &mut Db, user: UserId) -> Result<Option<SecondFactor>> {
    let row: Option<FactorRow> = second_factors::table.find(SqlId::from(user)).first(db).optional()?;
    Ok(row.map(|row| SecondFactor {
        seed: row.seed,
        confirmed_at: row.confirmed_at.map(SqlInstant::utc),
        last_step: row.last_step,
    }))
}

/// Gives a user a second factor that does not count yet, in place of an earlier one that never counted.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) when the user has one that counts.
pub fn begin(unit: &mut UnitOfWork<'_>, user: UserId, seed: &[u8]) -> Result<()> {
    let row = FactorRow {
        user_id: user.into(),
        seed: seed.to_vec(),
        confirmed_at: None,
        last_step: 0,
        created_at: SqlInstant::from(unit.now()),
    };
    let pending = second_factors::table
        .filter(second_factors::user_id.eq(SqlId::from(user)))
        .filter(second_factors::confirmed_at.is_null());
    diesel::delete(pending).execute(unit.db())?;
    dialect::insert_all::<second_factors::table, FactorRow>(unit.db(), second_factors::table, &[row])?;
    unit.record(Noun::User, user.uuid(), Operation::Updated);
    Ok(())
}

/// Accepts the one-time password of a time step, once; with the first one the second factor begins to count. False if it was
/// used before, or the user has another second factor by now.
///
/// # Errors
/// As every write.
pub fn accept(unit: &mut UnitOfWork<'_>, user: UserId, seed: &[u8], step: i64) -> Result<bool> {
    let unused = second_factors::table
        .filter(second_factors::user_id.eq(SqlId::from(user)))
        .filter(second_factors::seed.eq(seed))
        .filter(second_factors::last_step.lt(step));
    let accepted = diesel::update(unused)
        .set(second_factors::last_step.eq(step))
        .execute(unit.db())?
        == 1;
    let first = second_factors::table
        .filter(second_factors::user_id.eq(SqlId::from(user)))
        .filter(second_factors::confirmed_at.is_null());
    if accepted {
        let now = SqlInstant::from(unit.now());
        let begun = diesel::update(first).set(second_factors::confirmed_at.eq(now));
        if begun.execute(unit.db())? == 1 {
            unit.record(Noun::User, user.uuid(), Operation::Updated);
        }
    }
    Ok(accepted)
}

/// Takes the second factor from a user, with the recovery codes. False if there is none.
///
/// # Errors
/// As every write.
pub fn remove(unit: &mut UnitOfWork<'_>, user: UserId) -> Result<bool> {
    let codes = recovery_codes::table.filter(recovery_codes::user_id.eq(SqlId::from(user)));
    diesel::delete(codes).execute(unit.db())?;
    let factor = second_factors::table.filter(second_factors::user_id.eq(SqlId::from(user)));
    let removed = diesel::delete(factor).execute(unit.db())? == 1;
    if removed {
        unit.record(Noun::User, user.uuid(), Operation::Updated);
    }
    Ok(removed)
}

/// Gives a user these recovery codes in place of all earlier ones.
///
/// # Errors
/// As every write.
pub fn put_codes(unit: &mut UnitOfWork<'_>, user: UserId, hashes: &[SecretHash]) -> Result<()> {
    let codes = recovery_codes::table.filter(recovery_codes::user_id.eq(SqlId::from(user)));
    diesel::delete(codes).execute(unit.db())?;
    let row = |hash: &SecretHash| CodeRow {
        user_id: user.into(),
        hash: hash.to_vec(),
        used_at: None,
    };
    let rows: Vec<CodeRow> = hashes.iter().map(row).collect();
    dialect::insert_all::<recovery_codes::table, CodeRow>(unit.db(), recovery_codes::table, &rows)?;
    unit.record(Noun::User, user.uuid(), Operation::Updated);
    Ok(())
}

/// Uses up a recovery code. False if it is none of the user's, or used up.
///
/// # Errors
/// As every write.
pub fn use_code(unit: &mut UnitOfWork<'_>, user: UserId, hash: &SecretHash) -> Result<bool> {
    let unused = recovery_codes::table
        .find((SqlId::from(user), hash.to_vec()))
        .filter(recovery_codes::used_at.is_null());
    let now = SqlInstant::from(unit.now());
    let used = diesel::update(unused).set(recovery_codes::used_at.eq(now));
    let used = used.execute(unit.db())? == 1;
    if used {
        unit.record(Noun::User, user.uuid(), Operation::Updated);
    }
    Ok(used)
}

/// How many recovery codes a user has left.
///
/// # Errors
/// As every read.
pub fn codes_left(db: &mut Db, user: UserId) -> Result<i64> {
    let unused = recovery_codes::table
        .filter(recovery_codes::user_id.eq(SqlId::from(user)))
        .filter(recovery_codes::used_at.is_null());
    Ok(unused.count().get_result(db)?)
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = second_factors, treat_none_as_default_value = false)]
struct FactorRow {
    user_id: SqlId,
    seed: Vec<u8>,
    confirmed_at: Option<SqlInstant>,
    last_step: i64,
    created_at: SqlInstant,
}

#[derive(Insertable)]
#[diesel(table_name = recovery_codes, treat_none_as_default_value = false)]
struct CodeRow {
    user_id: SqlId,
    hash: Vec<u8>,
    used_at: Option<SqlInstant>,
}
