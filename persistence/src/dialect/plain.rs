//! Statements about tables that are named at run time: the register of personal data names them all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::sqltypes::{InstantSql, SqlInstant};

/// Columns that SQLite keeps as numbers and that mean yes or no.
const TRUTHS: [&str; 8] = [
    "active",
    "second_factor",
    "invented",
    "anonymous",
    "lapsed",
    "is_open",
    "restricted",
    "matching",
];

/// Columns of structures that may be nothing, which SQLite keeps as the word `null`.
const MAYBE: [&str; 6] = ["restriction", "consent", "budget", "sought", "remark", "before"];

/// Columns of bytes, which PostgreSQL does not take for text.
const BYTES: [(&str, &str); 2] = [("idempotency_keys", "body"), ("application_documents", "bytes")];

/// Columns that SQLite has not.
const POSTGRES_ALONE: [&str; 1] = ["xid"];

/// An id in a statement.
pub(crate) fn id(db: &Db, id: Uuid) -> String {
    match db {
        Db::Postgres(_) => format!("'{id}'::uuid"),
        Db::Sqlite(_) => format!("x'{}'", id.simple()),
    }
}

/// A text in a statement.
pub(crate) fn text(text: &str) -> String {
    // No zero can be stored, and neither engine reads escapes in plain literals.
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

/// A time in a statement.
pub(crate) fn instant(db: &Db, at: DateTime<Utc>) -> String {
    match db {
        Db::Postgres(_) => format!("'{}'::timestamptz", at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        Db::Sqlite(_) => at.timestamp_micros().to_string(),
    }
}

/// The condition that a column, of text, structure or bytes, contains a text; regardless of case, bytes as they are.
pub(crate) fn contains(db: &Db, (table, column): (&str, &str), needle: &str) -> String {
    let (same, low) = (text(needle), text(&needle.to_lowercase()));
    match db {
        Db::Postgres(_) if BYTES.contains(&(table, column)) => {
            format!("position(convert_to({same}, 'UTF8') in {column}) > 0")
        }
        Db::Postgres(_) => format!("position({low} in lower({column}::text)) > 0"),
        // It knows the lower case of ASCII only.
        Db::Sqlite(_) => {
            format!("(instr(CAST({column} AS TEXT), {same}) > 0 OR instr(lower(CAST({column} AS TEXT)), {low}) > 0)")
        }
    }
}

/// The text that stands in the structure of a column, by the way to it.
pub(crate) fn member(db: &Db, column: &str, way: &[&str]) -> String {
    match db {
        Db::Postgres(_) => format!("({column} #>> '{{{}}}')", way.join(",")),
        Db::Sqlite(_) => format!("json_extract({column}, '$.{}')", way.join(".")),
    }
}

/// Runs a statement; the number of rows.
pub(crate) fn execute(db: &mut Db, statement: &str) -> Result<usize> {
    let query = diesel::sql_query(statement);
    Ok(match db {
        Db::Postgres(db) => query.execute(db)?,
        Db::Sqlite(db) => query.execute(db)?,
    })
}

/// Removes the rows of a table whose time lies before another.
pub(crate) fn delete_before(
    db: &mut Db,
    (table, column): (&str, &str),
    only: Option<&str>,
    before: SqlInstant,
) -> Result<usize> {
    let only = only.map_or_else(String::new, |only| format!(" AND {only}"));
    Ok(match db {
        Db::Postgres(db) => diesel::sql_query(format!("DELETE FROM {table} WHERE {column} < $1{only}"))
            .bind::<InstantSql, _>(before)
            .execute(db)?,
        Db::Sqlite(db) => diesel::sql_query(format!("DELETE FROM {table} WHERE {column} < ?{only}"))
            .bind::<InstantSql, _>(before)
            .execute(db)?,
    })
}

/// Removes the earlier states of what was removed before a time.
pub(crate) fn delete_versions_of_removed(db: &mut Db, before: SqlInstant) -> Result<usize> {
    let query = |mark: [&str; 2]| {
        format!(
            "DELETE FROM versions WHERE ended_at < {} AND record_id IN
             (SELECT record_id FROM versions WHERE operation = 'removed' AND ended_at < {})",
            mark[0], mark[1]
        )
    };
    Ok(match db {
        Db::Postgres(db) => diesel::sql_query(query(["$1", "$2"]))
            .bind::<InstantSql, _>(before)
            .bind::<InstantSql, _>(before)
            .execute(db)?,
        Db::Sqlite(db) => diesel::sql_query(query(["?", "?"]))
            .bind::<InstantSql, _>(before)
            .bind::<InstantSql, _>(before)
            .execute(db)?,
    })
}

/// The values of a column of texts or structures where a condition holds, each once.
pub(crate) fn values(db: &mut Db, (table, column): (&str, &str), condition: &str) -> Result<Vec<String>> {
    let found: Vec<Found> = match db {
        Db::Postgres(db) => {
            let query = format!("SELECT DISTINCT {column}::text AS found FROM {table} WHERE {condition}");
            diesel::sql_query(query).load(db)?
        }
        Db::Sqlite(db) => {
            let query = format!("SELECT DISTINCT CAST({column} AS TEXT) AS found FROM {table} WHERE {condition}");
            diesel::sql_query(query).load(db)?
        }
    };
    Ok(found.into_iter().filter_map(|row| row.found).collect())
}

/// Puts one structure in place of another wherever a column has it.
pub(crate) fn replace(db: &mut Db, (table, column): (&str, &str), before: &str, after: &str) -> Result<usize> {
    Ok(match db {
        Db::Postgres(db) => {
            let query = format!("UPDATE {table} SET {column} = $1::jsonb WHERE {column} = $2::jsonb");
            diesel::sql_query(query)
                .bind::<Text, _>(after)
                .bind::<Text, _>(before)
                .execute(db)?
        }
        Db::Sqlite(db) => diesel::sql_query(format!("UPDATE {table} SET {column} = ? WHERE {column} = ?"))
            .bind::<Text, _>(after)
            .bind::<Text, _>(before)
            .execute(db)?,
    })
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Nullable<Text>)]
    found: Option<String>,
}

