//! The read model of one process follows the writes of another, over PostgreSQL.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use uuid::Uuid;
use werkstadt_persistence::{Actor, Db, Error, Follower, Listener, Noun, Operation, Result, Store, Touched};
use werkstadt_tests::database::TestDatabase;

/// Remembers what it was told.
#[derive(Default)]
struct Diary {
    seen: Mutex<Vec<Uuid>>,
    rebuilt: Mutex<usize>,
    failures: Mutex<usize>,
    /// How long a refresh takes.
    pace: Duration,
}

impl Listener for Diary {
    fn refresh(&self, _: &mut Db, touched: &[Touched]) -> Result<()> {
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err(Error::NotFound { noun: Noun::Skill });
        }
        std::thread::sleep(self.pace);
        self.seen
            .lock()
            .unwrap()
            .extend(touched.iter().map(|touched| touched.id));
        Ok(())
    }

    fn rebuild(&self, _: &mut Db) -> Result<()> {
        *self.rebuilt.lock().unwrap() += 1;
        Ok(())
    }
}

impl Diary {
    fn has(&self, id: u128) -> bool {
        self.seen.lock().unwrap().contains(&Uuid::from_u128(id))
    }

    fn waits_for(&self, id: u128) -> Duration {
        let start = Instant::now();
        while !self.has(id) {
            assert!(start.elapsed() < Duration::from_secs(20), "{id} never arrived");
            std::thread::sleep(Duration::from_millis(2));
        }
        start.elapsed()
    }
}

fn follow(store: &Store) -> (Arc<Diary>, Follower) {
    let diary = Arc::new(Diary::default());
    store.attach(diary.clone()).unwrap();
    (diary, Follower::start(store.clone()).unwrap())
}

fn touch(store: &Store, id: u128) {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    store
        .write(Actor::System, now, |unit| {
            unit.record(Noun::Organisation, Uuid::from_u128(id), Operation::Updated);
            Ok::<(), Error>(())
        })
        .unwrap();
}

fn raw_change(id: u128) -> String {
    let id = Uuid::from_u128(id);
    format!(
        "INSERT INTO changes (origin, at, actor_kind, noun, record_id, operation)
         VALUES ('00000000-0000-0000-0000-000000000000', now(), 'system', 'organisation', '{id}', 'updated')"
    )
}

#[test]
fn another_process_sees_a_write_within_a_quarter_of_a_second() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let (here, there) = (database.store(1), database.store(2));
    let (diary, _follower) = follow(&there);
    for id in 1..=20 {
        touch(&here, id);
        let delay = diary.waits_for(id);
        assert!(delay < Duration::from_millis(250), "{delay:?}");
    }
}

#[test]
fn a_slow_transaction_is_neither_lost_nor_holds_up_the_others() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let (here, there) = (database.store(1), database.store(2));
    let (diary, _follower) = follow(&there);
    let mut slow = PgConnection::establish(&database.url()).unwrap();
    slow.batch_execute(&format!("BEGIN; {}", raw_change(1))).unwrap();
    for id in 2..=5 {
        touch(&here, id);
    }
    assert!(diary.waits_for(5) < Duration::from_millis(250));
    assert!(!diary.has(1));
    std::thread::sleep(Duration::from_millis(300));
    slow.batch_execute("COMMIT").unwrap();
    diary.waits_for(1);
    let seen = diary.seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 5, "each change is applied once: {seen:?}");
}

#[test]
fn following_goes_on_after_the_connections_were_cut() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let (here, there) = (database.store(1), database.store(2));
    let (diary, _follower) = follow(&there);
    touch(&here, 1);
    diary.waits_for(1);
    let TestDatabase::Postgres(postgres) = &database else {
        unreachable!()
    };
    postgres.disconnect_all();
    touch(&here, 2);
    diary.waits_for(2);
    assert_eq!(*diary.rebuilt.lock().unwrap(), 1, "resumed, not rebuilt");
}

#[test]
fn own_writes_are_refreshed_before_write_returns_and_failures_are_repeated() {
    werkstadt_tests::database::on_each(|database| {
        let store = database.store(1);
        let (diary, follower) = follow(&store);
        touch(&store, 1);
        assert!(diary.has(1));
        *diary.failures.lock().unwrap() = 1;
        touch(&store, 2);
        diary.waits_for(2);
        follower.stop();
        *diary.failures.lock().unwrap() = 1;
        touch(&store, 3);
        assert!(!diary.has(3));
        touch(&store, 4);
        assert!(diary.has(3) && diary.has(4));
    });
}

#[test]
fn each_of_many_writers_reads_its_own_write() {
    werkstadt_tests::database::on_each(|database| {
        let store = database.store(1);
        let diary = Arc::new(Diary {
            pace: Duration::from_millis(2),
            ..Diary::default()
        });
        store.attach(diary.clone()).unwrap();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let (store, diary) = (&store, &diary);
                scope.spawn(move || {
                    for id in (writer * 100)..(writer * 100 + 20) {
                        touch(store, id);
                        assert!(diary.has(id), "{id}");
                    }
                });
            }
        });
    });
}
