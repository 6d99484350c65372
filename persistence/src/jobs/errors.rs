//! What was wrong with the rows that a job read.

use diesel::prelude::*;
use werkstadt_domain::named::Named;

use super::{JobId, signed, unsigned};
use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::schema::job_errors;
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

/// What was wrong with one row of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line or row, from 1.
    pub row: u64,
    /// JSON pointer into the row.
    pub pointer: String,
    /// Stable name of the fault.
    pub code: String,
    /// One sentence.
    pub detail: String,
    /// Whether the row was taken.
    pub severity: Severity,
    /// The column of a table, as its header names it.
    pub column: Option<String>,
    /// What was there.
    pub value: Option<String>,
}

/// What a fault means for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// It was not taken.
    Error,
    /// It was, with something assumed or left out.
    Warning,
}

impl Named for Severity {
    const NAME: &'static str = "Severity";
    const ALL: &'static [Self] = &[Self::Error, Self::Warning];

    fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// The faults of a job's rows in the order they were found, after the first `skip`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn errors(db: &mut Db, id: JobId, skip: u64, limit: i64) -> Result<Vec<RowError>> {
    let rows: Vec<JobErrorRow> = job_errors::table
        .filter(job_errors::job_id.eq(SqlId::from(id)))
        .filter(job_errors::position.gt(signed(skip)))
        .order(job_errors::position)
        .limit(limit)
        .load(db)?;
    Ok(rows.into_iter().map(JobErrorRow::into_error).collect())
}

/// Adds faults of rows, after the `known` ones that the job has already.
///
/// # Errors
/// As every write.
pub fn insert_errors(unit: &mut UnitOfWork<'_>, id: JobId, known: u64, errors: &[RowError]) -> Result<()> {
    let rows: Vec<JobErrorRow> = (known + 1..)
        .zip(errors)
        .map(|(position, error)| JobErrorRow {
            job_id: id.into(),
            position: signed(position),
            input_row: signed(error.row),
            pointer: error.pointer.clone(),
            code: error.code.clone(),
            detail: error.detail.clone(),
            severity: error.severity.code().to_owned(),
            input_column: error.column.clone(),
            input_value: error.value.clone(),
        })
        .collect();
    dialect::insert_all::<job_errors::table, JobErrorRow>(unit.db(), job_errors::table, &rows)
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = job_errors)]
struct JobErrorRow {
    job_id: SqlId,
    position: i64,
    input_row: i64,
    pointer: String,
    code: String,
    detail: String,
    severity: String,
    input_column: Option<String>,
    input_value: Option<String>,
}

impl JobErrorRow {
    fn into_error(self) -> RowError {
        RowError {
            row: unsigned(self.input_row),
            pointer: self.pointer,
            code: self.code,
            detail: self.detail,
            severity: Severity::from_code(&self.severity).unwrap_or(Severity::Error),
            column: self.input_column,
            value: self.input_value,
        }
    }
}
