//! Memberships: types, applications and their decision, dues, coverings, and what time does to all of it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{PDF, application, due, tier};
use werkstadt_tests::database::on_each;

mod bulk;
mod dues;
mod edges;
mod life;
mod notices;
mod parts;

/// An organisation of this name that is a member of a type; both addresses.
fn member(app: &TestApp, name: &str, body: &Value) -> (String, String) {
    let company = app.company(name);
    let mut membership = json!({"organisation_id": company, "type": "full", "status": "active"});
    for (key, value) in body.as_object().unwrap() {
        membership[key] = value.clone();
    }
    let membership = app.as_manager().create("/v1/memberships", &membership);
    (
        format!("/v1/organisations/{company}"),
        format!("/v1/memberships/{membership}"),
    )
}

/// Lets days pass, and does what is due after them.
fn days(app: &TestApp, days: i64) {
    app.advance(TimeDelta::days(days));
    daily::run(&app.state).unwrap();
}

fn apply(app: &TestApp, body: &Value) -> String {
    let receipt = app.anonymous().post("/v1/memberships/apply", body).is(202).json();
    let members: Vec<&String> = receipt.as_object().unwrap().keys().collect();
    assert_eq!(members, ["reference"], "nothing but the reference is told");
    format!("/v1/membership-applications/{}", receipt["reference"].as_str().unwrap())
}

fn review(app: &TestApp, application: &str) {
    let decide = format!("{application}/decide");
    app.as_manager().post(&decide, &json!({"decision": "review"})).is(200);
}

#[test]
fn types_that_are_closed_are_for_managers() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let mut closed = tier("closed");
        closed["open"] = json!(false);
        let closed = format!(
            "/v1/membership-types/{}",
            manager.create("/v1/membership-types", &closed)
        );
        let open = format!(
            "/v1/membership-types/{}",
            manager.create("/v1/membership-types", &tier("open"))
        );
        let codes = |query: &str| {
            let found = app.anonymous().all(&format!("/v1/membership-types{query}"), 1);
            found.iter().map(|one| one["code"].clone()).collect::<Vec<_>>()
        };
        assert_eq!((codes(""), codes("?open=false")), (vec![json!("open")], vec![]));
        assert_eq!(manager.all("/v1/membership-types", 1).len(), 2);
        app.anonymous().get(&closed).is(404);
        let shown = app.anonymous().read(&open);
        assert_eq!(
            (&shown["fee_cents"], &shown["currency"]),
            (&json!(60_000), &json!("EUR"))
        );
        let twice = json!({"fees": [{"size": "micro", "fee_cents": 1}, {"size": "micro", "fee_cents": 2}],
            "required_documents": [{"code": "a", "name": {"de": "A"}}, {"code": "a", "name": {}}]});
        let refused = manager.patch(&open, "*", &twice).is(422).faults();
        assert_eq!(
            refused,
            [
                "/fees/1/size duplicate",
                "/required_documents/1/code duplicate",
                "/required_documents/1/name required"
            ]
        );
        manager
            .patch(
                &open,
                "*",
                &json!({"code": "renamed", "description": {"de": "Für alle"}}),
            )
            .is(200);
        manager.delete(&open, "*").is(204);
    });
}

