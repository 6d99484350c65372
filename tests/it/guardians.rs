//! Guardians of minors: no account, no profile and no registration of a minor without their consent.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::accounts::PASSWORD;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{consent_text, import, person};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Reply;

mod minors;

const MINOR: &str = "max@example.org";
const GUARDIAN: &str = "grete@example.org";

fn register(app: &TestApp, minor: &str, guardian: &str) -> Reply {
    let body = json!({"email": minor, "name": "Max Musterkind", "birth_year": 2012,
        "guardian": {"name": "Grete Muster", "email": guardian}});
    app.anonymous().post("/v1/auth/register", &body)
}

fn consent(app: &TestApp, token: &str) -> Reply {
    let body = json!({"token": token, "name": "Grete Muster"});
    app.anonymous().post("/v1/auth/guardian-consent", &body)
}

fn withdraw(app: &TestApp, token: &str) -> Reply {
    app.anonymous()
        .post("/v1/auth/guardian-withdrawal", &json!({"token": token}))
}

fn activate(app: &TestApp, token: &str) -> Reply {
    let body = json!({"token": token, "password": PASSWORD});
    app.anonymous().post("/v1/auth/activate", &body)
}

fn login(app: &TestApp, email: &str) -> Reply {
    app.anonymous()
        .post("/v1/auth/login", &json!({"email": email, "password": PASSWORD}))
}

fn last_token(app: &TestApp, address: &str) -> String {
    app.letters_to(address).pop().unwrap().token()
}

fn signed_in<'a>(app: &'a TestApp, email: &str) -> Caller<'a> {
    let token = login(app, email).is(200).json()["access_token"].clone();
    Caller::bearing(app, token.as_str().unwrap().to_owned())
}

#[test]
fn a_minor_registers_when_the_guardian_agrees_and_until_that_is_taken_back() {
    on_each(|database| {
        let app = TestApp::on(database);
        register(&app, MINOR, GUARDIAN).is(202);
        assert!(app.letters_to(MINOR).is_empty(), "the guardian is asked first");
        let asked = app.letters_to(GUARDIAN).pop().unwrap();
        assert!(
            asked.letter.body.contains(MINOR) && !asked.letter.body.contains("Muster"),
            "{}",
            asked.letter.body
        );
        // The token is good for nothing else, and no other for it.
        for path in ["/v1/auth/activate", "/v1/auth/password/reset"] {
            let body = json!({"token": asked.token(), "password": PASSWORD});
            app.anonymous().post(path, &body).is(401);
        }
        withdraw(&app, &asked.token()).is(401);
        app.anonymous()
            .post(
                "/v1/auth/guardian-consent",
                &json!({"token": asked.token(), "name": " "}),
            )
            .is(422);
        consent(&app, &asked.token()).is(204);
        consent(&app, &asked.token()).is(401);
        let token = last_token(&app, MINOR);
        consent(&app, &token).is(401);
        activate(&app, &token).is(204);
        let minor = signed_in(&app, MINOR);
        let entries = minor.all("/v1/me/consents", 10);
        assert_eq!(entries.len(), 1);
        assert_eq!(
            (
                &entries[0]["purpose"],
                &entries[0]["source"],
                &entries[0]["by"],
                &entries[0]["guardian"]
            ),
            (
                &json!("minor_account"),
                &json!("guardian_link"),
                &json!("guardian"),
                &json!("Grete Muster")
            )
        );
        // A minor neither agrees nor takes back what the guardian agreed to.
        app.as_manager()
            .create("/v1/consent-texts", &consent_text("newsletter"));
        let newsletter = json!({"purpose": "newsletter", "version": 1, "language": "de"});
        let refused = minor.post("/v1/me/consents", &newsletter).is(422).json();
        assert_eq!(refused["errors"][0]["detail"], "guardian is missing.");
        let own = format!("/v1/me/consents/{}/withdrawal", entries[0]["id"].as_str().unwrap());
        minor.post(&own, &json!(null)).is(403);
        let user = format!("/v1/users/{}", minor.read("/v1/me")["id"].as_str().unwrap());
        let confirmed = app.letters_to(GUARDIAN).pop().unwrap();
        withdraw(&app, &confirmed.token()).is(204);
        withdraw(&app, &confirmed.token()).is(401);
        consent(&app, &asked.token()).is(401);
        minor.get("/v1/me").is(401);
        login(&app, MINOR).is(401);
        // Nobody lets the account live again without the guardian.
        let manager = app.as_manager();
        assert_eq!(manager.read(&user)["active"], false);
        assert_eq!(
            manager.patch(&user, "*", &json!({"active": true})).is(409).json()["current"],
            "withdrawn"
        );
        manager.patch(&user, "*", &json!({"name": "Max"})).is(200);
        // Of age, the user decides.
        app.advance(TimeDelta::days(366 * 6));
        app.as_manager().patch(&user, "*", &json!({"active": true})).is(200);
    });
}

