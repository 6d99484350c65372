//! What a unit of work has changed: the database before it beside the database after it, seen by each audience.
//!
//! Only a comparison of whole projections is exact: a claim that everyone may see is news to nobody while its unit is hidden.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Project, Stored, Visibility, differs};
use werkstadt_domain::id::Id;
use werkstadt_domain::institution::Unit;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::Person;
use werkstadt_domain::profile::{self, Profile};

use crate::changes::{Noun, Operation, Touched};
use crate::db::Db;
use crate::error::Result;
use crate::guard::IDS_PER_QUERY;
use crate::history::Record;
use crate::remains::Remains;
use crate::{logos, opportunities, organisations, persons, profiles, skills, solutions};

/// Audiences, as bits by their index.
pub(crate) type Audiences = i32;

/// What came of a unit of work.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The changes, each with the audiences that see a difference.
    pub(crate) changes: BTreeMap<Touched, (Operation, Audiences)>,
    /// The states that it ended, and how.
    pub(crate) ended: Vec<(Record, Operation)>,
    /// What remains of records that it removed.
    pub(crate) remains: HashMap<Uuid, Remains>,
}

/// True if records of this noun are compared: they are what a reader of the directory can see.
pub(crate) const fn is_compared(noun: Noun) -> bool {
    matches!(
        noun,
        Noun::Organisation | Noun::Skill | Noun::Opportunity | Noun::Solution | Noun::Person
    )
}

/// Compares what was touched. Without `before` all of it must be new.
pub(crate) fn compare(
    mut before: Option<&mut Db>,
    after: &mut Db,
    touched: &[(Touched, Operation)],
) -> Result<Outcome> {
    let mut outcome = Outcome {
        changes: touched
            .iter()
            .map(|(touched, operation)| (*touched, (*operation, 0)))
            .collect(),
        ..Outcome::default()
    };
    for noun in [
        Noun::Organisation,
        Noun::Skill,
        Noun::Opportunity,
        Noun::Solution,
        Noun::Person,
    ] {
        let (new, known): (Vec<_>, Vec<_>) = touched
            .iter()
            .filter(|(touched, _)| touched.noun == noun)
            .partition(|(_, operation)| *operation == Operation::Created);
        for chunk in new.chunks(IDS_PER_QUERY) {
            outcome.announce(after, noun, &ids(chunk))?;
        }
        let Some(before) = before.as_deref_mut() else { continue };
        for chunk in known.chunks(IDS_PER_QUERY) {
            outcome.weigh(before, after, noun, &ids(chunk))?;
        }
    }
    Ok(outcome)
}

impl Outcome {
    /// New records are news to those who see them.
    fn announce(&mut self, db: &mut Db, noun: Noun, ids: &[Uuid]) -> Result<()> {
        match noun {
            Noun::Organisation => self.show(noun, &organisations::load(db, &typed(ids))?, |one| one.id.uuid()),
            Noun::Opportunity => self.show(noun, &opportunities::load(db, &typed(ids))?, |one| one.id.uuid()),
            Noun::Solution => self.show(noun, &solutions::load(db, &typed(ids))?, |one| one.id.uuid()),
            Noun::Person => self.show(noun, &persons::load(db, &typed(ids))?, |one| one.id.uuid()),
            _ => ids.iter().for_each(|id| self.note(noun, *id, EVERYONE)),
        }
        Ok(())
    }

    fn show<T: Project>(&mut self, noun: Noun, records: &[Stored<T>], id: impl Fn(&T) -> Uuid) {
        for stored in records {
            let seen = |audience: Audience| stored.record.project(audience).is_some();
            self.note(noun, id(&stored.record), bits(seen));
        }
    }

