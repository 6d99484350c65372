//! The store's promises: nothing lost, nothing left behind, the same errors on both engines.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_persistence::{
    Actor, DatabaseUrl, Db, Error, FOREIGN_KEY, Listener, Noun, Result, Store, StoreOptions, Touched, UnitOfWork,
    claims, organisations, skills, units, users,
};
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::postgres;

use crate::sample::{at, bare_organisation, claim, id, organisation, skill, unit, user};

fn write<T>(store: &Store, work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T>) -> Result<T> {
    store.write(Actor::System, at(0), work)
}

fn find(store: &Store, number: u128) -> Result<Stored<Organisation>> {
    store.read(|db| organisations::find(db, OrganisationId::new(id(number))))
}

#[test]
fn eight_threads_of_guarded_updates_lose_nothing() {
    const THREADS: usize = 8;
    const UPDATES: usize = 200;
    on_each(|database| {
        let store = database.store(1);
        write(&store, |unit| organisations::insert(unit, bare_organisation(1))).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let store = &store;
                scope.spawn(move || (0..UPDATES).for_each(|update| update_until_done(store, thread, update)));
            }
        });
        let last = find(&store, 1).unwrap();
        let expected = THREADS * UPDATES;
        assert_eq!(last.version, i64::try_from(expected + 1).unwrap());
        assert_eq!(last.record.headcount, Some(u32::try_from(expected).unwrap()));
    });
}

