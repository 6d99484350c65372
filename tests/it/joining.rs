//! How accounts come to be, are recovered and change their address: by letters that only their reader can answer.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::accounts::PASSWORD;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{Reply, Request};

mod inviters;

const EMAIL: &str = "erika@example.org";

fn login(app: &TestApp, email: &str, password: &str) -> Reply {
    app.anonymous()
        .post("/v1/auth/login", &json!({"email": email, "password": password}))
}

fn signed_in<'a>(app: &'a TestApp, email: &str, password: &str) -> Caller<'a> {
    let token = login(app, email, password).is(200).json()["access_token"].clone();
    Caller::bearing(app, token.as_str().unwrap().to_owned())
}

fn activate(app: &TestApp, token: &str) -> Reply {
    let body = json!({"token": token, "password": PASSWORD});
    app.anonymous().post("/v1/auth/activate", &body)
}

fn register(app: &TestApp, email: &str) -> Reply {
    let body = json!({"email": email, "name": "Erika Musterfrau"});
    app.anonymous().post("/v1/auth/register", &body)
}

#[test]
fn a_guest_registers_and_confirms_by_letter() {
    on_each(|database| {
        let app = TestApp::on(database);
        register(&app, EMAIL).is(202);
        login(&app, EMAIL, PASSWORD).is(401);
        let letter = app.letters_to(EMAIL).pop().unwrap();
        assert!(
            !letter.letter.body.contains("Musterfrau"),
            "whoever registers must not write to others"
        );
        let weak = json!({"token": letter.token(), "password": "Erika Musterfrau!"});
        app.anonymous().post("/v1/auth/activate", &weak).is(422);
        activate(&app, &letter.token()).is(204);
        activate(&app, &letter.token()).is(401);
        let guest = signed_in(&app, EMAIL, PASSWORD);
        let me = guest.read("/v1/me");
        assert_eq!(
            (&me["role"], &me["name"]),
            (&json!("guest"), &json!("Erika Musterfrau"))
        );
        assert!(me.get("organisation_id").is_none());
        // Once more with the same address: the same answer, and a letter that says why there is no second account.
        register(&app, "Erika@Example.org").is(202);
        let letter = app.letters_to("Erika@example.org").pop().unwrap();
        assert!(!letter.letter.body.contains("wa_"), "{}", letter.letter.body);
    });
}

#[test]
fn a_guest_sees_what_is_public() {
    on_each(|database| {
        let app = TestApp::on(database);
        let contact = json!([{"name": "Max", "email": "max@optik.example"}]);
        let company = app.organisation(&json!({"kind": "company", "name": "Optik", "contacts": contact}));
        let address = format!("/v1/organisations/{company}");
        let guest = app.as_guest();
        assert_eq!(guest.read(&address), app.anonymous().read(&address));
        assert!(
            app.as_member(&company)
                .read(&address)
                .to_string()
                .contains("max@optik.example")
        );
        guest
            .post("/v1/me/api-keys", &json!({"name": "Key", "scopes": ["directory:read"]}))
            .is(403);
    });
}

#[test]
fn registrations_end_by_themselves_and_their_tokens_are_good_for_nothing_else() {
    on_each(|database| {
        let app = TestApp::on(database);
        register(&app, EMAIL).is(202);
        let token = app.letters_to(EMAIL).pop().unwrap().token();
        let reset = json!({"token": token, "password": PASSWORD});
        app.anonymous().post("/v1/auth/password/reset", &reset).is(401);
        app.anonymous()
            .post("/v1/auth/email/confirm", &json!({"token": token}))
            .is(401);
        app.advance(TimeDelta::hours(49));
        activate(&app, &token).is(401);
    });
}

#[test]
fn of_many_answers_to_one_letter_one_makes_an_account() {
    on_each(|database| {
        let app = TestApp::on(database);
        register(&app, EMAIL).is(202);
        let token = app.letters_to(EMAIL).pop().unwrap().token();
        let made = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..4).map(|_| scope.spawn(|| activate(&app, &token).status)).collect();
            tries
                .into_iter()
                .map(|one| one.join().unwrap())
                .filter(|status| *status == 204)
                .count()
        });
        assert_eq!(made, 1);
    });
}

