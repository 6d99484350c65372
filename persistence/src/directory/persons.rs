//! The persons: few beside the organisations, so they are scanned, in order of name.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use werkstadt_domain::analysis::{self, folded};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::page::{Limit, Page};
use werkstadt_domain::person::{Affiliation, Person, PersonId, Reader, SeenPerson};
use werkstadt_domain::search::{PersonFilter, PersonPosition};
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::text::key;

use super::skills::Skills;
use super::snapshot::Snapshot;

/// All persons.
#[derive(Clone, Debug, Default)]
pub(super) struct Persons {
    /// By name, then by id.
    sorted: Vec<Arc<Entry>>,
    places: FxHashMap<PersonId, usize>,
}

#[derive(Debug)]
struct Entry {
    stored: Stored<Person>,
    /// Family name and given names as they are sorted.
    name: String,
    /// What whoever sees the person can find the person by.
    words: Vec<String>,
}

impl Persons {
    /// These persons with some replaced, added or removed.
    pub(super) fn changed(&self, changed: Vec<Stored<Person>>, removed: &[PersonId]) -> Self {
        let mut all: FxHashMap<PersonId, Arc<Entry>> = self
            .sorted
            .iter()
            .map(|entry| (entry.stored.record.id, Arc::clone(entry)))
            .collect();
        for stored in changed {
            all.insert(stored.record.id, Arc::new(Entry::new(stored)));
        }
        removed.iter().for_each(|id| drop(all.remove(id)));
        let mut sorted: Vec<_> = all.into_values().collect();
        sorted.sort_by(|a, b| a.place().cmp(&b.place()));
        let places = sorted.iter().enumerate();
        let places = places.map(|(place, entry)| (entry.stored.record.id, place)).collect();
        Self { sorted, places }
    }

    /// Every person, whoever may see it.
    pub(super) fn stored(&self) -> impl Iterator<Item = &Stored<Person>> {
        self.sorted.iter().map(|entry| &entry.stored)
    }

    fn get(&self, id: PersonId) -> Option<&Entry> {
        self.sorted.get(*self.places.get(&id)?).map(|entry| &**entry)
    }
}

impl Entry {
    fn new(stored: Stored<Person>) -> Self {
        let person = &stored.record;
        let roles = person.roles_sought.iter().map(String::as_str);
        let texts = [person.given_name.as_str(), &person.family_name].into_iter();
        let texts = texts.chain(person.titles.as_deref()).chain(roles);
        Self {
            name: format!("{}\0{}", key(&person.family_name), key(&person.given_name)),
            words: texts.flat_map(words).collect(),
            stored,
        }
    }

    fn place(&self) -> (&str, PersonId) {
        (&self.name, self.stored.record.id)
    }
}

impl Snapshot {
    /// One person as the reader sees it.
    pub fn person(&self, reader: &Reader, id: PersonId) -> Option<SeenPerson> {
        reader.sees(&self.persons.get(id)?.stored)
    }

    /// True if there is such a person at all, whoever may see it. For what must not be there twice.
    pub fn has_person(&self, id: PersonId) -> bool {
        self.persons.get(id).is_some()
    }

    /// A page of persons in order of name.
    pub fn persons(
        &self,
        reader: &Reader,
        filter: &PersonFilter,
        after: Option<&PersonPosition>,
        limit: Limit,
    ) -> Page<SeenPerson, PersonPosition> {
        let wanted = Wanted::new(filter, &self.skills);
        let start = self
            .persons
            .sorted
            .partition_point(|entry| after.is_some_and(|after| entry.place() <= (after.name.as_str(), after.id)));
        let rest = self.persons.sorted.get(start..).unwrap_or_default().iter();
        let mut hits = rest.filter_map(|entry| {
            let person = &entry.stored.record;
            let seen = person.shows_to(reader.audience_for(person));
            let fits = seen && wanted.fits(entry, reader);
            Some((entry.place(), fits.then(|| reader.sees(&entry.stored)).flatten()?))
        });
        let (mut items, mut last) = (Vec::new(), None);
        for (place, seen) in hits.by_ref().take(limit.get()) {
            last = Some(place);
            items.push(seen);
        }
        let after = hits.next().and(last).map(|(name, id)| PersonPosition {
            name: name.to_owned(),
            id,
        });
        Page { items, after }
    }
}

/// Whom a filter lets through.
struct Wanted<'a> {
    filter: &'a PersonFilter,
    words: Vec<String>,
    /// The skills asked for, narrower ones included.
    skills: FxHashSet<SkillId>,
    all: &'a Skills,
}

impl<'a> Wanted<'a> {
    fn new(filter: &'a PersonFilter, all: &'a Skills) -> Self {
        let skills = filter.skills.iter();
        Self {
            filter,
            words: filter.q.as_deref().map(words).into_iter().flatten().collect(),
            skills: skills.flat_map(|skill| all.taxonomy().with_narrower(*skill)).collect(),
            all,
        }
    }

    /// True if what the reader sees of the person is what is wanted.
    fn fits(&self, entry: &Entry, reader: &Reader) -> bool {
        let person = &entry.stored.record;
        let mut places = person.affiliations.iter().filter(|one| reader.sees_place(one));
        let at = |organisation| places.any(|one: &Affiliation| one.organisation == organisation);
        let has = |(skill, _): &(SkillId, _)| self.skills.contains(&self.all.taxonomy().current(*skill));
        self.filter.organisation.is_none_or(at)
            // Who objects is found by no skill, but for those who administer the person.
            && (self.skills.is_empty() || (self.counts(person, reader) && person.skills.iter().any(has)))
            && self.worded(entry, reader)
    }

    /// True if the reader may look at what the person can do.
    fn counts(&self, person: &Person, reader: &Reader) -> bool {
        person.matching || reader.administers(person)
    }

    /// True if every word begins a word of the person, or of a role that the reader sees.
    fn worded(&self, entry: &Entry, reader: &Reader) -> bool {
        if self.filter.q.is_some() && self.words.is_empty() {
            return false;
        }
        let begun = |wanted: &str, word: &str| word.starts_with(wanted);
        self.words.iter().all(|wanted| {
            let places = entry.stored.record.affiliations.iter();
            let mut roles = places
                .filter(|one| reader.sees_place(one))
                .filter_map(|one| one.role.as_deref());
            entry.words.iter().any(|word| begun(wanted, word))
                || roles.any(|role| words(role).any(|word| begun(wanted, &word)))
        })
    }
}

/// The words of a text as they are compared: without accents, umlauts in one spelling.
fn words(text: &str) -> impl Iterator<Item = String> + use<'_> {
    analysis::words(text).map(|word| folded(&word.text))
}
