//! The day's work as jobs: what a run did, that there is one at a time, what becomes of those that fail, and how long they are kept.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::daily::{self, Daily};
use werkstadt_persistence::jobs::{self, JobId};
use werkstadt_persistence::{Actor, Error};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{import, offer};
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::http::{Reply, Request};

const RUN: &str = "/v1/jobs/daily";

/// A run that was asked for and has ended.
fn run(app: &TestApp) -> Value {
    let request = Request::new("POST", RUN).header("Prefer", "wait=20");
    app.as_manager().send(request).is(202).json()
}

/// The runs that are noted, the newest first.
fn runs(app: &TestApp) -> Vec<Value> {
    let all = app.as_manager().all("/v1/jobs", 50);
    all.into_iter().filter(|job| job["kind"] == "daily").collect()
}

/// A run that has begun, past the API: it never goes on.
fn begun(app: &TestApp) -> String {
    let (state, id): (_, JobId) = (&app.state, app.state.id());
    let written = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
        jobs::insert(unit, id, daily::KIND, None)?;
        Ok(())
    });
    written.unwrap();
    id.to_string()
}

#[test]
fn a_run_tells_what_each_step_changed() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let mut ends = offer(&own);
        ends["expires_on"] = json!((app.state.now().date_naive() + TimeDelta::days(1)).to_string());
        let (one, other) = (app.published(&ends), app.published(&ends));
        app.advance(TimeDelta::days(2));
        let done = run(&app);
        assert_eq!((&done["kind"], &done["status"]), (&json!("daily"), &json!("succeeded")));
        assert_eq!(
            (&done["created"]["opportunities"], &done["created"]["solutions"]),
            (&json!(2), &json!(0))
        );
        assert_eq!(done["total"], done["done"]);
        assert_eq!(done["created"].as_object().unwrap().len(), 19, "every step is named");
        assert!(done["finished_at"].is_string() && done.get("undo_until").is_none());
        for id in [one, other] {
            let seen = app.as_manager().read(&format!("/v1/opportunities/{id}"));
            assert_eq!(seen["status"], "expired");
        }
        let again = run(&app);
        assert_ne!(again["id"], done["id"]);
        assert_eq!(again["created"]["opportunities"], 0, "done twice changes nothing more");
        assert_eq!(runs(&app), [again, done]);
        let editor = app.as_editor(&own);
        editor.post(RUN, &json!(null)).is(403);
    });
}

#[test]
fn there_is_one_run_at_a_time() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let present = begun(&app);
        let asked = manager.send(Request::new("POST", RUN)).is(202);
        assert_eq!(asked.json()["id"], json!(present));
        assert_eq!(asked.header("location"), Some(format!("/v1/jobs/{present}").as_str()));
        daily::run(&app.state).unwrap();
        assert_eq!(runs(&app).len(), 1);
        let cancel = format!("/v1/jobs/{present}/cancel");
        manager.send(Request::new("POST", &cancel)).is(409);
        // It was cut off: somebody takes over.
        app.advance(TimeDelta::minutes(31));
        let next = run(&app);
        assert_eq!(next["status"], "succeeded");
        let old = manager.read(&format!("/v1/jobs/{present}"));
        assert_eq!(old["status"], "failed");
        assert!(old["reason"].is_string() && next["id"] != old["id"]);
    });
}

#[test]
fn of_many_that_ask_at_once_one_wins() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.get("/v1/jobs").is(200);
        let replies: Vec<Reply> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| manager.send(Request::new("POST", RUN).header("Prefer", "wait=20"))))
                .collect();
            asked.into_iter().map(|one| one.join().unwrap()).collect()
        });
        for reply in replies {
            let job = reply.is(202).json();
            assert!(
                ["running", "succeeded"].contains(&job["status"].as_str().unwrap()),
                "{job}"
            );
        }
        let open = "SELECT count(*) AS count FROM jobs WHERE kind = 'daily' AND finished_at IS NULL";
        until(|| app.count(open) == 0);
        assert!(runs(&app).iter().all(|job| job["status"] == "succeeded"));
    });
}

#[test]
fn a_run_that_fails_says_how_far_it_came() {
    on_each(|database| {
        let app = TestApp::on(database);
        app.execute("ALTER TABLE letters RENAME TO letters_away");
        let failed = run(&app);
        assert_eq!(failed["status"], "failed");
        assert!(failed["reason"].is_string(), "{failed}");
        assert_eq!(
            (&failed["created"]["memberships"], failed["created"].get("letters")),
            (&json!(0), None)
        );
        assert_eq!(failed["done"], 10);
        app.execute("ALTER TABLE letters_away RENAME TO letters");
        assert_eq!(run(&app)["status"], "succeeded");
    });
}

#[test]
fn jobs_are_kept_for_half_a_year() {
    on_each(|database| {
        let app = TestApp::on(database);
        let faulty = import("{}").header("Prefer", "wait=20");
        let job = app.as_manager().send(faulty).is(202).json();
        let target = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
        assert_eq!(app.as_manager().all(&format!("{target}/errors"), 10).len(), 1);
        app.advance(TimeDelta::days(180));
        assert_eq!(run(&app)["created"]["jobs"], 0);
        app.as_manager().get(&target).is(200);
        app.advance(TimeDelta::seconds(1));
        assert_eq!(run(&app)["created"]["jobs"], 1);
        app.as_manager().get(&target).is(404);
        app.as_manager().get(&format!("{target}/errors")).is(404);
        assert_eq!(app.count("SELECT count(*) AS count FROM job_errors"), 0);
        assert_eq!(runs(&app).len(), 2);
    });
}

#[test]
fn several_servers_do_a_day_s_work_by_themselves_once() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let servers = [1, 2, 3].map(|number| TestApp::numbered(&database, number, |_| {}));
    let at_work = servers.each_ref().map(|app| Daily::start(app.state.clone()).unwrap());
    let ended = "SELECT count(*) AS count FROM jobs WHERE kind = 'daily' AND status = 'succeeded'";
    until(|| servers[0].count(ended) == 1);
    drop(at_work);
    // One that starts later on the same day finds it done.
    let later = Daily::start(servers[1].state.clone()).unwrap();
    drop(later);
    assert_eq!(runs(&servers[0]).len(), 1);
}

fn until(holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(10), "not within ten seconds");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_step_that_fails_keeps_no_other_from_being_done() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let mut ends = offer(&own);
        ends["expires_on"] = json!((app.state.now().date_naive() + TimeDelta::days(1)).to_string());
        let one = app.published(&ends);
        let forgot = json!({"email": "nobody@example.org"});
        app.anonymous().post("/v1/auth/password/forgot", &forgot).is(202);
        let _ = app.letters_to("nobody@example.org");
        app.execute("ALTER TABLE solutions RENAME COLUMN lapsed TO lapsed_away");
        app.advance(TimeDelta::days(40));
        let done = run(&app);
        assert_eq!(done["status"], "failed", "{done}");
        assert_eq!(done["created"]["letters"], 1, "what comes later is done: {done}");
        let seen = app.as_manager().read(&format!("/v1/opportunities/{one}"));
        assert_eq!(seen["status"], "expired");
        // That something was purged is in the audit log.
        let entries = app.as_manager().read("/v1/audit-log?operation=purge");
        assert_eq!(entries["items"].as_array().map(Vec::len), Some(1), "{entries}");
        app.execute("ALTER TABLE solutions RENAME COLUMN lapsed_away TO lapsed");
        app.advance(TimeDelta::days(1));
        assert_eq!(run(&app)["status"], "succeeded");
    });
}
