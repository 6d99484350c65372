//! Claims that expire or were not confirmed for long: what holds today is found, what held yesterday is not.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

fn found(app: &TestApp, query: &str) -> Vec<String> {
    let page = app.anonymous().read(&format!("/v1/organisations?{query}"));
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["organisation"]["name"].as_str().unwrap().to_owned())
        .collect()
}

fn facet(app: &TestApp) -> usize {
    let page = app.anonymous().read("/v1/organisations?facets=skill");
    page["facets"][0]["values"].as_array().unwrap().len()
}

#[test]
fn what_has_expired_does_not_count() {
    on_each(|database| {
        let app = TestApp::on(database);
        let company = app.company("Linsen GmbH");
        let skill = app.skill("Lasertechnik");
        let today = app.state.now().date_naive();
        let claims = format!("/v1/organisations/{company}/skills");
        let claim =
            json!({"skill": skill, "level": 5, "expires_on": today.to_string(), "confirmed_at": app.state.now()});
        app.as_manager().create(&claims, &claim);
        let question = json!({"required_skills": [{"skill": skill}]});
        let matched = |app: &TestApp| app.anonymous().post("/v1/matches", &question).is(200).json();
        let explained = |app: &TestApp| {
            let body = json!({"organisation_id": company, "request": question});
            app.anonymous().post("/v1/matches/explain", &body).is(200).text()
        };
        let here = vec!["Linsen GmbH".to_owned()];
        for query in [format!("skill={skill}"), "q=lasertechnik".to_owned()] {
            assert_eq!(found(&app, &query), here, "{query}");
        }
        assert_eq!((facet(&app), matched(&app)["items"].as_array().unwrap().len()), (1, 1));
        assert!(explained(&app).contains("required_skills"));
        // The day after its last one.
        app.advance(TimeDelta::days(1));
        for query in [format!("skill={skill}"), "q=lasertechnik".to_owned()] {
            assert!(found(&app, &query).is_empty(), "{query}");
        }
        assert_eq!(facet(&app), 0);
        let matches = matched(&app);
        let counts = |entry: &Value| entry.to_string().contains("required_skills\",\"weight");
        assert!(!matches["items"].as_array().unwrap().iter().any(counts), "{matches:#}");
        // It is told as what it is, and counts again once it is renewed.
        let told = app.anonymous().read(&claims);
        let claim = told["items"][0]["id"].as_str().unwrap();
        let tag = app.as_manager().get(&format!("{claims}/{claim}")).etag();
        let renewed = json!({"expires_on": (today + TimeDelta::days(400)).to_string()});
        app.as_manager()
            .patch(&format!("{claims}/{claim}"), &tag, &renewed)
            .is(200);
        assert_eq!(found(&app, &format!("skill={skill}")), here);
    });
}

#[test]
fn what_was_confirmed_lately_is_found() {
    on_each(|database| {
        let app = TestApp::on(database);
        let [laser, optics] = ["Lasertechnik", "Optik"].map(|label| app.skill(label));
        for (name, skill, level, confirmed) in [
            ("Alt GmbH", &laser, 5, Some("2020-01-01T00:00:00Z")),
            ("Frisch GmbH", &laser, 2, Some("2026-11-01T00:00:00Z")),
            ("Nie GmbH", &laser, 4, None),
            ("Optik GmbH", &optics, 3, Some("2026-11-01T00:00:00Z")),
        ] {
            let company = app.company(name);
            let claim =
                json!({"skill": skill, "level": level, "confirmed_at": confirmed.map_or(Value::Null, |at| json!(at))});
            let claim = match confirmed {
                Some(_) => claim,
                None => json!({"skill": skill, "level": level}),
            };
            app.as_manager()
                .create(&format!("/v1/organisations/{company}/skills"), &claim);
        }
        for (query, expected) in [
            (
                "confirmed_since=2026-01-01".to_owned(),
                vec!["Frisch GmbH", "Optik GmbH"],
            ),
            (format!("confirmed_since=2026-01-01&skill={laser}"), vec!["Frisch GmbH"]),
            (
                format!("confirmed_since=2019-01-01&skill={laser}"),
                vec!["Alt GmbH", "Frisch GmbH"],
            ),
            ("confirmed_since=2026-11-01&min_level=3".to_owned(), vec!["Optik GmbH"]),
            ("confirmed_since=2026-11-02".to_owned(), vec![]),
            ("min_level=4".to_owned(), vec!["Alt GmbH", "Nie GmbH"]),
        ] {
            assert_eq!(found(&app, &query), expected, "{query}");
        }
        assert_eq!(
            app.anonymous()
                .get("/v1/organisations?confirmed_since=gestern")
                .is(400)
                .code(),
            "invalid_query"
        );
    });
}
