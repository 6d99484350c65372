//! A column with few values: who has a value, and what values one has.

use super::bits::Bits;
use super::document::Value;
use super::postings::{Moves, Posting, Postings};

/// Both directions of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tags {
    /// Value → slots.
    pub(super) postings: Postings<Value>,
    /// Values that many slots have, as sets; in order of value.
    dense: Vec<(u32, Bits)>,
    /// Where the rarer values of each slot end.
    ends: Vec<u32>,
    tags: Vec<u32>,
}

/// A value is dense if one slot of so many has it: its set is not much larger than the list of its slots, and much faster.
const ONE_OF: usize = 32;

impl Tags {
    /// What one slot has, dense values left out.
    pub(super) fn rarer(&self, slot: u32) -> &[u32] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = (slot as usize).checked_sub(1).map_or(0, end);
        self.tags.get(start..end(slot as usize)).unwrap_or_default()
    }

    /// True if there are other values than dense ones.
    pub(super) const fn has_rarer(&self) -> bool {
        !self.tags.is_empty()
    }

    /// Dense values with their slots.
    pub(super) fn dense(&self) -> &[(u32, Bits)] {
        &self.dense
    }

    /// Adds the slots that have a value to a set.
    pub(super) fn add_to(&self, tag: u32, bits: &mut Bits) {
        match self.dense.binary_search_by_key(&tag, |(dense, _)| *dense) {
            Ok(place) => self.dense.get(place).into_iter().for_each(|(_, slots)| bits.or(slots)),
            Err(_) => self.postings.slots(tag).iter().for_each(|slot| bits.insert(*slot)),
        }
    }

    /// The column with slots moved or dropped and entries added.
    pub(super) fn merged(&self, moves: &Moves, added: Vec<Posting<Value>>, slots: usize) -> Self {
        let postings = self.postings.merged(moves, added);
        let mut dense = Vec::new();
        let mut rarer = Vec::new();
        for (tag, having) in postings.iter() {
            if having.len() * ONE_OF < slots {
                rarer.extend(having.iter().map(|slot| (*slot, tag)));
                continue;
            }
            let mut bits = Bits::none(slots);
            having.iter().for_each(|slot| bits.insert(*slot));
            dense.push((tag, bits));
        }
        rarer.sort_unstable();
        let mut ends = vec![0; if rarer.is_empty() { 0 } else { slots }];
        let mut next = rarer.iter().peekable();
        let mut end = 0;
        for (slot, place) in (0_u32..).zip(&mut ends) {
            while next.next_if(|(other, _)| *other == slot).is_some() {
                end += 1;
            }
            *place = end;
        }
        Self {
            postings,
            dense,
            ends,
            tags: rarer.into_iter().map(|(_, tag)| tag).collect(),
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let dense: usize = self.dense.iter().map(|(_, bits)| bits.bytes()).sum();
        self.postings.bytes() + dense + self.ends.capacity() * 4 + self.tags.capacity() * 4
    }
}
