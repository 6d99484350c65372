//! What falls due by date: done once a day, by the server that begins first. Were it done twice at a time, guarded updates would let one win.

use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::web;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use werkstadt_domain::opportunity::{Opportunity, Status};
use werkstadt_domain::solution::Solution;
use werkstadt_persistence::audit::{Author, Draft, Kind, Occasion};
use werkstadt_persistence::{
    Actor, Error, UnitOfWork, api_keys, audit, guardianships, opportunities, personal, sessions, solutions,
};

use crate::auth::keys;
use crate::consents;
use crate::memberships;
use crate::privacy;
use crate::problem::Problem;
use crate::state::State;

pub mod handlers;
mod runs;

pub use runs::{KIND, run};

/// How often the date is looked at.
const GLANCE: Duration = Duration::from_secs(60);
/// Records changed in one transaction.
const BATCH: i64 = 200;

/// The thread that does it. It stops when this goes.
pub struct Daily {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Daily {
    /// Starts, with what is due today.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub fn start(state: web::Data<State>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("daily".to_owned())
            .spawn(move || each_day(&state, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Daily {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn each_day(state: &State, stopped: &Receiver<()>) {
    let mut done: Option<NaiveDate> = None;
    loop {
        let today = state.now().date_naive();
        if done != Some(today) {
            match runs::of_the_day(state) {
                Ok(is_done) => {
                    done = is_done.then_some(today);
                    state.accounts().forget_ended(state.now());
                }
                // It is tried again at the next glance.
                Err(problem) => tracing::error!(cause = problem.cause().unwrap_or_default(), "the day's work failed"),
            }
        }
        glance(state);
        if stopped.recv_timeout(GLANCE) != Err(RecvTimeoutError::Timeout) {
            drop(note_uses(state));
            return;
        }
    }
}

/// What does not wait for another day: keys, their uses, and consents that end by the minute.
pub fn glance(state: &State) {
    let done = [
        (keys::keep(state), "the signing keys were not looked after"),
        (note_uses(state), "uses of keys were not noted"),
        (expire_consents(state).map(drop), "consents that are over go on"),
    ];
    for (done, failed) in done {
        if let Err(problem) = done {
            tracing::error!(cause = problem.cause().unwrap_or_default(), "{failed}");
        }
    }
}

/// Writes down when keys were used. One write a minute, whatever is asked.
///
/// # Errors
/// [`crate::problem::Code::Unavailable`]; then they are forgotten, until the keys are used again.
pub fn note_uses(state: &State) -> Result<(), Problem> {
    let uses = std::mem::take(&mut *state.uses.lock().unwrap_or_else(PoisonError::into_inner));
    if uses.is_empty() {
        return Ok(());
    }
    let uses: Vec<_> = uses.into_iter().collect();
    Ok(state.store.write(Author::task("daily"), state.now(), |unit| {
        api_keys::note_uses(unit, &uses)
    })?)
}

/// A step of the day's work: its name, and what does it and tells how many records it changed.
type Step = (&'static str, fn(&State) -> Result<u64, Problem>);

/// The steps of the day's work, in order.
const STEPS: [Step; 10] = [
    ("opportunities", expire),
    ("solutions", lapse),
    ("memberships", memberships::daily::run),
    ("due_reminders", memberships::reminders::run),
    ("consents", expire_consents),
    ("guardians", forget_guardians),
    ("sessions", forget_sessions),
    ("erasures", privacy::subject::go_on),
    ("audit_entries", |state| {
        forget(state, |unit, now| audit::prune(unit, now - days(audit::ENTRIES_KEPT)))
    }),
    ("audit_details", |state| {
        forget(state, |unit, now| {
            audit::forget_before(unit, now - days(audit::WORDS_KEPT))
        })
    }),
];

fn days(number: u32) -> TimeDelta {
    TimeDelta::days(number.into())
}

/// Does what is due today, one step after the other. To do it twice changes nothing more. `done` hears of each step. A step that fails
/// keeps no other from being done.
///
/// # Errors
/// What the first step failed with that failed, after all others; at once what `done` fails with. What was done stays done.
pub fn work(state: &State, mut done: impl FnMut(&'static str, u64) -> Result<(), Problem>) -> Result<(), Problem> {
    let mut failed = None;
    let mut fails = |name: &str, problem: Problem| {
        let cause = problem.cause().unwrap_or_default();
        tracing::error!(step = name, cause, "a step of the day's work failed");
        failed.get_or_insert(problem);
    };
    for (name, step) in STEPS {
        match step(state) {
            Ok(changed) => done(name, changed)?,
            Err(problem) => fails(name, problem),
        }
    }
    match purge(state) {
        Ok(purged) => {
            for (table, removed) in purged {
                done(table, count(removed))?;
            }
        }
        Err(problem) => fails("purge", problem),
    }
    failed.map_or(Ok(()), Err)
}

/// Removes what was kept for long enough. That it was is in the audit log; whose it was, nobody is to know any more.
fn purge(state: &State) -> Result<Vec<(&'static str, usize)>, Problem> {
    let now = state.now();
    Ok(state.store.write(Author::task("daily"), now, |unit| {
        let purged = personal::purge(unit)?;
        if purged.iter().any(|(_, removed)| *removed > 0) {
            let occasion = Occasion::task("purge");
            unit.append(Draft::new(now, Kind::Write, Actor::System, occasion, Vec::new()));
        }
        Ok::<_, Error>(purged)
    })?)
}

/// Forgets what is over, and tells how many records that were.
fn forget(
    state: &State,
    remove: impl FnOnce(&mut UnitOfWork<'_>, DateTime<Utc>) -> Result<usize, Error>,
) -> Result<u64, Problem> {
    let now = state.now();
    let removed = state
        .store
        .write(Author::task("daily"), now, |unit| remove(unit, now))?;
    Ok(count(removed))
}

fn expire_consents(state: &State) -> Result<u64, Problem> {
    let mut all = 0;
    loop {
        match consents::expire(state, state.now(), BATCH)? {
            0 => return Ok(count(all)),
            settled => all += settled,
        }
    }
}

fn forget_guardians(state: &State) -> Result<u64, Problem> {
    let mut all = 0;
    loop {
        match forget(state, |unit, _| guardianships::forget_grown(unit, BATCH))? {
            0 => return Ok(all),
            forgotten => all += forgotten,
        }
    }
}

fn forget_sessions(state: &State) -> Result<u64, Problem> {
    let removed = forget(state, sessions::remove_ended)?;
    state.accounts().forget_ended(state.now());
    Ok(removed)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn lapse(state: &State) -> Result<u64, Problem> {
    let mut changed = 0;
    let period = Days::new(u64::from(state.periods().solution_days));
    let Some(oldest) = state.now().checked_sub_days(period) else {
        return Ok(changed);
    };
    loop {
        let due = state.store.read(|db| solutions::due(db, oldest, BATCH))?;
        if due.is_empty() {
            return Ok(changed);
        }
        for before in due {
            let after = Solution {
                lapsed: true,
                ..before.record.clone()
            };
            changed += settle(state.store.write(Author::task("daily"), state.now(), |unit| {
                solutions::update(unit, &before, after).map(|_| ())
            }))?;
        }
    }
}

fn expire(state: &State) -> Result<u64, Problem> {
    let mut changed = 0;
    let today = state.now().date_naive();
    loop {
        let due = state.store.read(|db| opportunities::due(db, today, BATCH))?;
        if due.is_empty() {
            return Ok(changed);
        }
        for before in due {
            let after = on_its_day(&before.record, today, state.periods().opportunity_ends(today));
            changed += settle(state.store.write(Author::task("daily"), state.now(), |unit| {
                opportunities::update(unit, &before, after).map(|_| ())
            }))?;
        }
    }
}

/// How many records a change has changed. Where somebody else was faster, the next look tells whether there is more to do.
fn settle(changed: Result<(), Error>) -> Result<u64, Problem> {
    match changed {
        Ok(()) => Ok(1),
        Err(Error::Stale { .. } | Error::NotFound { .. }) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// An opportunity that is due: its time is over, or it is given an end, because nothing stays on offer for ever.
fn on_its_day(before: &Opportunity, today: NaiveDate, usual_end: NaiveDate) -> Opportunity {
    match before.expires_on {
        Some(last) if last < today => Opportunity {
            status: Status::Expired,
            ..before.clone()
        },
        _ => Opportunity {
            expires_on: before.expires_on.or(Some(usual_end)),
            ..before.clone()
        },
    }
}
