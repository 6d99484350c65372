//! The table as a workbook (Office Open XML, ECMA-376), written as a stream: texts stand in their cells, not in a shared list.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use werkstadt_domain::profile::Profile;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::table::{COLUMNS, Cell, row};
use super::{View, Writer};
use crate::problem::Problem;

/// What a cell holds at most, in UTF-16 code units.
const MOST_UNITS: usize = 32_767;

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;

const RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Organisations" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

const WORKBOOK_RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

/// Style 0 is plain, style 1 bold for the names of the columns, style 2 is text whatever it looks like.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>"#;

const SHEET_BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>"#;

/// Writes XLSX.
pub(super) struct Workbook {
    view: View,
    written: Sink,
    archive: Option<ZipWriter<StreamWriter<Sink>>>,
}

/// What the archive has written and nobody has taken yet.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Workbook {
    /// For a view.
    pub(super) fn new(view: View) -> Self {
        let written = Sink::default();
        let archive = Some(ZipWriter::new_stream(written.clone()));
        Self { view, written, archive }
    }

    fn begin_member(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        // The same organisations are the same bytes: no times.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        let archive = self.archive.as_mut().ok_or_else(ended)?;
        archive.start_file(name, options).map_err(Problem::internal)?;
        self.put(text)
    }

    fn put(&mut self, text: &str) -> Result<(), Problem> {
        let archive = self.archive.as_mut().ok_or_else(ended)?;
        archive.write_all(text.as_bytes()).map_err(Problem::internal)
    }

    fn take(&self, out: &mut Vec<u8>) {
        out.append(&mut self.written.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Writer for Workbook {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        for (name, text) in [
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", RELATIONSHIPS),
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONSHIPS),
            ("xl/styles.xml", STYLES),
            ("xl/worksheets/sheet1.xml", SHEET_BEGIN),
        ] {
            self.begin_member(name, text)?;
        }
        let names = COLUMNS.map(|name| Cell::Text(name.to_owned()));
        self.put(&sheet_row(&names, 1))?;
        self.take(out);
        Ok(())
    }

    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem> {
        let cells = row(&self.view, profile);
        self.put(&sheet_row(&cells, 2))?;
        self.take(out);
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.put("</sheetData></worksheet>")?;
        let archive = self.archive.take().ok_or_else(ended)?;
        archive.finish().map_err(Problem::internal)?;
        self.take(out);
        Ok(())
    }
}

fn ended() -> Problem {
    Problem::internal("the workbook has ended already")
}

/// A row. Cells without an address follow each other, so empty ones are written, too.
fn sheet_row(cells: &[Cell], style: u8) -> String {
    let mut xml = String::from("<row>");
    for cell in cells {
        // Writing to a string cannot fail.
        let _ = match cell {
            Cell::Empty => write!(xml, "<c/>"),
            Cell::Number(number) => write!(xml, "<c><v>{number}</v></c>"),
            Cell::Text(text) => write!(
                xml,
                "<c s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                escaped(text)
            ),
        };
    }
    xml.push_str("</row>");
    xml
}

/// A text as XML, as much of it as fits into a cell.
fn escaped(text: &str) -> String {
    let mut room = MOST_UNITS;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match room.checked_sub(c.len_utf16()) {
            Some(left) => room = left,
            None => break,
        }
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            // What XML cannot say at all (XML 1.0, 2.2).
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c < ' ' && !matches!(c, '\t' | '\n') => {}
            c => out.push(c),
        }
    }
    out
}
