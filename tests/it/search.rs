//! Search over HTTP: what somebody types finds what was meant, on both databases.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;

fn network(app: &TestApp) {
    for (name, summary) in [
        (
            "Müller Lasertechnik GmbH",
            "Optische Messtechnik für die Medizin in Jena",
        ),
        ("Institut für Datenanalyse", "Maschinelles Lernen für Sensoren"),
        ("Vision Systems", "Machine learning for cameras"),
        ("Grüne Stadt e. V.", "Bürger gestalten die Stadt"),
    ] {
        app.organisation(&json!({"kind": "company", "name": name, "summary": {"de": summary}}));
    }
}

fn find(app: &TestApp, query: &[(&str, &str)]) -> Value {
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", urlencoded(value)))
        .collect();
    app.anonymous()
        .get(&format!("/v1/organisations?{}", query.join("&")))
        .is(200)
        .json()
        .clone()
}

fn urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["organisation"]["name"].as_str().unwrap())
        .collect()
}

#[test]
fn what_is_typed_finds_what_is_meant() {
    on_each(|database| {
        let app = TestApp::on(database);
        network(&app);
        let skill = json!({"label": {"de": "Maschinelles Lernen", "en": "Machine learning"}, "kind": "knowledge"});
        app.as_manager().post("/v1/skills", &skill).is(201);
        for (q, expected) in [
            ("mueller", vec!["Müller Lasertechnik GmbH"]),
            ("Lasertehcnik Muler", vec!["Müller Lasertechnik GmbH"]),
            ("Technik Laser ", vec!["Müller Lasertechnik GmbH"]),
            ("optische mess", vec!["Müller Lasertechnik GmbH"]),
            ("\"grüne stadt\"", vec!["Grüne Stadt e. V."]),
            ("\"stadt grüne\"", vec![]),
            ("Stadt -Bürger", vec![]),
            ("machine learning ", vec!["Vision Systems", "Institut für Datenanalyse"]),
            (
                "Maschinelles Lernen ",
                vec!["Institut für Datenanalyse", "Vision Systems"],
            ),
            (
                "Maschinelles Lernen -Kameras -cameras",
                vec!["Institut für Datenanalyse"],
            ),
        ] {
            assert_eq!(names(&find(&app, &[("q", q)])), expected, "{q}");
        }
    });
}

#[test]
fn an_empty_answer_says_what_else_to_ask_and_a_hit_where_its_words_stand() {
    on_each(|database| {
        let app = TestApp::on(database);
        network(&app);
        let nothing = find(&app, &[("q", "Lasertechnik Bürger")]);
        assert_eq!(names(&nothing), Vec::<&str>::new());
        assert_eq!(nothing["suggestions"], json!(["Bürger", "Lasertechnik"]));
        // Under the same filters: no university is found with either word.
        let nothing = find(&app, &[("q", "Lasertechnik Bürger"), ("kind", "university")]);
        assert!(nothing.get("suggestions").is_none());
        let hit = find(&app, &[("q", "messtechnik medizin"), ("highlight", "true")]);
        let ranges = json!([{"start": 9, "end": 20}, {"start": 29, "end": 36}]);
        assert_eq!(
            hit["items"][0]["highlights"],
            json!([{"pointer": "/summary/de", "ranges": ranges}])
        );
    });
}

