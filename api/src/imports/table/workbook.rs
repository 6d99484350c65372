//! Workbooks (Office Open XML, ISO/IEC 29500): which sheet to read, and the texts that its cells share.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::archive::Archive;
use super::{Layout, MOST_BYTES, MOST_CELL_BYTES, Rows, Table, sheet, unreadable};
use crate::problem::Breach;

/// Texts that cells share at most.
const MOST_SHARED: usize = 1_000_000;
/// Elements inside elements at most; sheets have about six.
const DEEPEST: usize = 64;

/// Reads the named sheet, or the first one that can be seen.
pub(super) fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Table, Breach> {
    let archive = Archive::open(bytes)?;
    let sheets = sheets(&archive)?;
    let visible = || sheets.iter().find(|sheet| sheet.is_visible).or(sheets.first());
    let chosen = match wanted {
        Some(name) => sheets.iter().find(|sheet| sheet.name == name),
        None => visible(),
    };
    let known = || sheets.iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>();
    let chosen = chosen.ok_or_else(|| match wanted {
        Some(_) => Breach::NotOneOf(known()),
        None => unreadable("a workbook without sheets"),
    })?;
    let shared = shared(&archive)?;
    let content = archive.member(&chosen.member)?;
    let content = content.ok_or_else(|| unreadable(format!("the sheet {} is missing", chosen.name)))?;
    let mut rows = Rows::default();
    sheet::read(Xml::new(content), &shared, &mut rows)?;
    Ok(Table {
        layout: Layout::Xlsx {
            sheet: chosen.name.clone(),
            sheets: known(),
        },
        rows: rows.rows,
    })
}

struct Sheet {
    name: String,
    member: String,
    is_visible: bool,
}

fn sheets(archive: &Archive<'_>) -> Result<Vec<Sheet>, Breach> {
    let targets = targets(archive)?;
    let content = archive.member("xl/workbook.xml")?;
    let content = content.ok_or_else(|| unreadable("an archive, but no workbook (.xlsx)"))?;
    let mut xml = Xml::new(content);
    let mut sheets = Vec::new();
    while let Some(part) = xml.next()? {
        if let Part::Start(element) = part
            && element.is("sheet")
        {
            let target = element.attribute("r:id").and_then(|id| targets.get(&id).cloned());
            sheets.push(Sheet {
                name: element.attribute("name").unwrap_or_default(),
                member: target.unwrap_or_else(|| format!("xl/worksheets/sheet{}.xml", sheets.len() + 1)),
                is_visible: element.attribute("state").is_none_or(|state| state == "visible"),
            });
        }
    }
    Ok(sheets)
}

/// The members of the archive by the ids under which the workbook names them.
fn targets(archive: &Archive<'_>) -> Result<HashMap<String, String>, Breach> {
    let Some(content) = archive.member("xl/_rels/workbook.xml.rels")? else {
        return Ok(HashMap::new());
    };
    let mut xml = Xml::new(content);
    let mut targets = HashMap::new();
    while let Some(part) = xml.next()? {
        if let Part::Start(element) = part
            && let Some((id, target)) = element.attribute("Id").zip(element.attribute("Target"))
        {
            let absolute = target.strip_prefix('/').map(str::to_owned);
            targets.insert(id, absolute.unwrap_or_else(|| format!("xl/{target}")));
        }
    }
    Ok(targets)
}

fn shared(archive: &Archive<'_>) -> Result<Vec<Box<str>>, Breach> {
    let Some(content) = archive.member("xl/sharedStrings.xml")? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(content);
    let (mut texts, mut text, mut bytes): (Vec<Box<str>>, String, usize) = (Vec::new(), String::new(), 0);
    let (mut in_text, mut in_reading_aid) = (Inside::No, Inside::No);
    while let Some(part) = xml.next()? {
        match part {
            Part::Start(element) if element.is("t") => in_text = Inside::Yes,
            // How Japanese is pronounced; not part of the text.
            Part::Start(element) if element.is("rPh") => in_reading_aid = Inside::Yes,
            Part::End(name) if name == "t" => in_text = Inside::No,
            Part::End(name) if name == "rPh" => in_reading_aid = Inside::No,
            Part::End(name) if name == "si" => {
                bytes += text.len();
                if texts.len() >= MOST_SHARED || bytes > MOST_BYTES {
                    return Err(unreadable("the workbook holds more text than a table may have"));
                }
                texts.push(text.trim().into());
                text.clear();
            }
            Part::Text(more) if (in_text, in_reading_aid) == (Inside::Yes, Inside::No) => text.push_str(&more),
            _ => {}
        }
        if text.len() > MOST_CELL_BYTES {
            return Err(unreadable(format!("a text is longer than {MOST_CELL_BYTES} bytes")));
        }
    }
    Ok(texts)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Yes,
    No,
}

/// XML as far as sheets need it. Nothing is ever expanded: entities of a document's own are not read.
pub(super) struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    depth: usize,
}

/// A piece of XML.
pub(super) enum Part<'a> {
    /// An element begins.
    Start(Element<'a>),
    /// The element of this local name ends.
    End(String),
    /// A piece of text.
    Text(String),
    /// What says nothing.
    Other,
}

/// The begin of an element.
pub(super) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// Whether this is its local name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.0.local_name().as_ref() == name
    }

    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.0.try_get_attribute(name).ok().flatten()?;
        let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    }
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(content: R) -> Self {
        let mut reader = Reader::from_reader(content);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
        }
    }

    /// The next piece, or nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Part<'_>>, Breach> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer);
        let event = event.map_err(|error| unreadable(format!("the workbook is damaged: {error}")))?;
        Ok(Some(match event {
            Event::Eof => return Ok(None),
            Event::Start(element) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(unreadable("the workbook is damaged: elements are nested too deeply"));
                }
                Part::Start(Element(element))
            }
            Event::End(element) => {
                self.depth = self.depth.saturating_sub(1);
                Part::End(element.local_name().as_ref().to_owned())
            }
            Event::Text(text) => Part::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Part::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => Part::Text(c.to_string()),
                _ => Part::Text(named(reference.xml10_content().as_ref()).to_owned()),
            },
            _ => Part::Other,
        }))
    }
}

/// The five entities that every XML document has.
fn named(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}
