//! Reading the history: what happened to a record, or to all that is an organisation's, the newest first.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::OpportunityId;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Person, PersonId};
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::solution::SolutionId;

use super::{Record, VersionRow};
use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::guard::IDS_PER_QUERY;
use crate::schema::{changes, versions};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::{logos, opportunities, persons, profiles, skills, solutions};

/// Whose history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of an organisation with its units, claims, references, logo, opportunities and solutions.
    Organisation(OrganisationId),
    /// Of one opportunity.
    Opportunity(OpportunityId),
    /// Of one solution.
    Solution(SolutionId),
    /// Of one person.
    Person(PersonId),
    /// Of one concept.
    Skill(SkillId),
}

/// Something that happened to a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: Actor,
    /// What.
    pub change: Change,
    /// Where it stands in the history.
    pub place: Place,
    /// The number under which [`version`] finds the state before; none for a creation.
    pub ended: Option<i64>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The record came to be, as this.
    Created(Record),
    /// The record was changed, from the first to the second.
    Updated(Box<(Record, Record)>),
    /// The record went; it had been this.
    Removed(Record),
}

/// A place in a history, counted back from the newest event: two series are read side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Only states kept before this one follow.
    pub ended: i64,
    /// Only creations logged before this one follow.
    pub created: i64,
}

impl Place {
    /// Before everything: the newest event follows.
    pub const NEWEST: Self = Self {
        ended: i64::MAX,
        created: i64::MAX,
    };
}

/// The state with this number, if it belongs to the scope.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version(db: &mut Db, scope: Scope, number: i64) -> Result<Record> {
    let noun = scope.noun();
    let row: Option<VersionRow> = kept(scope).filter(versions::seq.eq(number)).first(db).optional()?;
    let record = row.ok_or(Error::NotFound { noun })?.record()?;
    let mut record = record.ok_or(Error::NotFound { noun })?;
    persons::look_up(db, record.person())?;
    Ok(record)
}

/// Events in a history after a place, the newest first, at most `limit`.
///
/// # Errors
/// As every read.
pub fn of(db: &mut Db, scope: Scope, after: Place, limit: usize) -> Result<Vec<Event>> {
    let current = current(db, scope)?;
    let rows = i64::try_from(limit).unwrap_or(i64::MAX);
    let ended: Vec<VersionRow> = kept(scope)
        .filter(versions::seq.lt(after.ended))
        .order(versions::seq.desc())
        .limit(rows)
        .load(db)?;
    let created = creations(db, scope, &current, after.created, rows)?;
    let (mut ended, mut created) = (ended.into_iter().peekable(), created.into_iter().peekable());
    let states = States { current };
    let (mut place, mut events) = (after, Vec::new());
    while events.len() < limit {
        let next_ended = ended.peek().map(|row| row.ended_at);
        let next_created = created.peek().map(|row| row.at);
        let event = match (next_ended, next_created) {
            (None, None) => break,
            // Where both have one time, the record came to be first, and the newest is told first.
            (Some(end), Some(creation)) if end < creation => states.creation(db, created.next(), &mut place)?,
            (None, Some(_)) => states.creation(db, created.next(), &mut place)?,
            (Some(_), _) => states.end(db, ended.next(), &mut place)?,
        };
        events.extend(event);
    }
    // Of what a place was then, nothing is kept: what it is today decides who may learn of it.
    persons::look_up(db, events.iter_mut().flat_map(|event| event.change.persons()))?;
    Ok(events)
}

impl Change {
    /// The states of persons in it.
    fn persons(&mut self) -> impl Iterator<Item = &mut Person> {
        let (one, other) = match self {
            Self::Created(record) | Self::Removed(record) => (record, None),
            Self::Updated(states) => {
                let (before, after) = &mut **states;
                (before, Some(after))
            }
        };
        one.person().into_iter().chain(other.and_then(Record::person))
    }
}

#[derive(Queryable)]
struct CreationRow {
    seq: i64,
    at: SqlInstant,
    actor_kind: String,
    actor_id: Option<SqlId>,
    noun: String,
    record_id: SqlId,
}

/// What a record is, and which one: a logo has the id of its organisation.
type Key = (Noun, Uuid);

/// The records as they are now.
struct States {
    current: HashMap<Key, Record>,
}

impl States {
    /// The event that ended a kept state.
    fn end(&self, db: &mut Db, row: Option<VersionRow>, place: &mut Place) -> Result<Option<Event>> {
        let Some(row) = row else { return Ok(None) };
        place.ended = row.seq;
        let (by, at, removed, number) = (row.actor()?, row.ended_at.utc(), row.removed(), row.seq);
        let Some(before) = row.record()? else { return Ok(None) };
        let later = self.after(db, (before.noun(), before.id()), number)?;
        let change = match later {
            Some(later) if !removed => Change::Updated(Box::new((before, later))),
            _ => Change::Removed(before),
        };
        Ok(Some(Event {
            at,
            by,
            change,
            place: *place,
            ended: Some(number),
        }))
    }

