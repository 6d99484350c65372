//! Where rows come from: lines of JSON, or a table with its columns mapped. Both know what stood where a fault was found.

use std::collections::{HashMap, HashSet};

use actix_web::web::Bytes;
use serde_json::{Map, Value};

use super::cells::{self, Reading};
use super::columns::{self, Field, Mapping, Reason};
use super::lines::{ImportParts, ImportPerson, ImportSkill, Line, PARTS, RECORDS};
use super::options::{Choices, ImportOptions};
use super::plan::RowFault;
use super::run::LineSchemas;
use super::table::{self, Table};
use crate::extract::parse_json;
use crate::organisations::wire::OrganisationCreate;
use crate::problem::{Breach, Code, Place, Problem};

/// In what form the rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, a record a line.
    JsonLines,
    /// A table of organisations with a header row: CSV or a workbook, which the bytes tell.
    Table,
}

/// Characters of a value that are repeated in a fault.
const SHOWN: usize = 200;

/// Lines of JSON at most; every one of them may have to be remembered with a fault.
const MOST_LINES: usize = 500_000;

/// Rows, not yet read.
pub enum Source {
    /// JSON Lines.
    Lines(Bytes),
    /// A table with the meaning of its columns.
    Table(Table, Mapping),
}

/// A row that was read, and what was found about it.
pub struct Read {
    /// The line, unless it is faulty.
    pub line: Option<(usize, Line)>,
    /// Faults and remarks.
    pub found: Vec<RowFault>,
}

