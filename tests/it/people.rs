//! Persons: their whole life over HTTP, who may see what of them, and that nobody learns of a hidden place through them.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::person;
use werkstadt_tests::database::on_each;

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| one["family_name"].as_str().unwrap().to_owned())
        .collect()
}

fn places(person: &Value) -> Vec<&str> {
    let all = person["affiliations"].as_array().unwrap().iter();
    all.map(|one| one["organisation_id"].as_str().unwrap()).collect()
}

#[test]
fn a_person_is_private_until_there_is_a_consent() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let owner = app.as_owner(&own);
        let body = json!({"given_name": "Jörg", "family_name": "Müller-Lüdenscheid", "email": "j@example.org", "phone": "+49 3641 12",
            "languages": ["de"], "affiliations": [{"organisation_id": own, "role": "Entwicklung", "from_on": "2024-01-01"}],
            "skills": [{"skill": app.skill("Optik"), "level": 4}], "roles_sought": ["Mentorin"]});
        let id = owner.create("/v1/people", &body);
        let target = format!("/v1/people/{id}");
        let made = owner.read(&target);
        assert_eq!(
            (&made["visibility"], &made["contact_visibility"]),
            (&json!("managers"), &json!("members"))
        );
        for caller in [app.anonymous(), app.as_member(&own), app.as_editor(&own)] {
            caller.get(&target).is(404);
            assert_eq!(names(&caller.read("/v1/people")), [] as [&str; 0]);
            assert_eq!(
                names(&caller.read(&format!("/v1/organisations/{own}/people"))),
                [] as [&str; 0]
            );
        }
        assert_eq!(
            names(&owner.read(&format!("/v1/organisations/{own}/people"))),
            ["Müller-Lüdenscheid"]
        );
        let refused = owner
            .patch(&target, "*", &json!({"visibility": "public"}))
            .is(422)
            .json();
        assert_eq!(refused["errors"][0]["pointer"], "/consent");
        let consent = json!({"visibility": "public", "consent": {"by": "person", "how": "signed form"}});
        let shown = owner.patch(&target, "*", &consent).is(200).json();
        assert_eq!(shown["consent"]["consented_at"], json!(app.state.now()));
        let seen = app.anonymous().read(&target);
        assert!(
            seen.get("email").is_none() && seen.get("phone").is_none() && seen.get("consent").is_none(),
            "{seen}"
        );
        assert_eq!(app.as_member(&own).read(&target)["phone"], "+49 3641 12");
        owner
            .patch(&target, "*", &json!({"contact_visibility": "public"}))
            .is(200);
        assert_eq!(app.anonymous().read(&target)["email"], "j@example.org");
        // Withdrawn, the person is private at once.
        let private = owner.patch(&target, "*", &json!({"consent": null})).is(200).json();
        assert_eq!(private["visibility"], "managers");
        app.anonymous().get(&target).is(404);
        let tag = owner.get(&target).etag();
        owner.delete(&target, &tag).is(204);
        owner.get(&target).is(404);
        app.as_manager().get(&format!("{target}/history")).is(404);
    });
}

#[test]
fn a_guardian_consents_for_a_minor() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let manager = app.as_manager();
        let mut body = person(&own);
        body["birth_year"] = json!(2012);
        let refused = manager.post("/v1/people", &body).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/consent/by");
        body["consent"] = json!({"by": "guardian", "how": "signed form"});
        let refused = manager.post("/v1/people", &body).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/consent/name");
        body["consent"]["name"] = json!("Grete Muster");
        let id = manager.create("/v1/people", &body);
        assert!(
            app.anonymous()
                .read(&format!("/v1/people/{id}"))
                .get("birth_year")
                .is_none()
        );
        body["consent"]["consented_at"] = json!("2099-01-01T00:00:00Z");
        let refused = manager.post("/v1/people", &body).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/consent/consented_at");
        let row = |wider: &str| {
            json!({"record": "person", "given_name": "A", "family_name": "B", "visibility": wider}).to_string()
        };
        let import = |lines: String| {
            let request = werkstadt_tests::calls::import(&lines).header("Prefer", "wait=20");
            manager.send(request).is(202).json()["failed"].clone()
        };
        assert_eq!((import(row("managers")), import(row("public"))), (json!(0), json!(1)));
    });
}

