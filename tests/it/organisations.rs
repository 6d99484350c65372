//! Organisations: written with conditions, read by audience, paged without gaps.

use std::collections::HashSet;

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

fn tag(reply: &werkstadt_tests::http::Reply) -> String {
    reply.header("etag").expect("an entity tag").to_owned()
}

fn names(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["organisation"]["name"].as_str().unwrap())
        .collect()
}

#[test]
fn a_record_lives_from_creation_to_removal() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let body = json!({"kind": "company", "name": "  Müller &   Söhne GmbH ", "vat_id": "DE 123 456 789",
            "register": {"court": "Jena", "register": "HRB", "number": "500123"}, "founded_on": "1999-12-31",
            "summary": {"de": "Präzision"}, "locations": [{"city": "Jena", "country": "DE", "postcode": "07743", "ags": "16053000"}]});
        let made = manager.post("/v1/organisations", &body).is(201);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let target = format!("/v1/organisations/{id}");
        assert_eq!(made.header("location"), Some(target.as_str()));
        let read = manager.get(&target).is(200);
        assert_eq!(
            (&read.json()["name"], &read.json()["helix"]),
            (&json!("Müller & Söhne GmbH"), &json!("business"))
        );
        assert_eq!(
            (&read.json()["vat_id"], &read.json()["locations"][0]["postcode"]),
            (&json!("DE123456789"), &json!("07743"))
        );
        let first = tag(&read);
        manager
            .send(Request::new("GET", &target).header("If-None-Match", &first))
            .is(304);
        manager
            .send(Request::new("PATCH", &target).json(&json!({"short_name": "M&S"})))
            .is(428);
        let changed = manager
            .patch(
                &target,
                &first,
                &json!({"short_name": "M&S", "summary": {"en": "Precision"}, "founded_on": null}),
            )
            .is(200);
        assert_eq!(changed.json()["summary"], json!({"de": "Präzision", "en": "Precision"}));
        assert!(changed.json().get("founded_on").is_none());
        manager
            .patch(&target, &first, &json!({"short_name": "verloren"}))
            .is(412);
        let second = tag(&manager.get(&target));
        assert_eq!(second, tag(&changed), "the tag of a change is the tag of the next read");
        // Unique as a whole: the same register entry again conflicts, another number does not.
        let again = json!({"kind": "company", "name": "Andere GmbH", "register": {"court": "Jena", "register": "HRB", "number": "500123"}});
        manager.post("/v1/organisations", &again).is(409);
        manager.delete(&target, &first).is(412);
        manager.delete(&target, &second).is(204);
        manager.get(&target).is(404);
        manager.post("/v1/organisations", &again).is(201);
    });
}

#[test]
fn each_audience_sees_its_part_and_no_trace_of_the_rest() {
    on_each(|database| {
        let app = TestApp::on(database);
        let id = app.organisation(&json!({"kind": "association", "name": "Verein e. V.", "notes": "Beitrag offen",
            "contacts": [{"email": "info@example.org"}], "visibility": {"profile": "managers"}, "summary": {"de": "Intern"}}));
        let target = format!("/v1/organisations/{id}");
        let other = app.company("Andere GmbH");
        let seen = |caller: &werkstadt_tests::caller::Caller<'_>| {
            let body = caller.read(&target);
            ["summary", "contacts", "notes", "visibility"].map(|member| body.get(member).is_some())
        };
        assert_eq!(seen(&app.anonymous()), [false, false, false, false]);
        assert_eq!(seen(&app.as_member(&other)), [false, true, false, false]);
        assert_eq!(
            seen(&app.as_owner(&id)),
            [true, true, true, true],
            "owners see their own record whole"
        );
        assert_eq!(seen(&app.as_manager()), [true, true, true, true]);
        assert_eq!(app.anonymous().read("/v1/organisations?q=Intern")["items"], json!([]));
        assert_eq!(
            names(
                app.as_manager().read("/v1/organisations?q=Intern")["items"]
                    .as_array()
                    .unwrap()
            ),
            ["Verein e. V."]
        );
        // A change of hidden fields shows in nothing that others can read.
        let before = app.anonymous().get(&target);
        app.advance(chrono::TimeDelta::minutes(5));
        let manager = app.as_manager();
        manager
            .patch(&target, "*", &json!({"notes": "Beitrag bezahlt"}))
            .is(200);
        let after = app.anonymous().get(&target);
        assert_eq!((tag(&before), before.json()), (tag(&after), after.json()));
        // Hidden altogether, it does not exist.
        manager
            .patch(&target, "*", &json!({"visibility": {"core": "managers"}}))
            .is(200);
        app.anonymous().get(&target).is(404);
        app.as_member(&other).get(&target).is(404);
        app.as_editor(&other).patch(&target, "*", &json!({"name": "X"})).is(404);
        assert_eq!(app.anonymous().read("/v1/organisations?count=exact")["count"], 1);
    });
}

