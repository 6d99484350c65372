//! Scores: all texts of a shard against a query, one term at a time.

use std::borrow::Cow;

use super::query::{Gain, Weighed, WeighedGroup};
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

/// The texts that have a term, and how often.
type Entries<'a> = (Cow<'a, [u32]>, Cow<'a, [u16]>);

impl Scores {
    /// Scores the texts of the shard with this number that have any of the words, one term at a time.
    pub(super) fn fill(&mut self, query: &Weighed, shard: usize, texts: &Texts) {
        self.clear(texts.lengths.len());
        let gain = Gain::new(query, texts);
        for (number, group) in (0_u32..).zip(&query.groups) {
            for term in group.terms.iter().filter(|term| term.in_shard(shard)) {
                let (slots, counts) = texts.entries(&term.term);
                for (slot, count) in slots.iter().zip(counts.iter()) {
                    self.add(number, *slot, gain.of(term.weight, *slot, *count));
                }
            }
        }
    }

    /// Scores only the texts of the shard that have every word: finds them first, the rarest word leading, and computes little else.
    pub(super) fn fill_full(&mut self, query: &Weighed, shard: usize, texts: &Texts) {
        self.clear(texts.lengths.len());
        let entries = |group: &WeighedGroup| -> Vec<(f64, Entries<'_>)> {
            let terms = group.terms.iter().filter(|term| term.in_shard(shard));
            terms.map(|term| (term.weight, texts.entries(&term.term))).collect()
        };
        let groups: Vec<Vec<(f64, Entries<'_>)>> = query.groups.iter().map(entries).collect();
        let Some((first, rest)) = groups.split_first() else {
            return;
        };
        let mut slots: Vec<u32> = first.iter().flat_map(|(_, (slots, _))| slots.iter().copied()).collect();
        if first.len() > 1 {
            slots.sort_unstable();
            slots.dedup();
        }
        for terms in rest {
            let mut cursors: Vec<&[u32]> = terms.iter().map(|(_, (slots, _))| &**slots).collect();
            slots.retain(|slot| cursors.iter_mut().any(|cursor| advance(cursor, *slot)));
        }
        let gain = Gain::new(query, texts);
        for (number, terms) in (0_u32..).zip(&groups) {
            for (weight, (having, counts)) in terms {
                let mut cursor = &**having;
                for slot in &slots {
                    if advance(&mut cursor, *slot) {
                        let count = counts.get(having.len() - cursor.len()).copied().unwrap_or_default();
                        self.add(number, *slot, gain.of(*weight, *slot, count));
                    }
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

/// Moves a cursor in a sorted list to a number or behind where it would be; says whether it is there.
fn advance(cursor: &mut &[u32], slot: u32) -> bool {
    // In steps that double, then by halves: lists are walked through where they are dense and jumped over where they are not.
    let mut step = 1;
    while cursor.get(step).is_some_and(|other| *other < slot) {
        step *= 2;
    }
    let near = cursor.get(..cursor.len().min(step + 1)).unwrap_or_default();
    let behind = near.partition_point(|other| *other < slot);
    *cursor = cursor.get(behind..).unwrap_or_default();
    cursor.first() == Some(&slot)
}
