//! Solutions: their whole life over HTTP, who sees them, how they are found, and that they lapse unless they are confirmed.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::solution;
use werkstadt_tests::database::on_each;

fn titles(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|hit| hit["solution"]["title"]["de"].as_str().unwrap())
        .collect()
}

#[test]
fn a_solution_is_made_shown_and_taken_away() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (editor, anyone) = (app.as_editor(&own), app.anonymous());
        let skill = app.skill("Optik");
        let body = json!({"organisation_id": own, "title": {"de": "Parkplatzfinder", "en": "Parking finder"}, "summary": {"de": "Findet Parkplätze."},
            "description": {"de": "Mit Kameras."}, "skills": [skill], "maturity": "development", "links": [{"rel": "video", "url": "https://example.org/film"}],
            "display": {"place": "Werkstadt", "since_on": "2026-11-20", "until_on": "2026-11-30"}});
        let target = format!("/v1/solutions/{}", editor.create("/v1/solutions", &body));
        let seen = anyone.read(&target);
        assert_eq!(
            (&seen["organisation_id"], &seen["skills"][0]["id"], &seen["display"]),
            (&json!(own), &json!(skill), &body["display"])
        );
        assert!(seen.get("lapsed").is_none() && seen.get("visibility").is_none());
        let tag = editor.get(&target).etag();
        let changed = editor
            .patch(
                &target,
                &tag,
                &json!({"maturity": "stable", "display": {"until_on": null}}),
            )
            .is(200)
            .json();
        assert_eq!(
            (&changed["maturity"], changed["display"].get("until_on")),
            (&json!("stable"), None)
        );
        editor.patch(&target, &tag, &json!({"maturity": "beta"})).is(412);
        let faults = editor
            .patch(
                &target,
                "*",
                &json!({"display": {"until_on": "2020-01-01"}, "links": [{"rel": "x", "url": "javascript:1"}]}),
            )
            .is(422)
            .json();
        assert_eq!(faults["errors"].as_array().map(Vec::len), Some(2), "{faults}");
        app.as_editor(&app.company("Andere GmbH"))
            .patch(&target, "*", &json!({"maturity": "beta"}))
            .is(403);
        // The history tells of it, and brings it back.
        let history = editor.read(&format!("{target}/history"));
        let version = history["items"][0]["version_id"].as_str().unwrap();
        editor
            .post(&format!("{target}/history/{version}/restore"), &json!(null))
            .is(200);
        assert_eq!(anyone.read(&target)["maturity"], "development");
        editor.patch(&target, "*", &json!({"visibility": "managers"})).is(200);
        anyone.get(&target).is(404);
        assert_eq!(
            titles(&editor.read(&format!("/v1/organisations/{own}/solutions"))),
            ["Parkplatzfinder"]
        );
        editor.delete(&target, "*").is(204);
        editor.get(&target).is(404);
        let history = editor.read(&format!("/v1/organisations/{own}/history"));
        let removed = history["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|event| event["operation"] == "removed")
            .unwrap();
        let version = removed["version_id"].as_str().unwrap();
        let restored = editor
            .post(
                &format!("/v1/organisations/{own}/history/{version}/restore"),
                &json!(null),
            )
            .is(200)
            .json();
        assert_eq!(restored["href"], json!(target));
        editor.get(&target).is(200);
    });
}

#[test]
fn what_nobody_confirms_lapses() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (editor, anyone) = (app.as_editor(&own), app.anonymous());
        let target = format!("/v1/solutions/{}", editor.create("/v1/solutions", &solution(&own)));
        let start = anyone.feed_from_now();
        app.advance(TimeDelta::days(365));
        daily::run(&app.state).unwrap();
        anyone.get(&target).is(200);
        app.advance(TimeDelta::seconds(1));
        daily::run(&app.state).unwrap();
        anyone.get(&target).is(404);
        assert_eq!(titles(&anyone.read("/v1/solutions")), [] as [&str; 0]);
        anyone.hears(&start, |item| item["kind"] == "solution" && item["state"] == "gone");
        assert_eq!(editor.read(&target)["lapsed"], true);
        assert_eq!(
            titles(&editor.read(&format!("/v1/solutions?organisation_id={own}"))),
            ["Eine Lösung"]
        );
        let confirmed = editor.post(&format!("{target}/confirm"), &json!(null)).is(200).json();
        assert_eq!(
            (&confirmed["lapsed"], &confirmed["confirmed_at"]),
            (&json!(false), &json!(app.state.now()))
        );
        anyone.hears(&start, |item| item["href"] == json!(target));
        anyone.get(&target).is(200);
    });
}

