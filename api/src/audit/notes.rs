//! What is to be written into the audit log and is no change of a record: readings, and what was refused.
//!
//! An answer that tells of people leaves when that is written down. Answers that are ready at the same time share a transaction, and what
//! a caller is told again within a second makes no second entry. Where the database cannot be written, answers leave all the same as
//! long as what they told can be kept in memory; it is tried again every second, and so refusals are written, which nobody waits for.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web;
use chrono::{DateTime, Utc};
use tokio::sync::Mutex as Pen;
use uuid::Uuid;
use werkstadt_persistence::audit::{Author, Deed, Details, Draft, Kind, Mention, Occasion};
use werkstadt_persistence::{Actor, Noun};

use crate::problem::{Code, Problem};
use crate::state::State;

/// Records that wait at most. If the database cannot be written for so long, nobody is told anything more.
const MOST: usize = 200_000;
/// Kinds of refusals that wait at most; more are only in the server's log.
const MOST_REFUSALS: usize = 2_000;

/// What is not written down yet.
#[derive(Debug, Default)]
pub struct Notes {
    gathering: Mutex<Gathering>,
    /// Held by who writes down, from taking what waits to its commit: who gets it next finds all before written.
    pen: Arc<Pen<()>>,
}

#[derive(Debug, Default)]
struct Gathering {
    reads: HashMap<Alike, Entry>,
    /// Records that wait to be written as read.
    number: usize,
    /// The second of the last reading, and what was noted in it.
    second: i64,
    noted: HashMap<Alike, HashSet<(Noun, Uuid)>>,
    refusals: HashMap<Alike, Entry>,
}

/// What requests have in common that make one entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Alike {
    actor: Actor,
    operation: Option<String>,
    network: Option<String>,
    reason: Option<String>,
}

impl Alike {
    fn of(actor: Actor, occasion: &Occasion) -> Self {
        Self {
            actor,
            operation: occasion.operation.clone(),
            network: occasion.details.network.clone(),
            reason: occasion.details.reason.clone(),
        }
    }
}

/// An entry that grows.
#[derive(Debug)]
struct Entry {
    /// When the first request was made.
    at: DateTime<Utc>,
    /// Its id.
    request: Option<String>,
    times: u64,
    records: HashSet<(Noun, Uuid)>,
}

impl Entry {
    fn new(at: DateTime<Utc>, occasion: &Occasion) -> Self {
        Self {
            at,
            request: occasion.details.request.clone(),
            times: 0,
            records: HashSet::new(),
        }
    }
}

/// What is being written down.
#[derive(Debug, Default)]
struct Taken {
    reads: HashMap<Alike, Entry>,
    refusals: HashMap<Alike, Entry>,
}

