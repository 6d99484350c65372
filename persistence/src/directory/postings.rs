//! Postings: for each key the slots that have it, with a value. Immutable; a change merges into new ones in one pass.

/// Sorted keys, and for each its entries in order of slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Postings<V> {
    keys: Vec<u32>,
    /// Where the entries of each key end.
    ends: Vec<u32>,
    slots: Vec<u32>,
    values: Vec<V>,
}

/// An entry that is to be added: key, slot, value.
pub(super) type Posting<V> = (u32, u32, V);

/// Where a slot goes when others are inserted or removed; `None` for slots whose entries are dropped.
pub(super) type Moves = [Option<u32>];

impl<V: Copy> Postings<V> {
    /// The slots and the values of a key.
    pub(super) fn get(&self, key: u32) -> (&[u32], &[V]) {
        let Ok(index) = self.keys.binary_search(&key) else {
            return (&[], &[]);
        };
        self.at(index)
    }

    /// The slots of a key.
    pub(super) fn slots(&self, key: u32) -> &[u32] {
        self.get(key).0
    }

    /// Every key with its slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.keys
            .iter()
            .enumerate()
            .map(|(index, key)| (*key, self.at(index).0))
    }

    fn at(&self, index: usize) -> (&[u32], &[V]) {
        let end = self.ends.get(index).map_or(0, |end| *end as usize);
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).map_or(0, |end| *end as usize),
            None => 0,
        };
        (
            self.slots.get(start..end).unwrap_or_default(),
            self.values.get(start..end).unwrap_or_default(),
        )
    }

    /// These postings with slots moved or dropped, and `added` entries merged in. Moves keep the order of the slots.
    pub(super) fn merged(&self, moves: &Moves, mut added: Vec<Posting<V>>) -> Self {
        if self.slots.is_empty()
            && let Some(counted) = Self::counted(&added)
        {
            return counted;
        }
        added.sort_unstable_by_key(|(key, slot, _)| (*key, *slot));
        let mut out = Self {
            keys: Vec::with_capacity(self.keys.len()),
            ends: Vec::with_capacity(self.keys.len()),
            slots: Vec::with_capacity(self.slots.len() + added.len()),
            values: Vec::with_capacity(self.slots.len() + added.len()),
        };
        let mut added = added.into_iter().peekable();
        for (index, key) in self.keys.iter().enumerate() {
            while let Some((new, slot, value)) = added.next_if(|(new, ..)| new < key) {
                out.push(new, slot, value);
            }
            let (slots, values) = self.at(index);
            for (slot, value) in slots.iter().zip(values) {
                let Some(moved) = moves.get(*slot as usize).copied().flatten() else {
                    continue;
                };
                while let Some((_, slot, value)) = added.next_if(|(new, slot, _)| new == key && *slot < moved) {
                    out.push(*key, slot, value);
                }
                out.push(*key, moved, *value);
            }
        }
        for (key, slot, value) in added {
            out.push(key, slot, value);
        }
        out.keys.shrink_to_fit();
        out.ends.shrink_to_fit();
        out.slots.shrink_to_fit();
        out.values.shrink_to_fit();
        out
    }

    /// Postings of entries that come in order of slot: then putting those of each key aside sorts them. Much faster where there are
    /// many and the keys are numbers that were given one by one; `None` where they are not like that.
    fn counted(entries: &[Posting<V>]) -> Option<Self> {
        let most = entries.iter().map(|(key, ..)| *key as usize).max()?;
        let (_, _, any) = entries.first()?;
        if entries.len() < MANY || most > entries.len() || !entries.is_sorted_by_key(|(_, slot, _)| *slot) {
            return None;
        }
        // How many entries each key has, then where its next entry goes, then where its entries end.
        let mut ends = vec![0_u32; most + 1];
        for (key, ..) in entries {
            if let Some(count) = ends.get_mut(*key as usize) {
                *count += 1;
            }
        }
        let used = ends.iter().filter(|count| **count > 0).count();
        let mut keys = Vec::with_capacity(used);
        let mut sum = 0;
        for (key, end) in (0..).zip(&mut ends) {
            if *end > 0 {
                keys.push(key);
            }
            sum += std::mem::replace(end, sum);
        }
        let (mut slots, mut values) = (vec![0; entries.len()], vec![*any; entries.len()]);
        for (key, slot, value) in entries {
            let Some(next) = ends.get_mut(*key as usize) else {
                continue;
            };
            let place = *next as usize;
            *next += 1;
            if let (Some(to), Some(of)) = (slots.get_mut(place), values.get_mut(place)) {
                (*to, *of) = (*slot, *value);
            }
        }
        let ends = keys.iter().filter_map(|key: &u32| ends.get(*key as usize).copied());
        Some(Self {
            ends: ends.collect(),
            keys,
            slots,
            values,
        })
    }

    fn push(&mut self, key: u32, slot: u32, value: V) {
        if self.keys.last() != Some(&key) {
            self.keys.push(key);
            self.ends.push(self.slots.len() as u32);
        }
        self.slots.push(slot);
        self.values.push(value);
        if let Some(end) = self.ends.last_mut() {
            *end = self.slots.len() as u32;
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.keys.capacity() * 8 + self.slots.capacity() * (4 + size_of::<V>())
    }
}

