//! Reads the lists from the files beside this one. What they hold, the tests check.

use super::{Scheme, Term};

const DESTATIS: &str = "Statistisches Bundesamt";
const OWN: &str = "Werkstadt";

/// A list whose file holds nothing else: name, German, English, who keeps it, text.
type Whole = (&'static str, &'static str, &'static str, &'static str, &'static str);

const WHOLE: [Whole; 5] = [
    (
        "ags",
        "Amtliche Gemeindeschlüssel: Länder, kreisfreie Städte, Kreise und Gemeinden Thüringens",
        "Official municipality keys: Länder, district-free cities, districts and municipalities of Thuringia",
        DESTATIS,
        include_str!("ags.tsv"),
    ),
    (
        "countries",
        "Länder der Erde",
        "Countries",
        "ISO 3166-1",
        include_str!("countries.tsv"),
    ),
    (
        "legal-forms",
        "Rechtsformen",
        "Legal forms",
        OWN,
        include_str!("legal_forms.tsv"),
    ),
    (
        "wz2008",
        "Klassifikation der Wirtschaftszweige 2008: Abschnitte und Abteilungen",
        "Classification of Economic Activities 2008: sections and divisions",
        DESTATIS,
        include_str!("wz2008.tsv"),
    ),
    (
        "wz2025",
        "Klassifikation der Wirtschaftszweige 2025: Abschnitte und Abteilungen",
        "Classification of Economic Activities 2025: sections and divisions",
        DESTATIS,
        include_str!("wz2025.tsv"),
    ),
];

/// The names of the lists that share a file, with what they list.
const WORDS: [(&str, &str, &str); 15] = [
    ("helix", "Bereiche der Vierfach-Helix", "Sectors of the quadruple helix"),
    ("kinds", "Arten von Organisationen", "Kinds of organisations"),
    ("size-classes", "Größenklassen", "Size classes"),
    ("cooperation", "Arten der Zusammenarbeit", "Sorts of cooperation"),
    ("directions", "Angebot und Gesuch", "Offer and request"),
    ("skill-levels", "Stufen des Könnens", "Levels of skill"),
    ("skill-kinds", "Arten von Kompetenzen", "Kinds of skills"),
    ("skill-statuses", "Stände von Kompetenzen", "States of skills"),
    (
        "opportunity-statuses",
        "Stände von Angeboten und Gesuchen",
        "States of opportunities",
    ),
    (
        "membership-statuses",
        "Stände von Mitgliedschaften",
        "States of memberships",
    ),
    ("reference-kinds", "Arten von Referenzen", "Kinds of references"),
    ("maturity", "Reife von Lösungen", "Maturity of solutions"),
    ("visibilities", "Sichtbarkeiten", "Visibilities"),
    ("consent-purposes", "Zwecke von Einwilligungen", "Purposes of consents"),
    ("languages", "Sprachen", "Languages"),
];

/// All lists, in order of name.
pub(super) fn all() -> Vec<Scheme> {
    let whole = WHOLE.into_iter().map(|(name, de, en, source, text)| Scheme {
        name,
        de,
        en,
        source,
        terms: text.lines().filter_map(term).collect(),
    });
    let words = WORDS.into_iter().map(|(name, de, en)| {
        let lines = include_str!("words.tsv").lines();
        let own = lines.skip_while(|line| line.strip_prefix('@') != Some(name)).skip(1);
        Scheme {
            name,
            de,
            en,
            source: if name == "languages" { "ISO 639-1" } else { OWN },
            terms: own.take_while(|line| !line.starts_with('@')).filter_map(term).collect(),
        }
    });
    let mut all: Vec<Scheme> = whole.chain(words).collect();
    all.sort_by_key(|scheme| scheme.name);
    all
}

/// A term, unless the line is a comment.
fn term(line: &'static str) -> Option<Term> {
    if line.starts_with('#') {
        return None;
    }
    let mut cells = line.split('\t');
    let mut next = || cells.next().unwrap_or_default();
    let (code, parent, de, en, abbreviation) = (next(), next(), next(), next(), next());
    let some = |text: &'static str| (!text.is_empty()).then_some(text);
    Some(Term {
        code,
        parent: some(parent),
        de,
        en,
        abbreviation: some(abbreviation),
    })
}
