//! Following the changes of other processes: a thread that reads the log of a shared PostgreSQL database.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use werkstadt_domain::named::Named;

use crate::changes::{Noun, Touched};
use crate::db::Db;
use crate::dialect::{self, LoggedChange, Position};
use crate::error::{Error, Result};
use crate::store::Store;

/// How often the log is read when nobody announces a change.
const POLL: Duration = Duration::from_millis(100);
/// How often announcements are looked for: a glance at the socket, no query.
const GLANCE: Duration = Duration::from_millis(10);
/// How long to wait after a failure.
const RETRY: Duration = Duration::from_millis(500);
/// Rows of the log per query.
const PAGE: i64 = 1000;

/// The thread that follows. It stops when this goes.
pub struct Follower {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts to follow, from where the read model was attached. On SQLite, which serves one process, it only repeats
    /// refreshes that failed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the log cannot be read, [`Error::Internal`] if there is no thread to be had.
    pub fn start(store: Store) -> Result<Self> {
        let position = match store.refresh().position() {
            Some(position) => Some(position),
            None => store.position()?,
        };
        let stop = Arc::new(Stop::default());
        let seen = Arc::clone(&stop);
        let mut course = Course {
            position: position.unwrap_or_default(),
            ahead: BTreeSet::new(),
        };
        let thread = std::thread::Builder::new()
            .name("follower".to_owned())
            .spawn(move || course.run(&store, &seen))
            .map_err(Error::internal)?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Stops, and waits until it has.
    pub fn stop(mut self) {
        self.finish();
    }

    fn finish(&mut self) {
        self.stop.set();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the follower had panicked");
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.finish();
    }
}

/// How far the log has been read.
struct Course {
    /// Everything up to here is in the read model.
    position: Position,
    /// Changes beyond it that are in the read model too: they were visible already while an older transaction was still
    /// running, behind which the position must wait.
    ahead: BTreeSet<Position>,
}

impl Course {
    fn run(&mut self, store: &Store, stop: &Stop) {
        let mut lost = false;
        while !stop.is_set() {
            match self.follow(store, stop, &mut lost) {
                Ok(()) => return,
                Err(error) if lost => tracing::debug!(%error, "still not following the change log"),
                Err(error) => tracing::warn!(%error, "lost the change log; trying again"),
            }
            lost = true;
            stop.wait(RETRY);
        }
    }

    /// Follows until told to stop, or until the connection is lost.
    fn follow(&mut self, store: &Store, stop: &Stop, lost: &mut bool) -> Result<()> {
        let mut connection = store.connect_follower()?;
        if let Some(db) = &mut connection {
            dialect::listen(db)?;
            self.resume(store, db)?;
        }
        if std::mem::take(lost) {
            tracing::info!("following the change log again");
        }
        while !stop.is_set() {
            match &mut connection {
                Some(db) => {
                    self.catch_up(store, db)?;
                    wait_for_news(db, stop)?;
                }
                None => stop.wait(POLL),
            }
            if connection.is_none() && store.refresh().is_behind() {
                store.refresh().run(&mut *store.reader()?);
            }
        }
        Ok(())
    }

    /// After a restore from a dump the log has other positions: then everything is read anew.
    fn resume(&mut self, store: &Store, db: &mut Db) -> Result<()> {
        if dialect::has_reached(db, self.position)? {
            return Ok(());
        }
        tracing::warn!("the change log is not the one followed so far; rebuilding the read model");
        self.position = match store.refresh().rebuild(db)? {
            Some(position) => position,
            None => dialect::position(db)?.unwrap_or_default(),
        };
        self.ahead.clear();
        Ok(())
    }

    /// Reads the log to its end and refreshes what it names.
    fn catch_up(&mut self, store: &Store, db: &mut Db) -> Result<()> {
        let (mut from, mut settled) = (self.position, true);
        loop {
            let page = dialect::changes_after(db, from, PAGE)?;
            for change in &page {
                from = Position {
                    xid: change.xid,
                    seq: change.seq,
                };
                settled &= change.settled;
                let known = !self.ahead.insert(from);
                if settled {
                    self.position = from;
                }
                if !known && change.origin.0 != store.instance() {
                    store.refresh().add(touched(change));
                }
            }
            self.ahead = self.ahead.split_off(&self.position);
            if i64::try_from(page.len()).is_ok_and(|rows| rows < PAGE) {
                break;
            }
        }
        store.refresh().run(db);
        Ok(())
    }
}

fn touched(change: &LoggedChange) -> Option<Touched> {
    // A noun of a newer program, during a rolling update: this one has no use for it.
    let noun = Noun::from_code(&change.noun)?;
    Some(Touched {
        noun,
        id: change.record_id.0,
    })
}

/// Returns when a change was announced, when it is time to look anyway, or when told to stop.
fn wait_for_news(db: &mut Db, stop: &Stop) -> Result<()> {
    let until = Instant::now() + POLL;
    while Instant::now() < until && !stop.is_set() && !dialect::announced(db)? {
        stop.wait(GLANCE);
    }
    Ok(())
}

#[derive(Default)]
struct Stop {
    set: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    fn set(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    fn is_set(&self) -> bool {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the time given, or until told to stop.
    fn wait(&self, time: Duration) {
        let set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        if !*set {
            drop(self.changed.wait_timeout(set, time));
        }
    }
}
