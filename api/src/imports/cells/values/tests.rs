//! Values as they stand in real tables.

use proptest::prelude::*;

use super::*;

#[test]
fn zeros_that_spreadsheets_drop_come_back() {
    for (text, expected) in [
        ("7743", "07743"),
        ("07743", "07743"),
        ("D-04109", "04109"),
        ("DE 12489", "12489"),
        ("720 76", "72076"),
        ("7743.0", "07743"),
        ("123", "123"),
        ("unbekannt", "unbekannt"),
    ] {
        assert_eq!(postcode(text, "DE"), expected);
    }
    assert_eq!(postcode("1010", "AT"), "1010");
    assert_eq!(ags("9162000"), "09162000");
    assert_eq!(ags("16053000"), "16053000");
}

#[test]
fn register_entries_are_taken_apart() {
    let entry = |court: &str, kind: &str, number: &str| Register {
        court: Some(court.to_owned()).filter(|text| !text.is_empty()),
        kind: Some(kind.to_owned()).filter(|text| !text.is_empty()),
        number: Some(number.to_owned()).filter(|text| !text.is_empty()),
    };
    for (text, expected) in [
        ("Amtsgericht Jena, HRB 500123", entry("Jena", "HRB", "500123")),
        ("HRB500123", entry("", "HRB", "500123")),
        (
            "AG Berlin (Charlottenburg) HRB 1234 B",
            entry("Berlin Charlottenburg", "HRB", "1234 B"),
        ),
        ("231", entry("", "", "231")),
        ("Vereinsregister Jena Nr. 231", entry("Jena", "VR", "231")),
    ] {
        assert_eq!(register(text), expected, "{text}");
    }
}

#[test]
fn days_numbers_and_addresses_are_understood() {
    assert_eq!(day("31.12.1999"), "1999-12-31");
    assert_eq!(day("1999"), "1999-01-01");
    assert_eq!(day("36525"), "1999-12-31");
    assert_eq!(day("1999-12-31 00:00:00"), "1999-12-31");
    assert_eq!(headcount("1.200"), json!(1200));
    assert_eq!(headcount("viele"), json!("viele"));
    assert_eq!(web_address("www.example.org"), "https://www.example.org");
    assert_eq!(coordinates("50,9; 11,6"), (Some(json!(50.9)), Some(json!(11.6))));
    assert_eq!(languages("Deutsch, en"), json!(["de", "en"]));
    assert_eq!(
        industries("wz2008", "62.01; C26.1"),
        [
            json!({"scheme": "wz2008", "code": "62.01"}),
            json!({"scheme": "wz2008", "code": "26.1"})
        ]
    );
    assert!(industries("wz2008", "Optik").is_empty());
    assert_eq!(country("Deutschland"), "DE");
    assert!(is_formula("=HYPERLINK(\"x\")") && is_formula("#REF!") && !is_formula("="));
    assert_eq!(number(Field::RorId, "https://ror.org/05qpz1x62/"), "05qpz1x62");
}

proptest! {
    #[test]
    fn five_digits_stay_as_they_are(code in "[0-9]{5}") {
        prop_assert_eq!(postcode(&code, "DE"), code);
    }

    #[test]
    fn no_text_does_harm(text in "\\PC{0,30}") {
        drop((postcode(&text, "DE"), register(&text), day(&text), coordinates(&text), industries("wz2008", &text)));
    }
}
