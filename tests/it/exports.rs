//! Exports: every format as its readers expect it, as far as the caller sees, and a network that loads back to the byte.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::{TestDatabase, on_each};
use werkstadt_tests::http::{Reply, Request};

mod whole;

/// A company of which only managers see the notes and only members the contacts, one without a place, and one that is hidden.
fn network(app: &TestApp) -> [String; 3] {
    let lens = json!({"kind": "company", "name": "Linsen, Gläser & <Prismen> GmbH", "short_name": "=HYPERLINK(\"x\")",
        "vat_id": "DE123456789", "lei": "529900T8BM49AURSDO55", "website": "https://linsen.example", "headcount": 12,
        "languages": ["de", "en"], "summary": {"de": "Linsen; Gläser,\nPrismen", "en": "Lenses"}, "notes": "@intern",
        "industries": [{"scheme": "wz2008", "code": "26.70"}, {"scheme": "wz2025", "code": "26"}],
        "locations": [{"street": "Engelplatz 8", "city": "Jena", "postcode": "07743", "country": "DE", "lat": 50.927, "lon": 11.586},
            {"city": "Gera", "country": "DE", "lat": 50.88, "lon": 12.08}],
        "contacts": [{"name": "Erika Musterfrau", "email": "info@linsen.example", "phone": "+49 3641 1"}]});
    let lens = app.organisation(&lens);
    let skill = app.skill("Lasertechnik");
    let expired = app.skill("Schweißen");
    let manager = app.as_manager();
    let claims = format!("/v1/organisations/{lens}/skills");
    manager.create(&claims, &json!({"skill": skill, "level": 4}));
    manager.create(
        &claims,
        &json!({"skill": expired, "level": 4, "expires_on": "2020-01-01"}),
    );
    let school = app.organisation(&json!({"kind": "university", "name": "Universität ohne Ort"}));
    let hidden = json!({"kind": "company", "name": "Geheim GmbH", "visibility": {"core": "managers"}});
    [lens, school, app.organisation(&hidden)]
}

fn file(caller: &Caller<'_>, target: &str, media_type: &str) -> Reply {
    let reply = caller.get(target).is(200);
    assert!(
        reply.header("content-type").unwrap().starts_with(media_type),
        "{target}"
    );
    let name = reply.header("content-disposition").unwrap();
    assert!(name.starts_with("attachment; filename=\""), "{name}");
    reply
}

fn rows(text: &str, separator: u8) -> Vec<Vec<String>> {
    let reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader
        .into_records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

#[test]
fn tables_are_what_the_caller_sees_and_harmless() {
    on_each(|database| {
        let app = TestApp::on(database);
        let [lens, school, _] = network(&app);
        let of = |caller: &Caller<'_>, query: &str| {
            rows(
                &file(caller, &format!("/v1/organisations.csv{query}"), "text/csv").text(),
                b',',
            )
        };
        let table = of(&app.anonymous(), "");
        let column = |name: &str| table[0].iter().position(|one| one == name).unwrap();
        let ids: Vec<&String> = table[1..].iter().map(|row| &row[0]).collect();
        assert_eq!(ids, [&lens, &school]);
        let row = &table[1];
        for (name, value) in [
            ("name", "Linsen, Gläser & <Prismen> GmbH"),
            ("short_name", "'=HYPERLINK(\"x\")"),
            ("headcount", "12"),
            ("industries", "26.70"),
            ("further_industries", "wz2025:26"),
            ("postcode", "07743"),
            ("lat", "50.927"),
            ("skills", "Lasertechnik"),
            ("summary_de", "Linsen; Gläser,\nPrismen"),
            ("contact_phone", ""),
            ("notes", ""),
        ] {
            assert_eq!(row[column(name)], value, "{name}");
        }
        let all = of(&app.as_manager(), "");
        assert_eq!(all.len(), 4);
        let row = all.iter().find(|row| row[0] == lens).unwrap();
        assert_eq!(
            (&*row[column("contact_phone")], &*row[column("notes")]),
            ("'+49 3641 1", "'@intern")
        );
        assert_eq!(of(&app.anonymous(), "?kind=university")[1][0], school);
        let german = file(
            &app.anonymous(),
            "/v1/organisations.csv?bom=true&separator=semicolon",
            "text/csv",
        )
        .text();
        assert_eq!(rows(german.strip_prefix('\u{FEFF}').unwrap(), b';'), table);
        assert_eq!(
            app.anonymous().get("/v1/organisations.csv?limit=1").is(400).code(),
            "invalid_query"
        );
    });
}

/// Another database on the same engine.
fn beside(database: &TestDatabase) -> TestDatabase {
    match database {
        TestDatabase::Sqlite(_) => TestDatabase::sqlite(),
        TestDatabase::Postgres(_) => TestDatabase::postgres().unwrap(),
    }
}

