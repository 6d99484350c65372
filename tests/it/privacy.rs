//! What is kept of people: nothing is forgotten by the register, everything is exported, and what was kept for long enough goes.

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::TimeDelta;
use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use serde_json::{Value, json};
use werkstadt_persistence::personal::{Kept, Link, TABLES, Table};
use werkstadt_persistence::{Db, Error};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{Stage, tier};
use werkstadt_tests::database::{TestDatabase, on_each};

mod canary;
mod erasure;
mod identity;

use canary::canary;

fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().copied().flatten()
}

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The lines that a query of either engine finds.
fn names(app: &TestApp, sqlite: &str, postgres: &str) -> BTreeSet<String> {
    let found = app.state.store.read(|db| {
        let found: Vec<Name> = match db {
            Db::Sqlite(db) => diesel::sql_query(sqlite).load(db)?,
            Db::Postgres(db) => diesel::sql_query(postgres).load(db)?,
        };
        Ok::<_, Error>(found.into_iter().map(|one| one.name).collect())
    });
    found.expect("names")
}

#[test]
fn the_register_knows_every_column() {
    on_each(|database| {
        let app = TestApp::on(database);
        let there = names(
            &app,
            "SELECT m.name || '.' || c.name AS name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '%schema_migrations'",
            "SELECT table_name || '.' || column_name AS name FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name NOT LIKE '%schema_migrations'",
        );
        let known = tables().flat_map(|table| {
            table
                .columns
                .iter()
                .map(|(column, _)| format!("{}.{column}", table.name))
        });
        // The transactions that PostgreSQL's followers go by.
        let known: BTreeSet<String> = known
            .filter(|name| matches!(database, TestDatabase::Postgres(_)) || name != "changes.xid")
            .collect();
        let difference: Vec<&String> = there.symmetric_difference(&known).collect();
        assert!(difference.is_empty(), "{difference:?}");
        for table in tables() {
            let has = |column: &str| table.columns.iter().any(|(name, _)| *name == column);
            for link in table.links {
                let columns = match *link {
                    Link::User(one)
                    | Link::Person(one)
                    | Link::Address(one)
                    | Link::Within(one)
                    | Link::Writer(one, _)
                    | Link::Quoted(one) => vec![one],
                    Link::Actor(one, other) | Link::Named(one, other) => vec![one, other],
                    Link::Of(one, _, _) => vec![one],
                };
                assert!(columns.iter().all(|column| has(column)), "{link:?} of {}", table.name);
            }
            if let Kept::Days { after, .. } = table.kept {
                assert!(has(after), "{after} of {}", table.name);
            }
        }
        let manager = app.as_manager();
        let record = manager.read("/v1/privacy/record-of-processing");
        let activities = record["activities"].as_array().expect("activities");
        assert!(activities.len() >= 6, "{record}");
        let text = record.to_string();
        assert!(
            text.contains("\"recipient\"") && text.contains("\"kept_days\":30"),
            "{text}"
        );
        assert!(!text.contains("signing_keys"), "no personal data: {text}");
    });
}

