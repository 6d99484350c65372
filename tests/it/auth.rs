//! Signing in: passwords, rotating refresh tokens, suspension.

use chrono::TimeDelta;
use serde_json::{Value, json};
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