#[test]
fn a_workbook_and_a_table_are_read_again() {
    on_each(|database| {
        let app = TestApp::on(database);
        network(&app);
        let manager = app.as_manager();
        let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        for (target, media_type) in [("/v1/organisations.xlsx", xlsx), ("/v1/organisations.csv", "text/csv")] {
            let bytes = file(&manager, target, media_type).body;
            let fresh = beside(database);
            let copy = TestApp::on(&fresh);
            let import = Request::new("POST", "/v1/imports")
                .header("Prefer", "wait=25")
                .bytes(media_type, bytes);
            let job = copy.as_manager().send(import).is(202).json();
            assert_eq!(
                (&job["status"], &job["failed"]),
                (&json!("succeeded"), &json!(0)),
                "{job:#}"
            );
            let all = copy.as_manager().all("/v1/organisations", 50);
            assert_eq!(all.len(), 3, "{target}");
            let records = all.iter().map(|item| &item["organisation"]);
            let lens = records.clone().find(|one| one["vat_id"] == "DE123456789").unwrap();
            let skills = copy
                .as_manager()
                .read(&format!("/v1/organisations/{}/skills", lens["id"].as_str().unwrap()));
            assert_eq!(skills["items"][0]["skill"]["label"]["de"], "Lasertechnik", "{target}");
            for (pointer, value) in [
                ("/name", json!("Linsen, Gläser & <Prismen> GmbH")),
                ("/short_name", json!("=HYPERLINK(\"x\")")),
                ("/headcount", json!(12)),
                ("/locations/0/postcode", json!("07743")),
                ("/locations/0/lat", json!(50.927)),
                ("/contacts/0/phone", json!("+49 3641 1")),
                ("/industries", json!([{"scheme": "wz2008", "code": "26.70"}])),
                ("/summary/de", json!("Linsen; Gläser,\nPrismen")),
            ] {
                assert_eq!(lens.pointer(pointer), Some(&value), "{target} {pointer}: {lens:#}");
            }
        }
    });
}

#[test]
fn cards_maps_and_linked_data_say_the_same() {
    on_each(|database| {
        let app = TestApp::on(database);
        let [lens, ..] = network(&app);
        let anyone = app.anonymous();
        let cards = file(&anyone, "/v1/organisations.vcf", "text/vcard").text();
        assert!(cards.split("\r\n").all(|line| line.len() <= 75), "{cards}");
        assert_eq!(cards.matches("BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\n").count(), 2);
        let plain = cards.replace("\r\n ", "");
        for line in [
            &format!("UID:urn:uuid:{lens}"),
            "FN:Linsen\\, Gläser & <Prismen> GmbH",
            "ADR;TYPE=work:;;Engelplatz 8;Jena;;07743;DE",
            "GEO:geo:50.927,11.586",
            "NOTE;LANGUAGE=de:Linsen\\; Gläser\\,\\nPrismen",
            "CATEGORIES:Lasertechnik",
        ] {
            assert!(plain.lines().any(|other| other == line), "{line}: {plain}");
        }
        assert!(!plain.contains("TEL"));
        assert!(
            app.as_manager()
                .get("/v1/organisations.vcf")
                .text()
                .contains("TEL;TYPE=work:+49 3641 1")
        );

        let map = file(&anyone, "/v1/organisations.geojson", "application/geo+json").json();
        let [feature] = map["features"].as_array().unwrap().as_slice() else {
            panic!("{map}")
        };
        assert_eq!(feature["id"], json!(lens));
        let points = json!({"type": "MultiPoint", "coordinates": [[11.586, 50.927], [12.08, 50.88]]});
        assert_eq!(feature["geometry"], points);

        offers(&app, &lens);
        let linked = file(&anyone, "/v1/organisations.jsonld", "application/ld+json").json();
        assert_eq!(linked["@context"]["@vocab"], "https://schema.org/");
        let nodes = linked["@graph"].as_array().unwrap();
        assert_eq!(nodes.len(), 2);
        let node = nodes
            .iter()
            .find(|node| node["@id"] == format!("urn:uuid:{lens}"))
            .unwrap();
        for (pointer, value) in [
            ("/vatID", "DE123456789"),
            ("/iso6523Code", "0199:529900T8BM49AURSDO55"),
            ("/legalName", "Linsen, Gläser & <Prismen> GmbH"),
            ("/knowsAbout/0/name/0/@value", "Lasertechnik"),
            ("/makesOffer/0/name/0/@value", "Ein Angebot"),
            ("/address/0/postalCode", "07743"),
        ] {
            assert_eq!(node.pointer(pointer), Some(&json!(value)), "{pointer}: {node:#}");
        }
        assert_eq!(
            node["knowsAbout"].as_array().unwrap().len(),
            1,
            "what has expired is not known"
        );
        assert!(node["seeks"].is_null() && node["contactPoint"].is_null(), "{node:#}");
    });
}

