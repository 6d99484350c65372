//! Who agrees to what: for managers, by purpose and by user.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::consent_text;
use werkstadt_tests::database::on_each;

use super::{agree, entries, linked, text};

fn ids(entries: &[Value]) -> Vec<String> {
    let ids = entries.iter().map(|one| one["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[test]
fn managers_list_who_stands_for_a_purpose() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager, guest) = (app.company("Eigene GmbH"), app.as_manager(), app.as_guest());
        let (_, linked) = linked(&app, &own, json!({}));
        let (first, second) = (agree(&app, &guest, "newsletter"), agree(&app, &linked, "newsletter"));
        agree(&app, &guest, "event_photos");
        let end = app.state.now() + TimeDelta::hours(1);
        let over =
            json!({"purpose": "newsletter", "version": text(&app, "newsletter"), "language": "de", "expires_at": end});
        let over = app.as_guest().create("/v1/me/consents", &over);
        let list = |query: &str| ids(&manager.all(&format!("/v1/consents?purpose=newsletter{query}"), 1));
        assert_eq!(list("&standing=true"), [first.clone(), second.clone(), over.clone()]);
        app.advance(TimeDelta::hours(2));
        assert_eq!(list("&standing=true"), [first.clone(), second.clone()]);
        guest
            .post(&format!("/v1/me/consents/{first}/withdrawal"), &json!(null))
            .is(200);
        assert_eq!(list("&standing=true"), std::slice::from_ref(&second));
        assert_eq!(list(""), [first.clone(), second.clone(), over.clone()]);
        assert_eq!(list("&standing=false"), [first, over]);
        assert!(manager.all("/v1/consents", 10).len() > 3);
        for by in [&app.as_owner(&own), &guest] {
            by.get("/v1/consents?purpose=newsletter").is(403);
        }
        manager.get("/v1/consents?purpose=cookies").is(400);
        let told = manager.read(&format!("/v1/audit-log/disclosures?record_id={}", guest.user_id()));
        assert!(!told["items"].as_array().unwrap().is_empty(), "{told}");
    });
}

#[test]
fn managers_read_and_withdraw_what_a_user_agreed_to() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (manager, guest, other) = (app.as_manager(), app.as_guest(), app.as_guest());
        let id = agree(&app, &guest, "newsletter");
        let user = |of: &Caller<'_>| format!("/v1/users/{}", of.user_id());
        assert_eq!(entries(&manager, &user(&guest)), entries(&guest, "/v1/me"));
        assert!(entries(&manager, &user(&other)).is_empty());
        other.get(&format!("{}/consents", user(&guest))).is(403);
        let withdraw = |of: &Caller<'_>| manager.post(&format!("{}/consents/{id}/withdrawal", user(of)), &json!(null));
        withdraw(&other).is(404);
        assert!(withdraw(&guest).is(200).json()["withdrawn_at"].is_string());
        withdraw(&guest).is(409);
    });
}

#[test]
fn every_entry_and_text_has_an_address() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (own, manager) = (app.company("Eigene GmbH"), app.as_manager());
        let (target, guest) = linked(&app, &own, json!({}));
        let entry = agree(&app, &guest, "newsletter");
        let mine = guest.read(&format!("/v1/me/consents/{entry}"));
        assert_eq!(manager.read(&format!("{target}/consents/{entry}")), mine);
        app.as_guest().get(&format!("/v1/me/consents/{entry}")).is(404);
        app.as_owner(&app.company("Andere GmbH"))
            .get(&format!("{target}/consents/{entry}"))
            .is(403);
        let mut later = consent_text("newsletter");
        later["valid_from"] = json!("2099-01-01T00:00:00Z");
        let later = manager.create("/v1/consent-texts", &later);
        manager.get(&format!("/v1/consent-texts/{later}")).is(200);
        app.anonymous().get(&format!("/v1/consent-texts/{later}")).is(404);
        let known = app.anonymous().read("/v1/consent-texts");
        let known = &known["items"][0];
        let address = format!("/v1/consent-texts/{}", known["id"].as_str().unwrap());
        assert_eq!(&app.anonymous().read(&address), known);
    });
}
