//! Text analysis: from a text to the terms under which it is indexed and found.
//!
//! A word is folded (case, accents, `ß`, umlauts and their spellings `ae`, `oe`, `ue`), dropped if it is a stop word, and
//! stemmed by the rules of its language (Snowball). Where the language is not known, each word gives the stems of both
//! languages, so that a bare name or a query of one word meets texts of either. Pure: the same text gives the same terms.

mod compound;
mod fold;
mod phrase;
mod stem;
mod stop;
mod word;

pub use compound::{joined, splits};
pub use fold::{collapse, fold};
pub use phrase::{Phrase, folded};
pub use word::{Word, each_word, words};

use crate::text::Language;

/// Turns texts into terms. Cheap to make and to clone; holds no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Analyser;

/// The terms of one word: one, or two where its language is unknown and the stems differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The stem, or the German one.
    pub first: String,
    /// The English stem where it is another.
    pub second: Option<String>,
}

impl Terms {
    /// All terms, one or two.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.first.as_str()).chain(self.second.as_deref())
    }
}

impl Analyser {
    /// The terms of one word (as [`words`] gives it), none for a stop word or a mark without a letter.
    pub fn terms(self, word: &str, language: Option<Language>) -> Option<Terms> {
        if is_number(word) {
            let first = word.to_owned();
            return Some(Terms { first, second: None });
        }
        if stop::is_stop_word(word, language) {
            return None;
        }
        let first = stem::stem(word, language.unwrap_or(Language::De));
        let second = match language {
            Some(_) => None,
            None => Some(stem::stem(word, Language::En)).filter(|second| *second != first),
        };
        (!first.is_empty()).then_some(Terms { first, second })
    }

    /// The terms of every word of a text, in order, stop words left out.
    pub fn analyse(self, text: &str, language: Option<Language>) -> Vec<Terms> {
        words(text)
            .filter_map(|word| self.terms(&word.text, language))
            .collect()
    }
}

/// True for a word of digits, which is what it is in every language and spelling.
fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty()
}

/// The language of a text by its stop words, `None` if they do not tell (short texts, names, other languages).
pub fn detect(text: &str) -> Option<Language> {
    let (mut de, mut en) = (0_usize, 0_usize);
    for word in words(text).take(400) {
        de += usize::from(stop::is_stop_word(&word.text, Some(Language::De)));
        en += usize::from(stop::is_stop_word(&word.text, Some(Language::En)));
    }
    // Some words ("in", "an") stop in both languages, so a lead is asked for.
    match (de, en) {
        _ if de >= 3 && de > 2 * en => Some(Language::De),
        _ if en >= 3 && en > 2 * de => Some(Language::En),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(text: &str, language: Option<Language>) -> Vec<String> {
        Analyser
            .analyse(text, language)
            .into_iter()
            .map(|terms| terms.first)
            .collect()
    }

    #[test]
    fn spellings_of_a_name_meet() {
        let spellings = [
            "Müller",
            "Mueller",
            "Muller",
            "MÜLLER",
            "Mu\u{308}ller",
            "ＭＵＥＬＬＥＲ",
        ];
        for language in [None, Some(Language::De), Some(Language::En)] {
            let all = spellings.map(|spelling| Analyser.analyse(spelling, language));
            assert!(all.iter().all(|terms| *terms == all[0]), "{all:?}");
        }
        assert_eq!(first("Straße", None), first("STRASSE", None));
        assert_eq!(first("Größe", None), first("Groesse", None));
    }

    #[test]
    fn inflected_words_meet_in_their_language() {
        let de = Some(Language::De);
        assert_eq!(first("Häuser", de), first("Haus", de));
        assert_eq!(first("die Entwicklungen", de), first("Entwicklung", de));
        let en = Some(Language::En);
        assert_eq!(first("the networks", en), first("networking", en));
    }

    #[test]
    fn a_word_of_unknown_language_has_the_stems_of_both() {
        let unknown = Analyser.terms("lizenzen", None).unwrap();
        assert!(unknown.iter().any(|term| term == stem::stem("lizenz", Language::De)));
        assert!(unknown.iter().any(|term| term == stem::stem("lizenzen", Language::En)));
    }

    #[test]
    fn languages_are_told_by_their_small_words() {
        assert_eq!(
            detect("Die Stadt sucht einen Partner für die Entwicklung und den Betrieb der Plattform"),
            Some(Language::De)
        );
        assert_eq!(
            detect("The city is looking for a partner to develop and to run the platform"),
            Some(Language::En)
        );
        assert_eq!(detect("Jena Optronik GmbH"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_analysed_and_terms_are_folded(text in "\\PC{0,60}") {
            for terms in Analyser.analyse(&text, None) {
                for term in terms.iter() {
                    prop_assert!(!term.is_empty());
                    prop_assert_eq!(term, collapse(&fold(term)));
                }
            }
        }
    }
}
