//! Moderation: what comes into the inbox, and what decisions do.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

fn open(app: &TestApp) -> Vec<Value> {
    app.as_manager().all("/v1/moderation?status=open", 2)
}

#[track_caller]
fn decide(app: &TestApp, case: &Value, status: &str) -> Value {
    let address = format!("/v1/moderation/{}/decision", case["id"].as_str().unwrap());
    let decision = json!({"status": status, "note": "Geprüft"});
    app.as_manager().post(&address, &decision).is(200).json()
}

#[test]
fn a_change_of_who_it_is_comes_into_the_inbox_and_can_be_put_back() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.organisation(&json!({"kind": "company", "name": "Echt GmbH", "lei": "529900T8BM49AURSDO55"}));
        let (editor, target) = (app.as_editor(&own), format!("/v1/organisations/{own}"));
        editor
            .patch(&target, "*", &json!({"summary": {"de": "Nur Text"}}))
            .is(200);
        app.as_manager()
            .patch(&target, "*", &json!({"legal_form": "GmbH"}))
            .is(200);
        assert_eq!(
            open(&app),
            Vec::<Value>::new(),
            "texts and managers' changes are nobody's concern"
        );
        let change = json!({"name": "Falsch AG", "lei": null, "summary": {"de": "Neuer Text"}, "visibility": {"core": "members"}});
        editor.patch(&target, "*", &change).is(200);
        let cases = open(&app);
        assert_eq!((cases.len(), &cases[0]["kind"]), (1, &json!("flagged_change")));
        assert_eq!(cases[0]["by"]["id"], json!(editor.user_id().to_string()));
        let pointers: Vec<&str> = cases[0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(pointers.len(), 3, "{pointers:?}");
        for flagged in ["/name", "/lei", "/visibility/core"] {
            assert!(pointers.contains(&flagged), "{pointers:?}");
        }
        let decided = decide(&app, &cases[0], "rejected");
        assert_eq!(
            (&decided["status"], &decided["note"]),
            (&json!("rejected"), &json!("Geprüft"))
        );
        let present = app.anonymous().read(&target);
        assert_eq!(
            (&present["name"], &present["lei"]),
            (&json!("Echt GmbH"), &json!("529900T8BM49AURSDO55"))
        );
        assert_eq!(present["summary"]["de"], "Neuer Text", "what was not flagged stays");
        let again = format!("/v1/moderation/{}/decision", cases[0]["id"].as_str().unwrap());
        let refused = app
            .as_manager()
            .post(&again, &json!({"status": "accepted"}))
            .is(409)
            .json();
        assert_eq!(refused["current"], "rejected");
        app.as_manager().post(&again, &json!({"status": "open"})).is(422);
    });
}

#[test]
fn a_proposed_organisation_is_seen_when_it_is_accepted() {
    on_each(|database| {
        let app = TestApp::on(database);
        let member = app.as_member(&app.company("Mitglied GmbH"));
        let propose = |name: &str| {
            let body = json!({"kind": "startup", "name": name, "visibility": {"core": "members"}});
            member.post("/v1/proposals", &body).is(202).json()
        };
        propose("Gründung Eins");
        propose("Gründung Zwei");
        let cases = open(&app);
        let addresses: Vec<&str> = cases
            .iter()
            .map(|case| case["record"]["href"].as_str().unwrap())
            .collect();
        for address in &addresses {
            member.get(address).is(404);
            app.as_manager().get(address).is(200);
        }
        decide(&app, &cases[0], "accepted");
        decide(&app, &cases[1], "rejected");
        assert_eq!(member.read(addresses[0])["name"], "Gründung Eins");
        app.anonymous().get(addresses[0]).is(404);
        app.as_manager().get(addresses[1]).is(404);
        assert_eq!(open(&app), Vec::<Value>::new());
    });
}

