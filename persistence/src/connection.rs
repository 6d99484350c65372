//! Connections to either database: which one, how it is opened, how it is set up.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::ManageConnection;
use diesel::{Connection as _, PgConnection, SqliteConnection};

use crate::db::Db;
use crate::error::{Error, Result};

/// Where the database is. `Display` and `Debug` leave a password out.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `postgres://user@host/database` or `postgresql://…`, read by libpq.
    Postgres(String),
    /// `sqlite://` and a path, taken literally: `sqlite://data/x.db` is relative, `sqlite:///var/x.db` absolute.
    Sqlite(PathBuf),
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self> {
        if url.contains('\0') {
            return Err(Error::refused("the database URL contains a NUL byte"));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite://") {
            Some("") => Err(Error::refused(
                "the database URL `sqlite://` lacks the path of the file",
            )),
            Some(path) if path.contains(":memory:") || path.contains('?') => Err(Error::refused(
                "the SQLite database must be a plain file: no `:memory:`, no parameters",
            )),
            Some(path) => Ok(Self::Sqlite(PathBuf::from(path))),
            // Not repeated: what was meant as a URL may contain a password.
            None => Err(Error::refused(
                "the database URL must begin with `sqlite://`, `postgres://` or `postgresql://`",
            )),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let address = url.split_once("://").map_or(url.as_str(), |(_, address)| address);
                let address = address.split(['?']).next().unwrap_or_default();
                let address = address.rsplit_once('@').map_or(address, |(_, address)| address);
                write!(f, "postgres://{address}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reading only; on SQLite it cannot write.
    Read,
    /// Reading and writing.
    Write,
    /// Changing the schema, without time limits.
    Migrate,
}

impl DatabaseUrl {
    /// Opens one connection.
    pub(crate) fn connect(&self, purpose: Purpose) -> Result<Db> {
        match self {
            Self::Postgres(url) => {
                let mut connection = PgConnection::establish(url)?;
                connection.batch_execute(POSTGRES_SETTINGS)?;
                if purpose != Purpose::Migrate {
                    connection.batch_execute(POSTGRES_LIMITS)?;
                }
                Ok(Db::Postgres(connection))
            }
            Self::Sqlite(path) => {
                let path = path
                    .to_str()
                    .ok_or_else(|| Error::refused("the path of the database is not UTF-8"))?;
                // SQLite reads `file:…` as a URI with parameters; a leading `./` keeps it a path.
                let path = if path.starts_with("file:") {
                    format!("./{path}")
                } else {
                    path.to_owned()
                };
                let mut connection = SqliteConnection::establish(&path)?;
                connection.batch_execute(SQLITE_SETTINGS)?;
                if purpose == Purpose::Read {
                    connection.batch_execute("PRAGMA query_only = ON")?;
                }
                Ok(Db::Sqlite(connection))
            }
        }
    }
}

/// `busy_timeout` is first, for the others may already meet a lock. `FULL`: an acknowledged write survives power loss.
/// `secure_delete`: what was erased is overwritten. `trusted_schema`, `cell_size_check`: a tampered file cannot run code.
const SQLITE_SETTINGS: &str = "
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
    PRAGMA journal_size_limit = 67108864;
";

const POSTGRES_SETTINGS: &str = "SET application_name = 'werkstadt'; SET TIME ZONE 'UTC'; SET bytea_output = 'hex'";

/// Nothing may hold the horizon of the change log, or a lock, for ever.
const POSTGRES_LIMITS: &str = "
    SET statement_timeout = '60s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'";

/// Hands connections to the pool.
pub(crate) struct Connections {
    pub(crate) url: DatabaseUrl,
    pub(crate) purpose: Purpose,
}

impl ManageConnection for Connections {
    type Connection = Db;
    type Error = Error;

    fn connect(&self) -> Result<Db> {
        self.url.connect(self.purpose)
    }

    fn is_valid(&self, connection: &mut Db) -> Result<()> {
        match connection {
            Db::Postgres(connection) => Ok(connection.batch_execute("SELECT 1")?),
            Db::Sqlite(_) => Ok(()),
        }
    }

    /// A connection that comes back with an open transaction, as after a panic, is thrown away: closing it rolls back.
    fn has_broken(&self, connection: &mut Db) -> bool {
        match connection {
            Db::Postgres(connection) => AnsiTransactionManager::is_broken_transaction_manager(connection),
            Db::Sqlite(connection) => AnsiTransactionManager::is_broken_transaction_manager(connection),
        }
    }
}

/// Makes sure that the SQLite file is used by this process alone: the read model follows its own process only. The lock
/// goes with the process, however it ends.
pub(crate) fn lock_file(database: &Path) -> Result<File> {
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder).map_err(|error| cannot_open(folder, &error))?;
    }
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let file = private_file(&lock)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Error::refused(format!(
                "{} is in use by another process; SQLite serves one process, PostgreSQL several",
                database.display()
            )));
        }
        Err(TryLockError::Error(error)) => return Err(cannot_open(&lock, &error)),
    }
    private_file(database)?;
    Ok(file)
}

/// Opens or creates a file that only its owner may read: it holds password hashes and personal data.
fn private_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| cannot_open(path, &error))
}

fn cannot_open(path: &Path, error: &std::io::Error) -> Error {
    Error::refused(format!("cannot open {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_its_engine_or_is_refused() {
        assert_eq!(
            DatabaseUrl::from_str("sqlite://data/x.db").ok(),
            Some(DatabaseUrl::Sqlite(PathBuf::from("data/x.db")))
        );
        assert!(matches!(
            DatabaseUrl::from_str("postgresql://a:b@c/d"),
            Ok(DatabaseUrl::Postgres(_))
        ));
        for bad in [
            "",
            "x.db",
            "data/x.db",
            "host=127.0.0.1 dbname=x",
            "mysql://x",
            "sqlite:x",
            "sqlite://",
            "sqlite://:memory:",
        ] {
            assert!(
                matches!(DatabaseUrl::from_str(bad), Err(Error::Refused { .. })),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://user:p@ss@host/db?password=x", "postgres://host/db"),
            ("postgres:///db?host=/tmp&user=postgres", "postgres:///db"),
            ("sqlite://data/x.db", "sqlite://data/x.db"),
        ] {
            assert_eq!(
                DatabaseUrl::from_str(url).map(|url| url.to_string()).ok().as_deref(),
                Some(shown)
            );
        }
    }
}