#[test]
fn persons_are_found_by_name_place_and_skill() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (one, other) = (app.company("Eins GmbH"), app.company("Zwei GmbH"));
        let (optics, lasers) = (app.skill("Optik"), app.skill("Laser"));
        let manager = app.as_manager();
        manager
            .patch(&format!("/v1/skills/{lasers}"), "*", &json!({"broader": [optics]}))
            .is(200);
        for (given, family, place, skill) in [
            ("Jörg", "Müller", &one, &lasers),
            ("Ada", "Ähre", &one, &optics),
            ("Zoe", "Zorn", &other, &optics),
        ] {
            let mut body = person(place);
            (body["given_name"], body["family_name"]) = (json!(given), json!(family));
            body["skills"] = json!([{"skill": skill, "level": 3}]);
            manager.create("/v1/people", &body);
        }
        let anyone = app.anonymous();
        let list = |query: &str| names(&anyone.read(&format!("/v1/people?{query}")));
        assert_eq!(list(""), ["Ähre", "Müller", "Zorn"]);
        assert_eq!(list("q=mueller"), ["Müller"]);
        assert_eq!(list("q=joerg+mu"), ["Müller"]);
        assert_eq!(list("q=leitung+z"), ["Zorn"]);
        assert_eq!(list("q=%26"), [] as [&str; 0]);
        assert_eq!(list(&format!("organisation_id={one}")), ["Ähre", "Müller"]);
        assert_eq!(list(&format!("skill={lasers}")), ["Müller"]);
        assert_eq!(list(&format!("skill={optics}")), ["Ähre", "Müller", "Zorn"]);
        assert_eq!(anyone.all("/v1/people", 1).len(), 3);
        assert_eq!(
            names(&anyone.read(&format!("/v1/organisations/{other}/people"))),
            ["Zorn"]
        );
        anyone
            .get("/v1/people?organisation_id=01936d3e-7f10-7000-8000-00000000dead")
            .is(400);
        anyone.get("/v1/people?skill=nothing").is(400);
    });
}

#[test]
fn a_hidden_place_does_not_show_and_appears_with_its_organisation() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let shown = app.organisation(&json!({"kind": "university", "name": "Uni"}));
        let hidden =
            app.organisation(&json!({"kind": "company", "name": "Stealth", "visibility": {"core": "managers"}}));
        let unit = json!({"name": {"de": "Labor"}, "kind": "lab", "visibility": "members"});
        let unit = manager.create(&format!("/v1/organisations/{shown}/units"), &unit);
        let mut body = person(&shown);
        body["affiliations"] = json!([{"organisation_id": shown}, {"organisation_id": hidden}, {"organisation_id": shown, "unit_id": unit}]);
        let target = format!("/v1/people/{}", manager.create("/v1/people", &body));
        let anyone = app.anonymous();
        let start = anyone.feed_from_now();
        let changed = || {
            app.settle();
            let page = anyone.read(&start);
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .any(|item| item["href"] == json!(target))
        };
        assert_eq!(places(&anyone.read(&target)), [&shown]);
        assert_eq!(places(&app.as_member(&shown).read(&target)), [&shown, &shown]);
        assert_eq!(places(&manager.read(&target)).len(), 3);
        // An edit of the hidden place moves nothing that others see.
        let before = anyone.get(&target);
        app.advance(chrono::TimeDelta::seconds(5));
        body["affiliations"][1]["role"] = json!("Geheim");
        let edit = json!({"affiliations": body["affiliations"]});
        manager.patch(&target, "*", &edit).is(200);
        assert_eq!(anyone.get(&target).text(), before.text());
        assert!(!changed());
        // The organisation steps into the light, and with it the affiliation; and back again.
        let organisation = format!("/v1/organisations/{hidden}");
        manager
            .patch(&organisation, "*", &json!({"visibility": {"core": "public"}}))
            .is(200);
        assert_eq!(places(&anyone.read(&target)), [&shown, &hidden]);
        anyone.hears(&start, |item| item["href"] == json!(target));
        assert_eq!(names(&anyone.read(&format!("{organisation}/people"))), ["Muster"]);
        manager
            .patch(&organisation, "*", &json!({"visibility": {"core": "members"}}))
            .is(200);
        assert_eq!(places(&anyone.read(&target)), [&shown]);
        anyone.get(&format!("{organisation}/people")).is(404);
        manager
            .patch(
                &format!("/v1/organisations/{shown}/units/{unit}"),
                "*",
                &json!({"visibility": "public"}),
            )
            .is(200);
        assert_eq!(places(&anyone.read(&target)), [&shown, &shown]);
    });
}

