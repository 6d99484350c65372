//! The whole network as lines: it loads back to the byte, and nothing twice.

use std::fs;

use chrono::TimeDelta;
use clap::Parser;
use image::ImageFormat;
use serde_json::{Value, json};
use werkstadt_api::cli::Cli;
use werkstadt_api::daily;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::calls::{due, tier};
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

use super::{beside, file, load, network, offers};
use crate::logos::picture;

fn exported(app: &TestApp) -> String {
    file(&app.as_manager(), "/v1/exports/network.jsonl", "application/x-ndjson").text()
}

/// The sample network, changed as networks are in years: skills merged, a unit hung elsewhere, parts hidden, names given twice.
fn grown(app: &TestApp) -> String {
    load(app, include_str!("../../../api/demo/network.jsonl"));
    let [lens, school, _] = network(app);
    let manager = app.as_manager();
    let twin = app.organisation(&json!({"kind": "company", "name": "Geheim GmbH"}));
    let [laser, beam] = ["Strahltechnik", "Strahlen"].map(|label| app.skill(label));
    let units = format!("/v1/organisations/{school}/units");
    let first = manager.create(
        &units,
        &json!({"name": {"de": "Institut"}, "kind": "institute", "visibility": "members"}),
    );
    let second = manager.create(&units, &json!({"name": {"en": "Faculty"}, "kind": "faculty"}));
    let tag = manager.get(&format!("{units}/{first}")).etag();
    manager
        .patch(&format!("{units}/{first}"), &tag, &json!({"parent_id": second}))
        .is(200);
    let claim = json!({"skill": beam, "unit_id": first, "level": 5, "confirmed_at": "2026-01-02T03:04:05.000006Z",
        "evidence": [{"kind": "certificate", "title": "A \"certificate\""}], "visibility": "managers"});
    manager.create(&format!("/v1/organisations/{school}/skills"), &claim);
    let reference = json!({"title": {"en": "A project"}, "skills": [beam], "unit_id": second, "from_on": "2024-01-01",
        "partners": [{"organisation_id": lens}, {"name": "Geheim GmbH"}, {"external_id": {"scheme": "pic", "value": "0"}}]});
    manager.create(&format!("/v1/organisations/{school}/references"), &reference);
    manager
        .post("/v1/skills/merge", &json!({"sources": [beam], "target": laser}))
        .is(200);
    offers(app, &twin);
    let solution = json!({"organisation_id": school, "unit_id": first, "title": {"de": "Prüfstand"}, "summary": {"en": "A test rig"},
        "skills": [laser], "maturity": "beta", "links": [{"rel": "demo", "url": "https://example.org/demo"}],
        "display": {"place": "Werkstadt, Erdgeschoss", "since_on": "2026-11-01"}, "visibility": "members"});
    manager.create("/v1/solutions", &solution);
    let person = json!({"given_name": "Erika", "family_name": "Musterfrau", "phone": "+49 3641 1", "roles_sought": ["Mentorin"],
        "consent": {"by": "person", "how": "Formular", "consented_at": "2026-01-02T03:04:05.000006Z"}, "visibility": "members",
        "contact_visibility": "managers", "affiliations": [{"organisation_id": school, "unit_id": first, "from_on": "2024-01-01"}]});
    let person = manager.create("/v1/people", &person);
    members(app, [&twin, &lens, &school], &person);
    let logo = Request::new("PUT", &format!("/v1/organisations/{lens}/logo"))
        .bytes("image/png", picture(600, 300, ImageFormat::WebP))
        .header("If-Match", "*");
    manager.send(logo).is(200);
    lens
}

