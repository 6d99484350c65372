//! Sessions: listed, ended one by one or all, and what ends with them from the next request on.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_domain::account::Scope;
use werkstadt_tests::accounts::PASSWORD;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

/// A member with a password; the login.
fn member(app: &TestApp) -> String {
    let organisation = app.company("Optik Weber");
    let user = json!({"email": "erika@example.org", "name": "Erika", "role": "member", "organisation_id": organisation,
        "password": PASSWORD});
    app.as_manager().create("/v1/users", &user)
}

fn sign_in<'a>(app: &'a TestApp, client: &str) -> (Caller<'a>, Value) {
    let body = json!({"email": "erika@example.org", "password": PASSWORD});
    let request = Request::new("POST", "/v1/auth/login").json(&body);
    let tokens = app.send(&request.header("User-Agent", client)).is(200).json();
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    (Caller::bearing(app, access), tokens)
}

fn renew(app: &TestApp, tokens: &Value) -> u16 {
    let body = json!({"refresh_token": tokens["refresh_token"]});
    app.anonymous().post("/v1/auth/refresh", &body).status
}

#[test]
fn sessions_are_listed_and_ended_one_by_one() {
    on_each(|database| {
        let app = TestApp::on(database);
        member(&app);
        let (laptop, _) = sign_in(&app, "Laptop");
        let (phone, tokens) = sign_in(&app, "Phone");
        let sessions = laptop.read("/v1/me/sessions");
        let seen: Vec<_> = sessions["items"].as_array().unwrap().iter().collect();
        let about = |name: &str| seen.iter().map(|one| one[name].clone()).collect::<Value>();
        assert_eq!(about("client"), json!(["Laptop", "Phone"]));
        assert_eq!(about("current"), json!([true, false]));
        assert_eq!(
            about("network"),
            json!(["127.0.0.0/24", "127.0.0.0/24"]),
            "never the whole address"
        );
        let stolen = format!("/v1/me/sessions/{}", seen[1]["id"].as_str().unwrap());
        // Somebody else's is nobody's.
        app.as_manager().send(Request::new("DELETE", &stolen)).is(404);
        laptop.send(Request::new("DELETE", &stolen)).is(204);
        phone.get("/v1/me").is(401);
        assert_eq!(renew(&app, &tokens), 401);
        laptop.get("/v1/me").is(200);
        laptop.send(Request::new("DELETE", &stolen)).is(404);
    });
}

#[test]
fn signing_out_everywhere_ends_all_sessions_at_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let user = member(&app);
        let (laptop, _) = sign_in(&app, "Laptop");
        let (phone, tokens) = sign_in(&app, "Phone");
        laptop.send(Request::new("DELETE", "/v1/me/sessions")).is(204);
        for gone in [&laptop, &phone] {
            gone.get("/v1/me").is(401);
        }
        assert_eq!(renew(&app, &tokens), 401);
        let (again, _) = sign_in(&app, "Laptop");
        let sessions = format!("/v1/users/{user}/sessions");
        again.send(Request::new("DELETE", &sessions)).is(403);
        app.as_manager().send(Request::new("DELETE", &sessions)).is(204);
        again.get("/v1/me").is(401);
    });
}

#[test]
fn a_new_password_ends_the_other_sessions_and_spares_the_own() {
    on_each(|database| {
        let app = TestApp::on(database);
        member(&app);
        let (laptop, _) = sign_in(&app, "Laptop");
        let (phone, tokens) = sign_in(&app, "Phone");
        let change = |old: &str, new: &str| {
            let body = json!({"current_password": old, "new_password": new});
            laptop.post("/v1/me/password", &body)
        };
        let wrong = change("not the password", "Regenschirm tanzt leise").is(422).json();
        assert_eq!(wrong["errors"][0]["pointer"], "/current_password");
        assert_eq!(wrong["errors"][0]["code"], "incorrect");
        assert_eq!(
            change(PASSWORD, "erika@example.org").is(422).json()["errors"][0]["code"],
            "guessable"
        );
        phone.get("/v1/me").is(200);
        change(PASSWORD, "Regenschirm tanzt leise").is(204);
        laptop.get("/v1/me").is(200);
        phone.get("/v1/me").is(401);
        assert_eq!(renew(&app, &tokens), 401);
        let letters = app.letters_to("erika@example.org");
        assert_eq!(letters.len(), 1);
        assert!(
            letters[0].letter.subject.contains("Passwort wurde geändert"),
            "{letters:?}"
        );
    });
}

#[test]
fn a_logout_holds_from_the_next_request_on() {
    on_each(|database| {
        let app = TestApp::on(database);
        member(&app);
        let (laptop, tokens) = sign_in(&app, "Laptop");
        let body = json!({"refresh_token": tokens["refresh_token"]});
        app.anonymous().post("/v1/auth/logout", &body).is(204);
        laptop.get("/v1/me").is(401);
    });
}

