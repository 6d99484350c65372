//! The files of real life, where they are at hand: `WERKSTADT_DATA` names the folder that has them below `imports`. Small twins
//! of them are in the other tests.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

use super::tables::XLSX;
use super::{errors, id, names, send};

#[test]
fn both_files_load_whole_without_a_hand_made_mapping() {
    let Some(folder) = std::env::var_os("WERKSTADT_DATA").map(PathBuf::from) else {
        return;
    };
    on_each(|database| {
        let app = TestApp::on(database);
        for (file, media_type) in [("de_orgs_cp1252_semicolon.csv", "text/csv"), ("de_orgs.xlsx", XLSX)] {
            let begin = Instant::now();
            let job = send(
                &app,
                "",
                media_type,
                std::fs::read(folder.join("imports").join(file)).unwrap(),
            );
            eprintln!("{file}: {:?}, {}", begin.elapsed(), job["created"]);
            let faults: Vec<Value> = errors(&app, &job)
                .into_iter()
                .filter(|error| error["severity"] == "error")
                .collect();
            assert_eq!(faults, Vec::<Value>::new());
            assert_eq!(
                (&job["total"], &job["created"]["organisations"]),
                (&json!(3166), &json!(3166)),
                "{file}"
            );
            let names = names(&app);
            assert_eq!(names.len(), 3166);
            assert!(names.iter().any(|name| name == "Hochschule Zittau/Görlitz"), "umlauts");
            let all = app.anonymous().all("/v1/organisations?sort=name", 200);
            let codes = all
                .iter()
                .filter_map(|item| item["organisation"]["locations"][0]["postcode"].as_str());
            let codes: Vec<&str> = codes.collect();
            assert!(codes.iter().all(|code| code.len() == 5), "five digits");
            assert!(
                codes.iter().filter(|code| code.starts_with('0')).count() >= 234,
                "leading zeros"
            );
            // The other file holds the same organisations, so the first one is taken back before it comes.
            let begin = Instant::now();
            let undone = app
                .as_manager()
                .post(&format!("/v1/imports/{}/undo", id(&job)), &json!(null))
                .is(200)
                .json();
            eprintln!("{file}: taken back in {:?}", begin.elapsed());
            assert_eq!(
                (&undone["removed"]["organisations"], &undone["kept_count"]),
                (&json!(3166), &json!(0))
            );
        }
    });
}