#[test]
fn a_report_is_taken_in_from_whoever_sees_the_record() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Alt GmbH");
        let member = app.as_member(&own);
        let report = json!({"kind": "organisation", "id": own, "reason": "outdated", "text": "Umgezogen"});
        member.post("/v1/reports", &report).is(202);
        let hidden =
            app.organisation(&json!({"kind": "company", "name": "Geheim", "visibility": {"core": "managers"}}));
        let hidden = json!({"kind": "organisation", "id": hidden, "reason": "abuse"});
        member.post("/v1/reports", &hidden).is(422);
        app.anonymous().post("/v1/reports", &report).is(401);
        // A person whom nobody but managers sees cannot be told from one who does not exist.
        let person =
            json!({"given_name": "Erfunden", "family_name": "Beispiel", "affiliations": [{"organisation_id": own}]});
        let person =
            json!({"kind": "person", "id": app.as_manager().create("/v1/people", &person), "reason": "privacy"});
        member.post("/v1/reports", &person).is(422);
        let solution = json!({"organisation_id": own, "title": {"de": "Gerät"}, "maturity": "beta"});
        let solution = app.as_manager().create("/v1/solutions", &solution);
        let named = json!({"kind": "solution", "id": solution, "reason": "incorrect"});
        member.post("/v1/reports", &named).is(202);
        app.as_manager().post("/v1/reports", &person).is(202);
        let mut cases = open(&app);
        let others: Vec<Value> = cases.split_off(1);
        assert_eq!(others[0]["record"]["href"], json!(format!("/v1/solutions/{solution}")));
        assert_eq!(others[1]["record"]["kind"], "person");
        assert_eq!(
            (cases.len(), &cases[0]["reason"], &cases[0]["text"]),
            (1, &json!("outdated"), &json!("Umgezogen"))
        );
        assert_eq!(decide(&app, &cases[0], "accepted")["status"], "accepted");
        assert_eq!(
            app.as_manager()
                .all("/v1/moderation?kind=report&status=accepted", 5)
                .len(),
            1
        );
        assert_eq!(app.as_manager().all("/v1/moderation?kind=proposal", 5).len(), 0);
    });
}

#[test]
fn a_proposal_tells_nobody_but_managers_whose_a_number_is() {
    on_each(|database| {
        let app = TestApp::on(database);
        let hidden = json!({"kind": "company", "name": "Versteckt GmbH", "vat_id": "DE136695976",
            "external_ids": [{"scheme": "cordis", "value": "7"}], "visibility": {"core": "managers"}});
        let hidden = app.organisation(&hidden);
        let member = app.as_member(&app.company("Mitglied GmbH"));
        let proposal = json!({"kind": "company", "name": "Neu GmbH", "vat_id": "DE136695976",
            "external_ids": [{"scheme": "cordis", "value": "8"}, {"scheme": "cordis", "value": "7"}]});
        let mut receipt = member.post("/v1/proposals", &proposal).is(202).json();
        let free = member
            .post("/v1/proposals", &json!({"kind": "company", "name": "Frei GmbH"}))
            .is(202)
            .json();
        receipt["id"] = free["id"].clone();
        assert_eq!(receipt, free, "the answer is the same");
        let cases = open(&app);
        let held_by = json!(format!("/v1/organisations/{hidden}"));
        assert_eq!(
            cases[0]["taken"],
            json!([{"pointer": "/vat_id", "value": "DE136695976", "held_by": held_by},
                {"pointer": "/external_ids", "value": "cordis:7", "held_by": held_by}])
        );
        assert_eq!(cases[1]["taken"], json!([]));
        decide(&app, &cases[0], "accepted");
        let shown = app.anonymous().read(cases[0]["record"]["href"].as_str().unwrap());
        assert_eq!(shown.get("vat_id"), None);
        assert_eq!(shown["external_ids"], json!([{"scheme": "cordis", "value": "8"}]));
    });
}

#[test]
fn a_conflict_names_every_number_and_tells_managers_whose_it_is() {
    on_each(|database| {
        let app = TestApp::on(database);
        let first =
            json!({"kind": "company", "name": "Eins GmbH", "vat_id": "DE136695976", "lei": "529900T8BM49AURSDO55"});
        let first = app.organisation(&first);
        let own = app.company("Zwei GmbH");
        let target = format!("/v1/organisations/{own}");
        let change = json!({"vat_id": "DE136695976", "lei": "529900T8BM49AURSDO55"});
        let told = |refused: &Value| {
            let errors = refused["errors"].as_array().unwrap().clone();
            let part = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
            errors
                .iter()
                .map(|one| (part(one, "pointer"), part(one, "code"), part(one, "detail")))
                .collect::<Vec<_>>()
        };
        let refused = told(&app.as_manager().patch(&target, "*", &change).is(409).json());
        let detail = format!("Belongs to /v1/organisations/{first} already.");
        let expected = |detail: &str| {
            ["/vat_id", "/lei"]
                .map(|pointer| (pointer.to_owned(), "taken".to_owned(), detail.to_owned()))
                .to_vec()
        };
        assert_eq!(refused, expected(&detail));
        let refused = told(&app.as_editor(&own).patch(&target, "*", &change).is(409).json());
        assert_eq!(refused, expected("Belongs to another record already."));
    });
}