    /// Records that were there before are news to those who see a difference.
    fn weigh(&mut self, before: &mut Db, after: &mut Db, noun: Noun, ids: &[Uuid]) -> Result<()> {
        match noun {
            Noun::Organisation => {
                let (old, new) = (
                    profiles::load(before, &typed(ids))?,
                    profiles::load(after, &typed(ids))?,
                );
                return self.weigh_profiles((before, after), ids, old, new);
            }
            Noun::Opportunity => {
                let load = |db: &mut Db| opportunities::load(db, &typed(ids));
                let (old, new) = (load(before)?, load(after)?);
                self.weigh_records(noun, ids, (&old, &new), |one| one.id.uuid());
                let gone = gone(&old, &new, |one| one.id);
                self.remains.extend(Remains::of_opportunities(before, &gone)?);
                self.end(&old, &new, |one| one.id.uuid(), Record::Opportunity);
            }
            Noun::Solution => {
                let load = |db: &mut Db| solutions::load(db, &typed(ids));
                let (old, new) = (load(before)?, load(after)?);
                self.weigh_records(noun, ids, (&old, &new), |one| one.id.uuid());
                self.end(&old, &new, |one| one.id.uuid(), Record::Solution);
            }
            Noun::Person => {
                let load = |db: &mut Db| persons::load(db, &typed(ids));
                let (old, new) = (load(before)?, load(after)?);
                self.weigh_records(noun, ids, (&old, &new), |one| one.id.uuid());
                // Of who is removed nothing is kept.
                let left = |one: &Stored<Person>| new.iter().any(|other| other.record.id == one.record.id);
                let old: Vec<_> = old.into_iter().filter(left).collect();
                self.end(&old, &new, |one| one.id.uuid(), Record::Person);
                self.end_affiliations(&old, &new);
            }
            _ => {
                let load = |db: &mut Db| skills::load(db, &typed(ids));
                let (old, new) = (load(before)?, load(after)?);
                ids.iter().for_each(|id| self.note(noun, *id, EVERYONE));
                self.end(&old, &new, |one| one.id.uuid(), Record::Skill);
            }
        }
        Ok(())
    }

    fn weigh_records<T: Project>(
        &mut self,
        noun: Noun,
        ids: &[Uuid],
        (old, new): (&[Stored<T>], &[Stored<T>]),
        id: impl Fn(&T) -> Uuid,
    ) {
        let by_id = |all| Vec::into_iter(all).collect::<HashMap<Uuid, &Stored<T>>>();
        let old = by_id(old.iter().map(|stored| (id(&stored.record), stored)).collect());
        let new = by_id(new.iter().map(|stored| (id(&stored.record), stored)).collect());
        for id in ids {
            let (was, is) = (old.get(id).copied(), new.get(id).copied());
            self.note(noun, *id, bits(|audience| differs(was, is, audience)));
        }
    }

    fn weigh_profiles(
        &mut self,
        (before, after): (&mut Db, &mut Db),
        ids: &[Uuid],
        old: Vec<Profile>,
        new: Vec<Profile>,
    ) -> Result<()> {
        let gone = gone_profiles(&old, &new);
        self.remains.extend(Remains::of_organisations(before, &gone)?);
        let mut old: HashMap<Uuid, Profile> = old.into_iter().map(|one| (one.id().uuid(), one)).collect();
        let mut new: HashMap<Uuid, Profile> = new.into_iter().map(|one| (one.id().uuid(), one)).collect();
        for id in ids {
            let (was, is) = (old.remove(id), new.remove(id));
            let audiences = bits(|audience| profile::differs(was.as_ref(), is.as_ref(), audience));
            self.note(Noun::Organisation, *id, audiences);
            let exists = |state: &Option<Profile>, audience| {
                state
                    .as_ref()
                    .is_some_and(|one| one.organisation.record.project(audience).is_some())
            };
            let turned = bits(|audience| exists(&was, audience) != exists(&is, audience));
            if let (Some(is), true) = (&is, turned != 0) {
                self.name_or_unname(after, is, turned)?;
            }
            if let (Some(was), Some(is)) = (&was, &is)
                && places(was) != places(is)
            {
                self.weigh_people_of(before, after, is)?;
            }
            if let Some(was) = was {
                self.end_logo(before, &was, is.as_ref())?;
                self.end_profile(was, is.as_ref());
            }
        }
        Ok(())
    }

    /// Opportunities and solutions name their organisation to those who see the organisation: when it appears or disappears, they change,
    /// too.
    fn name_or_unname(&mut self, db: &mut Db, profile: &Profile, turned: Audiences) -> Result<()> {
        for stored in opportunities::of_organisation(db, profile.id())? {
            let seen = |audience: Audience| {
                let opportunity = stored.record.project(audience);
                opportunity.is_some_and(|seen| !seen.get().organisation.uuid().is_nil())
            };
            self.note(Noun::Opportunity, stored.record.id.uuid(), bits(seen) & turned);
        }
        for stored in solutions::of_organisation(db, profile.id())? {
            let seen = bits(|audience: Audience| stored.record.project(audience).is_some());
            self.note(Noun::Solution, stored.record.id.uuid(), seen & turned);
        }
        Ok(())
    }

    /// A person works there for those who see the place: when it appears or disappears, that changes too.
    fn weigh_people_of(&mut self, before: &mut Db, after: &mut Db, profile: &Profile) -> Result<()> {
        let people = persons::at_organisations(after, &[profile.id()])?;
        let (old, new) = (persons::load(before, &people)?, persons::load(after, &people)?);
        let old: HashMap<Uuid, &Stored<Person>> = old.iter().map(|one| (one.record.id.uuid(), one)).collect();
        for is in &new {
            let id = is.record.id.uuid();
            let audiences = bits(|audience| differs(old.get(&id).copied(), Some(is), audience));
            if audiences != 0 {
                self.note(Noun::Person, id, audiences);
            }
        }
        Ok(())
    }

