//! CSV: a row an organisation, columns by the names of the fields, in English or German.

use serde_json::{Map, Value, json};

use crate::problem::{Breach, Place};

/// A row of a table as the members of an organisation's line, or the faults of its header.
pub type Rows = Result<Vec<(usize, Value)>, Vec<(Place, Breach)>>;

/// What a column holds.
#[derive(Clone, Copy)]
enum Column {
    /// A member of the organisation.
    Member(&'static str),
    /// A member that is a number.
    Number(&'static str),
    /// A member of its one location.
    Location(&'static str),
    /// A coordinate of its one location.
    Coordinate(&'static str),
    /// A text in one language.
    Text(&'static str, &'static str),
    /// Values separated by `|` or `;` or `,`.
    List(&'static str),
    /// Skills, separated by `|`.
    Skills,
    /// A member of the register entry.
    Register(&'static str),
    /// An id elsewhere; the scheme is the column's name.
    External,
}

/// Column names, folded: lower case, spaces and hyphens as `_`.
const COLUMNS: [(&str, Column); 45] = [
    ("kind", Column::Member("kind")),
    ("art", Column::Member("kind")),
    ("name", Column::Member("name")),
    ("short_name", Column::Member("short_name")),
    ("kurzname", Column::Member("short_name")),
    ("legal_form", Column::Member("legal_form")),
    ("rechtsform", Column::Member("legal_form")),
    ("vat_id", Column::Member("vat_id")),
    ("ust_idnr", Column::Member("vat_id")),
    ("w_idnr", Column::Member("w_idnr")),
    ("lei", Column::Member("lei")),
    ("ror_id", Column::Member("ror_id")),
    ("wikidata_id", Column::Member("wikidata_id")),
    ("founded_on", Column::Member("founded_on")),
    ("size", Column::Member("size")),
    ("headcount", Column::Number("headcount")),
    ("mitarbeiter", Column::Number("headcount")),
    ("website", Column::Member("website")),
    ("webseite", Column::Member("website")),
    ("notes", Column::Member("notes")),
    ("notizen", Column::Member("notes")),
    ("summary_de", Column::Text("summary", "de")),
    ("kurzbeschreibung", Column::Text("summary", "de")),
    ("summary_en", Column::Text("summary", "en")),
    ("description_de", Column::Text("description", "de")),
    ("beschreibung", Column::Text("description", "de")),
    ("description_en", Column::Text("description", "en")),
    ("street", Column::Location("street")),
    ("straße", Column::Location("street")),
    ("postcode", Column::Location("postcode")),
    ("plz", Column::Location("postcode")),
    ("city", Column::Location("city")),
    ("ort", Column::Location("city")),
    ("country", Column::Location("country")),
    ("land", Column::Location("country")),
    ("ags", Column::Location("ags")),
    ("lat", Column::Coordinate("lat")),
    ("lon", Column::Coordinate("lon")),
    ("languages", Column::List("languages")),
    ("sprachen", Column::List("languages")),
    ("skills", Column::Skills),
    ("kompetenzen", Column::Skills),
    ("register_court", Column::Register("court")),
    ("register_type", Column::Register("register")),
    ("register_number", Column::Register("number")),
];

/// Reads a table with a header row; the separator is whichever of `;`, `,` and tab the header has most of.
///
/// # Errors
/// What is wrong with the text or the header. Rows with another number of cells are cut or filled up.
pub fn rows(bytes: &[u8]) -> Rows {
    let fault = |breach| vec![(Place::Body(String::new()), breach)];
    let text = std::str::from_utf8(bytes).map_err(|_| fault(Breach::NotText))?;
    let text = text.trim_start_matches('\u{FEFF}');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(text))
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| fault(Breach::Unreadable(error.to_string())))?
        .clone();
    let columns = columns(&header)?;
    let mut rows = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| fault(Breach::Unreadable(error.to_string())))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        // Row 1 is the header.
        rows.push((index + 2, row(&columns, &record)));
    }
    Ok(rows)
}

fn separator(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    [b';', b',', b'\t']
        .into_iter()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b';')
}

/// The columns of a header row by name, or every fault of it.
type Columns = Result<Vec<(String, Column)>, Vec<(Place, Breach)>>;

fn columns(header: &csv::StringRecord) -> Columns {
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    for name in header {
        let folded = name.trim().to_lowercase().replace([' ', '-'], "_");
        let known = COLUMNS
            .iter()
            .find(|(known, _)| *known == folded)
            .map(|(_, column)| *column);
        match known.or_else(|| folded.ends_with("_id").then_some(Column::External)) {
            Some(column) => columns.push((folded, column)),
            None => {
                let nearest = COLUMNS.iter().map(|(known, _)| *known);
                let meant = crate::contract::nearest(&folded, nearest);
                faults.push((Place::Body(format!("/{}", name.trim())), Breach::UnknownField(meant)));
            }
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn row(columns: &[(String, Column)], record: &csv::StringRecord) -> Value {
    let mut organisation = Map::new();
    let mut location = Map::new();
    let mut register = Map::new();
    for ((name, column), cell) in columns.iter().zip(record) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        match column {
            Column::Member(member) => drop(organisation.insert((*member).to_owned(), json!(cell))),
            Column::Number(member) => drop(organisation.insert((*member).to_owned(), number(cell))),
            Column::Location(member) => drop(location.insert((*member).to_owned(), json!(cell))),
            Column::Coordinate(member) => drop(location.insert((*member).to_owned(), number(cell))),
            Column::Register(member) => drop(register.insert((*member).to_owned(), json!(cell))),
            Column::Text(member, language) => {
                let texts = organisation.entry((*member).to_owned()).or_insert_with(|| json!({}));
                texts[*language] = json!(cell);
            }
            Column::List(member) => {
                let values = cell
                    .split(['|', ';', ',', ' '])
                    .map(str::trim)
                    .filter(|value| !value.is_empty());
                organisation.insert((*member).to_owned(), values.collect());
            }
            Column::Skills => {
                let skills = cell.split('|').map(str::trim).filter(|skill| !skill.is_empty());
                let claims: Value = skills.map(|skill| json!({"skill": skill})).collect();
                organisation.insert("skills".to_owned(), claims);
            }
            Column::External => {
                let scheme = name.trim_end_matches("_id");
                let ids = organisation
                    .entry("external_ids".to_owned())
                    .or_insert_with(|| json!([]));
                if let Some(ids) = ids.as_array_mut() {
                    ids.push(json!({"scheme": scheme, "value": cell}));
                }
            }
        }
    }
    if !location.is_empty() {
        location.entry("country".to_owned()).or_insert_with(|| json!("DE"));
        organisation.insert("locations".to_owned(), json!([location]));
    }
    if !register.is_empty() {
        organisation.insert("register".to_owned(), Value::Object(register));
    }
    organisation.insert("record".to_owned(), json!("organisation"));
    Value::Object(organisation)
}

/// A number with decimal point or comma; what is none stays a text, and fails its schema.
fn number(cell: &str) -> Value {
    let plain = cell.replace(',', ".");
    let whole = plain.parse::<u64>().ok().map(Value::from);
    whole
        .or_else(|| plain.parse::<f64>().ok().map(Value::from))
        .unwrap_or_else(|| json!(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_headers_semicolons_and_leading_zeros() {
        let table = "Name;Art;PLZ;Ort;Kompetenzen;pic_id\nMüller & Söhne GmbH;company;07743;Jena;Lasertechnik|Optik;4711\n;;;;;\n";
        let rows = rows(table.as_bytes()).expect("a table");
        assert_eq!(
            rows,
            [(
                2,
                json!({"name": "Müller & Söhne GmbH", "kind": "company", "skills": [{"skill": "Lasertechnik"}, {"skill": "Optik"}],
                "external_ids": [{"scheme": "pic", "value": "4711"}],
                "locations": [{"postcode": "07743", "city": "Jena", "country": "DE"}], "record": "organisation"})
            )]
        );
    }

    #[test]
    fn an_unknown_column_is_named() {
        let faults = rows(b"name,citty\nA,B\n").expect_err("a fault");
        assert_eq!(
            faults,
            [(Place::Body("/citty".into()), Breach::UnknownField(Some("city".into())))]
        );
        assert!(rows(b"name\n\xff\n").is_err());
    }
}
