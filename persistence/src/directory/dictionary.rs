//! The dictionary: a number for each term, tag or key. Grows only; the numbers never show in an answer.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;
use werkstadt_domain::analysis::{Analyser, words};
use werkstadt_domain::text::Language;

/// Shared by all snapshots: a number that an older snapshot does not know has no postings there.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    names: RwLock<Names>,
}

#[derive(Debug, Default)]
struct Names {
    /// Ordered, so that prefixes are ranges.
    numbers: BTreeMap<Box<str>, u32>,
    names: Vec<Box<str>>,
}

impl Dictionary {
    /// The number of a name, if it ever occurred.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.numbers.get(name).copied()
    }

    /// The number of a name, a new one if need be.
    pub(super) fn intern(&self, name: &str) -> u32 {
        if let Some(number) = self.find(name) {
            return number;
        }
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = names.numbers.get(name) {
            return *number;
        }
        let number = names.names.len() as u32;
        names.names.push(name.into());
        names.numbers.insert(name.into(), number);
        number
    }

    /// The name with this number.
    pub(super) fn name(&self, number: u32) -> String {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names
            .names
            .get(number as usize)
            .map(|name| name.to_string())
            .unwrap_or_default()
    }
}

/// Analyses texts into numbers, remembering each word that it has seen: stemming is dearer than looking up.
pub(super) struct Reader<'a> {
    dictionary: &'a Dictionary,
    seen: [FxHashMap<String, Option<Numbers>>; 3],
}

/// The numbers of a word's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    /// The first term.
    pub(super) first: u32,
    /// The second, where there is one.
    pub(super) second: Option<u32>,
}

impl<'a> Reader<'a> {
    /// A reader that has seen nothing yet.
    pub(super) fn new(dictionary: &'a Dictionary) -> Self {
        Self {
            dictionary,
            seen: Default::default(),
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
        for word in words(text) {
            let numbers = match seen.get(&word.text) {
                Some(numbers) => *numbers,
                None => {
                    let numbers = Analyser.terms(&word.text, language).map(|terms| Numbers {
                        first: self.dictionary.intern(&terms.first),
                        second: terms.second.as_deref().map(|second| self.dictionary.intern(second)),
                    });
                    seen.insert(word.text, numbers);
                    numbers
                }
            };
            if let Some(numbers) = numbers {
                each(numbers);
            }
        }
    }
}
