//! Taking an import back: for seven days, what it made goes and what it changed is again as it was, unless it was changed since.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::id::Id;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_persistence::imports::{self, Done, ImportRecord};
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus};
use werkstadt_persistence::{
    Error, Noun, UnitOfWork, membership_types, opportunities, organisations, persons, skills, solutions,
};

use super::plan::Plan;
use super::run::KIND;
use super::wire::{KeptBody, UndoBody};
use crate::organisations::wire::{BASE, OrganisationBody, OrganisationCreate};
use crate::problem::{Code, Problem};

/// How long an import can be taken back, in days.
const DAYS: i64 = 7;
/// Records that stay and are listed.
const MOST_KEPT: usize = 1000;

/// What a plan will make and change, as it is noted for taking it back.
///
/// # Errors
/// When a record cannot be written as JSON; a defect.
pub fn records(plan: &Plan, updates: &[(Stored<Organisation>, Organisation)]) -> Result<Vec<ImportRecord>, Problem> {
    let made = |noun, id| ImportRecord { noun, id, before: None };
    let mut records: Vec<ImportRecord> = Vec::new();
    records.extend(plan.skills.iter().map(|one| made(Noun::Skill, one.id.uuid())));
    records.extend(
        plan.organisations
            .iter()
            .map(|one| made(Noun::Organisation, one.id.uuid())),
    );
    records.extend(
        plan.opportunities
            .iter()
            .map(|one| made(Noun::Opportunity, one.id.uuid())),
    );
    records.extend(plan.solutions.iter().map(|one| made(Noun::Solution, one.id.uuid())));
    records.extend(plan.persons.iter().map(|one| made(Noun::Person, one.id.uuid())));
    records.extend(plan.tiers.iter().map(|one| made(Noun::MembershipType, one.id.uuid())));
    for (before, _) in updates {
        records.push(ImportRecord {
            noun: Noun::Organisation,
            id: before.record.id.uuid(),
            before: Some(written(before)?),
        });
    }
    Ok(records)
}

/// An organisation as it could be created anew.
fn written(stored: &Stored<Organisation>) -> Result<Value, Problem> {
    let body = OrganisationBody::new(stored, false, Audience::Manager);
    let mut value = serde_json::to_value(body).map_err(Problem::internal)?;
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !BASE.derived.contains(&name.as_str()));
    }
    Ok(value)
}

/// Until when a job can be taken back, if it is an import that wrote something.
pub fn until(job: &Job) -> Option<DateTime<Utc>> {
    let may = job.kind == KIND && job.status == JobStatus::Succeeded && undone_at(job).is_none();
    job.finished_at
        .filter(|_| may)?
        .checked_add_signed(TimeDelta::days(DAYS))
}

