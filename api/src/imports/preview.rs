//! The preview of an import: what was found out about the file, how its first rows would be read, and what would come of it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use werkstadt_domain::named::Named;

use super::cells;
use super::columns::{Column, Field, Mapping};
use super::options::Choices;
use super::report::row_error;
use super::run::{Outcome, prepare};
use super::source::{Source, shown, text_of};
use super::table::{Layout, Table};
use super::wire::{DuplicateBody, JobErrorBody};
use crate::problem::Problem;
use crate::state::State;

/// Rows shown as they would be read.
const ROWS: usize = 10;
/// Samples of a column.
const SAMPLES: usize = 3;
/// Faults, and duplicates, that are shown.
const FINDINGS: usize = 100;

/// What an import of this file would do. Nothing is written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportPreview, example = json!({"format": "csv", "encoding": "windows-1252", "separator": "semicolon", "quote": "\"", "header_row": 3,
    "rows": 60, "failed": 1, "created": {"organisations": 59},
    "columns": [{"position": 1, "header": "Firma", "field": "name", "reason": "name", "samples": ["Beispiel GmbH"]}], "fields": ["kind", "name"],
    "records": [{"row": 4, "values": [{"field": "name", "value": "Beispiel GmbH"}]}], "errors": [], "duplicates": []}))]
pub struct PreviewBody {
    /// `csv`, `xlsx` or `jsonl`.
    #[schema(examples("csv", "xlsx", "jsonl"))]
    pub format: &'static str,
    /// How the characters of a CSV file are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("utf-8", "utf-16le", "utf-16be", "windows-1252"))]
    pub encoding: Option<&'static str>,
    /// What stands between the cells of a CSV file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("semicolon", "comma", "tab", "pipe"))]
    pub separator: Option<&'static str>,
    /// What stands around cells of a CSV file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The sheet of a workbook that is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The sheets of a workbook.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub sheets: Vec<String>,
    /// The row of a table with the names of its columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub header_row: Option<u64>,
    /// Rows in all.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub rows: u64,
    /// Rows with faults.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub failed: u64,
    /// What the import would write, as in its job.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub created: BTreeMap<&'static str, usize>,
    /// The columns of a table.
    pub columns: Vec<ColumnBody>,
    /// The fields that a column can hold, beside `external_id:scheme`.
    pub fields: Vec<&'static str>,
    /// The first rows of a table as they would be read.
    pub records: Vec<PreviewRowBody>,
    /// The first 100 faults and remarks.
    pub errors: Vec<JobErrorBody>,
    /// The first 100 duplicates.
    pub duplicates: Vec<DuplicateBody>,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportColumn, example = json!({"position": 7, "header": "PLZ", "field": "postcode", "reason": "name", "samples": ["7743", "99423"]}))]
pub struct ColumnBody {
    /// Its position, from 1.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub position: u64,
    /// Its name.
    pub header: String,
    /// What it holds; left out if it is not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("name", "postcode", "external_id:pic"))]
    pub field: Option<String>,
    /// How that is known: `given` by the caller, by its `name`; not read because another column holds the field (`twice`), the
    /// directory has `no_place` for it, or it is `unknown`.
    #[schema(examples("given", "name", "twice", "no_place", "unknown"))]
    pub reason: &'static str,
    /// The field that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<&'static str>,
    /// Some of its values.
    pub samples: Vec<String>,
}

/// A row as it would be read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportPreviewRow, example = json!({"row": 4, "values": [{"field": "postcode", "value": "07743"}]}))]
pub struct PreviewRowBody {
    /// Its number.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub row: u64,
    /// What is read from it.
    pub values: Vec<PreviewValueBody>,
}

/// A value as it would be read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportPreviewValue, example = json!({"field": "postcode", "value": "07743"}))]
pub struct PreviewValueBody {
    /// The field.
    pub field: String,
    /// The value.
    pub value: String,
}

/// Previews an import.
///
/// # Errors
/// When the database is unavailable.
pub fn preview(state: &State, source: &Source, choices: &Choices) -> Result<PreviewBody, Problem> {
    let outcome = prepare(state, source, choices)?.outcome;
    Ok(match source {
        Source::Lines(_) => body("jsonl", outcome),
        Source::Table(table, mapping) => of_table(table, mapping, choices, outcome),
    })
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn body(format: &'static str, outcome: Outcome) -> PreviewBody {
    let errors = outcome.faults.iter().take(FINDINGS).map(row_error);
    PreviewBody {
        format,
        encoding: None,
        separator: None,
        quote: None,
        sheet: None,
        sheets: Vec::new(),
        header_row: None,
        rows: number(outcome.rows),
        failed: number(outcome.failed),
        created: outcome.created,
        columns: Vec::new(),
        fields: Field::ALL.iter().map(|field| field.code()).collect(),
        records: Vec::new(),
        errors: errors.map(JobErrorBody::from).collect(),
        duplicates: outcome.findings.into_iter().take(FINDINGS).collect(),
    }
}

fn of_table(table: &Table, mapping: &Mapping, choices: &Choices, outcome: Outcome) -> PreviewBody {
    let columns = mapping.columns.iter().enumerate();
    let rows = table.rows.iter().filter(|row| row.number > mapping.header_row);
    let records = rows.take(ROWS).map(|row| PreviewRowBody {
        row: number(row.number),
        values: values(mapping, &cells::read(mapping, row, choices.kind).value),
    });
    let mut preview = PreviewBody {
        header_row: Some(number(mapping.header_row)).filter(|row| *row > 0),
        columns: columns
            .map(|(position, column)| column_body(table, mapping, position, column))
            .collect(),
        records: records.collect(),
        ..body("csv", outcome)
    };
    match &table.layout {
        Layout::Csv {
            encoding,
            separator,
            quote,
        } => {
            preview.encoding = Some(encoding.code());
            preview.separator = Some(separator.code());
            preview.quote = Some(quote.to_string());
        }
        Layout::Xlsx { sheet, sheets } => {
            preview.format = "xlsx";
            preview.sheet = Some(sheet.clone());
            preview.sheets.clone_from(sheets);
        }
    }
    preview
}

fn column_body(table: &Table, mapping: &Mapping, position: usize, column: &Column) -> ColumnBody {
    let below = table.rows.iter().filter(|row| row.number > mapping.header_row);
    let cells = below
        .filter_map(|row| row.cells.get(position))
        .filter(|cell| !cell.is_empty());
    let mut samples: Vec<String> = Vec::with_capacity(SAMPLES);
    for cell in cells.map(|cell| shown(cell)).take(100) {
        if samples.len() < SAMPLES && !samples.contains(&cell) {
            samples.push(cell);
        }
    }
    ColumnBody {
        position: number(position + 1),
        header: column.header.clone(),
        field: column.target.as_ref().map(super::columns::Target::code),
        reason: column.reason.code(),
        suggestion: column.suggestion,
        samples,
    }
}

fn values(mapping: &Mapping, line: &serde_json::Value) -> Vec<PreviewValueBody> {
    let targets = mapping.columns.iter().filter_map(|column| column.target.as_ref());
    let read = targets.filter_map(|target| {
        let value = line.pointer(&target.pointer())?;
        Some(PreviewValueBody {
            field: target.code(),
            value: shown(&text_of(value)),
        })
    });
    let mut values: Vec<PreviewValueBody> = read.collect();
    // Where no column holds it, the kind is guessed; that is worth seeing too.
    if !values.iter().any(|value| value.field == "kind")
        && let Some(kind) = line.get("kind")
    {
        values.push(PreviewValueBody {
            field: "kind".to_owned(),
            value: text_of(kind),
        });
    }
    values
}
