//! What managers may do to accounts, and what not: choose the password of somebody else, and be the last who leaves.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::letters;
use werkstadt_domain::account::Role;
use werkstadt_tests::accounts;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Reply;

const EMAIL: &str = "erika@example.org";
const PASSWORD: &str = "a long enough password";
const NEW: &str = "Regenschirm tanzt leise";

fn login(app: &TestApp, password: &str) -> Reply {
    let body = json!({"email": EMAIL, "password": password});
    app.anonymous().post("/v1/auth/login", &body)
}

fn of(caller: &Caller<'_>) -> String {
    format!("/v1/users/{}", caller.user_id())
}

#[test]
fn a_manager_ends_a_password_and_does_not_choose_the_next() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let user = json!({"email": EMAIL, "name": "Erika", "role": "guest", "password": PASSWORD, "language": "en"});
        let user = format!("/v1/users/{}", manager.create("/v1/users", &user));
        let chosen = manager.patch(&user, "*", &json!({"password": NEW})).is(422).json();
        assert_eq!(chosen["errors"][0]["pointer"], "/password", "{chosen}");
        let before = login(&app, PASSWORD).is(200).json();
        let forgotten = json!({"email": EMAIL});
        app.anonymous().post("/v1/auth/password/forgot", &forgotten).is(202);
        let earlier = app.letters_to(EMAIL).pop().unwrap().token();
        let reset = format!("{user}/password-reset");
        manager.post(&reset, &Value::Null).is(202);
        login(&app, PASSWORD).is(401);
        let session = json!({"refresh_token": before["refresh_token"]});
        app.anonymous().post("/v1/auth/refresh", &session).is(401);
        let choose = |token: &str| {
            let body = json!({"token": token, "password": NEW});
            app.anonymous().post("/v1/auth/password/reset", &body)
        };
        choose(&earlier).is(401);
        let letter = app.letters_to(EMAIL).pop().unwrap();
        assert_eq!(letter.letter.subject, "Werkstadt: Please choose a new password");
        app.advance(TimeDelta::hours(47));
        choose(&letter.token()).is(204);
        choose(&letter.token()).is(401);
        login(&app, NEW).is(200);
        login(&app, PASSWORD).is(401);
        // Who read the letter too late asks for another.
        manager.post(&reset, &Value::Null).is(202);
        let late = app.letters_to(EMAIL).pop().unwrap().token();
        app.advance(TimeDelta::hours(49));
        choose(&late).is(401);
        app.anonymous().post("/v1/auth/password/forgot", &forgotten).is(202);
        choose(&app.letters_to(EMAIL).pop().unwrap().token()).is(204);
        manager
            .post(&format!("{}/password-reset", of(&manager)), &Value::Null)
            .is(403);
        let unknown = "/v1/users/01936d3e-7f10-7000-8000-00000000dead/password-reset";
        manager.post(unknown, &Value::Null).is(404);
        let log = manager.read("/v1/audit-log?limit=100").to_string();
        assert!(log.contains(user.rsplit('/').next().unwrap()), "{log}");
    });
}

#[test]
fn the_last_manager_stays() {
    on_each(|database| {
        let app = TestApp::on(database);
        let last = app.as_manager();
        let own = app.company("Optik Weber");
        let id = last.user_id();
        let refused = |reply: Reply| assert_eq!(reply.is(409).code(), "last_manager");
        // Neither a suspended manager nor an owner could administer.
        let suspended = app.user(Role::Manager, None);
        last.patch(&of(&suspended), "*", &json!({"active": false})).is(200);
        app.as_owner(&own);
        accounts::reset(&app.state, id);
        let confirm = || {
            let (_, token) = accounts::action_token(&app.state, id, letters::ERASE_ACCOUNT, json!(null));
            app.anonymous().post("/v1/auth/erasure", &json!({"token": token}))
        };
        let tries = || {
            refused(last.patch(&of(&last), "*", &json!({"active": false})));
            refused(last.patch(&of(&last), "*", &json!({"role": "guest"})));
            refused(last.patch(&of(&last), "*", &json!({"role": "owner", "organisation_id": own})));
            refused(last.delete(&of(&last), "*"));
            refused(last.post("/v1/erasures", &json!({"user_id": id.to_string()})));
            refused(last.post("/v1/me/erasure", &json!({"password": accounts::PASSWORD})));
            refused(confirm());
        };
        tries();
        let person = last.create("/v1/people", &werkstadt_tests::calls::person(&own));
        last.patch(&of(&last), "*", &json!({"person_id": person, "name": "Still here"}))
            .is(200);
        tries();
        last.read(&format!("/v1/people/{person}"));
        // Whose person goes, the account goes, too.
        refused(last.post("/v1/erasures", &json!({"person_id": person})));
        last.read(&format!("/v1/people/{person}"));
        assert_eq!(last.read(&of(&last))["role"], "manager");
        // With another, each of them may go.
        let other = app.user(Role::Manager, None);
        last.patch(&of(&last), "*", &json!({"active": false})).is(200);
        other.patch(&of(&last), "*", &json!({"active": true})).is(200);
        other.patch(&of(&last), "*", &json!({"role": "guest"})).is(200);
        refused(other.delete(&of(&other), "*"));
        other.patch(&of(&last), "*", &json!({"role": "manager"})).is(200);
        confirm().is(204);
        other.get(&of(&last)).is(404);
        refused(other.patch(&of(&other), "*", &json!({"active": false})));
    });
}

#[test]
fn managers_who_leave_at_once_leave_one() {
    on_each(|database| {
        let app = TestApp::on(database);
        let mut pair = vec![app.user(Role::Manager, None), app.user(Role::Manager, None)];
        for round in 0..24 {
            let leave = |number: usize| {
                let (one, other) = (&pair[number], &pair[1 - number]);
                match round % 3 {
                    0 => one.patch(&of(one), "*", &json!({"active": false})).status,
                    1 => one.patch(&of(other), "*", &json!({"role": "guest"})).status,
                    _ => one.delete(&of(one), "*").status,
                }
            };
            let leave = &leave;
            let statuses = std::thread::scope(|scope| {
                let both = [0, 1].map(|number| scope.spawn(move || leave(number)));
                both.map(|one| one.join().unwrap())
            });
            let done = statuses.iter().filter(|status| [200, 204].contains(*status)).count();
            // Who was made a guest in between may not demote any more; otherwise it is the count that stops the second.
            let stopped = statuses
                .iter()
                .filter(|status| [401, 403, 409].contains(*status))
                .count();
            assert_eq!((done, stopped), (1, 1), "{statuses:?} in round {round}");
            let left = app.count("SELECT count(*) AS count FROM users WHERE role = 'manager' AND active");
            assert_eq!(left, 1, "{statuses:?} in round {round}");
            let faster = usize::from(![200, 204].contains(&statuses[0]));
            pair.remove(if round % 3 == 1 { 1 - faster } else { faster });
            pair.push(app.user(Role::Manager, None));
        }
    });
}

#[test]
fn a_guardian_leaves_a_manager_too() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (ward, token) = accounts::ward(&app.state);
        let ward = format!("/v1/users/{ward}");
        let manager = app.as_manager();
        manager.patch(&ward, "*", &json!({"role": "manager"})).is(200);
        manager.patch(&of(&manager), "*", &json!({"role": "guest"})).is(200);
        let withdraw = || {
            app.anonymous()
                .post("/v1/auth/guardian-withdrawal", &json!({"token": token}))
        };
        assert_eq!(withdraw().is(409).code(), "last_manager");
        app.user(Role::Manager, None);
        withdraw().is(204);
    });
}