#[test]
fn owners_administer_their_people_and_nobody_elses() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, other) = (app.company("Eigene GmbH"), app.company("Andere GmbH"));
        let hidden =
            app.organisation(&json!({"kind": "company", "name": "Stealth", "visibility": {"core": "managers"}}));
        let (owner, manager) = (app.as_owner(&own), app.as_manager());
        owner.post("/v1/people", &person(&other)).is(403);
        let mut both = person(&own);
        both["affiliations"] = json!([{"organisation_id": own}, {"organisation_id": other}]);
        owner.post("/v1/people", &both).is(403);
        both["affiliations"] =
            json!([{"organisation_id": hidden}, {"organisation_id": own}, {"organisation_id": other}]);
        both["visibility"] = json!("managers");
        let target = format!("/v1/people/{}", manager.create("/v1/people", &both));
        app.as_owner(&hidden).get(&target).is(200);
        let seen = owner.read(&target);
        assert_eq!(
            places(&seen),
            [&own, &other],
            "of other hidden organisations an owner learns nothing"
        );
        let edit = |affiliations: Value| owner.patch(&target, "*", &json!({"affiliations": affiliations}));
        edit(json!([{"organisation_id": own}])).is(403);
        edit(json!([{"organisation_id": hidden}, {"organisation_id": other}])).is(422);
        edit(json!([{"organisation_id": own, "role": "Leitung"}, {"organisation_id": other}])).is(200);
        assert_eq!(
            places(&manager.read(&target)).len(),
            3,
            "what the owner does not see stays"
        );
        owner.delete(&target, "*").is(403);
        // The history tells owners of their people, but not of the hidden place.
        let history = owner.read(&format!("{target}/history"));
        assert!(!history.to_string().contains(&hidden), "{history}");
        assert!(
            history["items"].as_array().unwrap().len() == 2
                && manager
                    .read(&format!("{target}/history"))
                    .to_string()
                    .contains("/affiliations")
        );
        // Who is let go is seen for the last time.
        edit(json!([{"organisation_id": own, "to_on": "2026-01-01"}, {"organisation_id": other}])).is(200);
        owner.get(&target).is(404);
    });
}

#[test]
fn an_earlier_state_comes_back_without_a_consent_that_was_withdrawn() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let owner = app.as_owner(&own);
        let target = format!("/v1/people/{}", owner.create("/v1/people", &person(&own)));
        owner
            .patch(&target, "*", &json!({"consent": null, "family_name": "Anders"}))
            .is(200);
        let history = owner.read(&format!("{target}/history"));
        let version = history["items"][0]["version_id"].as_str().unwrap();
        let restored = owner
            .post(&format!("{target}/history/{version}/restore"), &json!(null))
            .is(200)
            .json();
        assert_eq!(restored["href"], json!(target));
        let now = owner.read(&target);
        assert_eq!(
            (&now["family_name"], &now["visibility"]),
            (&json!("Muster"), &json!("managers"))
        );
        assert!(now.get("consent").is_none());
        app.anonymous().get(&target).is(404);
    });
}
