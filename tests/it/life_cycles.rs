//! Life cycles: listed steps are taken, all others refused with what is allowed.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;

fn step(caller: &Caller<'_>, target: &str, body: &Value) -> (u16, Value) {
    let reply = caller.post(&format!("{target}/status"), body);
    (reply.status, reply.json())
}

#[test]
fn an_opportunity_is_written_reviewed_and_answered() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let editor = app.as_editor(&own);
        let manager = app.as_manager();
        let body = json!({"organisation_id": own, "direction": "request", "cooperation": "pilot", "title": {"de": "Pilotpartner gesucht"}, "anonymous": true});
        let target = format!("/v1/opportunities/{}", editor.create("/v1/opportunities", &body));
        assert_eq!(editor.read(&target)["status"], "draft");
        app.anonymous().get(&target).is(404);
        let (status, refused) = step(&editor, &target, &json!({"status": "published"}));
        assert_eq!(
            (status, &refused["code"], &refused["allowed"]),
            (409, &json!("step_refused"), &json!(["in_review"]))
        );
        assert_eq!(step(&editor, &target, &json!({"status": "in_review"})).0, 200);
        let review = |score: u8| json!({"review": {"clarity": score, "advantage": score, "expectations": score, "language": score}});
        assert_eq!(step(&editor, &target, &review(5)).0, 403, "nobody reviews their own");
        let (status, published) = step(&manager, &target, &review(3));
        assert_eq!((status, &published["status"]), (200, &json!("published")));
        // Anonymous until an introduction: the public reads what is sought, not by whom.
        let seen = app.anonymous().read(&target);
        assert!(seen.get("organisation_id").is_none() && !seen.to_string().contains(&own));
        assert_eq!(editor.read(&target)["organisation_id"], json!(own));
        let of_own = app
            .anonymous()
            .read(&format!("/v1/opportunities?organisation_id={own}"));
        assert_eq!(of_own["items"], json!([]), "a filter must not name it either");
    });
}

#[test]
fn a_membership_steps_as_its_life_cycle_lists() {
    on_each(|database| {
        let app = TestApp::on(database);
        let organisation = app.company("Mitglied GmbH");
        let manager = app.as_manager();
        let body = json!({"organisation_id": organisation, "type": "full", "status": "applied"});
        let target = format!("/v1/memberships/{}", manager.create("/v1/memberships", &body));
        let member = || app.anonymous().read(&format!("/v1/organisations/{organisation}"))["member"].clone();
        assert_eq!(member(), false);
        let (status, refused) = step(&manager, &target, &json!({"status": "active"}));
        assert_eq!(
            (status, &refused["current"], &refused["allowed"]),
            (409, &json!("applied"), &json!(["under_review"]))
        );
        for status in ["under_review", "active"] {
            assert_eq!(
                step(&manager, &target, &json!({"status": status, "reason": "Vorstand"})).0,
                200
            );
        }
        assert_eq!(member(), true);
        let history = manager.read(&target)["history"].clone();
        assert_eq!(history.as_array().map(Vec::len), Some(3), "{history}");
        assert!(
            history
                .as_array()
                .unwrap()
                .iter()
                .all(|step| step["by"]["kind"] == "user"),
            "{history}"
        );
        manager.post("/v1/memberships", &body).is(409);
    });
}
