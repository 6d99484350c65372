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

#[test]
fn a_row_of_a_member_has_a_membership() {
    let csv = "Firma;Mitgliedsart;Mitgliedsstatus;Mitglied seit;Mitglied bis\n";
    let membership = |cells: &str| {
        first(&format!("{csv}Linsen GmbH;{cells}\n"))
            .value
            .get("membership")
            .cloned()
    };
    assert_eq!(membership(";;;"), None);
    assert_eq!(
        membership("Fördermitglied;ruht;1.4.2020;"),
        Some(json!({"type": "Fördermitglied", "status": "suspended", "since_on": "2020-04-01"}))
    );
    assert_eq!(
        membership(";;2019;31.12.2021"),
        Some(json!({"type": "full", "status": "resigned", "since_on": "2019-01-01", "until_on": "2021-12-31"}))
    );
    // What cannot be read stays as it is, for the fault to name it.
    assert_eq!(
        membership(";unklar;1.1.99;"),
        Some(json!({"type": "full", "status": "unklar", "since_on": "1.1.99"}))
    );
}

#[test]
fn industries_of_both_editions_are_read() {
    let reading = first("Firma;Branche;WZ 2008;WZ-Code 2025\nLinsen GmbH;Optik;26.70, 72;26.70\n");
    assert_eq!(
        reading.value["industries"],
        json!([{"scheme": "wz2008", "code": "26.70"}, {"scheme": "wz2008", "code": "72"}, {"scheme": "wz2025", "code": "26.70"}])
    );
    assert_eq!(reading.value["notes"], "Branche: Optik");
}

#[test]
fn a_damaged_character_spoils_its_row_only() {
    let table = read_table(
        b"Firma;Ort\nM\xc3\xbcller Weg GmbH;Jena\nB\xe4r GmbH;K\xc3\xb6ln\n",
        &Hints::default(),
    )
    .expect("a table");
    let mapping = map(&table, None, &[]);
    let rows = table.rows.iter().filter(|row| row.number > mapping.header_row);
    let readings: Vec<Reading> = rows.map(|row| read(&mapping, row, None)).collect();
    assert_eq!(readings[0].value["name"], "Müller Weg GmbH");
    assert!(readings[0].faults.is_empty());
    assert_eq!(readings[1].faults[0].0, "/name");
}

#[test]
fn an_id_is_one_of_this_directory_or_none() {
    let id = "01936d3e-7f10-7000-8000-0000000000aa";
    assert_eq!(first(&format!("id;name\n{id};Linsen GmbH\n")).value["id"], id);
    let counted = first("ID;Name\n17;Linsen GmbH\n");
    assert!(counted.value.get("id").is_none() && counted.faults.is_empty());
}

#[test]
fn a_row_may_have_two_contacts() {
    let reading = first(
        "Firma;Vorname;Nachname;E-Mail;Telefon;Mobil;E-Mail 2;Ansprechpartner 2\nA;Erika;Beispiel;e@a.de;1;2;f@a.de;Max Muster\n",
    );
    let expected = json!([{"name": "Erika Beispiel", "email": "e@a.de", "phone": "1"},
        {"name": "Max Muster", "email": "f@a.de", "phone": "2"}]);
    assert_eq!(reading.value["contacts"], expected);
    let reading = first("Firma;Ansprechpartner;Telefon;Handy\nA;Erika Beispiel;1;2\n");
    let expected = json!([{"name": "Erika Beispiel", "phone": "1"}, {"name": "Erika Beispiel", "phone": "2"}]);
    assert_eq!(reading.value["contacts"], expected);
    assert!(reading.notices.is_empty());
}

#[test]
fn cells_beyond_the_header_are_noted() {
    let reading = first("Firma;Ort\nA;Jena;verrutscht\n");
    assert_eq!(
        reading.notices,
        [(
            String::new(),
            Breach::LeftOut("a cell below no name of a column, verrutscht".to_owned())
        )]
    );
}