#[test]
fn solutions_are_found_by_word_skill_maturity_and_display() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (one, other) = (app.company("Eins GmbH"), app.company("Zwei GmbH"));
        let (optics, lasers) = (app.skill("Optik"), app.skill("Laser"));
        let manager = app.as_manager();
        manager
            .patch(&format!("/v1/skills/{lasers}"), "*", &json!({"broader": [optics]}))
            .is(200);
        let make = |owner: &str, title: &str, skill: &str, maturity: &str, display: Value| {
            let body = json!({"organisation_id": owner, "title": {"de": title}, "skills": [skill], "maturity": maturity, "display": display});
            let mut body = body;
            if body["display"].is_null() {
                body.as_object_mut().unwrap().remove("display");
            }
            manager.create("/v1/solutions", &body)
        };
        let shown = json!({"place": "Werkstadt", "since_on": "2026-11-01"});
        make(&one, "Lasermikroskop", &lasers, "beta", shown);
        make(&one, "Stadtplan", &optics, "stable", json!(null));
        make(
            &other,
            "Wasserzähler",
            &optics,
            "concept",
            json!({"place": "Werkstadt", "since_on": "2026-12-01"}),
        );
        let anyone = app.anonymous();
        let found = |query: &str| -> Vec<String> {
            let page = anyone.read(&format!("/v1/solutions?{query}"));
            titles(&page).into_iter().map(str::to_owned).collect()
        };
        assert_eq!(found(""), ["Wasserzähler", "Stadtplan", "Lasermikroskop"]);
        assert_eq!(found("q=lasermikro"), ["Lasermikroskop"]);
        assert_eq!(found("q=wasserzaehler"), ["Wasserzähler"]);
        assert_eq!(found("q=stadtpaln"), ["Stadtplan"]);
        assert_eq!(found(&format!("skill={lasers}")), ["Lasermikroskop"]);
        assert_eq!(
            found(&format!("skill={optics}&maturity=beta&maturity=stable")),
            ["Stadtplan", "Lasermikroskop"]
        );
        assert_eq!(found("on_display=true"), ["Lasermikroskop"]);
        assert_eq!(found("on_display=false"), ["Wasserzähler", "Stadtplan"]);
        assert_eq!(found(&format!("organisation_id={other}")), ["Wasserzähler"]);
        assert_eq!(anyone.all("/v1/solutions", 1).len(), 3);
        assert_eq!(
            anyone.all("/v1/solutions?q=optik", 1).len(),
            2,
            "by the label of the skill"
        );
        let all = anyone.read("/v1/search?q=stadtplan");
        assert_eq!(all["solutions"][0]["solution"]["title"]["de"], "Stadtplan");
        anyone.get("/v1/solutions?skill=nothing").is(400);
        anyone.get("/v1/solutions?maturity=ripe").is(400);
        // A skill that is shown is in use; merged, it is found under the other one.
        manager.delete(&format!("/v1/skills/{optics}"), "*").is(409);
        let photonics = app.skill("Photonik");
        manager
            .post("/v1/skills/merge", &json!({"sources": [optics], "target": photonics}))
            .is(200);
        assert_eq!(found(&format!("skill={photonics}")).len(), 3);
    });
}

#[test]
fn a_hidden_owner_is_not_named() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (manager, anyone) = (app.as_manager(), app.anonymous());
        let target = format!("/v1/solutions/{}", manager.create("/v1/solutions", &solution(&own)));
        let start = anyone.feed_from_now();
        let organisation = format!("/v1/organisations/{own}");
        manager
            .patch(&organisation, "*", &json!({"visibility": {"core": "managers"}}))
            .is(200);
        assert!(!anyone.read(&target).to_string().contains(&own));
        anyone.hears(&start, |item| item["href"] == json!(target));
        anyone.get(&format!("/v1/solutions?organisation_id={own}")).is(400);
        anyone.get(&format!("{organisation}/solutions")).is(404);
        manager.delete(&organisation, "*").is(204);
        anyone.get(&target).is(404);
    });
}
