//! The ledger of consents: to which words, by whom, until when; and what ends with a withdrawal or with the last day.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::{auth, daily};
use werkstadt_domain::account::Scope;
use werkstadt_domain::named::Named;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{consent_text, import, person};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

mod effect;
mod lists;

/// The version of a new text.
fn text(app: &TestApp, purpose: &str) -> Value {
    let made = app.as_manager().post("/v1/consent-texts", &consent_text(purpose));
    made.is(201).json()["version"].clone()
}

fn agree(app: &TestApp, by: &Caller<'_>, purpose: &str) -> String {
    let body = json!({"purpose": purpose, "version": text(app, purpose), "language": "de"});
    by.create("/v1/me/consents", &body)
}

/// A person, and a guest who is that person.
fn linked<'a>(app: &'a TestApp, organisation: &str, change: Value) -> (String, Caller<'a>) {
    let mut body = person(organisation);
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let id = app.as_manager().create("/v1/people", &body);
    let guest = app.as_guest();
    let user = format!("/v1/users/{}", guest.user_id());
    app.as_manager().patch(&user, "*", &json!({"person_id": id})).is(200);
    (format!("/v1/people/{id}"), guest)
}

fn entries(by: &Caller<'_>, target: &str) -> Vec<Value> {
    by.all(&format!("{target}/consents"), 2)
}

#[test]
fn texts_come_in_versions_that_nobody_changes() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let first = manager
            .post("/v1/consent-texts", &consent_text("newsletter"))
            .is(201)
            .json();
        let hash: String = auth::digest("Ich willige ein: newsletter.")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!((&first["version"], &first["sha256"]["de"]), (&json!(1), &json!(hash)));
        assert_eq!(text(&app, "newsletter"), json!(2));
        assert_eq!(text(&app, "event_photos"), json!(1));
        let mut later = consent_text("newsletter");
        later["valid_from"] = json!("2099-01-01T00:00:00Z");
        assert_eq!(manager.post("/v1/consent-texts", &later).is(201).json()["version"], 3);
        let listed = |by: &Caller<'_>| by.all("/v1/consent-texts?purpose=newsletter", 1).len();
        assert_eq!((listed(&app.anonymous()), listed(&manager)), (2, 3));
        later["text"] = json!({"de": "Nur deutsch"});
        let refused = manager.post("/v1/consent-texts", &later).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/text/en");
        app.as_owner(&app.company("Eigene GmbH"))
            .post("/v1/consent-texts", &consent_text("matching"))
            .is(403);
        let id = first["id"].as_str().unwrap();
        for method in ["PATCH", "PUT", "DELETE"] {
            let request = Request::new(method, &format!("/v1/consent-texts/{id}"));
            manager.send(request.json(&consent_text("newsletter"))).is(405);
        }
        // What is not valid yet was shown to nobody.
        let early = json!({"purpose": "newsletter", "version": 3, "language": "de"});
        app.as_guest().post("/v1/me/consents", &early).is(422);
    });
}

#[test]
fn one_agrees_for_oneself_and_takes_it_back_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (guest, other) = (app.as_guest(), app.as_guest());
        let id = agree(&app, &guest, "newsletter");
        let mine = entries(&guest, "/v1/me");
        assert_eq!(mine.len(), 1);
        assert_eq!(
            (
                &mine[0]["user_id"],
                &mine[0]["source"],
                &mine[0]["by"],
                &mine[0]["language"]
            ),
            (
                &json!(guest.user_id().to_string()),
                &json!("api"),
                &json!("person"),
                &json!("de")
            )
        );
        assert_eq!(mine[0]["sha256"].as_str().unwrap().len(), 64);
        let withdraw = |by: &Caller<'_>| by.post(&format!("/v1/me/consents/{id}/withdrawal"), &json!(null));
        assert!(entries(&other, "/v1/me").is_empty());
        withdraw(&other).is(404);
        withdraw(&app.as_manager()).is(404);
        withdraw(&app.anonymous()).is(401);
        assert!(withdraw(&guest).is(200).json()["withdrawn_at"].is_string());
        assert_eq!(withdraw(&guest).is(409).json()["current"], "withdrawn");
        assert_eq!(entries(&guest, "/v1/me").len(), 1, "an entry stays");
        for bad in [
            json!({"purpose": "newsletter", "version": 99, "language": "de"}),
            json!({"purpose": "matching", "version": 1, "language": "de"}),
            json!({"purpose": "minor_account", "version": 1, "language": "de"}),
            json!({"purpose": "newsletter", "version": 1, "language": "de", "expires_at": "2020-01-01T00:00:00Z"}),
            json!({"purpose": "newsletter", "language": "de"}),
            json!({"purpose": "cookies", "version": 1, "language": "de"}),
        ] {
            guest.post("/v1/me/consents", &bad).is(422);
        }
        // The account is a person's, not a program's.
        app.with_key(Scope::ALL).get("/v1/me/consents").is(403);
    });
}

