//! What the server itself remembers, for example its secrets.

use diesel::prelude::*;

use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::settings;
use crate::sqltypes::SqlInstant;
use crate::work::UnitOfWork;

/// The value of a setting.
///
/// # Errors
/// As every read.
pub fn find(db: &mut Db, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(settings::table
        .find(name)
        .select(settings::value)
        .first(db)
        .optional()?)
}

/// Gives a setting its value unless it has one, and returns the value it has then: processes that start together agree.
///
/// # Errors
/// As every write.
pub fn find_or_insert(unit: &mut UnitOfWork<'_>, name: &str, value: Vec<u8>) -> Result<Vec<u8>> {
    let row = SettingRow {
        name,
        value: &value,
        changed_at: SqlInstant::from(unit.now()),
    };
    dialect::insert_setting(unit.db(), &row)?;
    Ok(find(unit.db(), name)?.unwrap_or(value))
}

/// Sets a setting.
///
/// # Errors
/// As every write.
pub fn update(unit: &mut UnitOfWork<'_>, name: &str, value: Vec<u8>) -> Result<()> {
    find_or_insert(unit, name, value.clone())?;
    let columns = (
        settings::value.eq(value),
        settings::changed_at.eq(SqlInstant::from(unit.now())),
    );
    diesel::update(settings::table.find(name))
        .set(columns)
        .execute(unit.db())?;
    Ok(())
}

impl<'setting> SettingRow<'setting> {
    pub(crate) const fn new(name: &'setting str, value: &'setting [u8], changed_at: SqlInstant) -> Self {
        Self {
            name,
            value,
            changed_at,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = settings)]
pub(crate) struct SettingRow<'setting> {
    name: &'setting str,
    value: &'setting [u8],
    changed_at: SqlInstant,
}
