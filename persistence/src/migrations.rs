//! Migrations, embedded in the program: what a database has, what it lacks, and bringing it up to date.

use std::collections::BTreeSet;

use diesel::RunQueryDsl;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::Db;
use crate::error::{Error, Result};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Held by the process that migrates; the others wait, and find nothing to do. An arbitrary number, ours alone.
const LOCK: i64 = 0x7765_726b_7374_6164;

/// Applies what the database lacks and returns the versions applied. Each is one transaction. On PostgreSQL a lock of
/// the session lets several processes start together.
pub(crate) fn run(db: &mut Db) -> Result<Vec<String>> {
    let Db::Postgres(session) = db else { return apply(db) };
    diesel::sql_query(format!("SELECT pg_advisory_lock({LOCK})")).execute(session)?;
    let applied = apply(db);
    if let Db::Postgres(session) = db {
        diesel::sql_query(format!("SELECT pg_advisory_unlock({LOCK})")).execute(session)?;
    }
    applied
}

fn apply(db: &mut Db) -> Result<Vec<String>> {
    pending(db)?;
    let applied = match db {
        Db::Postgres(db) => db.run_pending_migrations(POSTGRES),
        Db::Sqlite(db) => db.run_pending_migrations(SQLITE),
    };
    let applied = applied.map_err(Error::Internal)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

/// The versions that the program has and the database lacks.
///
/// # Errors
/// [`Error::Refused`] if the database has one that the program does not know: a newer program has used it.
pub(crate) fn pending(db: &mut Db) -> Result<Vec<String>> {
    let (applied, known) = match db {
        Db::Postgres(db) => (db.applied_migrations(), versions(&POSTGRES)?),
        Db::Sqlite(db) => (db.applied_migrations(), versions(&SQLITE)?),
    };
    let applied: BTreeSet<String> = applied
        .map_err(Error::Internal)?
        .iter()
        .map(ToString::to_string)
        .collect();
    if let Some(unknown) = applied.difference(&known).last() {
        return Err(Error::refused(format!(
            "the database has migration {unknown}, which this program does not know: it was used by a newer one"
        )));
    }
    Ok(known.difference(&applied).cloned().collect())
}

fn versions(source: &EmbeddedMigrations) -> Result<BTreeSet<String>> {
    // The backend does not matter for the names.
    let migrations: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = source.migrations().map_err(Error::Internal)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}
