//! The read model: the directory in memory, for get, list, search, facets and match candidates.
//!
//! A [`Snapshot`] is immutable; a [`Delta`] makes the next one, which an atomic pointer publishes. It is a cache of the
//! database: built again from the same records it gives the same answers, to the byte. Nothing crosses audiences: each has
//! its own index (`view`), built from projected profiles, so what is hidden cannot move a count, a score or an order. `numbers` alone is
//! one for all, and counts only what is read again in the projected profile.
//!
//! - `document`: what a profile is indexed under. `dictionary`, `postings`, `bits`: how.
//! - `view`, `points`, `references`, `shard`: the index of some organisations, for one audience and for all. `making`: what goes in. `loading`: all at once.
//! - `lexicon`, `statistics`: the words there are, and how often an audience sees them.
//! - `query`, `every`, `scores`, `filter`, `order`, `facets`, `highlight`, `listing`, `suggestions`, `suggest`: search. `skills`, `opportunities`, `solutions`, `persons`: the smaller nouns.
//! - `candidates` and what is below it: matching. `balances`: what is sought and what is on offer.

mod balances;
mod bits;
mod candidates;
mod column;
mod delta;
mod dictionary;
mod document;
mod every;
mod facets;
mod filter;
mod highlight;
mod leak;
mod lexicon;
mod listing;
mod loading;
mod making;
mod numbers;
mod opportunities;
mod order;
mod persons;
mod points;
mod postings;
mod query;
mod references;
mod scores;
mod shard;
mod skills;
mod snapshot;
mod solutions;
mod statistics;
mod suggest;
mod suggestions;
mod view;
mod whole;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use werkstadt_domain::profile::Profile;

pub use candidates::MatchQuery;
pub use delta::Delta;
pub use highlight::Highlight;
pub use listing::{Count, Hit, Marks, OrganisationPage, OrganisationQuery, WordHit};
pub use opportunities::{OpportunityHit, SeenOpportunity};
pub use skills::SkillPosition;
pub use snapshot::Snapshot;
pub use solutions::{SeenSolution, SolutionHit};
pub use suggest::Suggestion;

/// The directory in memory.
#[derive(Debug)]
pub struct Directory {
    current: Arc<ArcSwap<Snapshot>>,
    /// Held while the next snapshot is made.
    writing: Mutex<()>,
    /// Whether a thread is preparing what is published.
    preparing: Arc<AtomicBool>,
}

/// So long nothing is prepared: many changes in a row are prepared once.
const PAUSE: Duration = Duration::from_millis(200);

impl Directory {
    /// An empty directory.
    pub fn new() -> Self {
        Self {
            current: Arc::new(ArcSwap::from_pointee(Snapshot::empty())),
            writing: Mutex::new(()),
            preparing: Arc::default(),
        }
    }

    /// The directory as it is now. Take one for each request.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Makes it that day: what has expired before it is not found any more. Costs something once a day.
    pub fn turn_to(&self, day: NaiveDate) {
        if self.current.load().day == day {
            return;
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current.load_full();
        if current.day != day {
            self.publish(current.turned(day));
        }
    }

    /// Publishes the directory with these changes. Applying the same changes twice is the same as once.
    pub fn apply(&self, delta: Delta) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.publish(self.current.load().changed(delta));
    }

    /// Publishes a directory of exactly these records.
    pub fn rebuild(&self, delta: Delta) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.publish(self.empty().changed(delta));
    }

    /// Publishes a directory of exactly these records and of the profiles that `chunks` gives, in order of id.
    ///
    /// # Errors
    /// The first one of `chunks`; then nothing is published.
    pub fn load<E: Send>(
        &self,
        delta: Delta,
        chunks: impl Iterator<Item = Result<Vec<Profile>, E>> + Send,
    ) -> Result<(), E> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.publish(self.empty().loaded(delta, chunks)?);
        Ok(())
    }

    /// Nothing, in the place of what is published.
    fn empty(&self) -> Snapshot {
        let current = self.current.load();
        Snapshot {
            version: current.version,
            day: current.day,
            ..Snapshot::empty()
        }
    }

    fn publish(&self, next: Snapshot) {
        next.dictionaries.lexicon.publish();
        let is_prepared = next.skills.is_prepared();
        self.current.store(Arc::new(next));
        if !is_prepared && !self.preparing.swap(true, Ordering::AcqRel) {
            let (current, preparing) = (Arc::clone(&self.current), Arc::clone(&self.preparing));
            let thread = std::thread::Builder::new().name("prepare".to_owned());
            if thread.spawn(move || prepare(&current, &preparing)).is_err() {
                // The first search for a skill prepares it, or the next change tries again.
                self.preparing.store(false, Ordering::Release);
            }
        }
    }
}

/// Prepares what is published until nothing is left to prepare, so that no search waits for it.
fn prepare(current: &ArcSwap<Snapshot>, preparing: &AtomicBool) {
    loop {
        std::thread::sleep(PAUSE);
        current.load_full().skills.prepare();
        preparing.store(false, Ordering::Release);
        // Another one may have been published meanwhile.
        if current.load().skills.is_prepared() || preparing.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}

impl Default for Directory {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
