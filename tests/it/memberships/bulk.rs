//! Many memberships at once, and what is counted of them.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{due, tier};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

use super::{days, member};

/// A row of a spreadsheet.
fn row(number: usize) -> Value {
    json!({"organisation": {"kind": "company", "name": format!("Zeile {number} GmbH"), "address": {"city": "Jena", "country": "DE"}, "size": "micro"},
        "type": "full", "since_on": "2020-01-01", "representative": {"name": format!("Person {number}"), "email": format!("p{number}@example.org")}})
}

#[test]
fn a_spreadsheet_is_entered_in_one_call_after_a_look() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let known =
            json!({"kind": "company", "name": "ZEILE 7 GmbH", "locations": [{"city": "Jena", "country": "DE"}]});
        let known = app.organisation(&known);
        let items: Vec<Value> = (0..40).map(row).collect();
        let tried = manager
            .post("/v1/memberships/bulk?dry_run=true", &json!({"items": items}))
            .is(200)
            .json();
        let counts = |told: &Value| ["created", "changed", "unchanged"].map(|name| told[name].as_u64().unwrap());
        assert_eq!((counts(&tried), &tried["dry_run"]), ([40, 0, 0], &json!(true)));
        assert!(tried["items"][0].get("membership_id").is_none() && tried["items"][0].get("organisation_id").is_none());
        assert_eq!(
            (
                &tried["items"][7]["organisation_id"],
                &tried["items"][7]["new_organisation"]
            ),
            (&json!(known), &json!(false))
        );
        assert_eq!(
            tried["items"][0]["changes"][0],
            json!({"pointer": "/type", "after": "full"})
        );
        assert_eq!(
            (
                manager.all("/v1/memberships", 50).len(),
                manager.all("/v1/organisations", 50).len()
            ),
            (0, 1),
            "nothing was done"
        );
        let done = manager
            .post("/v1/memberships/bulk", &json!({"items": items}))
            .is(200)
            .json();
        assert_eq!(counts(&done), [40, 0, 0]);
        assert_eq!(manager.all("/v1/organisations?member=true", 50).len(), 40);
        let dues = manager.all("/v1/dues", 50);
        assert!(dues.len() == 40 && dues.iter().all(|due| due["first_on"] == "2026-01-01"));
        let first = manager.read(&format!(
            "/v1/memberships/{}",
            done["items"][0]["membership_id"].as_str().unwrap()
        ));
        assert_eq!(
            (&first["representative"]["name"], &first["since_on"]),
            (&json!("Person 0"), &json!("2020-01-01"))
        );
        // The same once more changes nothing; one that differs changes what differs.
        let mut items = items;
        items[3]["type"] = json!("supporting");
        items[3]["representative"]["name"] = json!("Jemand anders");
        let again = manager
            .post("/v1/memberships/bulk", &json!({"items": items}))
            .is(200)
            .json();
        assert_eq!(counts(&again), [0, 1, 39]);
        let pointers: Vec<&Value> = again["items"][3]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| &change["pointer"])
            .collect();
        assert_eq!(pointers, ["/type", "/representative"]);
        assert_eq!(manager.all("/v1/dues", 50).len(), 40);
    });
}

