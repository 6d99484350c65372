//! Tables: previewed, corrected, and read with every fault in its place.

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;

use super::workbook::{rows, workbook};
use super::{errors, import, names, send, texts};

pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn preview(app: &TestApp, query: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Value {
    let request = Request::new("POST", &format!("/v1/imports/preview{query}")).bytes(media_type, body);
    app.as_manager().send(request).is(200).json()
}

/// Windows-1252, as German office programs save.
pub fn windows(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[test]
fn a_preview_tells_what_it_found_and_takes_corrections() {
    on_each(|database| {
        let app = TestApp::on(database);
        let table = windows(
            "Mitglieder;;\n\nBetrieb;Postletzahl;Ort;KMU\nMüller & Söhne GmbH;7743;Jena;ja\nWeiß;abc;Gera;nein\n",
        );
        let found = preview(&app, "", "text/csv", table.clone());
        assert_eq!(
            texts(&found, &["format", "encoding", "separator", "quote"]),
            ["csv", "windows-1252", "semicolon", "\""]
        );
        assert_eq!((&found["header_row"], &found["rows"]), (&json!(3), &json!(2)));
        let columns: Vec<Vec<&str>> = found["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| texts(column, &["header", "field", "suggestion", "reason"]))
            .collect();
        assert_eq!(
            columns[1..],
            [
                vec!["Postletzahl", "postcode", "unknown"],
                vec!["Ort", "city", "name"],
                vec!["KMU", "no_place"]
            ]
        );
        assert_eq!(found["columns"][1]["samples"], json!(["7743", "abc"]));
        // Without a name, no row can be read; the import says so at once.
        assert_eq!(found["failed"], 2);
        let refused = Request::new("POST", "/v1/imports").bytes("text/csv", table.clone());
        assert_eq!(app.as_manager().send(refused).is(400).faults(), ["/name required"]);
        let query = "?column=Betrieb:name&column=%232:postcode&kind=startup";
        let found = preview(&app, query, "text/csv", table.clone());
        assert_eq!(
            (&found["failed"], &found["created"]["organisations"]),
            (&json!(1), &json!(1))
        );
        let values = &found["records"][0]["values"];
        assert_eq!(
            values,
            &json!([{"field": "name", "value": "Müller & Söhne GmbH"}, {"field": "postcode", "value": "07743"},
            {"field": "city", "value": "Jena"}, {"field": "kind", "value": "company"}])
        );
        assert_eq!(names(&app), Vec::<String>::new());
        let job = send(&app, query, "text/csv", table);
        assert_eq!(
            (&job["created"]["organisations"], &job["failed"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(names(&app), ["Müller & Söhne GmbH"]);
        let fault = errors(&app, &job)
            .into_iter()
            .find(|error| error["severity"] == "error")
            .unwrap();
        assert_eq!(fault["row"], 5);
        assert_eq!(
            texts(&fault, &["pointer", "code", "column", "value"]),
            ["/locations/0/postcode", "malformed", "Postletzahl", "abc"]
        );
        let wrong = Request::new("POST", "/v1/imports?column=Betrieb:nonsense").bytes("text/csv", "Name\nA\n");
        assert_eq!(app.as_manager().send(wrong).is(400).faults(), ["column malformed"]);
    });
}

#[test]
fn all_or_nothing_on_request() {
    on_each(|database| {
        let app = TestApp::on(database);
        let table = "Name;PLZ;Ort\nGut GmbH;07743;Jena\nSchlecht GmbH;x;Jena\n";
        let job = send(&app, "?on_fault=abort", "text/csv", table);
        assert_eq!(
            (&job["status"], &job["failed"], &job["total"]),
            (&json!("failed"), &json!(1), &json!(2))
        );
        assert_eq!(errors(&app, &job)[0]["value"], "x");
        assert_eq!(names(&app), Vec::<String>::new());
        let good = send(
            &app,
            "?on_fault=abort",
            "text/csv",
            "Name;PLZ;Ort\nGut GmbH;07743;Jena\n",
        );
        assert_eq!(good["status"], "succeeded");
        assert_eq!(names(&app), ["Gut GmbH"]);
    });
}

#[test]
fn a_workbook_keeps_its_numbers_and_its_second_sheet_stays_out() {
    on_each(|database| {
        let app = TestApp::on(database);
        let members = [
            rows(1, &[&["Mitgliederliste"]]),
            rows(
                3,
                &[
                    &[
                        "Lfd. Nr.",
                        "Organisation (Langname)",
                        "Kurzname",
                        "Typ",
                        "Straße / Hausnr.",
                        "PLZ",
                        "Ort",
                        "Land",
                        "AGS",
                    ],
                    &[
                        "1",
                        "Müller & Söhne GmbH",
                        "",
                        "Unternehmen",
                        "Weg 1",
                        "7743",
                        "Jena",
                        "DE",
                        "16053000",
                    ],
                    &["2", "Ernst-Abbe-Hochschule", "EAH", "Hochschule", "", "", "", "DE", ""],
                    &[
                        "3",
                        "Bürger für Weimar e. V.",
                        "",
                        "Sonstige",
                        "",
                        "99423",
                        "Weimar",
                        "DE",
                        "9162000",
                    ],
                ],
            ),
            r#"<row r="7"><c r="B7" t="str"><f>"A"&amp;"B"</f><v>AB AG</v></c><c r="D7" t="b"><v>1</v></c></row>"#
                .to_owned(),
            r#"<row r="8"><c r="B8"><f>HYPERLINK("http://x")</f></c></row>"#.to_owned(),
        ];
        let book = workbook(&[
            ("Mitglieder", &members.concat()),
            ("Notizen", &rows(1, &[&["bitte nicht importieren"]])),
        ]);
        let found = preview(&app, "", XLSX, book.clone());
        assert_eq!(texts(&found, &["format", "sheet"]), ["xlsx", "Mitglieder"]);
        assert_eq!(
            (&found["header_row"], &found["sheets"]),
            (&json!(3), &json!(["Mitglieder", "Notizen"]))
        );
        let job = send(&app, "", "application/octet-stream", book.clone());
        assert_eq!(
            (&job["total"], &job["failed"], &job["created"]["organisations"]),
            (&json!(5), &json!(1), &json!(4))
        );
        let fault = errors(&app, &job)
            .into_iter()
            .find(|error| error["severity"] == "error")
            .unwrap();
        assert_eq!(fault["row"], 8);
        assert_eq!(
            texts(&fault, &["pointer", "column", "value"]),
            ["/name", "Organisation (Langname)", "=HYPERLINK(\"http://x\")"]
        );
        assert_eq!(
            names(&app),
            [
                "AB AG",
                "Bürger für Weimar e. V.",
                "Ernst-Abbe-Hochschule",
                "Müller & Söhne GmbH"
            ]
        );
        let body = |name: &str| {
            app.anonymous().read(&format!("/v1/organisations?q={name}"))["items"][0]["organisation"].clone()
        };
        assert_eq!(body("Weimar")["locations"][0]["ags"], "09162000");
        assert_eq!(body("Weimar")["kind"], "association");
        let mueller = body("S%C3%B6hne");
        assert_eq!(
            texts(&mueller["locations"][0], &["street", "postcode", "city", "ags"]),
            ["Weg 1", "07743", "Jena", "16053000"]
        );
        assert_eq!(body("EAH")["kind"], "university");
        let wrong = Request::new("POST", "/v1/imports?sheet=Nichts").bytes(XLSX, book);
        assert_eq!(app.as_manager().send(wrong).is(400).faults(), ["sheet not_one_of"]);
    });
}

#[test]
fn columns_that_are_not_read_are_named() {
    on_each(|database| {
        let app = TestApp::on(database);
        let (job, found) = import(&app, "text/csv", "Name;Postletzahl;KMU\nX;1;ja\n");
        assert_eq!(
            (&job["failed"], &job["created"]["organisations"]),
            (&json!(0), &json!(1))
        );
        let found: Vec<_> = found
            .iter()
            .map(|(row, place, code)| (*row, place.as_str(), code.as_str()))
            .collect();
        assert_eq!(found, [(1, "/Postletzahl", "unknown_field"), (1, "/KMU", "left_out")]);
    });
}
