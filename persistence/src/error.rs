//! The one error of persistence: what either database says, in the same words.

use std::error::Error as StdError;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use werkstadt_domain::named::Named;

use crate::changes::Noun;

/// The result of everything that reads or writes.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The constraint that [`Error::Conflict`] names when a record refers to one that does not exist, or is still referred
/// to. SQLite does not say which reference it was, so neither do we.
pub const FOREIGN_KEY: &str = "foreign_key";

/// Why a read or a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such record.
    #[error("no such {}", .noun.code())]
    NotFound {
        /// What was looked for.
        noun: Noun,
    },
    /// The write would break a constraint of the database.
    #[error("conflicts with {constraint}")]
    Conflict {
        /// `table_column_…_key` for a unique constraint, `table_pkey` for an id, [`FOREIGN_KEY`] for a reference. The same
        /// on both engines.
        constraint: String,
    },
    /// The record has changed since it was read: read it again and repeat.
    #[error("the {} has changed in the meantime", .noun.code())]
    Stale {
        /// What has changed.
        noun: Noun,
    },
    /// The database cannot be reached or is too busy; the same request may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// A stored row does not read as the record it should be.
    #[error("{table} {row}: {detail}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The store will not be opened or migrated, and why.
    #[error("{reason}")]
    Refused {
        /// One sentence for the person who started the program.
        reason: String,
    },
    /// Anything else; a fault of ours or of the database.
    #[error("{0}")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// True if the error is a conflict with this constraint.
    pub fn breaks(&self, constraint: &str) -> bool {
        matches!(self, Self::Conflict { constraint: broken } if broken == constraint)
    }

    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused { reason: reason.into() }
    }

    pub(crate) fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    pub(crate) fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// A row that does not read as its record.
    pub(crate) fn inconsistent(table: &'static str, row: impl ToString, detail: impl ToString) -> Self {
        Self::Inconsistent {
            table,
            row: row.to_string(),
            detail: detail.to_string(),
        }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, ref information) => match database_error(&kind, information.as_ref()) {
                Some(known) => known,
                None => Self::internal(error),
            },
            DieselError::BrokenTransactionManager => Self::unavailable(error),
            other => Self::internal(other),
        }
    }
}

impl From<diesel::ConnectionError> for Error {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::unavailable(error)
    }
}

fn database_error(kind: &DatabaseErrorKind, information: &dyn DatabaseErrorInformation) -> Option<Error> {
    let message = information.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => Some(Error::Conflict {
            constraint: match information.constraint_name() {
                Some(name) => name.to_owned(),
                None => constraint_of(message),
            },
        }),
        DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => Some(Error::Conflict {
            constraint: FOREIGN_KEY.to_owned(),
        }),
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::SerializationFailure => {
            Some(Error::unavailable(message.to_owned()))
        }
        _ if PASSING.iter().any(|words| message.contains(words)) => Some(Error::unavailable(message.to_owned())),
        _ => None,
    }
}

/// Diesel passes on neither SQLite's result codes nor PostgreSQL's `SQLSTATE` of these, so their words must do.
const PASSING: [&str; 9] = [
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "lock timeout",
    "statement timeout",
    "deadlock detected",
    "terminating connection",
    "server closed the connection",
    "the database system is",
];

/// SQLite says `UNIQUE constraint failed: users.login, users.x`; PostgreSQL would call that `users_login_x_key`.
fn constraint_of(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or(message);
    let mut pairs = columns.split(", ").filter_map(|column| column.split_once('.'));
    let Some((table, first)) = pairs.next() else {
        return columns.to_owned();
    };
    let rest: String = pairs.map(|(_, column)| format!("_{column}")).collect();
    match (first, rest.as_str()) {
        ("id", "") => format!("{table}_pkey"),
        _ => format!("{table}_{first}{rest}_key"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_constraints_are_named_as_postgresql_names_them() {
        for (message, name) in [
            ("UNIQUE constraint failed: users.login", "users_login_key"),
            (
                "UNIQUE constraint failed: skill_claims.holder_id, skill_claims.skill_id",
                "skill_claims_holder_id_skill_id_key",
            ),
            ("UNIQUE constraint failed: users.id", "users_pkey"),
            ("something else", "something else"),
        ] {
            assert_eq!(constraint_of(message), name);
        }
    }
}
