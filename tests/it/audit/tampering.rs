//! A thousand ways to change the log past the server, all found.

use chrono::{Months, TimeDelta};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use serde_json::json;
use werkstadt_persistence::audit::{self, AuditKey, AuditSecret, Head, Scope, Verified, Wrong};
use werkstadt_persistence::{Actor, Db, Error, Store, StoreOptions, UnitOfWork};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{Stage, person};
use werkstadt_tests::database::{TestDatabase, on_each};

/// Numbers that are the same in every run (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.unsigned_abs()).cast_signed()
    }
}

fn verify(store: &Store, heads: &[Head]) -> Verified {
    let key = store.audit_key().expect("a key");
    let found = store.read(|db| audit::verify(db, &key, Scope::WHOLE, heads));
    found.expect("a check")
}

fn execute(unit: &mut UnitOfWork<'_>, statement: &str) -> usize {
    let done = match unit.db() {
        Db::Sqlite(db) => diesel::sql_query(statement).execute(db),
        Db::Postgres(db) => diesel::sql_query(statement).execute(db),
    };
    done.unwrap_or_else(|error| panic!("{statement}: {error}"))
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(unit: &mut UnitOfWork<'_>, query: &str) -> i64 {
    let found: Number = match unit.db() {
        Db::Sqlite(db) => diesel::sql_query(query).get_result(db),
        Db::Postgres(db) => diesel::sql_query(query).get_result(db),
    }
    .expect("a number");
    found.number
}

/// A log of more than a hundred entries: changes, readings, and words that were forgotten.
fn filled(app: &TestApp) {
    let stage = Stage::new(app);
    let manager = app.as_manager();
    for round in 0..60 {
        let mut body = person(&stage.own);
        body["family_name"] = json!(format!("Beispiel {round}"));
        let id = manager.create("/v1/people", &body);
        manager.read(&format!("/v1/people/{id}"));
        manager.read("/v1/users");
        app.advance(TimeDelta::seconds(1));
        werkstadt_api::audit::notes::write_down(&app.state).expect("noted");
        if round % 20 == 7 {
            let gone = [(werkstadt_persistence::Noun::Person, id.parse().expect("an id"))];
            let state = &app.state;
            let done = state
                .store
                .write(Actor::System, state.now(), |unit| audit::forget(unit, &gone));
            assert!(done.expect("forgotten") > 0);
        }
    }
}

/// One change past the server: what is said of it if it fails, and the statements.
fn tamper(chance: &mut Chance, last: i64, blob: &dyn Fn(u8) -> String) -> Vec<String> {
    let seq = 1 + chance.below(last);
    let byte = u8::try_from(chance.below(256)).expect("a byte");
    let other = 1 + (seq + chance.below(last - 1)) % last;
    let actor = "CASE WHEN actor_kind = 'user' THEN 'api_key' ELSE 'user' END";
    match chance.below(14) {
        0 => vec![format!("DELETE FROM audit_entries WHERE seq = {seq}")],
        1 => vec![format!(
            "UPDATE audit_entries SET operation = coalesce(operation, '') || 'x' WHERE seq = {seq}"
        )],
        2 => vec![format!(
            "UPDATE audit_entries SET actor_kind = {actor} WHERE seq = {seq}"
        )],
        3 => vec![format!(
            "UPDATE audit_entries SET mac = {} WHERE seq = {seq}",
            blob(byte)
        )],
        4 => vec![format!(
            "UPDATE audit_entries SET at = (SELECT max(at) FROM audit_entries) WHERE seq = {seq} AND at < (SELECT max(at) FROM audit_entries)"
        )],
        5 => vec![format!("DELETE FROM audit_records WHERE seq = {seq}")],
        6 => vec![format!(
            "UPDATE audit_records SET noun = 'skill' WHERE seq = {seq} AND noun <> 'skill'"
        )],
        7 => vec![format!(
            "INSERT INTO audit_records SELECT {other}, 900, noun, record_id, operation FROM audit_records WHERE seq = {seq} AND position = 0"
        )],
        8 => vec![format!("DELETE FROM audit_details WHERE seq = {seq}")],
        9 => vec![format!(
            "UPDATE audit_details SET content = replace(content, '127.0.0', '10.0.0') WHERE seq = {seq}"
        )],
        // Entries put in behind the last one, with and without the head.
        10 => vec![
            format!(
                "INSERT INTO audit_entries SELECT {last} + 1, at, kind, actor_kind, actor_id, operation, upto, anchor, records_digest, details_digest, mac FROM audit_entries WHERE seq = {seq}"
            ),
            format!("UPDATE audit_head SET seq = {last} + 1"),
        ],
        // All entries from one on cut off, and the head made to fit.
        11 => vec![
            format!(
                "UPDATE audit_head SET seq = {seq} - 1, mac = coalesce((SELECT mac FROM audit_entries WHERE seq = {seq} - 1), mac)"
            ),
            format!("DELETE FROM audit_details WHERE seq >= {seq}"),
            format!("DELETE FROM audit_records WHERE seq >= {seq}"),
            format!("DELETE FROM audit_entries WHERE seq >= {seq}"),
        ],
        // The oldest ones removed as if they had been too old.
        12 => vec![
            format!("DELETE FROM audit_details WHERE seq <= {seq}"),
            format!("DELETE FROM audit_records WHERE seq <= {seq}"),
            format!("DELETE FROM audit_entries WHERE seq <= {seq}"),
        ],
        // Two entries change places.
        _ => vec![
            format!("UPDATE audit_entries SET seq = -1 WHERE seq = {seq}"),
            format!("UPDATE audit_entries SET seq = {seq} WHERE seq = {other}"),
            format!("UPDATE audit_entries SET seq = {other} WHERE seq = -1"),
        ],
    }
}

#[test]
fn a_thousand_changes_past_the_server_are_found() {
    on_each(|database| {
        let app = TestApp::on(database);
        filled(&app);
        let store = &app.state.store;
        let found = verify(store, &[]);
        assert_eq!(found.faults, []);
        assert!(found.checked > 100, "{}", found.checked);
        let known = [found.head];
        let (key, last) = (store.audit_key().expect("a key"), found.head.seq);
        let sqlite = matches!(database, TestDatabase::Sqlite(_));
        let blob = |byte: u8| {
            let text = format!("{byte:02x}").repeat(32);
            if sqlite {
                format!("x'{text}'")
            } else {
                format!("decode('{text}', 'hex')")
            }
        };
        let (mut chance, mut tried) = (Chance(0x5eed_1234_5678_9abc), 0);
        let mut missed = Vec::new();
        while tried < 1000 {
            let statements = tamper(&mut chance, last, &blob);
            let outcome = attempt(store, &app, &key, &known, &statements);
            // Where there was nothing to change, nothing was changed.
            let Some(found) = outcome else { continue };
            tried += 1;
            if found.is_empty() {
                missed.push(statements);
            }
        }
        assert!(missed.is_empty(), "{missed:?}");
        assert_eq!(verify(store, &known).faults, [], "all of it was taken back");
    });
}

/// Changes the log, checks it, and takes the change back: what was found, none if nothing was changed.
fn attempt(
    store: &Store,
    app: &TestApp,
    key: &AuditKey,
    known: &[Head],
    statements: &[String],
) -> Option<Vec<audit::Fault>> {
    let mut outcome = None;
    let undone = store.write(Actor::System, app.state.now(), |unit| {
        let changed: usize = statements.iter().map(|statement| execute(unit, statement)).sum();
        if changed > 0 {
            outcome = Some(audit::verify(unit.db(), key, Scope::WHOLE, known)?.faults);
        }
        Err::<(), Error>(Error::NotFound {
            noun: werkstadt_persistence::Noun::Setting,
        })
    });
    assert!(undone.is_err());
    outcome
}

#[test]
fn a_cut_at_the_end_takes_a_head_from_outside_to_be_found() {
    on_each(|database| {
        let app = TestApp::on(database);
        filled(&app);
        let store = &app.state.store;
        let head = verify(store, &[]).head;
        let cut = [
            format!("DELETE FROM audit_details WHERE seq > {}", head.seq - 5),
            format!("DELETE FROM audit_records WHERE seq > {}", head.seq - 5),
            format!(
                "UPDATE audit_head SET seq = {0}, mac = (SELECT mac FROM audit_entries WHERE seq = {0})",
                head.seq - 5
            ),
            format!("DELETE FROM audit_entries WHERE seq > {}", head.seq - 5),
        ];
        for statement in cut {
            app.execute(&statement);
        }
        assert_eq!(verify(store, &[]).faults, [], "from inside, it is a shorter log");
        let found = verify(store, &[head]).faults;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].seq, found[0].wrong), (head.seq, Wrong::Cut));
        // What is appended afterwards does not hide it.
        app.company("Later GmbH");
        for _ in 0..6 {
            app.company(&format!("Firma {}", app.state.world.id()));
        }
        let found = verify(store, &[head]).faults;
        assert_eq!(found.first().map(|fault| fault.wrong), Some(Wrong::Altered));
    });
}

