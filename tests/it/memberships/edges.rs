//! Memberships where things meet: levies beside years, ends of terms and of the calendar, fees that come late, dues entered late.

use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{application, tier};
use werkstadt_tests::database::on_each;

use super::{apply, days, member, review};

/// The dues of a membership, by their first days.
fn owed(app: &TestApp, membership: &str) -> Vec<Value> {
    let mut all = app.as_manager().all(&format!("{membership}/dues"), 9);
    all.sort_by_key(|due| due["first_on"].to_string());
    all
}

/// From when to when dues are.
fn spans(app: &TestApp, membership: &str) -> Vec<String> {
    let span = |due: &Value| {
        format!(
            "{}/{}",
            due["first_on"].as_str().unwrap(),
            due["last_on"].as_str().unwrap()
        )
    };
    owed(app, membership).iter().map(span).collect()
}

fn pay(app: &TestApp, due: &Value) {
    let target = format!("/v1/dues/{}", due["id"].as_str().unwrap());
    app.as_manager().patch(&target, "*", &json!({"status": "paid"})).is(200);
}

fn levy(first: &str, last: &str, due_on: &str) -> Value {
    json!({"first_on": first, "last_on": last, "amount_cents": 5_000, "due_on": due_on})
}

fn status(app: &TestApp, membership: &str) -> Value {
    app.as_manager().read(membership)["status"].clone()
}

#[test]
fn days_have_a_bound_and_periods_end_with_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let mut from_entry = tier("full");
        from_entry["period"] = json!("from_entry");
        manager.create("/v1/membership-types", &from_entry);
        for day in ["9999-12-31", "9999-06-01", "3000-01-01", "0000-12-31"] {
            let row = json!({"organisation_id": app.company(&format!("Ende {day}")), "type": "full", "since_on": day});
            let mut one = row.clone();
            one["status"] = json!("active");
            let refused = manager.post("/v1/memberships", &one).is(422).faults();
            assert_eq!(refused, ["/since_on malformed"], "{day}");
            let refused = manager.post("/v1/memberships/bulk", &json!({"items": [row]})).is(422);
            assert_eq!(refused.faults(), ["/items/0/since_on malformed"], "{day}");
        }
        let application = apply(&app, &application("full", "Ewig GmbH"));
        review(&app, &application);
        let decide = |since: &str| {
            let accepted = json!({"decision": "accept", "since_on": since});
            manager.post(&format!("{application}/decide"), &accepted)
        };
        assert_eq!(decide("9999-12-31").is(422).faults(), ["/since_on malformed"]);
        decide("2999-12-31").is(200);
        let (_, last) = member(
            &app,
            "Letzte GmbH",
            &json!({"since_on": "2999-12-31", "until_on": "2999-12-31"}),
        );
        assert_eq!(spans(&app, &last), ["2999-12-31/2999-12-31"]);
        assert_eq!(owed(&app, &last)[0]["due_on"], "2999-12-31");
        // What follows from days can be said by callers, too.
        pay(&app, &owed(&app, &last)[0]);
    });
}

#[test]
fn a_levy_beside_a_year_leaves_the_years_as_they_are() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (_, paying) = member(&app, "Umlage GmbH", &json!({}));
        let (_, other) = member(&app, "Andere GmbH", &json!({}));
        pay(&app, &owed(&app, &paying)[0]);
        pay(&app, &owed(&app, &other)[0]);
        let dues = format!("{paying}/dues");
        manager.create(&dues, &levy("2026-06-01", "2026-06-30", "2026-12-10"));
        manager.create(&dues, &levy("2027-03-01", "2027-03-31", "2027-03-10"));
        pay(&app, &owed(&app, &paying)[1]);
        daily::run(&app.state).unwrap();
        let before = [
            "2026-01-01/2026-12-31",
            "2026-06-01/2026-06-30",
            "2027-03-01/2027-03-31",
        ];
        assert_eq!(spans(&app, &paying), before, "nobody pays for a day twice");
        // Renewed by hand, it is the next year, in spite of the levy in it; and those of others with it.
        let tried = manager
            .post("/v1/memberships/renewals?dry_run=true", &json!({}))
            .is(200)
            .json();
        assert_eq!((&tried["renewed"], &tried["skipped"]), (&json!(2), &json!(0)));
        let renew = format!("{paying}/renew");
        manager.post(&renew, &json!({})).is(200);
        assert_eq!(manager.post(&renew, &json!({})).is(409).json()["reason"], "ahead");
        let years: Vec<String> = spans(&app, &paying)
            .into_iter()
            .filter(|span| span.ends_with("12-31"))
            .collect();
        assert_eq!(years, ["2026-01-01/2026-12-31", "2027-01-01/2027-12-31"]);
        days(&app, 45);
        assert_eq!(spans(&app, &other), ["2026-01-01/2026-12-31", "2027-01-01/2027-12-31"]);
        assert_eq!(spans(&app, &paying).len(), 4, "asked for once");
    });
}

