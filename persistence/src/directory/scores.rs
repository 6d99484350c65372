//! Scores: all texts of a shard against a query, one term at a time.

use std::cell::Cell;

use super::query::{Gain, Weighed};
use super::view::Texts;

/// Room for the scores of one shard, reused from shard to shard.
#[derive(Debug, Default)]
pub(super) struct Scores {
    /// Per slot.
    pub(super) sum: Vec<f64>,
    /// Per slot, how many words it has.
    words: Vec<u32>,
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

thread_local! {
    /// The room of this thread while nobody uses it: as large as the directory, so it is kept from request to request.
    static ROOM: Cell<Scores> = Cell::default();
}

impl Scores {
    /// The room of this thread.
    pub(super) fn taken() -> Self {
        ROOM.take()
    }

    /// Gives it back.
    pub(super) fn put_back(self) {
        ROOM.set(self);
    }

    /// Scores the texts that have any of the words, one term at a time.
    pub(super) fn fill(&mut self, query: &Weighed, texts: &Texts) {
        self.clear(texts.lengths.len());
        let gain = Gain::new(query, texts);
        for (number, group) in (0_u32..).zip(&query.groups) {
            for term in &group.terms {
                let (slots, counts) = texts.entries(&term.term);
                for (slot, count) in slots.iter().zip(counts.iter()) {
                    self.add(number, *slot, gain.of(term.weight, *slot, *count));
                }
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
