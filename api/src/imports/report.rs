//! What an import tells its job: how far it is, what it found, how it ended.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::Language;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::imports;
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus, RowError};
use werkstadt_persistence::{Error, Store, UnitOfWork};

use super::plan::RowFault;
use super::run::{KIND, Outcome};
use crate::problem::{Code, Problem};
use crate::state::State;

/// Reports in a transaction of its own.
///
/// # Errors
/// [`Code::StepRefused`] if the job has ended, which for a running import means that it was cancelled.
pub fn progress(state: &State, author: &Author, id: JobId, change: impl FnOnce(Job) -> Job) -> Result<Job, Problem> {
    state
        .store
        .write(author.clone(), state.now(), |unit| report(unit, id, change))
}

fn report(unit: &mut UnitOfWork<'_>, id: JobId, change: impl FnOnce(Job) -> Job) -> Result<Job, Problem> {
    let before = jobs::find(unit.db(), id)?;
    if before.status.is_final() {
        return Err(ended(&before));
    }
    Ok(jobs::update(unit, &before, change(before.clone()))?)
}

/// Ends the jobs that an earlier process was cut off from. What had been written is there whole, and its job has succeeded;
/// else nothing was written.
///
/// # Errors
/// When the database is unavailable.
pub fn end_interrupted(store: &Store, now: DateTime<Utc>) -> Result<usize, Error> {
    let found = store.read(|db| jobs::interrupted(db, now))?;
    let mut ended = 0;
    for before in found {
        let after = if is_written(&before) {
            Job {
                status: JobStatus::Succeeded,
                ..before.clone()
            }
        } else {
            failed(before.clone(), &Problem::new(Code::Unavailable))
        };
        match store.write(Author::task("start"), now, |unit| jobs::update(unit, &before, after)) {
            Ok(_) => ended += 1,
            // Another server that starts too has ended it.
            Err(Error::Stale { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ended)
}

/// True if the records of an import are written: its result is written together with them.
pub fn is_written(job: &Job) -> bool {
    let has_result = job.result.as_object().is_some_and(|result| !result.is_empty());
    job.kind == KIND && has_result
}

/// A job that ended by a problem. What it has counted so far stays.
pub fn failed(job: Job, problem: &Problem) -> Job {
    let mut result = job.result.as_object().cloned().unwrap_or_default();
    let facts = problem.body(Language::En, "", "").facts;
    result.insert("reason".to_owned(), Value::from(problem.code().detail(Language::En)));
    result.insert("problem".to_owned(), Value::from(problem.code().slug()));
    if !facts.is_empty() {
        result.insert("facts".to_owned(), json!(facts));
    }
    Job {
        status: JobStatus::Failed,
        result: Value::Object(result),
        ..job
    }
}

/// The refusal of a step that comes too late.
pub fn ended(job: &Job) -> Problem {
    Problem::new(Code::StepRefused)
        .with_fact("current", job.status.code())
        .with_fact("allowed", Vec::<String>::new())
}

/// Notes counts, faults and duplicates together with the records. A job that was cancelled meanwhile takes them all back.
///
/// # Errors
/// As [`progress`].
pub fn written(unit: &mut UnitOfWork<'_>, id: JobId, outcome: &Outcome) -> Result<(), Problem> {
    findings(unit, id, outcome)?;
    let counts = outcome.created.iter();
    let result: Map<String, Value> = counts
        .map(|(noun, count)| ((*noun).to_owned(), Value::from(*count)))
        .collect();
    report(unit, id, |job| Job {
        status: JobStatus::Running,
        result: Value::Object(result),
        ..counted(job, outcome)
    })?;
    Ok(())
}

/// Notes faults and duplicates where nothing is written because of them.
///
/// # Errors
/// As [`progress`].
pub fn faults_alone(state: &State, author: &Author, id: JobId, outcome: &Outcome) -> Result<(), Problem> {
    state.store.write(author.clone(), state.now(), |unit| {
        findings(unit, id, outcome)?;
        report(unit, id, |job| counted(job, outcome))?;
        Ok(())
    })
}

fn counted(job: Job, outcome: &Outcome) -> Job {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Job {
        total: Some(count(outcome.rows)),
        done: count(outcome.rows),
        failed: count(outcome.failed),
        ..job
    }
}

fn findings(unit: &mut UnitOfWork<'_>, id: JobId, outcome: &Outcome) -> Result<(), Problem> {
    let errors: Vec<RowError> = outcome.faults.iter().map(row_error).collect();
    jobs::insert_errors(unit, id, 0, &errors)?;
    let duplicates = outcome.findings.iter().map(serde_json::to_value);
    let duplicates = duplicates.collect::<Result<_, _>>().map_err(Problem::internal)?;
    Ok(imports::insert_duplicates(unit, id, duplicates)?)
}

/// A fault as the job keeps it, in English.
pub fn row_error(fault: &RowFault) -> RowError {
    RowError {
        row: u64::try_from(fault.row).unwrap_or(u64::MAX),
        pointer: fault.place.clone(),
        code: fault.breach.code().to_owned(),
        detail: fault.breach.detail(Language::En),
        severity: fault.severity,
        column: fault.column.clone(),
        value: fault.value.clone(),
    }
}