/// Rows of a table as JSON objects, the same on both engines: ids, times and truths as such, bytes as base64, columns that are
/// empty left out.
pub(crate) fn rows(db: &mut Db, table: &str, columns: &[&str], condition: &str) -> Result<Vec<Map<String, Value>>> {
    let found: Vec<Found> = match db {
        Db::Postgres(db) => {
            let list = columns.join(", ");
            let query =
                format!("SELECT to_jsonb(t)::text AS found FROM (SELECT {list} FROM {table} WHERE {condition}) AS t");
            diesel::sql_query(query).load(db)?
        }
        Db::Sqlite(db) => {
            let pair = |column: &&str| {
                format!(
                    "'{column}', CASE typeof({column}) WHEN 'blob' THEN '\\x' || lower(hex({column})) ELSE {column} END"
                )
            };
            let there = columns.iter().filter(|column| !POSTGRES_ALONE.contains(column));
            let pairs: Vec<String> = there.map(pair).collect();
            let query = format!(
                "SELECT json_object({}) AS found FROM {table} WHERE {condition}",
                pairs.join(", ")
            );
            diesel::sql_query(query).load(db)?
        }
    };
    let mut rows = Vec::with_capacity(found.len());
    for row in found.into_iter().filter_map(|row| row.found) {
        let mut row: Map<String, Value> = serde_json::from_str(&row).map_err(Error::internal)?;
        let is_nothing = |name: &str, value: &Value| value.is_null() || (MAYBE.contains(&name) && value == "null");
        let read = columns.iter().filter_map(|name| {
            let value = row.remove(*name).filter(|value| !is_nothing(name, value))?;
            Some(((*name).to_owned(), plain(name, value)))
        });
        rows.push(read.collect());
    }
    // In one order on both.
    rows.sort_by_cached_key(|row: &Map<String, Value>| serde_json::to_string(row).unwrap_or_default());
    Ok(rows)
}

fn plain(name: &str, value: Value) -> Value {
    let is_time = name == "at" || name.ends_with("_at") || name.starts_with("changed_");
    match value {
        Value::Number(number) if is_time => number
            .as_i64()
            .and_then(DateTime::from_timestamp_micros)
            .map_or(Value::Number(number), |at| {
                at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
            }),
        Value::Number(number) if TRUTHS.contains(&name) => Value::Bool(number.as_i64() != Some(0)),
        Value::String(text) if is_time => match DateTime::parse_from_rfc3339(&text) {
            Ok(at) => at.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true).into(),
            Err(_) => Value::String(text),
        },
        Value::String(text) => match text.strip_prefix("\\x").and_then(bytes) {
            Some(bytes) => match <[u8; 16]>::try_from(bytes.as_slice()) {
                Ok(id) => Uuid::from_bytes(id).to_string().into(),
                Err(_) => STANDARD.encode(bytes).into(),
            },
            // A structure, on SQLite; a text that looks like one is none the worse for it.
            None if text.starts_with(['{', '[']) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            None => Value::String(text),
        },
        other => other,
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    let pairs = digits.chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
        u8::from_str_radix(text, 16).ok()
    });
    pairs.collect()
}

/// Moves everything into the file of the database and empties the log beside it, as far as nobody reads. True if that is done; other
/// engines have no such file.
pub(crate) fn empty_log(db: &mut Db) -> Result<bool> {
    match db {
        Db::Postgres(_) => Ok(true),
        Db::Sqlite(db) => {
            let done: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(db)?;
            Ok(done.busy == 0)
        }
    }
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}
