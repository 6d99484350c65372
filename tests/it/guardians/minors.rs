//! Who turns out to be a minor, by whatever is noted first: there is no account that is used without a guardian who agrees.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::person;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Reply;

use super::{GUARDIAN, MINOR, activate, consent, last_token, login, register, signed_in, withdraw};

/// That somebody is a minor, and may be in the directory.
fn minor() -> Value {
    json!({"birth_year": 2012, "consent": {"by": "guardian", "name": "Grete Muster", "how": "signed form"}})
}

fn grown_up(app: &TestApp, email: &str) -> Reply {
    let body = json!({"email": email, "name": "Max Musterkind"});
    app.anonymous().post("/v1/auth/register", &body)
}

fn pointer(reply: Reply) -> String {
    let problem = reply.is(422).json();
    problem["errors"][0]["pointer"].as_str().unwrap().to_owned()
}

/// Somebody of an organisation who is written to at this address: owners make users those persons whose address is the login.
fn reached(organisation: &str, email: &str) -> Value {
    let mut body = person(organisation);
    body["email"] = json!(email);
    body
}

fn email_of(user: &Caller<'_>) -> String {
    user.read("/v1/me")["email"].as_str().unwrap().to_owned()
}

/// The letters to the minor that make an account.
fn tokens(app: &TestApp) -> usize {
    let letters = app.letters_to(MINOR);
    letters.iter().filter(|one| one.letter.body.contains("wa_")).count()
}

#[test]
fn an_invitation_to_who_turns_out_to_be_a_minor_makes_no_account() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let owner = app.as_owner(&own);
        let id = owner.create("/v1/people", &reached(&own, MINOR));
        let invite = json!({"email": MINOR, "name": "Max", "role": "member", "organisation_id": own, "person_id": id});
        let invitation = owner.create("/v1/invitations", &invite);
        let token = last_token(&app, MINOR);
        owner.patch(&format!("/v1/people/{id}"), "*", &minor()).is(200);
        activate(&app, &token).is(401);
        login(&app, MINOR).is(401);
        let resend = format!("/v1/invitations/{invitation}/resend");
        assert_eq!(
            owner.post(&resend, &json!(null)).is(409).json()["current"],
            "without_guardian"
        );
        assert_eq!(tokens(&app), 1);
    });
}

#[test]
fn a_user_who_turns_out_to_be_a_minor_waits_for_the_guardian() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let (owner, member) = (app.as_owner(&own), app.as_member(&own));
        let target = format!(
            "/v1/people/{}",
            owner.create("/v1/people", &reached(&own, &email_of(&member)))
        );
        owner.patch(&target, "*", &minor()).is(200);
        owner
            .patch(
                &target,
                "*",
                &json!({"birth_year": null, "consent": {"by": "person", "name": null}}),
            )
            .is(200);
        let user = format!("/v1/users/{}", member.user_id());
        let id = target.rsplit('/').next().unwrap();
        owner.patch(&user, "*", &json!({"person_id": id})).is(200);
        for by in [&owner, &manager] {
            assert_eq!(pointer(by.patch(&target, "*", &minor())), "/birth_year");
        }
        // An earlier state tells it, too.
        let history = manager.read(&format!("{target}/history"));
        owner
            .patch(
                &target,
                "*",
                &json!({"consent": {"by": "guardian", "name": "Grete Muster"}}),
            )
            .is(200);
        let states: Vec<&str> = history["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["version_id"].as_str())
            .collect();
        let statuses: Vec<u16> = states
            .iter()
            .map(|state| {
                manager
                    .post(&format!("{target}/history/{state}/restore"), &json!(null))
                    .status
            })
            .collect();
        assert!(statuses.contains(&422), "{statuses:?}");
        assert!(manager.read(&target).get("birth_year").is_none());
        member.get("/v1/me").is(200);
        // The guardian is asked, and the account rests until there is an answer.
        let ask = format!("{user}/guardian");
        let guardian = json!({"birth_year": 2012, "guardian": {"name": "Grete Muster", "email": GUARDIAN}});
        app.as_owner(&app.company("Andere GmbH")).post(&ask, &guardian).is(403);
        assert_eq!(
            pointer(manager.post(&ask, &json!({"guardian": guardian["guardian"]}))),
            "/birth_year"
        );
        assert_eq!(manager.post(&ask, &guardian).is(200).json()["email"], GUARDIAN);
        member.get("/v1/me").is(401);
        manager.patch(&user, "*", &json!({"active": true})).is(409);
        owner.patch(&target, "*", &minor()).is(200);
        consent(&app, &last_token(&app, GUARDIAN)).is(204);
        assert_eq!(manager.read(&user)["active"], true);
        let entries = member.all("/v1/me/consents", 10);
        assert!(
            entries
                .iter()
                .any(|one| one["purpose"] == "minor_account" && one["guardian"] == "Grete Muster")
        );
        assert_eq!(manager.post(&ask, &guardian).is(409).json()["current"], "consented");
        withdraw(&app, &last_token(&app, GUARDIAN)).is(204);
        member.get("/v1/me").is(401);
    });
}

