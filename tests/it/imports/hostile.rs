//! Files that were made to do harm: each ends in a problem, and soon.

use std::time::{Duration, Instant};

use serde_json::json;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::TestDatabase;
use werkstadt_tests::http::Request;

use super::tables::XLSX;
use super::workbook::{archive, workbook};
use super::{errors, names, send, texts};

/// Two seconds are the aim, and are kept by far where nothing else runs. This leaves room for an unoptimised build beside the
/// other tests; what is wrong takes minutes, or the memory of the machine.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn hostile_files_are_refused_soon() {
    let database = TestDatabase::sqlite();
    let app = TestApp::on(&database);
    let cell = |address: &str, inner: &str| {
        workbook(&[(
            "A",
            &format!(r#"<row r="1"><c r="{address}" t="str">{inner}</c></row>"#),
        )])
    };
    let shared = format!("<sst>{}</sst>", "<si><t>x</t></si>".repeat(4 << 20));
    let bomb_of_texts = archive(
        [
            ("xl/workbook.xml", &br#"<workbook><sheet name="A"/></workbook>"#[..]),
            ("xl/sharedStrings.xml", shared.as_bytes()),
            ("xl/worksheets/sheet1.xml", &b"<worksheet/>"[..]),
        ]
        .into_iter(),
    );
    let deep = "<a>".repeat(2 << 20);
    let files: [(&str, &str, Vec<u8>); 12] = [
        (
            "a sheet that inflates a thousandfold",
            XLSX,
            workbook(&[("A", &" ".repeat(120 << 20))]),
        ),
        ("texts that inflate", XLSX, bomb_of_texts),
        ("a far cell", XLSX, cell("XFD1048576", "<v>1</v>")),
        ("a cell that cannot be", XLSX, cell("ZZZZZZZ1", "<v>1</v>")),
        (
            "a long cell",
            XLSX,
            cell("A1", &format!("<v>{}</v>", "x".repeat(3 << 20))),
        ),
        ("deep elements", XLSX, workbook(&[("A", &deep)])),
        ("a damaged archive", XLSX, b"PK\x03\x04".repeat(1000)),
        (
            "an archive of something else",
            XLSX,
            archive([("word/document.xml", &b"<w/>"[..])].into_iter()),
        ),
        ("one line", "text/csv", vec![b'x'; 20 << 20]),
        (
            "a quote without end",
            "text/csv",
            [b"Name\n\"".to_vec(), vec![b'x'; 20 << 20]].concat(),
        ),
        ("separators alone", "text/csv", vec![b';'; 20 << 20]),
        ("zeros", "text/csv", vec![0; 10 << 20]),
    ];
    for (what, media_type, body) in files {
        let request = Request::new("POST", "/v1/imports").bytes(media_type, body);
        let begin = Instant::now();
        let reply = app.as_manager().send(request);
        let taken = begin.elapsed();
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "malformed_body"),
            "{what}: {}",
            reply.text()
        );
        assert!(taken < SOON, "{what}: {taken:?}");
    }
    assert_eq!(names(&app), Vec::<String>::new());
}

#[test]
fn entities_are_not_expanded_and_nul_spoils_its_row_only() {
    let database = TestDatabase::sqlite();
    let app = TestApp::on(&database);
    let laughs =
        r#"<row r="1"><c r="A1" t="str"><v>Name</v></c></row><row r="2"><c r="A2" t="str"><v>A&lol;B</v></c></row>"#;
    let job = send(&app, "", XLSX, workbook(&[("A", laughs)]));
    assert_eq!(
        (&job["created"]["organisations"], names(&app)),
        (&json!(1), vec!["AB".to_owned()])
    );
    let job = send(
        &app,
        "",
        "text/csv",
        "Name;Ort\nGut GmbH;Jena\nB\0se GmbH;Jena\n=1+1;Jena\n",
    );
    assert_eq!(
        (&job["created"]["organisations"], &job["failed"]),
        (&json!(1), &json!(2))
    );
    let found = errors(&app, &job);
    let found: Vec<Vec<&str>> = found.iter().map(|error| texts(error, &["pointer", "code"])).collect();
    assert_eq!(found, [["/name", "forbidden_character"], ["/name", "malformed"]]);
}
