//! What members owe at first, what they are reminded of, and what becomes of it when their type changes.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{due, person, tier};
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::mailbox::Received;

use super::{days, member};

/// The dues of a membership, in order.
fn owed(app: &TestApp, membership: &str) -> Vec<Value> {
    let mut all = app.as_manager().all(&format!("{membership}/dues"), 9);
    all.sort_by_key(|due| due["first_on"].to_string());
    all
}

fn address(due: &Value) -> String {
    format!("/v1/dues/{}", due["id"].as_str().unwrap())
}

/// How often members were reminded of the dues that there are.
fn reminders(app: &TestApp) -> i64 {
    app.count("SELECT CAST(SUM(reminders) AS BIGINT) AS count FROM membership_dues")
}

/// The reminders among the letters to an address.
fn letters(app: &TestApp, address: &str) -> Vec<Received> {
    let mut all = app.letters_to(address);
    all.retain(|one| {
        ["Ein Beitrag ist noch offen", "A due has not been paid"]
            .iter()
            .any(|said| one.letter.subject.ends_with(said))
    });
    all
}

fn represented(email: &str) -> Value {
    json!({"representative": {"name": "Erika Beispiel", "email": email}})
}

#[test]
fn who_has_not_paid_is_reminded_and_not_for_ever() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let periods = json!({"remind_dues_days": 3, "remind_dues_again_days": 5, "remind_dues_at_most": 2});
        let shown = manager.patch("/v1/settings", "*", &periods).is(200).json();
        assert_eq!(
            (&shown["remind_dues_days"], &shown["set"][0]),
            (&json!(3), &json!("remind_dues_days"))
        );
        manager.create("/v1/membership-types", &tier("full"));
        let (company, first) = member(&app, "Säumig GmbH", &represented("main@example.org"));
        let mut speaker = person(company.rsplit('/').next().unwrap());
        speaker["languages"] = json!(["fr", "en", "de"]);
        let speaker = manager.create("/v1/people", &speaker);
        let payer =
            json!({"dues_representative": {"name": "Max Kasse", "email": "kasse@example.org", "person_id": speaker}});
        manager.patch(&first, "*", &payer).is(200);
        let (_, paying) = member(&app, "Zahlt GmbH", &represented("zahlt@example.org"));
        let (owned, _) = member(&app, "Eigen GmbH", &json!({}));
        let owner = app.as_owner(owned.rsplit('/').next().unwrap());
        let owner = manager.read(&format!("/v1/users/{}", owner.user_id()))["email"]
            .as_str()
            .unwrap()
            .to_owned();
        let (_, alone) = member(&app, "Niemand GmbH", &json!({}));
        // Payable by the 22nd of December.
        days(&app, 32);
        assert_eq!(reminders(&app), 0);
        days(&app, 1);
        daily::run(&app.state).unwrap();
        assert_eq!(reminders(&app), 3, "once, and nobody is nobody");
        let run = manager
            .all("/v1/jobs", 50)
            .into_iter()
            .filter(|job| job["kind"] == "daily");
        let counts: Vec<Value> = run.map(|job| job["created"]["due_reminders"].clone()).collect();
        assert!(
            counts.contains(&json!(3)) && counts.iter().all(|count| *count == 3 || *count == 0),
            "{counts:?}"
        );
        // Whoever pays before the letter is sent gets none.
        let paid = json!({"status": "paid"});
        manager.patch(&address(&owed(&app, &paying)[0]), "*", &paid).is(200);
        let english = letters(&app, "kasse@example.org");
        assert_eq!(english.len(), 1);
        let english = &english[0].letter;
        assert!(
            english.subject.ends_with(": A due has not been paid"),
            "{}",
            english.subject
        );
        for words in [
            "Säumig GmbH",
            "from 2026-01-01 to 2026-12-31",
            "EUR 600.00",
            "to pay was 2026-12-22",
        ] {
            assert!(english.body.contains(words), "{words}: {}", english.body);
        }
        let german = &letters(&app, &owner)[0].letter;
        assert!(
            german
                .body
                .contains("noch offen: 600,00 EUR. Er war bis zum 22.12.2026 zu zahlen."),
            "{}",
            german.body
        );
        let none = ["zahlt@example.org", "main@example.org"].map(|address| letters(&app, address).len());
        assert_eq!(none, [0, 0]);
        let marked = manager.read(&address(&owed(&app, &first)[0]));
        assert_eq!(
            (&marked["reminders"], &marked["reminded_on"]),
            (&json!(1), &json!("2026-12-25"))
        );
        days(&app, 4);
        assert_eq!(reminders(&app), 3);
        days(&app, 1);
        assert_eq!(reminders(&app), 5, "who has paid is left alone");
        days(&app, 20);
        assert_eq!(reminders(&app), 5, "twice at most");
        // Another day to pay is a beginning.
        let target = address(&owed(&app, &first)[0]);
        let later = manager
            .patch(&target, "*", &json!({"due_on": "2027-01-20"}))
            .is(200)
            .json();
        assert_eq!((&later["reminders"], later.get("reminded_on")), (&json!(0), None));
        days(&app, 4);
        assert_eq!(reminders(&app), 4);
        manager.patch(&target, "*", &json!({"status": "waived"})).is(200);
        days(&app, 5);
        assert_eq!(reminders(&app), 4);
        assert_eq!(owed(&app, &alone)[0]["reminders"], 0);
    });
}

