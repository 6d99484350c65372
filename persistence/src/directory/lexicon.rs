//! The lexicon: every word that ever occurred, as it is spelt, with the terms under which it is indexed.
//!
//! For words that are not finished yet and for words with typing errors. It grows only and serves all audiences; whether a word
//! may help an audience is for the statistics of what that audience sees to say. They know readings: a word that one text gave
//! other terms than another, for it is in another language, must not lend them to those who see only the other.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHasher;

use self::edits::{distance, marks};

mod edits;

/// Shared by all snapshots.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    words: RwLock<Words>,
}

#[derive(Debug, Default)]
struct Words {
    /// Ordered, so that beginnings are ranges.
    numbers: BTreeMap<Arc<str>, u32>,
    words: Vec<Word>,
    readings: u32,
    remains: Remains,
}

/// One word.
#[derive(Debug)]
struct Word {
    /// Folded.
    text: Arc<str>,
    /// How many letters it has.
    letters: u16,
    /// Which ones.
    marks: u32,
    readings: Vec<Reading>,
}

/// A word with the terms that some text gave it.
#[derive(Debug)]
pub(super) struct Reading {
    /// Its number in statistics and postings.
    pub(super) number: u32,
    /// One or two.
    pub(super) terms: Vec<u32>,
}

/// A word that was looked up.
pub(super) struct Known<'a> {
    pub(super) text: &'a str,
    pub(super) readings: &'a [Reading],
}

impl Lexicon {
    /// The number of a folded word that is indexed under exactly these terms, a new one if need be.
    pub(super) fn intern(&self, text: &str, terms: Vec<u32>) -> u32 {
        let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
        let place = match words.numbers.get(text) {
            Some(place) => *place,
            None => words.add(text),
        };
        let next = words.readings;
        let Some(word) = words.words.get_mut(place as usize) else {
            return next;
        };
        if let Some(reading) = word.readings.iter().find(|reading| reading.terms == terms) {
            return reading.number;
        }
        word.readings.push(Reading { number: next, terms });
        words.readings += 1;
        next
    }

    /// Looks a folded word up.
    pub(super) fn find<T>(&self, text: &str, read: impl FnOnce(Known<'_>) -> Option<T>) -> Option<T> {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        read(words.known(*words.numbers.get(text)?)?)
    }

    /// Each word that begins with a folded text, in order.
    pub(super) fn beginning(&self, prefix: &str, mut each: impl FnMut(Known<'_>)) {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        let range = words
            .numbers
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        for (_, number) in range.take_while(|(text, _)| text.starts_with(prefix)) {
            words.known(*number).into_iter().for_each(&mut each);
        }
    }

    /// Each word at most so many edits (letters put in, left out, replaced, or two neighbours swapped) away from a folded word,
    /// with the number of edits; the word itself is 0 away.
    pub(super) fn near(&self, text: &str, edits: Edits, mut each: impl FnMut(usize, Known<'_>)) {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        let mut candidates: Vec<u32> = Vec::new();
        for remain in remains(text, edits) {
            words.remains.each(remain, |number| candidates.push(number));
        }
        candidates.sort_unstable();
        candidates.dedup();
        let (letters, marks) = (text.chars().count(), marks(text));
        let meant: Vec<char> = text.chars().collect();
        // Much cheaper than the distance, and rules most of them out. An edit puts one letter in the place of another at most.
        candidates.retain(|number| {
            let word = words.words.get(*number as usize);
            word.is_some_and(|word| {
                let others = (word.marks ^ marks).count_ones() as usize;
                usize::from(word.letters).abs_diff(letters) <= edits.count() && others <= 2 * edits.count()
            })
        });
        let mut other: Vec<char> = Vec::new();
        for known in candidates.into_iter().filter_map(|number| words.known(number)) {
            other.clear();
            other.extend(known.text.chars());
            if let Some(distance) = distance(&meant, &other, edits.count()) {
                each(distance, known);
            }
        }
    }
}

impl Words {
    fn known(&self, number: u32) -> Option<Known<'_>> {
        let word = self.words.get(number as usize)?;
        Some(Known {
            text: &word.text,
            readings: &word.readings,
        })
    }

    fn add(&mut self, text: &str) -> u32 {
        let number = self.words.len() as u32;
        let text: Arc<str> = text.into();
        // A word may be found from one that is longer or shorter by its edits.
        let letters = text.chars().count();
        let edits = if letters + 2 >= LONG { Edits::Two } else { Edits::One };
        if letters + 1 >= SHORT {
            for remain in remains(&text, edits) {
                self.remains.add(remain, number);
            }
        }
        self.numbers.insert(Arc::clone(&text), number);
        self.words.push(Word {
            letters: u16::try_from(letters).unwrap_or(u16::MAX),
            marks: marks(&text),
            text,
            readings: Vec::new(),
        });
        number
    }
}

/// From so many letters on, one error is forgiven.
const SHORT: usize = 4;

/// From so many letters on, two errors are forgiven.
const LONG: usize = 8;

/// How many errors are forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edits {
    One,
    Two,
}

impl Edits {
    /// What is forgiven in a word: nothing in a short one, or in one with a digit, where each sign counts.
    pub(super) fn in_word(text: &str) -> Option<Self> {
        if text.contains(|c: char| !c.is_alphabetic()) {
            return None;
        }
        match text.chars().count() {
            0..SHORT => None,
            SHORT..LONG => Some(Self::One),
            _ => Some(Self::Two),
        }
    }