#[test]
fn what_a_consent_allowed_ends_with_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let private = json!({"visibility": "managers", "consent": null, "email": "ada@example.org"});
        let (target, guest) = linked(&app, &own, private);
        guest.patch(&target, "*", &json!({"visibility": "public"})).is(422);
        let profile = agree(&app, &guest, "profile_publication");
        assert_eq!(guest.read(&target)["consent"]["by"], "person");
        let wide = json!({"visibility": "public", "contact_visibility": "public"});
        guest.patch(&target, "*", &wide).is(200);
        assert_eq!(entries(&guest, &target).len(), 1, "agreeing is one entry");
        assert_eq!(entries(&guest, &target), entries(&guest, "/v1/me"));
        let contact = agree(&app, &guest, "contact_publication");
        let matching = agree(&app, &guest, "matching");
        let withdraw = |id: &str| {
            guest
                .post(&format!("/v1/me/consents/{id}/withdrawal"), &json!(null))
                .is(200)
        };
        assert_eq!(app.anonymous().read(&target)["email"], "ada@example.org");
        withdraw(&contact);
        assert!(app.anonymous().read(&target).get("email").is_none());
        assert_eq!(guest.read(&target)["contact_visibility"], "managers");
        withdraw(&matching);
        assert_eq!(guest.read(&target)["matching"], false);
        agree(&app, &guest, "matching");
        assert_eq!(guest.read(&target)["matching"], true);
        let start = app.anonymous().feed_from_now();
        withdraw(&profile);
        app.anonymous().get(&target).is(404);
        let id = target.rsplit('/').next().unwrap();
        app.anonymous().hears(&start, |item| item.to_string().contains(id));
        let now = guest.read(&target);
        assert_eq!(now["visibility"], "managers");
        assert!(now.get("consent").is_none(), "{now}");
        guest.patch(&target, "*", &json!({"visibility": "public"})).is(422);
    });
}

#[test]
fn the_record_of_a_person_and_the_ledger_say_the_same() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let owner = app.as_owner(&own);
        let target = format!("/v1/people/{}", owner.create("/v1/people", &person(&own)));
        let first = entries(&owner, &target);
        assert_eq!(first.len(), 1);
        assert_eq!(
            (
                &first[0]["purpose"],
                &first[0]["source"],
                &first[0]["evidence"],
                &first[0]["recorder_id"]
            ),
            (
                &json!("profile_publication"),
                &json!("record"),
                &json!("signed form"),
                &json!(owner.user_id().to_string())
            )
        );
        owner.patch(&target, "*", &json!({"titles": "Dr."})).is(200);
        assert_eq!(entries(&owner, &target).len(), 1);
        owner
            .patch(&target, "*", &json!({"consent": {"how": "another form"}}))
            .is(200);
        assert_eq!(entries(&owner, &target).len(), 2);
        owner.patch(&target, "*", &json!({"consent": null})).is(200);
        let withdrawn = entries(&owner, &target);
        assert!(withdrawn.len() == 2 && withdrawn.iter().all(|entry| entry["withdrawn_at"].is_string()));
        // An earlier state brings no consent back.
        let history = owner.read(&format!("{target}/history"));
        let version = history["items"][0]["version_id"].as_str().unwrap();
        owner
            .post(&format!("{target}/history/{version}/restore"), &json!(null))
            .is(200);
        assert_eq!(entries(&owner, &target), withdrawn);
        // What a file says is noted as well.
        let row = json!({"record": "person", "given_name": "Max", "family_name": "Import", "visibility": "public",
            "consent": {"by": "person", "how": "old directory", "consented_at": "2020-05-01T00:00:00Z"}});
        let request = import(&row.to_string()).header("Prefer", "wait=20");
        assert_eq!(app.as_manager().send(request).is(202).json()["failed"], 0);
        let found = app.anonymous().read("/v1/people?q=import");
        let imported = format!("/v1/people/{}", found["items"][0]["id"].as_str().unwrap());
        let entry = &entries(&app.as_manager(), &imported)[0];
        assert_eq!(
            (&entry["evidence"], &entry["given_at"]),
            (&json!("old directory"), &json!("2020-05-01T00:00:00Z"))
        );
    });
}

