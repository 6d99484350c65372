//! Rows of real tables.

use super::*;
use crate::imports::columns::map;
use crate::imports::table::{Hints, read as read_table};

fn first(csv: &str) -> Reading {
    let table = read_table(csv.as_bytes(), &Hints::default()).expect("a table");
    let mapping = map(&table, None, &[]);
    let row = table
        .rows
        .iter()
        .find(|row| row.number > mapping.header_row)
        .expect("a row");
    read(&mapping, row, None)
}

#[test]
fn a_row_becomes_a_line() {
    let reading = first(
        "Firma;Typ;Straße;Hausnr;PLZ;Ort;Land;Homepage;Register;Branche;Tags\nMüller & Söhne GmbH;Unternehmen;Am Weg;3a;7743;Jena;Deutschland;www.example.org;Jena HRB 500123;Optik;Laser, Optik\n",
    );
    assert_eq!(
        reading.value,
        json!({"record": "organisation", "kind": "company", "name": "Müller & Söhne GmbH",
            "register": {"court": "Jena", "register": "HRB", "number": "500123"}, "website": "https://www.example.org",
            "notes": "Branche: Optik", "skills": [{"skill": "Laser"}, {"skill": "Optik"}],
            "locations": [{"street": "Am Weg 3a", "postcode": "07743", "city": "Jena", "country": "DE"}]})
    );
    assert!(reading.faults.is_empty() && reading.notices.is_empty());
}

#[test]
fn what_is_assumed_or_left_out_is_noted() {
    let long = "x".repeat(101);
    let reading = first(&format!(
        "Name;Art;Kurzname;Handelsregister\nBeispiel e. V.;Sonstige;{long};HRB 5\n"
    ));
    assert_eq!(reading.value["kind"], "association");
    let noted: Vec<_> = reading
        .notices
        .iter()
        .map(|(place, breach)| (place.as_str(), breach.code()))
        .collect();
    assert_eq!(
        noted,
        [
            ("/kind", "assumed"),
            ("/short_name", "left_out"),
            ("/register", "left_out")
        ]
    );
    let country_alone = first("Name;Land\nA;DE\n");
    assert_eq!(country_alone.value.get("locations"), None);
}

#[test]
fn formulas_are_no_values() {
    let reading = first("Name;PLZ;Ort\n\"=HYPERLINK(\"\"x\"\")\";#REF!;Jena\n");
    let places: Vec<&str> = reading.faults.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["/name", "/locations/0/postcode"]);
    assert_eq!(reading.value.get("name"), None);
}
