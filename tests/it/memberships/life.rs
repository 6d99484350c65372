//! What time, renewals, resignations and coverings do to memberships.

use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::tier;
use werkstadt_tests::database::{TestDatabase, on_each};

use super::{days, member};

fn status(app: &TestApp, membership: &str) -> Value {
    app.as_manager().read(membership)["status"].clone()
}

fn is_member(app: &TestApp, organisation: &str) -> bool {
    app.anonymous().read(organisation)["member"] == true
}

/// The statuses of three calls at once, sorted.
fn at_once(app: &TestApp, calls: &[(&str, Value)]) -> Vec<u16> {
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let running: Vec<_> = calls
            .iter()
            .map(|(target, body)| scope.spawn(move || app.as_manager().post(target, body).status))
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    statuses
}

#[test]
fn who_does_not_pay_has_days_of_grace_and_lapses() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (organisation, membership) = member(&app, "Säumig GmbH", &json!({"since_on": "2020-01-01"}));
        let (_, good) = member(&app, "Pünktlich GmbH", &json!({}));
        let owed = |membership: &str| manager.all(&format!("{membership}/dues"), 9);
        let pay = |due: &Value, on: &str| {
            let target = format!("/v1/dues/{}", due["id"].as_str().unwrap());
            manager
                .patch(&target, "*", &json!({"status": "paid", "paid_on": on}))
                .is(200);
        };
        pay(&owed(&good)[0], "2026-11-22");
        // Payable by the 22nd of December; the 23rd is the first day of grace.
        days(&app, 30);
        assert_eq!(status(&app, &membership), "active");
        days(&app, 1);
        assert_eq!(
            (status(&app, &membership), is_member(&app, &organisation)),
            (json!("grace"), true)
        );
        let step = manager.read(&membership)["history"][1].clone();
        assert_eq!((&step["to"], &step["by"]["kind"]), (&json!("grace"), &json!("system")));
        // Paid within the days of grace: active again, and the next year is asked for when it begins, once.
        pay(&owed(&membership)[0], "2026-12-23");
        assert_eq!(status(&app, &membership), "active");
        days(&app, 9);
        daily::run(&app.state).unwrap();
        for membership in [&membership, &good] {
            let dues = owed(membership);
            assert_eq!(
                (dues.len(), &dues[1]["first_on"], &dues[1]["due_on"]),
                (2, &json!("2027-01-01"), &json!("2027-01-31"))
            );
        }
        pay(&owed(&good)[1], "2027-01-01");
        // The days of grace are over 60 days after the last day to pay. A long sleep leads to the same steps.
        days(&app, 31 + 60 + 10);
        assert_eq!(
            (status(&app, &membership), is_member(&app, &organisation)),
            (json!("lapsed"), false)
        );
        assert_eq!(status(&app, &good), "active");
        let history = manager.read(&membership)["history"].clone();
        let steps: Vec<(&str, Option<&str>)> = history
            .as_array()
            .unwrap()
            .iter()
            .skip(3)
            .map(|step| (step["to"].as_str().unwrap(), step["effective_on"].as_str()))
            .collect();
        assert_eq!(steps, [("grace", Some("2027-02-01")), ("lapsed", Some("2027-04-02"))]);
        assert_eq!(owed(&membership).len(), 2, "who has lapsed is asked for no more");
        // A renewal gives a new day to pay the same year.
        let renewed = manager
            .post(&format!("{membership}/renew"), &json!({"reason": "Doch noch"}))
            .is(200)
            .json();
        assert_eq!(
            (&renewed["status"], is_member(&app, &organisation)),
            (&json!("active"), true)
        );
        let dues = owed(&membership);
        assert_eq!((dues.len(), &dues[1]["status"]), (2, &json!("open")));
        days(&app, 1);
        assert_eq!(status(&app, &membership), "active");
    });
}

