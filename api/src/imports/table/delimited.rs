//! Text with separators: which separator and quote it has, and its rows.

use super::{MOST_CELL_BYTES, Rows, Separator, too_long, unreadable};
use crate::imports::columns;
use crate::problem::Breach;

/// How much of a text is looked at to tell its separator.
const PROBE_BYTES: usize = 1 << 16;
const PROBE_ROWS: usize = 60;

/// The separator that was given, that the first line declares as `sep=;`, or that explains most; and the text to read.
pub(super) fn separator(text: &str, given: Option<Separator>) -> (&str, Separator) {
    let all = [Separator::Semicolon, Separator::Comma, Separator::Tab, Separator::Pipe];
    let first = text.lines().next().unwrap_or_default();
    if let Some(declared) = first.strip_prefix("sep=") {
        let declared = all.into_iter().find(|one| declared.as_bytes() == [one.byte()]);
        if let Some(declared) = declared {
            // An empty line is left in its place, so that rows keep their numbers.
            return (text.get(first.len()..).unwrap_or_default(), given.unwrap_or(declared));
        }
    }
    let probe = probe(text);
    let best = || {
        let scored = all.into_iter().map(|one| (score(probe, one), one));
        scored.rev().max_by_key(|(score, _)| *score).map(|(_, one)| one)
    };
    (text, given.or_else(best).unwrap_or(Separator::Semicolon))
}

fn probe(text: &str) -> &str {
    text.get(..text.floor_char_boundary(PROBE_BYTES)).unwrap_or_default()
}

/// How well a separator explains a text: known column names first, then rows of the same width.
fn score(probe: &str, separator: Separator) -> (usize, usize) {
    let mut rows = Rows::default();
    // A cell cut off by the end of the probe is no fault of the separator.
    drop(read(probe, separator, b'"', &mut rows));
    let rows = rows.rows.get(..rows.rows.len().min(PROBE_ROWS)).unwrap_or_default();
    let names = rows
        .iter()
        .map(|row| columns::recognised(&row.cells))
        .max()
        .unwrap_or(0);
    let alike = |width: usize| rows.iter().filter(|row| row.cells.len() == width).count();
    let widths = rows.iter().map(|row| row.cells.len()).filter(|width| *width > 1);
    (names, widths.map(alike).max().unwrap_or(0))
}

/// `"`, unless most cells of the first row stand between apostrophes.
pub(super) fn quote(text: &str, separator: Separator) -> u8 {
    let mut lines = probe(text).lines();
    let first = lines.find(|line| !line.trim().is_empty()).unwrap_or_default();
    let cells = first.split(char::from(separator.byte())).map(str::trim);
    let (quoted, all) = cells.fold((0, 0), |(quoted, all), cell| {
        let is = cell.len() > 1 && cell.starts_with('\'') && cell.ends_with('\'');
        (quoted + usize::from(is), all + 1)
    });
    if quoted * 2 > all { b'\'' } else { b'"' }
}

/// Reads all rows. Line ends of every system count, and inside quotes belong to the cell.
///
/// # Errors
/// A quote that is never closed, a limit that is broken.
pub(super) fn read(text: &str, separator: Separator, quote: u8, rows: &mut Rows) -> Result<(), Breach> {
    let mut reader = Reader {
        text,
        at: 0,
        separator: separator.byte(),
        quote,
    };
    let mut number = 0;
    while reader.at < text.len() {
        number += 1;
        let cells = reader.row(number)?;
        rows.push(number, cells)?;
    }
    Ok(())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    separator: u8,
    quote: u8,
}

impl Reader<'_> {
    fn row(&mut self, number: usize) -> Result<Vec<Box<str>>, Breach> {
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell(number)?);
            if cells.len() > super::MOST_COLUMNS * 4 {
                return Err(unreadable(format!(
                    "row {number} has more than {} cells",
                    cells.len() - 1
                )));
            }
            match self.peek() {
                Some(byte) if byte == self.separator => self.at += 1,
                _ => break,
            }
        }
        self.line_end();
        Ok(cells)
    }

    fn cell(&mut self, number: usize) -> Result<Box<str>, Breach> {
        if self.peek() == Some(self.quote) {
            return self.quoted(number);
        }
        let begin = self.at;
        self.skip_plain();
        self.slice(begin, self.at, number).map(|text| text.trim().into())
    }

    /// A quoted cell; two quotes inside stand for one, and what follows the closing one is kept.
    fn quoted(&mut self, number: usize) -> Result<Box<str>, Breach> {
        let mut cell = String::new();
        loop {
            self.at += 1;
            let begin = self.at;
            let rest = self.text.as_bytes().get(begin..).unwrap_or_default();
            let Some(length) = rest
                .iter()
                .take(MOST_CELL_BYTES + 1)
                .position(|byte| *byte == self.quote)
            else {
                if rest.len() > MOST_CELL_BYTES {
                    return Err(too_long(number));
                }
                return Err(unreadable(format!(
                    "the quotation mark in row {number} is never closed"
                )));
            };
            self.at = begin + length;
            cell.push_str(self.slice(begin, self.at, number)?);
            self.at += 1;
            if self.peek() != Some(self.quote) {
                break;
            }
            cell.push(char::from(self.quote));
            if cell.len() > MOST_CELL_BYTES {
                return Err(too_long(number));
            }
        }
        let begin = self.at;
        self.skip_plain();
        cell.push_str(self.slice(begin, self.at, number)?);
        Ok(cell.trim().into())
    }

    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let ends = |byte: &u8| *byte == self.separator || *byte == b'\n' || *byte == b'\r';
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn slice(&self, begin: usize, end: usize, number: usize) -> Result<&str, Breach> {
        if end - begin > MOST_CELL_BYTES {
            return Err(too_long(number));
        }
        // Separators, quotes and line ends are ASCII, so no character is cut.
        Ok(self.text.get(begin..end).unwrap_or_default())
    }

    fn line_end(&mut self) {
        if self.peek() == Some(b'\r') {
            self.at += 1;
        }
        if self.peek() == Some(b'\n') {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