#[test]
fn who_lapsed_over_a_levy_comes_back() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (_, membership) = member(&app, "Streit GmbH", &json!({"since_on": "2026-01-01"}));
        pay(&app, &owed(&app, &membership)[0]);
        manager.create(
            &format!("{membership}/dues"),
            &levy("2026-03-01", "2026-03-31", "2026-04-01"),
        );
        days(&app, 2);
        assert_eq!(status(&app, &membership), "grace");
        // Still owed: another day to pay it, and no second due for the year.
        let renew = format!("{membership}/renew");
        manager.post(&renew, &json!({"due_on": "2026-11-30"})).is(200);
        let all = owed(&app, &membership);
        assert_eq!((all.len(), &all[1]["due_on"]), (2, &json!("2026-11-30")));
        assert_eq!(manager.post(&renew, &json!({})).is(409).json()["reason"], "owing");
        days(&app, 20);
        assert_eq!(status(&app, &membership), "grace");
        days(&app, 60);
        assert_eq!(status(&app, &membership), "lapsed");
        pay(&app, &owed(&app, &membership)[1]);
        manager.post(&renew, &json!({})).is(200);
        assert_eq!(status(&app, &membership), "active");
        assert_eq!(spans(&app, &membership).last().unwrap(), "2027-01-01/2027-12-31");
    });
}

#[test]
fn a_renewal_never_shortens_a_term() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (_, membership) = member(&app, "Lang GmbH", &json!({"until_on": "2030-12-31"}));
        pay(&app, &owed(&app, &membership)[0]);
        let renewed = manager.post(&format!("{membership}/renew"), &json!({})).is(200).json();
        assert_eq!(renewed["until_on"], "2030-12-31");
        assert_eq!(spans(&app, &membership).last().unwrap(), "2027-01-01/2027-12-31");
    });
}

#[test]
fn a_fee_that_comes_late_is_for_the_present() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let mut free = tier("full");
        free["fee_cents"] = json!(0);
        free["fees"] = json!([]);
        let kind = manager.create("/v1/membership-types", &free);
        let (_, old) = member(&app, "Alt GmbH", &json!({"since_on": "2020-01-01"}));
        let (_, bare) = member(&app, "Ohne GmbH", &json!({"since_on": "2020-01-01"}));
        let (_, coming) = member(&app, "Bald GmbH", &json!({"since_on": "2027-02-01"}));
        let mut paid = levy("2021-01-01", "2021-12-31", "2021-01-31");
        paid["status"] = json!("paid");
        paid["paid_on"] = json!("2021-01-20");
        manager.create(&format!("{old}/dues"), &paid);
        daily::run(&app.state).unwrap();
        assert_eq!((spans(&app, &old).len(), spans(&app, &bare).len()), (1, 0));
        manager
            .patch(
                &format!("/v1/membership-types/{kind}"),
                "*",
                &json!({"fee_cents": 50_000}),
            )
            .is(200);
        days(&app, 1);
        assert_eq!(spans(&app, &old), ["2021-01-01/2021-12-31", "2026-01-01/2026-12-31"]);
        assert_eq!(spans(&app, &bare), ["2026-01-01/2026-12-31"]);
        assert_eq!(spans(&app, &coming).len(), 0, "who is no member yet pays nothing yet");
        pay(&app, &owed(&app, &old)[1]);
        // Nobody looked for more than a year: the year that is over is not asked for.
        days(&app, 800);
        assert_eq!(spans(&app, &old).last().unwrap(), "2029-01-01/2029-12-31");
        assert_eq!(spans(&app, &old).len(), 3);
    });
}