#[test]
fn a_renewal_is_done_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (_, membership) = member(&app, "Treu GmbH", &json!({}));
        let dues = || manager.all(&format!("{membership}/dues"), 9);
        let first = format!("/v1/dues/{}", dues()[0]["id"].as_str().unwrap());
        manager.patch(&first, "*", &json!({"status": "paid"})).is(200);
        let renew = format!("{membership}/renew");
        let calls: Vec<_> = (0..3)
            .map(|_| (renew.as_str(), json!({"amount_cents": 5_000})))
            .collect();
        assert_eq!(at_once(&app, &calls), [200, 409, 409]);
        let made = dues();
        assert_eq!(
            (made.len(), &made[1]["first_on"], &made[1]["amount_cents"]),
            (2, &json!("2027-01-01"), &json!(5_000))
        );
        assert_eq!(manager.post(&renew, &json!({})).is(409).json()["reason"], "ahead");
        // A term with an end is extended by a renewal, and needs no fee.
        let (organisation, ending) = member(
            &app,
            "Befristet GmbH",
            &json!({"type": "partner", "until_on": "2026-12-31"}),
        );
        let renewed = manager.post(&format!("{ending}/renew"), &json!({})).is(200).json();
        assert_eq!(renewed["until_on"], "2027-12-31");
        days(&app, 405);
        assert_eq!(status(&app, &ending), "grace");
        days(&app, 30);
        assert_eq!(
            (status(&app, &ending), is_member(&app, &organisation)),
            (json!("lapsed"), false)
        );
        let (_, endless) = member(&app, "Endlos GmbH", &json!({"type": "partner"}));
        assert_eq!(
            manager.post(&format!("{endless}/renew"), &json!({})).is(409).json()["reason"],
            "endless"
        );
    });
}

#[test]
fn a_resignation_waits_for_its_day_and_may_be_followed_by_a_return() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (organisation, membership) = member(&app, "Geht GmbH", &json!({}));
        let resign = format!("{membership}/resign");
        let noted = manager
            .post(&resign, &json!({"last_on": "2026-12-31", "reason": "Umzug"}))
            .is(200)
            .json();
        assert_eq!(
            (&noted["status"], &noted["resigns_on"]),
            (&json!("active"), &json!("2026-12-31"))
        );
        let back = manager
            .patch(&membership, "*", &json!({"resigns_on": null}))
            .is(200)
            .json();
        assert!(back.get("resigns_on").is_none() && back.get("resign_reason").is_none());
        manager
            .post(&resign, &json!({"last_on": "2026-11-30", "reason": "Umzug"}))
            .is(200);
        days(&app, 8);
        assert_eq!(
            (status(&app, &membership), is_member(&app, &organisation)),
            (json!("active"), true)
        );
        days(&app, 1);
        assert_eq!(
            (status(&app, &membership), is_member(&app, &organisation)),
            (json!("resigned"), false)
        );
        let gone = manager.read(&membership);
        assert_eq!(
            (&gone["until_on"], &gone["history"][1]["reason"]),
            (&json!("2026-11-30"), &json!("Umzug"))
        );
        let step = format!("{membership}/status");
        let refused = manager.post(&step, &json!({"status": "active"})).is(422).faults();
        assert_eq!(refused, ["/reason required"]);
        manager
            .post(
                &step,
                &json!({"status": "active", "reason": "Wieder da", "since_on": "2026-12-01"}),
            )
            .is(200);
        assert!(is_member(&app, &organisation));
        assert_eq!(
            manager.all(&format!("{membership}/dues"), 5).len(),
            1,
            "the year is asked for once"
        );
        // At once, and backdated.
        let gone = manager
            .post(&resign, &json!({"last_on": "2026-11-30"}))
            .is(422)
            .faults();
        assert_eq!(gone, ["/last_on reversed"]);
        assert_eq!(manager.post(&resign, &json!({})).is(200).json()["status"], "resigned");
        manager.post(&step, &json!({"status": "applied"})).is(200);
    });
}

