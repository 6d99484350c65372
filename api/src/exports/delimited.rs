//! The table as text (RFC 4180).

use werkstadt_domain::profile::Profile;

use super::table::{COLUMNS, Cell, row};
use super::{TableOptions, View, Writer};
use crate::problem::Problem;

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

    fn line<'a>(&self, out: &mut Vec<u8>, cells: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.options.separator())
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        writer.write_record(cells).map_err(Problem::internal)?;
        writer.flush().map_err(Problem::internal)
    }
}

impl Writer for Delimited {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        if self.options.has_mark() {
            out.extend_from_slice("\u{FEFF}".as_bytes());
        }
        self.line(out, COLUMNS)
    }

    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem> {
        let cells = row(&self.view, profile).into_iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text,
            Cell::Number(number) => number.to_string(),
        });
        let cells: Vec<String> = cells.collect();
        self.line(out, cells.iter().map(String::as_str))
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), Problem> {
        Ok(())
    }
}
