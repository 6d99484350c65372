//! What a consent does, and for how long: neither more than was said, nor against what was said later.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{consent_text, person};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Reply;

use super::{agree, entries, linked, text};

/// A text that has been valid for long; its version.
fn old_text(app: &TestApp, purpose: &str) -> Value {
    let mut body = consent_text(purpose);
    body["valid_from"] = json!("2000-01-01T00:00:00Z");
    app.as_manager().post("/v1/consent-texts", &body).is(201).json()["version"].clone()
}

/// A form on which somebody agreed.
fn form(purpose: &str, version: &Value, change: Value) -> Value {
    let mut body = json!({"purpose": purpose, "version": version, "language": "de", "evidence": "form"});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn withdraw(by: &Caller<'_>, list: &str, id: &str) -> Reply {
    by.post(&format!("{list}/consents/{id}/withdrawal"), &json!(null))
}

fn pointer(reply: Reply) -> String {
    let problem = reply.is(422).json();
    problem["errors"][0]["pointer"].as_str().unwrap().to_owned()
}

fn standing(entries: &[Value], purpose: &str) -> usize {
    let of_purpose = entries.iter().filter(|entry| entry["purpose"] == purpose);
    of_purpose.filter(|entry| entry.get("withdrawn_at").is_none()).count()
}

#[test]
fn a_consent_that_is_over_is_over_at_the_next_glance() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let (target, _) = linked(&app, &own, json!({"visibility": "managers", "consent": null}));
        let version = text(&app, "profile_publication");
        let end = app.state.now() + TimeDelta::seconds(3);
        let body = form("profile_publication", &version, json!({"expires_at": end}));
        manager.create(&format!("{target}/consents"), &body);
        manager.patch(&target, "*", &json!({"visibility": "public"})).is(200);
        daily::glance(&app.state);
        app.anonymous().get(&target).is(200);
        app.advance(TimeDelta::seconds(4));
        daily::glance(&app.state);
        app.anonymous().get(&target).is(404);
    });
}

#[test]
fn a_withdrawal_covers_the_user_and_the_person_alike() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager, guest) = (app.company("Eigene GmbH"), app.as_manager(), app.as_guest());
        let before = agree(&app, &guest, "profile_publication");
        let newsletter = agree(&app, &guest, "newsletter");
        let id = manager.create("/v1/people", &person(&own));
        let (target, user) = (format!("/v1/people/{id}"), format!("/v1/users/{}", guest.user_id()));
        manager.patch(&user, "*", &json!({"person_id": id})).is(200);
        app.anonymous().get(&target).is(200);
        withdraw(&guest, "/v1/me", &before).is(200);
        app.anonymous().get(&target).is(404);
        assert_eq!(standing(&entries(&guest, "/v1/me"), "profile_publication"), 0);
        // The other way round.
        let later = agree(&app, &guest, "newsletter");
        assert_eq!(standing(&entries(&guest, "/v1/me"), "newsletter"), 2);
        withdraw(&manager, &target, &later).is(200);
        assert_eq!(standing(&entries(&guest, "/v1/me"), "newsletter"), 0);
        withdraw(&guest, "/v1/me", &newsletter).is(409);
        // And by the record.
        manager.patch(&user, "*", &json!({"person_id": null})).is(200);
        agree(&app, &guest, "profile_publication");
        manager.patch(&user, "*", &json!({"person_id": id})).is(200);
        guest
            .patch(&target, "*", &json!({"consent": {"by": "person", "how": "said so"}}))
            .is(200);
        guest.patch(&target, "*", &json!({"consent": null})).is(200);
        assert_eq!(standing(&entries(&guest, "/v1/me"), "profile_publication"), 0);
    });
}

#[test]
fn nobody_else_takes_an_objection_back() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, version) = (app.company("Eigene GmbH"), old_text(&app, "matching"));
        let owner = app.as_owner(&own);
        let (target, guest) = linked(&app, &own, json!({}));
        let list = format!("{target}/consents");
        guest.patch(&target, "*", &json!({"matching": false})).is(200);
        for by in [&owner, &app.as_manager()] {
            for no in [json!(true), json!(null)] {
                assert_eq!(pointer(by.patch(&target, "*", &json!({"matching": no}))), "/matching");
            }
        }
        // A paper of old is older than the objection.
        let old = owner
            .post(
                &list,
                &form("matching", &version, json!({"given_at": "2020-01-01T00:00:00Z"})),
            )
            .is(201)
            .json();
        assert!(old["withdrawn_at"].is_string(), "{old}");
        assert_eq!(owner.read(&target)["matching"], false);
        // A paper of today is not.
        app.advance(TimeDelta::hours(1));
        owner.create(&list, &form("matching", &version, json!({})));
        assert_eq!(owner.read(&target)["matching"], true);
        // Who objects anew has taken that back.
        guest.patch(&target, "*", &json!({"matching": false})).is(200);
        assert_eq!(standing(&entries(&guest, "/v1/me"), "matching"), 0);
        guest.patch(&target, "*", &json!({"matching": null})).is(200);
        assert_eq!(owner.read(&target)["matching"], true);
    });
}

