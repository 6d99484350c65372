//! Letters: none is lost when the mail server is down, none is sent by two servers.

use chrono::TimeDelta;
use serde_json::json;
use werkstadt_api::letters::{self, PostFault};
use werkstadt_persistence::{Error, letters as kept};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::{TestDatabase, on_each};

fn forgot(app: &TestApp, email: &str) {
    let body = json!({"email": email});
    app.anonymous().post("/v1/auth/password/forgot", &body).is(202);
}

fn waiting(app: &TestApp) -> i64 {
    let found = app.state.store.read::<_, Error>(kept::waiting);
    found.unwrap().0
}

fn user(app: &TestApp, email: &str) {
    let user = json!({"email": email, "name": "Erika", "role": "guest"});
    app.as_manager().create("/v1/users", &user);
}

#[test]
fn a_letter_waits_for_a_mail_server_that_is_down() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "erika@example.org");
        let down = PostFault {
            is_final: false,
            words: "connection refused".to_owned(),
        };
        app.mailbox().fail(Some(down));
        forgot(&app, "erika@example.org");
        assert!(app.letters_to("erika@example.org").is_empty());
        assert_eq!(waiting(&app), 1);
        app.mailbox().fail(None);
        assert!(
            app.letters_to("erika@example.org").is_empty(),
            "not at once: the server may be overloaded"
        );
        app.advance(TimeDelta::minutes(1));
        let letter = app.letters_to("erika@example.org").pop().unwrap();
        // What it offers is good, though it was prepared twice.
        let reset = json!({"token": letter.token(), "password": "Regenschirm tanzt leise"});
        app.anonymous().post("/v1/auth/password/reset", &reset).is(204);
    });
}

#[test]
fn a_letter_that_nobody_can_get_is_given_up() {
    on_each(|database| {
        let app = TestApp::on(database);
        user(&app, "erika@example.org");
        let unknown = PostFault {
            is_final: true,
            words: "550 no such mailbox".to_owned(),
        };
        app.mailbox().fail(Some(unknown));
        forgot(&app, "erika@example.org");
        assert!(app.letters_to("erika@example.org").is_empty());
        assert_eq!(waiting(&app), 0);
        // A server that stays down is tried for two days, then no longer. What ends before is not sent at all.
        let down = PostFault {
            is_final: false,
            words: "connection refused".to_owned(),
        };
        app.mailbox().fail(Some(down));
        let invited = json!({"email": "max@example.org", "name": "Max", "role": "manager"});
        app.as_manager().create("/v1/invitations", &invited);
        let mut hours = 0;
        while waiting(&app) > 0 {
            letters::deliver(&app.state).unwrap();
            app.advance(TimeDelta::hours(1));
            hours += 1;
            assert!(hours < 60, "for ever");
        }
        assert!(hours > 40, "{hours}");
        forgot(&app, "erika@example.org");
        letters::deliver(&app.state).unwrap();
        app.advance(TimeDelta::minutes(61));
        app.mailbox().fail(None);
        assert!(app.letters_to("erika@example.org").is_empty());
        assert_eq!(waiting(&app), 0);
    });
}

#[test]
fn two_servers_send_a_letter_once() {
    on_each(|database| {
        if matches!(database, TestDatabase::Sqlite(_)) {
            return;
        }
        let one = TestApp::on(database);
        let other = TestApp::numbered(database, 1, |_| {});
        let addresses: Vec<String> = (0..30).map(|number| format!("e{number}@example.org")).collect();
        for address in &addresses {
            user(&one, address);
            forgot(&one, address);
            one.advance(TimeDelta::seconds(1));
            other.advance(TimeDelta::seconds(1));
        }
        std::thread::scope(|scope| {
            for app in [&one, &other] {
                scope.spawn(|| letters::deliver(&app.state).unwrap());
            }
        });
        for address in &addresses {
            let count = one.letters_to(address).len() + other.letters_to(address).len();
            assert_eq!(count, 1, "{address}");
        }
    });
}

#[test]
fn who_asks_for_many_letters_to_one_address_is_slowed_down() {
    on_each(|database| {
        let app = TestApp::on(database);
        let body = json!({"email": "victim@example.org"});
        let statuses: Vec<u16> = (0..7)
            .map(|_| app.anonymous().post("/v1/auth/password/forgot", &body).status)
            .collect();
        assert_eq!(statuses, [202, 202, 202, 202, 202, 429, 429]);
        forgot(&app, "somebody.else@example.org");
        app.advance(TimeDelta::minutes(11));
        forgot(&app, "victim@example.org");
    });
}
