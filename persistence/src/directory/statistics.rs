//! Statistics: how often words and terms occur in what one audience sees. Exact after every change, so that a directory that was
//! changed step by step weighs words as one that was built at once.

use super::document::{Bag, Document};
use super::lexicon::Known;

/// What one audience sees, over all shards.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Statistics {
    pub(super) profiles: Collection,
    pub(super) references: Collection,
    /// Per reading of the lexicon, in how many profiles it stands.
    words: Vec<u32>,
}

/// The numbers of a collection of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Collection {
    /// How many texts there are.
    pub(super) count: u64,
    /// Sum of their weighted words.
    pub(super) total: u64,
    /// Per term, in how many texts it occurs.
    terms: Vec<u32>,
}

impl Statistics {
    /// In how many profiles a reading of the lexicon stands.
    pub(super) fn word(&self, number: u32) -> u32 {
        self.words.get(number as usize).copied().unwrap_or_default()
    }

    /// The numbers of a single collection of texts, each with its words.
    pub(super) fn of<'a>(texts: impl Iterator<Item = (&'a Bag, &'a [u32])>) -> Self {
        let mut statistics = Self::default();
        for (text, words) in texts {
            statistics.profiles.add(text);
            words.iter().for_each(|word| add(&mut statistics.words, *word));
        }
        statistics
    }

    /// How often the readings of a word stand in profiles, together.
    pub(super) fn count(&self, known: &Known<'_>) -> u32 {
        known.readings.iter().map(|reading| self.word(reading.number)).sum()
    }

    /// How often the readings of a word stand in profiles, and the terms of those that do; `None` if none does.
    pub(super) fn seen(&self, known: &Known<'_>) -> Option<(u32, Vec<u32>)> {
        let count = self.count(known);
        let visible = known.readings.iter().filter(|reading| self.word(reading.number) > 0);
        let mut terms: Vec<u32> = visible.flat_map(|reading| reading.terms.iter()).collect();
        terms.sort_unstable();
        terms.dedup();
        (count > 0).then_some((count, terms))
    }

    /// Counts what an audience sees of one organisation.
    pub(super) fn add(&mut self, document: &Document) {
        self.profiles.add(&document.text);
        let references = document.references.iter();
        references.for_each(|piece| self.references.add(&piece.text));
        document.words.iter().for_each(|word| add(&mut self.words, *word));
    }

    /// Counts it no longer.
    pub(super) fn remove(&mut self, document: &Document) {
        self.profiles.remove(&document.text);
        let references = document.references.iter();
        references.for_each(|piece| self.references.remove(&piece.text));
        document.words.iter().for_each(|word| remove(&mut self.words, *word));
    }

    /// Bytes on the heap.
    pub(super) const fn bytes(&self) -> usize {
        (self.words.capacity() + self.profiles.terms.capacity() + self.references.terms.capacity()) * 4
    }
}

impl Collection {
    /// In how many texts a term occurs.
    pub(super) fn term(&self, term: u32) -> u32 {
        self.terms.get(term as usize).copied().unwrap_or_default()
    }

    fn add(&mut self, text: &Bag) {
        self.count += u64::from(text.length > 0);
        self.total += u64::from(text.length);
        text.terms.iter().for_each(|(term, _)| add(&mut self.terms, *term));
    }

    fn remove(&mut self, text: &Bag) {
        self.count -= u64::from(text.length > 0).min(self.count);
        self.total -= u64::from(text.length).min(self.total);
        text.terms.iter().for_each(|(term, _)| remove(&mut self.terms, *term));
    }
}

/// Counts one more of a number in a table that grows as needed.
fn add(table: &mut Vec<u32>, number: u32) {
    let place = number as usize;
    if table.len() <= place {
        table.resize(place + 1, 0);
    }
    if let Some(count) = table.get_mut(place) {
        *count += 1;
    }
}

/// Counts one less.
fn remove(table: &mut [u32], number: u32) {
    if let Some(count) = table.get_mut(number as usize) {
        *count = count.saturating_sub(1);
    }
}
