//! The dictionary: a number for each term, tag or key. Grows only; the numbers never show in an answer.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use werkstadt_domain::analysis::{Analyser, folded, words};
use werkstadt_domain::text::Language;

use super::document::Dictionaries;

/// Shared by all snapshots: a number that an older snapshot does not know has no postings there.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    names: RwLock<Names>,
}

#[derive(Debug, Default)]
struct Names {
    numbers: FxHashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
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
        let name: Arc<str> = name.into();
        names.names.push(Arc::clone(&name));
        names.numbers.insert(name, number);
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
    dictionaries: &'a Dictionaries,
    seen: [FxHashMap<String, Option<Numbers>>; 3],
}

/// The numbers of a word and of its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    /// In the lexicon.
    pub(super) word: u32,
    /// The first term.
    pub(super) first: u32,
    /// The second, where there is one.
    pub(super) second: Option<u32>,
}

impl<'a> Reader<'a> {
    /// A reader that has seen nothing yet.
    pub(super) fn new(dictionaries: &'a Dictionaries) -> Self {
        Self {
            dictionaries,
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
                    let terms = &self.dictionaries.terms;
                    let numbers = Analyser.terms(&word.text, language).map(|found| {
                        let first = terms.intern(&found.first);
                        let second = found.second.as_deref().map(|second| terms.intern(second));
                        let all = std::iter::once(first).chain(second).collect();
                        let word = self.dictionaries.lexicon.intern(&folded(&word.text), all);
                        Numbers { word, first, second }
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
