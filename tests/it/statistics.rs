//! Statistics for managers: members, months, records, and skills in demand against skills on offer.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::person;
use werkstadt_tests::database::on_each;

mod plain;

fn counts(list: &Value) -> Vec<(&str, u64)> {
    let items = list.as_array().unwrap().iter();
    let mut counts: Vec<_> = items
        .map(|item| (item["value"].as_str().unwrap(), item["count"].as_u64().unwrap()))
        .collect();
    counts.sort_unstable();
    counts
}

fn month(day: chrono::NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// An organisation with a membership in a state; its id.
fn organisation(app: &TestApp, body: &Value, status: Option<(&str, &str)>) -> String {
    let id = app.organisation(body);
    if let Some((status, since_on)) = status {
        let membership = json!({"organisation_id": id, "type": "full", "status": "active", "since_on": since_on});
        let membership = app.as_manager().create("/v1/memberships", &membership);
        if status != "active" {
            let steps = format!("/v1/memberships/{membership}/status");
            app.as_manager().post(&steps, &json!({"status": status})).is(200);
        }
    }
    id
}

#[test]
fn the_network_is_counted() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let today = app.state.now().date_naive();
        let earlier = today - TimeDelta::days(40);
        let place = |city: &str| json!({"city": city, "country": "DE"});
        organisation(
            &app,
            &json!({"kind": "company", "name": "Optik Weber", "size": "small", "locations": [place("Jena")],
                "founded_on": earlier.to_string()}),
            Some(("active", &earlier.to_string())),
        );
        organisation(
            &app,
            &json!({"kind": "startup", "name": "Neu", "size": "micro", "locations": [place("Jena"), place("Weimar")]}),
            Some(("grace", &today.to_string())),
        );
        organisation(
            &app,
            &json!({"kind": "university", "name": "Uni", "locations": [place("Jena")]}),
            Some(("active", "2001-05-01")),
        );
        // Neither of them counts.
        let outside = organisation(&app, &json!({"kind": "school", "name": "Schule"}), None);
        organisation(
            &app,
            &json!({"kind": "company", "name": "Ex", "size": "large"}),
            Some(("suspended", "2002-01-01")),
        );
        let open = json!({"organisation_id": outside, "direction": "request", "cooperation": "pilot", "title": {"de": "Gesucht"},
            "expires_on": (today + TimeDelta::days(5)).to_string()});
        app.published(&open);
        let draft = json!({"organisation_id": outside, "direction": "offer", "cooperation": "pilot", "title": {"de": "Entwurf"}});
        manager.create("/v1/opportunities", &draft);
        let found = manager.read(&format!("/v1/statistics?from={}&to={}", month(earlier), month(today)));
        let members = &found["members"];
        assert_eq!(members["total"], 3);
        assert_eq!(
            counts(&members["by_kind"]),
            [("company", 1), ("startup", 1), ("university", 1)]
        );
        assert_eq!(counts(&members["by_helix"]), [("business", 2), ("science", 1)]);
        assert_eq!(counts(&members["by_size"]), [("micro", 1), ("small", 1)]);
        assert_eq!(counts(&members["by_city"]), [("Jena", 3), ("Weimar", 1)]);
        let months = found["months"].as_array().unwrap();
        let (first, last) = (&months[0], months.last().unwrap());
        assert_eq!(
            first,
            &json!({"month": month(earlier), "members": 3, "joined": 1, "left": 0, "founded": 1}),
            "who is suspended stays a member"
        );
        assert_eq!(
            last,
            &json!({"month": month(today), "members": 4, "joined": 1, "left": 0, "founded": 0})
        );
        assert_eq!(found["totals"], json!({"joined": 2, "left": 0, "founded": 1}));
        assert_eq!(found["memberships"], json!({"active": 2, "grace": 1, "suspended": 1}));
        let records = &found["records"];
        assert_eq!(
            (
                &records["organisations"],
                &records["memberships"],
                &records["opportunities"],
                &records["claims"]
            ),
            (&json!(5), &json!(4), &json!(2), &json!(0))
        );
        assert_eq!(
            found["opportunities"],
            json!({"total": 2, "open": 1, "by_status": {"draft": 1, "published": 1}, "by_direction": {"offer": 1, "request": 1},
                "by_cooperation": {"pilot": 2}})
        );
        let table = manager.get(&format!(
            "/v1/statistics.csv?separator=semicolon&from={0}&to={0}",
            month(earlier)
        ));
        let table = table.is(200);
        assert_eq!(
            table.text(),
            format!("month;members;joined;left;founded\r\n{};3;1;0;1\r\n", month(earlier))
        );
        assert!(table.header("content-disposition").unwrap().contains("statistics.csv"));
        app.advance(TimeDelta::days(6));
        assert_eq!(manager.read("/v1/statistics")["opportunities"]["open"], 0);
        let reversed = manager.get("/v1/statistics?from=2026-05&to=2026-04").is(400);
        assert_eq!(reversed.code(), "invalid_query");
    });
}

