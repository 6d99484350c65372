//! The lexicon: every word that ever occurred, as it is spelt, with the terms under which it is indexed.
//!
//! For words that are not finished yet and for words with typing errors. It grows only and serves all audiences; whether a word
//! may help an audience is for the statistics of what that audience sees to say. They know readings: a word that one text gave
//! other terms than another, for it is in another language, must not lend them to those who see only the other.

use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use smallvec::SmallVec;

use self::edits::{distance, marks};
use self::remains::{Remains, remains};
use super::dictionary::names::Names;

mod edits;
mod remains;

/// Shared by all snapshots.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    words: RwLock<Words>,
}

#[derive(Debug, Default)]
struct Words {
    names: Names,
    words: Vec<Word>,
    readings: u32,
    order: Order,
    remains: Remains,
    /// So many words are in the order, and among the remains.
    published: usize,
}

/// One word; its text is among the names.
#[derive(Debug)]
struct Word {
    /// How many letters it has.
    letters: u16,
    /// Which ones.
    marks: u32,
    /// Nearly all have one.
    readings: SmallVec<[Reading; 1]>,
}

/// A word with the terms that some text gave it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Its number in statistics and postings.
    pub(super) number: u32,
    pub(super) terms: Terms,
}

/// One term, or two where the language of a word is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// The stem, or the German one.
    first: u32,
    /// The English one; the first where that is no other. There are many words, and none of them has an option here.
    second: u32,
}

impl Terms {
    /// The stem, or the German one, and the English one where it is another.
    pub(super) fn new(first: u32, second: Option<u32>) -> Self {
        Self {
            first,
            second: second.unwrap_or(first),
        }
    }

    /// Each once.
    pub(super) fn iter(self) -> impl Iterator<Item = u32> {
        std::iter::once(self.first).chain((self.second != self.first).then_some(self.second))
    }
}

/// A word that was looked up.
pub(super) struct Known<'a> {
    pub(super) text: &'a str,
    pub(super) readings: &'a [Reading],
}

impl Lexicon {
    /// The number of a folded word that is indexed under exactly these terms, a new one if need be.
    pub(super) fn intern(&self, text: &str, terms: Terms) -> u32 {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = words.reading(text, terms) {
            return number;
        }
        drop(words);
        let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
        words.intern(text, terms)
    }

    /// Lets words that are new be found by their beginnings and with errors. Once for all that one snapshot brings: putting them in
    /// one by one is much dearer.
    pub(super) fn publish(&self) {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        if words.published < words.words.len() {
            drop(words);
            self.words.write().unwrap_or_else(PoisonError::into_inner).publish();
        }
    }