    fn creation(&self, db: &mut Db, row: Option<CreationRow>, place: &mut Place) -> Result<Option<Event>> {
        let Some(row) = row else { return Ok(None) };
        place.created = row.seq;
        let by = Actor::from_parts(&row.actor_kind, row.actor_id)
            .ok_or_else(|| Error::inconsistent("changes", row.seq, format!("actor `{}`", row.actor_kind)))?;
        let Some(noun) = Noun::from_code(&row.noun) else {
            return Ok(None);
        };
        let key = (noun, row.record_id.0);
        let first = kept_of(key)
            .filter(versions::ended_at.ge(row.at))
            .order(versions::seq)
            .first::<VersionRow>(db)
            .optional()?;
        let first = first.map(VersionRow::record).transpose()?.flatten();
        let record = first.or_else(|| self.current.get(&key).cloned());
        Ok(record.map(|record| Event {
            at: row.at.utc(),
            by,
            change: Change::Created(record),
            place: *place,
            ended: None,
        }))
    }

    /// The state that followed the one with this number.
    fn after(&self, db: &mut Db, key: Key, number: i64) -> Result<Option<Record>> {
        let next = kept_of(key)
            .filter(versions::seq.gt(number))
            .order(versions::seq)
            .first::<VersionRow>(db)
            .optional()?;
        match next {
            Some(row) => row.record(),
            None => Ok(self.current.get(&key).cloned()),
        }
    }
}

impl Scope {
    const fn noun(self) -> Noun {
        match self {
            Self::Organisation(_) => Noun::Organisation,
            Self::Opportunity(_) => Noun::Opportunity,
            Self::Solution(_) => Noun::Solution,
            Self::Person(_) => Noun::Person,
            Self::Skill(_) => Noun::Skill,
        }
    }
}

type Kept<'a> = versions::BoxedQuery<'a, crate::db::MultiBackend>;

/// The kept states of a scope.
fn kept<'a>(scope: Scope) -> Kept<'a> {
    match scope {
        Scope::Organisation(id) => versions::table
            .filter(versions::organisation_id.eq(SqlId::from(id)))
            .into_boxed(),
        Scope::Opportunity(id) => kept_of((scope.noun(), id.uuid())),
        Scope::Solution(id) => kept_of((scope.noun(), id.uuid())),
        Scope::Person(id) => kept_of((scope.noun(), id.uuid())),
        Scope::Skill(id) => kept_of((scope.noun(), id.uuid())),
    }
}

fn kept_of<'a>((noun, id): Key) -> Kept<'a> {
    versions::table
        .filter(versions::record_id.eq(SqlId(id)))
        .filter(versions::noun.eq(noun.code()))
        .into_boxed()
}

/// The records of a scope as they are now.
fn current(db: &mut Db, scope: Scope) -> Result<HashMap<Key, Record>> {
    let mut all: Vec<Record> = Vec::new();
    match scope {
        Scope::Organisation(id) => {
            for profile in profiles::load(db, &[id])? {
                if profile.logo.is_some() {
                    all.push(Record::Logo(id, logos::find(db, id)?));
                }
                all.push(Record::Organisation(profile.organisation));
                all.extend(profile.units.iter().cloned().map(Record::Unit));
                all.extend(profile.claims.iter().cloned().map(|claim| Record::Claim(id, claim)));
                all.extend(profile.references.iter().cloned().map(|one| Record::Reference(id, one)));
            }
            let offered = opportunities::of_organisation(db, id)?;
            all.extend(offered.into_iter().map(Record::Opportunity));
            let made = solutions::of_organisation(db, id)?;
            all.extend(made.into_iter().map(Record::Solution));
        }
        Scope::Opportunity(id) => all.extend(opportunities::load(db, &[id])?.into_iter().map(Record::Opportunity)),
        Scope::Solution(id) => all.extend(solutions::load(db, &[id])?.into_iter().map(Record::Solution)),
        Scope::Person(id) => all.extend(persons::load(db, &[id])?.into_iter().map(Record::Person)),
        Scope::Skill(id) => all.extend(skills::load(db, &[id])?.into_iter().map(Record::Skill)),
    }
    Ok(all
        .into_iter()
        .map(|record| ((record.noun(), record.id()), record))
        .collect())
}

/// When and by whom the records of a scope were made, the newest first.
fn creations(
    db: &mut Db,
    scope: Scope,
    current: &HashMap<Key, Record>,
    before: i64,
    limit: i64,
) -> Result<Vec<CreationRow>> {
    let mut ids: Vec<SqlId> = kept(scope).select(versions::record_id).distinct().load(db)?;
    ids.extend(current.keys().map(|(_, id)| SqlId(*id)));
    ids.sort_unstable();
    ids.dedup();
    let mut found: Vec<CreationRow> = Vec::new();
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let rows = changes::table
            .filter(changes::record_id.eq_any(chunk))
            .filter(changes::operation.eq(Operation::Created.code()))
            .filter(changes::seq.lt(before))
            .order(changes::seq.desc())
            .limit(limit)
            .select((
                changes::seq,
                changes::at,
                changes::actor_kind,
                changes::actor_id,
                changes::noun,
                changes::record_id,
            ))
            .load(db)?;
        found.extend(rows);
    }
    found.sort_unstable_by_key(|row| std::cmp::Reverse(row.seq));
    Ok(found)
}