#[test]
fn what_somebody_took_back_is_not_given_back_by_others() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let owner = app.as_owner(&own);
        let (target, guest) = linked(&app, &own, json!({"email": "ada@example.org"}));
        let list = format!("{target}/consents");
        let version = old_text(&app, "contact_publication");
        let public = json!({"contact_visibility": "public"});
        // Nobody has said anything yet.
        owner.patch(&target, "*", &public).is(200);
        let contact = agree(&app, &guest, "contact_publication");
        withdraw(&guest, "/v1/me", &contact).is(200);
        app.advance(TimeDelta::hours(1));
        for wider in [json!("public"), json!("members"), json!(null)] {
            let wider = json!({"contact_visibility": wider});
            assert_eq!(pointer(owner.patch(&target, "*", &wider)), "/contact_visibility");
        }
        let of_old =
            |purpose: &str, version: &Value| form(purpose, version, json!({"given_at": "2001-01-01T00:00:00Z"}));
        owner.create(&list, &of_old("contact_publication", &version));
        assert_eq!(pointer(owner.patch(&target, "*", &public)), "/contact_visibility");
        owner.patch(&target, "*", &json!({"titles": "Dr."})).is(200);
        owner.create(&list, &form("contact_publication", &version, json!({})));
        owner.patch(&target, "*", &public).is(200);
        assert_eq!(app.anonymous().read(&target)["email"], "ada@example.org");
        // The profile likewise.
        let profile = agree(&app, &guest, "profile_publication");
        withdraw(&guest, "/v1/me", &profile).is(200);
        app.advance(TimeDelta::hours(1));
        let version = old_text(&app, "profile_publication");
        owner.create(&list, &of_old("profile_publication", &version));
        assert!(owner.read(&target).get("consent").is_none());
        let shown = |consent: Value| owner.patch(&target, "*", &json!({"consent": consent, "visibility": "public"}));
        assert_eq!(
            pointer(shown(
                json!({"by": "person", "how": "form", "consented_at": "2001-01-01T00:00:00Z"})
            )),
            "/consent/consented_at"
        );
        shown(json!({"by": "person", "how": "a form of today"})).is(200);
        // Nobody says for others that they called this API.
        let forged = form(
            "event_photos",
            &old_text(&app, "event_photos"),
            json!({"source": "api"}),
        );
        assert_eq!(pointer(owner.post(&list, &forged)), "/source");
    });
}

#[test]
fn the_end_of_a_consent_is_no_objection() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let (version, profile) = (old_text(&app, "matching"), old_text(&app, "profile_publication"));
        let (target, guest) = linked(&app, &own, json!({}));
        let list = format!("{target}/consents");
        let past = json!({"given_at": "2020-01-01T00:00:00Z", "expires_at": "2021-01-01T00:00:00Z"});
        manager.create(&list, &form("matching", &version, past.clone()));
        manager.create(&list, &form("profile_publication", &profile, past.clone()));
        let end = |days: i64| json!({"expires_at": app.state.now() + TimeDelta::days(days)});
        manager.create(&list, &form("matching", &version, end(1)));
        let tomorrow = || {
            app.advance(TimeDelta::days(2));
            daily::run(&app.state).unwrap();
            manager.read(&target)["matching"].clone()
        };
        assert_eq!(tomorrow(), true, "nobody objected");
        app.anonymous().get(&target).is(200);
        // One that took an objection back does so for its time.
        guest.patch(&target, "*", &json!({"matching": false})).is(200);
        app.advance(TimeDelta::hours(1));
        manager.create(&list, &form("matching", &version, end(1)));
        assert_eq!(manager.read(&target)["matching"], true);
        assert_eq!(tomorrow(), false);
        // Who agrees now cannot agree until then.
        assert_eq!(
            pointer(guest.post(&list, &form("matching", &version, past))),
            "/expires_at"
        );
    });
}

#[test]
fn what_is_said_at_once_is_said_one_after_the_other() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (target, guest) = linked(&app, &own, json!({"visibility": "managers", "consent": null}));
        let version = text(&app, "profile_publication");
        let yes = json!({"purpose": "profile_publication", "version": version, "language": "de"});
        for round in 0..12 {
            let id = guest.create("/v1/me/consents", &yes);
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| withdraw(&guest, "/v1/me", &id).status);
                    scope.spawn(|| guest.post("/v1/me/consents", &yes).status);
                }
            });
            let consents = app.as_manager().read(&target).get("consent").is_some();
            let entries = entries(&guest, "/v1/me");
            assert_eq!(
                consents,
                standing(&entries, "profile_publication") > 0,
                "round {round}: {entries:#?}"
            );
        }
    });
}

#[test]
fn one_agrees_to_the_words_of_today() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (owner, (target, guest)) = (app.as_owner(&own), linked(&app, &own, json!({})));
        let list = format!("{target}/consents");
        let (first, second) = (old_text(&app, "newsletter"), text(&app, "newsletter"));
        for path in ["/v1/me/consents", &list] {
            let old = json!({"purpose": "newsletter", "version": first, "language": "de"});
            assert_eq!(pointer(guest.post(path, &old)), "/version");
        }
        guest.create(
            "/v1/me/consents",
            &json!({"purpose": "newsletter", "version": second, "language": "de"}),
        );
        // A form may show older words, and none that were written after it.
        let signed =
            |version: &Value, at: &str| owner.post(&list, &form("newsletter", version, json!({"given_at": at})));
        signed(&first, "2001-01-01T00:00:00Z").is(201);
        assert_eq!(pointer(signed(&first, "1999-01-01T00:00:00Z")), "/given_at");
        assert_eq!(pointer(signed(&second, "2001-01-01T00:00:00Z")), "/given_at");
        // Nor does the record of a person date its own word back.
        let back = json!({"by": "person", "how": "signed form of 1999", "consented_at": "1999-01-01T00:00:00Z"});
        let changed = guest.patch(&target, "*", &json!({"consent": back})).is(200).json();
        let at: DateTime<Utc> = changed["consent"]["consented_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(at, app.state.now());
        guest.patch(&target, "*", &json!({"titles": "Dr."})).is(200);
        assert_eq!(guest.read(&target)["consent"], changed["consent"]);
    });
}
