//! What is kept of somebody, as a table: a line for each value.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde_json::Value;

use super::wire::PersonalData;
use crate::exports::table::safe;
use crate::problem::Problem;

/// The table as a file.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if it cannot be written; a defect.
pub fn answer(data: &PersonalData) -> Result<HttpResponse, Problem> {
    let mut lines = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    lines
        .write_record(["section", "row", "field", "value"])
        .map_err(Problem::internal)?;
    for section in &data.sections {
        for (number, row) in (1..).zip(&section.rows) {
            write(&mut lines, (&section.name, number), row)?;
        }
    }
    for (number, one) in (1..).zip(&data.disclosures) {
        let value = serde_json::to_value(one).map_err(Problem::internal)?;
        write(&mut lines, ("disclosures", number), &value)?;
    }
    let bytes = lines
        .into_inner()
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"personal-data.csv\"",
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(bytes))
}

/// Writes the values of a row; what is below others with the way to it.
fn write(lines: &mut csv::Writer<Vec<u8>>, (section, number): (&str, usize), row: &Value) -> Result<(), Problem> {
    let mut open = vec![(String::new(), row)];
    while let Some((way, value)) = open.pop() {
        let below = |name: &str| {
            if way.is_empty() {
                name.to_owned()
            } else {
                format!("{way}/{name}")
            }
        };
        match value {
            // The last one is taken first.
            Value::Object(members) => open.extend(members.iter().rev().map(|(name, value)| (below(name), value))),
            Value::Array(items) => {
                let items = items.iter().enumerate().rev();
                open.extend(items.map(|(index, value)| (below(&index.to_string()), value)));
            }
            Value::Null => {}
            plain => {
                let text = plain.as_str().map_or_else(|| plain.to_string(), str::to_owned);
                let cells = [section.to_owned(), number.to_string(), way.clone(), safe(text)];
                lines.write_record(cells).map_err(Problem::internal)?;
            }
        }
    }
    Ok(())
}
