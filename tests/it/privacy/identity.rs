//! Whose something is: what is exported and erased of somebody is theirs, and all of it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_domain::account::{Role, UserId};
use werkstadt_domain::named::Named;
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{PASSWORD, Stage, application, person, tier};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

use super::canary::traces;

/// An account with a chosen login, and who has it.
fn account<'a>(app: &'a TestApp, email: &str, role: Role, organisation: Option<&str>) -> Caller<'a> {
    let mut new = json!({"email": email, "name": "Somebody Else", "role": role.code(), "password": PASSWORD});
    if let Some(organisation) = organisation {
        new["organisation_id"] = json!(organisation);
    }
    let id = app.as_manager().create("/v1/users", &new);
    Caller::user(app, UserId::parse(&id).expect("an id"))
}

/// An application of somebody with this address.
fn apply(app: &TestApp, number: usize, email: &str) {
    let mut asked = application("identity", &format!("Geheime {number} GmbH"));
    asked["contact"]["email"] = json!(email);
    app.anonymous().post("/v1/memberships/apply", &asked).is(202);
}

/// Asks to be erased, and answers the letter.
fn erase_oneself(app: &TestApp, who: &Caller<'_>, email: &str) {
    accounts::reset(&app.state, who.user_id());
    who.post("/v1/me/erasure", &json!({"password": PASSWORD})).is(202);
    let token = app.letters_to(email).pop().expect("a letter").token();
    app.anonymous()
        .post("/v1/auth/erasure", &json!({"token": token}))
        .is(204);
}

fn section<'a>(data: &'a Value, name: &str) -> Option<&'a Value> {
    data["sections"].as_array()?.iter().find(|one| one["name"] == name)
}

#[test]
fn what_somebody_says_of_oneself_makes_nothing_of_others_theirs() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (stage, manager) = (Stage::new(&app), app.as_manager());
        manager.create("/v1/membership-types", &tier("identity"));
        apply(&app, 1, "peter.victim@example.org");
        apply(&app, 2, "victim@example.org");
        let invited = json!({"email": "victim@example.org", "name": "Vera Victim", "role": "guest"});
        manager.create("/v1/invitations", &invited);
        let contacts = json!({"contacts": [{"name": "Vera Victim", "email": "victim@example.org"}]});
        manager
            .patch(&format!("/v1/organisations/{}", stage.own), "*", &contacts)
            .is(200);
        // Somebody whose own record gives the address of another.
        let id = manager.create("/v1/people", &person(&stage.own));
        let thief = account(&app, "thief@example.org", Role::Guest, None);
        manager
            .patch(
                &format!("/v1/users/{}", thief.user_id()),
                "*",
                &json!({"person_id": id}),
            )
            .is(200);
        thief
            .patch(
                &format!("/v1/people/{id}"),
                "*",
                &json!({"email": "victim@example.org"}),
            )
            .is(200);
        let mine = thief.read("/v1/me/export");
        assert!(section(&mine, "persons").is_some(), "{mine}");
        for name in [
            "membership_applications",
            "application_documents",
            "invitations",
            "organisations",
        ] {
            assert_eq!(section(&mine, name), None, "{name}");
        }
        erase_oneself(&app, &thief, "thief@example.org");
        // Somebody whose login is the end of another address.
        let tail = account(&app, "tim@example.org", Role::Guest, None);
        apply(&app, 3, "joachim.tim@example.org");
        assert_eq!(section(&tail.read("/v1/me/export"), "membership_applications"), None);
        erase_oneself(&app, &tail, "tim@example.org");
        for application in manager.all("/v1/membership-applications", 10) {
            let path = format!(
                "/v1/membership-applications/{}",
                application["id"].as_str().expect("an id")
            );
            let whole = manager.read(&path);
            assert!(
                whole["contact"]["email"]
                    .as_str()
                    .is_some_and(|email| email.ends_with("@example.org")),
                "{whole}"
            );
            assert_eq!(whole["documents"].as_array().map(Vec::len), Some(1), "{whole}");
        }
        assert_eq!(
            manager.read("/v1/invitations")["items"].as_array().map(Vec::len),
            Some(1)
        );
        let left = manager.read(&format!("/v1/organisations/{}", stage.own));
        assert_eq!(left["contacts"][0]["email"], "victim@example.org");
        // Whose the address is, it is.
        let victim = account(&app, "Victim@example.org", Role::Guest, None);
        let told = victim.read("/v1/me/export");
        assert_eq!(
            section(&told, "membership_applications").expect("the own")["rows"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
        assert!(section(&told, "application_documents").is_some(), "{told}");
    });
}

#[test]
fn a_name_that_somebody_chose_erases_nothing_of_others() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let keyed = || {
            let request =
                Request::new("POST", "/v1/organisations").json(&json!({"kind": "company", "name": "Firma 1"}));
            manager.send(request.header("Idempotency-Key", "one-company-0001"))
        };
        let first = keyed().is(201);
        let faulty = Request::new("POST", "/v1/imports")
            .bytes("application/x-ndjson", "{\"record\": \"skill\", \"uri\": \"1\"}");
        let job = manager.send(faulty.header("Prefer", "wait=20")).is(202).json();
        let faults = format!("/v1/imports/{}/duplicates", job["id"].as_str().expect("an id"))
            .replace("imports", "jobs")
            .replace("duplicates", "errors");
        let before = manager.read(&faults)["items"].clone();
        assert_ne!(before, json!([]));
        let one = account(&app, "one@example.org", Role::Guest, None);
        one.patch("/v1/me", "*", &json!({"name": "1"})).is(200);
        erase_oneself(&app, &one, "one@example.org");
        assert_eq!(keyed().is(201).body, first.body);
        assert_eq!(manager.read(&faults)["items"], before);
    });
}

