//! The key of the chain: one half lies in the database, the other, if there is one, outside.

use std::fmt;

use super::chain::code;
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::settings::{self, SettingRow};
use crate::sqltypes::SqlInstant;

/// The half of the key that lies outside the database. Who can write to the database alone cannot make entries then.
#[derive(Clone)]
pub struct AuditSecret(pub [u8; 32]);

impl fmt::Debug for AuditSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditSecret")
    }
}

/// The key of the chain.
#[derive(Clone)]
pub struct AuditKey(pub(super) [u8; 32]);

/// The settings that hold the half of the key, and its code by which a wrong other half is noticed.
const INSIDE: &str = "audit_key";
const CHECK: &str = "audit_key_check";

impl AuditKey {
    /// The key of this database, made if there is none yet. To be called in a transaction.
    ///
    /// # Errors
    /// [`Error::Refused`] if the log was begun with another secret.
    pub(crate) fn prepare(db: &mut Db, secret: Option<&AuditSecret>, now: SqlInstant) -> Result<Self> {
        let mut fresh = [0; 32];
        getrandom::fill(&mut fresh).map_err(|error| Error::internal(error.to_string()))?;
        dialect::insert_setting(db, &SettingRow::new(INSIDE, &fresh, now))?;
        let inside = settings::find(db, INSIDE)?.unwrap_or_default();
        let key = Self::of(&inside, secret)?;
        let check = key.check();
        dialect::insert_setting(db, &SettingRow::new(CHECK, &check, now))?;
        Self::load(db, secret)
    }

    /// The key of this database.
    ///
    /// # Errors
    /// [`Error::Refused`] if there is none, or the log was begun with another secret.
    pub(crate) fn load(db: &mut Db, secret: Option<&AuditSecret>) -> Result<Self> {
        let missing = || Error::refused("the audit log has no key: the schema is not up to date");
        let inside = settings::find(db, INSIDE)?.ok_or_else(missing)?;
        let key = Self::of(&inside, secret)?;
        if settings::find(db, CHECK)?.is_some_and(|known| known == key.check()) {
            Ok(key)
        } else {
            Err(Error::refused(
                "the audit log of this database was begun with another secret: start with the same WERKSTADT_AUDIT_SECRET",
            ))
        }
    }

    fn of(inside: &[u8], secret: Option<&AuditSecret>) -> Result<Self> {
        let inside =
            <[u8; 32]>::try_from(inside).map_err(|_| Error::refused("the key of the audit log is not of 32 bytes"))?;
        Ok(match secret {
            Some(outside) => Self(code(&Self(outside.0), &inside)),
            None => Self(inside),
        })
    }

    fn check(&self) -> [u8; 32] {
        code(self, b"the key of the audit log")
    }
}
