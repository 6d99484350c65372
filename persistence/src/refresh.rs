//! Keeping the read model fresh: what was touched waits here until the listener has seen it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::changes::Touched;
use crate::db::Db;
use crate::dialect::{self, Position};
use crate::error::Result;
use crate::store::snapshot;

/// A cache of the database that follows its changes.
pub trait Listener: Send + Sync {
    /// Reads these records anew, those that no longer exist included. Called after a commit, one call at a time, in a
    /// read-only transaction that sees the newest committed state. Must be idempotent.
    ///
    /// # Errors
    /// Anything; the records stay queued, and the call is repeated with them.
    fn refresh(&self, db: &mut Db, touched: &[Touched]) -> Result<()>;

    /// Reads everything anew, in a read-only transaction.
    ///
    /// # Errors
    /// Anything; the old state stays in use.
    fn rebuild(&self, db: &mut Db) -> Result<()>;
}

/// What is to be refreshed, and who does it.
#[derive(Default)]
pub(crate) struct Refresh {
    queue: Mutex<BTreeSet<Touched>>,
    /// Held while applying, taken before the snapshot: so a later call never brings back an older state.
    attached: Mutex<Attached>,
}

#[derive(Default)]
struct Attached {
    listener: Option<Arc<dyn Listener>>,
    position: Option<Position>,
}

impl Refresh {
    /// Queues records.
    pub(crate) fn add(&self, touched: impl IntoIterator<Item = Touched>) {
        locked(&self.queue).extend(touched);
    }

    /// Refreshes all that is queued, by this caller or by others. Writers that wait for each other here are served by one
    /// refresh. A failure is logged and leaves the records queued for the next writer or the follower.
    pub(crate) fn run(&self, db: &mut Db) {
        // Before a look at the queue: a record that is no longer in it may still be on its way into the read model.
        let attached = locked(&self.attached);
        let mut batch = Batch::take(&self.queue);
        let Some(listener) = attached.listener.as_ref().filter(|_| !batch.items.is_empty()) else {
            // Without a listener there is nothing to keep fresh; one that comes later reads everything.
            batch.items.clear();
            return;
        };
        match snapshot(db, |db| listener.refresh(db, &batch.items)) {
            Ok(()) => batch.items.clear(),
            Err(error) => tracing::error!(%error, records = batch.items.len(), "the read model could not follow"),
        }
    }

    /// True if something waits.
    pub(crate) fn is_behind(&self) -> bool {
        !locked(&self.queue).is_empty()
    }

    /// Attaches a listener and lets it read everything.
    pub(crate) fn attach(&self, db: &mut Db, listener: Arc<dyn Listener>) -> Result<()> {
        let mut attached = locked(&self.attached);
        attached.position = rebuild(db, listener.as_ref())?;
        attached.listener = Some(listener);
        Ok(())
    }

    /// Lets the listener read everything, and returns where the log stood then.
    pub(crate) fn rebuild(&self, db: &mut Db) -> Result<Option<Position>> {
        let mut attached = locked(&self.attached);
        if let Some(listener) = attached.listener.clone() {
            attached.position = rebuild(db, listener.as_ref())?;
        }
        Ok(attached.position)
    }

    /// Where the log stood when the listener last read everything.
    pub(crate) fn position(&self) -> Option<Position> {
        locked(&self.attached).position
    }
}

fn rebuild(db: &mut Db, listener: &dyn Listener) -> Result<Option<Position>> {
    snapshot(db, |db| {
        let position = dialect::position(db)?;
        listener.rebuild(db)?;
        Ok(position)
    })
}

/// Records taken from the queue. What is left in it when it goes, after an error or a panic, returns to the queue.
struct Batch<'queue> {
    queue: &'queue Mutex<BTreeSet<Touched>>,
    items: Vec<Touched>,
}

impl<'queue> Batch<'queue> {
    fn take(queue: &'queue Mutex<BTreeSet<Touched>>) -> Self {
        let items = std::mem::take(&mut *locked(queue)).into_iter().collect();
        Self { queue, items }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if !self.items.is_empty() {
            locked(self.queue).extend(self.items.drain(..));
        }
    }
}

/// A panic elsewhere does not make a set of names wrong.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
