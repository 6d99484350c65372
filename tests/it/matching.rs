//! The main job end to end: a network in, explained partner matches out.

use std::collections::HashSet;

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

/// The network of `werkstadt demo`.
const NETWORK: &str = include_str!("../../api/demo/network.jsonl");

fn import(app: &TestApp, lines: &str) -> Value {
    let manager = app.as_manager();
    let request = Request::new("POST", "/v1/imports").header("Prefer", "wait=20");
    let job = manager
        .send(request.bytes("application/x-ndjson", lines))
        .is(202)
        .json();
    assert_eq!(job["status"], "succeeded", "{job}");
    job
}

fn ask(caller: &Caller<'_>, body: &Value) -> Value {
    caller.post("/v1/matches", body).is(200).json()
}

fn id(item: &Value) -> String {
    item["organisation"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_demo_network_loads_is_searched_and_matched_with_proof() {
    on_each(|database| {
        let app = TestApp::on(database);
        let job = import(&app, NETWORK);
        assert_eq!(
            (&job["failed"], &job["created"]["organisations"]),
            (&json!(0), &json!(60))
        );
        let anyone = app.anonymous();
        let all: HashSet<String> = anyone.all("/v1/organisations?sort=name", 7).iter().map(id).collect();
        assert_eq!(all.len(), 60, "paging shows each organisation once");
        let body = json!({"text": {"de": "Laser und Optik für die Medizintechnik"}, "helix": ["science", "business"], "limit": 10});
        let found = ask(&anyone, &body);
        let items = found["items"].as_array().unwrap();
        assert!(!items.is_empty());
        let mut last = 1.0;
        for item in items {
            let score = item["score"].as_f64().unwrap();
            let parts = item["contributions"].as_array().unwrap();
            let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
            assert!((sum - score).abs() < 1e-9, "{sum} is not {score}");
            assert!(score <= last && (0.0..=1.0).contains(&score));
            assert!(["science", "business"].contains(&item["organisation"]["helix"].as_str().unwrap()));
            last = score;
        }
        // Who is on board gives context and is not returned.
        let first = id(&items[0]);
        let mut with_partner = body.clone();
        with_partner["partners"] = json!([{"organisation_id": first}]);
        assert!(
            ask(&anyone, &with_partner)["items"]
                .as_array()
                .unwrap()
                .iter()
                .all(|item| id(item) != first)
        );
        // Why, and why not.
        let why = json!({"organisation_id": first, "request": body});
        let why = anyone.post("/v1/matches/explain", &why).is(200).json();
        assert_eq!((&why["outcome"], &why["rank"]), (&json!("ranked"), &json!(1)));
        assert_eq!(why["entry"]["score"], items[0]["score"]);
        let mut schools = body;
        schools["kinds"] = json!(["school"]);
        let why_not = json!({"organisation_id": first, "request": schools});
        let why_not = anyone.post("/v1/matches/explain", &why_not).is(200).json();
        assert_eq!(why_not["outcome"], "removed");
        assert!(why_not["broken"].as_array().unwrap().contains(&json!("kind")));
        // Organisations and opportunities ask by themselves.
        anyone.read(&format!("/v1/organisations/{first}/matches?limit=3"));
        let open = anyone.read("/v1/opportunities?limit=1");
        let open = open["items"][0]["opportunity"]["id"].as_str().unwrap().to_owned();
        anyone.read(&format!("/v1/opportunities/{open}/matches?limit=3"));
    });
}

#[test]
fn nobody_left_is_an_answer() {
    on_each(|database| {
        let app = TestApp::on(database);
        app.company("Beispiel Optik GmbH");
        let none = ask(
            &app.anonymous(),
            &json!({"kinds": ["school"], "near": {"lat": 50.9, "lon": 11.5, "radius_km": 10}}),
        );
        assert_eq!(none["items"], json!([]));
        let relaxations = none["no_result"]["relaxations"].as_array().unwrap();
        assert!(
            relaxations.iter().all(|one| one["candidates"].as_u64().unwrap() > 0) && !relaxations.is_empty(),
            "{none}"
        );
    });
}

#[test]
fn what_an_audience_may_not_see_changes_nothing_for_it() {
    let line = |hidden: &str| {
        let skill = json!({"record": "skill", "uri": "urn:x:laser", "label": {"de": "Lasertechnik"}});
        let secret = json!({"record": "skill", "uri": "urn:x:secret", "label": {"de": "Geheimes"}});
        let one = json!({"record": "organisation", "kind": "company", "name": "Eins GmbH", "notes": hidden,
            "summary": {"de": "Laser für alle"}, "skills": [{"skill": "urn:x:laser", "level": 3}],
            "references": if hidden.is_empty() { json!([]) } else { json!([{"title": {"de": format!("Laser {hidden}")}, "visibility": "members"}]) }});
        let mut one = one;
        if hidden.is_empty() {
            one.as_object_mut().unwrap().shift_remove("notes");
        } else {
            one["skills"]
                .as_array_mut()
                .unwrap()
                .push(json!({"skill": "urn:x:secret", "level": 5, "visibility": "managers"}));
        }
        let two = json!({"record": "organisation", "kind": "university", "name": "Zwei", "summary": {"de": "Forschung mit Laser"}});
        [skill, secret, one, two].map(|line| line.to_string()).join("\n")
    };
    let answers = |hidden: &str| {
        let database = werkstadt_tests::database::TestDatabase::sqlite();
        let app = TestApp::on(&database);
        import(&app, &line(hidden));
        let anyone = app.anonymous();
        let reads = [
            "/v1/organisations?q=Laser&facets=skill&facets=kind&count=exact&explain=true",
            "/v1/organisations?skill=urn:x:secret",
            "/v1/skills",
        ];
        let mut seen: Vec<Value> = reads.iter().map(|target| anyone.read(target)).collect();
        seen.push(ask(
            &anyone,
            &json!({"text": {"de": "Laser Geheimes"}, "required_skills": [{"skill": "urn:x:laser"}]}),
        ));
        seen.iter().map(without_ids).collect::<Vec<_>>()
    };
    let plain = answers("");
    assert_eq!(plain, answers("nur intern"));
    assert_eq!(plain[1]["items"], json!([]), "a hidden claim is not found");
}

/// Ids and times differ between two databases; everything else must not.
fn without_ids(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members
                .iter()
                .filter(|(name, _)| !["id", "created_at", "updated_at"].contains(&name.as_str()));
            Value::Object(kept.map(|(name, member)| (name.clone(), without_ids(member))).collect())
        }
        Value::Array(items) => items.iter().map(without_ids).collect(),
        // Skills are counted by id.
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => json!("an id"),
        other => other.clone(),
    }
}