/// When it was taken back.
pub fn undone_at(job: &Job) -> Option<DateTime<Utc>> {
    let text = job.result.get("undone_at")?.as_str()?;
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

/// Takes an import back.
///
/// # Errors
/// [`Code::NotFound`] for a job that is no import; [`Code::StepRefused`] if it has not succeeded, was taken back already or is
/// older than seven days; [`Code::Unavailable`] if someone else changes the same records at the same time.
pub fn undo(unit: &mut UnitOfWork<'_>, id: JobId) -> Result<UndoBody, Problem> {
    let job = jobs::find(unit.db(), id)?;
    may_be_undone(&job, unit.now())?;
    let mut result = job.result.clone();
    result["undone_at"] = json!(unit.now().to_rfc3339());
    // First, so that of two who do this at once the second one is refused before it removes anything.
    let after = Job { result, ..job.clone() };
    jobs::update(unit, &job, after).map_err(|error| match error {
        Error::Stale { .. } => refused("undone"),
        other => Problem::from(other),
    })?;
    let records = imports::records(unit.db(), id)?;
    let mut taking_back = TakingBack::new(unit, records)?;
    taking_back.what_stands_beside_them()?;
    taking_back.restore()?;
    taking_back.organisations()?;
    taking_back.membership_types()?;
    taking_back.skills()?;
    Ok(taking_back.answer(id))
}

fn may_be_undone(job: &Job, now: DateTime<Utc>) -> Result<(), Problem> {
    if job.kind != "import" {
        return Err(Problem::new(Code::NotFound));
    }
    if undone_at(job).is_some() {
        return Err(refused("undone"));
    }
    match until(job) {
        None => Err(refused(job.status.code())),
        Some(until) if until < now => Err(refused("expired")),
        Some(_) => Ok(()),
    }
}

fn refused(current: &str) -> Problem {
    Problem::new(Code::StepRefused)
        .with_fact("current", current)
        .with_fact("allowed", Vec::<String>::new())
}

struct TakingBack<'a, 'db> {
    unit: &'a mut UnitOfWork<'db>,
    records: Vec<Done>,
    removed: BTreeMap<&'static str, u64>,
    restored: u64,
    kept: Vec<KeptBody>,
}

impl<'a, 'db> TakingBack<'a, 'db> {
    /// Sorts out what was changed since: the change log has more to say about it than when the import was done.
    fn new(unit: &'a mut UnitOfWork<'db>, records: Vec<Done>) -> Result<Self, Problem> {
        let ids: Vec<Uuid> = records.iter().map(|done| done.record.id).collect();
        let counts = imports::count_changes(unit.db(), &ids)?;
        let mut taking_back = Self {
            unit,
            records: Vec::with_capacity(records.len()),
            removed: BTreeMap::new(),
            restored: 0,
            kept: Vec::new(),
        };
        for done in records {
            if counts.get(&done.record.id) == Some(&done.changes) {
                taking_back.records.push(done);
            } else {
                taking_back.keep(done.record.noun, done.record.id, "changed");
            }
        }
        Ok(taking_back)
    }

    fn keep(&mut self, noun: Noun, id: Uuid, reason: &str) {
        self.kept.push(KeptBody {
            noun: noun.code().to_owned(),
            id: id.to_string(),
            reason: reason.to_owned(),
        });
    }

    fn made(&self, noun: Noun) -> Vec<Uuid> {
        let of_noun = self.records.iter().filter(|done| done.record.noun == noun);
        of_noun
            .filter(|done| done.record.before.is_none())
            .map(|done| done.record.id)
            .collect()
    }

    fn count(&mut self, nouns: &'static str) {
        *self.removed.entry(nouns).or_default() += 1;
    }

    fn what_stands_beside_them(&mut self) -> Result<(), Problem> {
        for id in self.made(Noun::Opportunity) {
            let stored = opportunities::find(self.unit.db(), Id::new(id))?;
            opportunities::remove(self.unit, Id::new(id), stored.version)?;
            self.count("opportunities");
        }
        for id in self.made(Noun::Solution) {
            let stored = solutions::find(self.unit.db(), Id::new(id))?;
            solutions::remove(self.unit, Id::new(id), stored.version)?;
            self.count("solutions");
        }
        for id in self.made(Noun::Person) {
            let stored = persons::find(self.unit.db(), Id::new(id))?;
            persons::remove(self.unit, Id::new(id), stored.version)?;
            self.count("persons");
        }
        Ok(())
    }

    fn restore(&mut self) -> Result<(), Problem> {
        let before: HashMap<Uuid, Value> = self
            .records
            .iter()
            .filter_map(|done| Some((done.record.id, done.record.before.clone()?)))
            .collect();
        for (id, before) in before {
            let id = OrganisationId::new(id);
            let body: OrganisationCreate = serde_json::from_value(before).map_err(Problem::internal)?;
            let stored = organisations::find(self.unit.db(), id)?;
            organisations::update(self.unit, &stored, body.into_domain(id)?)?;
            self.restored += 1;
        }
        Ok(())
    }

    fn organisations(&mut self) -> Result<(), Problem> {
        let made: Vec<OrganisationId> = self
            .made(Noun::Organisation)
            .into_iter()
            .map(OrganisationId::new)
            .collect();
        let in_use: HashSet<OrganisationId> = imports::in_use(self.unit.db(), &made)?;
        for id in &in_use {
            self.keep(Noun::Organisation, id.uuid(), "in_use");
        }
        let gone: Vec<OrganisationId> = made.into_iter().filter(|id| !in_use.contains(id)).collect();
        imports::remove_organisations(self.unit, &gone)?;
        for _ in &gone {
            self.count("organisations");
        }
        self.nobody_else_changed(&gone)
    }

    /// Someone may have added a part to an organisation between the look at the change log and its removal, and have
    /// committed by now. Then nothing is taken back, and the caller may try again.
    fn nobody_else_changed(&mut self, gone: &[OrganisationId]) -> Result<(), Problem> {
        let ids: Vec<Uuid> = gone.iter().map(|id| id.uuid()).collect();
        let counts = imports::count_changes(self.unit.db(), &ids)?;
        let late = self
            .records
            .iter()
            .filter(|done| counts.get(&done.record.id).is_some_and(|count| *count != done.changes));
        if late.count() > 0 {
            return Err(Problem::new(Code::Unavailable).retry_after(1));
        }
        Ok(())
    }

    /// Types go if no membership has them any more, and no application names them.
    fn membership_types(&mut self) -> Result<(), Problem> {
        for id in self.made(Noun::MembershipType) {
            let stored = membership_types::find(self.unit.db(), Id::new(id))?;
            match membership_types::is_used(self.unit.db(), &stored.record)? {
                true => self.keep(Noun::MembershipType, id, "in_use"),
                false => {
                    membership_types::remove(self.unit, &stored)?;
                    self.count("membership_types");
                }
            }
        }
        Ok(())
    }

    /// Concepts go if nothing needs them any more; those that are needed by others of the import go after these.
    fn skills(&mut self) -> Result<(), Problem> {
        let mut left = self.made(Noun::Skill);
        loop {
            let mut needed = Vec::new();
            let before = left.len();
            for id in left {
                let stored = skills::find(self.unit.db(), Id::new(id))?;
                match skills::remove(self.unit, Id::new(id), stored.version) {
                    Ok(()) => self.count("skills"),
                    Err(Error::Conflict { .. }) => needed.push(id),
                    Err(other) => return Err(other.into()),
                }
            }
            if needed.is_empty() || needed.len() == before {
                for id in needed {
                    self.keep(Noun::Skill, id, "in_use");
                }
                return Ok(());
            }
            left = needed;
        }
    }

    fn answer(self, id: JobId) -> UndoBody {
        let kept_count = u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        UndoBody {
            job_id: id.to_string(),
            undone_at: self.unit.now(),
            removed: self.removed,
            restored: self.restored,
            kept: self.kept.into_iter().take(MOST_KEPT).collect(),
            kept_count,
        }
    }
}