#[test]
fn former_addresses_are_theirs_too() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("identity"));
        let old = "frueher.kanarie@example.org";
        let invited = json!({"email": old, "name": "Ada Kanarie", "role": "manager"});
        manager.create("/v1/invitations", &invited);
        let token = app.letters_to(old).pop().expect("a letter").token();
        app.anonymous()
            .post("/v1/auth/activate", &json!({"token": token, "password": PASSWORD}))
            .is(204);
        apply(&app, 1, old);
        let _ = app.letters_to(old);
        let users = manager.all("/v1/users", 100);
        let user = users.iter().find(|user| user["email"] == old).expect("the account");
        let id = user["id"].as_str().expect("an id");
        let target = format!("/v1/users/{id}");
        let role = json!({"email": "heute@example.org", "role": "guest"});
        manager.patch(&target, "*", &role).is(200);
        // Whoever has the address since is somebody else.
        app.advance(TimeDelta::days(1));
        apply(&app, 2, old);
        let told = manager.read(&format!("{target}/export"));
        let written = section(&told, "membership_applications").expect("the own");
        assert_eq!(written["rows"].as_array().map(Vec::len), Some(1), "{told}");
        let done = manager.post("/v1/erasures", &json!({"user_id": id})).is(201).json();
        assert_eq!(traces(&app, database, "Ada Kanarie"), [""; 0]);
        let applications = manager.all("/v1/membership-applications", 10).into_iter();
        let mut addresses: Vec<Value> = applications
            .map(|one| format!("/v1/membership-applications/{}", one["id"].as_str().expect("an id")))
            .map(|path| manager.read(&path)["contact"]["email"].clone())
            .collect();
        addresses.sort_by_key(Value::to_string);
        assert_eq!(addresses, ["erased@example.invalid", old]);
        let mut mentions = done["mentions"].as_array().expect("mentions").iter();
        assert!(mentions.any(|one| one["table"] == "membership_applications"), "{done}");
    });
}

#[test]
fn who_is_in_the_directory_and_has_an_account_is_one() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (stage, manager) = (Stage::new(&app), app.as_manager());
        let id = manager.create("/v1/people", &person(&stage.own));
        let user = account(&app, "ada@example.org", Role::Guest, None).user_id();
        manager
            .patch(&format!("/v1/users/{user}"), "*", &json!({"person_id": id}))
            .is(200);
        let told = manager.read(&format!("/v1/people/{id}/export"));
        assert!(section(&told, "users").is_some(), "{told}");
        // Who was told of the account was told of the person.
        manager.read(&format!("/v1/users/{user}/export"));
        let readers = manager.read(&format!("/v1/audit-log/disclosures?record_id={id}"));
        let readers = readers["items"].as_array().expect("readers").clone();
        assert!(
            readers.iter().any(|one| one["operation"] == "export_user"),
            "{readers:?}"
        );
        // Two are not erased as one.
        let other = account(&app, "other@example.org", Role::Guest, None).user_id();
        let both = |user: UserId| manager.post("/v1/erasures", &json!({"user_id": user.to_string(), "person_id": id}));
        assert_eq!(both(other).is(422).json()["errors"][0]["pointer"], "/person_id");
        manager.post("/v1/erasures", &json!({"person_id": id})).is(201);
        manager.get(&format!("/v1/users/{user}")).is(404);
        manager.read(&format!("/v1/users/{other}"));
    });
}

#[test]
fn who_is_neither_is_found_by_address() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (stage, manager) = (Stage::new(&app), app.as_manager());
        manager.create("/v1/membership-types", &tier("identity"));
        let email = "bewerberin.kanarie@example.org";
        apply(&app, 1, email);
        let company = app.company("Vertretene GmbH");
        let represented = json!({"organisation_id": company, "type": "full", "status": "active", "until_on": "2099-12-31",
            "representative": {"name": "Erika Kanarie", "email": email}});
        let membership = manager.create("/v1/memberships", &represented);
        let export = |email: &str| manager.post("/v1/privacy/export", &json!({"email": email}));
        let told = export("Bewerberin.Kanarie@example.org").is(200).json();
        for name in [
            "membership_applications",
            "application_documents",
            "membership_representatives",
        ] {
            assert!(section(&told, name).is_some(), "{name}: {told}");
        }
        let readers = manager.read(&format!("/v1/audit-log/disclosures?record_id={membership}"));
        assert_eq!(readers["items"][0]["operation"], "export_address", "{readers}");
        app.as_owner(&stage.own)
            .post("/v1/privacy/export", &json!({"email": email}))
            .is(403);
        // Who has an account is not found like this, nor who is in the directory.
        account(&app, "known@example.org", Role::Guest, None);
        let mut body = person(&stage.own);
        body["email"] = json!("listed@example.org");
        manager.create("/v1/people", &body);
        for known in ["Known@example.org", "Listed@example.org"] {
            assert_eq!(export(known).is(422).json()["errors"][0]["pointer"], "/email");
            manager.post("/v1/erasures", &json!({"email": known})).is(422);
        }
        export("no address").is(422);
        manager
            .post(
                "/v1/erasures",
                &json!({"email": email, "user_id": manager.user_id().to_string()}),
            )
            .is(422);
        let done = manager.post("/v1/erasures", &json!({"email": email})).is(201).json();
        assert!(
            done.get("user_id").is_none() && done.get("person_id").is_none(),
            "{done}"
        );
        assert_eq!(traces(&app, database, "kanarie@example.org"), [""; 0], "{done}");
        manager.read("/v1/membership-applications");
    });
}
