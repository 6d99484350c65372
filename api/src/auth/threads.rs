//! Threads for what takes long on purpose. They come after everyone else, so that readers do not notice a flood of logins.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use crate::problem::{Code, Problem};

/// Something to do. It tells its asker itself.
type Task = Box<dyn FnOnce() + Send>;

/// A number of threads that end when this goes.
pub(super) struct Threads {
    tasks: Sender<Task>,
    /// Places for those who wait and those whose turn it is.
    places: Arc<Semaphore>,
    /// Turns: one for each thread, so that a task that is handed over begins at once.
    turns: Arc<Semaphore>,
}

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many wait for each thread, at most: what it does within [`PATIENCE`], at 25 ms each.
const QUEUE: usize = 80;

impl Threads {
    /// Starts so many threads, one at least.
    ///
    /// # Errors
    /// If there are none to be had.
    pub(super) fn start(number: usize) -> std::io::Result<Self> {
        let number = number.max(1);
        let (tasks, waiting) = channel::<Task>();
        let waiting = Arc::new(Mutex::new(waiting));
        for index in 0..number {
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new()
                .name(format!("hashing-{index}"))
                .spawn(move || serve(&waiting))?;
        }
        Ok(Self {
            tasks,
            places: Arc::new(Semaphore::new(number * (QUEUE + 1))),
            turns: Arc::new(Semaphore::new(number)),
        })
    }

    /// Does something in one of the threads, when it is its turn.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when too many wait, or for too long; [`Code::Internal`] when it panics.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let busy = || {
            Problem::new(Code::Unavailable)
                .retry_after(2)
                .because("too many logins wait for hashing")
        };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| busy())?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(Problem::internal)?;
        let (answer, answered) = oneshot::channel();
        // Both end with the task, be it by a panic, and not with an asker who goes away: the thread is at it until then.
        let task = move || {
            let _both = (place, turn);
            drop(answer.send(work()));
        };
        self.tasks.send(Box::new(task)).map_err(|_| busy())?;
        answered.await.map_err(Problem::internal)
    }
}

/// Does one task after the other, until nobody can bring another one.
fn serve(waiting: &Mutex<Receiver<Task>>) {
    come_last();
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = next else { return };
        // The panic has been reported by its hook, and its asker hears that no answer comes.
        drop(catch_unwind(AssertUnwindSafe(task)));
    }
}

/// How much nicer these threads are to others than the rest of the program: one of them gets about a tenth of a core that somebody else
/// wants.
#[cfg(target_os = "linux")]
const NICER: i32 = 10;
/// The nicest that there is.
#[cfg(target_os = "linux")]
const NICEST: i32 = 19;

/// Lets the calling thread come after the others. Linux keeps this per thread.
#[cfg(target_os = "linux")]
fn come_last() {
    let present = rustix::process::getpriority_process(None);
    let lowered = present
        .and_then(|present| rustix::process::setpriority_process(None, present.saturating_add(NICER).min(NICEST)));
    if let Err(error) = lowered {
        tracing::warn!(%error, "hashing runs at the priority of everything else");
    }
}

/// Elsewhere priorities belong to processes: hashing keeps to its number of threads.
#[cfg(not(target_os = "linux"))]
fn come_last() {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[actix_web::test]
    async fn a_panic_ends_the_task_and_not_the_thread() {
        let threads = Threads::start(1).unwrap();
        for _ in 0..3 {
            let lost: Result<(), Problem> = threads.run(|| panic!("a task fails, as this test wants it to")).await;
            assert_eq!(lost.unwrap_err().code(), Code::Internal);
        }
        assert_eq!(threads.run(|| 7).await.unwrap(), 7);
    }

    #[actix_web::test]
    async fn who_comes_when_all_places_are_taken_is_turned_away_at_once() {
        let threads = Threads::start(1).unwrap();
        let (go, gone) = mpsc::channel::<()>();
        let held = threads.run(move || gone.recv().unwrap_or_default());
        let waiting = (0..QUEUE).map(|_| threads.run(|| ()));
        let flood = futures_util::future::join(held, futures_util::future::join_all(waiting));
        let late = async {
            let refused = threads.run(|| ()).await.unwrap_err();
            drop(go);
            refused
        };
        // In this order: the flood has taken its places when the last one comes.
        let ((held, waited), refused) = futures_util::future::join(flood, late).await;
        assert_eq!(refused.code(), Code::Unavailable);
        assert!(held.is_ok() && waited.iter().all(Result::is_ok));
        threads.run(|| ()).await.unwrap();
    }

    #[actix_web::test]
    async fn who_waits_for_too_long_is_turned_away() {
        let threads = Threads::start(1).unwrap();
        let (go, gone) = mpsc::channel::<()>();
        let held = threads.run(move || gone.recv().unwrap_or_default());
        let late = async {
            let refused = threads.run(|| ()).await.unwrap_err();
            drop(go);
            refused
        };
        let (held, refused) = futures_util::future::join(held, late).await;
        assert_eq!((held.is_ok(), refused.code()), (true, Code::Unavailable));
    }

    #[cfg(target_os = "linux")]
    #[actix_web::test]
    async fn they_come_after_the_others() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        let theirs = Threads::start(2).unwrap().run(priority).await.unwrap();
        assert_eq!(theirs, (before + NICER).min(NICEST));
        assert_eq!(priority(), before, "the priority of one thread is that of no other");
    }
}
