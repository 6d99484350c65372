//! Organisations as vCards 4.0 (RFC 6350).

use werkstadt_domain::audience::Stored;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Contact, Organisation};
use werkstadt_domain::place::Location;
use werkstadt_domain::profile::Profile;

use super::table::skills;
use super::{View, Writer};
use crate::problem::Problem;

/// Octets of a line at most, without its end (RFC 6350, 3.2).
const LINE: usize = 75;

/// Writes vCards.
pub(super) struct Cards {
    view: View,
}

impl Cards {
    /// For a view.
    pub(super) const fn new(view: View) -> Self {
        Self { view }
    }
}

impl Writer for Cards {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<(), Problem> {
        Ok(())
    }

    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem> {
        let stored = &profile.organisation;
        let mut card = Card::new("org", &stored.record.id.to_string());
        organisation(&mut card, &stored.record);
        card.list("CATEGORIES", &skills(&self.view, profile));
        card.revised(stored, self.view.audience);
        card.end(out);
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), Problem> {
        Ok(())
    }
}

fn organisation(card: &mut Card, organisation: &Organisation) {
    card.text("FN", &organisation.name);
    card.text("ORG", &organisation.name);
    if let Some(short) = &organisation.short_name {
        card.text("NICKNAME", short);
    }
    for location in &organisation.locations {
        place(card, location);
    }
    if let Some(website) = &organisation.website {
        card.raw("URL", website);
    }
    for language in &organisation.languages {
        card.raw("LANG", language);
    }
    for contact in &organisation.contacts {
        reach(card, contact);
    }
    for (language, summary) in organisation.summary.each() {
        card.text(&format!("NOTE;LANGUAGE={}", language.code()), summary);
    }
}

fn place(card: &mut Card, location: &Location) {
    let part = |text: Option<&String>| text.map(|text| escaped(text)).unwrap_or_default();
    let address = [
        String::new(),
        String::new(),
        part(location.street.as_ref()),
        escaped(&location.city),
        String::new(),
        part(location.postcode.as_ref()),
        escaped(&location.country),
    ];
    card.raw("ADR;TYPE=work", &address.join(";"));
    if let Some(point) = location.point {
        card.raw("GEO", &format!("geo:{},{}", point.lat, point.lon));
    }
}

fn reach(card: &mut Card, contact: &Contact) {
    if let Some(email) = &contact.email {
        card.text("EMAIL;TYPE=work", email);
    }
    if let Some(phone) = &contact.phone {
        card.text("TEL;TYPE=work", phone);
    }
    let named = [&contact.name, &contact.role].into_iter().flatten();
    let named: Vec<&str> = named.map(String::as_str).collect();
    if !named.is_empty() {
        card.text("RELATED;TYPE=contact;VALUE=text", &named.join(", "));
    }
}

/// A card that is being written.
pub(super) struct Card {
    lines: String,
}

impl Card {
    /// A card of a kind for the record of this id.
    pub(super) fn new(kind: &str, id: &str) -> Self {
        let mut card = Self { lines: String::new() };
        for (name, value) in [
            ("BEGIN", "VCARD"),
            ("VERSION", "4.0"),
            ("KIND", kind),
            ("UID", &format!("urn:uuid:{id}")),
        ] {
            card.raw(name, value);
        }
        card
    }

    /// A property whose value is a text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &escaped(value));
    }

    /// A property with a list of texts, unless it is empty.
    pub(super) fn list(&mut self, name: &str, values: &[&str]) {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| escaped(value)).collect();
            self.raw(name, &values.join(","));
        }
    }

    /// A property whose value is written already.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        self.lines.push_str(&folded(&format!("{name}:{value}")));
    }

    /// When the record last changed.
    pub(super) fn revised<T>(&mut self, stored: &Stored<T>, audience: werkstadt_domain::audience::Audience) {
        let at = stored.changed_at.seen_by(audience).utc();
        self.raw("REV", &at.format("%Y%m%dT%H%M%SZ").to_string());
    }

    /// Ends the card.
    pub(super) fn end(mut self, out: &mut Vec<u8>) {
        self.raw("END", "VCARD");
        out.extend_from_slice(self.lines.as_bytes());
    }
}

/// A text as a value (RFC 6350, 3.4).
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// A line, folded before it is too long, never within a character.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_lines_folded() {
        assert_eq!(escaped("a,b;c\\d\r\ne"), "a\\,b\\;c\\\\d\\ne");
        let line = format!("NOTE:{}", "ä".repeat(80));
        let written = folded(&line);
        assert!(written.split("\r\n").all(|line| line.len() <= LINE), "{written}");
        assert_eq!(written.trim_end().replace("\r\n ", ""), line);
    }
}
