//! How many requests a caller may make, and what every answer says of it.

use chrono::TimeDelta;
use serde_json::json;
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::http::{Reply, Request};

fn on(database: &TestDatabase) -> TestApp {
    TestApp::numbered(database, 0, |config| {
        config.rate_anonymous = Some(3);
        config.rate_signed_in = Some(5);
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
}

fn from(app: &TestApp, address: &str) -> Reply {
    let request = Request::new("GET", "/v1/vocabularies").header("X-Forwarded-For", address);
    app.send(&request)
}

#[test]
fn networks_users_and_keys_are_counted_apart() {
    on_each(|database| {
        let app = on(database);
        let left = |reply: &Reply| reply.header("ratelimit").unwrap().to_owned();
        assert_eq!(left(&from(&app, "192.0.2.1").is(200)), "\"requests\";r=2;t=20");
        assert_eq!(left(&from(&app, "192.0.2.77").is(200)), "\"requests\";r=1;t=40");
        assert_eq!(left(&from(&app, "192.0.2.1").is(200)), "\"requests\";r=0;t=60");
        let refused = from(&app, "192.0.2.9").is(429);
        assert_eq!(refused.header("retry-after"), Some("20"));
        assert_eq!(left(&refused), "\"requests\";r=0;t=60");
        from(&app, "198.51.100.1").is(200);
        // What is written to the left of the last hop, anyone can write.
        from(&app, "198.51.100.1, 192.0.2.1").is(429);
        let manager = app.as_manager();
        for _ in 0..5 {
            manager.get("/v1/me").is(200);
        }
        manager.get("/v1/me").is(429);
        let slow = Caller::bearing(&app, accounts::key_at(&app.state, manager.user_id(), Some(1)));
        slow.get("/v1/me").is(200);
        slow.get("/v1/me").is(429);
        app.advance(TimeDelta::seconds(20));
        from(&app, "192.0.2.1").is(200);
        from(&app, "192.0.2.1").is(429);
        manager.get("/v1/me").is(200);
    });
}

#[test]
fn who_tries_tokens_is_slowed_down() {
    on_each(|database| {
        let app = on(database);
        let guess = Caller::bearing(&app, "wk_live_guess".to_owned());
        let statuses: Vec<u16> = (0..5).map(|_| guess.get("/v1/me").status).collect();
        assert_eq!(statuses, [401, 401, 401, 429, 429]);
        // Whoever is signed in calls from the same network all the same.
        app.as_manager().get("/v1/me").is(200);
        app.anonymous().get("/livez").is(200);
    });
}

#[test]
fn a_key_knows_when_it_was_used() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let made = json!({"name": "Key", "scopes": ["directory:read"], "requests_per_minute": 10});
        let made = manager.post("/v1/me/api-keys", &made).is(201).json();
        assert!(made.get("used_at").is_none());
        let key = Caller::bearing(&app, made["secret"].as_str().unwrap().to_owned());
        let limits = key.read("/v1/me/limits");
        assert_eq!(
            (&limits["requests_per_minute"], &limits["requests_left"]),
            (&json!(10), &json!(9))
        );
        app.advance(TimeDelta::hours(3));
        key.get("/v1/me").is(200);
        werkstadt_api::daily::note_uses(&app.state).unwrap();
        let listed = manager.read("/v1/me/api-keys");
        assert_eq!(listed["items"][0]["used_at"], "2026-11-22T12:00:00Z");
    });
}