/// Items of the list of balances, each as label, offer, demand, gap.
fn balances(items: &[Value]) -> Vec<(String, i64, i64, i64)> {
    let number = |item: &Value, name: &str| item[name].as_i64().unwrap();
    let balance = |item: &Value| {
        let label = item["skill"]["label"]["de"].as_str().unwrap().to_owned();
        (
            label,
            number(item, "offer"),
            number(item, "demand"),
            number(item, "gap"),
        )
    };
    items.iter().map(balance).collect()
}

fn named(label: &str, offer: i64, demand: i64) -> (String, i64, i64, i64) {
    (label.to_owned(), offer, demand, demand - offer)
}

#[test]
fn skills_in_demand_stand_beside_skills_on_offer() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let today = app.state.now().date_naive();
        let (laser, old, optics, nobody) = (
            app.skill("Laser"),
            app.skill("Lasertechnik"),
            app.skill("Optik"),
            app.skill("Niemandes"),
        );
        let (one, other) = (app.company("Eins GmbH"), app.company("Zwei GmbH"));
        let claim = |organisation: &str, body: Value| {
            manager.create(&format!("/v1/organisations/{organisation}/skills"), &body);
        };
        claim(&one, json!({"skill": optics, "level": 3}));
        claim(&other, json!({"skill": optics, "level": 3}));
        claim(&one, json!({"skill": old, "level": 3}));
        claim(
            &other,
            json!({"skill": laser, "level": 3, "expires_on": (today + TimeDelta::days(3)).to_string()}),
        );
        let mut someone = person(&one);
        someone["skills"] = json!([{"skill": optics, "level": 2}]);
        manager.create("/v1/people", &someone);
        let opportunity = json!({"organisation_id": one, "direction": "request", "cooperation": "pilot", "title": {"de": "Gesucht"},
            "required": [{"skill": old}], "preferred": [{"skill": optics}]});
        app.published(&opportunity);
        // A draft asks nobody yet.
        manager.create("/v1/opportunities", &opportunity);
        let seeker = app.as_member(&other);
        for name in ["Einmal", "Noch einmal"] {
            let search = json!({"name": name, "target": "organisations", "query": format!("skill={old}")});
            seeker.create("/v1/saved-searches", &search);
        }
        // Who looks for opportunities that ask for it has it.
        let search = json!({"name": "Aufträge", "target": "opportunities", "query": format!("skill={optics}")});
        seeker.create("/v1/saved-searches", &search);
        let merge = json!({"sources": [old], "target": laser});
        manager.post("/v1/skills/merge", &merge).is(200);
        let listed = |query: &str, limit| balances(&manager.all(&format!("/v1/statistics/skills{query}"), limit));
        let (lasers, lenses) = (named("Laser", 2, 2), named("Optik", 3, 1));
        for limit in [1, 20] {
            assert_eq!(listed("", limit), [lasers.clone(), lenses.clone()]);
            assert_eq!(listed("?sort=demand", limit), [lasers.clone(), lenses.clone()]);
            assert_eq!(listed("?sort=offer", limit), [lenses.clone(), lasers.clone()]);
        }
        let first = &manager.all("/v1/statistics/skills?sort=offer", 20)[0];
        assert_eq!(
            (
                &first["organisations"],
                &first["persons"],
                &first["opportunities"],
                &first["searches"]
            ),
            (&json!(2), &json!(1), &json!(1), &json!(0))
        );
        let table = manager.get("/v1/statistics/skills.csv?sort=offer").is(200).text();
        let rows: Vec<&str> = table.lines().collect();
        assert_eq!(rows.len(), 3);
        assert!(
            rows[1].starts_with(&optics) && rows[1].ends_with(",Optik,,2,1,3,1,0,1,-2"),
            "{table}"
        );
        // The claim holds no longer; nor does one that is taken back, wherever it stands in the index.
        app.advance(TimeDelta::days(4));
        assert_eq!(listed("", 20), [named("Laser", 1, 2), lenses.clone()]);
        manager.delete(&format!("/v1/organisations/{one}"), "*").is(204);
        assert_eq!(
            listed("?sort=offer", 20),
            [named("Optik", 2, 0), named("Laser", 0, 1)],
            "its claims and its opportunity are gone; who worked there still knows what they know"
        );
        let seen = manager.all("/v1/statistics/skills", 20);
        assert!(!seen.iter().any(|item| item["skill"]["id"] == json!(nobody)));
    });
}
