//! Settings: what managers set holds from the next request on, on every server, and each is really used.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_domain::account::Scope;
use werkstadt_tests::accounts::{self, PASSWORD};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::calls::{offer, solution};
use werkstadt_tests::database::{TestDatabase, on_each};

const SETTINGS: &str = "/v1/settings";

#[track_caller]
fn set(app: &TestApp, change: &Value) -> Value {
    app.as_manager().patch(SETTINGS, "*", change).is(200).json()
}

#[test]
fn what_is_not_set_is_as_the_server_was_configured() {
    on_each(|database| {
        let app = TestApp::numbered(database, 0, |config| {
            config.periods.opportunity_days = 77;
            config.network_name = "Netzwerk".to_owned();
        });
        let manager = app.as_manager();
        let first = manager.get(SETTINGS).is(200);
        let (tag, before) = (first.etag(), first.json());
        let configured = json!({"network_name": {"de": "Netzwerk", "en": "Netzwerk"}, "opportunity_days": 77, "solution_days": 365,
            "confirm_skills_days": 365, "confirm_profiles_days": 180, "notice_days": 30, "remind_dues_days": 7, "remind_dues_again_days": 14, "remind_dues_at_most": 3, "second_factor": "managers",
            "read_as": {"applied": "member", "under_review": "member", "rejected": "member", "active": "member", "grace": "member",
                "lapsed": "member", "suspended": "member", "resigned": "member", "none": "member"},
            "set": []});
        assert_eq!(before, configured);
        let change = json!({"network_name": {"en": "Network"}, "contact": "Hallo@Network.EXAMPLE", "opportunity_days": 5,
            "read_as": {"lapsed": "anonymous"}});
        let after = manager.patch(SETTINGS, &tag, &change).is(200).json();
        assert_eq!(
            after["set"],
            json!(["network_name", "contact", "opportunity_days", "read_as"])
        );
        assert_eq!(after["network_name"], json!({"de": "Network", "en": "Network"}));
        assert_eq!(after["contact"], "Hallo@network.example");
        assert_eq!(
            (
                &after["opportunity_days"],
                &after["read_as"]["lapsed"],
                &after["read_as"]["none"]
            ),
            (&json!(5), &json!("anonymous"), &json!("member"))
        );
        assert!(after["updated_at"].is_string());
        manager.patch(SETTINGS, &tag, &change).is(412);
        // Member by member: what is not named stays set.
        let next = set(
            &app,
            &json!({"network_name": {"de": "Netz"}, "read_as": {"none": "anonymous"}}),
        );
        assert_eq!(next["network_name"], json!({"de": "Netz", "en": "Network"}));
        assert_eq!(
            (&next["read_as"]["lapsed"], &next["read_as"]["none"]),
            (&json!("anonymous"), &json!("anonymous"))
        );
        let back = json!({"network_name": null, "contact": null, "opportunity_days": null, "read_as": null});
        let mut last = set(&app, &back);
        last.as_object_mut().unwrap().remove("updated_at");
        assert_eq!(last, configured);
        let faults = manager
            .patch(
                SETTINGS,
                "*",
                &json!({"opportunity_days": 0, "contact": "nobody", "network_name": {"fr": "Réseau"}, "second_factor": "some", "read_as": {"lapsed": "manager"}}),
            )
            .is(422)
            .faults();
        let places: Vec<&str> = faults.iter().filter_map(|fault| fault.split(' ').next()).collect();
        for place in [
            "/opportunity_days",
            "/contact",
            "/network_name/fr",
            "/second_factor",
            "/read_as/lapsed",
        ] {
            assert!(places.contains(&place), "{place} in {faults:?}");
        }
    });
}

#[test]
fn periods_that_are_set_are_used() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let editor = app.as_editor(&own);
        let made = format!("/v1/solutions/{}", editor.create("/v1/solutions", &solution(&own)));
        set(&app, &json!({"opportunity_days": 10, "solution_days": 20}));
        let today = app.state.now().date_naive();
        let published = app.published(&offer(&own));
        let ends = app.anonymous().read(&format!("/v1/opportunities/{published}"))["expires_on"].clone();
        assert_eq!(ends, json!((today + TimeDelta::days(10)).to_string()));
        app.advance(TimeDelta::days(21));
        daily::run(&app.state).unwrap();
        assert_eq!(editor.read(&made)["lapsed"], true);
    });
}

