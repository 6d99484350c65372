//! Columns: where the header row is, and which field each column holds, by the names that people give them in German and
//! English or as the caller says.

use std::collections::HashMap;
use std::sync::LazyLock;

use werkstadt_domain::import::fold;
use werkstadt_domain::named::Named;

use super::table::{Row, Table};
use crate::contract::nearest;

mod field;
mod names;

pub use field::{Field, Target};

/// Rows among which the header is looked for: titles, dates and empty lines stand above it.
const HEADER_WITHIN: usize = 30;

/// Which column holds what.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The number of the header row, 0 if there is none.
    pub header_row: usize,
    /// The columns from the first on.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header row.
    pub header: String,
    /// What it holds; nothing if it is not read.
    pub target: Option<Target>,
    /// How that is known.
    pub reason: Reason,
    /// The field that was probably meant, where it is not certain enough to be read.
    pub suggestion: Option<&'static str>,
}

/// How it is known what a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The caller said so.
    Given,
    /// By its name.
    Name,
    /// Another column of that name is taken.
    Twice,
    /// It is understood, but the directory has no place for it.
    NoPlace,
    /// It is not known.
    Unknown,
}

impl Reason {
    /// The name in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Name => "name",
            Self::Twice => "twice",
            Self::NoPlace => "no_place",
            Self::Unknown => "unknown",
        }
    }
}

/// What a caller says about one column: its name, or `#` and its position from 1, and the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// `KMU` or `#5`.
    pub column: String,
    /// What it holds; nothing to leave it out.
    pub target: Option<Target>,
}

impl Assignment {
    /// Reads `Firma:name`, `#5:ignore`. The column's name may contain colons, the field none but that of `external_id:pic`.
    pub fn parse(text: &str) -> Option<Self> {
        let external = text.rsplit_once(":external_id:");
        let (column, field) = match external {
            Some((column, scheme)) => (column, format!("external_id:{scheme}")),
            None => text
                .rsplit_once(':')
                .map(|(column, field)| (column, field.to_owned()))?,
        };
        let target = match field.as_str() {
            "ignore" => None,
            field => Some(Target::parse(field)?),
        };
        Some(Self {
            column: column.to_owned(),
            target,
        })
    }

    fn means(&self, position: usize, header: &str) -> bool {
        let by_position = self.column.strip_prefix('#').and_then(|number| number.parse().ok());
        by_position.map_or_else(
            || fold(&self.column) == fold(header),
            |number: usize| number == position + 1,
        )
    }
}

/// Every known name of a column, folded, with what it means and its rank: a lower one is the better name of the field.
static KNOWN: LazyLock<HashMap<String, (Option<Field>, usize)>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for (field, spellings) in names::FIELDS {
        for (rank, name) in std::iter::once(field.code()).chain(spellings.split('|')).enumerate() {
            known.entry(fold(name)).or_insert((Some(field), rank));
        }
    }
    for name in names::NO_PLACE.split('|') {
        known.entry(fold(name)).or_insert((None, usize::MAX));
    }
    known
});

/// How many different fields the cells of a row name, were it the header.
pub fn recognised(cells: &[Box<str>]) -> usize {
    let mut fields: Vec<Field> = cells.iter().filter_map(|cell| known(cell)?.0).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.len()
}

/// What a name of a column means: as a whole, without what stands in parentheses, by its first words.
fn known(header: &str) -> Option<(Option<Field>, usize)> {
    if header.len() > 120 {
        return None;
    }
    let outside = header.split(['(', '[']).next().unwrap_or_default();
    let first = outside
        .split(['/', ',', '|', ':', '–', '\n'])
        .next()
        .unwrap_or_default();
    let tries = [header, outside, first].into_iter().enumerate();
    let mut found = tries.filter_map(|(loss, text)| {
        let (field, rank) = KNOWN.get(&fold(text)).copied()?;
        Some((field, rank.saturating_add(loss * 100)))
    });
    found.next()
}

