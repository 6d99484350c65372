//! All that is kept of somebody, as it is kept.

use serde_json::{Map, Value};
use werkstadt_domain::privacy::{Category, Purpose};

use super::Subject;
use super::sql::{condition, tables};
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

/// All that is kept of somebody, table by table; those that have nothing are left out.
///
/// # Errors
/// As every read.
pub fn export(db: &mut Db, subject: &Subject) -> Result<Vec<Section>> {
    let mut sections = Vec::new();
    for table in tables() {
        let Some(condition) = condition(db, table, subject) else {
            continue;
        };
        let shown = |(name, category): &(&'static str, Option<Category>)| {
            (*category != Some(Category::Credential)).then_some(*name)
        };
        let columns: Vec<&str> = table.columns.iter().filter_map(shown).collect();
        let rows = plain::rows(db, table.name, &columns, &condition)?;
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