#[test]
fn a_manager_reminds_at_once() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let (_, one) = member(&app, "Eins GmbH", &represented("eins@example.org"));
        let (_, silent) = member(&app, "Zwei GmbH", &json!({}));
        let enter = |membership: &str, year: i32| {
            let id = manager.create(&format!("{membership}/dues"), &due(year));
            format!("/v1/dues/{id}")
        };
        let (late, soon, unread) = (enter(&one, 2026), enter(&one, 2027), enter(&silent, 2026));
        let remind = |due: &str| manager.post(&format!("{due}/remind"), &json!({}));
        let reminded = remind(&late).is(200).json();
        assert_eq!(
            (&reminded["reminders"], &reminded["reminded_on"]),
            (&json!(1), &json!("2026-11-22"))
        );
        assert_eq!(letters(&app, "eins@example.org").len(), 1);
        assert_eq!(remind(&soon).is(409).json()["reason"], "not_overdue");
        assert_eq!(remind(&unread).is(409).json()["reason"], "nobody");
        let above = one.rsplit('/').next().unwrap();
        manager.patch(&silent, "*", &json!({"covered_by": above})).is(200);
        let old = json!({"status": "open"});
        manager.patch(&unread, "*", &old).is(200);
        assert_eq!(remind(&unread).is(409).json()["reason"], "covered");
        // It counts as one of those that come by themselves.
        days(&app, 13);
        assert_eq!(reminders(&app), 1);
        days(&app, 1);
        assert_eq!(reminders(&app), 2);
        manager
            .patch("/v1/settings", "*", &json!({"remind_dues_at_most": 0}))
            .is(200);
        days(&app, 30);
        assert_eq!(reminders(&app), 2);
        remind(&late).is(200);
    });
}

#[test]
fn of_several_servers_one_reminds() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let servers = [0, 1, 2].map(|number| TestApp::numbered(&database, number, |_| {}));
    let manager = servers[0].as_manager();
    for number in 0..12 {
        let email = format!("p{number}@example.org");
        let (_, membership) = member(&servers[0], &format!("Mitglied {number}"), &represented(&email));
        manager.create(&format!("{membership}/dues"), &due(2026));
    }
    for round in 1..=2 {
        std::thread::scope(|scope| {
            for server in &servers {
                server.advance(TimeDelta::days(14));
                // Not as a job: that would let one server begin at a time, and nothing would meet.
                scope.spawn(|| daily::work(&server.state, |_, _| Ok(())).unwrap());
            }
        });
        let letters = servers[0].count("SELECT COUNT(*) AS count FROM letters WHERE kind = 'due_reminder'");
        assert_eq!((reminders(&servers[0]), letters), (12 * round, 12 * round));
    }
    let marks = manager.all("/v1/dues", 50);
    assert!(marks.len() == 12 && marks.iter().all(|due| due["reminders"] == 2));
}

