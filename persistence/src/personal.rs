//! Personal data: which there is, in every table and column, what for and for how long; all that is kept of somebody; and how it goes.
//!
//! One [register](TABLES) says it of every column. A test compares it with the schema, so that no column is forgotten. From it come
//! the record of processing, the export of what is kept of somebody, the erasure, and the scheduled purge.

use chrono::{DateTime, Utc};
use werkstadt_domain::account::UserId;
use werkstadt_domain::person::PersonId;
use werkstadt_domain::privacy::{Category, Purpose};

mod erase;
mod export;
mod mentions;
mod purge;
mod register;
mod scrub;
mod sql;

pub use erase::{Erasure, ErasureId, begin, carry_out, erased, find, list, unfinished};
pub use export::{Section, export};
pub use mentions::Mention;
pub use purge::{purge, purged};
pub use register::TABLES;

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What for its data is kept.
    pub purpose: Purpose,
    /// For how long.
    pub kept: Kept,
    /// Whose a row is.
    pub links: &'static [Link],
    /// What becomes of the rows of somebody who is erased.
    pub erased: Erased,
    /// Every column, with the sort of personal data that it holds, if any.
    pub columns: &'static [(&'static str, Option<Category>)],
}

impl Table {
    /// True if it holds personal data.
    pub fn is_personal(&self) -> bool {
        self.columns.iter().any(|(_, category)| category.is_some())
    }
}

/// For how long rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As long as what they are about.
    WithRecord,
    /// Some days after a time in a column; the rows for which a condition holds.
    Days {
        /// How many.
        days: u32,
        /// The column.
        after: &'static str,
        /// The condition, in SQL.
        only: Option<&'static str>,
    },
    /// Some days, by the part of the program that they belong to.
    Elsewhere(u32),
    /// They hold no personal data, and stay.
    Forever,
}

/// Whose a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The user with the id in this column.
    User(&'static str),
    /// The person with the id in this column.
    Person(&'static str),
    /// Who has the e-mail address in this column.
    Address(&'static str),
    /// The user who is named as actor, by columns of kind and id.
    Actor(&'static str, &'static str),
    /// The user or person that a log names, by columns of noun and id.
    Named(&'static str, &'static str),
    /// Who has an address that occurs in the text or structure of this column. The row is about something else: only what it says of
    /// them is theirs.
    Within(&'static str),
    /// Who wrote the row: has the address that stands in the structure of this column, by the way to it.
    Writer(&'static str, &'static [&'static str]),
    /// Whose address, id, full name or number a copy quotes that is kept for a while. Names are not one's own alone: good for erasing
    /// copies, and for nothing else.
    Quoted(&'static str),
    /// Whose the row of another table is, named by a column: column, table, its key.
    Of(&'static str, &'static str, &'static str),
}

/// What becomes of the rows of somebody who is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// They go with the person or the user.
    With,
    /// They are removed.
    Removed,
    /// What is said of the person in the structure of these columns is taken out.
    Scrubbed(&'static [&'static str]),
    /// These columns are emptied.
    Emptied(&'static [&'static str]),
    /// The id stays, and stands for nobody.
    Pseudonym,
    /// What names somebody in free words is told to who erases; a program cannot tell what else it says.
    Told,
    /// There is nothing.
    Nothing,
}

/// Somebody whose data is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The account.
    pub user: Option<UserId>,
    /// The person of the directory.
    pub person: Option<PersonId>,
    /// E-mail addresses that are nobody else's, in lower case.
    pub addresses: Vec<String>,
    /// Addresses that they had, in lower case, each with when that ended: what came later may be somebody else's.
    pub former: Vec<(String, DateTime<Utc>)>,
    /// Full name and telephone number as they are written, by which technical copies are found.
    pub words: Vec<String>,
    /// By what else others may name them: told to who erases, and nothing else.
    pub called: Vec<String>,
}

impl Subject {
    /// The ids, as structures write them.
    fn ids(&self) -> Vec<String> {
        let user = self.user.map(|id| id.to_string());
        user.into_iter().chain(self.person.map(|id| id.to_string())).collect()
    }
}
