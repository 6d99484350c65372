//! Upkeep: completeness, reminders, confirmations, duplicates.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

fn texts<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[member].as_str().unwrap()).collect()
}

#[test]
fn completeness_grows_with_what_is_added() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Neu GmbH");
        let (editor, target) = (app.as_editor(&own), format!("/v1/organisations/{own}"));
        let completeness = || editor.read(&format!("{target}/completeness"));
        let empty = completeness();
        assert_eq!(empty["score"], 0);
        assert_eq!(empty["missing"][0]["gap"], "skills");
        assert!(
            !texts(&empty["missing"], "gap").contains(&"units"),
            "a company has none"
        );
        let profile = json!({"summary": {"de": "Optik", "en": "Optics"}, "description": {"de": "Viel Optik"}, "website": "https://example.org",
            "locations": [{"city": "Jena", "country": "DE", "lat": 50.9, "lon": 11.5}], "contacts": [{"email": "a@example.org"}],
            "industries": [{"scheme": "wz2008", "code": "26.70"}], "size": "small", "languages": ["de"], "lei": "529900T8BM49AURSDO55"});
        editor.patch(&target, "*", &profile).is(200);
        for label in ["Laser", "Optik", "Messtechnik"] {
            let claim =
                json!({"skill": app.skill(label), "level": 3, "evidence": [{"kind": "project", "title": "Eines"}]});
            editor.create(&format!("{target}/skills"), &claim);
        }
        assert_eq!(texts(&completeness()["missing"], "gap"), ["references", "confirmed"]);
        editor.create(
            &format!("{target}/references"),
            &json!({"title": {"de": "Ein Projekt"}}),
        );
        let confirmed = editor.post(&format!("{target}/confirm"), &json!({})).is(200).json();
        assert_eq!(confirmed["claims"], 3);
        assert_eq!(completeness(), json!({"score": 100, "missing": []}));
        app.as_editor(&app.company("Andere GmbH"))
            .get(&format!("{target}/completeness"))
            .is(403);
    });
}

#[test]
fn what_nobody_confirms_becomes_due() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Still GmbH");
        let (editor, target) = (app.as_editor(&own), format!("/v1/organisations/{own}"));
        let today = app.state.now().date_naive();
        let certificate = json!({"skill": app.skill("Schweißen"), "level": 4, "expires_on": (today + TimeDelta::days(200)).to_string()});
        let certificate = editor.create(&format!("{target}/skills"), &certificate);
        editor.create(
            &format!("{target}/skills"),
            &json!({"skill": app.skill("Laser"), "level": 3}),
        );
        let due = || editor.read(&format!("{target}/reminders"))["items"].clone();
        assert_eq!(due(), json!([]));
        let listed = |query: &str| app.as_manager().read(&format!("/v1/upkeep?{query}"))["items"].clone();
        assert_eq!(listed("due=true"), json!([]));
        app.advance(TimeDelta::days(181));
        assert_eq!(texts(&due(), "cause"), ["profile_unconfirmed", "claim_expires"]);
        assert_eq!(due()[1]["href"], json!(format!("{target}/skills/{certificate}")));
        assert_eq!(due()[1]["skill"]["label"]["de"], "Schweißen");
        app.advance(TimeDelta::days(190));
        assert_eq!(
            texts(&due(), "cause"),
            ["profile_unconfirmed", "claim_expired", "claim_unconfirmed"]
        );
        assert_eq!(listed("due=true&max_score=10")[0]["organisation_id"], json!(own));
        assert_eq!(listed("due=false"), json!([]));
        let unknown = editor
            .post(&format!("{target}/confirm"), &json!({"claims": ["nonsense"]}))
            .is(422);
        assert_eq!(unknown.faults().len(), 1);
        editor
            .post(&format!("{target}/confirm"), &json!({"claims": [certificate]}))
            .is(200);
        assert_eq!(texts(&due(), "cause"), ["claim_expired", "claim_unconfirmed"]);
        editor.post(&format!("{target}/confirm"), &json!({})).is(200);
        assert_eq!(
            texts(&due(), "cause"),
            ["claim_expired"],
            "what has ended cannot be confirmed away"
        );
    });
}

#[test]
fn upkeep_is_listed_page_by_page() {
    on_each(|database| {
        let app = TestApp::on(database);
        let ids: Vec<String> = (0..5).map(|number| app.company(&format!("Firma {number}"))).collect();
        let manager = app.as_manager();
        let all = manager.all("/v1/upkeep", 2);
        assert_eq!(texts(&json!(all), "organisation_id"), ids);
    });
}

#[test]
fn organisations_that_look_alike_are_suggested_until_told_apart() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let named = |name: &str, website: &str| {
            let place = json!([{"city": "Jena", "country": "DE"}]);
            app.organisation(&json!({"kind": "company", "name": name, "website": website, "locations": place}))
        };
        let one = named("Müller Optik GmbH", "https://mueller.example");
        named("Ganz andere AG", "https://anders.example");
        let other = named("MUELLER OPTIK GMBH", "https://optik.example");
        let domain = named("Optikhaus", "https://www.mueller.example/start");
        let found = manager.all("/v1/duplicates", 1);
        assert_eq!(texts(&json!(found), "reason"), ["name_and_town", "domain"]);
        assert_eq!(
            (&found[0]["older"]["id"], &found[0]["newer"]["id"]),
            (&json!(one), &json!(other))
        );
        let website =
            json!({"pointer": "/website", "present": "https://mueller.example", "given": "https://optik.example"});
        assert!(
            found[0]["changes"].as_array().unwrap().contains(&website),
            "{}",
            found[0]
        );
        let distinct = json!({"one_id": other, "other_id": one});
        manager.post("/v1/duplicates/distinct", &distinct).is(204);
        manager.post("/v1/duplicates/distinct", &distinct).is(204);
        let found = manager.all("/v1/duplicates", 20);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["newer"]["id"], json!(domain));
        let same = json!({"one_id": one, "other_id": one});
        manager.post("/v1/duplicates/distinct", &same).is(422);
    });
}