#[test]
fn a_session_ends_without_use_and_in_any_case() {
    on_each(|database| {
        let app = TestApp::on(database);
        member(&app);
        let again = |tokens: &Value| {
            let body = json!({"refresh_token": tokens["refresh_token"]});
            app.anonymous().post("/v1/auth/refresh", &body)
        };
        let (_, idle) = sign_in(&app, "Laptop");
        let (_, mut used) = sign_in(&app, "Phone");
        for _ in 0..3 {
            app.advance(TimeDelta::days(9));
            used = again(&used).is(200).json();
        }
        again(&idle).is(401);
        let (caller, _) = sign_in(&app, "Tablet");
        let clients: Vec<Value> = caller.read("/v1/me/sessions")["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|session| session["client"].clone())
            .collect();
        assert_eq!(clients.len(), 2, "{clients:?}");
        app.advance(TimeDelta::days(4));
        again(&used).is(401);
    });
}

#[test]
fn what_signing_in_leaves_behind_is_forgotten() {
    on_each(|database| {
        let app = TestApp::on(database);
        member(&app);
        let forgot = json!({"email": "erika@example.org"});
        app.anonymous().post("/v1/auth/password/forgot", &forgot).is(202);
        assert_eq!(app.letters_to("erika@example.org").len(), 1);
        let (ended, _) = sign_in(&app, "Laptop");
        ended.send(Request::new("DELETE", "/v1/me/sessions")).is(204);
        let (goes_on, tokens) = sign_in(&app, "Phone");
        app.advance(TimeDelta::minutes(1));
        werkstadt_api::daily::run(&app.state).unwrap();
        assert_eq!(
            app.count("SELECT count(*) AS count FROM sessions WHERE revoked_at IS NOT NULL"),
            0
        );
        goes_on.get("/v1/me").is(200);
        assert_eq!(renew(&app, &tokens), 200);
        app.advance(TimeDelta::days(31));
        werkstadt_api::daily::run(&app.state).unwrap();
        for table in ["letters", "action_tokens"] {
            assert_eq!(
                app.count(&format!("SELECT count(*) AS count FROM {table}")),
                0,
                "{table}"
            );
        }
    });
}

#[test]
fn a_session_that_began_at_another_server_is_known_at_once() {
    on_each(|database| {
        if matches!(database, werkstadt_tests::database::TestDatabase::Sqlite(_)) {
            return;
        }
        let one = TestApp::on(database);
        let other = TestApp::numbered(database, 1, |_| {});
        member(&one);
        for _ in 0..20 {
            let (_, tokens) = sign_in(&one, "Laptop");
            let token = tokens["access_token"].as_str().unwrap();
            Caller::bearing(&other, token.to_owned()).get("/v1/me").is(200);
        }
    });
}

#[test]
fn a_manager_ends_the_sessions_of_everyone() {
    on_each(|database| {
        let app = TestApp::on(database);
        member(&app);
        let (laptop, tokens) = sign_in(&app, "Laptop");
        let manager = app.as_manager();
        let own = Caller::bearing(&app, manager.token().unwrap());
        let key = app.with_key(&[Scope::DirectoryRead]);
        laptop.send(Request::new("DELETE", "/v1/sessions")).is(403);
        own.send(Request::new("DELETE", "/v1/sessions?keep_own=true")).is(204);
        laptop.get("/v1/me").is(401);
        assert_eq!(renew(&app, &tokens), 401);
        own.get("/v1/users").is(200);
        let (again, _) = sign_in(&app, "Laptop");
        again.get("/v1/me").is(200);
        own.send(Request::new("DELETE", "/v1/sessions")).is(204);
        for gone in [&again, &own] {
            gone.get("/v1/me").is(401);
        }
        key.get("/v1/skills").is(200);
    });
}

#[test]
fn whom_one_server_signs_out_the_others_refuse() {
    let Some(database) = werkstadt_tests::database::TestDatabase::postgres() else {
        return;
    };
    let (one, other) = (
        TestApp::numbered(&database, 1, |_| {}),
        TestApp::numbered(&database, 2, |_| {}),
    );
    member(&one);
    let (_, tokens) = sign_in(&one, "Laptop");
    let there = Caller::bearing(&other, tokens["access_token"].as_str().unwrap().to_owned());
    there.get("/v1/me").is(200);
    one.as_manager().send(Request::new("DELETE", "/v1/sessions")).is(204);
    let begin = std::time::Instant::now();
    while there.get("/v1/me").status == 200 {
        assert!(begin.elapsed().as_secs() < 10, "not within ten seconds");
    }
    there.get("/v1/me").is(401);
    assert_eq!(renew(&other, &tokens), 401);
}

#[test]
fn a_key_has_no_scope_that_its_user_cannot_use_and_does_not_rise_with_its_user() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (member, manager) = (app.as_member(&own), app.as_manager());
        let make = |scopes: &[&str]| member.post("/v1/me/api-keys", &json!({"name": "Key", "scopes": scopes}));
        let refused = make(&["directory:read", "admin"]).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/scopes/1");
        make(&["skills:write"]).is(422);
        let secret = make(&["directory:read", "matches:read"]).is(201).json()["secret"].clone();
        let key = Caller::bearing(&app, secret.as_str().expect("a secret").to_owned());
        key.get("/v1/organisations").is(200);
        let target = format!("/v1/users/{}", member.user_id());
        manager.patch(&target, "*", &json!({"role": "editor"})).is(200);
        key.get("/v1/organisations").is(200);
        let rise = json!({"role": "manager", "organisation_id": null});
        manager.patch(&target, "*", &rise).is(200);
        key.get("/v1/organisations").is(401);
    });
}
