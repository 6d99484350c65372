//! Imports are taken back for seven days, and cancelled while they wait.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Reply;

use super::{id, names, send};

fn undo(app: &TestApp, job: &Value) -> Reply {
    app.as_manager()
        .post(&format!("/v1/imports/{}/undo", id(job)), &json!(null))
}

fn lines() -> String {
    let lines = [
        json!({"record": "skill", "uri": "urn:x:optics", "label": {"de": "Optik"}}),
        json!({"record": "skill", "uri": "urn:x:laser", "label": {"de": "Lasertechnik"}, "broader": ["urn:x:optics"]}),
        json!({"record": "organisation", "kind": "university", "name": "Eins", "skills": [{"skill": "Lasertechnik"}],
            "units": [{"key": "a", "name": {"de": "Institut"}, "kind": "institute"}]}),
        json!({"record": "organisation", "kind": "company", "name": "Zwei"}),
        json!({"record": "organisation", "kind": "company", "name": "Drei"}),
        json!({"record": "opportunity", "organisation": "Zwei", "direction": "offer", "cooperation": "pilot", "title": {"de": "T"}}),
        json!({"record": "person", "given_name": "Ada", "family_name": "Muster", "affiliations": [{"organisation": "Eins"}]}),
    ];
    lines.map(|line| line.to_string()).join("\n")
}

#[test]
fn everything_goes_that_nobody_has_touched() {
    on_each(|database| {
        let app = TestApp::on(database);
        let before = app.company("Vorher");
        let job = send(&app, "", "application/x-ndjson", lines());
        assert_eq!(names(&app).len(), 4);
        let undone = undo(&app, &job).is(200).json();
        assert_eq!(
            undone["removed"],
            json!({"opportunities": 1, "organisations": 3, "persons": 1, "skills": 2})
        );
        assert_eq!((&undone["kept"], &undone["restored"]), (&json!([]), &json!(0)));
        assert_eq!(names(&app), ["Vorher"]);
        assert_eq!(app.anonymous().read("/v1/skills")["items"], json!([]));
        let after = app.as_manager().read(&format!("/v1/jobs/{}", id(&job)));
        assert!(
            after["undone_at"].is_string() && after.get("undo_until").is_none(),
            "{after}"
        );
        assert_eq!(after["finished_at"], job["finished_at"]);
        assert_eq!(undo(&app, &job).is(409).json()["current"], "undone");
        app.as_manager().read(&format!("/v1/organisations/{before}"));
        // What was taken back can be imported again.
        let again = send(&app, "", "application/x-ndjson", lines());
        assert_eq!(again["created"]["organisations"], 3);
        // Whoever has lost the job finds it, the newest first, page by page.
        let listed = app.as_manager().all("/v1/jobs", 1);
        let ids: Vec<&Value> = listed.iter().map(|job| &job["id"]).collect();
        assert_eq!(ids, [&again["id"], &job["id"]]);
        assert!(listed[0]["undo_until"].is_string() && listed[1]["undone_at"].is_string());
    });
}

#[test]
fn what_was_changed_since_or_is_needed_stays() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let job = send(&app, "", "application/x-ndjson", lines());
        let of = |name: &str| {
            let found = manager.read(&format!("/v1/organisations?q={name}"));
            found["items"][0]["organisation"]["id"].as_str().unwrap().to_owned()
        };
        let (one, two, three) = (of("Eins"), of("Zwei"), of("Drei"));
        manager
            .patch(&format!("/v1/organisations/{two}"), "*", &json!({"headcount": 3}))
            .is(200);
        app.as_editor(&three);
        let undone = undo(&app, &job).is(200).json();
        let mut kept: Vec<(String, String)> = undone["kept"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["id"].as_str().unwrap().to_owned(),
                    one["reason"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        kept.sort_unstable();
        let mut expected = [
            (two.clone(), "changed".to_owned()),
            (three.clone(), "in_use".to_owned()),
        ];
        expected.sort_unstable();
        assert_eq!(kept, expected);
        assert_eq!(undone["kept_count"], 2);
        manager.get(&format!("/v1/organisations/{one}")).is(404);
        assert_eq!(names(&app), ["Drei", "Zwei"]);
    });
}

