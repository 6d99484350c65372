//! What falls due by date: done once a day, by every server; guarded updates let one of them win.

use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::web;
use chrono::{Days, NaiveDate, TimeDelta};
use werkstadt_domain::opportunity::{Opportunity, Status};
use werkstadt_domain::solution::Solution;
use werkstadt_persistence::{
    Actor, Error, action_tokens, api_keys, guardianships, idempotency, invitations, letters, opportunities, sessions,
    solutions,
};

use crate::auth::keys;
use crate::consents;
use crate::memberships;
use crate::problem::Problem;
use crate::state::State;

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
            match run(state) {
                Ok(()) => done = Some(today),
                // It is tried again at the next glance.
                Err(problem) => tracing::error!(cause = problem.cause().unwrap_or_default(), "the day's work failed"),
            }
        }
        if let Err(problem) = keys::keep(state) {
            tracing::error!(
                cause = problem.cause().unwrap_or_default(),
                "the signing keys were not looked after"
            );
        }
        if let Err(problem) = note_uses(state) {
            tracing::error!(
                cause = problem.cause().unwrap_or_default(),
                "uses of keys were not noted"
            );
        }
        if stopped.recv_timeout(GLANCE) != Err(RecvTimeoutError::Timeout) {
            drop(note_uses(state));
            return;
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
    Ok(state
        .store
        .write(Actor::System, state.now(), |unit| api_keys::note_uses(unit, &uses))?)
}

/// Does what is due today. To do it twice changes nothing more.
///
/// # Errors
/// [`crate::problem::Code::Unavailable`]; what was done until then stays done.
pub fn run(state: &State) -> Result<(), Problem> {
    expire(state)?;
    lapse(state)?;
    memberships::daily::run(state)?;
    while consents::expire(state, state.now(), BATCH)? > 0 {}
    forget(state)
}

/// Days for which letters that left, and invitations and tokens that are over, are kept for questions about them.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets what signing in has left behind.
fn forget(state: &State) -> Result<(), Problem> {
    let now = state.now();
    let before = now - KEPT;
    state.store.write::<_, Problem>(Actor::System, now, |unit| {
        sessions::remove_ended(unit, now)?;
        letters::remove_ended(unit, before)?;
        invitations::remove_ended(unit, before)?;
        action_tokens::remove_ended(unit, before)?;
        guardianships::remove_ended(unit, before)?;
        idempotency::remove_ended(unit)?;
        Ok(())
    })?;
    state.accounts().forget_ended(now);
    Ok(())
}

fn lapse(state: &State) -> Result<(), Problem> {
    let period = Days::new(u64::from(state.periods.solution_days));
    let Some(oldest) = state.now().checked_sub_days(period) else {
        return Ok(());
    };
    loop {
        let due = state.store.read(|db| solutions::due(db, oldest, BATCH))?;
        if due.is_empty() {
            return Ok(());
        }
        for before in due {
            let after = Solution {
                lapsed: true,
                ..before.record.clone()
            };
            settle(state.store.write(Actor::System, state.now(), |unit| {
                solutions::update(unit, &before, after).map(|_| ())
            }))?;
        }
    }
}

fn expire(state: &State) -> Result<(), Problem> {
    let today = state.now().date_naive();
    loop {
        let due = state.store.read(|db| opportunities::due(db, today, BATCH))?;
        if due.is_empty() {
            return Ok(());
        }
        for before in due {
            let after = on_its_day(&before.record, today, state.periods.opportunity_ends(today));
            settle(state.store.write(Actor::System, state.now(), |unit| {
                opportunities::update(unit, &before, after).map(|_| ())
            }))?;
        }
    }
}

/// Where somebody else was faster, the next look tells whether there is more to do.
fn settle(changed: Result<(), Error>) -> Result<(), Problem> {
    match changed {
        Ok(()) | Err(Error::Stale { .. } | Error::NotFound { .. }) => Ok(()),
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
