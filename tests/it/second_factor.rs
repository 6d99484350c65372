//! The second factor: set up, asked for, lost, and needed by managers before anything else.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::config::SecondFactorPolicy;
use werkstadt_tests::accounts::{self, PASSWORD};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Reply;

const EMAIL: &str = "erika@example.org";

fn user(app: &TestApp, role: &str) {
    let user = json!({"email": EMAIL, "name": "Erika", "role": role, "password": PASSWORD, "language": "en"});
    app.as_manager().create("/v1/users", &user);
}

fn login(app: &TestApp, second_factor: Option<&str>) -> Reply {
    let mut body = json!({"email": EMAIL, "password": PASSWORD});
    if let Some(code) = second_factor {
        body["second_factor"] = json!(code);
    }
    app.anonymous().post("/v1/auth/login", &body)
}

fn caller<'a>(app: &'a TestApp, login: &Reply) -> Caller<'a> {
    let token = login.json()["access_token"].as_str().unwrap().to_owned();
    Caller::bearing(app, token)
}

/// Sets a second factor up as a person would; the seed and the recovery codes.
fn enrol(app: &TestApp, caller: &Caller<'_>) -> (Vec<u8>, Vec<String>) {
    let begun = caller
        .post("/v1/me/second-factor", &json!({"password": PASSWORD}))
        .is(200)
        .json();
    let uri = begun["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("otpauth://totp/Werkstadt:erika%40example.org?"),
        "{uri}"
    );
    let secret = begun["secret"].as_str().unwrap();
    let seed = totp_rs::Secret::try_from_base32(secret).unwrap().as_bytes().to_vec();
    let code = accounts::code_of(&seed, &app.state);
    let confirmed = caller
        .post("/v1/me/second-factor/confirm", &json!({"code": code}))
        .is(200);
    let codes = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (seed, codes)
}

#[test]
fn signing_in_asks_for_a_one_time_password_that_is_good_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "guest");
        let (seed, _) = enrol(&app, &caller(&app, &login(&app, None).is(200)));
        let missing = login(&app, None).is(401);
        assert_eq!(missing.code(), "second_factor_required");
        // The one that confirmed it is used up.
        let code = accounts::code_of(&seed, &app.state);
        assert_eq!(login(&app, Some(&code)).is(401).code(), "invalid_credentials");
        app.advance(TimeDelta::seconds(30));
        let code = accounts::code_of(&seed, &app.state);
        let tokens = login(&app, Some(&code)).is(200);
        assert_eq!(tokens.json()["second_factor_missing"], false);
        assert_eq!(
            login(&app, Some(&code)).is(401).code(),
            "invalid_credentials",
            "used up"
        );
        let state = caller(&app, &tokens).read("/v1/me/second-factor");
        assert_eq!((&state["enabled"], &state["shown"]), (&json!(true), &json!(true)));
        // Without the password nobody learns that there is a second factor.
        let body = json!({"email": EMAIL, "password": "not the password"});
        assert_eq!(
            app.anonymous().post("/v1/auth/login", &body).is(401).code(),
            "invalid_credentials"
        );
    });
}

#[test]
fn of_many_uses_of_one_time_password_at_once_one_succeeds() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "guest");
        let (seed, codes) = enrol(&app, &caller(&app, &login(&app, None).is(200)));
        app.advance(TimeDelta::hours(1));
        for code in [accounts::code_of(&seed, &app.state), codes[0].clone()] {
            let succeeded = std::thread::scope(|scope| {
                let tries: Vec<_> = (0..4)
                    .map(|_| scope.spawn(|| login(&app, Some(&code)).status))
                    .collect();
                let statuses = tries.into_iter().map(|one| one.join().unwrap());
                statuses.filter(|status| *status == 200).count()
            });
            assert_eq!(succeeded, 1, "{code}");
        }
    });
}

#[test]
fn recovery_codes_are_good_once_each() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "guest");
        let first = caller(&app, &login(&app, None).is(200));
        let (seed, codes) = enrol(&app, &first);
        assert_eq!(codes.len(), 10);
        // Typed by hand: in capitals, without the dashes.
        login(&app, Some(&codes[3].to_uppercase().replace('-', ""))).is(200);
        login(&app, Some(&codes[3])).is(401);
        let letters = app.letters_to(EMAIL);
        let last = &letters.last().unwrap().letter;
        assert_eq!(last.subject, "Werkstadt: A recovery code was used");
        assert!(last.body.contains("9 are left"), "{}", last.body);
        assert_eq!(first.read("/v1/me/second-factor")["recovery_codes_left"], 9);
        app.advance(TimeDelta::minutes(5));
        let both = json!({"password": PASSWORD, "code": accounts::code_of(&seed, &app.state)});
        let renewed = first.post("/v1/me/second-factor/recovery-codes", &both).is(200).json();
        login(&app, Some(&codes[4])).is(401);
        login(&app, renewed["recovery_codes"][0].as_str()).is(200);
    });
}