#[test]
fn a_due_entered_late_takes_nothing_back() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (_, membership) = member(&app, "Spät GmbH", &json!({"since_on": "2024-02-29"}));
        pay(&app, &owed(&app, &membership)[0]);
        let dues = format!("{membership}/dues");
        for day in ["2020-01-01", "2025-02-28"] {
            let refused = manager
                .post(&dues, &levy("2026-03-01", "2026-03-31", day))
                .is(422)
                .faults();
            assert_eq!(refused, ["/due_on reversed"], "{day}");
        }
        manager.create(&dues, &levy("2026-03-01", "2026-03-31", "2026-03-31"));
        days(&app, 1);
        let steps = |membership: &str| {
            let history = manager.read(membership)["history"].clone();
            let step = |step: &Value| {
                format!(
                    "{} {}",
                    step["to"].as_str().unwrap(),
                    step["effective_on"].as_str().unwrap_or("-")
                )
            };
            history.as_array().unwrap().iter().map(step).collect::<Vec<String>>()
        };
        assert_eq!(steps(&membership), ["active 2024-02-29", "grace -"]);
        days(&app, 70);
        assert_eq!(
            steps(&membership),
            ["active 2024-02-29", "grace -", "lapsed 2027-01-22"]
        );
        // Nobody has paid tomorrow.
        let due = format!("/v1/dues/{}", owed(&app, &membership)[1]["id"].as_str().unwrap());
        let refused = manager
            .patch(&due, "*", &json!({"status": "paid", "paid_on": "2099-01-01"}))
            .is(422)
            .faults();
        assert_eq!(refused, ["/paid_on in_the_future"]);
        let item = json!({"items": [{"due_id": due.rsplit('/').next().unwrap(), "paid_on": "2099-01-01"}]});
        let refused = manager.post("/v1/dues/payments", &item).is(422).faults();
        assert_eq!(refused, ["/items/0/paid_on in_the_future"]);
    });
}

#[test]
fn who_covers_others_is_not_removed() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (above, mother) = member(&app, "Mutter AG", &json!({}));
        let (daughter, below) = member(
            &app,
            "Tochter GmbH",
            &json!({"covered_by": mother.rsplit('/').next().unwrap()}),
        );
        manager.post(&format!("{mother}/resign"), &json!({})).is(200);
        assert_eq!(manager.read(&daughter)["member"], false);
        let refused = manager.delete(&above, "*").is(409).json();
        assert_eq!(
            (&refused["reason"], &refused["covered"]),
            (&json!("covers"), &json!([below.rsplit('/').next().unwrap()]))
        );
        assert_eq!(manager.read(&daughter)["member"], false);
        // Nor does a merger drop it; it goes only where the other one is no member.
        let (keep, _) = member(&app, "Mutter Aktiengesellschaft", &json!({}));
        let id = |address: &str| json!(address.rsplit('/').next().unwrap());
        let body = json!({"keep_id": id(&keep), "merge_id": id(&above)});
        for call in ["/v1/duplicates/merge?dry_run=true", "/v1/duplicates/merge"] {
            assert_eq!(manager.post(call, &body).is(409).json()["reason"], "covers", "{call}");
        }
        // On its own again it owes its year, and the other one may go.
        manager.patch(&below, "*", &json!({"covered_by": null})).is(200);
        assert_eq!(owed(&app, &below)[0]["status"], "open");
        manager.delete(&above, "*").is(204);
    });
}

#[test]
fn a_look_at_a_spreadsheet_tells_what_is_odd() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let row = |name: &str, kind: &str, since: &str| json!({"organisation_id": app.company(name), "type": kind, "since_on": since});
        let items = [
            row("Eins", "full", "2027-11-22"),
            row("Zwei", "nope", "2026-01-01"),
            row("Drei", "full", "2029-01-01"),
        ];
        let tried = manager
            .post("/v1/memberships/bulk?dry_run=true", &json!({"items": items}))
            .is(200)
            .json();
        let warnings: Vec<Value> = tried["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["warnings"].clone())
            .collect();
        assert_eq!(
            warnings,
            [
                json!([]),
                json!([{"pointer": "/type", "code": "type_not_described"}]),
                json!([{"pointer": "/since_on", "code": "far_ahead"}])
            ]
        );
    });
}