/// Finds the header row and what its columns hold. `header_row` and `given` overrule.
pub fn map(table: &Table, header_row: Option<usize>, given: &[Assignment]) -> Mapping {
    let Some(header) = header(table, header_row) else {
        return Mapping {
            header_row: header_row.unwrap_or(0),
            columns: Vec::new(),
        };
    };
    let widest = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let names = (0..widest).map(|position| header.cells.get(position).map_or("", |cell| cell).to_owned());
    let mut columns: Vec<Column> = names
        .enumerate()
        .map(|(position, name)| column(position, name, given))
        .collect();
    settle_twice(&mut columns);
    Mapping {
        header_row: header.number,
        columns,
    }
}

fn header(table: &Table, given: Option<usize>) -> Option<&Row> {
    if let Some(number) = given {
        return table.rows.iter().find(|row| row.number == number);
    }
    let candidates = || table.rows.iter().take(HEADER_WITHIN);
    let best = candidates().rev().max_by_key(|row| recognised(&row.cells))?;
    if recognised(&best.cells) > 0 {
        return Some(best);
    }
    // No name is known: the first row that is as wide as a row of a table, for the caller to map.
    let width = candidates().map(|row| row.cells.len()).max()?;
    candidates().find(|row| row.cells.len() == width)
}

fn column(position: usize, header: String, given: &[Assignment]) -> Column {
    let assigned = given.iter().find(|one| one.means(position, &header));
    let (target, reason) = match (assigned, known(&header)) {
        (Some(assigned), _) => (assigned.target.clone(), Reason::Given),
        (None, Some((Some(field), _))) => (Some(Target::Field(field)), Reason::Name),
        (None, Some((None, _))) => (None, Reason::NoPlace),
        (None, None) => match Target::external(&header) {
            Some(external) => (Some(external), Reason::Name),
            None => (None, Reason::Unknown),
        },
    };
    let suggestion = if reason == Reason::Unknown {
        meant(&header)
    } else {
        None
    };
    Column {
        header,
        target,
        reason,
        suggestion,
    }
}

/// The field whose name is nearest to one that is not known.
fn meant(header: &str) -> Option<&'static str> {
    let folded = fold(header);
    let name = nearest(&folded, KNOWN.keys().map(String::as_str)).filter(|_| folded.len() > 3)?;
    KNOWN.get(&name)?.0.map(Field::code)
}

/// Where several columns name one field, the caller's word counts, then the best name, then the first column. What a second column
/// says of a contact is a second contact's.
fn settle_twice(columns: &mut [Column]) {
    let mut best: HashMap<Target, (usize, usize)> = HashMap::new();
    for (position, column) in columns.iter().enumerate() {
        if let Some(target) = &column.target {
            let rank = match column.reason {
                Reason::Given => 0,
                _ => known(&column.header).map_or(usize::MAX, |(_, rank)| rank.saturating_add(1)),
            };
            let entry = best.entry(target.clone()).or_insert((rank, position));
            *entry = (*entry).min((rank, position));
        }
    }
    for (position, column) in columns.iter_mut().enumerate() {
        let Some(target) = &column.target else { continue };
        if best.get(target).map(|(_, at)| *at) == Some(position) {
            continue;
        }
        let second = match target {
            Target::Field(field) => field.of_second_contact().map(Target::Field),
            Target::External(_) => None,
        };
        let second = second.filter(|second| !best.contains_key(second));
        match &second {
            Some(second) => drop(best.insert(second.clone(), (0, position))),
            None => column.reason = Reason::Twice,
        }
        column.target = second;
    }
}

impl Mapping {
    /// The position of the column that holds a field.
    pub fn position(&self, field: Field) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.target == Some(Target::Field(field)))
    }

    /// The column to which a JSON pointer into the record leads, the most exact one first.
    pub fn behind(&self, pointer: &str) -> Option<usize> {
        let places = self.columns.iter().enumerate();
        let places = places.filter_map(|(position, column)| Some((position, column.target.as_ref()?.pointer())));
        let related = places.filter(|(_, place)| pointer.starts_with(place.as_str()) || place.starts_with(pointer));
        related
            .filter(|_| !pointer.is_empty())
            .max_by_key(|(position, place)| {
                (
                    place == pointer,
                    pointer.starts_with(place.as_str()),
                    std::cmp::Reverse(*position),
                )
            })
            .map(|(position, _)| position)
    }
}

#[cfg(test)]
mod tests;
