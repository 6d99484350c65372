//! Who is erased leaves no trace.

use chrono::TimeDelta;
use serde_json::json;
use werkstadt_api::letters;
use werkstadt_api::privacy::subject::{self, Whom};
use werkstadt_domain::account::{Role, UserId};
use werkstadt_domain::person::PersonId;
use werkstadt_persistence::{Actor, Error, personal};
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{PASSWORD, Stage, person, tier};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

use super::canary::{Canary, canary, traces};

/// How many are erased; the suite has a few, a thorough run a hundred.
fn canaries() -> usize {
    std::env::var("WERKSTADT_CANARIES").map_or(4, |text| text.parse().expect("a number"))
}

#[test]
fn who_is_erased_leaves_no_trace() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("kanarie"));
        let all: Vec<Canary> = (0..canaries()).map(|number| canary(&app, &stage, number)).collect();
        let _ = app.letters_to("nobody@example.org");
        let first = &all[0];
        for word in &first.words {
            assert_ne!(traces(&app, database, word), [""; 0], "{word} is nowhere to begin with");
        }
        let before = manager.get("/v1/exports/network.jsonl").is(200).text();
        assert!(before.contains("Kanarie0000"));
        let stays = manager.read("/v1/people?limit=200")["items"].as_array().map(Vec::len);
        for one in &all {
            let whom = json!({"user_id": one.user, "person_id": one.person});
            let done = manager.post("/v1/erasures", &whom).is(201).json();
            assert!(done["finished_at"].is_string(), "{done}");
            assert_eq!(done["mentions"], json!([]), "{done}");
            for table in [
                "users",
                "persons",
                "letters",
                "organisations",
                "versions",
                "idempotency_keys",
            ] {
                assert!(done["rows"][table].as_u64() >= Some(1), "{table}: {done}");
            }
        }
        for one in &all {
            for word in &one.words {
                assert_eq!(traces(&app, database, word), [""; 0], "{word} is still there");
            }
            manager.get(&format!("/v1/people/{}", one.person)).is(404);
            manager.get(&format!("/v1/users/{}", one.user)).is(404);
            manager.get(&format!("/v1/people/{}/history", one.person)).is(404);
        }
        let export = manager.get("/v1/exports/network.jsonl").is(200).text();
        assert!(!export.contains("Kanarie"), "{export}");
        assert!(export.contains("zentrale@example.org"), "others stay: {export}");
        let left = manager.read("/v1/people?limit=200")["items"].as_array().map(Vec::len);
        assert_eq!(left.map(|left| left + all.len()), stays);
        // The logs hold, what they name is nobody, and what was changed can still be read.
        let log = manager.post("/v1/audit-log/verify", &json!({})).is(200).json();
        assert_eq!(log["sound"], true, "{log}");
        let entries = manager.read(&format!("/v1/audit-log?actor_id={}", first.user));
        let entries = entries["items"].as_array().expect("items").clone();
        assert!(entries.len() > 1, "{entries:?}");
        assert!(
            entries.iter().all(|entry| entry.get("network").is_none()),
            "{entries:?}"
        );
        manager.read("/v1/membership-applications");
        for company in manager.all("/v1/organisations", 50) {
            let id = company["organisation"]["id"].as_str().expect("an id");
            manager.read(&format!("/v1/organisations/{id}/history"));
        }
        // A file of before does not bring them back.
        let line = before
            .lines()
            .find(|line| line.contains(&first.person) && line.contains("\"person\""));
        let import = Request::new("POST", "/v1/imports").bytes("application/x-ndjson", line.expect("a line"));
        let job = manager.send(import.header("Prefer", "wait=20")).is(202).json();
        assert_eq!(
            (&job["failed"], &job["created"]["persons"]),
            (&json!(1), &json!(0)),
            "{job}"
        );
        manager.get(&format!("/v1/people/{}", first.person)).is(404);
        // Twice is once.
        let again = json!({"person_id": first.person});
        manager.post("/v1/erasures", &again).is(422);
        assert_eq!(manager.all("/v1/erasures", 3).len(), all.len());
    });
}

#[test]
fn words_of_others_are_told_to_who_erases() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let manager = app.as_manager();
        let mut body = person(&stage.own);
        body["family_name"] = json!("Einzigartig");
        let id = manager.create("/v1/people", &body);
        let named = app.organisation(&json!({"kind": "company", "name": "Firma",
            "description": {"de": "Gegründet von Ada Einzigartig im Jahr 1990."}}));
        let done = manager.post("/v1/erasures", &json!({"person_id": id})).is(201).json();
        assert_eq!(
            done["mentions"],
            json!([{"table": "organisations", "column": "description", "key": named}])
        );
        let later = manager.read(&format!("/v1/erasures/{}", done["id"].as_str().expect("an id")));
        assert_eq!((&later["rows"], &later["mentions"]), (&done["rows"], &done["mentions"]));
        manager.post("/v1/erasures", &json!({})).is(422);
        manager.post("/v1/erasures", &json!({"user_id": id})).is(422);
    });
}

#[test]
fn an_erasure_that_was_cut_off_goes_on() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        app.as_manager().create("/v1/membership-types", &tier("kanarie"));
        let one = canary(&app, &stage, 7);
        let state = &app.state;
        let begun = state.store.write::<_, Error>(Actor::System, state.now(), |unit| {
            let whom = Whom::Both(
                UserId::parse(&one.user).expect("an id"),
                PersonId::parse(&one.person).expect("an id"),
            );
            let subject = subject::of(unit.db(), &whom).expect("somebody");
            personal::begin(unit, state.id(), &subject)
        });
        assert_eq!(begun.expect("begun").finished_at, None);
        assert_ne!(traces(&app, database, "postKanarie0007x"), [""; 0]);
        werkstadt_api::daily::run(state).expect("the day's work");
        for word in &one.words {
            assert_eq!(traces(&app, database, word), [""; 0], "{word}");
        }
    });
}

#[test]
fn who_wants_to_be_erased_confirms_it_by_letter() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let user = app.user(Role::Guest, None);
        let id = user.user_id();
        accounts::reset(&app.state, id);
        let mine = user.read("/v1/me/export");
        let email = mine["sections"][0]["rows"][0]["email"]
            .as_str()
            .expect("an address")
            .to_owned();
        assert!(user.get("/v1/me/export.csv").is(200).text().contains(&email));
        user.post("/v1/me/erasure", &json!({"password": "something else"}))
            .is(422);
        user.post("/v1/me/erasure", &json!({"password": PASSWORD})).is(202);
        let letters = app.letters_to(&email);
        let body = &letters.last().expect("a letter").letter.body;
        let token = body
            .split_whitespace()
            .find(|word| word.starts_with("wa_"))
            .expect("a token")
            .to_owned();
        let confirm = |token: &str| app.anonymous().post("/v1/auth/erasure", &json!({"token": token}));
        confirm("wa_nonsense").is(401);
        user.read("/v1/me");
        confirm(&token).is(204);
        confirm(&token).is(401);
        let bearer = Request::new("GET", "/v1/me");
        let gone = app.send(&bearer);
        assert_eq!(gone.status, 401);
        app.as_manager().get(&format!("/v1/users/{id}")).is(404);
        assert_eq!(traces(&app, database, &email), [""; 0]);
        // A letter that is too old is good for nothing.
        let other = app.as_member(&stage.own);
        let (_, token) = accounts::action_token(&app.state, other.user_id(), letters::ERASE_ACCOUNT, json!(null));
        app.advance(TimeDelta::days(3));
        confirm(&token).is(401);
        app.as_manager().read(&format!("/v1/users/{}", other.user_id()));
    });
}