/// Longer lists are sorted by counting.
const MANY: usize = 4096;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn long_lists_are_sorted_like_short_ones(
            keys in proptest::collection::vec(0_u32..60, MANY..MANY + 50), last in proptest::option::of(0_u32..9),
        ) {
            let mut entries: Vec<_> = (0_u32..).zip(keys).map(|(slot, key)| (key, slot / 2, slot)).collect();
            entries.extend(last.map(|slot| (7, slot, 0)));
            let postings = Postings::default().merged(&[], entries.clone());
            let found: Vec<_> = postings
                .iter()
                .flat_map(|(key, slots)| slots.iter().map(move |slot| (key, *slot)))
                .collect();
            let mut expected: Vec<_> = entries.iter().map(|(key, slot, _)| (*key, *slot)).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
            for (key, slot, value) in entries {
                let (slots, values) = postings.get(key);
                prop_assert!(slots.iter().zip(values).any(|found| found == (&slot, &value)));
            }
        }

        #[test]
        fn merging_equals_building_anew(
            old in proptest::collection::btree_map((0_u32..8, 0_u32..12), 0_u16..9, 0..40),
            gone in proptest::collection::btree_set(0_u32..12, 0..5),
            new in proptest::collection::btree_map((0_u32..8, 0_u32..12), 0_u16..9, 0..20),
        ) {
            let entries = |map: &BTreeMap<(u32, u32), u16>| map.iter().map(|((k, s), v)| (*k, *s, *v)).collect::<Vec<_>>();
            let first = Postings::default().merged(&[], entries(&old));
            // Slots double, so that the odd ones between them are new; those gone are dropped.
            let moves: Vec<_> = (0..12).map(|slot| (!gone.contains(&slot)).then_some(slot * 2)).collect();
            let new: BTreeMap<_, _> = new.into_iter().map(|((k, s), v)| ((k, s * 2 + 1), v)).collect();
            let merged = first.merged(&moves, entries(&new));
            let mut expected: BTreeMap<(u32, u32), u16> =
                old.into_iter().filter(|((_, s), _)| !gone.contains(s)).map(|((k, s), v)| ((k, s * 2), v)).collect();
            expected.extend(new);
            prop_assert_eq!(&merged, &Postings::default().merged(&[], entries(&expected)));
            for key in 0..8 {
                let (slots, values) = merged.get(key);
                let found: Vec<_> = slots.iter().copied().zip(values.iter().copied()).collect();
                let wanted: Vec<_> = expected.iter().filter(|((k, _), _)| *k == key).map(|((_, s), v)| (*s, *v)).collect();
                prop_assert_eq!(found, wanted);
            }
        }
    }
}
