//! Runs of the day's work, noted as jobs: when, by whom, how many records each step changed, and why it failed. One at a time: a constraint of
//! the database lets one server begin.

use serde_json::json;
use werkstadt_domain::account::UserId;
use werkstadt_persistence::UnitOfWork;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus, SILENCE};

use werkstadt_persistence::personal;

use super::{STEPS, count, work};
use crate::imports::report;
use crate::problem::{Code, Problem};
use crate::state::State;

/// What these jobs are called.
pub const KIND: &str = "daily";
/// How often a server tries to begin when others do at the same time.
pub(super) const ATTEMPTS: usize = 5;

/// Who does the day's work.
pub(super) enum Begun {
    /// This run.
    Here(Job),
    /// Another run, which has not ended.
    Elsewhere(Job),
}

/// Does what is due today, noted as a job. To do it twice changes nothing more; while another server is at it, nothing is done here.
///
/// # Errors
/// [`Code::Unavailable`]; what was done until then stays done.
pub fn run(state: &State) -> Result<(), Problem> {
    match begin_now(state)? {
        Begun::Here(job) => perform(state, job),
        Begun::Elsewhere(_) => Ok(()),
    }
}

/// Does the work of this day unless it is done; whether it is.
///
/// # Errors
/// As [`run`].
pub(super) fn of_the_day(state: &State) -> Result<bool, Problem> {
    let today = state.now().date_naive();
    let last = state.store.read(|db| jobs::last(db, KIND))?;
    let is_done = |job: Job| job.status == JobStatus::Succeeded && job.created_at.date_naive() == today;
    if last.is_some_and(is_done) {
        return Ok(true);
    }
    match begin_now(state)? {
        Begun::Here(job) => perform(state, job).map(|()| true),
        // Whether that one succeeds, the next glance will tell.
        Begun::Elsewhere(_) => Ok(false),
    }
}

fn begin_now(state: &State) -> Result<Begun, Problem> {
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let begun = state
            .store
            .write(Author::task("daily"), state.now(), |unit| begin(unit, state.id(), None));
        match begun {
            Err(problem) if left > 0 && is_race(&problem) => {}
            other => return other,
        }
    }
}

/// True if somebody else has begun or ended a run in the same instant.
pub(super) fn is_race(problem: &Problem) -> bool {
    matches!(problem.code(), Code::Conflict | Code::Stale)
}

/// Begins a run, unless there is one. One that has been silent for too long was cut off, and ends with this.
///
/// # Errors
/// [`Code::Conflict`] or [`Code::Stale`] when others do the same; then it is to be tried again.
pub(super) fn begin(unit: &mut UnitOfWork<'_>, id: JobId, user: Option<UserId>) -> Result<Begun, Problem> {
    if let Some(present) = jobs::at_work(unit.db(), KIND)? {
        if unit.now() < present.updated_at + SILENCE {
            return Ok(Begun::Elsewhere(present));
        }
        let after = report::failed(present.clone(), &Problem::new(Code::Unavailable));
        jobs::update(unit, &present, after)?;
    }
    let queued = jobs::insert(unit, id, KIND, user)?;
    let running = Job {
        status: JobStatus::Running,
        total: Some(count(STEPS.len() + personal::purged())),
        ..queued.clone()
    };
    Ok(Begun::Here(jobs::update(unit, &queued, running)?))
}

/// Does the work on this thread, as this job.
///
/// # Errors
/// As [`run`].
pub(super) fn perform(state: &State, job: Job) -> Result<(), Problem> {
    let mut job = job;
    let report = |before: &Job, after: Job| {
        state
            .store
            .write::<_, Problem>(Author::task("daily"), state.now(), |unit| {
                Ok(jobs::update(unit, before, after)?)
            })
    };
    let done = work(state, |step, changed| {
        let mut result = job.result.clone();
        result[step] = json!(changed);
        let after = Job {
            done: job.done + 1,
            result,
            ..job.clone()
        };
        job = report(&job, after)?;
        Ok(())
    });
    let after = match &done {
        Ok(()) => Job {
            status: JobStatus::Succeeded,
            ..job.clone()
        },
        // Another server took this run for cut off, and has begun one of its own.
        Err(problem) if problem.code() == Code::Stale => return Ok(()),
        Err(problem) => report::failed(job.clone(), problem),
    };
    let ended = report(&job, after);
    done.and(ended.map(drop))
}