#[test]
fn pages_show_each_organisation_once_while_others_are_added() {
    on_each(|database| {
        let app = TestApp::on(database);
        for name in ["Berta", "Dora", "Friedrich", "Heinrich"] {
            app.company(name);
        }
        let anyone = app.anonymous();
        let first = anyone.read("/v1/organisations?sort=name&limit=2");
        assert_eq!(names(first["items"].as_array().unwrap()), ["Berta", "Dora"]);
        app.company("Anton");
        app.company("Emil");
        let rest = anyone.read(first["next"].as_str().unwrap());
        assert_eq!(names(rest["items"].as_array().unwrap()), ["Emil", "Friedrich"]);
        let all = anyone.all("/v1/organisations?sort=name", 1);
        let unique: HashSet<&str> = names(&all).into_iter().collect();
        assert_eq!((all.len(), unique.len()), (6, 6));
    });
}

#[test]
fn who_has_no_coordinates_stands_in_the_middle_of_the_town() {
    on_each(|database| {
        let app = TestApp::on(database);
        let table =
            "Name;PLZ;Ort;Land\nJenaer Linsen;7743;Jena;DE\nBerliner Netze;10117;Berlin;DE\nWien;07743;Wien;AT\n";
        let import = Request::new("POST", "/v1/imports").header("Prefer", "wait=25");
        let job = app.as_manager().send(import.bytes("text/csv", table)).is(202).json();
        assert_eq!(job["status"], "succeeded", "{job}");
        let anyone = app.anonymous();
        let found = anyone.read("/v1/organisations?near=50.927,11.586&radius_km=20");
        assert_eq!(names(found["items"].as_array().unwrap()), ["Jenaer Linsen"]);
        let distance = &found["items"][0]["distance_km"];
        assert!(distance.as_f64().is_some_and(|km| km < 2.0), "{distance}");
        let place = &found["items"][0]["organisation"]["locations"][0];
        assert_eq!((place.get("lat"), &place["postcode"]), (None, &json!("07743")));
        // Whoever has none is last in the order.
        let by_distance = anyone.read("/v1/organisations?near=52.52,13.40&sort=distance");
        let names = names(by_distance["items"].as_array().unwrap());
        assert_eq!(names, ["Berliner Netze", "Jenaer Linsen", "Wien"]);
        let skill = app.skill("Optik");
        let asked =
            json!({"required_skills": [{"skill": skill}], "near": {"lat": 50.927, "lon": 11.586, "radius_km": 20}});
        let matches = app.as_manager().post("/v1/matches", &asked).is(200).json();
        assert_eq!(matches["candidates"], 1, "{matches}");
    });
}

#[test]
fn filters_facets_and_distance_work_together() {
    on_each(|database| {
        let app = TestApp::on(database);
        let skill = app.skill("Lasertechnik");
        let place = |lat: f64| json!([{"city": "Jena", "country": "DE", "lat": lat, "lon": 11.586}]);
        let near = app.organisation(&json!({"kind": "company", "name": "Nah GmbH", "locations": place(50.93)}));
        app.organisation(&json!({"kind": "university", "name": "Fern", "locations": place(52.52)}));
        let claim = json!({"skill": skill, "level": 4});
        app.as_manager()
            .create(&format!("/v1/organisations/{near}/skills"), &claim);
        let anyone = app.anonymous();
        let items = |query: &str| {
            let page = anyone.read(&format!("/v1/organisations?{query}"));
            names(page["items"].as_array().unwrap())
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(items("near=50.927,11.586&radius_km=20"), ["Nah GmbH"]);
        assert_eq!(items("near=50.927,11.586&sort=distance"), ["Nah GmbH", "Fern"]);
        assert_eq!(items(&format!("skill={skill}&min_level=4")), ["Nah GmbH"]);
        assert_eq!(items(&format!("skill={skill}&min_level=5")), Vec::<String>::new());
        assert_eq!(items("kind=university&kind=school"), ["Fern"]);
        assert_eq!(items("q=Lasertechnik"), ["Nah GmbH"]);
        // A facet counts under the other filters, its own left out.
        let facets = anyone.read("/v1/organisations?kind=company&facets=kind&facets=helix");
        let values = |index: usize| facets["facets"][index]["values"].as_array().unwrap().len();
        assert_eq!((values(0), values(1)), (2, 1), "{facets}");
    });
}
