//! Imports: good rows are written, faulty ones named, nothing in between.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

mod duplicates;
mod files;
mod hostile;
mod tables;
mod undo;
mod workbook;

/// An import that has ended: its job.
fn send(app: &TestApp, query: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Value {
    let request = Request::new("POST", &format!("/v1/imports{query}"))
        .header("Prefer", "wait=25")
        .bytes(media_type, body);
    let job = app.as_manager().send(request).is(202).json();
    assert_eq!(app.as_manager().read(&format!("/v1/jobs/{}", id(&job))), job);
    job
}

fn id(job: &Value) -> &str {
    job["id"].as_str().unwrap()
}

/// The faults and remarks of a job.
fn errors(app: &TestApp, job: &Value) -> Vec<Value> {
    app.as_manager().all(&format!("/v1/jobs/{}/errors", id(job)), 50)
}

/// Members of a JSON object as texts, those that it has.
fn texts<'a>(object: &'a Value, members: &[&str]) -> Vec<&'a str> {
    members.iter().filter_map(|member| object[*member].as_str()).collect()
}

/// The job of an import, and the faults that it found as row, pointer and code.
fn import(app: &TestApp, media_type: &str, body: &str) -> (Value, Vec<(u64, String, String)>) {
    let job = send(app, "", media_type, body);
    let errors = app.as_manager().all(&format!("/v1/jobs/{}/errors", id(&job)), 2);
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    let faults = errors.iter().map(|error| {
        (
            error["row"].as_u64().unwrap(),
            text(error, "pointer"),
            text(error, "code"),
        )
    });
    (job, faults.collect())
}

fn names(app: &TestApp) -> Vec<String> {
    let all = app.anonymous().all("/v1/organisations?sort=name", 50);
    all.iter()
        .map(|item| item["organisation"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn good_rows_are_written_and_every_fault_of_the_others_is_named() {
    on_each(|database| {
        let app = TestApp::on(database);
        let lines = [
            json!({"record": "skill", "uri": "urn:x:laser", "label": {"de": "Lasertechnik"}}),
            json!({"record": "organisation", "kind": "company", "name": "Gut GmbH", "external_ids": [{"scheme": "x", "value": "1"}],
                "skills": [{"skill": "Lasertechnik"}, {"skill": "Neues Thema", "level": 2}],
                "references": [{"title": {"de": "Ein Vorhaben"}, "partners": [{"name": "Schlecht GmbH"}, {"external_id": {"scheme": "x", "value": "3"}}]}]}),
            json!({"record": "organisation", "kind": "firma", "nam": "Schlecht GmbH", "headcount": -3}),
            json!({"record": "organisation", "kind": "company", "name": "Auch gut GmbH", "external_ids": [{"scheme": "x", "value": "3"}]}),
            json!({"record": "organisation", "kind": "company", "name": "Doppelt GmbH", "external_ids": [{"scheme": "x", "value": "1"}]}),
            json!({"record": "opportunity", "organisation": "Gibt es nicht", "direction": "offer", "cooperation": "pilot", "title": {"de": "T"}}),
            json!({"record": "unknown"}),
        ];
        let mut body = lines.map(|line| line.to_string()).join("\n");
        body.push_str("\n\n{broken\n");
        let (job, faults) = import(&app, "application/x-ndjson", &body);
        assert_eq!(
            (&job["status"], &job["total"], &job["failed"]),
            (&json!("succeeded"), &json!(8), &json!(5))
        );
        assert_eq!(
            (&job["created"]["organisations"], &job["created"]["skills"]),
            (&json!(2), &json!(2))
        );
        let at = |row: u64, pointer: &str, code: &str| (row, pointer.to_owned(), code.to_owned());
        for expected in [
            at(3, "/kind", "not_one_of"),
            at(3, "/name", "required"),
            at(3, "/nam", "unknown_field"),
            at(3, "/headcount", "too_small"),
            at(5, "/external_ids", "duplicate"),
            at(6, "/organisation", "unknown_reference"),
            at(7, "/record", "not_one_of"),
            at(9, "", "unreadable"),
        ] {
            assert!(faults.contains(&expected), "{expected:?} is missing in {faults:?}");
        }
        assert_eq!(names(&app), ["Auch gut GmbH", "Gut GmbH"]);
        // A label that no concept has is proposed, for managers to decide.
        let proposed = app.anonymous().read("/v1/skills?status=proposed");
        assert_eq!(proposed["items"][0]["label"]["de"], "Neues Thema");
        // The same file again changes nothing.
        let (again, _) = import(&app, "application/x-ndjson", &body);
        assert_eq!(again["created"]["organisations"], 0);
        assert_eq!(names(&app).len(), 2);
    });
}

#[test]
fn a_table_with_german_headers_is_read() {
    on_each(|database| {
        let app = TestApp::on(database);
        let table = "\u{feff}Name;Art;PLZ;Ort;Kompetenzen;Sprachen\nMüller GmbH;company;07743;Jena;Lasertechnik|Optik;de, en\nOhne Art;;07743;Jena;;\n";
        let (job, faults) = import(&app, "text/csv", table);
        assert_eq!((&job["total"], &job["failed"]), (&json!(2), &json!(0)));
        // A kind that is not given is guessed, and that is said.
        assert_eq!(faults, [(3, "/kind".to_owned(), "assumed".to_owned())]);
        let found = app.anonymous().read("/v1/organisations?q=Optik");
        let body = &found["items"][0]["organisation"];
        assert_eq!(
            (&body["name"], &body["locations"][0]["postcode"], &body["languages"]),
            (&json!("Müller GmbH"), &json!("07743"), &json!(["de", "en"]))
        );
    });
}
