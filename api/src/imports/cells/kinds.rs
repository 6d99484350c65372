//! What people write for the kind and the size of an organisation, and what its name tells about its kind.

use std::collections::HashMap;
use std::sync::LazyLock;

use werkstadt_domain::import::{fold, words};
use werkstadt_domain::membership::MembershipStatus;
use werkstadt_domain::named::Named as _;
use werkstadt_domain::organisation::{Kind, SizeClass};

/// What a word says about a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// It is this one.
    As(Kind),
    /// It is none of those that have a name.
    Other,
}

/// Words for kinds, beside their codes, between `|`. The codes of activity types in European funding are among them.
const WORDS: [(Kind, &str); 8] = [
    (
        Kind::Company,
        "Unternehmen | Firma | Betrieb | Business | Enterprise | Industrie | Industry | KMU | SME | \
        Großunternehmen | Konzern | Wirtschaft | Wirtschaftsunternehmen | Privatunternehmen | Private \
        company | Private sector | PRC | Dienstleister | Handwerk | Handwerksbetrieb | Freiberufler | \
        Selbständige | Corporate",
    ),
    (
        Kind::Startup,
        "Start-up | Gründung | Ausgründung | Spin-off | Neugründung",
    ),
    (
        Kind::University,
        "Hochschule | Universität | Fachhochschule | Uni | College | Higher education | Higher education \
        institution | HES | Duale Hochschule | Akademie",
    ),
    (
        Kind::ResearchInstitute,
        "Forschungseinrichtung | Forschungsinstitut | Institut | Forschung | Research organisation | Research \
        organization | Research centre | Research center | Research | Forschungszentrum | Außeruniversitäre \
        Forschung | REC",
    ),
    (
        Kind::PublicAdministration,
        "Öffentliche Stelle | Öffentliche Verwaltung | Öffentliche Einrichtung | Öffentliche Hand | \
        Verwaltung | Behörde | Kommune | Stadt | Gemeinde | Landkreis | Amt | Ministerium | \
        Gebietskörperschaft | Public body | Public | Public sector | Government | Administration | PUB",
    ),
    (
        Kind::Association,
        "Verein | e. V. | Verband | Stiftung | Foundation | Kammer | Netzwerk | Cluster | NGO | Non-profit | \
        Nonprofit organisation | Gemeinnützige Organisation",
    ),
    (
        Kind::School,
        "Schule | Gymnasium | Berufsschule | Bildungseinrichtung | Bildungsträger",
    ),
    (
        Kind::CivicInitiative,
        "Initiative | Bürgerinitiative | Zivilgesellschaft | Civil society | Bürgerschaft",
    ),
];

const OTHER: [&str; 9] = [
    "Sonstige",
    "Sonstiges",
    "Andere",
    "Weitere",
    "Other",
    "Others",
    "OTH",
    "Keine Angabe",
    "Unbekannt",
];

static KNOWN: LazyLock<HashMap<String, Named>> = LazyLock::new(|| {
    let named = WORDS.iter().flat_map(|(kind, words)| {
        let all = std::iter::once(kind.code()).chain(words.split('|'));
        all.map(|word| (fold(word), Named::As(*kind)))
    });
    named
        .chain(OTHER.iter().map(|word| (fold(word), Named::Other)))
        .collect()
});

/// The kind that a word means, whatever stands in parentheses after it.
pub(super) fn named(text: &str) -> Option<Named> {
    let outside = text.split(['(', '/', ',']).next().unwrap_or_default();
    KNOWN.get(&fold(text)).or_else(|| KNOWN.get(&fold(outside))).copied()
}

/// Words of names that tell a kind, the more telling ones first. A word that ends in `*` stands for all that begin with it, one
/// that begins with `*` for all that contain it.
const SIGNS: [(Kind, &str); 7] = [
    (Kind::University, "*universit* | *hochschule* | university | klinikum"),
    (
        Kind::PublicAdministration,
        "*ministerium* | ministry | landkreis | landeshauptstadt | bundesamt | landesamt | landesanstalt | \
        bundesanstalt | senatsverwaltung | stadtverwaltung | gemeinde | stadt | bezirksamt | behorde | \
        federal",
    ),
    (
        Kind::ResearchInstitute,
        "fraunhofer* | leibniz* | helmholtz* | max planck* | forschungs* | research",
    ),
    (
        Kind::School,
        "schule | gymnasium | *oberschule* | *gesamtschule* | *grundschule* | berufsschul* | volkshochschule",
    ),
    (
        Kind::Company,
        "gmbh | ag | kg | ohg | gbr | ug | se | kgaa | ltd | inc | mbh",
    ),
    (
        Kind::Association,
        "ev | verein | verband | *verband* | stiftung | *stiftung* | kammer | *kammer* | association | \
        foundation | bund | gesellschaft | network | netzwerk",
    ),
    (Kind::ResearchInstitute, "institut | institute | zentrum | centre"),
];