#[test]
fn people_are_reminded_by_what_is_set() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Still GmbH");
        let (editor, target) = (app.as_editor(&own), format!("/v1/organisations/{own}"));
        let today = app.state.now().date_naive();
        let claim = |label: &str, days: Option<i64>| {
            let mut claim = json!({"skill": app.skill(label), "level": 3});
            if let Some(days) = days {
                claim["expires_on"] = json!((today + TimeDelta::days(days)).to_string());
            }
            editor.create(&format!("{target}/skills"), &claim);
        };
        claim("Laser", None);
        claim("Schweißen", Some(100));
        app.advance(TimeDelta::days(50));
        let causes = || {
            let found = editor.read(&format!("{target}/reminders"));
            let items = found["items"].as_array().unwrap().iter();
            let mut causes: Vec<String> = items.map(|item| item["cause"].as_str().unwrap().to_owned()).collect();
            causes.sort_unstable();
            causes
        };
        assert_eq!(causes(), [""; 0]);
        set(&app, &json!({"notice_days": 51}));
        assert_eq!(causes(), ["claim_expires"]);
        set(&app, &json!({"notice_days": null, "confirm_profiles_days": 50}));
        assert_eq!(causes(), ["profile_unconfirmed"]);
        set(&app, &json!({"confirm_profiles_days": null, "confirm_skills_days": 50}));
        assert_eq!(causes(), ["claim_unconfirmed"; 2]);
    });
}

#[test]
fn letters_say_who_writes_and_whom_to_ask() {
    on_each(|database| {
        let app = TestApp::on(database);
        let names =
            json!({"network_name": {"de": "Netz: Jena", "en": "Network Jena"}, "contact": "frage@network.example"});
        set(&app, &names);
        let letter = |language: &str| {
            let email = format!("{language}@example.org");
            let user =
                json!({"email": email, "name": "Erika", "role": "guest", "language": language, "password": PASSWORD});
            app.as_manager().create("/v1/users", &user);
            app.anonymous()
                .post("/v1/auth/password/forgot", &json!({"email": email}))
                .is(202);
            app.letters_to(&email).pop().unwrap().letter
        };
        let (german, english) = (letter("de"), letter("en"));
        assert!(german.subject.starts_with("Netz: Jena: "), "{german:?}");
        assert!(
            german
                .body
                .ends_with("-- \nNetz: Jena\nFragen an: frage@network.example\n"),
            "{german:?}"
        );
        assert!(english.subject.starts_with("Network Jena: "), "{english:?}");
        assert!(
            english
                .body
                .ends_with("-- \nNetwork Jena\nQuestions to: frage@network.example\n"),
            "{english:?}"
        );
        let begun = json!({"password": PASSWORD});
        let manager = app.as_manager();
        let seed = manager.post("/v1/me/second-factor", &begun);
        let uri = seed.is(200).json()["uri"].as_str().unwrap().to_owned();
        assert!(uri.contains("Netz%20%20Jena"), "{uri}");
    });
}

#[test]
fn who_needs_a_second_factor_can_be_changed() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let user = json!({"email": "erika@example.org", "name": "Erika", "role": "member", "organisation_id": own, "password": PASSWORD});
        app.as_manager().create("/v1/users", &user);
        let login = json!({"email": "erika@example.org", "password": PASSWORD});
        let tokens = app.anonymous().post("/v1/auth/login", &login).is(200).json();
        let member = Caller::bearing(&app, tokens["access_token"].as_str().unwrap().to_owned());
        let needed = || member.read("/v1/me/second-factor")["needed"].clone();
        assert_eq!((member.get("/v1/saved-searches").status, needed()), (200, json!(false)));
        set(&app, &json!({"second_factor": "everyone"}));
        assert_eq!(member.get("/v1/saved-searches").is(403).code(), "second_factor_missing");
        assert_eq!(needed(), json!(true));
        let again = app.anonymous().post("/v1/auth/login", &login).is(200).json();
        assert_eq!(again["second_factor_missing"], true);
        set(&app, &json!({"second_factor": "nobody"}));
        assert_eq!((member.get("/v1/saved-searches").status, needed()), (200, json!(false)));
    });
}

/// True if the caller sees what is for members.
#[track_caller]
fn reads_as_member(caller: &Caller<'_>, organisation: &str) -> bool {
    caller
        .read(&format!("/v1/organisations/{organisation}"))
        .get("contacts")
        .is_some()
}

