//! Requests that are sent more than once: each is done once, by whichever server.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::http::{Reply, Request};

fn create(caller: &Caller<'_>, key: &str, name: &str) -> Reply {
    let body = json!({"kind": "company", "name": name});
    let request = Request::new("POST", "/v1/organisations").json(&body);
    caller.send(request.header("Idempotency-Key", key))
}

fn organisations(app: &TestApp) -> i64 {
    app.count("SELECT count(*) AS count FROM organisations")
}

#[test]
fn a_repetition_is_answered_alike_and_not_done_again() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let first = create(&manager, "k-1", "Optik Weber").is(201);
        assert_eq!(first.header("idempotent-replayed"), None);
        let again = create(&manager, "k-1", "Optik Weber").is(201);
        assert_eq!(
            (again.body.as_slice(), again.header("location")),
            (first.body.as_slice(), first.header("location"))
        );
        assert_eq!(
            (again.header("idempotent-replayed"), organisations(&app)),
            (Some("true"), 1)
        );
        assert_eq!(create(&manager, "k-1", "Optik Meier").is(422).code(), "key_reused");
        // Keys are their users' own, and outlive a token and a change of the record.
        let other = app.user(werkstadt_domain::account::Role::Manager, None);
        create(&other, "k-1", "Optik Schmidt").is(201);
        let address = first.header("location").unwrap().to_owned();
        manager.patch(&address, "*", &json!({"name": "Optik Weber AG"})).is(200);
        app.advance(TimeDelta::hours(23));
        assert_eq!(create(&manager, "k-1", "Optik Weber").is(201).body, first.body);
        app.advance(TimeDelta::hours(2));
        create(&manager, "k-1", "Optik Weber").is(201);
        assert_eq!(organisations(&app), 3);
        app.advance(TimeDelta::hours(25));
        werkstadt_api::daily::run(&app.state).unwrap();
        assert_eq!(app.count("SELECT count(*) AS count FROM idempotency_keys"), 0);
    });
}

#[test]
fn what_was_refused_may_be_tried_again_under_its_key() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let skill = |uri: &str| {
            let body = json!({"uri": uri, "label": {"de": "Laser"}});
            let request = Request::new("POST", "/v1/skills").json(&body);
            manager.send(request.header("Idempotency-Key", "skill"))
        };
        manager.create("/v1/skills", &json!({"uri": "urn:taken", "label": {"de": "Laser"}}));
        assert_eq!(skill("urn:taken").is(409).code(), "conflict");
        skill("urn:free").is(201);
        for bad in ["", " ", &"x".repeat(256), "a b"] {
            let problem = create(&manager, bad, "Optik").is(400).json();
            assert_eq!(problem["errors"][0]["parameter"], "Idempotency-Key", "{bad}: {problem}");
        }
    });
}

#[test]
fn secrets_are_not_kept_for_repetitions() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let make = || {
            let body = json!({"name": "Key", "scopes": ["directory:read"]});
            let request = Request::new("POST", "/v1/me/api-keys").json(&body);
            manager.send(request.header("Idempotency-Key", "key"))
        };
        make().is(201);
        assert_eq!(make().is(409).code(), "done_already");
        assert_eq!(manager.read("/v1/me/api-keys")["items"].as_array().unwrap().len(), 1);
        let kept = app.count("SELECT count(*) AS count FROM idempotency_keys WHERE body IS NOT NULL");
        assert_eq!(kept, 0);
    });
}

/// Sends every request several times at once, to two servers where there can be two; `WERKSTADT_KEYS` says how many keys.
#[test]
fn of_many_sends_at_once_one_is_done() {
    let keys: usize = std::env::var("WERKSTADT_KEYS")
        .ok()
        .and_then(|keys| keys.parse().ok())
        .unwrap_or(60);
    on_each(|database| {
        let one = TestApp::on(database);
        let other = match database {
            TestDatabase::Sqlite(_) => None,
            TestDatabase::Postgres(_) => Some(TestApp::numbered(database, 1, |_| {})),
        };
        // The same user, who is known to both.
        let user = one.as_manager().user_id();
        let (here, there) = (
            Caller::user(&one, user),
            Caller::user(other.as_ref().unwrap_or(&one), user),
        );
        let mut made: BTreeMap<String, usize> = BTreeMap::new();
        let workers = 8;
        let outcomes: Vec<Vec<String>> = std::thread::scope(|scope| {
            let run = |worker: usize| {
                let (here, there) = (here.clone(), there.clone());
                move || {
                    let mut ids = Vec::new();
                    for key in (0..keys).filter(|key| key % (workers / 4) == worker % (workers / 4)) {
                        let caller = if worker % 4 < 2 { &here } else { &there };
                        let name = format!("Company {key}");
                        let id = loop {
                            let reply = create(caller, &format!("key-{key}"), &name);
                            match reply.status {
                                201 => break reply.json()["id"].as_str().unwrap().to_owned(),
                                409 => assert!(
                                    ["in_flight", "done_already"].contains(&reply.code().as_str()),
                                    "{}",
                                    reply.text()
                                ),
                                _ => panic!("{}", reply.text()),
                            }
                        };
                        ids.push(id);
                    }
                    ids
                }
            };
            let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(run(worker))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for id in outcomes.into_iter().flatten() {
            *made.entry(id).or_default() += 1;
        }
        assert_eq!((made.len(), organisations(&one)), (keys, i64::try_from(keys).unwrap()));
        assert!(
            made.values().all(|answers| *answers == 4),
            "each of four sends got the one answer"
        );
        let kept: Value = json!(one.count("SELECT count(*) AS count FROM idempotency_keys WHERE status = 201"));
        assert_eq!(kept, json!(keys));
    });
}