    /// As a number.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// Words by what remains of their first letters when some are left out. Two words that are few edits apart have a remain in
/// common (symmetric deletion, W. Garbe 2012).
#[derive(Debug, Default)]
struct Remains {
    /// Hash and word, in order.
    settled: Vec<(u32, u32)>,
    /// What came since.
    recent: BTreeSet<(u32, u32)>,
}

/// Only so many letters are varied; what follows them is compared as a whole.
const VARIED: usize = 7;

impl Remains {
    fn add(&mut self, remain: u32, word: u32) {
        self.recent.insert((remain, word));
        if self.recent.len() > self.settled.len() / 16 + 4096 {
            self.settled.extend(std::mem::take(&mut self.recent));
            // Two runs, each in order: the stable sort merges them, the other one would sort all.
            self.settled.sort();
        }
    }

    fn each(&self, remain: u32, mut each: impl FnMut(u32)) {
        let start = self.settled.partition_point(|(other, _)| *other < remain);
        let settled = self.settled.get(start..).unwrap_or_default();
        settled
            .iter()
            .take_while(|(other, _)| *other == remain)
            .for_each(|(_, word)| each(*word));
        self.recent
            .range((remain, 0)..=(remain, u32::MAX))
            .for_each(|(_, word)| each(*word));
    }
}

/// The hashes of what remains of a word when up to so many of its first letters are left out.
fn remains(text: &str, edits: Edits) -> Vec<u32> {
    let letters: Vec<char> = text.chars().take(VARIED).collect();
    let hash = |skip: &[usize]| {
        let mut hasher = FxHasher::default();
        for (place, letter) in letters.iter().enumerate() {
            if !skip.contains(&place) {
                hasher.write_u32(u32::from(*letter));
            }
        }
        (hasher.finish() >> 32) as u32
    };
    let mut found = vec![hash(&[])];
    for first in 0..letters.len() {
        found.push(hash(&[first]));
        if edits == Edits::Two {
            found.extend((first + 1..letters.len()).map(|second| hash(&[first, second])));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(lexicon: &Lexicon, text: &str) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        if let Some(edits) = Edits::in_word(text) {
            lexicon.near(text, edits, |distance, known| {
                found.push((distance, known.text.to_owned()))
            });
        }
        found.sort();
        found
    }

    proptest! {
        #[test]
        fn near_equals_comparing_with_every_word(
            words in proptest::collection::btree_set("[abc]{3,11}", 1..60), wanted in "[abc]{4,10}",
        ) {
            let lexicon = Lexicon::default();
            for word in &words {
                lexicon.intern(word, vec![]);
            }
            let most = if wanted.len() < LONG { 1 } else { 2 };
            let all = words.iter().map(|word| (strsim::osa_distance(&wanted, word), word.clone()));
            let mut expected: Vec<_> = all.filter(|(distance, _)| *distance <= most).collect();
            expected.sort();
            prop_assert_eq!(near(&lexicon, &wanted), expected);
        }
    }

    #[test]
    fn words_are_found_by_their_beginning() {
        let lexicon = Lexicon::default();
        for (term, word) in (0..).zip(["laser", "lasertechnik", "last", "lampe"]) {
            lexicon.intern(word, vec![term]);
        }
        let mut found = Vec::new();
        lexicon.beginning("lase", |known| found.push(known.text.to_owned()));
        assert_eq!(found, ["laser", "lasertechnik"]);
        // The same terms are the same reading, other ones another.
        assert_eq!(lexicon.intern("laser", vec![0]), 0);
        assert_eq!(lexicon.intern("laser", vec![0, 7]), 4);
        let readings = |known: Known<'_>| Some(known.readings.iter().map(|reading| reading.number).collect::<Vec<_>>());
        assert_eq!(lexicon.find("laser", readings), Some(vec![0, 4]));
        assert_eq!(
            near(&lexicon, "lasr"),
            [(1, "laser".to_owned()), (1, "last".to_owned())]
        );
        assert_eq!(near(&lexicon, "las"), []);
    }
}
