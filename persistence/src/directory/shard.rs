//! A shard: some of the organisations, in order of id, with a view per audience.

use std::sync::Arc;

use werkstadt_domain::audience::{Audience, Project, Seen};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::text::key;

use super::document::{Document, Maker, updated};
use super::leak::Leak;
use super::view::View;

/// Immutable; a change makes another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Shard {
    /// Its place among the shards.
    pub(super) number: usize,
    pub(super) entries: Vec<Entry>,
    /// Slots in order of name, then of id.
    pub(super) by_name: Vec<u32>,
    /// The place of each slot in that order.
    pub(super) name_places: Vec<u32>,
    /// One per audience. Audiences for which the shard looks the same share one.
    views: [Arc<View>; 3],
}

/// One organisation.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: OrganisationId,
    /// [`key`] of the name.
    pub(super) name: Arc<str>,
    /// As each audience sees it; equal ones are shared.
    pub(super) seen: [Option<Arc<Seen<Profile>>>; 3],
    /// Last change that each audience can see, microseconds since 1970.
    pub(super) updated: [i64; 3],
    /// The words of the lexicon that each audience sees in it; equal ones are shared.
    words: [Arc<[u32]>; 3],
    /// True if the documents of all audiences are equal.
    alike: bool,
}

/// An organisation that is to be put in or, without a profile, taken out.
pub(super) type Change = (OrganisationId, Option<Arc<Profile>>);

impl Entry {
    /// The words of the lexicon that an audience sees in it.
    pub(super) const fn words(&self, audience: Audience) -> &Arc<[u32]> {
        let [anonymous, member, manager] = &self.words;
        match audience {
            Audience::Anonymous => anonymous,
            Audience::Member => member,
            Audience::Manager => manager,
        }
    }
}

impl Shard {
    /// The shard in this place, without organisations.
    pub(super) fn empty(number: usize) -> Self {
        Self {
            number,
            ..Self::default()
        }
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

    /// The slot of an organisation.
    pub(super) fn slot(&self, id: OrganisationId) -> Option<u32> {
        self.entries
            .binary_search_by(|entry| entry.id.cmp(&id))
            .ok()
            .map(|slot| slot as u32)
    }

    /// When the organisation in a slot last changed, as the audience may know it: microseconds since 1970.
    pub(super) fn updated(&self, audience: Audience, slot: u32) -> i64 {
        let (entry, audience) = (self.entry(slot), Leak::Updated.through(audience));
        entry
            .and_then(|entry| entry.updated.get(audience.index()).copied())
            .unwrap_or_default()
    }

    /// The entry in a slot.
    pub(super) fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)
    }

    /// This shard after the changes, which are sorted by id, one for each organisation.
    pub(super) fn changed(&self, changes: &[Change], maker: &mut Maker<'_>) -> Self {
        let mut moves = vec![None; self.entries.len()];
        let mut entries: Vec<Entry> = Vec::with_capacity(self.entries.len() + changes.len());
        let mut documents: [Vec<(u32, Arc<Document>)>; 3] = Default::default();
        let mut changes = changes.iter().peekable();
        let mut put = |entries: &mut Vec<Entry>, profile: &Arc<Profile>| {
            let slot = entries.len() as u32;
            let (entry, made) = read(profile, maker);
            entries.push(entry);
            for (documents, document) in documents.iter_mut().zip(made) {
                documents.extend(document.map(|document| (slot, document)));
            }
        };
        for (old, entry) in self.entries.iter().enumerate() {
            while let Some((_, profile)) = changes.next_if(|(id, _)| *id < entry.id) {
                profile.iter().for_each(|profile| put(&mut entries, profile));
            }
            if let Some((_, profile)) = changes.next_if(|(id, _)| *id == entry.id) {
                profile.iter().for_each(|profile| put(&mut entries, profile));
                continue;
            }
            if let Some(place) = moves.get_mut(old) {
                *place = Some(entries.len() as u32);
            }
            entries.push(entry.clone());
        }
        for (_, profile) in changes {
            profile.iter().for_each(|profile| put(&mut entries, profile));
        }
        let views = self.merged_views(&moves, &documents, &entries);
        let by_name = by_name(&entries);
        let mut name_places = vec![0; entries.len()];
        for (place, slot) in (0_u32..).zip(&by_name) {
            if let Some(known) = name_places.get_mut(*slot as usize) {
                *known = place;
            }
        }
        Self {
            number: self.number,
            by_name,
            name_places,
            entries,
            views,
        }
    }

    fn merged_views(
        &self,
        moves: &[Option<u32>],
        documents: &[Vec<(u32, Arc<Document>)>; 3],
        entries: &[Entry],
    ) -> [Arc<View>; 3] {
        let merge =
            |view: &View, documents: &[(u32, Arc<Document>)]| Arc::new(view.merged(moves, documents, entries.len()));
        let [anonymous, member, manager] = &self.views;
        let [for_anonymous, for_member, for_manager] = documents;
        let all = merge(manager, for_manager);
        if entries.iter().all(|entry| entry.alike) {
            return [Arc::clone(&all), Arc::clone(&all), all];
        }
        [merge(anonymous, for_anonymous), merge(member, for_member), all]
    }

    /// Bytes of the views on the heap, shared ones once.
    pub(super) fn bytes(&self) -> usize {
        let [anonymous, member, manager] = &self.views;
        let shared = Arc::ptr_eq(anonymous, manager);
        let entries = self.entries.len() * (size_of::<Entry>() + 40);
        entries + manager.bytes() + if shared { 0 } else { anonymous.bytes() + member.bytes() }
    }
}

