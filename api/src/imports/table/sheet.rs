//! One sheet: its cells as they were written, row by row. Formulas are never evaluated; what the office program computed last
//! is taken.

use std::io::BufRead;

use super::workbook::{Part, Xml};
use super::{MOST_CELL_BYTES, MOST_COLUMNS, Rows, too_long, unreadable};
use crate::problem::Breach;

/// A cell as it is being read.
#[derive(Default)]
struct Cell {
    column: usize,
    kind: String,
    value: String,
    formula: Option<String>,
}

/// What the text at hand belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nothing,
    Value,
    Formula,
}

struct State<'a> {
    shared: &'a [Box<str>],
    number: usize,
    row: Vec<Box<str>>,
    cell: Cell,
    place: Place,
}

/// Reads all rows of a sheet.
pub(super) fn read<R: BufRead>(mut xml: Xml<R>, shared: &[Box<str>], rows: &mut Rows) -> Result<(), Breach> {
    let mut state = State {
        shared,
        number: 0,
        row: Vec::new(),
        cell: Cell::default(),
        place: Place::Nothing,
    };
    while let Some(part) = xml.next()? {
        match part {
            Part::Start(element) if element.is("row") => {
                let given = element.attribute("r").and_then(|number| number.parse().ok());
                state.number = given.unwrap_or(state.number + 1);
            }
            Part::Start(element) if element.is("c") => {
                let address = element.attribute("r");
                state.begin_cell(address.as_deref(), element.attribute("t").unwrap_or_default())?;
            }
            Part::Start(element) if element.is("v") || element.is("t") => state.place = Place::Value,
            Part::Start(element) if element.is("f") => {
                state.place = Place::Formula;
                state.cell.formula.get_or_insert_default();
            }
            Part::Text(text) => state.text(&text)?,
            Part::End(name) => match name.as_str() {
                "v" | "t" | "f" => state.place = Place::Nothing,
                "c" => state.end_cell(),
                "row" => rows.push(state.number, std::mem::take(&mut state.row))?,
                "sheetData" => return Ok(()),
                _ => {}
            },
            _ => {}
        }
    }
    Ok(())
}

impl State<'_> {
    fn begin_cell(&mut self, address: Option<&str>, kind: String) -> Result<(), Breach> {
        let column = match address {
            Some(address) => column(address).ok_or_else(|| unreadable(format!("there is no cell {address:.20}")))?,
            None => self.row.len(),
        };
        if column >= MOST_COLUMNS {
            let address = address.unwrap_or_default();
            return Err(unreadable(format!(
                "the cell {address} lies beyond the {MOST_COLUMNS} columns that a table may have"
            )));
        }
        self.cell = Cell {
            column,
            kind,
            ..Cell::default()
        };
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Breach> {
        let target = match self.place {
            Place::Nothing => return Ok(()),
            Place::Value => &mut self.cell.value,
            Place::Formula => self.cell.formula.get_or_insert_default(),
        };
        target.push_str(text);
        if target.len() > MOST_CELL_BYTES {
            return Err(too_long(self.number));
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        let shared = |index: &str| self.shared.get(index.trim().parse::<usize>().ok()?).cloned();
        let value: Box<str> = match cell.kind.as_str() {
            _ if cell.value.is_empty() => {
                // A formula that was never computed has no value. It is shown as it stands, and refused as a value.
                cell.formula
                    .map_or_else(Box::default, |formula| format!("={formula}").into())
            }
            "s" => shared(&cell.value).unwrap_or_default(),
            "" | "n" => number(cell.value.trim()).into(),
            "b" => if cell.value.trim() == "1" { "true" } else { "false" }.into(),
            _ => cell.value.trim().into(),
        };
        // A cell may name a column before the last one; then it replaces.
        if self.row.len() <= cell.column {
            self.row.resize(cell.column + 1, Box::default());
        }
        if let Some(place) = self.row.get_mut(cell.column) {
            *place = value;
        }
    }
}

/// The column of an address such as `B12`, from 0; the last one there is, is `XFD`.
fn column(address: &str) -> Option<usize> {
    let letters = address.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let column = letters.fold(0_usize, |column, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    column.checked_sub(1).filter(|column| *column < 16_384)
}

/// A number as people write it: stored are the digits of a double, such as `50.927000000000003` or `1.6053E7`.
fn number(stored: &str) -> String {
    match stored.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => stored.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_read() {
        assert_eq!(column("A1"), Some(0));
        assert_eq!(column("AB7"), Some(27));
        assert_eq!(column("XFD1048576"), Some(16_383));
        assert_eq!((column("XFE1"), column("12")), (None, None));
        assert_eq!(number("7743"), "7743");
        assert_eq!(number("1.6053E7"), "16053000");
        assert_eq!(number("50.927000000000003"), "50.927");
    }
}
