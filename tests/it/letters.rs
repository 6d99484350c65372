//! Letters: none is lost when the mail server is down, none is sent by two servers.

use chrono::TimeDelta;
use serde_json::json;
use werkstadt_api::letters::{self, PostFault};
use werkstadt_persistence::{Error, letters as kept};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{application, tier};
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
fn a_letter_that_cannot_be_written_keeps_no_other_waiting() {
    on_each(|database| {
        let app = TestApp::on(database);
        let invited = |email: &str| json!({"email": email, "name": "Max", "role": "manager"});
        app.as_manager()
            .create("/v1/invitations", &invited("broken@example.org"));
        app.execute("UPDATE invitations SET role = 'nonsense'");
        app.as_manager()
            .create("/v1/invitations", &invited("whole@example.org"));
        assert_eq!(app.letters_to("whole@example.org").len(), 1);
        app.execute("UPDATE invitations SET role = 'manager'");
        app.advance(TimeDelta::minutes(1));
        assert_eq!(app.letters_to("broken@example.org").len(), 1, "mended, it leaves");
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

#[test]
fn who_applies_for_membership_hears_of_it_and_may_sign_in_as_a_member() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let apply = |name: &str, email: &str, language: &str| {
            let mut body = application("full", name);
            body["contact"]["email"] = json!(email);
            body["contact"]["language"] = json!(language);
            let receipt = app.anonymous().post("/v1/memberships/apply", &body).is(202).json();
            let reference = receipt["reference"].as_str().unwrap().to_owned();
            let decide = format!("/v1/membership-applications/{reference}/decide");
            manager.post(&decide, &json!({"decision": "review"})).is(200);
            (reference, decide)
        };
        let (reference, decide) = apply("Optik Weber GmbH", "erika@example.org", "en");
        let received = app.letters_to("erika@example.org").pop().unwrap().letter;
        assert!(received.body.contains(&reference), "{}", received.body);
        assert!(
            !received.body.contains("Weber"),
            "nothing of what anyone may have written"
        );
        manager.post(&decide, &json!({"decision": "accept"})).is(200);
        let mut received = app.letters_to("erika@example.org");
        let due = received.pop().unwrap().letter;
        assert_eq!(
            due.subject, "Werkstadt: A due to pay",
            "in the language of the application"
        );
        let welcome = received.pop().unwrap();
        assert_eq!(welcome.letter.subject, "Werkstadt: Welcome as a member");
        let activation = json!({"token": welcome.token(), "password": "Regenschirm tanzt leise"});
        app.anonymous().post("/v1/auth/activate", &activation).is(204);
        let login = json!({"email": "erika@example.org", "password": "Regenschirm tanzt leise"});
        let tokens = app.anonymous().post("/v1/auth/login", &login).is(200).json();
        let owner = Caller::bearing(&app, tokens["access_token"].as_str().unwrap().to_owned());
        let me = owner.read("/v1/me");
        assert_eq!(me["role"], "owner");
        let own = format!(
            "/v1/organisations/{}/membership",
            me["organisation_id"].as_str().unwrap()
        );
        assert_eq!(owner.read(&own)["status"], "active");
        let (_, decide) = apply("Laser Schmidt GmbH", "max@example.org", "de");
        let no = json!({"decision": "reject", "reason": "Kein Bezug zur Region."});
        manager.post(&decide, &no).is(200);
        let rejected = app.letters_to("max@example.org").pop().unwrap().letter;
        assert!(
            rejected.body.contains("Begründung: Kein Bezug zur Region."),
            "{}",
            rejected.body
        );
    });
}