    /// Looks a folded word up.
    pub(super) fn find<T>(&self, text: &str, read: impl FnOnce(Known<'_>) -> Option<T>) -> Option<T> {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        read(words.known(words.names.find(text)?)?)
    }

    /// Each word that begins with a folded text, in order.
    pub(super) fn beginning(&self, prefix: &str, mut each: impl FnMut(Known<'_>)) {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        for number in words.order.beginning(prefix, &words.names) {
            words.known(number).into_iter().for_each(&mut each);
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        let order = words.order.settled.capacity() + words.order.recent.capacity();
        words.names.bytes() + words.words.capacity() * size_of::<Word>() + order * 4 + words.remains.bytes()
    }

    /// Each word at most so many edits (letters put in, left out, replaced, or two neighbours swapped) away from a folded word,
    /// with the number of edits; the word itself is 0 away.
    pub(super) fn near(&self, text: &str, edits: Edits, mut each: impl FnMut(usize, Known<'_>)) {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        let mut candidates: Vec<u32> = Vec::new();
        remains(text, edits, |remain| {
            words.remains.each(remain, |number| candidates.push(number));
        });
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
        Some(Known {
            text: self.names.get(number)?,
            readings: &self.words.get(number as usize)?.readings,
        })
    }

    /// The number of a reading, if there is one like that.
    fn reading(&self, text: &str, terms: Terms) -> Option<u32> {
        let word = self.words.get(self.names.find(text)? as usize)?;
        let same = word.readings.iter().find(|reading| reading.terms == terms);
        same.map(|reading| reading.number)
    }

    fn intern(&mut self, text: &str, terms: Terms) -> u32 {
        if let Some(number) = self.reading(text, terms) {
            return number;
        }
        let place = self.names.add(text) as usize;
        if place == self.words.len() {
            self.words.push(Word {
                letters: u16::try_from(text.chars().count()).unwrap_or(u16::MAX),
                marks: marks(text),
                readings: SmallVec::new(),
            });
        }
        let number = self.readings;
        self.readings += 1;
        if let Some(word) = self.words.get_mut(place) {
            word.readings.push(Reading { number, terms });
        }
        number
    }

    fn publish(&mut self) {
        let fresh = self.published as u32..self.words.len() as u32;
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for number in fresh.clone() {
            let text = self.names.get(number).unwrap_or_default();
            let letters = text.chars().count();
            // No error is forgiven where each sign counts.
            if letters + 1 < SHORT || !text.chars().all(char::is_alphabetic) {
                continue;
            }
            // A word may be found from one that is longer or shorter by its edits.
            let edits = if letters + 2 >= LONG { Edits::Two } else { Edits::One };
            remains(text, edits, |remain| pairs.push((remain, number)));
        }
        self.remains.add(pairs);
        self.order.add(fresh, &self.names);
        self.published = self.words.len();
    }
}

/// Words in order, so that beginnings are ranges.
#[derive(Debug, Default)]
struct Order {
    settled: Vec<u32>,
    /// What came since, so that a write need not move all.
    recent: Vec<u32>,
}

/// So few words are put into their places one by one: to sort reads the text of each word that is there.
const FEW: usize = 256;

impl Order {
    fn add(&mut self, numbers: Range<u32>, names: &Names) {
        let text = |number: &u32| names.get(*number).unwrap_or_default();
        if numbers.len() < FEW {
            for number in numbers {
                let place = self.recent.partition_point(|other| text(other) < text(&number));
                self.recent.insert(place, number);
            }
        } else {
            self.recent.extend(numbers);
            self.recent.sort_by(|a, b| text(a).cmp(text(b)));
        }
        if self.recent.len() > self.settled.len() / 16 + 4096 {
            self.settled.reserve_exact(self.recent.len());
            self.settled.append(&mut self.recent);
            // Two runs, each in order: the stable sort merges them, the other one would sort all.
            self.settled.sort_by(|a, b| text(a).cmp(text(b)));
        }
    }

    fn beginning(&self, prefix: &str, names: &Names) -> Vec<u32> {
        let text = |number: &u32| names.get(*number).unwrap_or_default();
        let within = |list: &[u32]| {
            let start = list.partition_point(|number| text(number) < prefix);
            let rest = list.get(start..).unwrap_or_default();
            let rest = rest.iter().take_while(|number| text(number).starts_with(prefix));
            rest.copied().collect::<Vec<u32>>()
        };
        let (mut found, recent) = (within(&self.settled), within(&self.recent));
        if !recent.is_empty() {
            found.extend(recent);
            found.sort_by(|a, b| text(a).cmp(text(b)));
        }
        found
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(first: u32) -> Terms {
        Terms::new(first, None)
    }

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
            for (number, word) in (0..).zip(&words) {
                lexicon.intern(word, terms(0));
                if number == words.len() / 2 {
                    lexicon.publish();
                }
            }
            lexicon.publish();
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
            lexicon.intern(word, terms(term));
        }
        assert_eq!(
            lexicon.find("last", |known| Some(known.text.to_owned())),
            Some("last".to_owned())
        );
        lexicon.publish();
        let mut found = Vec::new();
        // A word that comes later has its place among the others.
        lexicon.intern("laserdiode", terms(9));
        lexicon.publish();
        lexicon.beginning("lase", |known| found.push(known.text.to_owned()));
        assert_eq!(found, ["laser", "laserdiode", "lasertechnik"]);
        // The same terms are the same reading, other ones another.
        assert_eq!(lexicon.intern("laser", terms(0)), 0);
        assert_eq!(lexicon.intern("laser", Terms::new(0, Some(7))), 5);
        let readings = |known: Known<'_>| Some(known.readings.iter().map(|reading| reading.number).collect::<Vec<_>>());
        assert_eq!(lexicon.find("laser", readings), Some(vec![0, 5]));
        assert_eq!(
            near(&lexicon, "lasr"),
            [(1, "laser".to_owned()), (1, "last".to_owned())]
        );
        assert_eq!(near(&lexicon, "las"), []);
    }
}