#[test]
fn whoever_joins_in_november_owes_what_the_type_says() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        for (code, first) in [("full", None), ("part", Some("pro_rata")), ("free", Some("none"))] {
            let mut made = tier(code);
            if let Some(first) = first {
                made["first_due"] = json!(first);
            }
            let made = manager.create("/v1/membership-types", &made);
            let shown = manager.read(&format!("/v1/membership-types/{made}"));
            assert_eq!(shown["first_due"], first.unwrap_or("full"));
        }
        let joined = |name: &str, kind: &str, since: Option<&str>| {
            let mut body = json!({"type": kind});
            body.as_object_mut()
                .unwrap()
                .extend(since.map(|day| ("since_on".to_owned(), json!(day))));
            member(&app, name, &body).1
        };
        let first = |membership: &str| {
            let due = &owed(&app, membership)[0];
            (
                due["amount_cents"].as_i64().unwrap(),
                due["status"].as_str().unwrap().to_owned(),
            )
        };
        let (full, part) = (joined("Eins", "full", None), joined("Zwei", "part", None));
        assert_eq!(
            (first(&full).0, first(&part).0),
            (60_000, 10_000),
            "November and December"
        );
        assert_eq!(first(&joined("Drei", "part", Some("2026-07-31"))).0, 30_000);
        assert_eq!(
            first(&joined("Vier", "part", Some("2020-07-31"))).0,
            60_000,
            "a member for years"
        );
        assert_eq!(first(&joined("Fünf", "free", Some("2020-07-31"))).0, 60_000);
        let free = joined("Sechs", "free", None);
        assert_eq!(first(&free), (0, "waived".to_owned()));
        manager
            .patch(&address(&owed(&app, &part)[0]), "*", &json!({"status": "paid"}))
            .is(200);
        // The next year costs what a year costs.
        days(&app, 40);
        for membership in [&free, &part] {
            let all = owed(&app, membership);
            assert_eq!(
                (all.len(), &all[1]["amount_cents"], &all[1]["first_on"]),
                (2, &json!(60_000), &json!("2027-01-01"))
            );
        }
        // Who comes back in May owes from May on.
        let back = joined("Sieben", "part", Some("2020-01-01"));
        manager.post(&format!("{back}/resign"), &json!({})).is(200);
        app.advance(TimeDelta::days(486));
        let again = json!({"status": "active", "reason": "Wieder da"});
        manager.post(&format!("{back}/status"), &again).is(200);
        let last = owed(&app, &back).pop().unwrap();
        assert_eq!(
            (&last["first_on"], &last["amount_cents"]),
            (&json!("2028-01-01"), &json!(40_000))
        );
    });
}

#[test]
fn a_membership_knows_which_types_it_had() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager.create("/v1/membership-types", &tier("full"));
        let (organisation, membership) = member(&app, "Wechsel GmbH", &json!({}));
        let before = owed(&app, &membership);
        assert_eq!(manager.read(&membership)["type_changes"], json!([]));
        manager
            .patch(&membership, "*", &json!({"until_on": "2027-12-31"}))
            .is(200);
        app.advance(TimeDelta::days(1));
        manager.patch(&membership, "*", &json!({"type": "partner"})).is(200);
        app.advance(TimeDelta::days(1));
        let id = organisation.rsplit('/').next().unwrap();
        let item = json!({"type": "supporting", "organisation_id": id});
        manager.post("/v1/memberships/bulk", &json!({"items": [item]})).is(200);
        let told = || {
            let shown = manager.read(&membership);
            let changes = shown["type_changes"].as_array().unwrap().iter();
            let one = |change: &Value| [&change["from"], &change["to"]].map(|kind| kind.as_str().unwrap().to_owned());
            (shown["type"].clone(), changes.map(one).collect::<Vec<_>>())
        };
        let expected = (
            json!("supporting"),
            vec![["full", "partner"], ["partner", "supporting"]]
                .into_iter()
                .map(|pair| pair.map(str::to_owned))
                .collect::<Vec<_>>(),
        );
        assert_eq!(told(), expected);
        let changes = manager.read(&membership)["type_changes"].clone();
        assert_eq!(changes[0]["by"]["id"], json!(manager.user_id().to_string()));
        assert!(changes[0]["at"].as_str() < changes[1]["at"].as_str());
        assert_eq!(owed(&app, &membership), before, "dues stay");
        // It comes back with the organisation, and nobody else sees it.
        assert!(manager.all("/v1/memberships", 5)[0].get("type_changes").is_none());
        manager.delete(&organisation, "*").is(204);
        manager.get(&membership).is(404);
        let removed = manager.all(&format!("{organisation}/history"), 50)[0]["version_id"].clone();
        let back = format!("{organisation}/history/{}/restore", removed.as_str().unwrap());
        manager.post(&back, &json!({})).is(200);
        assert_eq!(told(), expected);
    });
}
