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
        let cases = open(&app);
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
