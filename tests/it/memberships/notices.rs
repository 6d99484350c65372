//! What representatives of members are told by letter.

use chrono::TimeDelta;
use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::tier;
use werkstadt_tests::database::on_each;

use super::{days, member};

/// The subjects of the letters to an address so far, without the name of the network.
fn subjects(app: &TestApp, address: &str) -> Vec<String> {
    let subject = |subject: &str| subject.split_once(": ").unwrap().1.to_owned();
    app.letters_to(address)
        .iter()
        .map(|one| subject(&one.letter.subject))
        .collect()
}

fn last(app: &TestApp, address: &str) -> String {
    app.letters_to(address).last().unwrap().letter.body.clone()
}

fn speaking(main: &str, dues: Option<&str>) -> Value {
    let mut body = json!({"since_on": "2026-01-01", "representative": {"name": "Erika Beispiel", "email": main}});
    if let Some(dues) = dues {
        body["dues_representative"] = json!({"name": "Max Kasse", "email": dues});
    }
    body
}

#[test]
fn representatives_hear_of_dues_grace_and_lapse() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        manager
            .patch("/v1/settings", "*", &json!({"remind_dues_at_most": 0}))
            .is(200);
        manager.create("/v1/membership-types", &tier("full"));
        let (_, membership) = member(
            &app,
            "Hört GmbH",
            &speaking("main@example.org", Some("kasse@example.org")),
        );
        let (_, silent) = member(&app, "Stumm GmbH", &json!({}));
        assert_eq!(subjects(&app, "kasse@example.org"), ["Ein Beitrag ist zu zahlen"]);
        let words =
            "für die Zeit vom 01.01.2026 bis zum 31.12.2026 beträgt 600,00 EUR. Er ist bis zum 22.12.2026 zu zahlen.";
        assert!(last(&app, "kasse@example.org").contains(words));
        assert_eq!(subjects(&app, "main@example.org").len(), 0, "money is for who pays");
        // By a manager, too, but not what is paid already, and nothing to who has paid before the letter is sent.
        let levy = |amount: i64, status: &str, month: u32| {
            let body = json!({"first_on": format!("2026-{month:02}-01"), "last_on": format!("2026-{month:02}-28"), "amount_cents": amount,
                "due_on": "2026-12-20", "status": status});
            manager.create(&format!("{membership}/dues"), &body)
        };
        levy(100, "paid", 2);
        let gone = levy(200, "open", 3);
        manager
            .patch(&format!("/v1/dues/{gone}"), "*", &json!({"status": "waived"}))
            .is(200);
        assert_eq!(subjects(&app, "kasse@example.org").len(), 1);
        levy(300, "open", 4);
        assert!(last(&app, "kasse@example.org").contains("beträgt 3,00 EUR"));
        // What is only tried is told to nobody.
        manager
            .post("/v1/memberships/renewals?dry_run=true", &json!({}))
            .is(200);
        assert_eq!(subjects(&app, "kasse@example.org").len(), 2);
        // Payable by the 20th of December, in default from the 21st on, for sixty days.
        days(&app, 29);
        assert_eq!(
            subjects(&app, "main@example.org"),
            ["Für Ihre Mitgliedschaft läuft die Nachfrist"]
        );
        assert!(last(&app, "main@example.org").contains("erlischt die Mitgliedschaft am 19.02.2027."));
        days(&app, 59);
        assert_eq!(manager.read(&membership)["status"], "grace");
        days(&app, 1);
        assert_eq!(manager.read(&membership)["status"], "lapsed");
        assert_eq!(
            subjects(&app, "main@example.org").last().unwrap(),
            "Ihre Mitgliedschaft ist erloschen"
        );
        assert_eq!(
            (
                subjects(&app, "main@example.org").len(),
                subjects(&app, "kasse@example.org").len()
            ),
            (2, 2)
        );
        assert_eq!(manager.read(&silent)["status"], "grace");
        // A sleep over all of it: where it stands now is told, once.
        let (_, asleep) = member(&app, "Schläft GmbH", &speaking("schlaf@example.org", None));
        assert_eq!(subjects(&app, "schlaf@example.org").len(), 1);
        days(&app, 200);
        assert_eq!(manager.read(&asleep)["status"], "lapsed");
        assert_eq!(
            subjects(&app, "schlaf@example.org")[1..],
            ["Ihre Mitgliedschaft ist erloschen"]
        );
    });
}

#[test]
fn who_resigns_hears_that_it_is_noted() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let (_, later) = member(&app, "Später GmbH", &speaking("spaeter@example.org", None));
        let (_, now) = member(&app, "Jetzt GmbH", &speaking("jetzt@example.org", None));
        let (_, back) = member(&app, "Doch nicht GmbH", &speaking("doch@example.org", None));
        for (membership, body) in [
            (&later, json!({"last_on": "2026-11-30"})),
            (&now, json!({})),
            (&back, json!({"last_on": "2026-11-30"})),
        ] {
            manager.post(&format!("{membership}/resign"), &body).is(200);
        }
        manager.patch(&back, "*", &json!({"resigns_on": null})).is(200);
        assert!(last(&app, "spaeter@example.org").contains("Der letzte Tag der Mitgliedschaft ist der 30.11.2026."));
        assert!(last(&app, "jetzt@example.org").contains("ist der 22.11.2026."));
        assert_eq!(
            subjects(&app, "doch@example.org").len(),
            0,
            "taken back before it was sent"
        );
        app.advance(TimeDelta::days(8));
        days(&app, 1);
        assert_eq!(manager.read(&later)["status"], "resigned");
        assert_eq!(subjects(&app, "spaeter@example.org"), ["Ihr Austritt ist vermerkt"]);
    });
}
