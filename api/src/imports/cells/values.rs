//! Single values as people write them: postcodes that lost a zero, addresses without `https://`, days in German order. What
//! is not understood is handed on unchanged, so that the fault is reported with the value that the file has.

use chrono::Datelike;
use serde_json::{Value, json};
use werkstadt_domain::import::fold;

use crate::imports::columns::Field;

/// What office programs show in place of a value that could not be computed.
const ERRORS: [&str; 12] = [
    "#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#SPILL!",
];

/// True for a formula and for the error of one.
pub(super) fn is_formula(cell: &str) -> bool {
    (cell.starts_with('=') && cell.len() > 1) || ERRORS.contains(&cell)
}

/// A cell without the apostrophe that exports put before what would be a formula.
pub(super) fn unguarded(cell: &str) -> &str {
    let rest = cell.strip_prefix('\'');
    rest.filter(|rest| rest.starts_with(['=', '+', '-', '@']))
        .unwrap_or(cell)
}

/// A whole number, with or without marks for thousands.
pub(super) fn headcount(text: &str) -> Value {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, '.' | ',' | '\'' | ' ' | '\u{a0}'))
        .collect();
    let fraction = text.strip_suffix(".0").or_else(|| text.strip_suffix(",0"));
    let whole = fraction.unwrap_or(&digits).parse::<u64>().ok();
    whole.map_or_else(|| json!(text), Value::from)
}

/// A number with decimal point or comma.
pub(super) fn decimal(text: &str) -> Value {
    let number = text.replace(',', ".").parse::<f64>().ok();
    number.map_or_else(|| json!(text), Value::from)
}

/// Latitude and longitude from one cell: `50.9, 11.6`, `50,9; 11,6`.
pub(super) fn coordinates(text: &str) -> (Option<Value>, Option<Value>) {
    let pair = text
        .split_once([';', '/'])
        .or_else(|| text.split_once(", "))
        .or_else(|| text.split_once(','));
    let pair = pair.or_else(|| text.split_once(' '));
    pair.map_or((Some(json!(text)), None), |(lat, lon)| {
        (Some(decimal(lat.trim())), Some(decimal(lon.trim())))
    })
}

/// A day as ISO 8601: also `31.12.1999`, a year alone, and the number of days that spreadsheets count from 1900. A year of two
/// digits could be of either century; such a day stays as it is.
pub(super) fn day(text: &str) -> String {
    let day = chrono::NaiveDate::parse_from_str(text, "%d.%m.%Y");
    if let Some(day) = day.ok().filter(|day| day.year() >= 1000) {
        return day.to_string();
    }
    let text = text.split([' ', 'T']).next().unwrap_or(text);
    match text.parse::<i64>() {
        Ok(year @ 1000..=2200) => format!("{year}-01-01"),
        Ok(days @ 2201..=80_000) => {
            // Day 60 is 29 February 1900, which never was; all days of interest come after it.
            let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30);
            let day = first.and_then(|first| first.checked_add_signed(chrono::TimeDelta::days(days)));
            day.map_or_else(|| text.to_owned(), |day| day.to_string())
        }
        _ => text.to_owned(),
    }
}

/// A web address with its scheme. Of several, the first.
pub(super) fn web_address(text: &str) -> String {
    let first = text
        .split([' ', ';', '\n'])
        .next()
        .unwrap_or(text)
        .trim_end_matches(',');
    if first.contains("://") || !first.contains('.') || first.contains('@') {
        first.to_owned()
    } else {
        format!("https://{first}")
    }
}

/// A VAT id without spaces and marks, in capitals.
pub(super) fn vat_id(text: &str) -> String {
    let plain: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    plain.to_ascii_uppercase()
}

/// A number of another register without spaces; of an address of Wikidata its last part.
pub(super) fn number(field: Field, text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match field {
        Field::Lei => plain.to_ascii_uppercase(),
        Field::WikidataId => plain.rsplit('/').next().unwrap_or(&plain).to_owned(),
        Field::RorId => {
            let bare = plain.trim_end_matches('/').rsplit('/').next().unwrap_or(&plain);
            // A spreadsheet cannot make a number of these, but drops the zero of one that has only digits.
            format!("{bare:0>9}")
        }
        _ => plain,
    }
}

/// The parts of a register entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Register {
    pub court: Option<String>,
    pub kind: Option<String>,
    pub number: Option<String>,
}

/// The type of a register, as it is abbreviated.
pub(super) fn register_type(text: &str) -> &str {
    let folded = fold(text);
    let known = [
        ("hra", "HRA"),
        ("hrb", "HRB"),
        ("vr", "VR"),
        ("vereinsregister", "VR"),
        ("gnr", "GnR"),
        ("genossenschaftsregister", "GnR"),
        ("pr", "PR"),
        ("partnerschaftsregister", "PR"),
    ];
    known
        .iter()
        .find(|(word, _)| *word == folded)
        .map_or(text, |(_, code)| code)
}

/// Reads `Amtsgericht Jena, HRB 500123` or any part of it.
pub(super) fn register(text: &str) -> Register {
    let mut read = Register::default();
    let mut court: Vec<&str> = Vec::new();
    let spaced: String = text.replace([',', ';', ':', '/', '(', ')'], " ");
    for word in spaced.split_whitespace() {
        // `HRB500123` is written too.
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let kind = register_type(letters);
        let is_kind = werkstadt_domain::organisation::identifier::REGISTERS.contains(&kind);
        if is_kind && read.kind.is_none() {
            read.kind = Some(kind.to_owned());
            read.number = word
                .get(letters.len()..)
                .filter(|rest| !rest.is_empty())
                .map(str::to_owned);
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) && read.number.is_none() {
            read.number = Some(word.to_owned());
        } else if read.number.is_some() && word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()) {
            read.number = read.number.map(|number| format!("{number} {word}"));
        } else if ![
            "amtsgericht",
            "ag",
            "registergericht",
            "nr",
            "nr.",
            "beim",
            "handelsregister",
        ]
        .contains(&word.to_lowercase().as_str())
        {
            court.push(word);
        }
    }
    read.court = (!court.is_empty()).then(|| court.join(" "));
    read
}

