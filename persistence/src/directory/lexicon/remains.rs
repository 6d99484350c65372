//! What remains of words when letters are left out: where words with errors meet.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::Edits;

/// Words by what remains of their first letters when some are left out. Two words that are few edits apart have a remain in
/// common (symmetric deletion, W. Garbe 2012).
#[derive(Debug, Default)]
pub(super) struct Remains {
    /// Hash and word, in order.
    settled: Vec<(u32, u32)>,
    /// What came since, so that a write need not move all.
    recent: Vec<(u32, u32)>,
}

/// Only so many letters are varied; what follows them is compared as a whole.
const VARIED: usize = 7;

impl Remains {
    /// Adds remains with their words.
    pub(super) fn add(&mut self, mut pairs: Vec<(u32, u32)>) {
        pairs.sort_unstable();
        pairs.dedup();
        self.recent.append(&mut pairs);
        // Two runs, each in order: the stable sort merges them, the other one would sort all.
        self.recent.sort();
        if self.recent.len() > self.settled.len() / 16 + 4096 {
            self.settled.reserve_exact(self.recent.len());
            self.settled.append(&mut self.recent);
            self.settled.sort();
            self.recent = Vec::new();
        }
    }

    /// Each word of which this remains.
    pub(super) fn each(&self, remain: u32, mut each: impl FnMut(u32)) {
        for list in [&self.settled, &self.recent] {
            let start = list.partition_point(|(other, _)| *other < remain);
            let same = list.iter().skip(start).take_while(|(other, _)| *other == remain);
            same.for_each(|(_, word)| each(*word));
        }
    }

    /// Bytes on the heap.
    pub(super) const fn bytes(&self) -> usize {
        (self.settled.capacity() + self.recent.capacity()) * 8
    }
}

/// The hashes of what remains of a word when up to so many of its first letters are left out; some come more than once.
pub(super) fn remains(text: &str, edits: Edits, mut each: impl FnMut(u32)) {
    let mut letters = ['\0'; VARIED];
    let mut count = 0;
    for (place, letter) in letters.iter_mut().zip(text.chars()) {
        *place = letter;
        count += 1;
    }
    let mut hash = |first: usize, second: usize| {
        let mut hasher = FxHasher::default();
        for (place, letter) in letters.iter().enumerate().take(count) {
            if place != first && place != second {
                hasher.write_u32(u32::from(*letter));
            }
        }
        each((hasher.finish() >> 32) as u32);
    };
    hash(count, count);
    for first in 0..count {
        hash(first, count);
        if edits == Edits::Two {
            (first + 1..count).for_each(|second| hash(first, second));
        }
    }
}
