//! Opportunities over HTTP: reviewed, renewed, out of date, and edited while others read them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::offer;
use werkstadt_tests::database::on_each;

fn items(page: &Value) -> &[Value] {
    page["items"].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn reviews_are_kept_for_owner_and_managers() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (editor, manager) = (app.as_editor(&own), app.as_manager());
        let target = format!("/v1/opportunities/{}", editor.create("/v1/opportunities", &offer(&own)));
        let steps = format!("{target}/status");
        let review = |scores: [u8; 4], remark: Value| {
            editor.post(&steps, &json!({"status": "in_review"})).is(200);
            let review = json!({"clarity": scores[0], "advantage": scores[1], "expectations": scores[2], "language": scores[3], "remark": remark});
            manager.post(&steps, &json!({"review": review}))
        };
        editor.post(&steps, &json!({"status": "in_review"})).is(200);
        let poor = json!({"review": {"clarity": 2, "advantage": 1, "expectations": 2, "language": 1, "remark": {"de": "Nutzen?"}}});
        assert_eq!(manager.post(&steps, &poor).is(200).json()["status"], "on_hold");
        editor.post(&steps, &json!({"status": "draft"})).is(200);
        app.advance(TimeDelta::seconds(1));
        review([3, 3, 3, 3], json!({"de": "\u{0}"})).is(422);
        let good = json!({"review": {"clarity": 3, "advantage": 3, "expectations": 3, "language": 3}});
        let published = manager.post(&steps, &good).is(200).json();
        assert_eq!(
            published["expires_on"], "2027-05-21",
            "180 days, unless it says until when"
        );
        let reviews = editor.read(&format!("{target}/reviews"));
        let [second, first] = items(&reviews) else {
            panic!("{reviews}")
        };
        assert_eq!(
            (&first["sum"], &first["decision"], &first["remark"]),
            (&json!(6), &json!("on_hold"), &json!({"de": "Nutzen?"}))
        );
        assert_eq!(
            (&second["decision"], &second["by"]["name"]),
            (&json!("published"), &json!("A manager"))
        );
        assert_eq!(manager.all(&format!("{target}/reviews"), 1).len(), 2);
        // Everyone sees the opportunity, but nobody else what was said of it.
        let other = app.company("Andere GmbH");
        app.as_editor(&other).get(&format!("{target}/reviews")).is(403);
        app.as_member(&own).get(&format!("{target}/reviews")).is(403);
    });
}

#[test]
fn an_opportunity_expires_on_its_day_and_is_renewed() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let editor = app.as_editor(&own);
        let mut body = offer(&own);
        body["expires_on"] = json!("2026-11-23");
        let target = format!("/v1/opportunities/{}", app.published(&body));
        let anyone = app.anonymous();
        let start = anyone.feed_from_now();
        daily::run(&app.state).unwrap();
        anyone.get(&target).is(200);
        app.advance(TimeDelta::days(2));
        daily::run(&app.state).unwrap();
        anyone.get(&target).is(404);
        assert!(items(&anyone.read("/v1/opportunities")).is_empty());
        anyone.hears(&start, |item| item["kind"] == "opportunity" && item["state"] == "gone");
        assert_eq!(editor.read(&target)["status"], "expired");
        let renew = |day: Value| editor.post(&format!("{target}/renew"), &json!({"expires_on": day}));
        renew(json!("2026-11-23")).is(422);
        assert_eq!(renew(json!("2027-01-31")).is(200).json()["status"], "published");
        assert_eq!(
            renew(json!("2027-02-28")).is(200).json()["expires_on"],
            "2027-02-28",
            "prolonged before its end"
        );
        let usual = editor.post(&format!("{target}/renew"), &json!({})).is(200).json();
        assert_eq!(usual["expires_on"], "2027-05-23");
        anyone.get(&target).is(200);
        // What came in without an end gets one.
        let row = json!({"record": "opportunity", "organisation": "Eigene GmbH", "direction": "offer", "cooperation": "pilot",
            "title": {"de": "Ohne Ende"}, "status": "published"});
        let import = werkstadt_tests::calls::import(&row.to_string()).header("Prefer", "wait=20");
        app.as_manager().send(import).is(202);
        daily::run(&app.state).unwrap();
        let all = anyone.read("/v1/opportunities");
        assert!(
            items(&all).len() == 2
                && items(&all)
                    .iter()
                    .all(|hit| hit["opportunity"]["expires_on"] == "2027-05-23"),
            "{all}"
        );
    });
}

#[test]
fn a_published_text_that_is_edited_is_reviewed_anew() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (editor, manager, anyone) = (app.as_editor(&own), app.as_manager(), app.anonymous());
        let target = format!("/v1/opportunities/{}", app.published(&offer(&own)));
        let edit = |change: &Value| editor.patch(&target, "*", change).is(200).json()["status"].clone();
        assert_eq!(
            edit(&json!({"visibility": "members", "stage": "prototype"})),
            "published"
        );
        assert_eq!(
            manager
                .patch(
                    &target,
                    "*",
                    &json!({"title": {"de": "Besser"}, "visibility": "public"})
                )
                .is(200)
                .json()["status"],
            "published"
        );
        anyone.get(&target).is(200);
        assert_eq!(edit(&json!({"summary": {"de": "Werbung"}})), "in_review");
        anyone.get(&target).is(404);
        let review = json!({"review": {"clarity": 3, "advantage": 3, "expectations": 3, "language": 3}});
        manager.post(&format!("{target}/status"), &review).is(200);
        anyone.get(&target).is(200);
    });
}
