//! A skill is split: what is named follows its part at once, the rest finds what it found before. On both engines.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;

/// A skill that two companies claim, one of them shows in a reference, and the other asks for.
struct Network<'a> {
    manager: Caller<'a>,
    skill: String,
    companies: [String; 2],
    claims: [String; 2],
    reference: String,
    request: String,
}

impl<'a> Network<'a> {
    fn new(app: &'a TestApp) -> Self {
        let manager = app.as_manager();
        let label = json!({"label": {"de": "Schweißen"}, "alt_labels": {"de": ["Laserschweißen", "Fügen"]}});
        let skill = manager.create("/v1/skills", &label);
        let companies = ["Eins GmbH", "Zwei GmbH"].map(|name| app.company(name));
        let claims = companies.each_ref().map(|company| {
            let body = json!({"skill": skill, "level": 4});
            manager.create(&format!("/v1/organisations/{company}/skills"), &body)
        });
        let shown = json!({"title": {"de": "Eine Naht"}, "skills": [skill]});
        let reference = manager.create(&format!("/v1/organisations/{}/references", companies[0]), &shown);
        let request = json!({"organisation_id": companies[1], "direction": "request", "cooperation": "pilot",
            "title": {"de": "Gesucht"}, "required": [{"skill": skill, "min_level": 2}]});
        let request = manager.create("/v1/opportunities", &request);
        Self {
            manager,
            skill,
            companies,
            claims,
            reference,
            request,
        }
    }

    fn split(&self, query: &str, body: &Value) -> Value {
        let target = format!("/v1/skills/{}/split{query}", self.skill);
        self.manager.post(&target, body).is(200).json()
    }

    fn finds(&self, query: &str) -> Vec<String> {
        let page = self.manager.read(&format!("/v1/organisations?{query}"));
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["organisation"]["name"].as_str().unwrap().to_owned())
            .collect()
    }

    fn everything(&self) -> String {
        self.manager.get("/v1/exports/network.jsonl").is(200).text()
    }
}

#[test]
fn what_is_named_follows_and_the_rest_stays() {
    on_each(|database| {
        let app = TestApp::on(database);
        let network = Network::new(&app);
        let body = json!({"parts": [{"label": {"de": "Laserschweißen", "en": "laser welding"}, "claims": [network.claims[0]],
            "references": [network.reference], "opportunities": [network.request]}]});
        let before = network.everything();
        let trial = network.split("?dry_run=true", &body);
        assert_eq!(
            (&trial["dry_run"], network.everything() == before),
            (&json!(true), true)
        );
        let done = network.split("", &body);
        assert_eq!(done["moved"].as_array().unwrap().len(), 3, "{done:#}");
        let part = done["skills"][0]["id"].as_str().unwrap();
        let (one, both) = (
            vec!["Eins GmbH".to_owned()],
            vec!["Eins GmbH".to_owned(), "Zwei GmbH".to_owned()],
        );
        assert_eq!(network.finds(&format!("skill={part}")), one);
        assert_eq!(
            network.finds(&format!("skill={}", network.skill)),
            both,
            "narrower ones count"
        );
        assert_eq!(network.finds("q=laser+welding"), one);
        let facets = network.manager.read("/v1/organisations?facets=skill");
        assert_eq!(facets["facets"][0]["values"].as_array().unwrap().len(), 2);
        let old = network.manager.read(&format!("/v1/skills/{}", network.skill));
        assert_eq!(old["alt_labels"], json!({"de": ["Fügen"]}));
        assert_eq!(old["narrower"][0]["id"], part);
        let request = network.manager.read(&format!("/v1/opportunities/{}", network.request));
        assert_eq!(
            (
                &request["required"][0]["skill"]["id"],
                &request["required"][0]["min_level"]
            ),
            (&json!(part), &json!(2))
        );
        let matches = network
            .manager
            .read(&format!("/v1/opportunities/{}/matches", network.request));
        assert_eq!(
            matches["items"][0]["organisation"]["id"],
            json!(network.companies[0]),
            "{matches:#}"
        );
    });
}

#[test]
fn a_successor_takes_the_place_and_the_rest() {
    on_each(|database| {
        let app = TestApp::on(database);
        let network = Network::new(&app);
        let above = app.skill("Fertigung");
        let target = format!("/v1/skills/{}", network.skill);
        let tag = network.manager.get(&target).etag();
        network
            .manager
            .patch(&target, &tag, &json!({"broader": [above]}))
            .is(200);
        let below = json!({"label": {"de": "Punktschweißen"}, "broader": [network.skill]});
        let below = network.manager.create("/v1/skills", &below);
        let body = json!({"successor": 1, "parts": [{"label": {"de": "Laserschweißen"}, "claims": [network.claims[0]]},
            {"label": {"de": "Schweißen von Metall"}}]});
        let done = network.split("", &body);
        let id = |place: usize| done["skills"][place]["id"].as_str().unwrap().to_owned();
        let old = network.manager.read(&target);
        assert_eq!(
            (&old["status"], &old["replaced_by"]["id"]),
            (&json!("deprecated"), &json!(id(1)))
        );
        assert_eq!(network.finds(&format!("skill={}", id(0))), ["Eins GmbH"]);
        assert_eq!(network.finds(&format!("skill={}", id(1))), ["Zwei GmbH"]);
        assert_eq!(
            network.finds(&format!("skill={}", network.skill)),
            ["Zwei GmbH"],
            "as its successor"
        );
        assert_eq!(network.finds(&format!("skill={above}")), ["Eins GmbH", "Zwei GmbH"]);
        let below = network.manager.read(&format!("/v1/skills/{below}"));
        assert_eq!(below["broader"][0]["id"], json!(id(1)));
        // What has gone cannot be split.
        let refused = network.manager.post(&format!("{target}/split"), &body).is(422);
        assert!(
            refused.faults().iter().any(|fault| fault.contains("/parts")),
            "{}",
            refused.text()
        );
    });
}

#[test]
fn every_fault_is_named_and_nothing_half_done() {
    on_each(|database| {
        let app = TestApp::on(database);
        let network = Network::new(&app);
        let other = app.skill("Löten");
        let claims = format!("/v1/organisations/{}/skills", network.companies[1]);
        let foreign = network.manager.create(&claims, &json!({"skill": other, "level": 1}));
        let before = network.everything();
        let body = json!({"successor": 7, "parts": [
            {"skill": other, "claims": [network.claims[1], foreign], "references": ["x"]},
            {"skill": other, "opportunities": [network.request]},
            {"label": {"de": "Neu"}, "opportunities": [network.request]},
            {"claims": [network.claims[0]]},
            {"skill": network.skill}]});
        let refused = network
            .manager
            .post(&format!("/v1/skills/{}/split", network.skill), &body)
            .is(422)
            .json();
        let found: Vec<(&str, &str)> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| (fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap()))
            .collect();
        for expected in [
            ("/successor", "unknown_reference"),
            ("/parts/0/claims/0", "duplicate"),
            ("/parts/0/claims/1", "unknown_reference"),
            ("/parts/0/references/0", "unknown_reference"),
            ("/parts/1/skill", "duplicate"),
            ("/parts/2/opportunities/0", "duplicate"),
            ("/parts/3/label", "required"),
            ("/parts/4/skill", "duplicate"),
        ] {
            assert!(found.contains(&expected), "{expected:?}: {found:?}");
        }
        assert!(network.everything() == before);
    });
}
