//! The dictionary: a number for each term, tag or key. Grows only; the numbers never show in an answer.

use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;
use werkstadt_domain::analysis::{Analyser, each_word, folded};
use werkstadt_domain::text::Language;

use self::names::Names;
use super::document::Dictionaries;
use super::lexicon::Terms;

pub(super) mod names;

/// Shared by all snapshots: a number that an older snapshot does not know has no postings there.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    names: RwLock<Names>,
}

impl Dictionary {
    /// The number of a name, if it ever occurred.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).find(name)
    }

    /// The number of a name, a new one if need be.
    pub(super) fn intern(&self, name: &str) -> u32 {
        if let Some(number) = self.find(name) {
            return number;
        }
        self.names.write().unwrap_or_else(PoisonError::into_inner).add(name)
    }

    /// The name with this number.
    pub(super) fn name(&self, number: u32) -> String {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.get(number).unwrap_or_default().to_owned()
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.names.read().unwrap_or_else(PoisonError::into_inner).bytes()
    }
}

/// Analyses texts into numbers, remembering each word that it has seen: stemming is dearer than looking up.
pub(super) struct Reader<'a> {
    dictionaries: &'a Dictionaries,
    seen: [Seen; 3],
    /// Of the text that is being read.
    short: Vec<u128>,
}

/// Words that were seen in one language, with their numbers; none for stop words.
#[derive(Default)]
struct Seen {
    /// By [`packed`]: nearly all. Their bytes are at hand where the number is.
    short: FxHashMap<u128, Option<Numbers>>,
    long: FxHashMap<String, Option<Numbers>>,
}

/// The numbers of a word and of its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    /// In the lexicon.
    pub(super) word: u32,
    /// In the dictionary of terms.
    pub(super) terms: Terms,
}

impl<'a> Reader<'a> {
    /// A reader that has seen nothing yet.
    pub(super) fn new(dictionaries: &'a Dictionaries) -> Self {
        Self {
            dictionaries,
            seen: Default::default(),
            short: Vec::new(),
        }
    }

    /// The numbers of each word of the text that is no stop word.
    pub(super) fn read(&mut self, text: &str, language: Option<Language>, mut each: impl FnMut(Numbers)) {
        let place = match language {
            Some(Language::De) => 0,
            Some(Language::En) => 1,
            None => 2,
        };
        let Some(seen) = self.seen.get_mut(place) else { return };
        let dictionaries = self.dictionaries;
        self.short.clear();
        each_word(text, |word| match packed(word) {
            Some(key) => self.short.push(key),
            None => {
                let numbers = match seen.long.get(word) {
                    Some(numbers) => *numbers,
                    None => {
                        let numbers = numbers(dictionaries, word, language);
                        seen.long.insert(word.to_owned(), numbers);
                        numbers
                    }
                };
                numbers.into_iter().for_each(&mut each);
            }
        });
        // One after the other, so that the processor fetches several at a time: they lie far apart.
        for key in &self.short {
            let numbers = match seen.short.get(key) {
                Some(numbers) => *numbers,
                None => {
                    let mut bytes = [0; 16];
                    let word = unpacked(*key, &mut bytes);
                    let numbers = numbers(dictionaries, word, language);
                    // Numbers rarely come again, and would push the words out of the processor's caches.
                    if !word.starts_with(|first: char| first.is_ascii_digit()) {
                        seen.short.insert(*key, numbers);
                    }
                    numbers
                }
            };
            numbers.into_iter().for_each(&mut each);
        }
    }
}

fn numbers(dictionaries: &Dictionaries, word: &str, language: Option<Language>) -> Option<Numbers> {
    let found = Analyser.terms(word, language)?;
    let first = dictionaries.terms.intern(&found.first);
    let second = found.second.map(|second| dictionaries.terms.intern(&second));
    let terms = Terms::new(first, second);
    let word = dictionaries.lexicon.intern(&folded(word), terms);
    Some(Numbers { word, terms })
}

/// A word of up to 15 bytes as a number: its bytes and, in the last one, how many there are.
fn packed(word: &str) -> Option<u128> {
    let mut bytes = [0_u8; 16];
    let (last, room) = bytes.split_last_mut()?;
    room.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
    *last = word.len() as u8;
    Some(u128::from_le_bytes(bytes))
}

/// The word that was [`packed`].
fn unpacked(key: u128, bytes: &mut [u8; 16]) -> &str {
    *bytes = key.to_le_bytes();
    let length = bytes.last().copied().unwrap_or_default();
    let word = bytes.get(..usize::from(length)).unwrap_or_default();
    std::str::from_utf8(word).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_are_packed_and_unpacked() {
        for word in ["", "a", "köln", "straßenbahnen", "fünfzehn bytes", "123456789012345"] {
            let key = packed(word).unwrap();
            assert_eq!(unpacked(key, &mut [0; 16]), word);
        }
        assert_eq!(packed("1234567890123456"), None);
        assert_ne!(packed("a"), packed("a\0"));
    }
}
