//! What every stored record has: a version that guards it, and times. Built and advanced here alone.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, ChangedAt, Project, Stored};
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::Noun;
use crate::error::{Error, Result};
use crate::history;
use crate::sqltypes::SqlInstant;
use crate::work::UnitOfWork;

/// Ids per query: SQLite binds 32,766 values.
pub(crate) const IDS_PER_QUERY: usize = 1000;

/// Whose parts are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owners<'a> {
    /// Of these organisations.
    These(&'a [OrganisationId]),
    /// Of all organisations from the first to the last, in order of id. Many times faster for many: the statement is the same for
    /// every page of them.
    Between(OrganisationId, OrganisationId),
}

/// The rows of a table that belong to owners, or some columns of them, in no order.
macro_rules! rows_of {
    ($table:ident, $owners:expr, $db:expr) => {
        $crate::guard::rows_of!($table, $owners, $db, $table::all_columns)
    };
    ($table:ident, $owners:expr, $db:expr, $columns:expr) => {{
        let mut rows = Vec::new();
        match $owners {
            $crate::guard::Owners::These(ids) => {
                for ids in ids.chunks($crate::guard::IDS_PER_QUERY) {
                    let ids = ids.iter().copied().map($crate::sqltypes::SqlId::from);
                    let owned = $table::organisation_id.eq_any(ids.collect::<Vec<_>>());
                    rows.append(&mut $table::table.filter(owned).select($columns).load($db)?);
                }
            }
            $crate::guard::Owners::Between(first, last) => {
                let (first, last) = (
                    $crate::sqltypes::SqlId::from(first),
                    $crate::sqltypes::SqlId::from(last),
                );
                let owned = $table::organisation_id.between(first, last);
                rows = $crate::dialect::rows!($table::table.filter(owned).select($columns), $db);
            }
        }
        rows
    }};
}
pub(crate) use rows_of;

/// A record that is new.
pub(crate) fn created<T>(unit: &UnitOfWork<'_>, record: T) -> Stored<T> {
    Stored {
        record,
        version: 1,
        created_at: unit.now().into(),
        changed_at: ChangedAt::all(unit.now().into()),
    }
}

/// A record that was removed and comes back: it was made when it was made, and its versions go on.
pub(crate) fn again<T>(
    unit: &mut UnitOfWork<'_>,
    (noun, id): (Noun, Uuid),
    was: &Stored<T>,
    record: T,
) -> Result<Stored<T>> {
    let last = history::last_version(unit.db(), noun, id)?;
    Ok(Stored {
        version: last.unwrap_or(was.version).max(was.version) + 1,
        ..Stored {
            created_at: was.created_at,
            ..created(unit, record)
        }
    })
}

/// A record after a change.
pub(crate) fn changed<T: Project>(unit: &UnitOfWork<'_>, before: &Stored<T>, record: T) -> Stored<T> {
    Stored {
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: before.changed_at.after(&before.record, &record, unit.now().into()),
        record,
    }
}

/// A record read from its columns.
pub(crate) fn stored<T>(record: T, version: i64, created_at: SqlInstant, changed: [SqlInstant; 3]) -> Stored<T> {
    Stored {
        record,
        version,
        created_at: created_at.timestamp(),
        changed_at: ChangedAt::new(changed.map(SqlInstant::timestamp)),
    }
}

/// A record that everyone sees alike, read from its columns.
pub(crate) fn stored_alike<T>(record: T, version: i64, created_at: SqlInstant, updated_at: SqlInstant) -> Stored<T> {
    stored(record, version, created_at, [updated_at; 3])
}

/// The three columns of `changed_at`.
pub(crate) fn instants(changed_at: &ChangedAt) -> [SqlInstant; 3] {
    Audience::ALL.map(|audience| SqlInstant::from(changed_at.seen_by(audience)))
}

/// Judges a guarded statement by the rows it hit: none means that the record has another version by now, or is gone.
pub(crate) fn judge(noun: Noun, rows: usize, exists: impl FnOnce() -> Result<bool>) -> Result<()> {
    if rows > 0 {
        return Ok(());
    }
    if exists()? {
        Err(Error::Stale { noun })
    } else {
        Err(Error::NotFound { noun })
    }
}

/// Times as they are stored: to the microsecond.
pub(crate) fn instant(at: Option<DateTime<Utc>>) -> Option<SqlInstant> {
    at.map(SqlInstant::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guarded_statement_that_hits_nothing_says_why() {
        let noun = Noun::Skill;
        assert!(judge(noun, 1, || Ok(false)).is_ok());
        assert!(matches!(judge(noun, 0, || Ok(true)), Err(Error::Stale { .. })));
        assert!(matches!(judge(noun, 0, || Ok(false)), Err(Error::NotFound { .. })));
    }
}