#[test]
fn owners_invite_to_their_own_organisation() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, other) = (app.company("Optik Weber"), app.company("Laser Schmidt"));
        let owner = app.as_owner(&own);
        let new = |role: &str, organisation: &str| json!({"email": EMAIL, "name": "Erika Musterfrau", "role": role, "organisation_id": organisation});
        owner.post("/v1/invitations", &new("editor", &other)).is(403);
        owner
            .post(
                "/v1/invitations",
                &json!({"email": EMAIL, "name": "E", "role": "manager"}),
            )
            .is(403);
        owner
            .post(
                "/v1/invitations",
                &json!({"email": EMAIL, "name": "E", "role": "guest"}),
            )
            .is(403);
        app.as_editor(&own)
            .post("/v1/invitations", &new("member", &own))
            .is(403);
        let made = owner.post("/v1/invitations", &new("editor", &own)).is(201).json();
        let listed = |caller: &Caller<'_>| caller.all("/v1/invitations", 10).len();
        assert_eq!(
            (listed(&owner), listed(&app.as_owner(&other)), listed(&app.as_manager())),
            (1, 0, 1)
        );
        let letter = app.letters_to(EMAIL).pop().unwrap();
        assert!(
            letter.letter.body.starts_with("Guten Tag Erika Musterfrau,"),
            "{}",
            letter.letter.body
        );
        let address = format!("/v1/invitations/{}", made["id"].as_str().unwrap());
        app.as_owner(&other).send(Request::new("DELETE", &address)).is(404);
        app.advance(TimeDelta::days(13));
        owner.post(&format!("{address}/resend"), &json!({})).is(200);
        app.advance(TimeDelta::days(13));
        let again = app.letters_to(EMAIL);
        assert_eq!(again.len(), 2);
        activate(&app, &letter.token()).is(204);
        assert_eq!(
            signed_in(&app, EMAIL, PASSWORD).read("/v1/me")["organisation_id"],
            json!(own)
        );
        assert_eq!(listed(&owner), 0);
        owner.send(Request::new("DELETE", &address)).is(404);
    });
}

#[test]
fn an_invitation_that_was_taken_back_is_good_for_nothing() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let new = json!({"email": EMAIL, "name": "Erika", "role": "manager", "language": "en"});
        let id = manager.create("/v1/invitations", &new);
        let token = app.letters_to(EMAIL).pop().unwrap().token();
        manager
            .send(Request::new("DELETE", &format!("/v1/invitations/{id}")))
            .is(204);
        activate(&app, &token).is(401);
        // One that is taken back before its letter left is not sent at all.
        let id = manager.create("/v1/invitations", &new);
        manager
            .send(Request::new("DELETE", &format!("/v1/invitations/{id}")))
            .is(204);
        assert_eq!(app.letters_to(EMAIL).len(), 1);
    });
}

#[test]
fn what_somebody_offered_ends_with_them() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Optik Weber");
        let new = |email: &str| json!({"email": email, "name": "Erika", "role": "owner", "organisation_id": own});
        for (email, change) in [
            ("a@example.org", Some(json!({"active": false}))),
            ("b@example.org", None),
        ] {
            let owner = app.as_owner(&own);
            owner.create("/v1/invitations", &new(email));
            let token = app.letters_to(email).pop().unwrap().token();
            let user = format!("/v1/users/{}", owner.user_id());
            match change {
                Some(change) => app.as_manager().patch(&user, "*", &change).is(200),
                None => app.as_manager().delete(&user, "*").is(204),
            };
            activate(&app, &token).is(401);
        }
    });
}

#[test]
fn an_owner_does_not_learn_who_has_an_account() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Optik Weber");
        let known = json!({"email": EMAIL, "name": "Erika", "role": "guest"});
        app.as_manager().create("/v1/users", &known);
        let shape = |email: &str| {
            let new = json!({"email": email, "name": "Erika", "role": "member", "organisation_id": own});
            let made: Value = app.as_owner(&own).post("/v1/invitations", &new).is(201).json();
            made.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(shape(EMAIL), shape("nobody@example.org"));
        let letter = app.letters_to(EMAIL).pop().unwrap().letter;
        assert!(letter.subject.contains("Sie haben schon ein Konto"), "{letter:?}");
    });
}

#[test]
fn a_forgotten_password_is_set_anew_by_letter() {
    on_each(|database| {
        let app = TestApp::on(database);
        let user = json!({"email": EMAIL, "name": "Erika", "role": "guest", "password": PASSWORD});
        let id = app.as_manager().create("/v1/users", &user);
        let forgot = |email: &str| {
            app.anonymous()
                .post("/v1/auth/password/forgot", &json!({"email": email}))
                .is(202)
        };
        assert_eq!(forgot("nobody@example.org").body, forgot(EMAIL).body);
        assert!(app.letters_to("nobody@example.org").is_empty());
        let guest = signed_in(&app, EMAIL, PASSWORD);
        let tokens: Vec<String> = {
            forgot(EMAIL);
            app.letters_to(EMAIL).iter().map(|received| received.token()).collect()
        };
        let reset = |token: &str, password: &str| {
            let body = json!({"token": token, "password": password});
            app.anonymous().post("/v1/auth/password/reset", &body)
        };
        reset(&tokens[0], "erika@example.org").is(422);
        reset(&tokens[0], "Regenschirm tanzt leise").is(204);
        guest.get("/v1/me").is(401);
        login(&app, EMAIL, PASSWORD).is(401);
        login(&app, EMAIL, "Regenschirm tanzt leise").is(200);
        // Neither the same letter nor the other one works now.
        reset(&tokens[0], PASSWORD).is(401);
        reset(&tokens[1], PASSWORD).is(401);
        forgot(EMAIL);
        let late = app.letters_to(EMAIL).pop().unwrap().token();
        app.advance(TimeDelta::minutes(61));
        reset(&late, PASSWORD).is(401);
        // Who is suspended gets none.
        let count = app.letters_to(EMAIL).len();
        app.as_manager()
            .patch(&format!("/v1/users/{id}"), "*", &json!({"active": false}))
            .is(200);
        forgot(EMAIL);
        assert_eq!(app.letters_to(EMAIL).len(), count);
    });
}

