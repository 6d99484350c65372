//! Imports and jobs as JSON.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

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
    #[schema(examples("import"))]
    pub kind: String,
    /// `queued`, `running`, `succeeded` (faulty rows are in its errors) or `failed` (nothing was written).
    #[schema(examples("queued", "running", "succeeded", "failed"))]
    pub status: String,
    /// Rows in all, once they are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub total: Option<u64>,
    /// Rows dealt with, the faulty ones included.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub done: u64,
    /// Rows with faults, not written.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub failed: u64,
    /// How many records of each noun were written, and how many were there `unchanged`.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    pub created: std::collections::BTreeMap<String, u64>,
    /// Why nothing was written, if the job failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Its last news.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
}

/// A page of the faults that a job found, in order of rows.
pub type JobErrorPage = Page<JobErrorBody>;

/// One fault of one row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobError, example = json!({"row": 7, "pointer": "/locations/0/postcode", "code": "malformed", "detail": "Not in the form of: postal code."}))]
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
}
