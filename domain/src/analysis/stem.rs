//! Stemming by language, and the folding that follows it.

use rust_stemmers::{Algorithm, Stemmer};

use super::fold::{collapse, fold};
use crate::text::Language;

/// The folded Snowball stem of a lower-case word, empty if nothing but marks is left. Stemmed first: the German stemmer reads umlauts.
pub(super) fn stem(word: &str, language: Language) -> String {
    // Short words and codes such as `3d`, `ki`, `wz2008` have no endings.
    let plain = word.chars().count() > 2 && word.chars().all(char::is_alphabetic);
    let stemmed = match language {
        _ if !plain => word.into(),
        Language::De => Stemmer::create(Algorithm::German).stem(word),
        Language::En => Stemmer::create(Algorithm::English).stem(word),
    };
    collapse(&fold(&stemmed))
}