/// A published offer, and an anonymous request.
fn offers(app: &TestApp, organisation: &str) {
    let manager = app.as_manager();
    let review = json!({"clarity": 5, "advantage": 5, "expectations": 5, "language": 5});
    for (direction, title, anonymous) in [("offer", "Ein Angebot", false), ("request", "Ein Gesuch", true)] {
        let body = json!({"organisation_id": organisation, "direction": direction, "cooperation": "pilot",
            "title": {"de": title}, "anonymous": anonymous});
        let steps = format!(
            "/v1/opportunities/{}/status",
            manager.create("/v1/opportunities", &body)
        );
        manager.post(&steps, &json!({"status": "in_review"})).is(200);
        manager.post(&steps, &json!({"review": review})).is(200);
    }
}

#[test]
fn what_is_accepted_is_answered() {
    on_each(|database| {
        let app = TestApp::on(database);
        network(&app);
        for (ending, media_type) in [
            ("csv", "text/csv"),
            (
                "xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            ("jsonl", "application/x-ndjson"),
            ("vcf", "text/vcard"),
            ("geojson", "application/geo+json"),
            ("jsonld", "application/ld+json"),
        ] {
            for query in ["", "?q=linsen&kind=company", "?sort=updated_at"] {
                let request = Request::new("GET", &format!("/v1/organisations{query}")).header("Accept", media_type);
                let negotiated = app.anonymous().send(request).is(200);
                let by_name = file(
                    &app.anonymous(),
                    &format!("/v1/organisations.{ending}{query}"),
                    media_type,
                );
                assert!(negotiated.body == by_name.body, "{ending}{query}");
                assert_eq!(negotiated.header("content-type"), by_name.header("content-type"));
            }
        }
        let csv = |query: &str| Request::new("GET", &format!("/v1/organisations{query}")).header("Accept", "text/csv");
        let refused = app.anonymous().send(csv("?limit=2&facets=kind")).is(400).json();
        assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");
        assert!(app.anonymous().read("/v1/organisations")["items"].is_array());
        // Of a membership nobody but the administration sees more than that there is one.
        let member = app.company("Mitglied GmbH");
        let membership = json!({"organisation_id": member, "type": "secret", "status": "active"});
        app.as_manager().create("/v1/memberships", &membership);
        for ending in ["csv", "jsonl", "vcf", "jsonld"] {
            let told = app
                .as_manager()
                .get(&format!("/v1/organisations.{ending}?q=mitglied"))
                .is(200)
                .text();
            assert!(told.contains("Mitglied GmbH") && !told.contains("secret"), "{told}");
        }
    });
}

#[test]
fn persons_are_told_of_with_their_consent() {
    on_each(|database| {
        let app = TestApp::on(database);
        let lines = [
            json!({"record": "organisation", "kind": "company", "name": "Linsen GmbH"}),
            json!({"record": "person", "given_name": "Erika", "family_name": "Musterfrau", "titles": "Dr.", "visibility": "public",
                "email": "erika@linsen.example", "affiliations": [{"organisation": "Linsen GmbH", "role": "Optics; lead"}],
                "skills": [{"skill": "Optik"}], "invented": true}),
            json!({"record": "person", "given_name": "Max", "family_name": "Mitglied", "visibility": "members", "invented": true}),
            json!({"record": "person", "given_name": "Petra", "family_name": "Privat", "invented": true}),
        ];
        load(&app, &lines.map(|line| line.to_string()).join("\n"));
        let named = |caller: &Caller<'_>| {
            let text = file(caller, "/v1/people.vcf", "text/vcard").text();
            let names = text.lines().filter_map(|line| line.strip_prefix("FN:"));
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(named(&app.anonymous()), ["Dr. Erika Musterfrau"]);
        assert_eq!(named(&app.as_manager()), ["Max Mitglied", "Dr. Erika Musterfrau"]);
        let card = app.as_manager().get("/v1/people.vcf").text();
        for line in [
            "KIND:individual",
            "N:Musterfrau;Erika;;Dr.;",
            "ORG:Linsen GmbH",
            "ROLE:Optics\\; lead",
            "CATEGORIES:Optik",
        ] {
            assert!(card.lines().any(|other| other == line), "{line}: {card}");
        }
        assert!(!app.anonymous().get("/v1/people.vcf").text().contains("EMAIL"));
    });
}

/// Imports lines without a fault; what was written.
fn load(app: &TestApp, lines: &str) -> Value {
    let request = Request::new("POST", "/v1/imports?on_fault=abort")
        .header("Prefer", "wait=25")
        .bytes("application/x-ndjson", lines);
    let mut job = app.as_manager().send(request).is(202).json();
    // On a busy machine a network takes longer than a request may wait.
    while job["finished_at"].is_null() {
        job = app
            .as_manager()
            .read(&format!("/v1/jobs/{}", job["id"].as_str().unwrap()));
    }
    assert_eq!(job["status"], "succeeded", "{job:#}");
    job["created"].clone()
}
