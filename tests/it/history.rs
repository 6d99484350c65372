//! The history of records: who changed what, and how to bring an earlier state back.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

/// What happened, the newest first, as `kind operation`.
fn told(events: &[Value]) -> Vec<String> {
    let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events
        .iter()
        .map(|event| format!("{} {}", part(&event["record"]["kind"]), part(&event["operation"])))
        .collect()
}

fn version(event: &Value) -> &str {
    event["version_id"].as_str().unwrap_or_default()
}

#[track_caller]
fn restore(caller: &Caller<'_>, target: &str, event: &Value) -> Value {
    let address = format!("{target}/history/{}/restore", version(event));
    caller.post(&address, &Value::Null).is(200).json()
}

fn change(caller: &Caller<'_>, target: &str, change: &Value) {
    let tag = caller.get(target).is(200).etag();
    caller.patch(target, &tag, change).is(200);
}

#[test]
fn the_history_of_an_organisation_tells_who_changed_what() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (manager, own) = (app.as_manager(), app.company("Alt GmbH"));
        let (editor, target) = (app.as_editor(&own), format!("/v1/organisations/{own}"));
        change(
            &editor,
            &target,
            &json!({"name": "Neu GmbH", "summary": {"de": "Optik"}}),
        );
        app.advance(TimeDelta::seconds(1));
        let claims = format!("{target}/skills");
        let claim = editor.create(&claims, &json!({"skill": app.skill("Laser"), "level": 4}));
        let claim = format!("{claims}/{claim}");
        change(&editor, &claim, &json!({"level": 2}));
        editor.delete(&claim, "*").is(204);
        let events = editor.all(&format!("{target}/history"), 2);
        assert_eq!(events, editor.all(&format!("{target}/history"), 50));
        let expected = [
            "claim removed",
            "claim updated",
            "claim created",
            "organisation updated",
            "organisation created",
        ];
        assert_eq!(told(&events), expected);
        let renamed = &events[3];
        assert_eq!(renamed["by"]["kind"], "user");
        assert_eq!(renamed["by"]["id"], json!(editor.user_id().to_string()));
        let changes = json!([{"pointer": "/name", "before": "Alt GmbH", "after": "Neu GmbH"},
            {"pointer": "/summary", "after": {"de": "Optik"}}]);
        assert_eq!(renamed["changes"], changes);
        assert_eq!(events[4]["by"]["id"], json!(manager.user_id().to_string()));
        // Back, claim and name; and forth again.
        let restored = restore(&editor, &target, &events[0]);
        assert_eq!(restored["href"], json!(claim));
        assert_eq!(editor.read(&claim)["level"], 2);
        restore(&editor, &target, &events[1]);
        assert_eq!(editor.read(&claim)["level"], 4);
        restore(&editor, &target, renamed);
        let present = editor.read(&target);
        assert_eq!((&present["name"], present.get("summary")), (&json!("Alt GmbH"), None));
        let undone = editor.read(&format!("{target}/history?limit=1"));
        restore(&editor, &target, &undone["items"][0]);
        assert_eq!(editor.read(&target)["name"], "Neu GmbH");
    });
}