    fn end_profile(&mut self, was: Profile, is: Option<&Profile>) {
        let owner = was.id();
        let now = |stored: &Profile| vec![stored.organisation.clone()];
        self.end(
            std::slice::from_ref(&was.organisation),
            &is.map(now).unwrap_or_default(),
            |one| one.id.uuid(),
            Record::Organisation,
        );
        let units = is.map(|is| &*is.units).unwrap_or_default();
        self.end(&was.units, units, |one| one.id.uuid(), Record::Unit);
        let claims = is.map(|is| &*is.claims).unwrap_or_default();
        self.end(
            &was.claims,
            claims,
            |one| one.id.uuid(),
            |claim| Record::Claim(owner, claim),
        );
        let references = is.map(|is| &*is.references).unwrap_or_default();
        self.end(
            &was.references,
            references,
            |one| one.id.uuid(),
            |one| Record::Reference(owner, one),
        );
    }

    fn end_logo(&mut self, before: &mut Db, was: &Profile, is: Option<&Profile>) -> Result<()> {
        let now = is.and_then(|is| is.logo.as_ref());
        if was.logo.is_some() && was.logo.as_ref() != now {
            let operation = if now.is_some() {
                Operation::Updated
            } else {
                Operation::Removed
            };
            let logo = logos::find(before, was.id())?;
            self.ended.push((Record::Logo(was.id(), logo), operation));
        }
        Ok(())
    }

    /// Persons who lost the place where they worked, by no change of their own.
    fn end_affiliations(&mut self, old: &[Stored<Person>], new: &[Stored<Person>]) {
        for was in old {
            let is = new.iter().find(|is| is.record.id == was.record.id);
            if is.is_some_and(|is| {
                is.version == was.version && is.record.affiliations.len() < was.record.affiliations.len()
            }) {
                self.ended.push((Record::Person(was.clone()), Operation::Updated));
            }
        }
    }

    /// Notes the states that have another version by now, or none.
    fn end<T: Clone>(
        &mut self,
        old: &[Stored<T>],
        new: &[Stored<T>],
        id: impl Fn(&T) -> Uuid,
        record: impl Fn(Stored<T>) -> Record,
    ) {
        let new: HashMap<Uuid, i64> = new.iter().map(|stored| (id(&stored.record), stored.version)).collect();
        for was in old {
            let operation = match new.get(&id(&was.record)) {
                None => Operation::Removed,
                Some(version) if *version == was.version => continue,
                Some(_) => Operation::Updated,
            };
            self.ended.push((record(was.clone()), operation));
        }
    }

    fn note(&mut self, noun: Noun, id: Uuid, audiences: Audiences) {
        let change = self.changes.entry(Touched { noun, id });
        let (_, noted) = change.or_insert((Operation::Updated, 0));
        *noted |= audiences;
    }
}

/// The ids of the records that are there no more.
fn gone<T, N>(old: &[Stored<T>], new: &[Stored<T>], id: impl Fn(&T) -> Id<N>) -> Vec<Id<N>> {
    let left: HashSet<Uuid> = new.iter().map(|stored| id(&stored.record).uuid()).collect();
    let old = old.iter().map(|stored| id(&stored.record));
    old.filter(|id| !left.contains(&id.uuid())).collect()
}

fn gone_profiles(old: &[Profile], new: &[Profile]) -> Vec<OrganisationId> {
    let left: HashSet<OrganisationId> = new.iter().map(Profile::id).collect();
    old.iter().map(Profile::id).filter(|id| !left.contains(id)).collect()
}

/// How far an organisation and its units are visible.
fn places(profile: &Profile) -> (Visibility, Vec<(Uuid, Visibility)>) {
    let unit = |unit: &Stored<Unit>| (unit.record.id.uuid(), unit.record.visibility);
    let core = profile.organisation.record.visibility.core;
    (core, profile.units.iter().map(unit).collect())
}

const EVERYONE: Audiences = 0b111;

/// Each audience has the bit of its index.
pub(crate) fn bits(of: impl Fn(Audience) -> bool) -> Audiences {
    let bit = |audience: Audience| i32::from(of(audience)) << audience.index();
    Audience::ALL.into_iter().map(bit).sum()
}

fn ids(touched: &[&(Touched, Operation)]) -> Vec<Uuid> {
    touched.iter().map(|(touched, _)| touched.id).collect()
}

fn typed<N>(ids: &[Uuid]) -> Vec<Id<N>> {
    ids.iter().copied().map(Id::new).collect()
}
