//! A column with few values: who has a value, and what values one has.

use super::document::Value;
use super::postings::{Moves, Posting, Postings};

/// Both directions of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tags {
    /// Value → slots.
    pub(super) postings: Postings<Value>,
    /// Where the values of each slot end.
    ends: Vec<u32>,
    tags: Vec<u32>,
}

impl Tags {
    /// What one slot has.
    pub(super) fn tags(&self, slot: u32) -> &[u32] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = (slot as usize).checked_sub(1).map_or(0, end);
        self.tags.get(start..end(slot as usize)).unwrap_or_default()
    }

    /// The column with slots moved or dropped and entries added.
    pub(super) fn merged(&self, moves: &Moves, added: Vec<Posting<Value>>, slots: usize) -> Self {
        let postings = self.postings.merged(moves, added);
        let mut counts = vec![0_u32; slots];
        for slot in postings.iter().flat_map(|(_, slots)| slots) {
            if let Some(count) = counts.get_mut(*slot as usize) {
                *count += 1;
            }
        }
        let mut end = 0;
        let mut next: Vec<u32> = Vec::with_capacity(slots);
        for count in &counts {
            next.push(end);
            end += count;
        }
        let mut tags = vec![0; end as usize];
        for (tag, slots) in postings.iter() {
            for slot in slots {
                let Some(at) = next.get_mut(*slot as usize) else {
                    continue;
                };
                if let Some(place) = tags.get_mut(*at as usize) {
                    *place = tag;
                }
                *at += 1;
            }
        }
        // Each start has moved to its end by now.
        Self {
            postings,
            ends: next,
            tags,
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.postings.bytes() + self.ends.capacity() * 4 + self.tags.capacity() * 4
    }
}