/// Projects a profile onto every audience and makes its documents.
fn read(profile: &Arc<Profile>, maker: &mut Maker<'_>) -> (Entry, [Option<Arc<Document>>; 3]) {
    let manager = profile.project(Audience::Manager).map(Arc::new);
    let share = |seen: Option<Seen<Profile>>, with: &Option<Arc<Seen<Profile>>>| match (seen, with) {
        (Some(seen), Some(other)) if seen == **other => Some(Arc::clone(other)),
        (seen, _) => seen.map(Arc::new),
    };
    let member = share(profile.project(Audience::Member), &manager);
    let anonymous = share(profile.project(Audience::Anonymous), &member);
    let seen = [anonymous, member, manager];
    let mut documents: [Option<Arc<Document>>; 3] = Default::default();
    for place in 0..seen.len() {
        let (done, rest) = documents.split_at_mut(place);
        let known = place
            .checked_sub(1)
            .and_then(|before| Some((seen.get(before)?.as_ref()?, done.get(before)?.clone())));
        let (Some(seen), Some(document)) = (seen.get(place).and_then(Option::as_ref), rest.first_mut()) else {
            continue;
        };
        *document = match known {
            Some((other, known)) if Arc::ptr_eq(seen, other) => known,
            _ => Some(Arc::new(maker.document(seen.get()))),
        };
    }
    let words = shared_words(&documents);
    let [a, b, c] = &documents;
    let mut times = Audience::ALL.into_iter().zip(&seen);
    let time = |_| {
        times
            .next()
            .and_then(|(audience, seen)| Some(updated(seen.as_ref()?.get(), audience)))
            .unwrap_or_default()
    };
    let entry = Entry {
        id: profile.id(),
        name: key(&profile.organisation.record.name).into(),
        alike: a == b && b == c,
        updated: [(); 3].map(time),
        words,
        seen,
    };
    (entry, documents)
}

/// The words of each document, once where they are the same.
fn shared_words(documents: &[Option<Arc<Document>>; 3]) -> [Arc<[u32]>; 3] {
    let mut known: Vec<Arc<[u32]>> = Vec::new();
    documents.each_ref().map(|document| {
        let words = document.as_ref().map_or(&[][..], |document| &document.words);
        if let Some(same) = known.iter().find(|other| ***other == *words) {
            return Arc::clone(same);
        }
        let words: Arc<[u32]> = words.into();
        known.push(Arc::clone(&words));
        words
    })
}

fn by_name(entries: &[Entry]) -> Vec<u32> {
    let mut order: Vec<(&str, u32)> = entries.iter().map(|entry| &*entry.name).zip(0_u32..).collect();
    // Slots are in order of id, which breaks ties.
    order.sort_unstable();
    order.into_iter().map(|(_, slot)| slot).collect()
}
