//! Statistics: how often words and terms occur in what one audience sees. Exact after every change, so that a directory that was
//! changed step by step weighs words as one that was built at once.

use std::sync::Arc;

use werkstadt_domain::audience::Audience;

use super::lexicon::Known;
use super::shard::{Entry, Shard};
use super::view::Texts;

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
    /// Per term.
    terms: Vec<Occurrence>,
}

/// Where a term occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// The shards that have it, a bit each.
    pub(super) shards: u64,
    /// In how many texts.
    pub(super) texts: u32,
}

impl Statistics {
    /// In how many profiles a reading of the lexicon stands.
    pub(super) fn word(&self, number: u32) -> u32 {
        self.words.get(number as usize).copied().unwrap_or_default()
    }

    /// The numbers of a single collection of texts that is not split into shards, and of the words in them.
    pub(super) fn of<'a>(texts: &Texts, words: impl Iterator<Item = &'a [u32]>) -> Self {
        let mut statistics = Self::default();
        statistics.profiles.replace(0, (&Texts::default(), texts));
        words.for_each(|words| statistics.add(words));
        statistics
    }

    /// How often the readings of a word stand in profiles, and the terms of those that do; `None` if none does.
    pub(super) fn seen(&self, known: &Known<'_>) -> Option<(u32, Vec<u32>)> {
        let visible = known.readings.iter().filter(|reading| self.word(reading.number) > 0);
        let count: u32 = visible.clone().map(|reading| self.word(reading.number)).sum();
        let mut terms: Vec<u32> = visible.flat_map(|reading| &reading.terms).copied().collect();
        terms.sort_unstable();
        terms.dedup();
        (count > 0).then_some((count, terms))
    }

    /// Takes one state of a shard out and another one in.
    pub(super) fn replace(&mut self, number: usize, audience: Audience, (old, new): (&Shard, &Shard)) {
        let (before, after) = (old.view(audience), new.view(audience));
        self.profiles.replace(number, (&before.text, &after.text));
        self.references
            .replace(number, (&before.references.texts, &after.references.texts));
        self.replace_words(audience, &old.entries, &new.entries);
    }

    /// Both sides are in order of id; what is the same object on both is left alone.
    fn replace_words(&mut self, audience: Audience, old: &[Entry], new: &[Entry]) {
        let mut old = old.iter().peekable();
        for entry in new {
            while let Some(gone) = old.next_if(|gone| gone.id < entry.id) {
                self.subtract(gone.words(audience));
            }
            match old.next_if(|before| before.id == entry.id) {
                Some(before) if Arc::ptr_eq(before.words(audience), entry.words(audience)) => {}
                before => {
                    before
                        .into_iter()
                        .for_each(|before| self.subtract(before.words(audience)));
                    self.add(entry.words(audience));
                }
            }
        }
        old.for_each(|gone| self.subtract(gone.words(audience)));
    }

    fn add(&mut self, words: &[u32]) {
        for word in words {
            change(&mut self.words, *word, |count| *count += 1);
        }
    }

    fn subtract(&mut self, words: &[u32]) {
        for word in words {
            change(&mut self.words, *word, |count| *count = count.saturating_sub(1));
        }
    }
}

impl Collection {
    /// Where a term occurs.
    pub(super) fn term(&self, term: u32) -> Occurrence {
        self.terms.get(term as usize).copied().unwrap_or_default()
    }

    fn replace(&mut self, shard: usize, (old, new): (&Texts, &Texts)) {
        let bit = 1_u64 << (shard % 64);
        self.count = self.count + new.count - old.count;
        self.total = self.total + new.total - old.total;
        for (term, slots) in old.postings.iter() {
            change(&mut self.terms, term, |known| {
                known.texts = known.texts.saturating_sub(slots.len() as u32);
                known.shards &= !bit;
            });
        }
        for (term, slots) in new.postings.iter() {
            change(&mut self.terms, term, |known| {
                known.texts += slots.len() as u32;
                known.shards |= bit;
            });
        }
    }
}

/// Changes the value of a number in a table that grows as needed.
fn change<T: Default + Clone>(table: &mut Vec<T>, number: u32, change: impl FnOnce(&mut T)) {
    let place = number as usize;
    if table.len() <= place {
        table.resize(place + 1, T::default());
    }
    if let Some(value) = table.get_mut(place) {
        change(value);
    }
}
