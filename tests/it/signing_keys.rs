//! The keys that sign access tokens: changed by date and on demand, with an overlap or at once.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::auth::keys;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::base64url;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::{TestDatabase, on_each};

fn kid(token: &str) -> String {
    let header = base64url::decode(token.split('.').next().unwrap());
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn published(app: &TestApp) -> Vec<String> {
    let keys = app.anonymous().read("/.well-known/jwks.json");
    let keys = keys["keys"].as_array().unwrap().clone();
    assert!(keys.iter().all(|key| key.get("d").is_none()), "private halves");
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_key_is_published_before_it_signs_and_accepted_after() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let first = kid(&manager.token().unwrap());
        let body = json!({});
        let keys = manager.post("/v1/signing-keys/rotate", &body).is(200).json();
        let uses: Vec<&Value> = keys["keys"].as_array().unwrap().iter().map(|key| &key["use"]).collect();
        assert_eq!(uses, ["next", "signs"]);
        assert_eq!(published(&app).len(), 2);
        assert_eq!(kid(&manager.token().unwrap()), first, "not yet");
        app.advance(TimeDelta::minutes(61));
        let before = Caller::bearing(&app, manager.token().unwrap());
        keys::keep(&app.state).unwrap();
        let second = kid(&manager.token().unwrap());
        assert_ne!(second, first);
        before.get("/v1/me").is(200);
        manager.get("/v1/me").is(200);
        app.advance(TimeDelta::minutes(71));
        keys::keep(&app.state).unwrap();
        assert_eq!(published(&app), [second]);
    });
}

#[test]
fn a_key_that_became_known_is_refused_at_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let known = Caller::bearing(&app, manager.token().unwrap());
        known.get("/v1/me").is(200);
        known.post("/v1/signing-keys/rotate", &json!({"at_once": true})).is(200);
        known.get("/v1/me").is(401);
        manager.get("/v1/me").is(200);
        assert_eq!(published(&app).len(), 1);
    });
}

#[test]
fn keys_change_by_themselves_every_ninety_days() {
    on_each(|database| {
        let app = TestApp::on(database);
        let mut seen = vec![kid(&app.as_manager().token().unwrap())];
        for _ in 0..3 {
            app.advance(TimeDelta::days(90));
            keys::keep(&app.state).unwrap();
            keys::keep(&app.state).unwrap();
            assert_eq!(published(&app).len(), 2, "the next one, once");
            app.advance(TimeDelta::hours(3));
            keys::keep(&app.state).unwrap();
            let now = kid(&app.as_manager().token().unwrap());
            assert!(!seen.contains(&now));
            assert_eq!(published(&app), std::slice::from_ref(&now));
            seen.push(now);
        }
    });
}

#[test]
fn servers_that_start_and_rotate_together_agree() {
    on_each(|database| {
        if matches!(database, TestDatabase::Sqlite(_)) {
            return;
        }
        let one = TestApp::on(database);
        let other = TestApp::numbered(database, 1, |_| {});
        assert_eq!(published(&one), published(&other));
        for app in [&one, &other] {
            app.advance(TimeDelta::days(91));
        }
        std::thread::scope(|scope| {
            for app in [&one, &other] {
                scope.spawn(|| keys::keep(&app.state).unwrap());
            }
        });
        keys::keep(&one.state).unwrap();
        keys::keep(&other.state).unwrap();
        assert_eq!(published(&one).len(), 2);
        assert_eq!(published(&one), published(&other));
    });
}