#[test]
fn a_covered_organisation_is_a_member_as_long_as_the_one_above() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (_, mother) = member(&app, "Mutter AG", &json!({}));
        let (daughter, below) = member(&app, "Tochter GmbH", &json!({}));
        let id = |address: &str| address.rsplit('/').next().unwrap().to_owned();
        let cover = json!({"covered_by": id(&mother)});
        let covered = manager.patch(&below, "*", &cover).is(200).json();
        assert_eq!(
            (&covered["covered_by"], &covered["member"]),
            (&json!(id(&mother)), &json!(true))
        );
        let dues = manager.all(&format!("{below}/dues"), 5);
        assert_eq!(dues[0]["status"], "waived", "who is covered owes nothing");
        assert!(is_member(&app, &daughter));
        let members = || manager.all("/v1/organisations?member=true", 5).len();
        assert_eq!(members(), 2);
        manager
            .post(&format!("{mother}/status"), &json!({"status": "suspended"}))
            .is(200);
        assert_eq!((is_member(&app, &daughter), members()), (false, 0));
        assert_eq!(status(&app, &below), "active", "derived, not copied");
        manager
            .post(&format!("{mother}/status"), &json!({"status": "active"}))
            .is(200);
        assert_eq!((is_member(&app, &daughter), members()), (true, 2));
        // One level, no circle, nothing unknown.
        let refused = |target: &str, by: &str| manager.patch(target, "*", &json!({"covered_by": by})).is(422).faults();
        assert_eq!(refused(&mother, &id(&below)), ["/covered_by conflicts"]);
        let (_, third) = member(&app, "Enkel GmbH", &json!({}));
        assert_eq!(refused(&third, &id(&below)), ["/covered_by conflicts"]);
        assert_eq!(refused(&mother, &id(&third)), ["/covered_by conflicts"]);
        assert_eq!(refused(&third, &id(&third)), ["/covered_by cycle"]);
        assert_eq!(
            refused(&third, "01936d3e-7f10-7000-8000-00000000dead"),
            ["/covered_by unknown_reference"]
        );
        // The one above goes when it covers nobody any more, and comes back alone.
        let above = format!(
            "/v1/organisations/{}",
            manager.read(&mother)["organisation_id"].as_str().unwrap()
        );
        assert_eq!(manager.delete(&above, "*").is(409).json()["reason"], "covers");
        manager.patch(&below, "*", &json!({"covered_by": null})).is(200);
        manager.delete(&above, "*").is(204);
        assert!(is_member(&app, &daughter));
        let gone = manager.read(&format!("{above}/history"));
        let version = gone["items"][0]["version_id"].as_str().unwrap();
        manager
            .post(&format!("{above}/history/{version}/restore"), &json!(null))
            .is(200);
        assert!(manager.read(&below).get("covered_by").is_none());
        assert_eq!(
            manager.all(&format!("{mother}/dues"), 5).len(),
            1,
            "its dues are back, too"
        );
        // Who stands alone again is asked for dues, in place of those that were waived.
        assert_eq!(manager.all(&format!("{below}/dues"), 5).len(), 1);
    });
}

#[test]
fn no_two_writers_make_a_circle_of_coverings() {
    on_each(|database| {
        let app = TestApp::on(database);
        for round in 0..6 {
            let (_, one) = member(&app, &format!("Eins {round}"), &json!({}));
            let (_, two) = member(&app, &format!("Zwei {round}"), &json!({}));
            let (_, three) = member(&app, &format!("Drei {round}"), &json!({}));
            let id = |address: &str| json!(address.rsplit('/').next().unwrap());
            let pairs = [(&one, id(&two)), (&two, id(&three)), (&three, id(&one))];
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let call = |(target, by): (&String, Value)| {
                    app.as_manager().patch(target, "*", &json!({"covered_by": by})).status
                };
                let running: Vec<_> = pairs.into_iter().map(|pair| scope.spawn(move || call(pair))).collect();
                running.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let done = statuses.iter().filter(|status| **status == 200).count();
            assert_eq!(done, 1, "{statuses:?}");
            assert!(
                statuses.iter().all(|status| [200, 409, 412, 422].contains(status)),
                "{statuses:?}"
            );
        }
    });
}

#[test]
fn several_servers_do_the_work_of_a_day_once() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let servers = [0, 1, 2].map(|number| TestApp::numbered(&database, number, |_| {}));
    let manager = servers[0].as_manager();
    manager.create("/v1/membership-types", &tier("full"));
    let members: Vec<String> = (0..12)
        .map(|number| member(&servers[0], &format!("Mitglied {number}"), &json!({})).1)
        .collect();
    let run = |after: i64| {
        std::thread::scope(|scope| {
            for server in &servers {
                server.advance(chrono::TimeDelta::days(after));
                // Not as a job: that would let one server begin at a time, and nothing would meet.
                scope.spawn(|| daily::work(&server.state, |_, _| Ok(())).unwrap());
            }
        });
    };
    let all = |query: &str| manager.all(&format!("/v1/dues{query}"), 50);
    for due in all("") {
        let paid = format!("/v1/dues/{}", due["id"].as_str().unwrap());
        manager.patch(&paid, "*", &json!({"status": "paid"})).is(200);
    }
    run(40);
    assert_eq!(all("").len(), 24, "the next year is asked for once");
    run(31 + 29);
    for membership in &members {
        let history = manager.read(membership)["history"].clone();
        let steps: Vec<&str> = history
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["to"].as_str().unwrap())
            .collect();
        assert_eq!(steps, ["active", "grace"]);
    }
}
