//! Running an import: rows are read and planned, then everything good is written in one transaction.

use serde_json::{Map, Value, json};
use werkstadt_domain::account::UserId;
use werkstadt_domain::text::Language;
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus, RowError};
use werkstadt_persistence::{
    Actor, UnitOfWork, claims, memberships, opportunities, organisations, persons, references, skills, units,
};

use super::lines::{ImportParts, ImportPerson, ImportSkill, Line, PARTS, RECORDS};
use super::plan::{Plan, RowFault, organisation_names, plan};
use super::table;
use crate::contract::Body;
use crate::extract::parse_json;
use crate::organisations::wire::OrganisationCreate;
use crate::problem::{Breach, Place, Problem};
use crate::state::State;

/// In what form the rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, a record a line.
    JsonLines,
    /// A table of organisations with a header row.
    Csv,
}

/// The schemas that the lines are checked against.
pub struct LineSchemas {
    /// Of [`ImportSkill`].
    pub skill: Body,
    /// Of [`OrganisationCreate`] with [`ImportParts`].
    pub organisation: Body,
    /// Of [`super::lines::ImportOpportunity`].
    pub opportunity: Body,
    /// Of [`ImportPerson`].
    pub person: Body,
}

/// What an import came to.
#[derive(Debug)]
pub struct Outcome {
    /// Rows in all.
    pub rows: usize,
    /// Rows with faults.
    pub failed: usize,
    /// How many records of each noun were written.
    pub created: Value,
    /// Every fault, in order of rows.
    pub faults: Vec<RowFault>,
}

/// A row that was read or its faults.
type Read = Result<(usize, Line), Vec<RowFault>>;

/// Runs an import on this thread as the job `id`, which exists. The result is in the job; failures too.
pub fn run(state: &State, actor: Actor, id: JobId, bytes: &[u8], format: Format) {
    let outcome = import(state, actor, Some(id), bytes, format);
    let Err(problem) = outcome else { return };
    let reason = problem.code().detail(Language::En);
    let facts = problem.body(Language::En, "", "").facts;
    tracing::warn!(job = %id, cause = problem.cause().unwrap_or_default(), ?facts, "import failed");
    let end = state.store.write(actor, state.now(), |unit| {
        let before = jobs::find(unit.db(), id)?;
        let result = json!({"reason": reason, "problem": problem.code().slug(), "facts": facts});
        let after = Job {
            status: JobStatus::Failed,
            result,
            finished_at: Some(unit.now()),
            ..before.clone()
        };
        jobs::update(unit, &before, after)
    });
    if let Err(error) = end {
        tracing::error!(job = %id, %error, "the end of the job could not be recorded");
    }
}

/// Imports rows: the good ones in one transaction, together with the job's counts and errors.
///
/// # Errors
/// When nothing could be written: the database is unavailable, or another writer took a unique value meanwhile.
pub fn import(
    state: &State,
    actor: Actor,
    job: Option<JobId>,
    bytes: &[u8],
    format: Format,
) -> Result<Outcome, Problem> {
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    let mut count = 0;
    for read in read(state, bytes, format) {
        count += 1;
        match read {
            Ok(row) => rows.push(row),
            Err(found) => faults.extend(found),
        }
    }
    let snapshot = state.directory().snapshot();
    let names = organisation_names(&rows);
    let known = state
        .store
        .read(|db| organisations::by_name_keys(db, &names))
        .map_err(Problem::from)?;
    let mut planned = plan(rows, &snapshot, known.into_iter().collect(), &|| state.world.id());
    planned.faults.append(&mut faults);
    planned.faults.sort_by_key(|fault| fault.row);
    write(state, actor, job, count, planned)
}

fn write(state: &State, actor: Actor, job: Option<JobId>, rows: usize, plan: Plan) -> Result<Outcome, Problem> {
    let created = json!({
        "skills": plan.skills.len(), "organisations": plan.organisations.len(), "units": plan.units.len(),
        "claims": plan.claims.len(), "references": plan.references.len(), "memberships": plan.memberships.len(),
        "opportunities": plan.opportunities.len(), "persons": plan.persons.len(), "unchanged": plan.unchanged,
    });
    let mut faulty: Vec<usize> = plan.faults.iter().map(|fault| fault.row).collect();
    faulty.dedup();
    let failed = faulty.len();
    let result = created.clone();
    let faults = plan.faults.clone();
    state.store.write::<_, Problem>(actor, state.now(), move |unit| {
        let errors: Vec<RowError> = plan.faults.iter().map(row_error).collect();
        insert(unit, plan)?;
        let Some(id) = job else { return Ok(()) };
        jobs::insert_errors(unit, id, 0, &errors)?;
        let before = jobs::find(unit.db(), id)?;
        let after = Job {
            status: JobStatus::Running,
            total: u64::try_from(rows).ok(),
            done: u64::try_from(rows).unwrap_or(u64::MAX),
            failed: u64::try_from(failed).unwrap_or(u64::MAX),
            result,
            ..before.clone()
        };
        jobs::update(unit, &before, after)?;
        Ok(())
    })?;
    if let Some(id) = job {
        succeed(state, actor, id)?;
    }
    Ok(Outcome {
        rows,
        failed,
        created,
        faults,
    })
}