/// Types and memberships with all that they may have: the second one is covered by the first, the third one has resigned.
fn members(app: &TestApp, [above, below, leaving]: [&String; 3], speaker: &str) {
    let manager = app.as_manager();
    for (code, first) in [("full", "pro_rata"), ("supporting", "full")] {
        let mut made = tier(code);
        made["first_due"] = json!(first);
        manager.create("/v1/membership-types", &made);
    }
    let membership = json!({"organisation_id": above, "type": "full", "status": "active", "since_on": "2020-01-01",
        "representative": {"name": "Erika Beispiel", "email": "erika@example.org", "phone": "+49 3641 123"},
        "dues_representative": {"name": "Max Kasse", "email": "kasse@example.org", "person_id": speaker}});
    let first = manager.create("/v1/memberships", &membership);
    let late = manager.create(&format!("/v1/memberships/{first}/dues"), &due(2021));
    manager.post(&format!("/v1/dues/{late}/remind"), &json!({})).is(200);
    for (year, settled) in [
        (2022, json!({"status": "paid", "paid_on": "2022-02-03", "note": "Bar"})),
        (2023, json!({"status": "waived"})),
    ] {
        let made = manager.create(&format!("/v1/memberships/{first}/dues"), &due(year));
        manager.patch(&format!("/v1/dues/{made}"), "*", &settled).is(200);
    }
    let membership = json!({"organisation_id": below, "type": "partner", "status": "active", "covered_by": first});
    manager.create("/v1/memberships", &membership);
    let membership =
        json!({"organisation_id": leaving, "type": "supporting", "status": "active", "until_on": "2027-12-31"});
    let last = manager.create("/v1/memberships", &membership);
    let resignation = json!({"last_on": "2027-06-30", "reason": "Zu teuer"});
    manager
        .post(&format!("/v1/memberships/{last}/resign"), &resignation)
        .is(200);
}

