//! Numbers and addresses by which an organisation is known: register entries, ids, contacts, postcodes, its website. A query that is
//! one of them, as a whole, finds it. They are no words: most stand nowhere else, and nobody misspells them on purpose.

use std::hash::Hasher;

use rustc_hash::FxHasher;
use werkstadt_domain::organisation::{Number, Organisation};
use werkstadt_domain::search::Question;
use werkstadt_domain::text::key;

/// What a hit by number scores beside its words: more than words can.
pub(super) const SCORE: f64 = 100.0;

/// Shorter ones would be found by chance.
const SHORTEST: usize = 4;

/// A query that may be a number, in the forms that it may be known by.
#[derive(Debug)]
pub(super) struct Wanted {
    keys: Vec<String>,
    /// As typed, in lower case.
    pub(super) text: String,
}

impl Wanted {
    /// Reads a query. Phrases and exclusions are about words.
    pub(super) fn of(text: &str, question: &Question) -> Option<Self> {
        if !question.phrases.is_empty() || !question.without.is_empty() {
            return None;
        }
        let text = text.trim().to_lowercase();
        let named = ["amtsgericht ", "ag "]
            .iter()
            .find_map(|court| text.strip_prefix(court));
        let keys = [
            Some(plain(named.unwrap_or(&text))),
            host(&text).map(plain),
            phone(&text),
        ];
        let mut keys: Vec<String> = keys.into_iter().flatten().filter(|key| key.len() >= SHORTEST).collect();
        keys.dedup();
        (!keys.is_empty()).then_some(Self { keys, text })
    }

    /// The numbers under which the forms are indexed.
    pub(super) fn marks(&self) -> impl Iterator<Item = u32> {
        self.keys.iter().map(|key| mark(key))
    }

    /// True if an organisation, as somebody sees it, is known by the query.
    pub(super) fn means(&self, organisation: &Organisation) -> bool {
        let mut found = false;
        each(organisation, |key| {
            found |= self.keys.iter().any(|wanted| wanted == key)
        });
        found
    }
}

/// The numbers under which an organisation is indexed, in order. Two organisations may share one by chance.
pub(super) fn marks(organisation: &Organisation) -> Vec<u32> {
    let mut marks = Vec::new();
    each(organisation, |key| marks.push(mark(key)));
    marks.sort_unstable();
    marks.dedup();
    marks
}

fn mark(key: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(key.as_bytes());
    (hasher.finish() >> 32) as u32
}

/// Each form in which an organisation is known.
fn each(organisation: &Organisation, mut each: impl FnMut(&str)) {
    let mut give = |text: &str| {
        if text.len() >= SHORTEST {
            each(text);
        }
    };
    for number in organisation.identifiers.numbers() {
        match number {
            Number::Register(entry) => {
                let court = key(&entry.court);
                let court = court.strip_prefix("amtsgericht ").unwrap_or(&court);
                let number = plain(&entry.number);
                give(&number);
                give(&format!("{}{number}", plain(&entry.register)));
                give(&format!("{}{}{number}", plain(court), plain(&entry.register)));
            }
            Number::External(id) => {
                give(&plain(&id.value));
                give(&format!("{}{}", plain(&id.scheme), plain(&id.value)));
            }
            other => give(&plain(&other.text())),
        }
    }
    for contact in &organisation.contacts {
        let names = [&contact.name, &contact.email];
        names.into_iter().flatten().for_each(|text| give(&plain(text)));
        if let Some(number) = contact.phone.as_deref().and_then(phone) {
            give(&number);
        }
    }
    for location in &organisation.locations {
        if let Some(postcode) = &location.postcode {
            give(&plain(postcode));
        }
    }
    if let Some(host) = organisation.website.as_deref().and_then(host) {
        give(&plain(host));
    }
}

/// Letters and digits alone, folded.
fn plain(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut folded = key(text);
    folded.retain(char::is_alphanumeric);
    // `Mueller` is `Müller`, whose dots `key` drops.
    for (long, short) in [("ae", "a"), ("oe", "o"), ("ue", "u")] {
        folded = folded.replace(long, short);
    }
    folded
}

/// A telephone number as it is dialled within Germany, without the zero in front, however it was written.
fn phone(text: &str) -> Option<String> {
    let signs = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-/().".contains(c);
    if !text.chars().all(signs) {
        return None;
    }
    // `+49 (0)3641` has a zero that nobody dials.
    let text = text.replace("(0)", "");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let abroad = if text.trim_start().starts_with('+') {
        Some(digits.as_str())
    } else {
        digits.strip_prefix("00")
    };
    let dialled = match abroad {
        Some(number) => number.strip_prefix("49").unwrap_or(number),
        None => digits.strip_prefix('0')?,
    };
    (dialled.len() >= SHORTEST).then(|| format!("tel:{dialled}"))
}

/// The host of a web address, without `www.`; none for what is no web address.
fn host(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.unwrap_or(text);
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let plain = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    (host.contains('.') && host.chars().all(plain)).then_some(host)
}

#[cfg(test)]
mod tests {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    use werkstadt_domain::organisation::{Contact, Identifiers, RegisterEntry};
    use werkstadt_domain::place::Location;

    use super::*;
    use crate::directory::tests::world;

    fn known() -> Organisation {
        let any = world::profile(1, 2)
            .new_tree(&mut TestRunner::deterministic())
            .unwrap()
            .current();
        let mut organisation = any.organisation.record;
        organisation.identifiers = Identifiers::default();
        organisation.identifiers.register = RegisterEntry::parse("Amtsgericht Jena", "HRB", "500123")
            .ok()
            .map(Box::new);
        organisation.identifiers.vat_id = Some("DE136695976".into());
        organisation.website = Some("https://www.beispiel-optik.de/start".into());
        organisation.contacts = vec![Contact {
            name: Some("Erika Müller".into()),
            email: Some("info@beispiel.de".into()),
            phone: Some("+49 (0)3641 55-0".into()),
            ..Contact::default()
        }];
        organisation.locations = vec![Location {
            city: "Jena".into(),
            postcode: Some("07743".into()),
            ..Location::default()
        }];
        organisation
    }

    #[test]
    fn an_organisation_is_meant_however_its_numbers_are_written() {
        let (organisation, marks) = (known(), marks(&known()));
        let finds = |text: &str| {
            Wanted::of(text, &Question::parse(text)).is_some_and(|wanted| {
                let indexed = wanted.marks().any(|mark| marks.contains(&mark));
                assert_eq!(indexed, wanted.means(&organisation), "{text}");
                indexed
            })
        };
        for text in [
            "DE136695976",
            "de 136 695 976",
            "HRB 500123",
            "500123",
            "Jena HRB 500123",
            "Amtsgericht Jena, HRB 500123",
            "info@beispiel.de",
            "Erika Mueller",
            "03641 550",
            "+49 3641 55-0",
            "0049 3641/550",
            "07743",
            "www.beispiel-optik.de",
            "https://beispiel-optik.de/",
        ] {
            assert!(finds(text), "{text}");
        }
        for text in ["DE136695977", "beispiel", "3641", "\"07743\"", "07743 -x", "a", ""] {
            assert!(!finds(text), "{text}");
        }
    }
}