#[test]
fn a_removed_organisation_comes_back_with_all_that_went_with_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let own = json!({"name": "Weg GmbH", "kind": "university"});
        let own = manager.create("/v1/organisations", &own);
        let target = format!("/v1/organisations/{own}");
        let upper = manager.create(
            &format!("{target}/units"),
            &json!({"name": {"de": "Haus"}, "kind": "department"}),
        );
        let lower = json!({"name": {"de": "Gruppe"}, "kind": "group", "parent_id": upper});
        let lower = manager.create(&format!("{target}/units"), &lower);
        let unit = format!("{target}/units/{lower}");
        let claim = json!({"skill": app.skill("Laser"), "level": 4, "unit_id": lower});
        let claim = format!(
            "{target}/skills/{}",
            manager.create(&format!("{target}/skills"), &claim)
        );
        let lost = app.skill("Vergangen");
        let gone = manager.create(&format!("{target}/skills"), &json!({"skill": lost, "level": 1}));
        let reference = json!({"kind": "project", "title": {"de": "Gemeinsam"}});
        let reference = manager.create(&format!("{target}/references"), &reference);
        let reference = format!("{target}/references/{reference}");
        let offer = json!({"organisation_id": own, "direction": "offer", "cooperation": "pilot",
            "title": {"de": "Wir bieten"}, "summary": {"de": "Lasertechnik"}});
        let offer = format!("/v1/opportunities/{}", manager.create("/v1/opportunities", &offer));
        let step = |body: &Value| drop(manager.post(&format!("{offer}/status"), body).is(200));
        step(&json!({"status": "in_review"}));
        step(&json!({"review": {"clarity": 0, "advantage": 0, "expectations": 0, "language": 0}}));
        let solution = json!({"organisation_id": own, "title": {"de": "Gerät"}, "maturity": "beta"});
        let solution = format!("/v1/solutions/{}", manager.create("/v1/solutions", &solution));
        put_logo(&manager, &target, 40);
        let membership = json!({"organisation_id": own, "type": "full", "status": "active", "since_on": "2024-01-01"});
        let membership = format!("/v1/memberships/{}", manager.create("/v1/memberships", &membership));
        let other = app.company("Partner GmbH");
        let naming = json!({"kind": "project", "title": {"de": "Mit Partner"}, "partners": [{"organisation_id": own, "name": "Weg"}]});
        let naming = manager.create(&format!("/v1/organisations/{other}/references"), &naming);
        let naming = format!("/v1/organisations/{other}/references/{naming}");
        let person = json!({"given_name": "Erfunden", "family_name": "Beispiel",
            "affiliations": [{"organisation_id": other}, {"organisation_id": own, "unit_id": lower, "role": "Leitung"}]});
        let person = format!("/v1/people/{}", manager.create("/v1/people", &person));
        let addresses = [
            &target,
            &unit,
            &claim,
            &reference,
            &offer,
            &solution,
            &membership,
            &naming,
            &person,
        ];
        let read = |caller: &Caller<'_>| addresses.map(|address| without_times(caller.read(address)));
        let (before, reviews) = (read(&manager), manager.read(&format!("{offer}/reviews")));
        app.advance(TimeDelta::seconds(1));

        manager.delete(&target, "*").is(204);
        let held = [&target, &unit, &claim, &reference, &offer, &solution, &membership];
        for address in held {
            manager.get(address).is(404);
        }
        assert_eq!(manager.read(&person)["affiliations"].as_array().map(Vec::len), Some(1));
        let editor = app.as_editor(&app.company("Andere GmbH"));
        for hidden in [&target, &offer, &solution] {
            editor.get(&format!("{hidden}/history")).is(404);
            assert_eq!(manager.all(&format!("{hidden}/history"), 50)[0]["operation"], "removed");
        }
        manager.delete(&format!("/v1/skills/{lost}"), "*").is(204);

        let events = manager.all(&format!("{target}/history"), 50);
        let of = |kind: &str| {
            let wanted = |event: &&Value| event["record"]["kind"] == kind && event["operation"] == "removed";
            events.iter().find(wanted).unwrap()
        };
        let restored = restore(&manager, &target, of("organisation"));
        assert_eq!(restored["left_out"][0]["id"], json!(gone));
        assert_eq!(restored["with_it"].as_array().map(Vec::len), Some(7));
        assert_eq!(read(&manager), before);
        assert_eq!(manager.read(&format!("{offer}/reviews")), reviews);
        let found = app.anonymous().read("/v1/organisations?q=weg");
        assert_eq!(found["items"][0]["organisation"]["id"], json!(own));
        assert_eq!(found["items"][0]["organisation"]["member"], true);
        // And once more: nothing of the first time is in the way.
        manager.delete(&target, "*").is(204);
        let events = manager.all(&format!("{target}/history"), 1);
        assert_eq!(events[0]["operation"], "removed");
        restore(&manager, &target, of("organisation"));
        assert_eq!(read(&manager), before);
    });
}

fn without_times(mut record: Value) -> Value {
    if let Some(members) = record.as_object_mut() {
        members.remove("updated_at");
    }
    record
}

fn put_logo(caller: &Caller<'_>, organisation: &str, width: u32) -> Value {
    let picture = crate::logos::picture(width, width, image::ImageFormat::Png);
    let request = Request::new("PUT", &format!("{organisation}/logo"))
        .bytes("image/png", picture)
        .header("If-Match", "*");
    caller.send(request).is(200).json()
}