#[test]
fn a_network_loads_back_to_the_byte() {
    on_each(|database| {
        let app = TestApp::on(database);
        let lens = grown(&app);
        let lines = exported(&app);
        assert!(lines.lines().count() > 150, "{}", lines.lines().count());
        let fresh = beside(database);
        let copy = TestApp::on(&fresh);
        load(&copy, &lines);
        let again = exported(&copy);
        for (one, other) in lines.lines().zip(again.lines()) {
            assert_eq!(one, other);
        }
        for told in [
            "\"first_due\":\"pro_rata\"",
            "\"reminded_on\":\"2026-11-22\"",
            "\"dues_representative\":",
            "\"covered_by\":",
            "\"resign_reason\":",
        ] {
            assert!(lines.contains(told), "{told}");
        }
        assert!(lines == again, "as many lines");
        let logo = format!("/v1/organisations/{lens}/logo");
        let [there, here] = [&app, &copy].map(|app| app.anonymous().get(&logo).is(200));
        assert!(there.body == here.body && there.etag() == here.etag());
        // Where everything is there already, nothing is written.
        let written = load(&app, &lines);
        let unchanged = u64::try_from(lines.lines().count()).unwrap();
        assert_eq!(written["unchanged"], json!(unchanged), "{written:#}");
        assert!(exported(&app) == lines);
        // And what a caller sees of it is the same there and here, but for the times.
        for target in [
            "/v1/organisations.vcf?q=laser",
            "/v1/organisations.geojson",
            "/v1/organisations.jsonl",
        ] {
            let timeless = |app: &TestApp| {
                let text = app.anonymous().get(target).is(200).text();
                text.lines()
                    .filter(|line| !line.starts_with("REV:"))
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            assert!(timeless(&app) == timeless(&copy), "{target}");
        }
        // What is owed there is owed here, and the day's work goes on alike.
        for app in [&app, &copy] {
            app.advance(TimeDelta::days(60));
            daily::run(&app.state).unwrap();
        }
        assert_eq!(owed(&app), owed(&copy));
    });
}

/// Periods, amounts, states and reminders of all dues, in one order.
fn owed(app: &TestApp) -> Vec<String> {
    let told = |due: &Value| {
        let parts = [
            "membership_id",
            "first_on",
            "last_on",
            "amount_cents",
            "due_on",
            "status",
            "paid_on",
            "note",
            "reminders",
        ];
        parts.map(|name| due[name].to_string()).join(" ")
    };
    let mut all: Vec<String> = app.as_manager().all("/v1/dues", 50).iter().map(told).collect();
    all.sort_unstable();
    // Those of the file, and what the day's work asked of everyone else.
    assert!(all.len() > 10, "{all:#?}");
    all
}

#[test]
fn what_a_file_says_of_memberships_is_checked() {
    on_each(|database| {
        let app = TestApp::on(database);
        let manager = app.as_manager();
        let known = manager.create("/v1/membership-types", &tier("full"));
        let company = app.company("Da GmbH");
        let entered = json!({"organisation_id": company, "type": "other", "status": "active"});
        let above = manager.create("/v1/memberships", &entered);
        let taken = manager.create(&format!("/v1/memberships/{above}/dues"), &due(2026));
        let line = |name: &str, mut membership: Value| {
            membership["type"] = json!("full");
            membership["status"] = json!("active");
            json!({"record": "organisation", "kind": "company", "name": name, "membership": membership})
        };
        let ids = [
            "01936d3e-7f10-7000-8000-0000000000f1",
            "01936d3e-7f10-7000-8000-0000000000f2",
        ];
        let mut year = due(2026);
        year["status"] = json!("paid");
        let mut twice = due(2026);
        twice["id"] = json!(taken);
        let mut wrong = due(2027);
        wrong["last_on"] = json!("2026-01-01");
        let kind = |id: Option<&str>, code: &str| {
            let mut line = tier(code);
            line["record"] = json!("membership_type");
            line.as_object_mut()
                .unwrap()
                .extend(id.map(|id| ("id".to_owned(), json!(id))));
            line
        };
        let lines = [
            kind(None, "full"),
            kind(Some(&known), "renamed"),
            kind(None, "new"),
            kind(None, "new"),
            kind(Some(&taken), "third"),
            line("Eins", json!({"id": ids[0], "covered_by": ids[1], "dues": [year]})),
            line("Zwei", json!({"id": ids[1], "covered_by": above})),
            line("Drei", json!({"dues": [due(2026), twice, wrong]})),
            line(
                "Vier",
                json!({"representative": {"name": "Wer", "email": "wer@example.org", "person_id": ids[0]}}),
            ),
        ];
        let request = Request::new("POST", "/v1/imports")
            .header("Prefer", "wait=25")
            .bytes("application/x-ndjson", lines.map(|line| line.to_string()).join("\n"));
        let job = manager.send(request).is(202).json();
        let job = job["id"].as_str().unwrap();
        let told = manager.read(&format!("/v1/jobs/{job}"));
        let counts = ["membership_types", "memberships", "dues", "unchanged", "warnings"]
            .map(|name| told["created"][name].clone());
        assert_eq!(counts, [1, 3, 1, 2, 2].map(|count| json!(count)), "{told:#}");
        let errors = manager.all(&format!("/v1/jobs/{job}/errors"), 50);
        let found: Vec<String> = errors
            .iter()
            .map(|one| format!("{} {}", one["row"], one["pointer"].as_str().unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                "4 /code",
                "5 /id",
                "6 /membership/covered_by",
                "8 /membership/dues/1/id",
                "8 /membership/dues/1/first_on",
                "8 /membership/dues/2/last_on",
                "9 /membership/representative/person_id",
            ]
        );
        let [one, two] = ids.map(|id| manager.read(&format!("/v1/memberships/{id}")));
        assert_eq!((one.get("covered_by"), &two["covered_by"]), (None, &json!(above)));
        // It goes as it came; a type that somebody has meanwhile stays.
        let used = json!({"organisation_id": app.company("Neu GmbH"), "type": "new", "status": "active"});
        let used = manager.create("/v1/memberships", &used);
        let undone = manager
            .post(&format!("/v1/imports/{job}/undo"), &json!({}))
            .is(200)
            .json();
        assert_eq!(
            (&undone["removed"]["organisations"], &undone["kept"][0]["reason"]),
            (&json!(3), &json!("in_use")),
            "{undone}"
        );
        manager.get(&format!("/v1/memberships/{}", ids[0])).is(404);
        manager.get(&format!("/v1/memberships/{used}")).is(200);
    });
}

#[test]
fn ids_of_a_file_must_be_free() {
    on_each(|database| {
        let app = TestApp::on(database);
        let [lens, ..] = network(&app);
        let skill = app.anonymous().read(&format!("/v1/organisations/{lens}/skills"))["items"][0]["id"].clone();
        let free = "01936d3e-7f10-7000-8000-00000000beef";
        let lines = [
            json!({"record": "organisation", "kind": "company", "name": "Eins", "skills": [{"id": skill, "skill": "Optik"}]}),
            json!({"record": "organisation", "kind": "company", "name": "Zwei", "id": "no-id"}),
            json!({"record": "organisation", "kind": "company", "name": "Drei", "id": free}),
            json!({"record": "person", "given_name": "Erika", "family_name": "Musterfrau", "id": free}),
            json!({"record": "skill", "uri": "urn:x:1", "label": {"de": "X"}, "replaced_by": "urn:x:1", "status": "deprecated"}),
            json!({"record": "organisation", "kind": "company", "name": "Vier", "logo": "no base64"}),
            json!({"record": "organisation", "kind": "company", "name": "Sechs", "logo": "bm8gcGljdHVyZQ=="}),
        ];
        let request = Request::new("POST", "/v1/imports")
            .header("Prefer", "wait=25")
            .bytes("application/x-ndjson", lines.map(|line| line.to_string()).join("\n"));
        let job = app.as_manager().send(request).is(202).json();
        let errors = app
            .as_manager()
            .all(&format!("/v1/jobs/{}/errors", job["id"].as_str().unwrap()), 50);
        let found: Vec<_> = errors.iter().map(|error| (&error["row"], &error["pointer"])).collect();
        let expected = [
            (json!(1), json!("/skills/0/id")),
            (json!(2), json!("/id")),
            (json!(4), json!("/id")),
            (json!(5), json!("/replaced_by")),
            (json!(6), json!("/logo")),
            (json!(7), json!("/logo")),
        ];
        assert_eq!(
            found,
            expected.iter().map(|(row, place)| (row, place)).collect::<Vec<_>>()
        );
        app.anonymous().get(&format!("/v1/organisations/{free}")).is(200);
    });
}

#[test]
fn the_operator_moves_a_network_without_a_server() {
    on_each(|database| {
        let (lines, table) = {
            let app = TestApp::on(database);
            grown(&app);
            let table = app
                .as_manager()
                .get("/v1/organisations.csv?bom=true&separator=semicolon");
            (exported(&app), table.is(200).text())
        };
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        let run = |url: String, arguments: &[&str]| {
            let settings = ["--log".to_owned(), "error".to_owned(), "--database-url".to_owned(), url];
            let arguments = ["werkstadt"].iter().chain(arguments).map(|text| (*text).to_owned());
            Cli::try_parse_from(arguments.chain(settings)).unwrap().run()
        };
        let network = file("network.jsonl");
        // The last thread of the server that was may still hold the file of SQLite.
        let export = || run(database.url(), &["export", &network]);
        assert!((0..20_000).any(|_| export().is_ok()), "{:?}", export().err());
        assert!(fs::read_to_string(&network).unwrap() == lines);
        run(database.url(), &["export", &file("members.csv"), "--german"]).unwrap();
        assert!(fs::read_to_string(file("members.csv")).unwrap() == table);
        assert!(run(database.url(), &["export", &file("members.doc")]).is_err());
        let fresh = beside(database);
        run(fresh.url(), &["import", &network]).unwrap();
        run(fresh.url(), &["export", &file("again.jsonl")]).unwrap();
        assert!(fs::read_to_string(file("again.jsonl")).unwrap() == lines);
    });
}
