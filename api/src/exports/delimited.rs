//! The table as text (RFC 4180).

use werkstadt_domain::profile::Profile;

use super::table::{COLUMNS, Cell, row};
use super::{Chunks, TableOptions, View, Writer};
use crate::problem::Problem;

/// A small table that is written at once.
#[derive(Debug)]
pub struct Small(Option<Vec<u8>>);

impl Small {
    /// The table of these columns and rows. A text that a spreadsheet would take for a formula begins with an apostrophe.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if something cannot be written; a defect.
    pub fn new(
        options: TableOptions,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Result<Self, Problem> {
        let mut out = Vec::new();
        begin(options, &mut out, columns)?;
        for row in rows {
            line(options, &mut out, &texts(row))?;
        }
        Ok(Self(Some(out)))
    }
}

impl Chunks for Small {
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        Ok(self.0.take())
    }
}

fn begin(options: TableOptions, out: &mut Vec<u8>, columns: &[&str]) -> Result<(), Problem> {
    if options.has_mark() {
        out.extend_from_slice("\u{FEFF}".as_bytes());
    }
    line(options, out, columns)
}

fn line<T: AsRef<[u8]>>(options: TableOptions, out: &mut Vec<u8>, cells: &[T]) -> Result<(), Problem> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(options.separator())
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(cells).map_err(Problem::internal)?;
    writer.flush().map_err(Problem::internal)
}

fn texts(row: impl IntoIterator<Item = Cell>) -> Vec<String> {
    let text = |cell: Cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text,
        Cell::Number(number) => number.to_string(),
    };
    row.into_iter().map(text).collect()
}

/// Writes CSV.
pub(super) struct Delimited {
    view: View,
    options: TableOptions,
}

impl Delimited {
    /// For a view.
    pub(super) const fn new(view: View, options: TableOptions) -> Self {
        Self { view, options }
    }
}

impl Writer for Delimited {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        begin(self.options, out, &COLUMNS)
    }

    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem> {
        line(self.options, out, &texts(row(&self.view, profile)))
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), Problem> {
        Ok(())
    }
}
