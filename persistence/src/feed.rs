//! The feed of changes: what each audience could see change, in an order that only grows.
//!
//! A place in it is a count of what the audience saw, never a position in the log: that would tell how much was written that
//! the audience does not see.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Project, Stored};
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;

use crate::changes::Noun;
use crate::compare;
use crate::db::Db;
use crate::dialect::{self, Position, SeenChange};
use crate::error::Result;
use crate::{opportunities, organisations, persons, skills, solutions};

/// Places kept per audience, so that a reader who goes on need not be counted from the start.
const PLACES: usize = 10_000;

/// Reads the feed. Shared by all requests; what it remembers only makes it faster.
#[derive(Debug, Default)]
pub struct Feed {
    places: Mutex<[BTreeMap<u64, Position>; 3]>,
}

/// A record that changed for an audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub noun: Noun,
    /// Which one.
    pub id: Uuid,
    /// When it changed last, as far as the page goes.
    pub at: DateTime<Utc>,
    /// Whether the audience sees it now. If not, it was removed, or hidden from the audience.
    pub present: bool,
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPage {
    /// Records in the order of their last change on this page, each once.
    pub items: Vec<Item>,
    /// The place after the page.
    pub next: u64,
    /// Whether more follows at once.
    pub more: bool,
}

impl Feed {
    /// The changes after a place, of which there are `limit` at most. What transactions that still run may have to add comes later,
    /// never before what was given already.
    ///
    /// # Errors
    /// As every read.
    pub fn page(&self, db: &mut Db, audience: Audience, after: u64, limit: usize) -> Result<FeedPage> {
        let (counted, position) = self.known_place(audience, after);
        // As far as the place is not remembered, what lies before it is read once more.
        let passed = usize::try_from(after.saturating_sub(counted)).unwrap_or(usize::MAX);
        let rows = i64::try_from(passed.saturating_add(limit).saturating_add(1)).unwrap_or(i64::MAX);
        let read = dialect::seen_changes(db, bit(audience), position, rows)?;
        let more = read.len() > passed.saturating_add(limit);
        let page: Vec<SeenChange> = read.into_iter().skip(passed).take(limit).collect();
        let next = after + page.len() as u64;
        if let Some(last) = page.last() {
            self.remember(audience, next, last.position());
        }
        let items = latest(page);
        Ok(FeedPage {
            items: with_presence(db, audience, items)?,
            next,
            more,
        })
    }

    /// The place at the end.
    ///
    /// # Errors
    /// As every read.
    pub fn end(&self, db: &mut Db, audience: Audience) -> Result<u64> {
        dialect::count_seen_changes(db, bit(audience))
    }

    /// The last place remembered that is not beyond this one.
    fn known_place(&self, audience: Audience, after: u64) -> (u64, Position) {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let of_audience = places.get(audience.index());
        let known = of_audience.and_then(|places| places.range(..=after).next_back());
        known.map_or((0, Position::default()), |(count, position)| (*count, *position))
    }

    fn remember(&self, audience: Audience, count: u64, position: Position) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = places.get_mut(audience.index()) {
            places.insert(count, position);
            // Readers go on near the end.
            while places.len() > PLACES {
                places.pop_first();
            }
        }
    }
}

fn bit(audience: Audience) -> compare::Audiences {
    compare::bits(|one| one == audience)
}

/// Each record once, at its last change.
fn latest(page: Vec<SeenChange>) -> Vec<Item> {
    let mut known = HashSet::new();
    let mut items: Vec<Item> = Vec::with_capacity(page.len());
    for change in page.into_iter().rev() {
        // A noun of a newer program, during a rolling update, is not one that readers of this one can ask for.
        let Some(noun) = Noun::from_code(&change.noun) else {
            continue;
        };
        if known.insert((noun, change.record_id)) {
            items.push(Item {
                noun,
                id: change.record_id.0,
                at: change.at.utc(),
                present: false,
            });
        }
    }
    items.reverse();
    items
}

/// Which of them the audience sees, as the database has them in this same read.
fn with_presence(db: &mut Db, audience: Audience, mut items: Vec<Item>) -> Result<Vec<Item>> {
    let mut present = HashSet::new();
    present.extend(visible(
        audience,
        organisations::load(db, &ids(&items, Noun::Organisation))?,
        |one| one.id.uuid(),
    ));
    present.extend(visible(
        audience,
        opportunities::load(db, &ids(&items, Noun::Opportunity))?,
        |one| one.id.uuid(),
    ));
    present.extend(visible(
        audience,
        solutions::load(db, &ids(&items, Noun::Solution))?,
        |one| one.id.uuid(),
    ));
    present.extend(visible(
        audience,
        persons::load(db, &ids(&items, Noun::Person))?,
        |one| one.id.uuid(),
    ));
    let concepts = skills::load(db, &ids(&items, Noun::Skill))?;
    present.extend(concepts.iter().map(|skill| skill.record.id.uuid()));
    for item in &mut items {
        item.present = present.contains(&item.id);
    }
    Ok(items)
}

fn visible<T: Project>(audience: Audience, all: Vec<Stored<T>>, id: impl Fn(&T) -> Uuid) -> Vec<Uuid> {
    let seen = all.iter().filter(|stored| stored.record.project(audience).is_some());
    seen.map(|stored| id(&stored.record)).collect()
}

fn ids<N>(items: &[Item], noun: Noun) -> Vec<Id<N>> {
    let of_noun = items.iter().filter(|item| item.noun == noun);
    of_noun.map(|item| Id::new(item.id)).collect()
}
