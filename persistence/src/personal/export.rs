//! All that is kept of somebody, as it is kept.

use serde_json::{Map, Value};
use werkstadt_domain::privacy::{Category, Purpose};

use super::scrub::Gone;
use super::sql::{one, own, tables};
use super::{Erased, Link, Subject, Table};
use crate::db::Db;
use crate::dialect::plain;
use crate::error::Result;

/// What a table has of somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The table.
    pub name: &'static str,
    /// What for it is kept.
    pub purpose: Purpose,
    /// The rows: ids, times in RFC 3339, bytes in base64. What checks secrets is left out.
    pub rows: Vec<Map<String, Value>>,
}

/// All that is kept of somebody, table by table; those that have nothing are left out. Of rows that are about something else only what
/// they say of the subject: the rest may be of others, or not for everyone to know.
///
/// # Errors
/// As every read.
pub fn export(db: &mut Db, subject: &Subject) -> Result<Vec<Section>> {
    let mut sections = Vec::new();
    for table in tables() {
        let mut rows = whole(db, table, subject)?;
        for link in table.links {
            // Answers that are kept for a day repeat what is told from its own place.
            let is_copy = matches!(table.erased, Erased::Emptied(_));
            if let (Link::Within(column) | Link::Quoted(column), false) = (link, is_copy) {
                rows.extend(parts(db, table, column, subject)?);
            }
        }
        rows.dedup();
        if !rows.is_empty() {
            sections.push(Section {
                name: table.name,
                purpose: table.purpose,
                rows,
            });
        }
    }
    Ok(sections)
}

/// The rows that are the subject's.
fn whole(db: &mut Db, table: &Table, subject: &Subject) -> Result<Vec<Map<String, Value>>> {
    let Some(condition) = own(db, table, subject) else {
        return Ok(Vec::new());
    };
    let shown = |(name, category): &(&'static str, Option<Category>)| {
        (*category != Some(Category::Credential)).then_some(*name)
    };
    let columns: Vec<&str> = table.columns.iter().filter_map(shown).collect();
    plain::rows(db, table.name, &columns, &condition)
}

/// What other rows say of the subject in a column, each with what tells which row that is.
fn parts(db: &mut Db, table: &Table, column: &'static str, subject: &Subject) -> Result<Vec<Map<String, Value>>> {
    // Names are not one's own alone.
    let unnamed = Subject {
        words: Vec::new(),
        ..subject.clone()
    };
    let Some(within) = one(db, table, &Link::Quoted(column), &unnamed) else {
        return Ok(Vec::new());
    };
    let others = own(db, table, subject).map_or_else(String::new, |own| format!(" AND NOT {own}"));
    let first = table.columns.iter().take(2).map(|(name, _)| *name);
    let columns: Vec<&str> = first.chain([column]).collect();
    let ids = subject.ids();
    let named = Gone {
        addresses: &subject.addresses,
        ids: &ids,
    };
    let mut told = Vec::new();
    for mut row in plain::rows(db, table.name, &columns, &format!("{within}{others}"))? {
        match row.get(column) {
            // A text that names somebody is told as it is: a cell of a file, a fault.
            Some(Value::String(text)) if named.is_quoted(text) => told.push(row),
            Some(Value::String(_)) | None => {}
            Some(structure) => {
                let parts = named.parts(structure);
                if !parts.is_empty() {
                    row.insert(column.to_owned(), Value::Object(parts));
                    told.push(row);
                }
            }
        }
    }
    Ok(told)
}