#[test]
fn a_manager_sets_one_up_before_anything_else() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "manager");
        let signed_in = login(&app, None).is(200);
        assert_eq!(signed_in.json()["second_factor_missing"], true);
        let manager = caller(&app, &signed_in);
        for path in ["/v1/users", "/v1/organisations", "/v1/me/api-keys"] {
            assert_eq!(manager.get(path).is(403).code(), "second_factor_missing", "{path}");
        }
        for path in ["/v1/me", "/v1/me/sessions", "/v1/me/second-factor"] {
            manager.get(path).is(200);
        }
        let (seed, _) = enrol(&app, &manager);
        // This session has shown it; the next one must.
        manager.get("/v1/users").is(200);
        app.advance(TimeDelta::minutes(1));
        let code = accounts::code_of(&seed, &app.state);
        caller(&app, &login(&app, Some(&code)).is(200)).get("/v1/users").is(200);
        app.advance(TimeDelta::minutes(1));
        let both = json!({"password": PASSWORD, "code": accounts::code_of(&seed, &app.state)});
        manager.post("/v1/me/second-factor/remove", &both).is(204);
        assert_eq!(manager.get("/v1/users").is(403).code(), "second_factor_missing");
        enrol(&app, &manager);
        manager.get("/v1/users").is(200);
    });
}

#[test]
fn who_needs_one_is_a_setting() {
    on_each(|database| {
        let app = TestApp::numbered(database, 0, |config| config.second_factor = SecondFactorPolicy::Nobody);
        user(&app, "manager");
        caller(&app, &login(&app, None).is(200)).get("/v1/users").is(200);
        let (seed, _) = enrol(&app, &caller(&app, &login(&app, None).is(200)));
        login(&app, None).is(401);
        app.advance(TimeDelta::minutes(1));
        login(&app, Some(&accounts::code_of(&seed, &app.state))).is(200);
        // Another manager helps who lost it all.
        let users = app.as_manager().all("/v1/users", 50);
        let id = users.iter().find(|user| user["email"] == EMAIL).unwrap()["id"].clone();
        let target = format!("/v1/users/{}/second-factor", id.as_str().unwrap());
        app.as_manager()
            .send(werkstadt_tests::http::Request::new("DELETE", &target))
            .is(204);
        login(&app, None).is(200);
        let own = app.as_manager();
        let target = format!("/v1/users/{}/second-factor", own.user_id());
        own.send(werkstadt_tests::http::Request::new("DELETE", &target)).is(403);
        let subjects: Vec<String> = app
            .letters_to(EMAIL)
            .into_iter()
            .map(|received| received.letter.subject)
            .collect();
        assert_eq!(
            subjects,
            ["Werkstadt: Second factor set up", "Werkstadt: Second factor removed"]
        );
    });
}

#[test]
fn a_new_password_by_letter_leaves_the_second_factor() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "guest");
        enrol(&app, &caller(&app, &login(&app, None).is(200)));
        let forgot = json!({"email": EMAIL});
        app.anonymous().post("/v1/auth/password/forgot", &forgot).is(202);
        let token = app.letters_to(EMAIL).pop().unwrap().token();
        let reset = json!({"token": token, "password": "Regenschirm tanzt leise"});
        app.anonymous().post("/v1/auth/password/reset", &reset).is(204);
        let body = json!({"email": EMAIL, "password": "Regenschirm tanzt leise"});
        let refused = app.anonymous().post("/v1/auth/login", &body).is(401);
        assert_eq!(refused.code(), "second_factor_required");
    });
}

#[test]
fn guessing_one_time_passwords_is_slowed_down_and_shuts_nobody_out() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "guest");
        let (seed, _) = enrol(&app, &caller(&app, &login(&app, None).is(200)));
        app.advance(TimeDelta::minutes(2));
        let right = accounts::code_of(&seed, &app.state);
        let wrong = if right == "000000" { "000001" } else { "000000" };
        let statuses: Vec<u16> = (0..8).map(|_| login(&app, Some(wrong)).status).collect();
        assert!(statuses.contains(&429) && statuses[0] == 401, "{statuses:?}");
        login(&app, Some(&right)).is(429);
        app.advance(TimeDelta::minutes(6));
        login(&app, Some(&accounts::code_of(&seed, &app.state))).is(200);
    });
}

#[test]
fn a_second_factor_begins_with_the_password_and_counts_from_the_first_code() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "guest");
        let guest = caller(&app, &login(&app, None).is(200));
        let refused = guest
            .post("/v1/me/second-factor", &json!({"password": "not the password"}))
            .is(422)
            .json();
        assert_eq!(refused["errors"][0]["pointer"], "/password");
        guest
            .post("/v1/me/second-factor", &json!({"password": PASSWORD}))
            .is(200);
        login(&app, None).is(200);
        let wrong: Value = guest
            .post("/v1/me/second-factor/confirm", &json!({"code": "12345"}))
            .is(422)
            .json();
        assert_eq!(wrong["errors"][0]["pointer"], "/code");
        login(&app, None).is(200);
    });
}
