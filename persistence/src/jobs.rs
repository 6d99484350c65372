//! Long runs: their progress, their result, and what was wrong with the rows they read.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::jobs;
use crate::shapes::named;
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

mod errors;

pub use errors::{RowError, Severity, errors, insert_errors};

const NOUN: Noun = Noun::Job;

/// The id of a job.
pub type JobId = Id<Job>;

/// A long run.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does, for example `import`.
    pub kind: String,
    /// Where it stands.
    pub status: JobStatus,
    /// Who started it.
    pub created_by: Option<UserId>,
    /// Rows to do, once known.
    pub total: Option<u64>,
    /// Rows done, the failed ones included.
    pub done: u64,
    /// Rows that failed.
    pub failed: u64,
    /// What came of it, a JSON object.
    pub result: serde_json::Value,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it last reported.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Counts the reports, from 1; guards updates.
    pub version: i64,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobStatus {
    /// Waits.
    Queued,
    /// Runs.
    Running,
    /// Ended as it should.
    Succeeded,
    /// Ended by a fault.
    Failed,
    /// Ended by whoever started it.
    Cancelled,
}

impl Named for JobStatus {
    const NAME: &'static str = "JobStatus";
    const ALL: &'static [Self] = &[
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl JobStatus {
    /// True when nothing more will come.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// One job.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: JobId) -> Result<Job> {
    let row: Option<JobRow> = jobs::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_job()
}

/// Jobs, the newest first, before `before`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, before: Option<JobId>, limit: i64) -> Result<Vec<Job>> {
    let before = SqlId(before.map_or(Uuid::max(), JobId::uuid));
    let rows: Vec<JobRow> = jobs::table
        .filter(jobs::id.lt(before))
        .order(jobs::id.desc())
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(JobRow::into_job).collect()
}

/// The newest job of a kind.
///
/// # Errors
/// As every read.
pub fn last(db: &mut Db, kind: &str) -> Result<Option<Job>> {
    let row: Option<JobRow> = jobs::table
        .filter(jobs::kind.eq(kind))
        .order(jobs::id.desc())
        .first(db)
        .optional()?;
    row.map(JobRow::into_job).transpose()
}

/// The job of a kind that has not ended, of which there is one at most.
///
/// # Errors
/// As every read.
pub fn at_work(db: &mut Db, kind: &str) -> Result<Option<Job>> {
    let row: Option<JobRow> = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::finished_at.is_null())
        .first(db)
        .optional()?;
    row.map(JobRow::into_job).transpose()
}

/// How long a job says nothing, at most, while another server runs it.
pub const SILENCE: TimeDelta = TimeDelta::minutes(30);

/// Jobs that have not ended and that nobody runs any more, seen by a server that starts `now`: on SQLite, which serves one
/// process, all of them; else those that have been silent for half an hour.
///
/// # Errors
/// As every read.
pub fn interrupted(db: &mut Db, now: DateTime<Utc>) -> Result<Vec<Job>> {
    let silence = if dialect::serves_one_process(db) {
        TimeDelta::zero()
    } else {
        SILENCE
    };
    let open = [JobStatus::Queued, JobStatus::Running].map(Named::code);
    let rows: Vec<JobRow> = jobs::table
        .filter(jobs::status.eq_any(open))
        .filter(jobs::updated_at.le(SqlInstant::from(now - silence)))
        .order(jobs::id)
        .load(db)?;
    rows.into_iter().map(JobRow::into_job).collect()
}

/// Adds a job that waits. `kind` says what it does.
///
/// # Errors
/// [`Error::Conflict`] for a second `daily` one while the first has not ended.
pub fn insert(unit: &mut UnitOfWork<'_>, id: JobId, kind: &str, created_by: Option<UserId>) -> Result<Job> {
    let job = Job {
        id,
        kind: kind.to_owned(),
        status: JobStatus::Queued,
        created_by,
        total: None,
        done: 0,
        failed: 0,
        result: serde_json::Value::Object(serde_json::Map::new()),
        created_at: unit.now(),
        updated_at: unit.now(),
        finished_at: None,
        version: 1,
    };
    dialect::insert_all::<jobs::table, JobRow>(unit.db(), jobs::table, &[JobRow::from(&job)])?;
    unit.record(NOUN, id.uuid(), Operation::Created);
    Ok(job)
}

/// Reports on a job, if it is still as it was read in `before`: a runner learns by [`Error::Stale`] that it was cancelled.
/// The times and the version are set here.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn update(unit: &mut UnitOfWork<'_>, before: &Job, after: Job) -> Result<Job> {
    let job = Job {
        id: before.id,
        created_at: before.created_at,
        updated_at: unit.now(),
        finished_at: after
            .status
            .is_final()
            .then(|| before.finished_at.unwrap_or(unit.now())),
        version: before.version + 1,
        ..after
    };
    let db = unit.db();
    let guarded = jobs::table
        .filter(jobs::id.eq(SqlId::from(before.id)))
        .filter(jobs::version.eq(before.version));
    let rows = diesel::update(guarded).set(&JobRow::from(&job)).execute(db)?;
    guard::judge(NOUN, rows, || {
        let row = jobs::table.filter(jobs::id.eq(SqlId::from(before.id)));
        Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
    })?;
    unit.record(NOUN, job.id.uuid(), Operation::Updated);
    Ok(job)
}

pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = jobs, treat_none_as_default_value = false, treat_none_as_null = true)]
struct JobRow {
    id: SqlId,
    kind: String,
    status: String,
    created_by: Option<SqlId>,
    total: Option<i64>,
    done: i64,
    failed: i64,
    result: Json<serde_json::Value>,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
    finished_at: Option<SqlInstant>,
}

impl From<&Job> for JobRow {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.into(),
            kind: job.kind.clone(),
            status: job.status.code().to_owned(),
            created_by: job.created_by.map(SqlId::from),
            total: job.total.map(signed),
            done: signed(job.done),
            failed: signed(job.failed),
            result: Json(job.result.clone()),
            version: job.version,
            created_at: SqlInstant::from(job.created_at),
            updated_at: SqlInstant::from(job.updated_at),
            finished_at: job.finished_at.map(SqlInstant::from),
        }
    }
}

impl JobRow {
    fn into_job(self) -> Result<Job> {
        let status = named(&self.status).map_err(|fault| Error::inconsistent("jobs", self.id.0, fault))?;
        Ok(Job {
            id: self.id.into(),
            kind: self.kind,
            status,
            created_by: self.created_by.map(UserId::from),
            total: self.total.map(unsigned),
            done: unsigned(self.done),
            failed: unsigned(self.failed),
            result: self.result.0,
            created_at: self.created_at.utc(),
            updated_at: self.updated_at.utc(),
            finished_at: self.finished_at.map(|instant| instant.utc()),
            version: self.version,
        })
    }
}
