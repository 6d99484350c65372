//! Wire types that several nouns share. Wire types live in this crate only; conversions to the domain are explicit.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Visibility};
use werkstadt_domain::calendar::{FIRST_DAY, LAST_DAY};
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::{Text, line, paragraphs};

mod choice;
mod patch_of;

pub use choice::*;
pub use patch_of::MergePatchOf;

/// A text in German, English or both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Text, example = json!({"de": "Lasertechnik für die Industrie", "en": "Laser technology for industry"}))]
pub struct TextBody {
    /// The German text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "paragraphs", min_length = 1, max_length = 20_000)]
    pub de: Option<String>,
    /// The English text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "paragraphs", min_length = 1, max_length = 20_000)]
    pub en: Option<String>,
}

impl TextBody {
    /// The text, `None` when it says nothing, so that the member is omitted.
    pub fn some(text: &Text) -> Option<Self> {
        (!text.is_empty()).then(|| Self {
            de: text.de.clone(),
            en: text.en.clone(),
        })
    }
}

impl From<&Text> for TextBody {
    fn from(text: &Text) -> Self {
        Self {
            de: text.de.clone(),
            en: text.en.clone(),
        }
    }
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// In one line of up to this many characters.
    Line(usize),
    /// In paragraphs of up to this many characters.
    Paragraphs(usize),
}

/// Reads a text in either language; a missing one is empty.
pub fn text(faults: &mut Faults, pointer: &str, body: Option<&TextBody>, writing: Writing) -> Text {
    let Some(body) = body else { return Text::default() };
    let mut read = |language: &str, given: &Option<String>| {
        let parsed = match (given, writing) {
            (None, _) => return None,
            (Some(given), Writing::Line(max)) => line(given, max),
            (Some(given), Writing::Paragraphs(max)) => paragraphs(given, max),
        };
        faults.take(format!("{pointer}/{language}"), parsed)
    };
    let (de, en) = (read("de", &body.de), read("en", &body.en));
    Text { de, en }
}

/// Reads a text that must say something in at least one language.
pub fn required_text(faults: &mut Faults, pointer: &str, body: &TextBody, writing: Writing) -> Text {
    if body.de.is_none() && body.en.is_none() {
        faults.note(pointer, Rule::Required);
    }
    text(faults, pointer, Some(body), writing)
}

/// Reads an optional value by a parsing function.
pub fn optional<T>(
    faults: &mut Faults,
    pointer: impl Into<String>,
    given: Option<&String>,
    parse: impl FnOnce(&str) -> Result<T, Rule>,
) -> Option<T> {
    given.and_then(|given| faults.take(pointer, parse(given)))
}

/// Reads a list: each item by itself, none twice, at most `max`.
pub fn list<G, T: PartialEq>(
    faults: &mut Faults,
    pointer: &str,
    given: &[G],
    max: usize,
    mut parse: impl FnMut(&mut Faults, &str, &G) -> Option<T>,
) -> Vec<T> {
    if given.len() > max {
        faults.note(pointer, Rule::TooLong(max));
        return Vec::new();
    }
    let mut items = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let place = format!("{pointer}/{index}");
        match parse(faults, &place, one) {
            Some(item) if items.contains(&item) => faults.note(place, Rule::Duplicate),
            Some(item) => items.push(item),
            None => {}
        }
    }
    items
}

/// The shape of a date without time in JSON: `2026-11-22`, up to the last day that there is, 2999-12-31.
pub fn day(text: &str) -> Result<chrono::NaiveDate, Rule> {
    let read = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    read.filter(|day| (FIRST_DAY..=LAST_DAY).contains(day))
        .ok_or(Rule::Malformed("YYYY-MM-DD, from 0001-01-01 to 2999-12-31"))
}

/// The shape of a time in JSON (RFC 3339), to the microsecond.
pub fn instant(text: &str) -> Result<DateTime<Utc>, Rule> {
    let micros = DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_micros());
    // A leap second is counted into the next one, as both databases do.
    micros
        .and_then(DateTime::from_timestamp_micros)
        .filter(|at| (1..=9999).contains(&at.year()))
        .ok_or(Rule::Malformed("RFC 3339"))
}

/// Reads an id of something that must be known.
pub fn known<N>(
    faults: &mut Faults,
    pointer: &str,
    given: Option<&String>,
    is_known: impl FnOnce(Id<N>) -> bool,
) -> Option<Id<N>> {
    let id = Id::parse(given?).ok().filter(|id| is_known(*id));
    faults.take(pointer, id.ok_or(Rule::UnknownReference))
}

/// Notes an end that lies before its beginning.
pub fn in_order<T: PartialOrd>(faults: &mut Faults, pointer: &str, first: Option<T>, last: Option<T>) {
    if first.zip(last).is_some_and(|(first, last)| last < first) {
        faults.note(pointer, Rule::Reversed);
    }
}

/// A visibility as it is shown: only to those who may change it.
pub fn shown_visibility(visibility: Visibility, audience: Audience) -> Option<String> {
    (audience == Audience::Manager).then(|| visibility.code().to_owned())
}

/// A visibility as it is given, public unless said otherwise.
pub fn visibility(given: Option<VisibilityName>) -> Visibility {
    given.map_or_else(Visibility::default, |choice| choice.0)
}
