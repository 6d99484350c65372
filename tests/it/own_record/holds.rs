//! A restriction by managers is a hold: the person neither lifts nor rewrites it.

use serde_json::json;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::person;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{Reply, Request};

use super::{is, lift, restrict};

fn restrict_for(caller: &Caller<'_>, target: &str, reason: &str) -> Reply {
    let request = Request::new("PUT", &format!("{target}/restriction")).header("If-Match", "*");
    caller.send(request.json(&json!({"reason": reason})))
}

#[test]
fn the_person_neither_lifts_nor_rewrites_a_hold_of_managers() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (manager, guest) = (app.as_manager(), app.as_guest());
        let id = manager.create("/v1/people", &person(&own));
        is(&app, &guest, &id);
        let target = format!("/v1/people/{id}");
        let reason = || manager.read(&target)["restriction"]["reason"].clone();
        restrict_for(&manager, &target, "A court asks for it.").is(200);
        restrict(&guest, &target).is(403);
        lift(&guest, &target).is(403);
        assert_eq!(reason(), "A court asks for it.");
        lift(&manager, &target).is(200);
        // What the person restricted, a manager may hold.
        restrict(&guest, &target).is(200);
        restrict_for(&guest, &target, "For another reason.").is(200);
        assert_eq!(reason(), "For another reason.");
        restrict_for(&manager, &target, "A court asks for it.").is(200);
        lift(&guest, &target).is(403);
        assert_eq!(reason(), "A court asks for it.");
        lift(&manager, &target).is(200);
        app.anonymous().get(&target).is(200);
    });
}