impl Notes {
    /// Notes records that somebody is told.
    ///
    /// # Errors
    /// [`Code::Unavailable`] if too much waits already.
    pub fn read(
        &self,
        (actor, occasion): &(Actor, Occasion),
        at: DateTime<Utc>,
        records: &[(Noun, Uuid)],
    ) -> Result<(), Problem> {
        let alike = Alike::of(*actor, occasion);
        let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        let Gathering {
            reads,
            number,
            second,
            noted,
            ..
        } = &mut *gathering;
        if *number > MOST {
            let full = Problem::new(Code::Unavailable).retry_after(5);
            return Err(full.because("reads cannot be noted in the audit log"));
        }
        if *second != at.timestamp() {
            (*second, *noted) = (at.timestamp(), HashMap::new());
        }
        let known = noted.entry(alike.clone()).or_default();
        let new: Vec<(Noun, Uuid)> = records.iter().copied().filter(|record| known.insert(*record)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let entry = reads.entry(alike).or_insert_with(|| Entry::new(at, occasion));
        let before = entry.records.len();
        entry.records.extend(new);
        *number += entry.records.len() - before;
        Ok(())
    }

    /// Notes that somebody was refused something.
    pub fn refused(&self, actor: Actor, occasion: &Occasion, at: DateTime<Utc>, records: &[(Noun, Uuid)]) {
        let alike = Alike::of(actor, occasion);
        let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        let refusals = &mut gathering.refusals;
        if refusals.len() >= MOST_REFUSALS && !refusals.contains_key(&alike) {
            return;
        }
        let entry = refusals.entry(alike).or_insert_with(|| Entry::new(at, occasion));
        entry.times += 1;
        entry.records.extend(records);
    }

    fn is_empty(&self) -> bool {
        let gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        gathering.reads.is_empty() && gathering.refusals.is_empty()
    }

    fn take(&self) -> Taken {
        let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        gathering.number = 0;
        Taken {
            reads: std::mem::take(&mut gathering.reads),
            refusals: std::mem::take(&mut gathering.refusals),
        }
    }

    /// Puts back what could not be written.
    fn put_back(&self, taken: Taken) {
        let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        merge(&mut gathering.reads, taken.reads);
        merge(&mut gathering.refusals, taken.refusals);
        gathering.number = gathering.reads.values().map(|entry| entry.records.len()).sum();
    }
}

fn merge(waiting: &mut HashMap<Alike, Entry>, earlier: HashMap<Alike, Entry>) {
    for (alike, mut entry) in earlier {
        if let Some(later) = waiting.remove(&alike) {
            entry.times += later.times;
            entry.records.extend(later.records);
        }
        waiting.insert(alike, entry);
    }
}

/// Writes down what was noted until now.
///
/// # Errors
/// [`Code::Unavailable`]; then it waits.
pub fn write_down(state: &State) -> Result<(), Problem> {
    let _pen = state.notes.pen.blocking_lock();
    write(state)
}

/// Writes down what was noted until now, on a thread for blocking work.
///
/// # Errors
/// [`Code::Unavailable`]; then it waits.
pub async fn write_down_here(state: &web::Data<State>) -> Result<(), Problem> {
    let pen = Arc::clone(&state.notes.pen).lock_owned().await;
    if state.notes.is_empty() {
        return Ok(());
    }
    let state = state.clone();
    // The pen goes along: should nobody wait for this any more, it is written all the same before others go on.
    web::block(move || {
        let _pen = pen;
        write(&state)
    })
    .await
    .map_err(Problem::internal)?
}

/// Lets go what was told as soon as it is written down, or cannot be.
pub async fn settle(state: &web::Data<State>) {
    if let Err(problem) = write_down_here(state).await {
        not_written(&problem);
    }
}

/// As [`settle`], on a thread for blocking work.
pub fn settle_here(state: &State) {
    if let Err(problem) = write_down(state) {
        not_written(&problem);
    }
}

/// With the pen in hand.
fn write(state: &State) -> Result<(), Problem> {
    let taken = state.notes.take();
    if taken.reads.is_empty() && taken.refusals.is_empty() {
        return Ok(());
    }
    let written = state
        .store
        .write::<_, Problem>(Author::task("reads"), state.now(), |unit| {
            for (alike, entry) in &taken.reads {
                unit.append(draft(Kind::Read, Deed::Read, alike, entry));
            }
            for (alike, entry) in &taken.refusals {
                unit.append(draft(Kind::Refusal, Deed::Refused, alike, entry));
            }
            Ok(())
        });
    if written.is_err() {
        state.notes.put_back(taken);
    }
    written
}

fn not_written(problem: &Problem) {
    let cause = problem.cause().unwrap_or_default();
    tracing::error!(
        cause,
        "what was read or refused could not be written into the audit log"
    );
}

fn draft(kind: Kind, deed: Deed, alike: &Alike, entry: &Entry) -> Draft {
    let occasion = Occasion {
        operation: alike.operation.clone(),
        details: Details {
            request: entry.request.clone(),
            network: alike.network.clone(),
            reason: alike.reason.clone(),
            fields: Vec::new(),
            times: (entry.times > 1).then_some(entry.times),
        },
    };
    let mention = |(noun, id): &(Noun, Uuid)| Mention {
        noun: *noun,
        id: *id,
        deed,
    };
    let mentions = entry.records.iter().map(mention).collect();
    Draft::new(entry.at, kind, alike.actor, occasion, mentions)
}