#[test]
fn a_suspended_user_who_is_a_minor_comes_back_with_a_guardian_alone() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let (owner, member) = (app.as_owner(&own), app.as_member(&own));
        let id = owner.create("/v1/people", &reached(&own, &email_of(&member)));
        let user = format!("/v1/users/{}", member.user_id());
        owner
            .patch(&user, "*", &json!({"person_id": id, "active": false}))
            .is(200);
        owner.patch(&format!("/v1/people/{id}"), "*", &minor()).is(200);
        for by in [&owner, &manager] {
            let refused = by.patch(&user, "*", &json!({"active": true})).is(409).json();
            assert_eq!(refused["current"], "without_guardian");
        }
        owner.patch(&user, "*", &json!({"name": "Max"})).is(200);
        app.advance(TimeDelta::days(366 * 6));
        app.as_manager().patch(&user, "*", &json!({"active": true})).is(200);
    });
}

#[test]
fn who_said_to_be_a_minor_does_not_unsay_it_by_registering_again() {
    on_each(|database| {
        let app = TestApp::on(database);
        register(&app, MINOR, GUARDIAN).is(202);
        let asked = last_token(&app, GUARDIAN);
        grown_up(&app, "MAX@example.org").is(202);
        let letters = app.letters_to("MAX@example.org").len() + app.letters_to(MINOR).len();
        assert_eq!((letters, tokens(&app)), (1, 0), "who reads the letters is told why");
        // Neither by an invitation that does not say so.
        let invite = json!({"email": MINOR, "name": "Max", "role": "guest"});
        assert_eq!(pointer(app.as_manager().post("/v1/invitations", &invite)), "/guardian");
        assert_eq!(pointer(app.as_manager().post("/v1/users", &invite)), "/email");
        let own = app.company("Eigene GmbH");
        let member = json!({"email": MINOR, "name": "Max", "role": "member", "organisation_id": own});
        app.as_owner(&own).create("/v1/invitations", &member);
        assert_eq!(tokens(&app), 0);
        // Once the guardian agrees, what is begun either way rests on that.
        consent(&app, &asked).is(204);
        grown_up(&app, MINOR).is(202);
        assert_eq!(tokens(&app), 2);
        activate(&app, &last_token(&app, MINOR)).is(204);
        let minor = signed_in(&app, MINOR);
        assert_eq!(minor.all("/v1/me/consents", 10)[0]["purpose"], "minor_account");
        withdraw(&app, &last_token(&app, GUARDIAN)).is(204);
        minor.get("/v1/me").is(401);
    });
}

#[test]
fn an_older_registration_is_good_for_nothing_once_a_minor_is_known() {
    on_each(|database| {
        let app = TestApp::on(database);
        grown_up(&app, MINOR).is(202);
        let token = last_token(&app, MINOR);
        register(&app, MINOR, GUARDIAN).is(202);
        activate(&app, &token).is(401);
        login(&app, MINOR).is(401);
        let asked = last_token(&app, GUARDIAN);
        // A manager who knows better says so.
        let adult = json!({"email": MINOR, "name": "Max", "role": "guest", "birth_year": 1990});
        app.as_manager().create("/v1/invitations", &adult);
        consent(&app, &asked).is(401);
        activate(&app, &last_token(&app, MINOR)).is(204);
    });
}

#[test]
fn a_guardian_who_answers_an_invitation_that_is_gone_agrees_to_nothing() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let (owner, other) = (app.as_owner(&own), app.as_owner(&own));
        let invite = json!({"email": MINOR, "name": "Max", "role": "member", "organisation_id": own, "birth_year": 2012,
            "guardian": {"name": "Grete", "email": GUARDIAN}});
        let id = owner.create("/v1/invitations", &invite);
        let asked = last_token(&app, GUARDIAN);
        owner.delete(&format!("/v1/invitations/{id}"), "*").is(204);
        consent(&app, &asked).is(401);
        assert_eq!(app.count("SELECT count(*) AS count FROM guardianships"), 0);
        // Nor when it went with the organisation.
        other.create("/v1/invitations", &invite);
        let asked = last_token(&app, GUARDIAN);
        app.execute("DELETE FROM invitations");
        consent(&app, &asked).is(401);
        assert!(app.letters_to(MINOR).is_empty());
        assert_eq!(manager.all("/v1/invitations", 10).len(), 0);
    });
}

