//! What has been kept for long enough goes.

use chrono::TimeDelta;

use super::Kept;
use super::sql::tables;
use crate::dialect::plain;
use crate::error::Result;
use crate::sqltypes::SqlInstant;
use crate::work::UnitOfWork;

/// How many tables are purged.
pub fn purged() -> usize {
    tables().filter(|table| matches!(table.kept, Kept::Days { .. })).count()
}

/// Removes every row whose time is over by the register. Returns how many of which table, in the order of the register.
///
/// # Errors
/// As every write.
pub fn purge(unit: &mut UnitOfWork<'_>) -> Result<Vec<(&'static str, usize)>> {
    let mut removed = Vec::new();
    for table in tables() {
        let Kept::Days { days, after, only } = table.kept else {
            continue;
        };
        let before = SqlInstant::from(unit.now() - TimeDelta::days(i64::from(days)));
        if table.name == "remains" {
            plain::delete_versions_of_removed(unit.db(), before)?;
        }
        let rows = plain::delete_before(unit.db(), (table.name, after), only, before)?;
        removed.push((table.name, rows));
    }
    Ok(removed)
}