/// Reads, counts one up, writes; once more if someone was faster. Any other failure fails the test.
fn update_until_done(store: &Store, thread: usize, update: usize) {
    loop {
        let before = find(store, 1).unwrap();
        let mut after = before.record.clone();
        after.headcount = Some(after.headcount.unwrap_or(0) + 1);
        after.notes = Some(format!("{thread}.{update}"));
        match write(store, |unit| organisations::update(unit, &before, after)) {
            Ok(_) => return,
            Err(Error::Stale {
                noun: Noun::Organisation,
            }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_rolled_back_write_leaves_nothing() {
    on_each(|database| {
        let store = database.store(1);
        let failed = write(&store, |unit| {
            organisations::insert(unit, organisation(1))?;
            Err::<(), _>(Error::NotFound { noun: Noun::Skill })
        });
        assert!(matches!(failed, Err(Error::NotFound { noun: Noun::Skill })));
        assert!(matches!(find(&store, 1), Err(Error::NotFound { .. })));
        let panic = |unit: &mut UnitOfWork<'_>| -> Result<()> {
            organisations::insert(unit, organisation(2))?;
            panic!("as planned")
        };
        let panicked = std::thread::scope(|scope| scope.spawn(|| write(&store, panic)).join().is_err());
        assert!(panicked);
        assert!(matches!(find(&store, 2), Err(Error::NotFound { .. })));
        write(&store, |unit| organisations::insert(unit, organisation(2))).unwrap();
        assert_eq!(changes(&store), 1);
    });
}

fn changes(store: &Store) -> i64 {
    use diesel::RunQueryDsl;
    use diesel::sql_types::BigInt;
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = "SELECT count(*) AS count FROM changes";
    let count = store.read(|db| {
        let found: Count = match db {
            Db::Postgres(db) => diesel::sql_query(query).get_result(db)?,
            Db::Sqlite(db) => diesel::sql_query(query).get_result(db)?,
        };
        Ok::<_, Error>(found)
    });
    count.unwrap().count
}

#[test]
fn conflicts_have_the_same_names_on_both_engines() {
    on_each(|database| {
        let store = database.store(1);
        write(&store, |unit| {
            organisations::insert(unit, organisation(1))?;
            skills::insert(unit, skill(500))?;
            claims::insert(unit, OrganisationId::new(id(1)), claim(10, 500))?;
            users::insert(unit, user(20, Some(1)), None)
        })
        .unwrap();
        let same = |change: fn(&mut Organisation)| {
            let mut other = bare_organisation(2);
            change(&mut other);
            write(&store, |unit| organisations::insert(unit, other)).unwrap_err()
        };
        let register = same(|other| other.identifiers.register = organisation(1).identifiers.register);
        assert!(
            register.breaks("organisations_register_court_register_type_register_number_key"),
            "{register}"
        );
        let vat = same(|other| other.identifiers.vat_id = organisation(1).identifiers.vat_id);
        assert!(vat.breaks("organisations_vat_id_key"), "{vat}");
        let external = same(|other| other.identifiers.external = organisation(1).identifiers.external);
        assert!(
            external.breaks("organisation_external_ids_scheme_value_key"),
            "{external}"
        );
        let again = same(|other| other.id = OrganisationId::new(id(1)));
        assert!(again.breaks("organisations_pkey"), "{again}");
        let owner = OrganisationId::new(id(1));
        let twice = write(&store, |unit| claims::insert(unit, owner, claim(11, 500))).unwrap_err();
        assert!(twice.breaks("skill_claims_holder_id_skill_id_key"), "{twice}");
        let no_skill = write(&store, |unit| claims::insert(unit, owner, claim(11, 501))).unwrap_err();
        assert!(no_skill.breaks(FOREIGN_KEY), "{no_skill}");
        let mut orphan = skill(501);
        orphan.broader = vec![skill(502).id];
        let orphan = write(&store, |unit| skills::insert(unit, orphan)).unwrap_err();
        assert!(orphan.breaks(FOREIGN_KEY), "at the commit: {orphan}");
        let mut twin = user(21, None);
        twin.email = user(20, None).email.to_uppercase();
        let twin = write(&store, |unit| users::insert(unit, twin, None)).unwrap_err();
        assert!(twin.breaks("users_login_key"), "{twin}");
        let employer = write(&store, |unit| organisations::remove(unit, owner, 1)).unwrap_err();
        assert!(employer.breaks(FOREIGN_KEY), "{employer}");
    });
}

#[test]
fn a_unit_goes_only_when_nothing_hangs_from_it() {
    on_each(|database| {
        let store = database.store(1);
        let (chair, owner) = (UnitId::new(id(30)), OrganisationId::new(id(1)));
        let mut lab = unit(31, 1);
        lab.parent = Some(chair);
        let mut held = claim(10, 500);
        held.unit = Some(lab.id);
        write(&store, |unit_of_work| {
            organisations::insert(unit_of_work, organisation(1))?;
            // The one below comes first: a batch may be in any order.
            units::insert_all(unit_of_work, vec![lab.clone(), unit(30, 1)])?;
            skills::insert(unit_of_work, skill(500))?;
            claims::insert(unit_of_work, owner, held.clone())
        })
        .unwrap();
        let remove = |number: u128| {
            write(&store, |unit| {
                let before = units::find(unit.db(), UnitId::new(id(number)))?;
                units::remove(unit, &before)
            })
        };
        assert!(remove(30).unwrap_err().breaks(FOREIGN_KEY));
        assert!(remove(31).unwrap_err().breaks(FOREIGN_KEY));
        write(&store, |unit| claims::remove(unit, owner, held.id, 1)).unwrap();
        remove(31).unwrap();
        remove(30).unwrap();
    });
}

#[test]
fn what_the_database_cannot_hold_is_an_error_and_no_panic() {
    on_each(|database| {
        let store = database.store(1);
        let mut odd = bare_organisation(1);
        odd.name = "a\0b".to_owned();
        odd.notes = Some("\0".to_owned());
        odd.languages = vec!["\0".to_owned()];
        odd.identifiers.vat_id = Some("\u{10FFFF}'; DROP TABLE organisations; --".to_owned());
        let stored = write(&store, |unit| organisations::insert(unit, odd.clone()));
        match stored {
            // PostgreSQL's texts hold no NUL; the domain refuses it long before.
            Err(Error::Internal(_)) => {}
            Ok(stored) => assert_eq!(stored.record, find(&store, 1).unwrap().record),
            Err(other) => panic!("{other:?}"),
        }
        assert!(matches!(
            store.read(|db| users::credentials(db, "a\0b")),
            Ok(None) | Err(Error::Internal(_))
        ));
        write(&store, |unit| organisations::insert(unit, bare_organisation(2))).unwrap();
    });
}

#[test]
fn a_guarded_write_tells_stale_from_gone() {
    on_each(|database| {
        let store = database.store(1);
        let before = write(&store, |unit| organisations::insert(unit, organisation(1))).unwrap();
        let after = || Organisation {
            name: "New".to_owned(),
            ..before.record.clone()
        };
        write(&store, |unit| organisations::update(unit, &before, after())).unwrap();
        let again = write(&store, |unit| organisations::update(unit, &before, after()));
        assert!(matches!(again, Err(Error::Stale { .. })), "{again:?}");
        let stale = write(&store, |unit| organisations::remove(unit, before.record.id, 1));
        assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
        write(&store, |unit| organisations::remove(unit, before.record.id, 2)).unwrap();
        let gone = write(&store, |unit| organisations::update(unit, &before, after()));
        assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    });
}

#[test]
fn a_reader_of_sqlite_cannot_write_and_a_second_process_is_refused() {
    let database = TestDatabase::sqlite();
    let store = database.store(1);
    let written = store.read(|db| {
        Ok::<_, Error>(diesel::connection::SimpleConnection::batch_execute(
            db,
            "DELETE FROM changes",
        )?)
    });
    assert!(written.is_err());
    let url: DatabaseUrl = database.url().parse().unwrap();
    let second = Store::open(&url, &StoreOptions::new(Uuid::nil()));
    assert!(matches!(second, Err(Error::Refused { .. })));
    drop(store);
    database.store(2);
}

#[test]
fn replicas_may_start_together_and_a_newer_database_is_refused() {
    use diesel::connection::SimpleConnection;
    if let Some(database) = postgres::Database::empty() {
        let url: DatabaseUrl = database.url().parse().unwrap();
        std::thread::scope(|scope| {
            for instance in 0..4 {
                let url = &url;
                scope.spawn(move || {
                    let store = Store::open(url, &StoreOptions::new(Uuid::from_u128(instance))).unwrap();
                    store.migrate().unwrap();
                    assert!(store.pending_migrations().unwrap().is_empty());
                });
            }
        });
    }
    on_each(|database| {
        let store = database.store(1);
        let future = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
        write(&store, |unit| Ok(unit.db().batch_execute(future)?)).unwrap();
        assert!(matches!(store.migrate(), Err(Error::Refused { .. })));
    });
}

#[test]
fn a_busy_store_says_so() {
    let database = TestDatabase::sqlite();
    database.store(1);
    let url: DatabaseUrl = database.url().parse().unwrap();
    let mut options = StoreOptions::new(Uuid::nil());
    options.patience = Duration::from_millis(50);
    let store = Store::open(&url, &options).unwrap();
    let inner = write(&store, |_| Ok(write(&store, |_| Ok(())))).unwrap();
    assert!(matches!(inner, Err(Error::Unavailable(_))), "{inner:?}");
    let nowhere = "postgres://127.0.0.1:1/nothing".parse().unwrap();
    assert!(matches!(Store::open(&nowhere, &options), Err(Error::Unavailable(_))));
}

/// Reads in `refresh` what was just written.
struct Reader(std::sync::Mutex<Vec<i64>>);

impl Listener for Reader {
    fn refresh(&self, db: &mut Db, touched: &[Touched]) -> Result<()> {
        for touched in touched.iter().filter(|touched| touched.noun == Noun::Organisation) {
            let found = organisations::find(db, OrganisationId::new(touched.id))?;
            self.0.lock().unwrap().push(found.version);
        }
        Ok(())
    }

    fn rebuild(&self, _: &mut Db) -> Result<()> {
        Ok(())
    }
}

#[test]
fn the_read_model_never_goes_back() {
    on_each(|database| {
        let store = database.store(1);
        let reader = Arc::new(Reader(std::sync::Mutex::default()));
        store.attach(reader.clone()).unwrap();
        write(&store, |unit| organisations::insert(unit, bare_organisation(1))).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let store = &store;
                scope.spawn(move || (0..25).for_each(|update| update_until_done(store, thread, update)));
            }
        });
        let versions = reader.0.lock().unwrap().clone();
        assert!(versions.is_sorted(), "{versions:?}");
        assert_eq!(versions.last(), Some(&101));
    });
}
