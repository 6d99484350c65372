//! Scores: all texts of a shard against a query, one term at a time.

use super::query::{Gain, Weighed};
use super::view::Texts;

/// Room for the scores of one shard, reused from shard to shard.
#[derive(Debug, Default)]
pub(super) struct Scores {
    /// Per slot.
    pub(super) sum: Vec<f64>,
    /// Per slot, how many words it has.
    pub(super) words: Vec<u32>,
    /// Slots with a score.
    pub(super) touched: Vec<u32>,
    /// Per slot, the last word it had.
    last: Vec<Last>,
}

/// The last word that a text had.
#[derive(Clone, Copy, Debug)]
struct Last {
    word: u32,
    /// The score without it.
    before: f64,
    /// What it added at most so far.
    gain: f64,
}

/// Which texts are scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those with any word.
    Any,
    /// Those with every word; others may be left half scored.
    Every,
}

impl Scores {
    /// Scores the texts of the shard with this number, one term at a time.
    pub(super) fn fill(&mut self, query: &Weighed, shard: usize, texts: &Texts, wanted: Wanted) {
        self.clear(texts.lengths.len());
        let gain = Gain::new(query, texts);
        for (number, group) in (0_u32..).zip(&query.groups) {
            if wanted == Wanted::Every && number > 0 && self.touched.is_empty() {
                return;
            }
            for term in group.terms.iter().filter(|term| term.in_shard(shard)) {
                let (slots, counts) = texts.entries(&term.term);
                let weight = term.weight;
                if wanted == Wanted::Every && number > 0 {
                    self.narrow(number, &slots, &counts, |slot, count| gain.of(weight, slot, count));
                    continue;
                }
                for (slot, count) in slots.iter().zip(counts.iter()) {
                    self.add(number, *slot, gain.of(weight, *slot, *count));
                }
            }
        }
    }

    /// Adds a word to those that have all words before it.
    fn narrow(&mut self, number: u32, slots: &[u32], counts: &[u16], gain: impl Fn(u32, u16) -> f64) {
        let has_all = |words: &[u32], slot: u32| words.get(slot as usize).is_some_and(|words| *words >= number);
        // Looking up a few is cheaper than walking through many.
        if self.touched.len() * 16 < slots.len() {
            for place in 0..self.touched.len() {
                let Some(slot) = self
                    .touched
                    .get(place)
                    .copied()
                    .filter(|slot| has_all(&self.words, *slot))
                else {
                    continue;
                };
                if let Some(count) = slots.binary_search(&slot).ok().and_then(|at| counts.get(at)) {
                    self.add(number, slot, gain(slot, *count));
                }
            }
            return;
        }
        for (slot, count) in slots.iter().zip(counts) {
            if has_all(&self.words, *slot) {
                self.add(number, *slot, gain(*slot, *count));
            }
        }
    }

    /// Forgets the last shard: only what it touched.
    fn clear(&mut self, slots: usize) {
        for slot in self.touched.drain(..) {
            let at = slot as usize;
            if let (Some(sum), Some(words), Some(last)) =
                (self.sum.get_mut(at), self.words.get_mut(at), self.last.get_mut(at))
            {
                (*sum, *words, *last) = (0.0, 0, NO_WORD);
            }
        }
        self.sum.resize(slots, 0.0);
        self.words.resize(slots, 0);
        self.last.resize(slots, NO_WORD);
    }

    fn add(&mut self, number: u32, slot: u32, gain: f64) {
        let at = slot as usize;
        let (Some(sum), Some(words), Some(last)) =
            (self.sum.get_mut(at), self.words.get_mut(at), self.last.get_mut(at))
        else {
            return;
        };
        if last.word == number {
            // Another term of the same word: the best one counts, in whatever order they come.
            if gain > last.gain {
                *sum = last.before + gain;
                last.gain = gain;
            }
            return;
        }
        if *words == 0 {
            self.touched.push(slot);
        }
        *words += 1;
        *last = Last {
            word: number,
            before: *sum,
            gain,
        };
        *sum += gain;
    }
}

/// No word yet.
const NO_WORD: Last = Last {
    word: u32::MAX,
    before: 0.0,
    gain: 0.0,
};
