//! The read model: what is served from memory, kept as the database has it. Delete it and it comes back.

use uuid::Uuid;
use werkstadt_domain::id::Id;

use crate::accounts::Accounts;
use crate::changes::{Noun, Touched};
use crate::db::Db;
use crate::directory::{Delta, Directory};
use crate::error::Result;
use crate::refresh::Listener;
use crate::{opportunities, persons, profiles, skills, solutions};

/// The directory and the accounts.
#[derive(Default)]
pub struct ReadModel {
    /// Organisations, skills, opportunities, solutions, persons: search and match candidates.
    pub directory: Directory,
    /// Users and API keys.
    pub accounts: Accounts,
}

/// Records read at a time where a noun has no chunks of its own.
const CHUNK: i64 = 1000;

impl Listener for ReadModel {
    fn refresh(&self, db: &mut Db, touched: &[Touched]) -> Result<()> {
        self.accounts.refresh(db, touched)?;
        let organisations = ids(touched, Noun::Organisation);
        let concepts = ids(touched, Noun::Skill);
        let offers = ids(touched, Noun::Opportunity);
        let made = ids(touched, Noun::Solution);
        let mut people = ids(touched, Noun::Person);
        // They show where they work only as far as that place shows itself.
        people.extend(persons::at_organisations(db, &organisations)?);
        people.sort_unstable();
        people.dedup();
        let mut delta = Delta::default();
        if !organisations.is_empty() {
            delta.profiles = profiles::load(db, &organisations)?;
            delta.removed_organisations = missing(organisations, delta.profiles.iter().map(|profile| profile.id()));
        }
        if !concepts.is_empty() {
            delta.skills = skills::load(db, &concepts)?;
            delta.removed_skills = missing(concepts, delta.skills.iter().map(|skill| skill.record.id));
        }
        if !offers.is_empty() {
            delta.opportunities = opportunities::load(db, &offers)?;
            delta.removed_opportunities = missing(offers, delta.opportunities.iter().map(|one| one.record.id));
        }
        if !made.is_empty() {
            delta.solutions = solutions::load(db, &made)?;
            delta.removed_solutions = missing(made, delta.solutions.iter().map(|one| one.record.id));
        }
        if !people.is_empty() {
            delta.persons = persons::load(db, &people)?;
            delta.removed_persons = missing(people, delta.persons.iter().map(|person| person.record.id));
        }
        self.directory.apply(delta);
        Ok(())
    }

    fn rebuild(&self, db: &mut Db) -> Result<()> {
        self.accounts.rebuild(db)?;
        let delta = Delta {
            skills: all(|after| skills::list(db, after, CHUNK), |skill| skill.record.id)?,
            opportunities: all(|after| opportunities::list(db, after, CHUNK), |one| one.record.id)?,
            solutions: all(|after| solutions::list(db, after, CHUNK), |one| one.record.id)?,
            persons: all(|after| persons::list(db, after, CHUNK), |person| person.record.id)?,
            ..Delta::default()
        };
        self.directory.load(delta, profiles::Chunks::new(db))
    }
}

/// Every record of a noun, page by page.
fn all<T, N>(mut page: impl FnMut(Option<Id<N>>) -> Result<Vec<T>>, id: impl Fn(&T) -> Id<N>) -> Result<Vec<T>> {
    let mut records = Vec::new();
    loop {
        let found = page(records.last().map(&id))?;
        if found.is_empty() {
            return Ok(records);
        }
        records.extend(found);
    }
}

fn ids<N>(touched: &[Touched], noun: Noun) -> Vec<Id<N>> {
    let same = touched.iter().filter(|one| one.noun == noun);
    let mut ids: Vec<Uuid> = same.map(|one| one.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(Id::new).collect()
}

/// What was asked for and is no longer there.
fn missing<N>(asked: Vec<Id<N>>, found: impl Iterator<Item = Id<N>>) -> Vec<Id<N>> {
    let found: std::collections::HashSet<Id<N>> = found.collect();
    asked.into_iter().filter(|id| !found.contains(id)).collect()
}
