//! Several servers on one PostgreSQL database: what one writes, the others read, and whom one suspends, the others refuse.

use std::time::{Duration, Instant};

use serde_json::json;
use werkstadt_domain::account::Role;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::TestDatabase;

/// How fresh another server must be.
const FRESH: Duration = Duration::from_millis(250);

#[test]
fn what_one_server_writes_the_other_reads_soon() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let (one, other) = (
        TestApp::numbered(&database, 1, |_| {}),
        TestApp::numbered(&database, 2, |_| {}),
    );
    let mut delays: Vec<Duration> = (0..15).map(|number| delay(&one, &other, number)).collect();
    delays.sort_unstable();
    // The machine may stall for a moment; most writes must be there in time all the same.
    assert!(delays[10] <= FRESH, "{delays:?}");
}

fn delay(one: &TestApp, other: &TestApp, number: usize) -> Duration {
    let id = one.company(&format!("Firma {number} GmbH"));
    let written = Instant::now();
    let target = format!("/v1/organisations/{id}");
    while other.anonymous().get(&target).status != 200 {
        assert!(
            written.elapsed() < Duration::from_secs(10),
            "never seen by the other server"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    written.elapsed()
}

#[test]
fn whom_one_server_suspends_the_other_refuses() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let (one, other) = (
        TestApp::numbered(&database, 1, |_| {}),
        TestApp::numbered(&database, 2, |_| {}),
    );
    let organisation = one.company("Beispiel GmbH");
    let member = one.user(Role::Member, Some(&organisation));
    let key = member.send(
        werkstadt_tests::http::Request::new("POST", "/v1/me/api-keys").json(&json!({
            "name": "Test", "scopes": ["directory:read"]
        })),
    );
    // A token of one server is one of all; a key is known to all.
    let secret = if key.status == 201 {
        key.json()["secret"].as_str().unwrap_or_default().to_owned()
    } else {
        panic!("{}", key.text())
    };
    let me = |app: &TestApp| {
        let request = werkstadt_tests::http::Request::new("GET", "/v1/me");
        app.send(&request.header("Authorization", &format!("Bearer {secret}")))
            .status
    };
    until(|| me(&other) == 200);
    assert_eq!(me(&one), 200);
    let target = format!("/v1/users/{}", member.user_id());
    let manager = one.as_manager();
    let tag = manager.get(&target).header("etag").unwrap_or_default().to_owned();
    manager.patch(&target, &tag, &json!({"active": false})).is(200);
    assert_eq!(me(&one), 401, "the same server refuses from the next request on");
    until(|| me(&other) == 401);
}

fn until(holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(10), "not within ten seconds");
        std::thread::sleep(Duration::from_millis(5));
    }
}
