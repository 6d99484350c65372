//! Letters on their way to a mail server that has its moods: each arrives, once where that can be known, and none waits for another.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use werkstadt_api::config::Mail;
use werkstadt_api::letters;
use werkstadt_persistence::{Error, letters as kept};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::smtp::{Mood, SmtpServer};

const ERIKA: &str = "erika@example.org";
const MAX: &str = "max@example.org";

/// A server that sends through the mail server, and two users.
fn app(database: &TestDatabase, server: &SmtpServer) -> TestApp {
    let url = server.url();
    let app = TestApp::numbered(database, 0, |config| {
        let patience = Duration::from_secs(3);
        config.mail = Mail::Smtp { url, patience };
        config.mail_from = "Präzisions-Netzwerk <noreply@netzwerk.example>".to_owned();
        config.network_name = "Netzwerk für Präzision in Thüringen, Straße der Optik".to_owned();
    });
    for (email, name) in [(ERIKA, "Erika Müßig-Öztürk"), (MAX, "Max")] {
        let user = json!({"email": email, "name": name, "role": "guest"});
        app.as_manager().create("/v1/users", &user);
    }
    app
}

fn forgot(app: &TestApp, email: &str) {
    let body = json!({"email": email});
    app.anonymous().post("/v1/auth/password/forgot", &body).is(202);
}

fn deliver(app: &TestApp) -> usize {
    letters::deliver(&app.state).unwrap()
}

fn waiting(app: &TestApp) -> i64 {
    app.state.store.read::<_, Error>(kept::waiting).unwrap().0
}

fn of_status(app: &TestApp, status: &str) -> i64 {
    app.count(&format!(
        "SELECT count(*) AS count FROM letters WHERE status = '{status}'"
    ))
}

#[test]
fn a_letter_arrives_as_it_was_written() {
    on_each(|database| {
        let server = SmtpServer::start();
        let app = app(database, &server);
        forgot(&app, ERIKA);
        assert_eq!(deliver(&app), 1);
        let letters = server.letters_to(ERIKA);
        let [letter] = letters.as_slice() else {
            panic!("{letters:?}")
        };
        assert_eq!(
            (letter.from.as_str(), letter.to.as_slice()),
            ("noreply@netzwerk.example", &[ERIKA.to_owned()][..])
        );
        let header = |name: &str| letter.header(name).unwrap_or_default();
        assert_eq!(
            header("From"),
            "Präzisions-Netzwerk <noreply@netzwerk.example>",
            "{}",
            letter.text
        );
        assert_eq!(header("To"), ERIKA);
        assert_eq!(
            header("Subject"),
            "Netzwerk für Präzision in Thüringen, Straße der Optik: Neues Passwort",
            "{}",
            letter.text
        );
        assert!(letter.text.is_ascii(), "any mail server takes it: {}", letter.text);
        let body = letter.body();
        assert!(
            body.starts_with("Guten Tag Erika Müßig-Öztürk,\n\njemand hat für Ihr Konto"),
            "{body}"
        );
        assert!(
            body.trim_end()
                .ends_with("\n-- \nNetzwerk für Präzision in Thüringen, Straße der Optik"),
            "{body}"
        );
        let token = body.split_whitespace().find(|word| word.starts_with("wa_")).unwrap();
        let reset = json!({"token": token, "password": "Regenschirm tanzt leise"});
        app.anonymous().post("/v1/auth/password/reset", &reset).is(204);
    });
}

#[test]
fn who_is_asked_to_come_later_comes_later_and_once() {
    on_each(|database| {
        let server = SmtpServer::start();
        let app = app(database, &server);
        server.is(Mood::Busy);
        forgot(&app, ERIKA);
        assert_eq!((deliver(&app), waiting(&app)), (0, 1));
        app.advance(TimeDelta::minutes(1));
        assert_eq!((deliver(&app), waiting(&app)), (0, 1));
        server.is(Mood::Willing);
        assert_eq!(deliver(&app), 0, "not before the time");
        app.advance(TimeDelta::minutes(5));
        assert_eq!((deliver(&app), waiting(&app)), (1, 0));
        app.advance(TimeDelta::hours(1));
        assert_eq!((deliver(&app), server.letters_to(ERIKA).len()), (0, 1));
    });
}

