//! The texts of a shard that have every word of a query, with their scores: found first, the rarest word leading, and scored then.

use std::borrow::Cow;

use super::bits::Bits;
use super::query::{Gain, Weighed, WeighedGroup};
use super::view::Texts;

/// Texts with every word.
#[derive(Debug, Default)]
pub(super) struct Every {
    /// In order.
    pub(super) slots: Vec<u32>,
    /// The score of each.
    pub(super) scores: Vec<f64>,
    /// Those that are found by a number, in order.
    pub(super) meant: Vec<u32>,
}

/// A term's weight, the texts that have it, and how often.
struct Listed<'a> {
    weight: f64,
    slots: Cow<'a, [u32]>,
    counts: Cow<'a, [u16]>,
}

impl Every {
    /// Finds and scores them. A query without a word finds nothing.
    pub(super) fn of(query: &Weighed, texts: &Texts) -> Self {
        let groups: Vec<Vec<Listed<'_>>> = query.groups.iter().map(|group| listed(group, texts)).collect();
        let Some((first, rest)) = groups.split_first() else {
            return Self::default();
        };
        let room = texts.lengths.len();
        let mut slots = united(first, room);
        for terms in rest {
            keep_common(&mut slots, terms, room);
        }
        let gain = Gain::new(query, texts);
        let mut scores = vec![0.0; slots.len()];
        let mut best = Vec::new();
        for terms in &groups {
            if let [one] = terms.as_slice() {
                one.each_in(&slots, |place, slot, count| {
                    if let Some(score) = scores.get_mut(place) {
                        *score += gain.of(one.weight, slot, count);
                    }
                });
                continue;
            }
            // The best term of a word counts.
            best.clear();
            best.resize(slots.len(), 0.0_f64);
            for one in terms {
                one.each_in(&slots, |place, slot, count| {
                    if let Some(best) = best.get_mut(place) {
                        *best = best.max(gain.of(one.weight, slot, count));
                    }
                });
            }
            for (score, gain) in scores.iter_mut().zip(&best) {
                *score += gain;
            }
        }
        Self {
            slots,
            scores,
            meant: Vec::new(),
        }
    }
}

impl Every {
    /// Adds texts that are found by a number, in order; those found by words, too, score both.
    pub(super) fn with(self, meant: Vec<u32>, score: f64) -> Self {
        if meant.is_empty() {
            return self;
        }
        let mut both = Self::default();
        let mut by_words = self.slots.into_iter().zip(self.scores).peekable();
        for other in &meant {
            while let Some((slot, score)) = by_words.next_if(|(slot, _)| slot < other) {
                both.push(slot, score);
            }
            let words = by_words.next_if(|(slot, _)| slot == other);
            both.push(*other, words.map_or(0.0, |(_, score)| score) + score);
        }
        by_words.for_each(|(slot, score)| both.push(slot, score));
        both.meant = meant;
        both
    }

    fn push(&mut self, slot: u32, score: f64) {
        self.slots.push(slot);
        self.scores.push(score);
    }
}

impl Listed<'_> {
    /// Each of some sorted slots that has the term: its place among them, the slot, how often.
    fn each_in(&self, slots: &[u32], mut each: impl FnMut(usize, u32, u16)) {
        let (mut ours, mut theirs) = (&*self.slots, slots);
        while let (Some(one), Some(other)) = (ours.first(), theirs.first()) {
            if one == other {
                let at = self.slots.len() - ours.len();
                if let Some(count) = self.counts.get(at) {
                    each(slots.len() - theirs.len(), *one, *count);
                }
                ours = ours.get(1..).unwrap_or_default();
                theirs = theirs.get(1..).unwrap_or_default();
            } else if one < other {
                advance(&mut ours, *other);
            } else {
                advance(&mut theirs, *one);
            }
        }
    }
}

fn listed<'a>(group: &WeighedGroup, texts: &'a Texts) -> Vec<Listed<'a>> {
    let terms = group.terms.iter().map(|term| {
        let (slots, counts) = texts.entries(&term.term);
        Listed {
            weight: term.weight,
            slots,
            counts,
        }
    });
    terms.filter(|listed| !listed.slots.is_empty()).collect()
}

/// All slots of several lists, in order.
fn united(lists: &[Listed<'_>], room: usize) -> Vec<u32> {
    match lists {
        [] => Vec::new(),
        [one] => one.slots.to_vec(),
        [one, other] => merged(&one.slots, &other.slots),
        several => marked(several, room).iter().collect(),
    }
}

/// The slots of two lists, in order.
fn merged(mut one: &[u32], mut other: &[u32]) -> Vec<u32> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    while let (Some((first, rest)), Some((second, behind))) = (one.split_first(), other.split_first()) {
        all.push(*first.min(second));
        if first <= second {
            one = rest;
        }
        if second <= first {
            other = behind;
        }
    }
    all.extend_from_slice(one);
    all.extend_from_slice(other);
    all
}

fn marked(lists: &[Listed<'_>], room: usize) -> Bits {
    let mut bits = Bits::none(room);
    for list in lists {
        list.slots.iter().for_each(|slot| bits.insert(*slot));
    }
    bits
}

/// Lists that are so many times longer than what is looked for in them are jumped through, others marked as a whole.
const MUCH_LONGER: usize = 16;

/// Keeps those of some slots that are in any of the lists.
fn keep_common(slots: &mut Vec<u32>, lists: &[Listed<'_>], room: usize) {
    let all: usize = lists.iter().map(|list| list.slots.len()).sum();
    if all < slots.len() * MUCH_LONGER {
        let bits = marked(lists, room);
        slots.retain(|slot| bits.contains(*slot));
        return;
    }
    let mut cursors: Vec<&[u32]> = lists.iter().map(|list| &*list.slots).collect();
    slots.retain(|slot| {
        cursors.iter_mut().any(|cursor| {
            advance(cursor, *slot);
            cursor.first() == Some(slot)
        })
    });
}

/// Moves a cursor in a sorted list to a number, or behind where it would be.
fn advance(cursor: &mut &[u32], slot: u32) {
    // In steps that double, then by halves: lists are walked through where they are dense and jumped over where they are not.
    let mut step = 1;
    while cursor.get(step).is_some_and(|other| *other < slot) {
        step *= 2;
    }
    let near = cursor.get(..cursor.len().min(step + 1)).unwrap_or_default();
    let behind = near.partition_point(|other| *other < slot);
    *cursor = cursor.get(behind..).unwrap_or_default();
}
