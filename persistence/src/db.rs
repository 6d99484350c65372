//! The connection that queries are written on, once for both databases.

use diesel::{PgConnection, SqliteConnection};

/// A connection to either database. What only one engine can do is matched in `dialect.rs`.
///
/// Never call its derived `establish`: it tries each engine in turn and would take the parameters of a PostgreSQL server
/// that is down for the name of a new SQLite file. [`DatabaseUrl`](crate::DatabaseUrl) decides instead.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// A connection to PostgreSQL.
    Postgres(PgConnection),
    /// A connection to SQLite.
    Sqlite(SqliteConnection),
}
