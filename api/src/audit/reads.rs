//! Who is told what of people, noted for the audit log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::web;
use uuid::Uuid;
use werkstadt_domain::audience::Visibility;
use werkstadt_domain::person::{PersonId, SeenPerson};
use werkstadt_domain::profile::Profile;
use werkstadt_persistence::audit::Occasion;
use werkstadt_persistence::{Actor, Noun};

use super::{heads, notes, occasion};
use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::State;

/// How often it is tried to write down what is left.
const PACE: Duration = Duration::from_secs(1);

/// What one caller is told. To be made where the request is handled, and taken along to where its answer is.
#[derive(Clone)]
pub struct Disclosures {
    state: web::Data<State>,
    /// None for who is not signed in, and is told only what is public.
    who: Option<Arc<(Actor, Occasion)>>,
    /// Set when something was noted.
    noted: Arc<AtomicBool>,
    /// Oneself, as a user and as a person, of whom one may read without a note.
    own: [Option<Uuid>; 2],
}

impl Disclosures {
    /// What the caller of the request that this task handles is told.
    pub fn to(state: &web::Data<State>, caller: &Caller) -> Self {
        Self {
            state: state.clone(),
            who: caller.user().map(|_| Arc::new((caller.actor(), occasion::current()))),
            noted: occasion::noted(),
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
            noted: Arc::default(),
            own: [None; 2],
        }
    }

    /// Notes records that the caller is told.
    ///
    /// # Errors
    /// [`crate::problem::Code::Unavailable`] if the log cannot take it.
    pub fn note(&self, noun: Noun, ids: impl IntoIterator<Item = Uuid>) -> Result<(), Problem> {
        let Some(who) = &self.who else { return Ok(()) };
        let others = ids.into_iter().filter(|id| !self.own.contains(&Some(*id)));
        let records: Vec<(Noun, Uuid)> = others.map(|id| (noun, id)).collect();
        if records.is_empty() {
            return Ok(());
        }
        self.noted.store(true, Ordering::Relaxed);
        self.state.notes.read(who, self.state.now(), &records)
    }

    /// Waits until what was noted is written down: for what leaves piece by piece, after the request was handled.
    pub fn settle(&self) {
        if self.noted.swap(false, Ordering::Relaxed) {
            notes::settle_here(&self.state);
        }
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

/// The thread that writes down what is left of what was read, and exports where the log ends. It stops when this goes.
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
        notes::settle_here(state);
        if let Err(problem) = heads.export(state, over) {
            let cause = problem.cause().unwrap_or_default();
            tracing::error!(cause, "the head of the audit log could not be exported");
        }
        if over {
            return;
        }
    }
}
