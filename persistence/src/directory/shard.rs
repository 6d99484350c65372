//! A shard: some of the organisations, in order of id, with a view per audience.

use std::sync::Arc;

use werkstadt_domain::audience::{Audience, ChangedAt, Seen};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;

use super::bits::Bits;
use super::leak::Leak;
use super::making::{Gathered, Made};
use super::numbers::Wanted;
use super::postings::{Posting, Postings};
use super::view::{Added, Moved, View};

/// Immutable; a change makes another one, which shares what stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Shard {
    pub(super) entries: Arc<Vec<Entry>>,
    /// Slots in order of name, then of id.
    pub(super) by_name: Arc<Vec<u32>>,
    /// The place of each slot in that order.
    pub(super) name_places: Arc<Vec<u32>>,
    /// The numbers of whole profiles → slots.
    numbers: Arc<Postings<()>>,
    /// One per audience. Audiences for which the shard looks the same share one.
    views: [Arc<View>; 3],
    /// Slots that each audience sees. Managers see all but those that were taken out; their entries stay until the shard is built
    /// anew, so whatever comes from a view must be compared with this.
    visible: [Arc<Bits>; 3],
    /// Slots of organisations that are nobody's candidates, in order.
    objecting: Arc<[u32]>,
}

/// One organisation.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: OrganisationId,
    /// `key` of the name.
    pub(super) name: Box<str>,
    /// As each audience sees it; equal ones are shared.
    pub(super) seen: [Option<Arc<Seen<Profile>>>; 3],
    /// The last change of the organisation or of a part of it.
    pub(super) updated: ChangedAt,
    /// True if the documents of all audiences are equal.
    pub(super) alike: bool,
}

/// An organisation that is to be put in, whole, or, without a profile, taken out.
pub(super) type Change = (OrganisationId, Option<Arc<Seen<Profile>>>);