#[test]
fn a_minor_without_a_guardian_does_not_register() {
    on_each(|database| {
        let app = TestApp::on(database);
        let body = |change: Value| {
            let mut body = json!({"email": MINOR, "name": "Max"});
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            let reply = app.anonymous().post("/v1/auth/register", &body).is(422).json();
            reply["errors"][0]["pointer"].as_str().unwrap().to_owned()
        };
        let guardian = json!({"name": "Grete", "email": GUARDIAN});
        assert_eq!(body(json!({"birth_year": 2012})), "/guardian");
        assert_eq!(body(json!({"birth_year": 2008})), "/guardian", "comes of age this year");
        assert_eq!(body(json!({"guardian": guardian})), "/birth_year");
        assert_eq!(body(json!({"birth_year": 1990, "guardian": guardian})), "/guardian");
        let oneself = json!({"name": "Grete", "email": "MAX@example.org"});
        assert_eq!(
            body(json!({"birth_year": 2012, "guardian": oneself})),
            "/guardian/email"
        );
        let adult = json!({"email": "ada@example.org", "name": "Ada", "birth_year": 1990});
        app.anonymous().post("/v1/auth/register", &adult).is(202);
        assert_eq!(app.letters_to("ada@example.org").len(), 1);
    });
}

#[test]
fn nobody_learns_from_a_guardians_letter_whether_there_is_an_account() {
    on_each(|database| {
        let app = TestApp::on(database);
        let user = json!({"email": MINOR, "name": "Max", "role": "guest"});
        app.as_manager().create("/v1/users", &user);
        let (known, unknown) = (
            register(&app, MINOR, GUARDIAN),
            register(&app, "new@example.org", "other@example.org"),
        );
        assert_eq!((known.status, known.body.len()), (unknown.status, unknown.body.len()));
        let letters = [GUARDIAN, "other@example.org"].map(|address| app.letters_to(address).pop().unwrap());
        assert_eq!(letters[0].letter.subject, letters[1].letter.subject);
        let answers = letters.map(|letter| consent(&app, &letter.token()).status);
        assert_eq!(answers, [204, 204]);
        let letter = app.letters_to(MINOR).pop().unwrap().letter;
        assert!(!letter.body.contains("wa_"), "{}", letter.body);
        assert!(
            app.letters_to("new@example.org")
                .pop()
                .unwrap()
                .letter
                .body
                .contains("wa_")
        );
    });
}

#[test]
fn a_guardian_has_a_fortnight_and_is_not_written_to_often() {
    on_each(|database| {
        let app = TestApp::on(database);
        register(&app, MINOR, GUARDIAN).is(202);
        let token = last_token(&app, GUARDIAN);
        app.advance(TimeDelta::days(15));
        consent(&app, &token).is(401);
        assert!(app.letters_to(MINOR).is_empty());
        let statuses: Vec<u16> = (0..7)
            .map(|number| register(&app, &format!("m{number}@example.org"), "victim@example.org").status)
            .collect();
        assert_eq!(statuses, [202, 202, 202, 202, 202, 429, 429]);
        // Nothing is kept of those who never answered.
        app.advance(TimeDelta::days(60));
        werkstadt_api::daily::run(&app.state).unwrap();
        assert_eq!(app.count("SELECT count(*) AS count FROM guardianships"), 0);
    });
}