#[test]
fn a_file_brings_members_with_their_representatives() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let table = "Firma;Ort;Mitgliedsart;Eintritt;Mitgliedsvertreter;E-Mail Mitgliedsvertreter;Telefon Mitgliedsvertreter\n\
            Eins GmbH;Jena;full;01.02.2020;Erika Eins;eins@example.org;03641 1\nZwei GmbH;Gera;full;;;;\nDrei GmbH;Jena;full;;Ohne Adresse;;\n";
        let send = |path: &str| {
            Request::new("POST", path)
                .bytes("text/csv", table)
                .header("Prefer", "wait=20")
        };
        let seen = manager.send(send("/v1/imports/preview")).is(200).json();
        let fields: Vec<&str> = seen["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["field"].as_str().unwrap())
            .collect();
        let expected = [
            "name",
            "city",
            "membership_type",
            "member_since",
            "representative_name",
            "representative_email",
            "representative_phone",
        ];
        assert_eq!(fields, expected);
        assert_eq!(
            (&seen["created"]["memberships"], &seen["failed"]),
            (&json!(2), &json!(1))
        );
        let job = manager.send(send("/v1/imports")).is(202).json();
        let faults = manager.read(&format!("/v1/jobs/{}/errors", job["id"].as_str().unwrap()));
        assert!(
            faults.to_string().contains("/membership/representative/email"),
            "{faults}"
        );
        let found = manager.all("/v1/memberships", 5);
        assert_eq!(found.len(), 2);
        let first = found.iter().find(|one| one["since_on"] == "2020-02-01").unwrap();
        let shown = manager.read(&format!("/v1/memberships/{}", first["id"].as_str().unwrap()));
        assert_eq!(
            shown["representative"],
            json!({"name": "Erika Eins", "email": "eins@example.org", "phone": "03641 1"})
        );
    });
}

#[test]
fn one_faulty_row_keeps_all_of_them_out() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let (member, above) = member(&app, "Schon da GmbH", &json!({}));
        let member = member.rsplit('/').next().unwrap().to_owned();
        manager.post(&format!("{above}/resign"), &json!({})).is(200);
        let other = app.company("Andere GmbH");
        let mut items: Vec<Value> = (0..3).map(row).collect();
        items[1]["since_on"] = json!("2020-01-01");
        items[1]["until_on"] = json!("2019-01-01");
        items[1]["covered_by"] = json!("01936d3e-7f10-7000-8000-00000000dead");
        items[2]["organisation"]["address"]["postcode"] = json!("1");
        items.push(json!({"type": "full"}));
        items.push(json!({"type": "full", "organisation_id": "01936d3e-7f10-7000-8000-00000000dead"}));
        items.push(json!({"type": "full", "organisation_id": other}));
        items.push(json!({"type": "full", "organisation_id": other}));
        items.push(json!({"type": "full", "organisation_id": member, "status": "active"}));
        let mut both = row(9);
        both["organisation_id"] = json!(other);
        items.push(both);
        let refused = manager
            .post("/v1/memberships/bulk", &json!({"items": items}))
            .is(422)
            .faults();
        assert_eq!(
            refused,
            [
                "/items/1/covered_by unknown_reference",
                "/items/1/until_on reversed",
                "/items/2/organisation/address/postcode malformed",
                "/items/3/organisation_id required",
                "/items/4/organisation_id unknown_reference",
                "/items/6/organisation_id duplicate",
                "/items/7/reason required",
                "/items/8/organisation_id conflicts",
            ]
        );
        assert_eq!(
            (
                manager.all("/v1/memberships", 50).len(),
                manager.all("/v1/organisations", 50).len()
            ),
            (1, 2)
        );
        let back =
            json!({"items": [{"type": "full", "organisation_id": member, "status": "active", "reason": "Wieder da"}]});
        assert_eq!(manager.post("/v1/memberships/bulk", &back).is(200).json()["changed"], 1);
        assert_eq!(manager.read(&above)["status"], "active");
    });
}

