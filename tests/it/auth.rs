//! Signing in: passwords, rotating refresh tokens, suspension.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_domain::account::UserId;
use werkstadt_persistence::{Actor, Error, users};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{Reply, Request};

const PASSWORD: &str = "a long enough password";

/// A manager with a password; the id.
fn manager(app: &TestApp) -> String {
    let body = json!({"email": "Erika@Example.org", "name": "Erika", "role": "manager", "password": PASSWORD});
    app.as_manager().create("/v1/users", &body)
}

fn login(app: &TestApp, email: &str, password: &str) -> Reply {
    app.anonymous()
        .post("/v1/auth/login", &json!({"email": email, "password": password}))
}

fn renew(app: &TestApp, token: &Value) -> Reply {
    app.anonymous()
        .post("/v1/auth/refresh", &json!({"refresh_token": token}))
}

fn me(app: &TestApp, token: &Value) -> u16 {
    let request = Request::new("GET", "/v1/me").header("Authorization", &format!("Bearer {}", token.as_str().unwrap()));
    app.send(&request).status
}

#[test]
fn a_password_opens_and_everything_else_is_refused_alike() {
    on_each(|database| {
        let app = TestApp::on(database);
        manager(&app);
        let tokens = login(&app, "erika@EXAMPLE.org", PASSWORD).is(200).json();
        assert_eq!(
            (&tokens["token_type"], &tokens["expires_in"]),
            (&json!("Bearer"), &json!(600))
        );
        assert_eq!(me(&app, &tokens["access_token"]), 200);
        let wrong = login(&app, "erika@example.org", "another password").is(401).json();
        let unknown = login(&app, "nobody@example.org", PASSWORD).is(401).json();
        let empty = login(&app, "erika@example.org", "").is(401).json();
        for other in [&unknown, &empty] {
            assert_eq!((&wrong["code"], &wrong["detail"]), (&other["code"], &other["detail"]));
        }
        app.advance(TimeDelta::minutes(11));
        assert_eq!(me(&app, &tokens["access_token"]), 401, "an access token ends");
    });
}

#[test]
fn a_refresh_token_works_once_and_a_copy_ends_the_session() {
    on_each(|database| {
        let app = TestApp::on(database);
        manager(&app);
        let first = login(&app, "erika@example.org", PASSWORD).is(200).json()["refresh_token"].clone();
        let second = renew(&app, &first).is(200).json()["refresh_token"].clone();
        // The answer was lost: the old one works once more, and its unused successor no longer.
        let third = renew(&app, &first).is(200).json()["refresh_token"].clone();
        renew(&app, &second).is(401);
        let fourth = renew(&app, &third).is(200).json()["refresh_token"].clone();
        // The successor was used: whoever comes with the old one has a copy.
        renew(&app, &first).is(401);
        renew(&app, &fourth).is(401);
        let again = login(&app, "erika@example.org", PASSWORD).is(200).json()["refresh_token"].clone();
        app.anonymous()
            .post("/v1/auth/logout", &json!({"refresh_token": again}))
            .is(204);
        renew(&app, &again).is(401);
    });
}

#[test]
fn a_suspension_holds_from_the_next_request_on() {
    on_each(|database| {
        let app = TestApp::on(database);
        let id = manager(&app);
        let tokens = login(&app, "erika@example.org", PASSWORD).is(200).json();
        assert_eq!(me(&app, &tokens["access_token"]), 200);
        app.as_manager()
            .patch(&format!("/v1/users/{id}"), "*", &json!({"active": false}))
            .is(200);
        assert_eq!(me(&app, &tokens["access_token"]), 401);
        renew(&app, &tokens["refresh_token"]).is(401);
        login(&app, "erika@example.org", PASSWORD).is(401);
    });
}

#[test]
fn a_suspension_ends_every_session() {
    on_each(|database| {
        let app = TestApp::on(database);
        let user = format!("/v1/users/{}", manager(&app));
        let before = login(&app, "erika@example.org", PASSWORD).is(200).json();
        for active in [false, true] {
            app.as_manager().patch(&user, "*", &json!({"active": active})).is(200);
        }
        renew(&app, &before["refresh_token"]).is(401);
        let after = login(&app, "erika@example.org", PASSWORD).is(200).json();
        app.as_manager().patch(&user, "*", &json!({"name": "Erika M."})).is(200);
        renew(&app, &after["refresh_token"]).is(200);
    });
}

#[test]
fn a_password_that_others_would_guess_is_refused() {
    on_each(|database| {
        let app = TestApp::on(database);
        let user = |password: &str| json!({"email": "erika@example.org", "name": "Erika Musterfrau", "role": "manager", "password": password});
        let manager = app.as_manager();
        for weak in ["passwort1234", "Erika-Musterfrau", "erika@example.org"] {
            let refused = manager.post("/v1/users", &user(weak)).is(422).json();
            let fault = &refused["errors"][0];
            assert_eq!(
                (&fault["pointer"], &fault["code"]),
                (&json!("/password"), &json!("guessable")),
                "{weak}"
            );
            assert!(!refused.to_string().contains(weak), "a password is not repeated");
        }
        manager.create("/v1/users", &user("Regenschirm tanzt leise"));
        login(&app, "erika@example.org", "Regenschirm tanzt leise").is(200);
    });
}

#[test]
fn a_hash_of_older_parameters_is_computed_anew_at_the_next_login() {
    on_each(|database| {
        let app = TestApp::on(database);
        let id = UserId::parse(&manager(&app)).unwrap();
        let stored = || {
            let known = app
                .state
                .store
                .read::<_, Error>(|db| users::credentials(db, "erika@example.org"));
            known.unwrap().unwrap().password_hash.unwrap()
        };
        let weak = Params::new(8 * 1024, 1, 1, None).unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
        let weak = weak.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
        let write = app
            .state
            .store
            .write::<_, Error>(Actor::System, app.state.now(), |unit| {
                users::set_password(unit, id, &weak)
            });
        write.unwrap();
        login(&app, "erika@example.org", "another password").is(401);
        assert_eq!(stored(), weak, "only who knows the password has it computed anew");
        login(&app, "erika@example.org", PASSWORD).is(200);
        let strong = stored();
        assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
        login(&app, "erika@example.org", PASSWORD).is(200);
        assert_eq!(stored(), strong, "once is enough");
    });
}
