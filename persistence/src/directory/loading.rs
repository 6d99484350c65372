//! Loading: a whole directory at once, at the start. Its time is the time until the program is ready.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use werkstadt_domain::profile::Profile;

use super::delta::Delta;
use super::document::Maker;
use super::making::{Gathered, Made, made, side_by_side};
use super::postings::Posting;
use super::shard::{Entry, Shard};
use super::snapshot::Snapshot;
use super::statistics::Statistics;
use super::view::Added;

/// More threads than this would wait for the database.
const THREADS: usize = 8;

/// What was read and made so far.
#[derive(Default)]
struct Gathering {
    /// The number of the chunk that comes next.
    next: usize,
    /// Chunks that were done before those in front of them.
    early: BTreeMap<usize, Vec<Made>>,
    entries: Vec<Entry>,
    added: Gathered<Added>,
    statistics: Gathered<Statistics>,
    marks: Vec<Posting<()>>,
}

impl Snapshot {
    /// The next snapshot of an empty directory, with the profiles of `chunks` besides, which come in order of id. Each thread takes
    /// turns: it reads a chunk, which only one does at a time, and indexes it while another one reads.
    pub(super) fn loaded<E: Send>(
        &self,
        delta: Delta,
        chunks: impl Iterator<Item = Result<Vec<Profile>, E>> + Send,
    ) -> Result<Self, E> {
        let mut next = self.changed(delta);
        let chunks = Mutex::new(chunks.enumerate());
        let gathering = Mutex::new(Gathering::default());
        let work = || {
            let mut maker = Maker::new(&next.dictionaries, &next.skills, next.day);
            loop {
                let Some((number, chunk)) = locked(&chunks).next() else {
                    return Ok(());
                };
                let chunk = chunk?.into_iter();
                let all = chunk.map(|profile| made(Arc::new(profile.whole()), &mut maker));
                let all = all.collect();
                locked(&gathering).take(number, all);
            }
        };
        let threads = std::thread::available_parallelism()
            .map_or(1, NonZero::get)
            .min(THREADS);
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let own = work();
            let all = others.into_iter().map(|other| match other.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            all.fold(own, Result::and)
        })?;
        let gathered = gathering.into_inner().unwrap_or_else(PoisonError::into_inner);
        next.statistics = gathered.statistics.shared();
        // Both take a while, and all threads are free now.
        let shard = || Shard::of(gathered.entries, gathered.added, gathered.marks);
        let ((), shard) = side_by_side(threads > 1, || next.dictionaries.lexicon.publish(), shard);
        next.shards = [Arc::new(shard), Arc::default()];
        Ok(next)
    }
}

impl Gathering {
    /// Takes a chunk, and those that waited for it.
    fn take(&mut self, number: usize, chunk: Vec<Made>) {
        self.early.insert(number, chunk);
        while let Some(chunk) = self.early.remove(&self.next) {
            self.next += 1;
            for made in chunk {
                let slot = self.entries.len() as u32;
                self.added.push(&made, |added, document| added.push(slot, document));
                self.statistics.push(&made, Statistics::add);
                self.marks.extend(made.marks.iter().map(|mark| (*mark, slot, ())));
                self.entries.push(made.entry);
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