#[test]
fn a_part_that_someone_added_keeps_its_organisation() {
    on_each(|database| {
        let app = TestApp::on(database);
        let job = send(&app, "", "text/csv", "Name;Ort\nEins GmbH;Jena\n");
        let found = app.anonymous().read("/v1/organisations?q=Eins");
        let one = found["items"][0]["organisation"]["id"].as_str().unwrap();
        let reference = json!({"title": {"de": "Ein Projekt"}});
        app.as_manager()
            .post(&format!("/v1/organisations/{one}/references"), &reference)
            .is(201);
        assert_eq!(undo(&app, &job).is(200).json()["kept"][0]["reason"], "changed");
        assert_eq!(names(&app), ["Eins GmbH"]);
    });
}

#[test]
fn what_was_updated_is_again_as_it_was() {
    on_each(|database| {
        let app = TestApp::on(database);
        let organisation = app.organisation(
            &json!({"kind": "company", "name": "Eins GmbH", "headcount": 7, "notes": "alt",
            "visibility": {"register": "managers"}, "contacts": [{"email": "a@example.org"}],
            "locations": [{"city": "Jena", "country": "DE", "lat": 50.9, "lon": 11.6}]}),
        );
        let target = format!("/v1/organisations/{organisation}");
        let before = app.as_manager().read(&target);
        let job = send(
            &app,
            "?duplicates=update",
            "text/csv",
            "Name;Ort;PLZ;Mitarbeiter;E-Mail\nEins GmbH;Jena;07743;9;b@example.org\n",
        );
        assert_eq!(job["created"]["updated"], 1);
        assert_eq!(app.as_manager().read(&target)["headcount"], 9);
        assert_eq!(undo(&app, &job).is(200).json()["restored"], 1);
        let mut after = app.as_manager().read(&target);
        after["updated_at"] = before["updated_at"].clone();
        assert_eq!(after, before);
    });
}

#[test]
fn after_seven_days_it_is_too_late() {
    on_each(|database| {
        let app = TestApp::on(database);
        let job = send(&app, "", "text/csv", "Name\nEins GmbH\n");
        assert!(job["undo_until"].is_string(), "{job}");
        app.advance(TimeDelta::days(7) + TimeDelta::minutes(1));
        assert_eq!(undo(&app, &job).is(409).json()["current"], "expired");
        assert_eq!(names(&app), ["Eins GmbH"]);
    });
}

#[test]
fn a_job_that_waits_is_cancelled_and_does_nothing() {
    use werkstadt_api::imports::options::{Choices, ImportOptions};
    use werkstadt_api::imports::run;
    use werkstadt_api::imports::source::{Format, Source};
    use werkstadt_persistence::Actor;
    use werkstadt_persistence::jobs::JobId;
    on_each(|database| {
        let app = TestApp::on(database);
        let waiting = werkstadt_tests::accounts::job(&app.state);
        let target = format!("/v1/jobs/{waiting}");
        let cancelled = app
            .as_manager()
            .post(&format!("{target}/cancel"), &json!(null))
            .is(200)
            .json();
        assert_eq!(cancelled["status"], "cancelled");
        let source = Source::open("Name\nEins GmbH\n".into(), Format::Table, &ImportOptions::default()).unwrap();
        let id = JobId::parse(&waiting).unwrap();
        run::run(&app.state, &Actor::System.into(), id, &source, &Choices::default());
        assert_eq!(app.as_manager().read(&target), cancelled);
        assert_eq!(names(&app), Vec::<String>::new());
        assert_eq!(
            app.as_manager()
                .post(&format!("{target}/cancel"), &json!(null))
                .is(409)
                .json()["current"],
            "cancelled"
        );
        assert_eq!(undo(&app, &cancelled).is(409).json()["current"], "cancelled");
    });
}