#[test]
fn an_application_that_is_accepted_makes_a_member() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let sent = apply(&app, &application("full", "Beispiel Optik GmbH"));
        let shown = manager.read(&sent);
        assert_eq!(
            (&shown["status"], &shown["possible_duplicates"]),
            (&json!("applied"), &json!([]))
        );
        let document = manager.get(shown["documents"][0]["href"].as_str().unwrap()).is(200);
        assert_eq!(document.body, b"%PDF-1.7\n");
        assert_eq!(document.header("x-content-type-options"), Some("nosniff"));
        assert!(
            document
                .header("content-disposition")
                .unwrap()
                .starts_with("attachment; filename=\"Auszug.pdf\"")
        );
        review(&app, &sent);
        let decision = json!({"decision": "accept", "reason": "Vorstand", "since_on": "2026-07-01"});
        let accepted = manager.post(&format!("{sent}/decide"), &decision).is(200).json();
        assert_eq!(accepted["status"], "accepted");
        assert!(accepted.get("possible_duplicates").is_none() && accepted["decided_at"].is_string());
        let membership = format!("/v1/memberships/{}", accepted["membership_id"].as_str().unwrap());
        let shown = manager.read(&membership);
        assert_eq!((&shown["status"], &shown["type"]), (&json!("active"), &json!("full")));
        let step = &shown["history"][0];
        assert_eq!(
            (&step["reason"], &step["effective_on"]),
            (&json!("Vorstand"), &json!("2026-07-01"))
        );
        assert_eq!(shown["representative"]["email"], "erika@example.org");
        let organisation = format!("/v1/organisations/{}", shown["organisation_id"].as_str().unwrap());
        let public = app.anonymous().read(&organisation);
        assert_eq!(
            (&public["name"], &public["member"]),
            (&json!("Beispiel Optik GmbH"), &json!(true))
        );
        assert!(!public.to_string().contains("erika"), "{public}");
        // A micro enterprise pays less, for the year in which it is taken in, and has 30 days from today.
        let dues = manager.all(&format!("{membership}/dues"), 5);
        assert_eq!((dues.len(), &dues[0]["amount_cents"]), (1, &json!(24_000)));
        let days = ["first_on", "last_on", "due_on"].map(|day| dues[0][day].as_str().unwrap());
        assert_eq!(days, ["2026-01-01", "2026-12-31", "2026-12-22"]);
        // The same organisation again: nobody outside hears that it is known, managers do, and a second membership there is none.
        let again = apply(&app, &application("full", "beispiel optik gmbh"));
        let shown = manager.read(&again);
        let alike = &shown["possible_duplicates"][0];
        assert_eq!(alike["reason"], "name_and_town");
        assert_eq!(alike["organisation"]["name"], "Beispiel Optik GmbH");
        review(&app, &again);
        let link = json!({"decision": "accept", "organisation_id": alike["organisation"]["id"]});
        let refused = manager.post(&format!("{again}/decide"), &link).is(409).json();
        assert_eq!(refused["membership_id"], accepted["membership_id"]);
        assert_eq!(manager.read(&again)["status"], "under_review", "all or nothing");
        let unknown = json!({"decision": "accept", "organisation_id": "01936d3e-7f10-7000-8000-00000000dead"});
        let refused = manager.post(&format!("{again}/decide"), &unknown).is(422).faults();
        assert_eq!(refused, ["/organisation_id unknown_reference"]);
        let refused = manager
            .post(&format!("{again}/decide"), &json!({"decision": "reject"}))
            .is(422)
            .faults();
        assert_eq!(refused, ["/reason required"]);
        let no = json!({"decision": "reject", "reason": "Doppelt"});
        manager.post(&format!("{again}/decide"), &no).is(200);
        let refused = manager.post(&format!("{again}/decide"), &no).is(409).json();
        assert_eq!(
            (&refused["current"], &refused["allowed"]),
            (&json!("rejected"), &json!([]))
        );
        assert_eq!(manager.all("/v1/membership-applications?status=rejected", 5).len(), 1);
    });
}

#[test]
fn an_application_hears_of_everything_that_it_lacks() {
    on_each(|database| {
        let app = TestApp::on(database);
        let mut asks = tier("asks");
        asks["required_fields"] = json!([
            "legal_form",
            "register",
            "vat_id",
            "address",
            "website",
            "size",
            "phone",
            "function",
            "message"
        ]);
        asks["required_documents"] =
            json!([{"code": "register", "name": {"de": "Auszug"}}, {"code": "statute", "name": {"de": "Satzung"}}]);
        asks["kinds"] = json!(["association"]);
        app.as_manager().create("/v1/membership-types", &asks);
        let mut closed = tier("closed");
        closed["open"] = json!(false);
        app.as_manager().create("/v1/membership-types", &closed);
        let refused = |body: &Value| app.anonymous().post("/v1/memberships/apply", body).is(422).faults();
        let mut bare = json!({"type": "asks", "organisation": {"kind": "company", "name": "Wenig"},
            "contact": {"name": "E", "email": "e@example.org"}, "consent": false});
        assert_eq!(
            refused(&bare),
            [
                "/consent required",
                "/contact/function required",
                "/contact/phone required",
                "/documents missing",
                "/documents missing",
                "/message required",
                "/organisation/address required",
                "/organisation/kind conflicts",
                "/organisation/legal_form required",
                "/organisation/register required",
                "/organisation/size required",
                "/organisation/vat_id required",
                "/organisation/website required",
            ]
        );
        bare["type"] = json!("closed");
        bare["consent"] = json!(true);
        assert_eq!(refused(&bare), ["/type unknown_reference"]);
        // What a file is, its bytes say.
        let mut files = application("asks", "Verein");
        let file = |code: &str, media_type: &str, content: &str| json!({"code": code, "file_name": "Datei", "media_type": media_type, "content": content});
        files["documents"] = json!([
            file("register", "image/png", PDF),
            file("statute", "application/pdf", "PGh0bWw+"),
            file("other", "application/pdf", "no base64"),
        ]);
        files["organisation"]["address"] = json!({"city": "Jena", "country": "DE", "postcode": "1"});
        let found = refused(&files);
        for expected in [
            "/documents/0/media_type conflicts",
            "/documents/1/content malformed",
            "/documents/2/code unknown_reference",
            "/documents/2/content malformed",
            "/organisation/address/postcode malformed",
        ] {
            assert!(found.iter().any(|fault| fault == expected), "{expected}: {found:#?}");
        }
        assert_eq!(app.as_manager().all("/v1/membership-applications", 5).len(), 0);
    });
}