#[test]
fn opportunities_are_searched_as_organisations_are() {
    on_each(|database| {
        let app = TestApp::on(database);
        let owner = app.company("Optik GmbH");
        let manager = app.as_manager();
        for title in ["Pilotpartner für Lasertechnik gesucht", "Thesis über Datenanalyse"] {
            let body = json!({"organisation_id": owner, "direction": "request", "cooperation": "pilot",
                "title": {"de": title}, "summary": {"de": "Näheres im Gespräch"}});
            manager.post("/v1/opportunities", &body).is(201);
        }
        let titles = |q: &str| {
            let page = manager.get(&format!("/v1/opportunities?q={}", urlencoded(q))).is(200);
            let items = page.json()["items"].as_array().unwrap().clone();
            items
                .iter()
                .map(|item| item["opportunity"]["title"]["de"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let laser = "Pilotpartner für Lasertechnik gesucht";
        for q in [
            "Lasertehcnik",
            "Technik Laser ",
            "pilotpart",
            "\"für Lasertechnik\"",
            "Gespräch -Thesis",
        ] {
            assert_eq!(titles(q), [laser], "{q}");
        }
        assert!(titles("\"Lasertechnik für\"").is_empty());
    });
}

#[test]
fn everything_is_searched_at_once_and_completed_while_typing() {
    on_each(|database| {
        let app = TestApp::on(database);
        network(&app);
        let hidden = json!({"kind": "company", "name": "Lasergeheim GmbH", "visibility": {"core": "managers"}});
        app.organisation(&hidden);
        let manager = app.as_manager();
        let skill = json!({"label": {"de": "Lasertechnik", "en": "laser technology"}, "kind": "knowledge"});
        manager.post("/v1/skills", &skill).is(201);
        let all = app.anonymous().get("/v1/search?q=lasertechnik").is(200).json();
        assert_eq!(
            all["organisations"][0]["organisation"]["name"],
            "Müller Lasertechnik GmbH"
        );
        assert_eq!(all["skills"][0]["label"]["en"], "laser technology");
        assert_eq!((&all["opportunities"], all.get("suggestions")), (&json!([]), None));
        let nothing = app
            .anonymous()
            .get("/v1/search?q=Lasertechnik+B%C3%BCrger")
            .is(200)
            .json();
        assert_eq!(nothing["suggestions"], json!(["Bürger", "Lasertechnik"]));

        let suggested = |caller: &werkstadt_tests::caller::Caller<'_>, q: &str| {
            let page = caller.get(&format!("/v1/suggest?q={}", urlencoded(q))).is(200).json();
            let items = page["items"].as_array().unwrap().clone();
            let text = |item: &Value| {
                item.get("name")
                    .unwrap_or(&item["label"]["de"])
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            items.iter().map(text).collect::<Vec<_>>()
        };
        let anonymous = app.anonymous();
        assert_eq!(
            suggested(&anonymous, "laser"),
            ["Müller Lasertechnik GmbH", "Lasertechnik"]
        );
        assert_eq!(
            suggested(&manager, "laser"),
            ["Lasergeheim GmbH", "Müller Lasertechnik GmbH", "Lasertechnik"]
        );
        assert_eq!(suggested(&anonymous, "gmbh muel"), ["Müller Lasertechnik GmbH"]);
        assert_eq!(suggested(&anonymous, "m"), ["Müller Lasertechnik GmbH"]);
        assert_eq!(suggested(&anonymous, "techno"), ["Lasertechnik"]);
        // A word of a hidden name is like one that does not exist.
        for q in ["lasergeheim", "lasergeheim m", "unbekannt m"] {
            assert!(suggested(&anonymous, q).is_empty(), "{q}");
        }
        app.anonymous().get("/v1/suggest").is(400);
    });
}

#[test]
fn a_number_finds_whose_it_is_for_those_who_see_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let body = json!({"kind": "company", "name": "Optik Beispiel GmbH", "vat_id": "DE136695976",
            "register": {"court": "Jena", "register": "HRB", "number": "500123"}, "website": "https://www.optik.example/start",
            "locations": [{"city": "Jena", "country": "DE", "postcode": "07743"}],
            "contacts": [{"name": "Erika Müller", "email": "info@optik.example", "phone": "+49 3641 550"}],
            "notes": "Zahlt spät", "visibility": {"register": "managers"}});
        let known = app.organisation(&body);
        let member = app.as_member(&app.organisation(&json!({"kind": "company", "name": "HRB 500123 Verlag"})));
        let found = |caller: &Caller<'_>, typed: &str| -> Vec<String> {
            let page = caller.read(&format!("/v1/organisations?q={typed}"));
            let ids = page["items"].as_array().unwrap().iter();
            ids.map(|item| item["organisation"]["id"].as_str().unwrap().to_owned())
                .collect()
        };
        for typed in ["DE+136+695+976", "Amtsgericht+Jena+HRB+500123"] {
            assert_eq!(found(&app.as_manager(), typed), [known.as_str()], "{typed}");
            assert_eq!(found(&member, typed), [""; 0], "{typed}");
        }
        for typed in ["info%40optik.example", "03641/550", "Erika+Mueller"] {
            assert_eq!(found(&member, typed), [known.as_str()], "{typed}");
            assert_eq!(found(&app.anonymous(), typed), [""; 0], "{typed}");
        }
        for typed in ["07743", "optik.example", "https%3A%2F%2Foptik.example%2F"] {
            assert_eq!(found(&app.anonymous(), typed), [known.as_str()], "{typed}");
        }
        // Whose number it is comes before who writes of it.
        let both = found(&app.as_manager(), "HRB+500123");
        assert_eq!((both.len(), both[0].as_str()), (2, known.as_str()));
        let page = app.as_manager().read("/v1/organisations?q=HRB+500123&explain=true");
        let parts = page["items"][0]["words"].as_array().unwrap();
        assert!(parts.iter().any(|part| part["word"] == "hrb 500123"), "{parts:?}");
    });
}
