//! Saved searches: kept for their owner, checked like the list they search, and told what is new.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{Stage, offer};
use werkstadt_tests::database::on_each;

#[track_caller]
fn save(caller: &Caller<'_>, target: &str, query: &str) -> String {
    caller.settle();
    let body = json!({"name": "Meine Suche", "target": target, "query": query});
    format!("/v1/saved-searches/{}", caller.create("/v1/saved-searches", &body))
}

/// The ids that a page of hits names, and where to go on.
#[track_caller]
fn hits(caller: &Caller<'_>, address: &str) -> (Vec<String>, Value) {
    caller.settle();
    let page = caller.read(address);
    let items = page["items"].as_array().unwrap().iter();
    let ids = items.map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    (ids, page)
}

fn company(app: &TestApp, name: &str, summary: &str) -> String {
    app.organisation(&json!({"kind": "company", "name": name, "summary": {"de": summary}}))
}

#[test]
fn a_saved_search_tells_what_is_new_in_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let old = company(&app, "Alt GmbH", "Lasertechnik");
        let member = app.as_member(&old);
        let search = save(&member, "organisations", "q=laser&kind=company");
        let address = format!("{search}/hits");
        assert_eq!(hits(&member, &address).0, [""; 0], "what was there is no news");
        let new = company(&app, "Neu GmbH", "Laser für die Medizin");
        company(&app, "Anders GmbH", "Backwaren");
        app.organisation(&json!({"kind": "university", "name": "Laseruniversität"}));
        let hidden = json!({"kind": "company", "name": "Geheim Laser", "visibility": {"core": "managers"}});
        let hidden = format!("/v1/organisations/{}", app.organisation(&hidden));
        let (found, page) = hits(&member, &address);
        assert_eq!(found, [new]);
        assert_eq!(page["items"][0]["name"], "Neu GmbH");
        // Seen is seen; what comes into view and what comes to match is news.
        member
            .post(&format!("{search}/seen"), &json!({"place": page["place"]}))
            .is(200);
        assert_eq!(hits(&member, &address).0, [""; 0]);
        let change = |target: &str, body: &Value| drop(app.as_manager().patch(target, "*", body).is(200));
        change(&hidden, &json!({"visibility": {"core": "members"}}));
        let skill = app.skill("Laserschweißen");
        let baker = company(&app, "Backhaus", "Brot");
        app.as_manager().create(
            &format!("/v1/organisations/{baker}/skills"),
            &json!({"skill": skill, "level": 2}),
        );
        let (found, page) = hits(&member, &address);
        assert_eq!(found, [hidden.replace("/v1/organisations/", ""), baker]);
        // From a place of the reader's own choice, page by page.
        let next = page["next"].as_str().unwrap();
        assert_eq!(hits(&member, next).0, [""; 0]);
        assert_eq!(hits(&member, &format!("{address}?limit=1")).1["more"], true);
    });
}

#[test]
fn opportunities_are_searched_too() {
    on_each(|database| {
        let app = TestApp::on(database);
        let stage = Stage::new(&app);
        let member = app.as_member(&stage.foreign);
        let search = save(&member, "opportunities", "direction=offer");
        let draft = app.as_manager().create("/v1/opportunities", &offer(&stage.own));
        let published = stage.published(&stage.own);
        let (found, page) = hits(&member, &format!("{search}/hits"));
        assert_eq!(found, [published]);
        assert_eq!(page["items"][0]["title"]["de"], "Ein Angebot");
        assert!(!page.to_string().contains(&draft));
    });
}

#[test]
fn a_search_is_its_owners_alone_and_checked_at_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (one, other) = (app.as_member(&own), app.as_member(&own));
        let search = save(&one, "organisations", "q=laser");
        assert_eq!(one.read(&search)["href"], "/v1/organisations?q=laser");
        for caller in [&other, &app.as_manager()] {
            caller.get(&search).is(404);
            caller.get(&format!("{search}/hits")).is(404);
            caller.delete(&search, "*").is(404);
        }
        assert_eq!(other.read("/v1/saved-searches")["items"], json!([]));
        let faulty =
            json!({"name": " ", "target": "organisations", "query": "kind=firm&limitt=3&sort=name&skill=nothing"});
        let faults = one.post("/v1/saved-searches", &faulty).is(422);
        for pointer in ["/name", "/query/kind", "/query/limitt"] {
            assert!(
                faults.text().contains(&format!("\"{pointer}\"")),
                "{pointer}: {}",
                faults.text()
            );
        }
        let sorted = json!({"name": "Sortiert", "target": "organisations", "query": "q=laser&sort=name"});
        let faults = one.post("/v1/saved-searches", &sorted).is(422);
        assert!(faults.text().contains("/query/sort"), "{}", faults.text());
        // A skill that goes makes the search say so, not fail.
        let skill = app.skill("Vergangen");
        let search = save(&one, "organisations", &format!("skill={skill}"));
        app.as_manager().delete(&format!("/v1/skills/{skill}"), "*").is(204);
        let stale = one.get(&format!("{search}/hits")).is(409);
        assert!(stale.text().contains("/query/skill"), "{}", stale.text());
        one.patch(&search, "*", &json!({"query": "q=optik"})).is(200);
        one.get(&format!("{search}/hits")).is(200);
    });
}
