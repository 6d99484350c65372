//! Making entries: profiles projected onto every audience, and the documents of what each sees.

use std::sync::Arc;

use chrono::NaiveDate;
use werkstadt_domain::audience::{Audience, Project, Seen};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::text::key;

use super::document::{Dictionaries, Document, Maker, updated};
use super::shard::Entry;
use super::skills::Skills;
use super::view::Added;

/// A profile, ready to be put into a shard.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) entry: Entry,
    pub(super) documents: Documents,
}

/// A document for each audience, equal ones shared.
pub(super) type Documents = [Option<Arc<Document>>; 3];

/// What documents add to the views of the audiences; once, as long as those look the same.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    manager: Added,
    /// Of anonymous visitors and of members.
    others: Option<[Added; 2]>,
}

impl Gathered {
    /// Adds the documents in a slot.
    pub(super) fn push(&mut self, slot: u32, made: &Made) {
        if !made.entry.alike {
            let manager = &self.manager;
            self.others.get_or_insert_with(|| [manager.clone(), manager.clone()]);
        }
        let [for_anonymous, for_member, for_manager] = &made.documents;
        let add = |added: &mut Added, document: &Option<Arc<Document>>| {
            document.iter().for_each(|document| added.push(slot, document));
        };
        add(&mut self.manager, for_manager);
        if let Some([anonymous, member]) = &mut self.others {
            add(anonymous, for_anonymous);
            add(member, for_member);
        }
    }

    /// For all audiences at once, if they look the same.
    pub(super) fn alike(self) -> Added {
        self.manager
    }

    /// For each audience.
    pub(super) fn each(self) -> [Added; 3] {
        let [anonymous, member] = self
            .others
            .unwrap_or_else(|| [self.manager.clone(), self.manager.clone()]);
        [anonymous, member, self.manager]
    }
}

/// From so many profiles on, two threads read them.
const MANY: usize = 256;

/// Two makers, for two threads.
pub(super) struct Makers<'a>([Maker<'a>; 2]);

impl<'a> Makers<'a> {
    /// Makers that remember nothing yet, for the index of a day.
    pub(super) fn new(dictionaries: &'a Dictionaries, skills: &'a Skills, day: NaiveDate) -> Self {
        Self([(); 2].map(|()| Maker::new(dictionaries, skills, day)))
    }

    /// Makes each of them, in order.
    pub(super) fn each<T: Send, M: Send>(
        &mut self,
        mut items: Vec<T>,
        make: impl Fn(T, &mut Maker<'a>) -> M + Sync,
    ) -> Vec<M> {
        let [first, second] = &mut self.0;
        let all = |items: Vec<T>, maker: &mut Maker<'a>| -> Vec<M> {
            items.into_iter().map(|item| make(item, maker)).collect()
        };
        if items.len() < MANY {
            return all(items, first);
        }
        let rest = items.split_off(items.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| all(rest, second));
            let mut made = all(items, first);
            match other.join() {
                Ok(rest) => made.extend(rest),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            made
        })
    }
}

/// Projects a profile onto every audience and makes its documents.
pub(super) fn made(profile: &Profile, maker: &mut Maker<'_>) -> Made {
    let manager = profile.project(Audience::Manager).map(Arc::new);
    let share = |seen: Option<Seen<Profile>>, with: &Option<Arc<Seen<Profile>>>| match (seen, with) {
        (Some(seen), Some(other)) if seen == **other => Some(Arc::clone(other)),
        (seen, _) => seen.map(Arc::new),
    };
    let member = share(profile.project(Audience::Member), &manager);
    let anonymous = share(profile.project(Audience::Anonymous), &member);
    let seen = [anonymous, member, manager];
    let documents = documents(&seen, maker);
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
        seen,
    };
    Made { entry, documents }
}

/// The documents of what each audience sees. The same profiles and skills give the same documents again.
pub(super) fn documents(seen: &[Option<Arc<Seen<Profile>>>; 3], maker: &mut Maker<'_>) -> Documents {
    let mut documents = Documents::default();
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
    documents
}
