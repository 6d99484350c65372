//! Making entries: profiles projected onto every audience, and the documents of what each sees.

use std::sync::Arc;

use chrono::NaiveDate;
use werkstadt_domain::audience::{Audience, ChangedAt, Project, Seen};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::text::key;

use super::document::{Dictionaries, Document, Maker, updated};
use super::numbers;
use super::shard::Entry;
use super::skills::Skills;

/// A profile, ready to be put into a shard.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) entry: Entry,
    pub(super) documents: Documents,
    /// Under which numbers it is known.
    pub(super) marks: Vec<u32>,
}

/// A document for each audience, equal ones shared.
pub(super) type Documents = [Option<Arc<Document>>; 3];

/// What documents add up to for each audience; once, as long as those look the same.
#[derive(Debug, Default)]
pub(super) struct Gathered<T> {
    manager: T,
    /// Of anonymous visitors and of members.
    others: Option<[T; 2]>,
}

impl<T: Clone> Gathered<T> {
    /// Adds the documents of an organisation.
    pub(super) fn push(&mut self, made: &Made, mut add: impl FnMut(&mut T, &Document)) {
        if !made.entry.alike {
            let manager = &self.manager;
            self.others.get_or_insert_with(|| [manager.clone(), manager.clone()]);
        }
        let [for_anonymous, for_member, for_manager] = &made.documents;
        let mut add = |sum: &mut T, document: &Option<Arc<Document>>| {
            document.iter().for_each(|document| add(sum, document));
        };
        add(&mut self.manager, for_manager);
        if let Some([anonymous, member]) = &mut self.others {
            add(anonymous, for_anonymous);
            add(member, for_member);
        }
    }

    /// For all audiences at once, if they look the same.
    pub(super) fn alike(self) -> T {
        self.manager
    }

    /// For each audience.
    pub(super) fn each(self) -> [T; 3] {
        let [anonymous, member] = self
            .others
            .unwrap_or_else(|| [self.manager.clone(), self.manager.clone()]);
        [anonymous, member, self.manager]
    }

    /// For each audience, shared where they look the same.
    pub(super) fn shared(self) -> [Arc<T>; 3] {
        let manager = Arc::new(self.manager);
        match self.others {
            Some([anonymous, member]) => [Arc::new(anonymous), Arc::new(member), manager],
            None => [Arc::clone(&manager), Arc::clone(&manager), manager],
        }
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
        let many = items.len() >= MANY;
        let rest = items.split_off(if many { items.len() / 2 } else { items.len() });
        let (rest, mut made) = side_by_side(many, || all(rest, second), || all(items, first));
        made.extend(rest);
        made
    }
}

/// Does two things, the first one in a thread of its own if they are worth it.
pub(super) fn side_by_side<A: Send, B>(
    worth_it: bool,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if !worth_it {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        match one.join() {
            Ok(one) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Projects a profile, whole as managers see it, onto every audience and makes its documents.
pub(super) fn made(whole: Arc<Seen<Profile>>, maker: &mut Maker<'_>) -> Made {
    let profile = whole.get();
    let share = |audience: Audience, with: &Option<Arc<Seen<Profile>>>| match (profile.project(audience), with) {
        (Some(seen), Some(other)) if seen == **other => Some(Arc::clone(other)),
        (seen, _) => seen.map(Arc::new),
    };
    let manager = Some(Arc::clone(&whole));
    let seen = if profile.is_open() {
        [manager.clone(), manager.clone(), manager]
    } else {
        let member = share(Audience::Member, &manager);
        let anonymous = share(Audience::Anonymous, &member);
        [anonymous, member, manager]
    };
    let documents = documents(&seen, maker);
    let last = updated(profile, Audience::Manager);
    let time = |audience: Audience| match seen.get(audience.index()) {
        Some(Some(seen)) => updated(seen.get(), audience),
        _ => last,
    };
    let entry = Entry {
        id: profile.id(),
        name: key(&profile.organisation.record.name).into(),
        alike: documents.windows(2).all(alike),
        updated: ChangedAt::new(Audience::ALL.map(time)),
        seen,
    };
    Made {
        entry,
        documents,
        marks: numbers::marks(&profile.organisation.record),
    }
}

/// Whether neighbours are equal; quick where they are one.
fn alike(pair: &[Option<Arc<Document>>]) -> bool {
    match pair {
        [Some(one), Some(other)] => Arc::ptr_eq(one, other) || one == other,
        _ => false,
    }
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