/// The kind that a name tells.
pub(super) fn guess(name: &str) -> Option<Kind> {
    let spaced = words(name).replace(" e v", " ev");
    let fits = |sign: &str| {
        let inner = sign.trim_matches('*');
        let words = || spaced.split(' ');
        match (sign.starts_with('*'), sign.ends_with('*')) {
            (true, _) => spaced.contains(inner),
            (false, true) => spaced.starts_with(inner) || spaced.contains(&format!(" {inner}")),
            (false, false) => words().any(|word| word == inner),
        }
    };
    let found = SIGNS
        .iter()
        .find(|(_, signs)| signs.split('|').any(|sign| fits(sign.trim())));
    found.map(|(kind, _)| *kind)
}

const SIZES: [(SizeClass, &str); 4] = [
    (
        SizeClass::Micro,
        "Kleinst | Kleinstunternehmen | 1-9 | bis 9 | unter 10 | <10",
    ),
    (
        SizeClass::Small,
        "Klein | Kleinunternehmen | 10-49 | kleines Unternehmen",
    ),
    (
        SizeClass::Medium,
        "Mittel | Mittelgroß | Mittelständisch | mittleres Unternehmen | 50-249 | Medium-sized",
    ),
    (
        SizeClass::Large,
        "Groß | Großunternehmen | ab 250 | 250+ | >250 | über 250",
    ),
];

/// The size class that a word means.
pub(super) fn size(text: &str) -> Option<SizeClass> {
    let folded = fold(text);
    let found = SIZES
        .iter()
        .find(|(size, words)| fold(size.code()) == folded || words.split('|').any(|word| fold(word) == folded));
    found.map(|(size, _)| *size)
}

/// What people call the states of a membership.
const STATES: [(MembershipStatus, &str); 8] = [
    (MembershipStatus::Applied, "beantragt | Antrag gestellt | angemeldet"),
    (MembershipStatus::UnderReview, "in Prüfung | wird geprüft"),
    (MembershipStatus::Rejected, "abgelehnt | declined"),
    (MembershipStatus::Active, "aktiv | Mitglied | ja | yes | member"),
    (MembershipStatus::Grace, "Karenz | Nachfrist | Zahlung offen"),
    (MembershipStatus::Lapsed, "erloschen | abgelaufen | expired"),
    (MembershipStatus::Suspended, "ruhend | ruht | ausgesetzt | gesperrt"),
    (
        MembershipStatus::Resigned,
        "ausgetreten | gekündigt | ehemalig | former | left",
    ),
];

/// The state of a membership that a word means.
pub(super) fn membership(text: &str) -> Option<MembershipStatus> {
    let folded = fold(text);
    let means = |state: &MembershipStatus, words: &str| {
        fold(state.code()) == folded || words.split('|').any(|word| fold(word) == folded)
    };
    let found = STATES.iter().find(|(state, words)| means(state, words));
    found.map(|(state, _)| *state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_kinds_are_known_in_both_languages() {
        for (text, expected) in [
            ("Unternehmen", Named::As(Kind::Company)),
            ("company", Named::As(Kind::Company)),
            (
                "Forschungseinrichtung (außeruniversitär)",
                Named::As(Kind::ResearchInstitute),
            ),
            ("Oeffentliche Stelle", Named::As(Kind::PublicAdministration)),
            ("public_administration", Named::As(Kind::PublicAdministration)),
            ("Verein / Verband", Named::As(Kind::Association)),
            ("Sonstige", Named::Other),
        ] {
            assert_eq!(named(text), Some(expected), "{text}");
        }
        assert_eq!(named("Ufo"), None);
        assert_eq!(size("Kleinstunternehmen"), Some(SizeClass::Micro));
    }

    #[test]
    fn names_tell_kinds() {
        for (name, expected) in [
            (
                "CULTURE GOES EUROPE (CGE)- SOZIOKULTURELLE INITIATIVE ERFURT EV",
                Some(Kind::Association),
            ),
            ("Ernst-Abbe-Hochschule Jena", Some(Kind::University)),
            ("TECHNISCHE UNIVERSITAET BRAUNSCHWEIG", Some(Kind::University)),
            (
                "Leibniz-Institut für Photonische Technologien e. V.",
                Some(Kind::ResearchInstitute),
            ),
            ("Institut für Dinge GmbH", Some(Kind::Company)),
            ("Stadt Jena", Some(Kind::PublicAdministration)),
            ("GRANZER HEINZ ULRICH", None),
        ] {
            assert_eq!(guess(name), expected, "{name}");
        }
    }
}
