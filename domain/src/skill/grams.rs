//! The grams of a label: the short runs of letters by which labels that are alike are found.
//!
//! A word is written as it [`sound`]s, so that German and English cognates share grams, and compounds share those of their
//! parts. Weights were measured on labels and alternative labels of the ESCO classification; see the README.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::sound::{skeleton, sound};
use crate::analysis::{collapse, fold};

/// What a label or a question is compared by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grams {
    /// Grams with their weight, each once, in order.
    pub weights: Vec<(u64, f32)>,
    /// Short words, which may stand for others by their initials.
    pub short: Vec<u64>,
    /// Initials of three to six words in a row, with how many words they are of.
    pub initials: Vec<(u64, u8)>,
}

/// Longer labels are cut here: a hostile question must not cost more than a long honest one.
const MOST_WORDS: usize = 24;

/// The weight of a word that says little, such as an article.
const LITTLE: f32 = 0.4;

/// A gram at the beginning of a word says more, at the end a little more.
const FIRST: f32 = 2.0;
const LAST: f32 = 1.5;

/// Words count by their length to this power less: a long word must not drown a short one.
const LENGTH_POWER: f32 = -0.4;

/// The weight of grams of the consonants alone, and of those across words: `Energiesystem` and `energy system`.
const CONSONANTS: f32 = 0.7;
const ACROSS: f32 = 0.2;

/// Articles, conjunctions, prepositions and forms of *to be*, German and English, folded, in order.
const SMALL: [&str; 52] = [
    "a", "als", "am", "an", "and", "are", "as", "at", "auf", "aus", "be", "bei", "by", "das", "dem", "den", "der",
    "des", "die", "durch", "ein", "eine", "einem", "einen", "einer", "eines", "for", "from", "fur", "im", "in", "is",
    "ist", "mit", "nach", "oder", "of", "on", "or", "s", "sein", "sich", "the", "to", "uber", "und", "unter", "vom",
    "von", "with", "zu", "zum",
];

impl Grams {
    /// The grams of a text, whatever its language.
    pub fn of(text: &str) -> Self {
        let folded = collapse(&fold(text)).replace(['\'', '’'], "");
        let in_word = |c: char| c.is_alphanumeric() || c == '+' || c == '#';
        let words = folded.split(|c| !in_word(c)).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.take(MOST_WORDS).collect();
        let mut weights = Vec::new();
        let mut joined = Vec::new();
        for word in &words {
            let is_small = is_small(word);
            let sounds = sound(word);
            add_word(&mut weights, &sounds, if is_small { LITTLE } else { 1.0 });
            if !is_small {
                joined.extend(sounds.chars());
            }
        }
        for size in 4..=6 {
            weights.extend(joined.windows(size).map(|run| (gram('&', run), ACROSS)));
        }
        Self {
            weights: summed(weights),
            short: short(&words),
            initials: initials(&words),
        }
    }

    /// The sum of the weights: how long the text is.
    pub fn length(&self) -> f32 {
        self.weights.iter().map(|(_, weight)| weight).sum()
    }
}

fn add_word(weights: &mut Vec<(u64, f32)>, sounds: &str, weight: f32) {
    let marked: Vec<char> = format!("^{sounds}$").chars().collect();
    let length = f32::from(u16::try_from(marked.len()).unwrap_or(u16::MAX));
    let weight = weight * length.powf(LENGTH_POWER);
    for size in 2..=4 {
        let runs = marked.len().saturating_sub(size);
        for (at, run) in marked.windows(size).enumerate() {
            let first = if at == 0 { FIRST } else { 1.0 };
            let last = if at == runs { LAST } else { 1.0 };
            weights.push((gram('=', run), weight * first * last));
        }
    }
    let bones: Vec<char> = format!("<{}>", skeleton(sounds)).chars().collect();
    for size in 3..=4 {
        for (at, run) in bones.windows(size).enumerate() {
            let first = if at == 0 { FIRST } else { 1.0 };
            weights.push((gram('~', run), CONSONANTS * weight * first));
        }
    }
}

/// Equal grams as one, in order.
fn summed(mut grams: Vec<(u64, f32)>) -> Vec<(u64, f32)> {
    // By weight too: the sum must not depend on the order in which words stand.
    grams.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    grams.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    grams
}

fn short(words: &[&str]) -> Vec<u64> {
    let short = words
        .iter()
        .filter(|word| (2..=6).contains(&word.len()) && !is_small(word));
    let mut found: Vec<u64> = short.map(|word| whole(word.chars())).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn initials(words: &[&str]) -> Vec<(u64, u8)> {
    let content: Vec<&str> = words.iter().copied().filter(|word| !is_small(word)).collect();
    let mut found = Vec::new();
    for row in [words, &content] {
        for (size, words) in (3..=6).zip(3_u8..) {
            let runs = row.windows(size);
            found.extend(runs.map(|run| (whole(run.iter().filter_map(|word| word.chars().next())), words)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn is_small(word: &str) -> bool {
    SMALL.binary_search(&word).is_ok()
}

fn whole(letters: impl Iterator<Item = char>) -> u64 {
    gram('@', &letters.collect::<Vec<_>>())
}

/// One number for a run of letters of one sort.
fn gram(sort: char, run: &[char]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u32(u32::from(sort));
    for letter in run {
        hasher.write_u32(u32::from(*letter));
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shared(a: &str, b: &str) -> usize {
        let (a, b) = (Grams::of(a), Grams::of(b));
        a.weights
            .iter()
            .filter(|(gram, _)| b.weights.iter().any(|(other, _)| other == gram))
            .count()
    }

    #[test]
    fn small_words_are_in_order() {
        assert!(SMALL.is_sorted());
    }

    #[test]
    fn cognates_compounds_and_typos_share_grams() {
        assert!(shared("Kryptographie", "cryptography") > shared("Kryptographie", "criminology"));
        assert!(shared("Energiesysteme", "energy systems") > shared("Energiesysteme", "elderly sisters"));
        assert!(shared("Lasertechink", "Lasertechnik") > 10);
        assert_eq!(Grams::of("Müller’s Straße"), Grams::of("MULLERS  STRASSE"));
        assert_eq!(Grams::of("–"), Grams::default());
    }

    #[test]
    fn initials_are_those_of_words_in_a_row() {
        let short = Grams::of("LDAP").short;
        let long = Grams::of("the Lightweight Directory Access Protocol").initials;
        assert!(
            long.iter()
                .any(|(initials, words)| *initials == short[0] && *words == 4)
        );
        let with_small_words = Grams::of("General Regulation for the Protection of Data").initials;
        assert!(
            with_small_words
                .iter()
                .any(|(initials, _)| *initials == Grams::of("GRPD").short[0])
        );
    }

    proptest! {
        #[test]
        fn the_order_of_words_matters_little_and_cost_is_bounded(words in proptest::collection::vec("\\PC{1,8}", 0..60)) {
            let grams = Grams::of(&words.join(" "));
            prop_assert!(grams.weights.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(grams.weights.iter().all(|(_, weight)| *weight > 0.0));
            prop_assert!(grams.length().is_finite());
        }
    }
}