impl Shard {
    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.entries.len()
    }

    /// What the audience sees of the shard.
    pub(super) const fn view(&self, audience: Audience) -> &Arc<View> {
        let [anonymous, member, manager] = &self.views;
        match audience {
            Audience::Anonymous => anonymous,
            Audience::Member => member,
            Audience::Manager => manager,
        }
    }

    /// The slots that the audience sees.
    pub(super) fn visible(&self, audience: Audience) -> &Bits {
        let [anonymous, member, manager] = &self.visible;
        match audience {
            Audience::Anonymous => anonymous,
            Audience::Member => member,
            Audience::Manager => manager,
        }
    }

    /// Slots of organisations that object to being found by matching, whoever may know that they do.
    pub(super) fn objecting(&self) -> impl Iterator<Item = u32> {
        self.objecting.iter().copied()
    }

    /// The slot of an organisation that was not taken out.
    pub(super) fn slot(&self, id: OrganisationId) -> Option<u32> {
        let found = self.entries.binary_search_by(|entry| entry.id.cmp(&id)).ok()? as u32;
        self.visible(Audience::Manager).contains(found).then_some(found)
    }

    /// The slots of the organisations that are meant by a number, as far as the audience sees that, in order.
    pub(super) fn meant(&self, wanted: &Wanted, audience: Audience) -> Vec<u32> {
        let (visible, read) = (self.visible(audience), Leak::Numbers.through(audience).index());
        let means = |slot: &u32| {
            let seen = self.entry(*slot).and_then(|entry| entry.seen.get(read)?.as_ref());
            visible.contains(*slot) && seen.is_some_and(|seen| wanted.means(&seen.get().organisation.record))
        };
        let marked = wanted.marks().flat_map(|mark| self.numbers.slots(mark)).copied();
        let mut slots: Vec<u32> = marked.filter(means).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// When the organisation in a slot last changed, as the audience may know it: microseconds since 1970.
    pub(super) fn updated(&self, audience: Audience, slot: u32) -> i64 {
        let (entry, audience) = (self.entry(slot), Leak::Updated.through(audience));
        entry.map_or(0, |entry| entry.updated.seen_by(audience).micros())
    }

    /// The entry in a slot.
    pub(super) fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)
    }

    /// The entries that were not taken out.
    pub(super) fn present(&self) -> impl Iterator<Item = &Entry> {
        self.visible(Audience::Manager)
            .iter()
            .filter_map(|slot| self.entry(slot))
    }

    /// This shard without some organisations, their entries left where they are.
    pub(super) fn without<'a>(&self, ids: impl Iterator<Item = &'a OrganisationId>) -> Self {
        let mut without = self.clone();
        for slot in ids.filter_map(|id| self.slot(*id)) {
            for visible in &mut without.visible {
                Arc::make_mut(visible).remove(slot);
            }
        }
        without
    }

    /// This shard built anew with the changes, which are sorted by id, one for each organisation. `make` makes the next so many.
    pub(super) fn changed(
        &self,
        changes: Vec<Change>,
        mut make: impl FnMut(Vec<Arc<Seen<Profile>>>) -> Vec<Made>,
    ) -> Self {
        let present = self.visible(Audience::Manager);
        let mut slots = vec![None; self.slots()];
        let mut entries: Vec<Option<Entry>> = Vec::with_capacity(self.slots() + changes.len());
        let mut fresh: Vec<(u32, Arc<Seen<Profile>>)> = Vec::new();
        let mut changes = changes.into_iter().peekable();
        let mut put = |entries: &mut Vec<Option<Entry>>, profile: Arc<Seen<Profile>>| {
            fresh.push((entries.len() as u32, profile));
            entries.push(None);
        };
        for (old, entry) in (0_u32..).zip(self.entries.iter()) {
            while let Some((_, profile)) = changes.next_if(|(id, _)| *id < entry.id) {
                profile.into_iter().for_each(|profile| put(&mut entries, profile));
            }
            if let Some((_, profile)) = changes.next_if(|(id, _)| *id == entry.id) {
                profile.into_iter().for_each(|profile| put(&mut entries, profile));
                continue;
            }
            if let Some(place) = slots.get_mut(old as usize).filter(|_| present.contains(old)) {
                *place = Some(entries.len() as u32);
                entries.push(Some(entry.clone()));
            }
        }
        for (_, profile) in changes {
            profile.into_iter().for_each(|profile| put(&mut entries, profile));
        }
        let (gathered, marks) = read(fresh, &mut entries, &mut make);
        let entries: Vec<Entry> = entries.into_iter().flatten().collect();
        self.rebuilt(entries, &slots, (gathered, marks))
    }

    /// A shard of these entries, which are in order of id, with what was gathered from them.
    pub(super) fn of(entries: Vec<Entry>, gathered: Gathered<Added>, marks: Vec<Posting<()>>) -> Self {
        Self::default().rebuilt(entries, &[], (gathered, marks))
    }

    fn rebuilt(
        &self,
        mut entries: Vec<Entry>,
        slots: &[Option<u32>],
        (gathered, marks): (Gathered<Added>, Vec<Posting<()>>),
    ) -> Self {
        entries.shrink_to_fit();
        let by_name = by_name(&entries);
        let mut name_places = vec![0; entries.len()];
        for (place, slot) in (0_u32..).zip(&by_name) {
            if let Some(known) = name_places.get_mut(*slot as usize) {
                *known = place;
            }
        }
        // Who stays, stays in the order of names.
        let place = |slot: &u32| {
            let moved = slots.get(*slot as usize).copied().flatten()?;
            name_places.get(moved as usize).copied()
        };
        let places: Vec<Option<u32>> = self.by_name.iter().map(place).collect();
        let moved = Moved {
            slots,
            places: &places,
            name_places: &name_places,
        };
        let alike = entries.iter().all(|entry| entry.alike);
        let [anonymous, member, manager] = &self.views;
        let views = if alike {
            let all = Arc::new(manager.merged(&moved, gathered.alike()));
            [Arc::clone(&all), Arc::clone(&all), all]
        } else {
            let [for_anonymous, for_member, for_manager] = gathered.each();
            [
                Arc::new(anonymous.merged(&moved, for_anonymous)),
                Arc::new(member.merged(&moved, for_member)),
                Arc::new(manager.merged(&moved, for_manager)),
            ]
        };
        let visible = |audience: Audience| {
            let mut bits = Bits::none(entries.len());
            let seen = |entry: &Entry| entry.seen.get(audience.index()).is_some_and(Option::is_some);
            let slots = (0_u32..).zip(&entries).filter(|(_, entry)| seen(entry));
            slots.for_each(|(slot, _)| bits.insert(slot));
            Arc::new(bits)
        };
        let objects = |entry: &Entry| {
            let whole = entry.seen.get(Audience::Manager.index()).and_then(Option::as_ref);
            whole.is_some_and(|seen| !seen.get().organisation.record.visibility.matching)
        };
        let objecting = (0_u32..).zip(&entries).filter(|(_, entry)| objects(entry));
        Self {
            objecting: objecting.map(|(slot, _)| slot).collect(),
            visible: Audience::ALL.map(visible),
            by_name: Arc::new(by_name),
            name_places: Arc::new(name_places),
            numbers: Arc::new(self.numbers.merged(slots, marks)),
            entries: Arc::new(entries),
            views,
        }
    }

    /// Bytes of the views on the heap, shared ones once.
    pub(super) fn bytes(&self) -> usize {
        let [anonymous, member, manager] = &self.views;
        let shared = Arc::ptr_eq(anonymous, manager);
        let names: usize = self.entries.iter().map(|entry| entry.name.len()).sum();
        let entries = self.entries.capacity() * (size_of::<Entry>() + 8) + names;
        entries + self.numbers.bytes() + manager.bytes() + if shared { 0 } else { anonymous.bytes() + member.bytes() }
    }
}

/// So many profiles are read at a time: what lies between them and the index is large.
const AT_A_TIME: usize = 4096;

/// Puts fresh entries into their slots, and gathers what they add to the views.
fn read(
    fresh: Vec<(u32, Arc<Seen<Profile>>)>,
    entries: &mut [Option<Entry>],
    make: &mut impl FnMut(Vec<Arc<Seen<Profile>>>) -> Vec<Made>,
) -> (Gathered<Added>, Vec<Posting<()>>) {
    let mut gathered: Gathered<Added> = Gathered::default();
    let mut marks = Vec::new();
    let mut fresh = fresh.into_iter().peekable();
    while fresh.peek().is_some() {
        let (slots, profiles): (Vec<u32>, Vec<_>) = fresh.by_ref().take(AT_A_TIME).unzip();
        for (slot, made) in slots.into_iter().zip(make(profiles)) {
            gathered.push(&made, |added: &mut Added, document| added.push(slot, document));
            marks.extend(made.marks.iter().map(|mark| (*mark, slot, ())));
            if let Some(place) = entries.get_mut(slot as usize) {
                *place = Some(made.entry);
            }
        }
    }
    (gathered, marks)
}

fn by_name(entries: &[Entry]) -> Vec<u32> {
    let mut order: Vec<(&str, u32)> = entries.iter().map(|entry| &*entry.name).zip(0_u32..).collect();
    // Slots are in order of id, which breaks ties.
    order.sort_unstable();
    order.into_iter().map(|(_, slot)| slot).collect()
}
