//! Highlights: where in the texts of a hit the words of a query stand.

use std::ops::Range;

use rustc_hash::FxHashSet;
use werkstadt_domain::analysis::{Analyser, words};
use werkstadt_domain::organisation::Organisation;
use werkstadt_domain::text::Language;

use super::dictionary::Dictionary;
use super::query::Wording;

/// Words found in one text of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Which text: a JSON pointer from the organisation, for example `/summary/de`.
    pub pointer: &'static str,
    /// Where the words stand, in UTF-16 code units from the beginning of the text; in order.
    pub ranges: Vec<Range<usize>>,
}

/// The words of the query in the name, the summary and the description. Texts without one are left out.
pub(super) fn highlights(organisation: &Organisation, wording: &Wording, dictionary: &Dictionary) -> Vec<Highlight> {
    let terms = wording.terms();
    let (summary, description) = (&organisation.summary, &organisation.description);
    let texts = [
        ("/name", None, Some(organisation.name.as_str())),
        ("/short_name", None, organisation.short_name.as_deref()),
        ("/summary/de", Some(Language::De), summary.de.as_deref()),
        ("/summary/en", Some(Language::En), summary.en.as_deref()),
        ("/description/de", Some(Language::De), description.de.as_deref()),
        ("/description/en", Some(Language::En), description.en.as_deref()),
    ];
    let all = texts.into_iter().filter_map(|(pointer, language, text)| {
        let ranges = ranges(text?, language, &terms, dictionary);
        (!ranges.is_empty()).then_some(Highlight { pointer, ranges })
    });
    all.collect()
}

fn ranges(
    text: &str,
    language: Option<Language>,
    terms: &FxHashSet<u32>,
    dictionary: &Dictionary,
) -> Vec<Range<usize>> {
    let is_meant = |word: &str| {
        let found = Analyser.terms(word, language);
        found.is_some_and(|found| {
            let mut numbers = found.iter().filter_map(|term| dictionary.find(term));
            numbers.any(|number| terms.contains(&number))
        })
    };
    let units = |end: usize| text.get(..end).map_or(0, |before| before.encode_utf16().count());
    words(text)
        .filter(|word| is_meant(&word.text))
        .map(|word| units(word.start)..units(word.end))
        .collect()
}