#[test]
fn an_address_changes_when_both_have_agreed() {
    on_each(|database| {
        let app = TestApp::on(database);
        let user = json!({"email": EMAIL, "name": "Erika", "role": "guest", "password": PASSWORD});
        app.as_manager().create("/v1/users", &user);
        let guest = signed_in(&app, EMAIL, PASSWORD);
        let ask = |new: &str| {
            guest
                .post("/v1/me/email", &json!({"email": new, "password": PASSWORD}))
                .is(202)
        };
        let confirm = |token: &str| app.anonymous().post("/v1/auth/email/confirm", &json!({"token": token}));
        ask("first@example.org");
        let withdrawn = app.letters_to(EMAIL).pop().unwrap().token();
        ask("erika@new.example");
        confirm(&withdrawn).is(401);
        let new = app.letters_to("erika@new.example").pop().unwrap();
        let old = app.letters_to(EMAIL).pop().unwrap();
        assert!(old.letter.body.contains("erika@new.example"), "{}", old.letter.body);
        assert_eq!(confirm(&new.token()).is(200).json()["changed"], false);
        confirm(&new.token()).is(401);
        login(&app, "erika@new.example", PASSWORD).is(401);
        assert_eq!(confirm(&old.token()).is(200).json()["changed"], true);
        login(&app, EMAIL, PASSWORD).is(401);
        login(&app, "erika@new.example", PASSWORD).is(200);
        assert_eq!(guest.read("/v1/me")["email"], "erika@new.example");
        for address in [EMAIL, "erika@new.example"] {
            let last = app.letters_to(address).pop().unwrap().letter;
            assert!(last.subject.contains("Adresse wurde geändert"), "{last:?}");
        }
        // An address that somebody has is not told from one that nobody has.
        let taken = json!({"email": "taken@example.org", "name": "T", "role": "guest"});
        app.as_manager().create("/v1/users", &taken);
        ask("taken@example.org");
        let letter = app.letters_to("taken@example.org").pop().unwrap().letter;
        assert!(!letter.body.contains("wa_"), "{}", letter.body);
    });
}

#[test]
fn both_addresses_may_agree_at_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        for round in 0..10 {
            let (old, new) = (format!("old{round}@example.org"), format!("new{round}@example.org"));
            let user = json!({"email": old, "name": "Erika", "role": "guest", "password": PASSWORD});
            app.as_manager().create("/v1/users", &user);
            let guest = signed_in(&app, &old, PASSWORD);
            guest
                .post("/v1/me/email", &json!({"email": new, "password": PASSWORD}))
                .is(202);
            let tokens = [&old, &new].map(|address| app.letters_to(address).pop().unwrap().token());
            let app = &app;
            let changed = std::thread::scope(|scope| {
                let both: Vec<_> = tokens
                    .iter()
                    .map(|token| {
                        let body = json!({"token": token});
                        scope.spawn(move || app.anonymous().post("/v1/auth/email/confirm", &body).is(200))
                    })
                    .collect();
                let answers = both.into_iter().map(|one| one.join().unwrap().json());
                answers.filter(|answer| answer["changed"] == true).count()
            });
            assert_eq!(changed, 1);
            assert_eq!(guest.read("/v1/me")["email"], json!(new));
        }
    });
}

#[test]
fn owners_manage_the_people_of_their_organisation_and_nobody_else() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, other) = (app.company("Optik Weber"), app.company("Laser Schmidt"));
        let owner = app.as_owner(&own);
        let member = app.as_member(&own);
        let (foreign, manager) = (app.as_member(&other), app.as_manager());
        let of = |caller: &Caller<'_>| format!("/v1/users/{}", caller.user_id());
        let listed = owner.all("/v1/users", 1);
        assert_eq!(listed.len(), 2, "the owner and the member");
        assert!(listed.iter().all(|user| user["organisation_id"] == json!(own)));
        for hidden in [&foreign, &manager] {
            owner.get(&of(hidden)).is(404);
            owner.patch(&of(hidden), "*", &json!({"active": false})).is(404);
            owner.delete(&of(hidden), "*").is(404);
        }
        let person = of(&member);
        owner
            .patch(&person, "*", &json!({"role": "editor", "name": "Erik"}))
            .is(200);
        for much in [
            json!({"role": "manager"}),
            json!({"role": "guest", "organisation_id": null}),
            json!({"organisation_id": other}),
            json!({"email": "mine@example.org"}),
        ] {
            owner.patch(&person, "*", &much).is(403);
        }
        owner.post(&format!("{person}/password-reset"), &json!(null)).is(403);
        assert_eq!(member.read("/v1/me")["role"], "editor");
        owner.patch(&person, "*", &json!({"active": false})).is(200);
        member.get("/v1/me").is(401);
        owner.delete(&person, "*").is(204);
        app.as_editor(&own).get("/v1/users").is(403);
    });
}
