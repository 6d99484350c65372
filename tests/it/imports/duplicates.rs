//! Duplicates: found, proposed for merging, and treated as the caller says.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

use super::{errors, id, names, send, texts};

fn duplicates(app: &TestApp, job: &Value) -> Vec<Value> {
    app.as_manager().all(&format!("/v1/imports/{}/duplicates", id(job)), 2)
}

fn directory(app: &TestApp) -> String {
    app.organisation(&json!({"kind": "company", "name": "Anderer Name AG", "lei": "529900T8BM49AURSDO55"}));
    app.organisation(
        &json!({"kind": "research_institute", "name": "Institut für Optik", "ror_id": "05qpz1x62",
        "register": {"court": "Jena", "register": "VR", "number": "231"}}),
    );
    app.organisation(&json!({"kind": "company", "name": "Seite GmbH", "website": "https://www.seite.example/start"}));
    app.organisation(&json!({"kind": "company", "name": "Müller & Söhne GmbH", "vat_id": "DE123456789", "headcount": 7, "notes": "bleibt",
        "locations": [{"city": "Jena", "country": "DE", "lat": 50.9, "lon": 11.6}]}))
}

const TABLE: &str = "Name;USt-IdNr;LEI;ROR;Register;Homepage;Mitarbeiter;PLZ;Ort
Mueller und Soehne;DE 123 456 789;;;;www.mueller.example;9;7743;Jena
Ganz neu;;529900T8BM49AURSDO55;;;;;;
Optik;;;https://ror.org/05qpz1x62;;;;;
Auch Optik;;;;Amtsgericht Jena VR 231;;;;
MUELLER & SOEHNE GMBH;;;;;;;07743;JENA
Seite Verwaltungs KG;;;;;https://seite.example;;;
Müller & Söhne AG;;;;;;;;Gera
Neu GmbH;DE111111111;;;;;;;
Nochmal GmbH;DE111111111;;;;;;;
";

#[test]
fn each_is_found_by_its_surest_reason_and_stays_out() {
    on_each(|database| {
        let app = TestApp::on(database);
        let mueller = directory(&app);
        let job = send(&app, "", "text/csv", TABLE);
        let found = duplicates(&app, &job);
        let summary: Vec<(u64, &str, &str)> = found
            .iter()
            .map(|one| {
                (
                    one["row"].as_u64().unwrap(),
                    one["reason"].as_str().unwrap(),
                    one["action"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            summary,
            [
                (2, "vat_id", "skipped"),
                (3, "lei", "skipped"),
                (4, "ror_id", "skipped"),
                (5, "register", "skipped"),
                (6, "name_and_town", "skipped"),
                (7, "domain", "created"),
                (8, "name", "created"),
                (10, "vat_id", "refused"),
            ]
        );
        assert_eq!(
            texts(&found[0], &["organisation_id", "organisation_name", "value"]),
            [mueller.as_str(), "Müller & Söhne GmbH", "DE123456789"]
        );
        let proposal: Vec<Vec<&str>> = found[0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| texts(change, &["pointer", "present", "given"]))
            .collect();
        assert_eq!(
            proposal,
            [
                vec!["/name", "Müller & Söhne GmbH", "Mueller und Soehne"],
                vec!["/headcount", "7", "9"],
                vec!["/website", "https://www.mueller.example"],
                vec!["/locations/0/postcode", "07743"],
            ]
        );
        assert_eq!(found[7]["other_row"], 9);
        let counts = &job["created"];
        assert_eq!(
            (&counts["organisations"], &counts["unchanged"], &counts["duplicates"]),
            (&json!(3), &json!(5), &json!(8))
        );
        assert_eq!(job["failed"], 1);
        let fault = errors(&app, &job)
            .into_iter()
            .find(|error| error["severity"] == "error")
            .unwrap();
        assert_eq!(
            texts(&fault, &["pointer", "code", "column", "value"]),
            ["/vat_id", "duplicate", "USt-IdNr", "DE111111111"]
        );
        // The same file again adds nothing.
        let again = send(&app, "", "text/csv", TABLE);
        assert_eq!(again["created"]["organisations"], 0);
    });
}

#[test]
fn an_update_puts_what_is_given_over_what_is_there() {
    on_each(|database| {
        let app = TestApp::on(database);
        let mueller = directory(&app);
        let job = send(&app, "?duplicates=update", "text/csv", TABLE);
        assert_eq!(job["created"]["updated"], 3);
        let body = app.as_manager().read(&format!("/v1/organisations/{mueller}"));
        assert_eq!(
            texts(&body, &["name", "website", "notes"]),
            ["Mueller und Soehne", "https://www.mueller.example", "bleibt"]
        );
        assert_eq!(
            (
                &body["headcount"],
                &body["locations"][0]["postcode"],
                &body["locations"][0]["lat"]
            ),
            (&json!(9), &json!("07743"), &json!(50.9))
        );
    });
}

#[test]
fn a_twin_is_added_on_request_where_names_allow() {
    on_each(|database| {
        let app = TestApp::on(database);
        directory(&app);
        let table = "Name;USt-IdNr;Ort\nMüller & Söhne GmbH;;Jena\nAnders;DE123456789;Jena\n";
        let job = send(&app, "?duplicates=create", "text/csv", table);
        assert_eq!(
            (&job["created"]["organisations"], &job["failed"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(
            names(&app).iter().filter(|name| *name == "Müller & Söhne GmbH").count(),
            2
        );
    });
}

#[test]
fn a_namesake_with_another_number_is_another_one() {
    on_each(|database| {
        let app = TestApp::on(database);
        directory(&app);
        let table = "Name;USt-IdNr;Ort;pic_id;Tags\nMüller & Söhne GmbH;DE999999999;Jena;1;\nMÜLLER UND SÖHNE GMBH;DE123456789;Jena;;Laser\n";
        let job = send(&app, "?duplicates=update", "text/csv", table);
        let found = duplicates(&app, &job);
        assert_eq!(texts(&found[0], &["reason", "action"]), ["name", "created"]);
        assert_eq!(texts(&found[1], &["reason", "action"]), ["vat_id", "updated"]);
        let remarks = errors(&app, &job);
        assert_eq!(
            texts(&remarks[0], &["pointer", "code", "severity"]),
            ["/skills", "left_out", "warning"]
        );
    });
}
