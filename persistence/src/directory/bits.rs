//! A set of slots of one shard, one bit each: dense, because shards are small and filters are broad.

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The empty set, with room for `slots` numbers.
    pub(super) fn none(slots: usize) -> Self {
        Self {
            words: vec![0; slots.div_ceil(64)],
        }
    }

    /// Room for so many numbers; a few more than asked for.
    pub(super) const fn room(&self) -> usize {
        self.words.len() * 64
    }

    /// Adds a number; those beyond the room are not added.
    pub(super) fn insert(&mut self, slot: u32) {
        if let Some(word) = self.words.get_mut(slot as usize / 64) {
            *word |= 1 << (slot % 64);
        }
    }

    /// Takes a number out.
    pub(super) fn remove(&mut self, slot: u32) {
        if let Some(word) = self.words.get_mut(slot as usize / 64) {
            *word &= !(1 << (slot % 64));
        }
    }

    /// True if the number is in the set.
    pub(super) fn contains(&self, slot: u32) -> bool {
        self.words
            .get(slot as usize / 64)
            .is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Keeps what is in both.
    pub(super) fn and(&mut self, other: &Self) {
        for (index, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(index).copied().unwrap_or_default();
        }
    }

    /// Adds what is in the other.
    pub(super) fn or(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Keeps what is not in the other.
    pub(super) fn and_not(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// How many numbers are in both.
    pub(super) fn common(&self, other: &Self) -> u64 {
        let both = self.words.iter().zip(&other.words);
        both.map(|(word, other)| u64::from((word & other).count_ones())).sum()
    }

    /// Bytes on the heap.
    pub(super) const fn bytes(&self) -> usize {
        self.words.capacity() * 8
    }

    /// How many numbers are in the set.
    pub(super) fn len(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The numbers, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).step_by(64).zip(&self.words).flat_map(|(base, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                rest = rest & rest.wrapping_sub(1);
                (bit < 64).then_some(base + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn bits(set: &BTreeSet<u32>) -> Bits {
        let mut bits = Bits::none(200);
        set.iter().for_each(|slot| bits.insert(*slot));
        bits
    }

    proptest! {
        #[test]
        fn it_is_a_set(a in proptest::collection::btree_set(0_u32..200, 0..60), b in proptest::collection::btree_set(0_u32..200, 0..60)) {
            let (mut and, mut or, mut not) = (bits(&a), bits(&a), bits(&a));
            and.and(&bits(&b));
            or.or(&bits(&b));
            not.and_not(&bits(&b));
            prop_assert_eq!(and.iter().collect::<Vec<_>>(), a.intersection(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(or.iter().collect::<Vec<_>>(), a.union(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(not.iter().collect::<Vec<_>>(), a.difference(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(bits(&a).len(), a.len() as u64);
            prop_assert_eq!(bits(&a).common(&bits(&b)), a.intersection(&b).count() as u64);
            prop_assert!((0..200).all(|slot| bits(&a).contains(slot) == a.contains(&slot)));
        }
    }
}