impl Source {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Code::MalformedBody`] if it is no table, [`Code::InvalidQuery`] if the query names no field or no sheet.
    pub fn open(bytes: Bytes, format: Format, options: &ImportOptions) -> Result<Self, Problem> {
        let assignments = options.assignments()?;
        let unreadable =
            |breach| Problem::new(Code::MalformedBody).with_breaches(vec![(Place::Body(String::new()), breach)]);
        if format == Format::JsonLines {
            let source = Self::Lines(bytes);
            if source.count() > MOST_LINES {
                return Err(unreadable(Breach::Unreadable(format!("more than {MOST_LINES} lines"))));
            }
            return Ok(source);
        }
        let table = table::read(&bytes, &options.hints()).map_err(|breach| match breach {
            Breach::NotOneOf(_) => {
                Problem::new(Code::InvalidQuery).with_breaches(vec![(Place::Parameter("sheet".to_owned()), breach)])
            }
            breach => unreadable(breach),
        })?;
        let mapping = columns::map(&table, options.header_row, &assignments);
        Ok(Self::Table(table, mapping))
    }

    /// True for a table of which no column is known to hold names, so that no row can be read.
    pub fn lacks_names(&self) -> bool {
        matches!(self, Self::Table(_, mapping) if mapping.position(Field::Name).is_none())
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Lines(bytes) => filled(bytes).count(),
            Self::Table(table, mapping) => table.rows.iter().filter(|row| row.number > mapping.header_row).count(),
        }
    }

    /// Reads the rows, one after the other.
    pub fn read<'a>(&'a self, schemas: &'a LineSchemas, choices: &Choices) -> Box<dyn Iterator<Item = Read> + 'a> {
        let usual = choices.kind;
        match self {
            Self::Lines(bytes) => Box::new(filled(bytes).map(|(row, line)| read_line(schemas, row, line))),
            Self::Table(table, mapping) => {
                let rows = table.rows.iter().filter(|row| row.number > mapping.header_row);
                Box::new(rows.map(move |row| read_row(schemas, row.number, cells::read(mapping, row, usual))))
            }
        }
    }

    /// Remarks about columns that are not read.
    pub fn remarks(&self) -> Vec<RowFault> {
        let Self::Table(_, mapping) = self else {
            return Vec::new();
        };
        let unread = mapping.columns.iter().filter(|column| {
            matches!(column.reason, Reason::Unknown | Reason::Twice | Reason::NoPlace) && !column.header.is_empty()
        });
        let remark = |column: &columns::Column| {
            let breach = match column.reason {
                Reason::Unknown => Breach::UnknownField(column.suggestion.map(str::to_owned)),
                Reason::Twice => Breach::LeftOut("another column holds this field".to_owned()),
                _ => Breach::LeftOut("the directory has no field for it".to_owned()),
            };
            RowFault::warning(mapping.header_row.max(1), format!("/{}", column.header), breach)
        };
        unread.map(remark).collect()
    }

    /// Adds to faults the column and the value where they were found.
    pub fn explain(&self, faults: &mut [RowFault]) {
        match self {
            Self::Lines(bytes) => {
                let faulty: HashSet<usize> = faults.iter().map(|fault| fault.row).collect();
                let values: HashMap<usize, Value> = lines(bytes)
                    .filter(|(row, _)| faulty.contains(row))
                    .filter_map(|(row, line)| Some((row, parse_json(line).ok()?)))
                    .collect();
                for fault in faults {
                    let value = values.get(&fault.row).and_then(|value| value.pointer(fault.pointer()));
                    fault.value = value
                        .filter(|_| !fault.pointer().is_empty())
                        .map(|value| shown(&text_of(value)));
                }
            }
            Self::Table(table, mapping) => {
                let rows: HashMap<usize, &table::Row> = table.rows.iter().map(|row| (row.number, row)).collect();
                for fault in faults.iter_mut().filter(|fault| fault.row != mapping.header_row) {
                    let Some(position) = mapping.behind(fault.pointer()) else {
                        continue;
                    };
                    fault.column = mapping.columns.get(position).map(|column| column.header.clone());
                    let cell = rows.get(&fault.row).and_then(|row| row.cells.get(position));
                    fault.value = cell.filter(|cell| !cell.is_empty()).map(|cell| shown(cell));
                }
                for fault in faults.iter_mut().filter(|fault| fault.row == mapping.header_row) {
                    fault.column = fault.pointer().strip_prefix('/').map(str::to_owned);
                }
            }
        }
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

fn filled(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    lines(bytes).filter(|(_, line)| !line.trim_ascii().is_empty())
}

fn read_row(schemas: &LineSchemas, row: usize, reading: Reading) -> Read {
    let mut read = read_value(schemas, row, reading.value);
    if !reading.faults.is_empty() {
        read.line = None;
        // What a formula leaves empty is not missing besides.
        let spoilt = |fault: &RowFault| reading.faults.iter().any(|(place, _)| fault.pointer() == place);
        read.found.retain(|fault| !spoilt(fault));
    }
    let fault = |(pointer, breach)| RowFault::error(row, pointer, breach);
    let remark = |(pointer, breach)| RowFault::warning(row, pointer, breach);
    read.found.extend(reading.faults.into_iter().map(fault));
    read.found.extend(reading.notices.into_iter().map(remark));
    read
}

/// A JSON value as text: a string without quotes.
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The first characters of a value.
pub fn shown(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(SHOWN).collect()
}

fn read_line(schemas: &LineSchemas, row: usize, line: &[u8]) -> Read {
    match parse_json(line) {
        Ok(value) => read_value(schemas, row, value),
        Err(breach) => faulty(row, vec![(Place::Body(String::new()), breach)]),
    }
}

fn read_value(schemas: &LineSchemas, row: usize, mut value: Value) -> Read {
    let at = |pointer: &str, breach| faulty(row, vec![(Place::Body(pointer.to_owned()), breach)]);
    let schema = match value.get("record").and_then(Value::as_str) {
        Some("skill") => &schemas.skill,
        Some("organisation") => &schemas.organisation,
        Some("opportunity") => &schemas.opportunity,
        Some("solution") => &schemas.solution,
        Some("person") => &schemas.person,
        Some("membership_type") => &schemas.membership_type,
        _ if !value.is_object() => return at("", Breach::Type("object".to_owned())),
        _ => return at("/record", Breach::NotOneOf(RECORDS.map(str::to_owned).to_vec())),
    };
    let found = schema.check(&value);
    if !found.is_empty() {
        return faulty(row, found);
    }
    let record = value.as_object_mut().and_then(|members| members.shift_remove("record"));
    let line = match record.as_ref().and_then(Value::as_str) {
        Some("skill") => serde_json::from_value::<ImportSkill>(value).map(Line::Skill),
        Some("opportunity") => serde_json::from_value(value).map(|line| Line::Opportunity(Box::new(line))),
        Some("solution") => serde_json::from_value(value).map(|line| Line::Solution(Box::new(line))),
        Some("person") => serde_json::from_value::<ImportPerson>(value).map(Line::Person),
        Some("membership_type") => membership_type(value),
        _ => organisation(value),
    };
    match line {
        Ok(line) => Read {
            line: Some((row, line)),
            found: Vec::new(),
        },
        Err(error) => at("", Breach::Unreadable(error.to_string())),
    }
}

/// The id is split off; the rest is a new type.
fn membership_type(mut value: Value) -> Result<Line, serde_json::Error> {
    let id = value.as_object_mut().and_then(|members| members.shift_remove("id"));
    let id = id.map(serde_json::from_value).transpose()?;
    Ok(Line::MembershipType(id, Box::new(serde_json::from_value(value)?)))
}

/// The parts are split off; the rest is a new organisation.
fn organisation(mut value: Value) -> Result<Line, serde_json::Error> {
    let mut parts = Map::new();
    for name in PARTS {
        parts.extend(
            value
                .as_object_mut()
                .and_then(|members| members.shift_remove_entry(name)),
        );
    }
    let parts: ImportParts = serde_json::from_value(Value::Object(parts))?;
    let organisation: OrganisationCreate = serde_json::from_value(value)?;
    Ok(Line::Organisation(Box::new(organisation), parts))
}

fn faulty(row: usize, found: Vec<(Place, Breach)>) -> Read {
    let fault = |(place, breach)| {
        let (Place::Body(pointer) | Place::Parameter(pointer)) = place;
        RowFault::error(row, pointer, breach)
    };
    Read {
        line: None,
        found: found.into_iter().map(fault).collect(),
    }
}