#[test]
fn many_are_renewed_and_paid_by_a_list() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let members: Vec<String> = (0..3)
            .map(|number| member(&app, &format!("Viele {number}"), &json!({})).1)
            .collect();
        let ids: Vec<Value> = manager
            .all("/v1/dues", 50)
            .iter()
            .map(|due| due["id"].clone())
            .collect();
        let payments = json!({"items": [{"due_id": ids[0], "paid_on": "2026-11-20"}, {"due_id": ids[1]}]});
        let tried = manager.post("/v1/dues/payments?dry_run=true", &payments).is(200).json();
        assert_eq!((&tried["paid"], &tried["paid_cents"]), (&json!(2), &json!(120_000)));
        assert_eq!(manager.all("/v1/dues?status=paid", 50).len(), 0);
        manager.post("/v1/dues/payments", &payments).is(200);
        assert_eq!(
            manager.post("/v1/dues/payments", &payments).is(200).json()["unchanged"],
            2
        );
        let wrong = json!({"items": [{"due_id": ids[2]}, {"due_id": ids[2]}, {"due_id": "01936d3e-7f10-7000-8000-00000000dead"}]});
        let refused = manager.post("/v1/dues/payments", &wrong).is(422).faults();
        assert_eq!(
            refused,
            ["/items/1/due_id duplicate", "/items/2/due_id unknown_reference"]
        );
        assert_eq!(manager.all("/v1/dues?status=paid", 50).len(), 2, "all or nothing");
        let tried = manager
            .post("/v1/memberships/renewals?dry_run=true", &json!({}))
            .is(200)
            .json();
        assert_eq!((&tried["renewed"], &tried["skipped"]), (&json!(2), &json!(1)));
        let done = manager
            .post("/v1/memberships/renewals", &json!({"type": "full"}))
            .is(200)
            .json();
        assert_eq!(done["items"][2]["reason"], "owing");
        assert_eq!(manager.all("/v1/dues", 50).len(), 5);
        let wanted = members[2].rsplit('/').next().unwrap();
        let unknown = json!({"membership_ids": [wanted, "01936d3e-7f10-7000-8000-00000000dead"]});
        let refused = manager.post("/v1/memberships/renewals", &unknown).is(422).faults();
        assert_eq!(refused, ["/membership_ids/1 unknown_reference"]);
        // A payment within the days of grace.
        days(&app, 31);
        assert_eq!(manager.read(&members[2])["status"], "grace");
        manager
            .post("/v1/dues/payments", &json!({"items": [{"due_id": ids[2]}]}))
            .is(200);
        assert_eq!(manager.read(&members[2])["status"], "active");
    });
}

#[test]
fn statistics_count_what_was_when_it_was() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        member(&app, "Alt GmbH", &json!({"since_on": "2026-08-15"}));
        member(
            &app,
            "Förderer GmbH",
            &json!({"type": "supporting", "since_on": "2026-09-01"}),
        );
        let (_, gone) = member(&app, "Weg GmbH", &json!({"since_on": "2026-08-20"}));
        manager
            .post(&format!("{gone}/resign"), &json!({"last_on": "2026-09-30"}))
            .is(200);
        let mut owed = due(2026);
        owed["due_on"] = json!("2026-09-10");
        let owed = manager.create(&format!("{gone}/dues"), &owed);
        let paid = json!({"status": "paid", "paid_on": "2026-10-02"});
        manager.patch(&format!("/v1/dues/{owed}"), "*", &paid).is(200);
        let told = manager.read("/v1/statistics/memberships?from=2026-07&to=2026-10");
        let months: Vec<[i64; 6]> = told["months"]
            .as_array()
            .unwrap()
            .iter()
            .map(|month| {
                ["members", "joined", "left", "due_cents", "paid_cents", "open_cents"]
                    .map(|name| month[name].as_i64().unwrap())
            })
            .collect();
        assert_eq!(
            months,
            [
                [0, 0, 0, 0, 0, 0],
                [2, 2, 0, 0, 0, 0],
                [3, 1, 0, 100, 0, 100],
                [2, 0, 1, 0, 100, 0]
            ]
        );
        assert_eq!(
            told["months"][2]["by_type"],
            json!([{"type": "full", "members": 2}, {"type": "supporting", "members": 1}])
        );
        assert_eq!(
            manager.read("/v1/statistics/memberships")["months"]
                .as_array()
                .map(Vec::len),
            Some(12)
        );
        for bad in ["from=2026-13", "from=2026-02&to=2026-01", "from=1900-01&to=2026-01"] {
            manager.get(&format!("/v1/statistics/memberships?{bad}")).is(400);
        }
    });
}