/// Ends the job. Apart from the records, because whoever sees the end must find them: the read model has them only now.
fn succeed(state: &State, actor: Actor, id: JobId) -> Result<(), Problem> {
    state.store.write(actor, state.now(), |unit| {
        let before = jobs::find(unit.db(), id)?;
        let after = Job {
            status: JobStatus::Succeeded,
            finished_at: Some(unit.now()),
            ..before.clone()
        };
        jobs::update(unit, &before, after)?;
        Ok(())
    })
}

fn insert(unit: &mut UnitOfWork<'_>, plan: Plan) -> Result<(), Problem> {
    skills::insert_all(unit, plan.skills)?;
    organisations::insert_all(unit, plan.organisations)?;
    units::insert_all(unit, plan.units)?;
    claims::insert_all(unit, plan.claims)?;
    references::insert_all(unit, plan.references)?;
    memberships::insert_all(unit, plan.memberships)?;
    opportunities::insert_all(unit, plan.opportunities)?;
    persons::insert_all(unit, plan.persons)?;
    Ok(())
}

fn row_error(fault: &RowFault) -> RowError {
    let pointer = match &fault.place {
        Place::Body(pointer) | Place::Parameter(pointer) => pointer.clone(),
    };
    RowError {
        row: u64::try_from(fault.row).unwrap_or(u64::MAX),
        pointer,
        code: fault.breach.code().to_owned(),
        detail: fault.breach.detail(Language::En),
    }
}

fn read(state: &State, bytes: &[u8], format: Format) -> Vec<Read> {
    let schemas = &state.lines;
    match format {
        Format::JsonLines => {
            let lines = bytes.split(|byte| *byte == b'\n').enumerate();
            let filled = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
            filled
                .map(|(index, line)| read_line(schemas, index + 1, line))
                .collect()
        }
        Format::Csv => match table::rows(bytes) {
            Ok(rows) => rows
                .into_iter()
                .map(|(row, value)| read_value(schemas, row, value))
                .collect(),
            Err(found) => vec![Err(faults_of(1, found))],
        },
    }
}

fn read_line(schemas: &LineSchemas, row: usize, line: &[u8]) -> Read {
    let value = parse_json(line).map_err(|breach| faults_of(row, vec![(Place::Body(String::new()), breach)]))?;
    read_value(schemas, row, value)
}

fn read_value(schemas: &LineSchemas, row: usize, mut value: Value) -> Read {
    let at = |pointer: &str, breach| faults_of(row, vec![(Place::Body(pointer.to_owned()), breach)]);
    let schema = match value.get("record").and_then(Value::as_str) {
        Some("skill") => &schemas.skill,
        Some("organisation") => &schemas.organisation,
        Some("opportunity") => &schemas.opportunity,
        Some("person") => &schemas.person,
        _ if !value.is_object() => return Err(at("", Breach::Type("object".to_owned()))),
        _ => return Err(at("/record", Breach::NotOneOf(RECORDS.map(str::to_owned).to_vec()))),
    };
    let found = schema.check(&value);
    if !found.is_empty() {
        return Err(faults_of(row, found));
    }
    let record = value.as_object_mut().and_then(|members| members.shift_remove("record"));
    let line = match record.as_ref().and_then(Value::as_str) {
        Some("skill") => serde_json::from_value::<ImportSkill>(value).map(Line::Skill),
        Some("opportunity") => serde_json::from_value(value).map(|line| Line::Opportunity(Box::new(line))),
        Some("person") => serde_json::from_value::<ImportPerson>(value).map(Line::Person),
        _ => organisation(value),
    };
    line.map(|line| (row, line))
        .map_err(|error| at("", Breach::Unreadable(error.to_string())))
}

/// The parts are split off; the rest is a new organisation.
fn organisation(mut value: Value) -> Result<Line, serde_json::Error> {
    let mut parts = Map::new();
    for name in PARTS {
        parts.extend(
            value
                .as_object_mut()
                .and_then(|members| members.shift_remove_entry(name)),
        );
    }
    let parts: ImportParts = serde_json::from_value(Value::Object(parts))?;
    let organisation: OrganisationCreate = serde_json::from_value(value)?;
    Ok(Line::Organisation(Box::new(organisation), parts))
}

fn faults_of(row: usize, found: Vec<(Place, Breach)>) -> Vec<RowFault> {
    found
        .into_iter()
        .map(|(place, breach)| RowFault { row, place, breach })
        .collect()
}

/// The job of an import, queued.
///
/// # Errors
/// When the database refuses.
pub fn queue(unit: &mut UnitOfWork<'_>, id: JobId, user: Option<UserId>) -> Result<Job, Problem> {
    Ok(jobs::insert(unit, id, "import", user)?)
}