#[test]
fn what_is_old_goes_and_the_chain_holds() {
    on_each(|database| {
        let app = TestApp::on(database);
        filled(&app);
        let store = &app.state.store;
        let before = verify(store, &[]);
        let count = |table: &str| app.count(&format!("SELECT count(*) AS count FROM {table}"));
        assert!(count("audit_details") > 100);
        // After a year nobody can tell any more from where and why, after three not even that.
        let year = app.state.now() + Months::new(13) - app.state.now();
        app.advance(year);
        werkstadt_api::daily::run(&app.state).expect("the day's work");
        let later = verify(store, &[before.head]);
        assert_eq!(later.faults, []);
        assert!(later.checked > before.checked);
        let left = app.count(&format!(
            "SELECT count(*) AS count FROM audit_details WHERE seq <= {}",
            before.head.seq
        ));
        assert_eq!(left, 0);
        app.advance(year * 3);
        werkstadt_api::daily::run(&app.state).expect("the day's work");
        let later = verify(store, &[]);
        assert_eq!(later.faults, []);
        assert_eq!(
            app.count(&format!(
                "SELECT count(*) AS count FROM audit_records WHERE seq <= {}",
                before.head.seq
            )),
            0
        );
        // Somebody removes more in the same way; there is no code for that.
        let removed = store.write(Actor::System, app.state.now(), |unit| {
            let first = number(unit, "SELECT min(seq) AS number FROM audit_entries");
            for table in ["audit_details", "audit_records", "audit_entries"] {
                execute(unit, &format!("DELETE FROM {table} WHERE seq <= {first}"));
            }
            execute(
                unit,
                &format!("UPDATE audit_entries SET upto = {first} WHERE kind = 'pruning'"),
            );
            Ok::<_, Error>(())
        });
        removed.expect("removed");
        assert_ne!(verify(store, &[]).faults, []);
    });
}

#[test]
fn a_store_with_another_secret_is_refused() {
    on_each(|database| {
        // As if nobody had used the database yet.
        let store = database.store(1);
        let forgotten = store.write(Actor::System, chrono::DateTime::UNIX_EPOCH, |unit| {
            execute(unit, "DELETE FROM settings WHERE name LIKE 'audit_key%'");
            Ok::<_, Error>(())
        });
        forgotten.expect("no key");
        drop(store);
        let open = |secret: Option<[u8; 32]>| {
            let options = StoreOptions {
                audit_secret: secret.map(AuditSecret),
                ..StoreOptions::new(uuid::Uuid::nil())
            };
            let store = Store::open(&database.url().parse().expect("a URL"), &options)?;
            store.migrate().map(|_| ())
        };
        open(Some([7; 32])).expect("begun with a secret");
        open(Some([7; 32])).expect("the same one");
        for other in [None, Some([8; 32])] {
            let refused = open(other).expect_err("another one");
            assert!(refused.to_string().contains("WERKSTADT_AUDIT_SECRET"), "{refused}");
        }
    });
}
