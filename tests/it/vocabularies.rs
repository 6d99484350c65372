//! Vocabularies over HTTP, and the codes of organisations checked against them.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

fn codes(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|term| term["code"].as_str().unwrap()).collect()
}

#[test]
fn codes_are_found_with_their_neighbours() {
    on_each(|database| {
        let app = TestApp::on(database);
        let anyone = app.anonymous();
        let all = anyone.read("/v1/vocabularies");
        let wz = all["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["scheme"] == "wz2025");
        assert_eq!(wz.unwrap()["count"], 109);
        let read = |query: &str| anyone.read(&format!("/v1/vocabularies/{query}"));
        assert_eq!(codes(&read("wz2025?q=softwareentw")), ["K"]);
        assert_eq!(codes(&read("wz2025?parent=K")), ["61", "62", "63"]);
        assert_eq!(codes(&read("wz2025?roots=true&limit=200")).len(), 22);
        assert_eq!(codes(&read("ags?q=muenchen")), ["09162000", "16076049"]);
        assert_eq!(codes(&read("ags?parent=16071000&limit=100")).len(), 39);
        assert_eq!(codes(&read("ags?q=Jena")), ["16053000", "16074043"]);
        assert_eq!(codes(&read("legal-forms?q=ggmbh")), ["ggmbh"]);
        let term = read("wz2008/45");
        assert_eq!(
            (&term["broader"]["code"], term["narrower"].as_array().unwrap().len()),
            (&json!("G"), 0)
        );
        let crossings: Vec<&Value> = term["crosswalk"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["code"])
            .collect();
        assert_eq!(crossings, [&json!("46"), &json!("47"), &json!("95")]);
        assert_eq!(read("wz2025/62")["crosswalk"][0]["extent"], "whole");
        assert_eq!(
            anyone.get("/v1/vocabularies/wz2025?parent=ZZ").is(400).code(),
            "invalid_query"
        );
        // Page by page it is the same list, and a copy of it lasts.
        let pages = anyone.all("/v1/vocabularies/ags", 50);
        assert_eq!(pages.len(), 16 + 106 + 17 + 626);
        let kept = anyone.get("/v1/vocabularies/ags");
        assert_eq!(kept.header("cache-control"), Some("public, max-age=86400"));
    });
}

#[test]
fn unknown_codes_are_faults_with_the_nearest_ones() {
    on_each(|database| {
        let app = TestApp::on(database);
        let body = json!({"kind": "company", "name": "Linsen GmbH",
            "industries": [{"scheme": "wz2025", "code": "45.11"}, {"scheme": "wz2008", "code": "26.70"}, {"scheme": "wz2008", "code": "Z"}],
            "locations": [{"city": "Jena", "country": "DE", "ags": "16057000"}, {"city": "Jena", "country": "DE", "ags": "16053000"}]});
        let refused = app.as_manager().post("/v1/organisations", &body).is(422).json();
        let faults: Vec<(&str, &str, &str)> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| {
                ["pointer", "code", "detail"]
                    .map(|member| fault[member].as_str().unwrap())
                    .into()
            })
            .collect();
        assert_eq!(
            faults,
            [
                (
                    "/industries/0/code",
                    "unknown_code",
                    "There is no such code. Did you mean 46?"
                ),
                (
                    "/industries/2/code",
                    "unknown_code",
                    "There is no such code. Did you mean U?"
                ),
                (
                    "/locations/0/ags",
                    "unknown_code",
                    "There is no such code. Did you mean 16055000?"
                ),
            ]
        );
    });
}

#[test]
fn a_section_finds_what_lies_in_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let with = |name: &str, scheme: &str, code: &str| {
            app.organisation(
                &json!({"kind": "company", "name": name, "industries": [{"scheme": scheme, "code": code}]}),
            )
        };
        let [a, b, c] = [
            with("A", "wz2008", "62.01"),
            with("B", "wz2025", "62.10"),
            with("C", "wz2025", "K"),
        ];
        for (query, expected) in [
            ("sector=J", vec![&a]),
            ("sector=K", vec![&b, &c]),
            ("sector=62", vec![&a, &b]),
            ("sector=wz2025:62", vec![&b]),
            ("sector=wz2025:K", vec![&b, &c]),
            ("sector=J&sector=K", vec![&a, &b, &c]),
            ("sector=C", vec![]),
        ] {
            let page = app.anonymous().read(&format!("/v1/organisations?{query}"));
            let items = page["items"].as_array().unwrap().iter();
            let found: Vec<&str> = items.map(|item| item["organisation"]["id"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{query}");
        }
        // Counts go down to divisions; each value is what the filter takes, which does not narrow its own facet.
        let refused = app
            .anonymous()
            .get("/v1/organisations?sector=foo&sector=62&language=deutsch&near=x")
            .is(400)
            .json();
        let parameters: Vec<&str> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["parameter"].as_str().unwrap())
            .collect();
        assert_eq!(parameters, ["near", "sector", "language"]);
        let page = app.anonymous().read("/v1/organisations?sector=wz2025:K&facets=sector");
        let counts = [("wz2025:K", 2), ("wz2008:62", 1), ("wz2008:J", 1), ("wz2025:62", 1)];
        let counts = counts.map(|(value, count)| json!({"value": value, "count": count}));
        assert_eq!(page["facets"], json!([{"facet": "sector", "values": counts}]));
    });
}