#[test]
fn an_invited_minor_waits_for_the_guardian() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let owner = app.as_owner(&own);
        let mut body = person(&own);
        body["birth_year"] = json!(2012);
        body["email"] = json!(MINOR);
        body["consent"] = json!({"by": "guardian", "name": "Grete Muster", "how": "signed form"});
        let id = owner.create("/v1/people", &body);
        let target = format!("/v1/people/{id}");
        let mut invite =
            json!({"email": MINOR, "name": "Max", "role": "member", "organisation_id": own, "person_id": id});
        let refused = owner.post("/v1/invitations", &invite).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/person_id", "a minor has a guardian");
        let user = json!({"email": MINOR, "name": "Max", "role": "guest", "person_id": id});
        manager.post("/v1/users", &user).is(422);
        invite["birth_year"] = json!(2012);
        let refused = owner.post("/v1/invitations", &invite).is(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/guardian");
        invite["guardian"] = json!({"name": "Grete Muster", "email": GUARDIAN});
        let made = owner.post("/v1/invitations", &invite).is(201).json();
        assert_eq!(made["guardian"]["email"], GUARDIAN);
        let resend = format!("/v1/invitations/{}/resend", made["id"].as_str().unwrap());
        owner.post(&resend, &json!(null)).is(200);
        assert_eq!((app.letters_to(MINOR).len(), app.letters_to(GUARDIAN).len()), (0, 2));
        let asked = last_token(&app, GUARDIAN);
        consent(&app, &asked).is(204);
        let listed = owner.read("/v1/invitations");
        assert!(listed["items"][0]["guardian"]["consented_at"].is_string(), "{listed}");
        owner.post(&resend, &json!(null)).is(200);
        assert_eq!(app.letters_to(MINOR).len(), 2);
        activate(&app, &last_token(&app, MINOR)).is(204);
        let minor = signed_in(&app, MINOR);
        assert_eq!(minor.read("/v1/me")["person_id"], json!(id));
        minor.patch(&target, "*", &json!({"titles": "Schüler"})).is(200);
        minor
            .patch(&target, "*", &json!({"consent": {"by": "person", "how": "I say so"}}))
            .is(422);
        app.anonymous().get(&target).is(200);
        // A manager takes it back on the guardian's behalf: the account is suspended, and the profile is private.
        let user = minor.read("/v1/me")["id"].as_str().unwrap().to_owned();
        let withdrawal = format!("/v1/users/{user}/guardian-withdrawal");
        owner.post(&withdrawal, &json!(null)).is(403);
        manager.post(&withdrawal, &json!(null)).is(204);
        manager.post(&withdrawal, &json!(null)).is(404);
        minor.get("/v1/me").is(401);
        app.anonymous().get(&target).is(404);
        let now = manager.read(&target);
        assert_eq!(now["visibility"], "managers");
        let entries = manager.all(&format!("{target}/consents"), 10);
        assert!(
            entries.len() == 2 && entries.iter().all(|entry| entry["withdrawn_at"].is_string()),
            "{entries:?}"
        );
        owner
            .patch(&format!("/v1/users/{user}"), "*", &json!({"active": true}))
            .is(409);
        let nobody = format!("/v1/users/{}/guardian-withdrawal", owner.user_id());
        manager.post(&nobody, &json!(null)).is(404);
    });
}

#[test]
fn an_invitation_ends_with_the_guardians_consent() {
    on_each(|database| {
        let app = TestApp::on(database);
        let invite = json!({"email": MINOR, "name": "Max", "role": "guest", "birth_year": 2012,
            "guardian": {"name": "Grete", "email": GUARDIAN}});
        app.as_manager().create("/v1/invitations", &invite);
        consent(&app, &last_token(&app, GUARDIAN)).is(204);
        let token = last_token(&app, MINOR);
        withdraw(&app, &last_token(&app, GUARDIAN)).is(204);
        activate(&app, &token).is(401);
        login(&app, MINOR).is(401);
    });
}

#[test]
fn a_minor_is_in_no_directory_without_a_guardian() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let mut body = person(&own);
        (body["visibility"], body["birth_year"]) = (json!("managers"), json!(2012));
        let pointer = |reply: Reply| {
            reply.is(422).json()["errors"][0]["pointer"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(pointer(manager.post("/v1/people", &body)), "/consent/by");
        let mut none = body.clone();
        none.as_object_mut().unwrap().remove("consent");
        assert_eq!(pointer(manager.post("/v1/people", &none)), "/consent");
        // Who turns out to be a minor, by a change or by an earlier state.
        none["birth_year"] = json!(1990);
        let target = format!("/v1/people/{}", manager.create("/v1/people", &none));
        assert_eq!(
            pointer(manager.patch(&target, "*", &json!({"birth_year": 2012}))),
            "/consent"
        );
        body["consent"] = json!({"by": "guardian", "name": "Grete Muster", "how": "signed form"});
        let target = format!("/v1/people/{}", manager.create("/v1/people", &body));
        assert_eq!(
            pointer(manager.patch(&target, "*", &json!({"consent": null}))),
            "/consent"
        );
        manager
            .patch(&target, "*", &json!({"birth_year": null, "consent": null}))
            .is(200);
        let history = manager.read(&format!("{target}/history"));
        let version = history["items"][0]["version_id"].as_str().unwrap();
        let restore = format!("{target}/history/{version}/restore");
        assert_eq!(pointer(manager.post(&restore, &json!(null))), "/consent");
        let row = |change: Value| {
            let mut row = json!({"record": "person", "given_name": "A", "family_name": "B", "birth_year": 2012});
            for (name, value) in change.as_object().unwrap() {
                row[name] = value.clone();
            }
            let request = import(&row.to_string()).header("Prefer", "wait=20");
            manager.send(request).is(202).json()["failed"].clone()
        };
        let by = |by: &str| json!({"consent": {"by": by, "name": "Grete Muster", "how": "form"}});
        assert_eq!(
            (row(json!({})), row(by("person")), row(by("guardian"))),
            (json!(1), json!(1), json!(0))
        );
        // The ledger asks the same.
        manager.create("/v1/consent-texts", &consent_text("event_photos"));
        let minor = format!("/v1/people/{}/consents", manager.create("/v1/people", &body));
        let mut photos = json!({"purpose": "event_photos", "version": 1, "language": "de"});
        assert_eq!(pointer(manager.post(&minor, &photos)), "/by");
        (photos["by"], photos["guardian"]) = (json!("guardian"), json!("Grete Muster"));
        manager.create(&minor, &photos);
    });
}