#[test]
fn everything_is_exported_alike_from_both_databases() {
    let exports = RefCell::new(Vec::new());
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("kanarie"));
        let one = canary(&app, &stage, 3);
        let of = |path: &str| manager.read(path);
        let user = of(&format!("/v1/users/{}/export", one.user));
        let sections = |data: &Value| -> Vec<String> {
            let sections = data["sections"].as_array().expect("sections").iter();
            sections
                .map(|one| one["name"].as_str().expect("a name").to_owned())
                .collect()
        };
        for name in [
            "users",
            "api_keys",
            "sessions",
            "saved_searches",
            "letters",
            "audit_entries",
        ] {
            assert!(
                sections(&user).contains(&name.to_owned()),
                "{name}: {:?}",
                sections(&user)
            );
        }
        let text = user.to_string();
        for secret in ["password_hash", "secret_hash", "$argon2", "seed"] {
            assert!(!text.contains(secret), "{secret} is for nobody: {text}");
        }
        let person = of(&format!("/v1/people/{}/export", one.person));
        for name in [
            "persons",
            "affiliations",
            "versions",
            "membership_representatives",
            "membership_applications",
            "organisations",
        ] {
            assert!(
                sections(&person).contains(&name.to_owned()),
                "{name}: {:?}",
                sections(&person)
            );
        }
        // Of what is about others, only what it says of this person: neither other contacts nor the association's notes.
        let text = person.to_string();
        for other in ["zentrale@example.org", "Nur für Manager"] {
            assert!(!text.contains(other), "{other}: {text}");
        }
        let mut sections = person["sections"].as_array().expect("sections").iter();
        let about = sections.find(|one| one["name"] == "organisations").expect("contacts");
        assert_eq!(
            about["rows"][0]["contacts"]["/0"]["email"],
            "Mail.postKanarie0003x@example.org"
        );
        let told = person["disclosures"].as_array().expect("disclosures").iter();
        let told = told.filter(|one| one["recipient"] == "members");
        let told: Vec<&Value> = told.collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["organisation"], "Own University");
        assert_eq!(told[0]["operation"], "get_person");
        let own = person["sections"]
            .as_array()
            .expect("sections")
            .iter()
            .find(|one| one["name"] == "persons");
        let row = &own.expect("the person")["rows"][0];
        assert_eq!(row["id"], one.person);
        assert_eq!(row["created_at"], "2026-11-22T09:00:00Z");
        assert_eq!(row["invented"], false);
        assert!(row["consent"].is_object(), "{row}");
        // A line for each value.
        let table = manager.get(&format!("/v1/people/{}/export.csv", one.person)).is(200);
        let table = table.text();
        assert!(table.starts_with("section,row,field,value\r\n"), "{table}");
        assert!(table.contains(&format!("persons,1,id,{}\r\n", one.person)), "{table}");
        assert!(table.contains("persons,1,phone,'+49 3641"), "no formula: {table}");
        // Nobody else's.
        app.as_member(&stage.own)
            .get(&format!("/v1/people/{}/export", one.person))
            .is(403);
        // Both engines tell the same of what does not depend on chance.
        let steady = |data: &Value| -> Vec<Value> {
            let sections = data["sections"].as_array().expect("sections").iter();
            let names = [
                "persons",
                "affiliations",
                "organisations",
                "membership_representatives",
                "users",
            ];
            sections
                .filter(|one| names.contains(&one["name"].as_str().unwrap_or_default()))
                .cloned()
                .collect()
        };
        exports.borrow_mut().push((steady(&person), steady(&user)));
    });
    let exports = exports.into_inner();
    assert!(exports.windows(2).all(|pair| pair[0] == pair[1]), "{exports:#?}");
}

#[test]
fn what_was_kept_for_long_enough_goes() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        app.as_manager().create("/v1/membership-types", &tier("kanarie"));
        let manager = app.as_manager();
        let one = canary(&app, &stage, 1);
        let _ = app.letters_to("nobody@example.org");
        let applications = manager.all("/v1/membership-applications", 10);
        let rejected = applications[0]["id"].as_str().expect("an id");
        let decide = format!("/v1/membership-applications/{rejected}/decide");
        manager.post(&decide, &json!({"decision": "review"})).is(200);
        manager
            .post(&decide, &json!({"decision": "reject", "reason": "Doppelt."}))
            .is(200);
        let _ = app.letters_to("nobody@example.org");
        let count = |table: &str| app.count(&format!("SELECT count(*) AS count FROM {table}"));
        let run = || werkstadt_api::daily::run(&app.state).expect("the day's work");
        run();
        let tables = [
            "letters",
            "membership_applications",
            "application_documents",
            "jobs",
            "job_errors",
            "remains",
            "idempotency_keys",
        ];
        for table in tables {
            assert!(count(table) > 0, "{table} has nothing to begin with");
        }
        app.advance(TimeDelta::days(2));
        run();
        assert_eq!(count("idempotency_keys"), 0);
        app.advance(TimeDelta::days(29));
        run();
        assert_eq!(count("letters"), 0);
        assert!(count("jobs") > 0 && count("membership_applications") > 0);
        app.advance(TimeDelta::days(150));
        run();
        // The day's own runs are younger.
        for table in [
            "membership_applications",
            "application_documents",
            "jobs WHERE kind = 'import'",
            "job_errors",
        ] {
            assert_eq!(count(table), 0, "{table}");
        }
        assert!(count("remains") > 0);
        app.advance(TimeDelta::days(1000));
        run();
        assert_eq!(count("remains"), 0);
        // Whom the directory has stays.
        app.as_manager().read(&format!("/v1/people/{}", one.person));
    });
}