#[test]
fn logos_have_a_history() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Bild GmbH");
        let (editor, target) = (app.as_editor(&own), format!("/v1/organisations/{own}"));
        let first = put_logo(&editor, &target, 40);
        put_logo(&editor, &target, 60);
        editor.delete(&format!("{target}/logo"), "*").is(204);
        let events = editor.all(&format!("{target}/history"), 50);
        assert_eq!(told(&events)[..3], ["logo removed", "logo updated", "logo created"]);
        assert_eq!(events[1]["changes"][0]["before"], first["digest"]);
        restore(&editor, &target, &events[1]);
        assert_eq!(app.anonymous().read(&target)["logo"], first);
    });
}

#[test]
fn a_removed_opportunity_comes_back_by_its_own_history() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let editor = app.as_editor(&own);
        let body =
            json!({"organisation_id": own, "direction": "request", "cooperation": "pilot", "title": {"de": "Gesucht"}});
        let target = format!("/v1/opportunities/{}", editor.create("/v1/opportunities", &body));
        let made = editor.read(&target)["created_at"].clone();
        app.advance(TimeDelta::seconds(5));
        editor.delete(&target, "*").is(204);
        let events = editor.all(&format!("{target}/history"), 5);
        assert_eq!(told(&events), ["opportunity removed", "opportunity created"]);
        app.as_editor(&app.company("Andere GmbH"))
            .get(&format!("{target}/history"))
            .is(404);
        restore(&editor, &target, &events[0]);
        let present = editor.read(&target);
        assert_eq!((&present["status"], &present["created_at"]), (&json!("draft"), &made));
    });
}

#[test]
fn a_history_is_for_those_who_edit() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, other) = (app.company("Eigene GmbH"), app.company("Andere GmbH"));
        let target = format!("/v1/organisations/{own}");
        app.anonymous().get(&format!("{target}/history")).is(401);
        app.as_member(&own).get(&format!("{target}/history")).is(403);
        app.as_editor(&other).get(&format!("{target}/history")).is(403);
        change(&app.as_manager(), &target, &json!({"summary": {"de": "Neu"}}));
        let events = app.as_owner(&own).all(&format!("{target}/history"), 5);
        // A version belongs to its record: not to be had through another one's address.
        let foreign = format!("/v1/organisations/{other}/history/{}/restore", version(&events[0]));
        app.as_manager().post(&foreign, &Value::Null).is(404);
    });
}

#[test]
fn an_opportunity_gets_its_text_back_and_stays_where_it_is() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let editor = app.as_editor(&own);
        let body = json!({"organisation_id": own, "direction": "request", "cooperation": "pilot",
            "title": {"de": "Erste Fassung"}, "preferred": [{"skill": app.skill("Laser")}]});
        let target = format!("/v1/opportunities/{}", editor.create("/v1/opportunities", &body));
        change(
            &editor,
            &target,
            &json!({"title": {"de": "Zweite Fassung"}, "preferred": []}),
        );
        editor
            .post(&format!("{target}/status"), &json!({"status": "in_review"}))
            .is(200);
        let events = editor.all(&format!("{target}/history"), 5);
        assert_eq!(
            told(&events),
            ["opportunity updated", "opportunity updated", "opportunity created"]
        );
        assert_eq!(events[0]["changes"][0]["pointer"], "/status");
        restore(&editor, &target, &events[1]);
        let present = editor.read(&target);
        assert_eq!(
            (&present["title"]["de"], &present["status"]),
            (&json!("Erste Fassung"), &json!("in_review"))
        );
        assert_eq!(present["preferred"][0]["skill"]["label"]["de"], "Laser");
    });
}

#[test]
fn a_skill_gets_its_labels_back() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (manager, skill) = (app.as_manager(), app.skill("Lasertechnik"));
        let target = format!("/v1/skills/{skill}");
        change(&manager, &target, &json!({"label": {"de": "Irrtum"}}));
        let events = manager.all(&format!("{target}/history"), 5);
        assert_eq!(told(&events), ["skill updated", "skill created"]);
        restore(&manager, &target, &events[0]);
        assert_eq!(app.anonymous().read(&target)["label"]["de"], "Lasertechnik");
        let found = app.anonymous().read("/v1/skills?q=lasertechnik");
        assert_eq!(found["items"][0]["id"], json!(skill));
    });
}
