//! A file as a table: bytes of unknown encoding, separator or workbook become rows of texts, within limits that no file gets
//! around.

use werkstadt_domain::named::Named;

use crate::problem::Breach;

mod archive;
mod bounded;
mod delimited;
mod sheet;
mod text;
mod workbook;

/// Rows of a table at most.
pub const MOST_ROWS: usize = 100_000;
/// Cells of a row at most.
pub const MOST_COLUMNS: usize = 500;
/// Cells of a table at most, the empty ones between others included.
const MOST_CELLS: usize = 3_000_000;
/// Bytes of one cell at most; the office programs stop at 32,767 characters.
const MOST_CELL_BYTES: usize = 100_000;
/// Bytes of all cells together at most.
const MOST_BYTES: usize = 64 << 20;

/// A table, with what was found out about its file.
#[derive(Debug)]
pub struct Table {
    /// How the file is made.
    pub layout: Layout,
    /// Rows that have anything in them.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet shows it, from 1.
    pub number: usize,
    /// Its cells from the first column on, trimmed; those missing at the end are empty.
    pub cells: Vec<Box<str>>,
}

/// How a file is made.
#[derive(Debug, PartialEq, Eq)]
pub enum Layout {
    /// Text with separators.
    Csv {
        /// How characters are written.
        encoding: Encoding,
        /// What stands between cells.
        separator: Separator,
        /// What stands around cells.
        quote: char,
    },
    /// A workbook.
    Xlsx {
        /// The sheet that was read.
        sheet: String,
        /// All sheets that a reader of the workbook sees.
        sheets: Vec<String>,
    },
}

/// What the caller says about the file; the rest is detected.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// How characters are written.
    pub encoding: Option<Encoding>,
    /// What stands between cells.
    pub separator: Option<Separator>,
    /// The sheet to read.
    pub sheet: Option<String>,
}

/// How characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252, which contains Latin-1.
    Windows1252,
}

impl Named for Encoding {
    const NAME: &'static str = "ImportEncoding";
    const ALL: &'static [Self] = &[Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    fn code(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `;`, as German office programs write.
    Semicolon,
    /// `,`.
    Comma,
    /// A tab.
    Tab,
    /// `|`.
    Pipe,
}

impl Named for Separator {
    const NAME: &'static str = "ImportSeparator";
    const ALL: &'static [Self] = &[Self::Semicolon, Self::Comma, Self::Tab, Self::Pipe];

    fn code(self) -> &'static str {
        match self {
            Self::Semicolon => "semicolon",
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
        }
    }
}

impl Separator {
    /// The character as it stands in a file.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Semicolon => b';',
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// Reads a file. What it is, its first bytes tell; names and media types of files lie.
///
/// # Errors
/// Why it is no table, or what limit it breaks.
pub fn read(bytes: &[u8], hints: &Hints) -> Result<Table, Breach> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return workbook::read(bytes, hints.sheet.as_deref());
    }
    let (text, encoding) = text::decode(bytes, hints.encoding)?;
    let text = text.trim_start_matches('\u{FEFF}');
    let (text, separator) = delimited::separator(text, hints.separator);
    let quote = delimited::quote(text, separator);
    let mut rows = Rows::default();
    delimited::read(text, separator, quote, &mut rows)?;
    Ok(Table {
        layout: Layout::Csv {
            encoding,
            separator,
            quote: char::from(quote),
        },
        rows: rows.rows,
    })
}

/// Rows as they are collected, counted against the limits.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    cells: usize,
    bytes: usize,
}

impl Rows {
    /// Takes a row unless it is empty.
    fn push(&mut self, number: usize, mut cells: Vec<Box<str>>) -> Result<(), Breach> {
        while cells.last().is_some_and(|last| last.is_empty()) {
            cells.pop();
        }
        if cells.is_empty() {
            return Ok(());
        }
        self.cells += cells.len();
        self.bytes += cells.iter().map(|cell| cell.len()).sum::<usize>();
        let most = |what: &str, limit: usize| Err(unreadable(format!("more than {limit} {what} in one table")));
        if cells.len() > MOST_COLUMNS {
            return most("columns", MOST_COLUMNS);
        }
        if self.rows.len() >= MOST_ROWS {
            return most("rows", MOST_ROWS);
        }
        if self.cells > MOST_CELLS {
            return most("cells", MOST_CELLS);
        }
        if self.bytes > MOST_BYTES {
            return most("bytes", MOST_BYTES);
        }
        cells.shrink_to_fit();
        self.rows.push(Row { number, cells });
        Ok(())
    }
}

fn too_long(row: usize) -> Breach {
    unreadable(format!("a cell of row {row} is longer than {MOST_CELL_BYTES} bytes"))
}

fn unreadable(why: impl Into<String>) -> Breach {
    Breach::Unreadable(why.into())
}

#[cfg(test)]
mod tests;