#[test]
fn what_members_read_follows_the_state_of_the_membership() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let shown = app.organisation(&json!({"kind": "company", "name": "Gezeigt GmbH",
            "contacts": [{"email": "kontakt@example.org"}]}));
        let hidden = app.organisation(
            &json!({"kind": "company", "name": "Nur Mitglieder GmbH", "visibility": {"core": "members"}}),
        );
        let own = app.company("Eigene GmbH");
        let (owner, editor, member) = (app.as_owner(&own), app.as_editor(&own), app.as_member(&own));
        let key = Caller::bearing(
            &app,
            accounts::key(&app.state, member.user_id(), &[Scope::DirectoryRead]),
        );
        let all = [&owner, &editor, &member, &key];
        let read = || all.map(|caller| reads_as_member(caller, &shown));
        assert_eq!(read(), [true; 4]);
        let first = member.read("/v1/organisations?limit=1");
        let next = first["next"].as_str().unwrap();
        set(
            &app,
            &json!({"read_as": {"none": "anonymous", "suspended": "anonymous"}}),
        );
        assert_eq!(read(), [false; 4], "the next request sees less");
        for caller in all {
            caller.get(&format!("/v1/organisations/{hidden}")).is(404);
            assert_eq!(
                caller.read("/v1/organisations?q=Mitglieder"),
                app.anonymous().read("/v1/organisations?q=Mitglieder")
            );
        }
        let refused = member.get(next).is(400).json();
        assert_eq!(
            (&refused["errors"][0]["parameter"], &refused["errors"][0]["code"]),
            (&json!("cursor"), &json!("invalid_cursor")),
            "a cursor belongs to an audience: {refused}"
        );
        // The own record is still theirs, and managers and those who are nobody's people are not concerned.
        let target = format!("/v1/organisations/{own}");
        editor
            .patch(&target, "*", &json!({"contacts": [{"email": "eigene@example.org"}]}))
            .is(200);
        assert!(reads_as_member(&editor, &own) && reads_as_member(&manager, &shown));
        let membership = json!({"organisation_id": own, "type": "full", "status": "active"});
        let membership = format!("/v1/memberships/{}", manager.create("/v1/memberships", &membership));
        assert_eq!(read(), [true; 4], "a membership counts from the next request on");
        manager
            .post(&format!("{membership}/status"), &json!({"status": "suspended"}))
            .is(200);
        assert_eq!(read(), [false; 4]);
        set(&app, &json!({"read_as": {"suspended": null}}));
        assert_eq!(read(), [true; 4]);
    });
}

#[test]
fn a_covered_membership_reads_as_the_one_above() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let shown = app.organisation(&json!({"kind": "company", "name": "Gezeigt GmbH",
            "contacts": [{"email": "kontakt@example.org"}]}));
        let enter = |name: &str| {
            let company = app.company(name);
            let body = json!({"organisation_id": company, "type": "full", "status": "active"});
            (company, manager.create("/v1/memberships", &body))
        };
        let ((_, above), (below, covered)) = (enter("Mutter AG"), enter("Tochter GmbH"));
        let covered = format!("/v1/memberships/{covered}");
        manager.patch(&covered, "*", &json!({"covered_by": above})).is(200);
        set(&app, &json!({"read_as": {"suspended": "anonymous"}}));
        let member = app.as_member(&below);
        assert!(reads_as_member(&member, &shown));
        manager
            .post(
                &format!("/v1/memberships/{above}/status"),
                &json!({"status": "suspended"}),
            )
            .is(200);
        assert!(!reads_as_member(&member, &shown));
    });
}

#[test]
fn what_one_server_sets_the_others_go_by() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let (one, other) = (
        TestApp::numbered(&database, 1, |_| {}),
        TestApp::numbered(&database, 2, |_| {}),
    );
    let shown = one.organisation(&json!({"kind": "company", "name": "Gezeigt GmbH",
        "contacts": [{"email": "kontakt@example.org"}]}));
    let own = one.company("Eigene GmbH");
    let user = one.as_member(&own).user_id();
    let there = Caller::user(&other, user);
    until(|| there.get(&format!("/v1/organisations/{shown}")).status == 200);
    assert!(reads_as_member(&there, &shown));
    set(
        &one,
        &json!({"read_as": {"none": "anonymous"}, "second_factor": "nobody", "opportunity_days": 3}),
    );
    assert!(!reads_as_member(&Caller::user(&one, user), &shown));
    until(|| !reads_as_member(&there, &shown));
    assert_eq!(other.state.periods().opportunity_days, 3);
    // Two managers at once: one of them has to look again.
    let seen = other.as_manager().get(SETTINGS).is(200).etag();
    set(&one, &json!({"read_as": null}));
    other
        .as_manager()
        .patch(SETTINGS, &seen, &json!({"notice_days": 9}))
        .is(412);
    until(|| reads_as_member(&there, &shown));
}

fn until(holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(10), "not within ten seconds");
        std::thread::sleep(Duration::from_millis(5));
    }
}