#[test]
fn who_administers_a_person_notes_consents_of_theirs_and_of_nobody_else() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, other) = (app.company("Eigene GmbH"), app.company("Andere GmbH"));
        let (owner, foreign) = (app.as_owner(&own), app.as_owner(&other));
        let (target, guest) = linked(&app, &own, json!({}));
        let (elsewhere, _) = linked(&app, &other, json!({"visibility": "managers"}));
        let list = format!("{target}/consents");
        let form = |by: Value| {
            let mut body = json!({"purpose": "event_photos", "version": 1, "language": "en", "evidence": "form 7"});
            for (name, value) in by.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        owner.post(&list, &form(json!({}))).is(422);
        let mut words = consent_text("event_photos");
        words["valid_from"] = json!("2026-01-01T00:00:00Z");
        app.as_manager().create("/v1/consent-texts", &words);
        let id = owner.create(&list, &form(json!({"given_at": "2026-01-01T00:00:00Z"})));
        foreign.get(&list).is(403);
        foreign.post(&list, &form(json!({}))).is(403);
        app.anonymous().get(&list).is(401);
        owner.get(&format!("{elsewhere}/consents")).is(404);
        let withdraw =
            |by: &Caller<'_>, person: &str| by.post(&format!("{person}/consents/{id}/withdrawal"), &json!(null));
        withdraw(&foreign, &target).is(403);
        withdraw(&foreign, &elsewhere).is(404);
        withdraw(&owner, &elsewhere).is(404);
        for bad in [
            form(json!({"by": "guardian"})),
            form(json!({"guardian": "Grete"})),
            form(json!({"source": "guardian_link"})),
            form(json!({"source": "record"})),
            form(json!({"given_at": "2099-01-01T00:00:00Z"})),
            form(json!({"version": 2})),
        ] {
            owner.post(&list, &bad).is(422);
        }
        // The person agrees for itself alone, and takes back what others noted.
        guest
            .post(&list, &form(json!({"by": "guardian", "guardian": "Grete"})))
            .is(403);
        let own_entry = guest.post(&list, &form(json!({"source": "letter"}))).is(201).json();
        assert_eq!(own_entry["source"], "api");
        let mine = guest.all("/v1/me/consents", 100);
        assert_eq!(mine, entries(&owner, &target));
        withdraw(&guest, &target).is(200);
        withdraw(&owner, &target).is(409);
        let standing = entries(&owner, &target);
        let photos = standing.iter().filter(|entry| entry["purpose"] == "event_photos");
        assert!(photos.clone().count() == 2 && photos.clone().all(|entry| entry["withdrawn_at"].is_string()));
    });
}

#[test]
fn a_consent_ends_on_its_day() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let private = json!({"visibility": "managers", "consent": null, "email": "ada@example.org"});
        let (target, _) = linked(&app, &own, private);
        let version = text(&app, "profile_publication");
        let until = |days: i64| {
            let end = app.state.now() + TimeDelta::days(days);
            json!({"purpose": "profile_publication", "version": version, "language": "de", "evidence": "form", "expires_at": end})
        };
        let list = format!("{target}/consents");
        manager.create(&list, &until(10));
        manager.create(&list, &until(20));
        let mut contact = until(15);
        (contact["purpose"], contact["version"]) = (json!("contact_publication"), text(&app, "contact_publication"));
        manager.create(&list, &contact);
        let wide = json!({"visibility": "public", "contact_visibility": "public"});
        manager.patch(&target, "*", &wide).is(200);
        let after = |days: i64| {
            app.advance(TimeDelta::days(days));
            daily::run(&app.state).unwrap();
            app.anonymous().get(&target)
        };
        assert_eq!(
            after(11).is(200).json()["email"],
            "ada@example.org",
            "another one allows it"
        );
        assert!(after(5).is(200).json().get("email").is_none());
        after(5).is(404);
        let now = manager.read(&target);
        assert_eq!(
            (&now["visibility"], &now["contact_visibility"]),
            (&json!("managers"), &json!("managers"))
        );
        assert!(now.get("consent").is_none());
        let all = entries(&manager, &target);
        assert!(
            all.len() == 3 && all.iter().all(|entry| entry.get("withdrawn_at").is_none()),
            "{all:?}"
        );
        // Done once, it is done.
        let tag = manager.get(&target).etag();
        daily::run(&app.state).unwrap();
        assert_eq!(manager.get(&target).etag(), tag);
    });
}
