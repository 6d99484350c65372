//! Who is told what of people, noted for the audit log.
//!
//! An answer does not wait for the database: what it told is gathered and written within a second, in one transaction for all. Requests
//! of one caller that are alike make one entry. A server that is killed loses that second.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::web;
use chrono::{DateTime, Utc};
use uuid::Uuid;
use werkstadt_domain::audience::Visibility;
use werkstadt_domain::person::{PersonId, SeenPerson};
use werkstadt_domain::profile::Profile;
use werkstadt_persistence::audit::{Author, Deed, Details, Draft, Kind, Mention, Occasion};
use werkstadt_persistence::{Actor, Noun};

use super::{heads, occasion};
use crate::auth::Caller;
use crate::problem::{Code, Problem};
use crate::state::State;

/// How often what was read is written down.
const PACE: Duration = Duration::from_secs(1);
/// Records that wait at most. If the database cannot be written for so long, nobody is told anything more.
const MOST: usize = 200_000;

/// What was read and is not written down yet.
#[derive(Debug, Default)]
pub struct Reads {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    alike: HashMap<Alike, Gathered>,
    records: usize,
}

/// What requests have in common that make one entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Alike {
    actor: Actor,
    operation: Option<String>,
    network: Option<String>,
    reason: Option<String>,
}

#[derive(Debug)]
struct Gathered {
    /// When the first was made.
    at: DateTime<Utc>,
    /// Its id.
    request: Option<String>,
    times: u64,
    records: HashSet<(Noun, Uuid)>,
}

impl Reads {
    fn note(
        &self,
        (actor, occasion): &(Actor, Occasion),
        at: DateTime<Utc>,
        records: &[(Noun, Uuid)],
    ) -> Result<(), Problem> {
        let details = &occasion.details;
        let alike = Alike {
            actor: *actor,
            operation: occasion.operation.clone(),
            network: details.network.clone(),
            reason: details.reason.clone(),
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Waiting {
            alike: all,
            records: number,
        } = &mut *waiting;
        if *number > MOST {
            let full = Problem::new(Code::Unavailable).retry_after(5);
            return Err(full.because("reads cannot be noted in the audit log"));
        }
        let gathered = all.entry(alike).or_insert_with(|| Gathered {
            at,
            request: details.request.clone(),
            times: 0,
            records: HashSet::new(),
        });
        gathered.times += 1;
        let before = gathered.records.len();
        gathered.records.extend(records);
        *number += gathered.records.len() - before;
        Ok(())
    }

    /// Puts back what could not be written.
    fn put_back(&self, drafts: Waiting) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (alike, mut gathered) in drafts.alike {
            if let Some(later) = waiting.alike.remove(&alike) {
                gathered.times += later.times;
                gathered.records.extend(later.records);
            }
            waiting.alike.insert(alike, gathered);
        }
        waiting.records = waiting.alike.values().map(|gathered| gathered.records.len()).sum();
    }
}

/// Writes down what was read until now.
///
/// # Errors
/// [`Code::Unavailable`]; then it waits.
pub fn write_down(state: &State) -> Result<(), Problem> {
    let taken = std::mem::take(&mut *state.reads.waiting.lock().unwrap_or_else(PoisonError::into_inner));
    if taken.alike.is_empty() {
        return Ok(());
    }
    let written = state
        .store
        .write::<_, Problem>(Author::task("reads"), state.now(), |unit| {
            taken
                .alike
                .iter()
                .for_each(|(alike, gathered)| unit.append(draft(alike, gathered)));
            Ok(())
        });
    if written.is_err() {
        state.reads.put_back(taken);
    }
    written
}

/// Writes down what was read until now, on a thread for blocking work.
///
/// # Errors
/// [`Code::Unavailable`]; then it waits.
pub async fn write_down_here(state: &web::Data<State>) -> Result<(), Problem> {
    let state = state.clone();
    web::block(move || write_down(&state))
        .await
        .map_err(Problem::internal)?
}