#[test]
fn a_mailbox_that_is_not_there_keeps_no_letter_to_another_waiting() {
    on_each(|database| {
        let server = SmtpServer::start();
        let app = app(database, &server);
        server.is(Mood::Without(ERIKA.to_owned()));
        for email in [ERIKA, MAX] {
            forgot(&app, email);
        }
        assert_eq!((deliver(&app), waiting(&app)), (1, 0));
        assert_eq!(server.letters_to(MAX).len(), 1);
        assert_eq!((of_status(&app, "failed"), of_status(&app, "sent")), (1, 1));
        let told = app.count("SELECT count(*) AS count FROM letters WHERE fault LIKE '%no such mailbox%'");
        assert_eq!(told, 1, "managers can read why");
        server.is(Mood::Willing);
        app.advance(TimeDelta::hours(1));
        assert_eq!(
            (deliver(&app), server.letters_to(ERIKA).len()),
            (0, 0),
            "not tried again"
        );
    });
}

#[test]
fn a_server_that_lets_nobody_in_costs_no_letter() {
    on_each(|database| {
        let server = SmtpServer::start();
        let app = app(database, &server);
        server.is(Mood::Shut);
        forgot(&app, ERIKA);
        assert_eq!((deliver(&app), waiting(&app), of_status(&app, "failed")), (0, 1, 0));
        server.is(Mood::Willing);
        app.advance(TimeDelta::minutes(1));
        assert_eq!((deliver(&app), server.letters_to(ERIKA).len()), (1, 1));
    });
}

#[test]
fn a_server_that_says_nothing_holds_up_no_request_and_not_the_queue() {
    on_each(|database| {
        let server = SmtpServer::start();
        let app = app(database, &server);
        server.is(Mood::Silent);
        forgot(&app, ERIKA);
        std::thread::scope(|scope| {
            let sending = scope.spawn(|| deliver(&app));
            app.anonymous().get("/v1/organisations").is(200);
            forgot(&app, MAX);
            app.company("Optik Weber");
            assert!(!sending.is_finished(), "requests are answered meanwhile");
            // The second letter finds a server that has recovered.
            server.is(Mood::Willing);
            assert_eq!(sending.join().unwrap(), 1);
        });
        assert_eq!((server.letters_to(MAX).len(), waiting(&app)), (1, 1));
        app.advance(TimeDelta::minutes(1));
        assert_eq!((deliver(&app), server.letters_to(ERIKA).len()), (1, 1));
    });
}

#[test]
fn a_connection_that_breaks_loses_nothing() {
    on_each(|database| {
        let server = SmtpServer::start();
        let app = app(database, &server);
        server.is(Mood::HangsUp);
        for email in [ERIKA, MAX] {
            forgot(&app, email);
        }
        assert_eq!((deliver(&app), waiting(&app)), (0, 2));
        assert!(server.letters_to(ERIKA).is_empty());
        server.is(Mood::Willing);
        app.advance(TimeDelta::minutes(1));
        assert_eq!((deliver(&app), waiting(&app)), (2, 0));
        assert_eq!([ERIKA, MAX].map(|email| server.letters_to(email).len()), [1, 1]);
        // Whether a letter was taken before the line broke, nobody knows: it is sent again, and can be told to be the same.
        server.is(Mood::Forgetful);
        forgot(&app, ERIKA);
        assert_eq!((deliver(&app), waiting(&app)), (0, 1));
        server.is(Mood::Willing);
        app.advance(TimeDelta::minutes(1));
        assert_eq!((deliver(&app), waiting(&app)), (1, 0));
        let letters = server.letters_to(ERIKA);
        assert_eq!(letters.len(), 3);
        assert_eq!(letters[1].header("Message-ID"), letters[2].header("Message-ID"));
        assert_ne!(letters[0].header("Message-ID"), letters[1].header("Message-ID"));
        assert_eq!(letters[1].body(), letters[2].body());
    });
}
