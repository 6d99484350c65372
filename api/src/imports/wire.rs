//! Imports and jobs as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::import::{Difference, Merge};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::Organisation;
use werkstadt_persistence::jobs::RowError;

use super::duplicates::Other;
use super::plan::Match;
use crate::page::Page;

/// A long run.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Job, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "kind": "import", "status": "succeeded", "total": 60,
    "done": 60, "failed": 1, "created": {"organisations": 59},
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:01Z"}))]
pub struct JobBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What it does.
    #[schema(examples("import", "daily"))]
    pub kind: String,
    /// `queued`, `running`, `succeeded` (faulty rows are in its errors), `failed` or `cancelled` (nothing was written).
    #[schema(examples("queued", "running", "succeeded", "failed", "cancelled"))]
    pub status: String,
    /// Rows in all, once they are counted; of the day's work, its steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub total: Option<u64>,
    /// Rows dealt with, the faulty ones included; steps done.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub done: u64,
    /// Rows with faults, not written.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub failed: u64,
    /// How many records of each noun were written; of rows, how many were there `unchanged`, how many `updated` what was
    /// there, how many `duplicates` and `warnings` there are. Of the day's work: how many records each step changed or removed.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    pub created: std::collections::BTreeMap<String, u64>,
    /// Why nothing was written, if the job failed; of the day's work, why it went no further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Its last news.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// Until when an import can be taken back, if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<DateTime<Utc>>,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<DateTime<Utc>>,
}

/// A page of jobs.
pub type JobPage = Page<JobBody>;

/// A page of the faults and remarks of a job, in order of rows.
pub type JobErrorPage = Page<JobErrorBody>;

/// One fault of one row, or a remark about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobError, example = json!({"row": 7, "pointer": "/locations/0/postcode", "code": "malformed", "detail": "Not in the form of: postal code.",
    "severity": "error", "column": "PLZ", "value": "unbekannt"}))]
pub struct JobErrorBody {
    /// The row or line, from 1.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub row: u64,
    /// JSON pointer into the row.
    pub pointer: String,
    /// Stable name of the rule broken.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
    /// `error`: the row was not taken; `warning`: it was, with something assumed or left out.
    #[schema(examples("error", "warning"))]
    pub severity: String,
    /// The column of a table, as its header names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What stands there, up to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl From<RowError> for JobErrorBody {
    fn from(error: RowError) -> Self {
        Self {
            row: error.row,
            pointer: error.pointer,
            code: error.code,
            detail: error.detail,
            severity: error.severity.code().to_owned(),
            column: error.column,
            value: error.value,
        }
    }
}

/// A page of the duplicates that an import found, in order of rows.
pub type DuplicatePage = Page<DuplicateBody>;

/// A row that means an organisation which is there already, or may, with a proposal how to merge the two.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportDuplicate, example = json!({"row": 7, "name": "Beispiel Optik GmbH", "reason": "vat_id", "value": "DE123456789",
    "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "organisation_name": "Beispiel Optik", "action": "skipped",
    "changes": [{"pointer": "/website", "given": "https://example.org"}]}))]
pub struct DuplicateBody {
    /// The row.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub row: u64,
    /// The name that the row gives.
    pub name: String,
    /// Why the two are taken for one, the surest reason: a number, `name_and_town`, or, less surely, `domain` or `name`.
    #[schema(examples(
        "register",
        "vat_id",
        "lei",
        "ror_id",
        "external_ids",
        "name_and_town",
        "domain",
        "name"
    ))]
    pub reason: String,
    /// What both have.
    pub value: String,
    /// The organisation of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_name: Option<String>,
    /// The row before that means the same, if it is not in the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub other_row: Option<u64>,
    /// What becomes of the row: `skipped`, `updated`, `created` beside the other one, or `refused` as a fault.
    #[schema(examples("skipped", "updated", "created", "refused"))]
    pub action: String,
    /// The proposal: what the row would fill or replace. The kind is shown and never replaced.
    #[serde(default)]
    pub changes: Vec<ChangeBody>,
}

/// A field that a row would fill or replace.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportChange, example = json!({"pointer": "/website", "present": "https://old.example.org", "given": "https://example.org"}))]
pub struct ChangeBody {
    /// JSON pointer to the field.
    pub pointer: String,
    /// What the directory has; left out if the field would be filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<String>,
    /// What the row says.
    pub given: String,
}

impl From<&Difference> for ChangeBody {
    fn from(difference: &Difference) -> Self {
        Self {
            pointer: difference.field.to_owned(),
            present: difference.present.clone(),
            given: difference.given.clone(),
        }
    }
}

impl DuplicateBody {
    /// A match, with what it would change in the organisation of the directory.
    pub fn new(one: &Match, present: Option<&Stored<Organisation>>, merge: Option<&Merge>) -> Self {
        let differences = merge.into_iter().flat_map(|merge| &merge.differences);
        let other_row = match one.found.other {
            Other::Row(row) => u64::try_from(row).ok(),
            Other::Directory(_) => None,
        };
        Self {
            row: u64::try_from(one.row).unwrap_or(u64::MAX),
            name: one.given.name.clone(),
            reason: one.found.reason.code().to_owned(),
            value: one.found.value.clone(),
            organisation_id: one.found.other.directory().map(|id| id.to_string()),
            organisation_name: present.map(|present| present.record.name.clone()),
            other_row,
            action: one.action.code().to_owned(),
            changes: differences.map(ChangeBody::from).collect(),
        }
    }
}

/// What became of taking an import back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportUndo, example = json!({"job_id": "01936d3e-7f10-7000-8000-0000000000aa", "undone_at": "2026-11-23T09:00:00Z",
    "removed": {"organisations": 58}, "restored": 0, "kept": [{"noun": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000bb", "reason": "changed"}], "kept_count": 1}))]
pub struct UndoBody {
    /// The import.
    #[schema(format = Uuid)]
    pub job_id: String,
    /// When.
    pub undone_at: DateTime<Utc>,
    /// How many records of each noun were removed; what belongs to an organisation goes with it.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    pub removed: std::collections::BTreeMap<&'static str, u64>,
    /// How many organisations are again as they were before.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub restored: u64,
    /// The first 1,000 records that stay.
    pub kept: Vec<KeptBody>,
    /// How many records stay.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub kept_count: u64,
}

/// A record that stays although its import was taken back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ImportKept, example = json!({"noun": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000bb", "reason": "changed"}))]
pub struct KeptBody {
    /// What it is.
    #[schema(examples("organisation", "skill", "opportunity", "solution", "person"))]
    pub noun: String,
    /// Which one.
    #[schema(format = Uuid)]
    pub id: String,
    /// `changed` since, or removed; `in_use` by users or by other records.
    #[schema(examples("changed", "in_use"))]
    pub reason: String,
}