#[test]
fn a_guardian_has_no_say_about_who_is_of_age() {
    on_each(|database| {
        let app = TestApp::on(database);
        register(&app, MINOR, GUARDIAN).is(202);
        consent(&app, &last_token(&app, GUARDIAN)).is(204);
        let withdrawal = last_token(&app, GUARDIAN);
        activate(&app, &last_token(&app, MINOR)).is(204);
        app.advance(TimeDelta::days(366 * 6));
        let grown = signed_in(&app, MINOR);
        let user = format!("/v1/users/{}", grown.read("/v1/me")["id"].as_str().unwrap());
        withdraw(&app, &withdrawal).is(401);
        let manager = app.as_manager();
        manager
            .post(&format!("{user}/guardian-withdrawal"), &json!(null))
            .is(404);
        grown.get("/v1/me").is(200);
        // And who the guardian was is not kept.
        let known = || {
            app.count(&format!(
                "SELECT count(*) AS count FROM guardianships WHERE guardian_email = '{GUARDIAN}'"
            ))
        };
        assert_eq!(known(), 1);
        werkstadt_api::daily::run(&app.state).unwrap();
        assert_eq!(known(), 0);
        let entries = grown.all("/v1/me/consents", 10);
        assert_eq!(entries[0]["purpose"], "minor_account", "that it was agreed to is");
        assert!(!entries[0].to_string().contains(GUARDIAN), "{}", entries[0]);
        login(&app, MINOR).is(200);
    });
}

#[test]
fn after_a_withdrawal_the_guardian_may_be_asked_again() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let invite = json!({"email": MINOR, "name": "Max", "role": "guest", "birth_year": 2012,
            "guardian": {"name": "Grete", "email": GUARDIAN}});
        let invitation = manager.create("/v1/invitations", &invite);
        let first = last_token(&app, GUARDIAN);
        consent(&app, &first).is(204);
        let taken_back = last_token(&app, GUARDIAN);
        withdraw(&app, &taken_back).is(204);
        // An invitation is over with that.
        let resend = format!("/v1/invitations/{invitation}/resend");
        assert_eq!(
            manager.post(&resend, &json!(null)).is(409).json()["current"],
            "withdrawn"
        );
        manager.delete(&format!("/v1/invitations/{invitation}"), "*").is(204);
        manager.create("/v1/invitations", &invite);
        consent(&app, &last_token(&app, GUARDIAN)).is(204);
        let taken_back = last_token(&app, GUARDIAN);
        activate(&app, &last_token(&app, MINOR)).is(204);
        let minor = signed_in(&app, MINOR);
        let user = format!("/v1/users/{}", minor.read("/v1/me")["id"].as_str().unwrap());
        withdraw(&app, &taken_back).is(204);
        manager.patch(&user, "*", &json!({"active": true})).is(409);
        // Another guardian, and another once more: only the last letter counts.
        let ask = |email: &str| {
            let body = json!({"guardian": {"name": "Gustav", "email": email}});
            manager.post(&format!("{user}/guardian"), &body)
        };
        assert_eq!(pointer(ask(MINOR)), "/guardian/email");
        ask("gustav@example.org").is(200);
        let superseded = last_token(&app, "gustav@example.org");
        ask("guido@example.org").is(200);
        consent(&app, &superseded).is(401);
        consent(&app, &first).is(401);
        login(&app, MINOR).is(401);
        consent(&app, &last_token(&app, "guido@example.org")).is(204);
        login(&app, MINOR).is(200);
        assert_eq!(app.letters_to(MINOR).len(), 3, "the minor is told");
        withdraw(&app, &taken_back).is(401);
        // What is asked may be taken back unanswered.
        withdraw(&app, &last_token(&app, "guido@example.org")).is(204);
        ask("gunda@example.org").is(200);
        let asked = last_token(&app, "gunda@example.org");
        manager
            .post(&format!("{user}/guardian-withdrawal"), &json!(null))
            .is(204);
        consent(&app, &asked).is(401);
        let nobody = "01936d3e-7f10-7000-8000-00000000dead";
        let body = json!({"birth_year": 2012, "guardian": {"name": "G", "email": GUARDIAN}});
        manager.post(&format!("/v1/users/{nobody}/guardian"), &body).is(404);
    });
}
