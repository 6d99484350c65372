//! Headers of real tables.

use super::*;
use crate::imports::table::{Hints, read};

fn mapping(csv: &str, given: &[&str]) -> Mapping {
    let given: Vec<Assignment> = given
        .iter()
        .map(|text| Assignment::parse(text).expect("an assignment"))
        .collect();
    map(&read(csv.as_bytes(), &Hints::default()).expect("a table"), None, &given)
}

fn targets(mapping: &Mapping) -> Vec<String> {
    let columns = mapping.columns.iter();
    columns
        .map(|column| {
            column
                .target
                .as_ref()
                .map_or_else(|| format!("({})", column.reason.code()), Target::code)
        })
        .collect()
}

#[test]
fn german_and_english_headers_are_known() {
    let csv = "Mitgliederliste\n\nLfd. Nr.;Organisation (Langname);Kurzname;Typ;KMU;Straße / Hausnr.;PLZ;Ort;Land;NUTS-Code\n1;A;;;;;;;;\n";
    let found = mapping(csv, &[]);
    assert_eq!(found.header_row, 3);
    let expected = [
        "(no_place)",
        "name",
        "short_name",
        "kind",
        "(no_place)",
        "street",
        "postcode",
        "city",
        "country",
        "(no_place)",
    ];
    assert_eq!(targets(&found), expected);
    let english = mapping(
        "Company name,ZIP code,Town,Homepage,VAT No.,ROR ID,pic_id,Employees,Xyz\n",
        &[],
    );
    let expected = [
        "name",
        "postcode",
        "city",
        "website",
        "vat_id",
        "ror_id",
        "external_id:pic",
        "headcount",
        "(unknown)",
    ];
    assert_eq!(targets(&english), expected);
}

#[test]
fn a_misspelt_column_is_suggested_and_the_caller_decides() {
    let found = mapping("Name;Postletzahl;Notiz: intern\n", &[]);
    assert_eq!(found.columns[1].suggestion, Some("postcode"));
    assert_eq!(targets(&found)[1], "(unknown)");
    let found = mapping(
        "Name;Postletzahl;Nr: x\n",
        &["Postletzahl:postcode", "#1:short_name", "Nr: x:external_id:pic"],
    );
    assert_eq!(targets(&found), ["short_name", "postcode", "external_id:pic"]);
    let found = mapping("Firma;Name;Ansprechpartner\n", &["Firma:ignore"]);
    assert_eq!(targets(&found), ["(given)", "name", "contact_name"]);
    assert_eq!(Assignment::parse("Firma"), None);
    assert_eq!(Assignment::parse("Firma:nonsense"), None);
}

#[test]
fn of_two_columns_the_better_name_counts() {
    let found = mapping("Bezeichnung;Organisation;Ort\n", &[]);
    assert_eq!(targets(&found), ["(twice)", "name", "city"]);
}

#[test]
fn a_fault_leads_to_its_column() {
    let found = mapping("Name;PLZ;Ort;pic_id\n", &[]);
    assert_eq!(found.behind("/locations/0/postcode"), Some(1));
    assert_eq!(found.behind("/external_ids/0/value"), Some(3));
    assert_eq!(found.behind("/headcount"), None);
    assert_eq!(found.behind(""), None);
}

#[test]
fn every_field_has_a_name_and_a_place() {
    for field in Field::ALL {
        assert!(!field.code().is_empty() && !field.pointer().is_empty(), "{field:?}");
        assert!(names::FIELDS.iter().any(|(known, _)| known == field), "{field:?}");
    }
}
