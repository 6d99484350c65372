//! Many renewals at once, of which some fail.

use serde_json::{Value, json};
use werkstadt_domain::membership::MembershipId;
use werkstadt_domain::membership::due::{Due, Settled};
use werkstadt_domain::membership::period::Period;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::{Error, dues};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::tier;
use werkstadt_tests::database::on_each;

use super::member;

#[test]
fn a_part_that_fails_leaves_nothing_behind_and_the_rest_is_done() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (_, membership) = member(&app, "Teil GmbH", &json!({}));
        let membership = MembershipId::parse(membership.rsplit('/').next().unwrap()).unwrap();
        let due = |year: i32| Due {
            id: app.state.id(),
            membership,
            span: Period::CalendarYear.around(None, chrono::NaiveDate::from_ymd_opt(year, 5, 1).unwrap()),
            amount_cents: 100,
            due_on: chrono::NaiveDate::from_ymd_opt(year, 5, 1).unwrap(),
            settled: Settled::Open,
            note: None,
            reminded: None,
        };
        let (first, twice, left) = (due(2026), due(2026), due(2027));
        let mut last = due(2028);
        last.note = Some("Zuletzt".to_owned());
        let written = app.state.store.write(Author::task("test"), app.state.now(), |unit| {
            dues::insert(unit, first)?;
            // The first half of a part goes with the second one.
            let failed = unit.part(|unit| {
                dues::insert(unit, left)?;
                dues::insert(unit, twice)
            });
            assert!(matches!(failed, Err(Error::Conflict { .. })), "{failed:?}");
            unit.part(|unit| dues::insert(unit, last)).map(drop)
        });
        written.unwrap();
        let all = app.as_manager().all(&format!("/v1/memberships/{membership}/dues"), 9);
        let first: Vec<&Value> = all.iter().map(|due| &due["first_on"]).collect();
        assert_eq!(first, ["2026-01-01", "2028-01-01"]);
    });
}

#[test]
fn whoever_is_renewed_by_somebody_else_keeps_no_other_from_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let members: Vec<String> = (0..8)
            .map(|number| member(&app, &format!("Treu {number}"), &json!({})).1)
            .collect();
        for due in manager.all("/v1/dues", 50) {
            let paid = format!("/v1/dues/{}", due["id"].as_str().unwrap());
            manager.patch(&paid, "*", &json!({"status": "paid"})).is(200);
        }
        let many = std::thread::scope(|scope| {
            let many = || app.as_manager().post("/v1/memberships/renewals", &json!({}));
            let many = [scope.spawn(many), scope.spawn(many)];
            for membership in members.iter().rev().take(4) {
                let app = &app;
                scope.spawn(move || app.as_manager().post(&format!("{membership}/renew"), &json!({})).status);
            }
            many.map(|thread| thread.join().unwrap())
        });
        for told in many {
            let told = told.is(200).json();
            let count = |name: &str| told[name].as_u64().unwrap();
            assert_eq!(count("renewed") + count("skipped"), 8, "{told}");
        }
        for membership in &members {
            assert_eq!(manager.all(&format!("{membership}/dues"), 9).len(), 2, "asked for once");
        }
    });
}