/// Industry codes of an edition: `62.01`, `C26.1`, several of them. Words are none.
pub(super) fn industries(edition: &str, text: &str) -> Vec<Value> {
    let codes = text
        .split([',', ';', '|', ' ', '\n'])
        .map(str::trim)
        .filter(|code| !code.is_empty());
    let is_code = |code: &str| {
        let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
        code.len() - digits.len() <= 1
            && digits.len() >= 2
            && digits.len() <= 8
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && digits.starts_with(|c: char| c.is_ascii_digit())
    };
    let all: Vec<&str> = codes.collect();
    if !all.iter().all(|code| is_code(code)) {
        return Vec::new();
    }
    let plain = all
        .iter()
        .map(|code| code.trim_start_matches(|c: char| c.is_ascii_uppercase()));
    plain.map(|code| json!({"scheme": edition, "code": code})).collect()
}

/// A postcode. In Germany: five digits, the leading zero restored, country mark and spaces dropped.
pub(super) fn postcode(text: &str, country: &str) -> String {
    let bare = text.strip_suffix(".0").unwrap_or(text);
    if country != "DE" {
        return bare.to_owned();
    }
    let digits = bare.trim_start_matches(['D', 'E', '-', '–', ' ']);
    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.len() {
        4 if is_number => format!("0{digits}"),
        5 if is_number => digits,
        _ => text.to_owned(),
    }
}

/// `07743 Jena` as postcode and town.
pub(super) fn postcode_and_city(text: &str) -> (Option<String>, Option<String>) {
    match text.split_once(' ') {
        Some((code, city)) if code.bytes().any(|byte| byte.is_ascii_digit()) => {
            (Some(code.to_owned()), Some(city.trim().to_owned()))
        }
        _ => (None, Some(text.to_owned())),
    }
}

/// An Amtlicher Gemeindeschlüssel: eight digits, the leading zero restored.
pub(super) fn ags(text: &str) -> String {
    let bare = text.strip_suffix(".0").unwrap_or(text);
    let digits: String = bare.chars().filter(|c| !c.is_whitespace()).collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && digits.len() == 7 {
        format!("0{digits}")
    } else {
        digits
    }
}

const COUNTRIES: [(&str, &str); 26] = [
    ("DE", "Deutschland | Germany | D | BRD | GER | DEU"),
    ("AT", "Österreich | Austria | A | AUT"),
    ("CH", "Schweiz | Switzerland | CHE"),
    ("FR", "Frankreich | France | F | FRA"),
    ("NL", "Niederlande | Netherlands | NLD"),
    ("BE", "Belgien | Belgium | B"),
    ("LU", "Luxemburg | Luxembourg"),
    ("DK", "Dänemark | Denmark"),
    ("PL", "Polen | Poland"),
    ("CZ", "Tschechien | Tschechische Republik | Czechia | Czech Republic"),
    ("SK", "Slowakei | Slovakia"),
    ("HU", "Ungarn | Hungary"),
    ("IT", "Italien | Italy | I"),
    ("ES", "Spanien | Spain | E"),
    ("PT", "Portugal"),
    (
        "GB",
        "Großbritannien | Vereinigtes Königreich | United Kingdom | UK | England",
    ),
    ("IE", "Irland | Ireland"),
    ("SE", "Schweden | Sweden"),
    ("FI", "Finnland | Finland"),
    ("NO", "Norwegen | Norway"),
    ("EE", "Estland | Estonia"),
    ("LV", "Lettland | Latvia"),
    ("LT", "Litauen | Lithuania"),
    ("SI", "Slowenien | Slovenia"),
    ("US", "USA | Vereinigte Staaten | United States"),
    ("LI", "Liechtenstein"),
];

/// A country's code for its name.
pub(super) fn country(text: &str) -> String {
    let folded = fold(text);
    let found = COUNTRIES
        .iter()
        .find(|(_, names)| names.split('|').any(|name| fold(name) == folded));
    found.map_or_else(|| text.to_uppercase(), |(code, _)| (*code).to_owned())
}

const LANGUAGES: [(&str, &str); 9] = [
    ("de", "deutsch | german"),
    ("en", "englisch | english"),
    ("fr", "französisch | french"),
    ("es", "spanisch | spanish"),
    ("it", "italienisch | italian"),
    ("pl", "polnisch | polish"),
    ("cs", "tschechisch | czech"),
    ("ru", "russisch | russian"),
    ("uk", "ukrainisch | ukrainian"),
];

/// Language codes for codes or names.
pub(super) fn languages(text: &str) -> Value {
    let given = text
        .split(['|', ';', ',', '/', ' ', '\n'])
        .map(str::trim)
        .filter(|one| !one.is_empty());
    let code = |one: &str| {
        let folded = fold(one);
        let found = LANGUAGES
            .iter()
            .find(|(_, names)| names.split('|').any(|name| fold(name) == folded));
        found.map_or_else(|| one.to_lowercase(), |(code, _)| (*code).to_owned())
    };
    given.map(|one| json!(code(one))).collect()
}

/// The parts of a list in one cell: between `|`, `;` or line ends, or between commas if there is nothing of that sort.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let marks: &[char] = if text.contains(['|', ';', '\n']) {
        &['|', ';', '\n']
    } else {
        &[',']
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split(marks).map(str::trim).filter(|part| !part.is_empty()) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

#[cfg(test)]
mod tests;
