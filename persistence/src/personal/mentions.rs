//! Where somebody is named in free words.

use serde::{Deserialize, Serialize};
use werkstadt_domain::privacy::Category;

use super::Subject;
use super::sql::tables;
use crate::db::Db;
use crate::dialect::plain;
use crate::error::Result;

/// A place where somebody is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mention {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The first column of the row, its id as a rule.
    pub key: String,
}

/// Places that are told at most.
const MENTIONS: usize = 200;

/// Where somebody is named, the first places only.
pub(super) fn mentions(db: &mut Db, subject: &Subject) -> Result<Vec<Mention>> {
    let former = subject.former.iter().map(|(address, _)| address);
    let needles = subject.addresses.iter().chain(former);
    let needles = needles.chain(&subject.words).chain(&subject.called);
    let needles: Vec<&String> = needles.collect();
    let mut found = Vec::new();
    for table in tables() {
        let Some((key, _)) = table.columns.first() else {
            continue;
        };
        for (column, category) in table.columns {
            let told = matches!(category, Some(Category::Words | Category::Identity | Category::Contact));
            if !told || needles.is_empty() || table.name == "erasures" {
                continue;
            }
            let any: Vec<String> = needles
                .iter()
                .map(|needle| plain::contains(db, (table.name, column), needle))
                .collect();
            for row in plain::rows(db, table.name, &[key], &any.join(" OR "))? {
                let key = row
                    .get(*key)
                    .map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
                found.push(Mention {
                    table: table.name.to_owned(),
                    column: (*column).to_owned(),
                    key: key.unwrap_or_default(),
                });
            }
            if found.len() > MENTIONS {
                found.truncate(MENTIONS);
                return Ok(found);
            }
        }
    }
    Ok(found)
}
