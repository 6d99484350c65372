//! What an import compares: names however they are spelt, web domains, and what a row would change in a record.

use crate::organisation::Organisation;
use crate::text::key;

mod merge;

pub use merge::{Difference, Merge, merge};

/// Legal forms as they end a name, folded.
const LEGAL_FORMS: [&str; 26] = [
    "gmbh",
    "ggmbh",
    "mbh",
    "ag",
    "kg",
    "kgaa",
    "ohg",
    "gbr",
    "ug",
    "eg",
    "se",
    "ev",
    "co",
    "haftungsbeschrankt",
    "partg",
    "partgmbb",
    "mbb",
    "ek",
    "inc",
    "ltd",
    "llc",
    "plc",
    "bv",
    "sa",
    "sarl",
    "ab",
];

/// Hosts where a path tells whose page it is, so that the host tells nothing.
const SHARED_HOSTS: [&str; 20] = [
    "facebook.com",
    "de-de.facebook.com",
    "m.facebook.com",
    "instagram.com",
    "linkedin.com",
    "de.linkedin.com",
    "xing.com",
    "x.com",
    "twitter.com",
    "youtube.com",
    "youtu.be",
    "github.com",
    "gitlab.com",
    "google.com",
    "sites.google.com",
    "linktr.ee",
    "medium.com",
    "de.wikipedia.org",
    "en.wikipedia.org",
    "t.me",
];

/// A text folded as [`key`] does, with the spelling of umlauts as `ae`, `oe`, `ue` taken for the same, words apart.
pub fn words(text: &str) -> String {
    let plain = key(text);
    let mut folded = String::with_capacity(plain.len());
    for c in plain.chars() {
        let umlaut = c == 'e' && folded.ends_with(['a', 'o', 'u']);
        if !umlaut {
            folded.push(c);
        }
    }
    folded
}

/// As [`words`], written together: `Straße / Hausnr.` and `strasse_hausnr` are one.
pub fn fold(text: &str) -> String {
    words(text).replace(' ', "")
}

/// The names under which an organisation may be known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameKey {
    /// The name with its legal form.
    pub full: String,
    /// The name without.
    pub bare: String,
}

/// The keys by which names are compared, whatever their umlauts, capitals and punctuation.
pub fn name_key(name: &str) -> NameKey {
    let folded = words(name).replace(" e v", " ev").replace(" e k", " ek");
    let mut parts: Vec<&str> = folded.split(' ').collect();
    let full = parts.concat();
    while parts.len() > 1 && parts.last().is_some_and(|last| LEGAL_FORMS.contains(last)) {
        parts.pop();
    }
    NameKey {
        full,
        bare: parts.concat(),
    }
}

/// The host of a web address without `www.`, unless it is one that many share.
pub fn web_domain(address: &str) -> Option<String> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next()?.trim().to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (host.contains('.') && !SHARED_HOSTS.contains(&host)).then(|| host.to_owned())
}

/// The folded town of an organisation's first place.
pub fn town(organisation: &Organisation) -> Option<String> {
    organisation.locations.first().map(|place| fold(&place.city))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_key() {
        for (one, other) in [
            ("HOCHSCHULE ZITTAU/GOERLITZ", "Hochschule Zittau/Görlitz"),
            ("Humboldt Universität zu Berlin", "HUMBOLDT-UNIVERSITAET ZU BERLIN"),
            ("Jena Digital e. V.", "JENA DIGITAL EV"),
        ] {
            assert_eq!(name_key(one), name_key(other));
        }
        let (one, other) = (name_key("Carl Zeiss AG"), name_key("Carl Zeiss GmbH & Co. KG"));
        assert_ne!(one.full, other.full);
        assert_eq!(one.bare, other.bare);
        assert_eq!(name_key("AG").bare, "ag");
    }

    #[test]
    fn domains_are_hosts_that_belong_to_one() {
        assert_eq!(
            web_domain("https://WWW.Example.org:443/a").as_deref(),
            Some("example.org")
        );
        assert_eq!(web_domain("https://www.facebook.com/example"), None);
        assert_eq!(web_domain("localhost"), None);
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            prop_assert_eq!(words(&words(&text)), words(&text));
        }
    }
}
