//! What an invitation offers, who gave it must have to give: when it is answered, not when it was written.

use serde_json::{Value, json};
use werkstadt_domain::account::Role;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;

use super::{activate, login};
use werkstadt_tests::accounts::PASSWORD;

fn invite(by: &Caller<'_>, email: &str, role: &str, organisation: Option<&str>) -> String {
    let mut body = json!({"email": email, "name": "Erika", "role": role});
    if let Some(organisation) = organisation {
        body["organisation_id"] = json!(organisation);
    }
    by.create("/v1/invitations", &body)
}

fn token(app: &TestApp, email: &str) -> String {
    app.letters_to(email).pop().unwrap().token()
}

#[test]
fn an_invitation_is_as_good_as_the_right_of_who_gave_it() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, other) = (app.company("Eigene GmbH"), app.company("Andere GmbH"));
        let (manager, second) = (app.as_manager(), app.user(Role::Manager, None));
        let (owner, moved) = (app.as_owner(&own), app.as_owner(&own));
        let change = |whom: &Caller<'_>, to: Value| {
            let user = format!("/v1/users/{}", whom.user_id());
            manager.patch(&user, "*", &to).is(200);
        };
        let mole = invite(&second, "mole@example.org", "manager", None);
        invite(&second, "kind@example.org", "guest", None);
        invite(&owner, "member@example.org", "member", Some(&own));
        invite(&moved, "editor@example.org", "editor", Some(&own));
        let tokens = ["mole", "kind", "member", "editor"].map(|name| token(&app, &format!("{name}@example.org")));
        change(&second, json!({"role": "guest"}));
        change(&owner, json!({"role": "member"}));
        change(&moved, json!({"organisation_id": other}));
        for token in &tokens {
            activate(&app, token).is(401);
        }
        login(&app, "mole@example.org", PASSWORD).is(401);
        // Whoever sends it again, and may, offers it from then on.
        manager
            .post(&format!("/v1/invitations/{mole}/resend"), &json!(null))
            .is(200);
        assert_eq!(app.letters_to("mole@example.org").len(), 2);
        activate(&app, &tokens[0]).is(204);
        change(&owner, json!({"role": "owner"}));
        activate(&app, &tokens[2]).is(204);
    });
}

#[test]
fn a_guardian_who_answers_too_late_for_the_inviter_lets_nobody_in() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let owner = app.as_owner(&own);
        let body = json!({"email": "max@example.org", "name": "Max", "role": "member", "organisation_id": own,
            "birth_year": 2012, "guardian": {"name": "Grete", "email": "grete@example.org"}});
        owner.create("/v1/invitations", &body);
        let asked = token(&app, "grete@example.org");
        let user = format!("/v1/users/{}", owner.user_id());
        manager.patch(&user, "*", &json!({"role": "member"})).is(200);
        let answer = json!({"token": asked, "name": "Grete"});
        app.anonymous().post("/v1/auth/guardian-consent", &answer).is(204);
        assert!(app.letters_to("max@example.org").is_empty());
    });
}

#[test]
fn the_invitations_of_a_manager_pass_on_to_who_removes_the_manager() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (manager, second) = (app.as_manager(), app.user(Role::Manager, None));
        let (owner, partner) = (app.as_owner(&own), app.as_owner(&own));
        invite(&second, "new@example.org", "manager", None);
        invite(&partner, "member@example.org", "member", Some(&own));
        let tokens = ["new", "member"].map(|name| token(&app, &format!("{name}@example.org")));
        for gone in [&second, &partner] {
            manager.delete(&format!("/v1/users/{}", gone.user_id()), "*").is(204);
        }
        let listed = manager.all("/v1/invitations", 10);
        let by: Vec<&Value> = listed.iter().map(|one| &one["invited_by"]).collect();
        assert_eq!(by, [&json!(manager.user_id().to_string())]);
        activate(&app, &tokens[0]).is(204);
        activate(&app, &tokens[1]).is(401);
        // An address of its own.
        let id = invite(&owner, "later@example.org", "member", Some(&own));
        let target = format!("/v1/invitations/{id}");
        let seen = owner.read(&target);
        assert_eq!((&seen["id"], &seen["email"]), (&json!(id), &json!("later@example.org")));
        assert_eq!(manager.read(&target), seen);
        app.as_owner(&app.company("Andere GmbH")).get(&target).is(404);
    });
}