#[test]
fn of_two_who_accept_at_once_one_does() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        for round in 0..4 {
            let name = format!("Gleichzeitig {round} GmbH");
            let sent = apply(&app, &application("full", &name));
            review(&app, &sent);
            let decide = format!("{sent}/decide");
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let one = || {
                    let accept = json!({"decision": "accept"});
                    app.as_manager().post(&decide, &accept).status
                };
                let running: Vec<_> = (0..3).map(|_| scope.spawn(one)).collect();
                running.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let mut sorted = statuses.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [200, 409, 409]);
        }
        assert_eq!(manager.all("/v1/memberships", 50).len(), 4);
        assert_eq!(manager.all("/v1/dues", 50).len(), 4);
        assert_eq!(manager.all("/v1/organisations", 50).len(), 4);
    });
}

#[test]
fn dues_are_listed_by_what_is_owed() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let (organisation, membership) = member(&app, "Zahlt GmbH", &json!({}));
        let dues = format!("{membership}/dues");
        let made: Vec<String> = [2024, 2025, 2027]
            .map(|year| format!("/v1/dues/{}", manager.create(&dues, &due(year))))
            .to_vec();
        let paid = manager
            .patch(&made[0], "*", &json!({"status": "paid", "note": "Bar"}))
            .is(200)
            .json();
        assert_eq!(
            (&paid["status"], &paid["paid_on"]),
            (&json!("paid"), &json!("2026-11-22"))
        );
        let count = |query: &str| manager.all(&format!("/v1/dues?{query}"), 1).len();
        let counts = [
            "status=paid",
            "status=open",
            "status=overdue",
            "status=open&status=overdue",
            "due_before=2025-01-01",
            "",
        ]
        .map(count);
        assert_eq!(counts, [1, 1, 1, 2, 1, 3]);
        assert_eq!(
            organisation,
            format!("/v1/organisations/{}", paid["organisation_id"].as_str().unwrap())
        );
        // To ask again for what was paid by mistake.
        let again = manager.patch(&made[0], "*", &json!({"status": "open"})).is(200).json();
        assert_eq!((&again["status"], again.get("paid_on")), (&json!("overdue"), None));
        let refused = manager
            .patch(
                &made[0],
                "*",
                &json!({"paid_on": "2026-01-01", "last_on": "2023-01-01"}),
            )
            .is(422)
            .faults();
        assert_eq!(refused, ["/last_on reversed", "/paid_on conflicts"]);
        manager.patch(&made[1], "\"stale\"", &json!({"status": "paid"})).is(412);
        assert_eq!(
            manager
                .patch(&made[1], "*", &json!({"status": "waived"}))
                .is(200)
                .json()["status"],
            "waived"
        );
        manager.get("/v1/dues?due_before=tomorrow").is(400);
    });
}

#[test]
fn representatives_are_for_managers_and_for_their_own() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let someone = json!({"name": "Erika Beispiel", "email": "erika@example.org"});
        let (organisation, membership) = member(&app, "Vertreten GmbH", &json!({"representative": someone}));
        let id = organisation.rsplit('/').next().unwrap();
        let person =
            json!({"given_name": "Erik", "family_name": "Beispiel", "affiliations": [{"organisation_id": id}]});
        let person = manager.create("/v1/people", &person);
        let paying = json!({"dues_representative": {"name": "Erik", "email": "erik@example.org", "person_id": person},
            "representative": {"phone": "+49 3641 1"}});
        let changed = manager.patch(&membership, "*", &paying).is(200).json();
        assert_eq!(
            changed["representative"],
            json!({"name": "Erika Beispiel", "email": "erika@example.org", "phone": "+49 3641 1"})
        );
        let own = format!("{organisation}/membership");
        let seen = app.as_owner(id).read(&own);
        assert_eq!(
            (&seen["dues_representative"]["name"], &seen["dues"]),
            (&json!("Erik"), &json!([]))
        );
        app.as_editor(id).get(&own).is(200);
        app.as_member(id).get(&own).is(403);
        app.as_owner(&app.company("Fremd")).get(&own).is(403);
        app.as_owner(id).get(&membership).is(403);
        assert!(
            !manager.read("/v1/memberships").to_string().contains("erika"),
            "not in lists"
        );
        // Who leaves the directory leaves no copy here.
        manager.delete(&format!("/v1/people/{person}"), "*").is(204);
        assert!(manager.read(&membership).get("dues_representative").is_none());
        let wrong = json!({"type": null, "representative": {"email": null}, "dues_representative": {"name": "N", "email": "n@example.org", "person_id": person}});
        let refused = manager.patch(&membership, "*", &wrong).is(422).faults();
        assert_eq!(
            refused,
            [
                "/dues_representative/person_id unknown_reference",
                "/representative/email required",
                "/type required"
            ]
        );
        let gone = manager
            .patch(&membership, "*", &json!({"representative": null}))
            .is(200)
            .json();
        assert!(gone.get("representative").is_none());
    });
}