fn draft(alike: &Alike, gathered: &Gathered) -> Draft {
    let occasion = Occasion {
        operation: alike.operation.clone(),
        details: Details {
            request: gathered.request.clone(),
            network: alike.network.clone(),
            reason: alike.reason.clone(),
            fields: Vec::new(),
            times: (gathered.times > 1).then_some(gathered.times),
        },
    };
    let mention = |(noun, id): &(Noun, Uuid)| Mention {
        noun: *noun,
        id: *id,
        deed: Deed::Read,
    };
    let mentions = gathered.records.iter().map(mention).collect();
    Draft::new(gathered.at, Kind::Read, alike.actor, occasion, mentions)
}

/// What one caller is told. To be made where the request is handled, and taken along to where its answer is.
#[derive(Clone)]
pub struct Disclosures {
    state: web::Data<State>,
    /// None for who is not signed in, and is told only what is public.
    who: Option<Arc<(Actor, Occasion)>>,
    /// Oneself, as a user and as a person, of whom one may read without a note.
    own: [Option<Uuid>; 2],
}

impl Disclosures {
    /// What the caller of the request that this task handles is told.
    pub fn to(state: &web::Data<State>, caller: &Caller) -> Self {
        Self {
            state: state.clone(),
            who: caller.user().map(|_| Arc::new((caller.actor(), occasion::current()))),
            own: [
                caller.user().map(|user| user.id.uuid()),
                caller.user().and_then(|user| user.person).map(PersonId::uuid),
            ],
        }
    }

    /// What the server's own commands write.
    pub fn to_nobody(state: &web::Data<State>) -> Self {
        Self {
            state: state.clone(),
            who: None,
            own: [None; 2],
        }
    }

    /// Notes records that the caller is told.
    ///
    /// # Errors
    /// [`Code::Unavailable`] if the log cannot take it.
    pub fn note(&self, noun: Noun, ids: impl IntoIterator<Item = Uuid>) -> Result<(), Problem> {
        let Some(who) = &self.who else { return Ok(()) };
        let others = ids.into_iter().filter(|id| !self.own.contains(&Some(*id)));
        let records: Vec<(Noun, Uuid)> = others.map(|id| (noun, id)).collect();
        if records.is_empty() {
            return Ok(());
        }
        self.state.reads.note(who, self.state.now(), &records)
    }

    /// Notes the persons of whom the caller is told more than everyone may know.
    ///
    /// # Errors
    /// As [`Disclosures::note`].
    pub fn persons<'a>(&self, seen: impl IntoIterator<Item = &'a SeenPerson>) -> Result<(), Problem> {
        let private = seen.into_iter().filter(|seen| seen.tells_more);
        self.note(Noun::Person, private.map(|seen| seen.stored.record.get().id.uuid()))
    }

    /// Notes organisations with contacts by name that are not for everyone.
    ///
    /// # Errors
    /// As [`Disclosures::note`].
    pub fn contacts<'a>(&self, profiles: impl IntoIterator<Item = &'a Profile>) -> Result<(), Problem> {
        if self.who.is_none() {
            return Ok(());
        }
        let private = profiles
            .into_iter()
            .map(|profile| &profile.organisation.record)
            .filter(|organisation| {
                organisation.visibility.contacts != Visibility::Public
                    && organisation.contacts.iter().any(|contact| contact.name.is_some())
            });
        self.note(Noun::Organisation, private.map(|organisation| organisation.id.uuid()))
    }
}

/// The thread that writes down what was read, and exports where the log ends. It stops when this goes.
pub struct Recorder {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Starts.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub fn start(state: web::Data<State>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || keep(&state, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn keep(state: &State, stopped: &Receiver<()>) {
    let mut heads = heads::Heads::default();
    loop {
        let over = stopped.recv_timeout(PACE) != Err(RecvTimeoutError::Timeout);
        for (done, what) in [
            (
                write_down(state),
                "what was read could not be written into the audit log",
            ),
            (
                heads.export(state, over),
                "the head of the audit log could not be exported",
            ),
        ] {
            if let Err(problem) = done {
                tracing::error!(cause = problem.cause().unwrap_or_default(), "{what}");
            }
        }
        if over {
            return;
        }
    }
}
