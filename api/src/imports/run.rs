//! Running an import: rows are read and planned, then everything good is written in one transaction.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::import::merge;
use werkstadt_domain::membership::due::DueId;
use werkstadt_domain::membership::tier::TierId;
use werkstadt_domain::organisation::Organisation;
use werkstadt_domain::text::Language;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::imports;
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus, Severity};
use werkstadt_persistence::{
    Db, UnitOfWork, claims, dues, logos, membership_types, memberships, opportunities, organisations, personal,
    persons, references, skills, solutions, units,
};

use super::duplicates::Index;
use super::lines::Line;
use super::options::{Choices, OnFault};
use super::plan::{Action, Directory, Plan, RowFault, organisation_names, plan};
use super::report;
use super::source::Source;
use super::undo;
use super::wire::DuplicateBody;
use crate::contract::Body;
use crate::problem::{Breach, Code, Problem};
use crate::state::State;

/// What jobs are called that import.
pub const KIND: &str = "import";
/// Faults and remarks of a job that are kept; all of them are counted.
const MOST_FAULTS: usize = 20_000;

/// The schemas that the lines are checked against.
pub struct LineSchemas {
    /// Of [`super::lines::ImportSkill`].
    pub skill: Body,
    /// Of [`crate::organisations::wire::OrganisationCreate`] with [`super::lines::ImportParts`].
    pub organisation: Body,
    /// Of [`super::lines::ImportOpportunity`].
    pub opportunity: Body,
    /// Of [`super::lines::ImportSolution`].
    pub solution: Body,
    /// Of [`super::lines::ImportPerson`].
    pub person: Body,
    /// Of [`crate::memberships::tiers::wire::TierCreate`] with an id.
    pub membership_type: Body,
}

/// What an import would write, or has written.
pub struct Outcome {
    /// Rows in all.
    pub rows: usize,
    /// Rows with faults.
    pub failed: usize,
    /// How many records of each noun were written, and how many rows were duplicates.
    pub created: BTreeMap<&'static str, usize>,
    /// Every fault and remark, in order of rows.
    pub faults: Vec<RowFault>,
    /// Duplicates, in order of rows.
    pub findings: Vec<DuplicateBody>,
}

/// A plan with everything that is needed to carry it out.
pub struct Prepared {
    plan: Plan,
    updates: Vec<(Stored<Organisation>, Organisation)>,
    /// What will come of it.
    pub outcome: Outcome,
}

/// Runs an import on this thread as the job `id`, which exists. The result is in the job; failures too.
pub fn run(state: &State, author: &Author, id: JobId, source: &Source, choices: &Choices) {
    let outcome = import(state, author, Some(id), source, choices);
    let Err(problem) = outcome else { return };
    let facts = problem.body(Language::En, "", "").facts;
    tracing::warn!(job = %id, cause = problem.cause().unwrap_or_default(), ?facts, "import failed");
    let end = report::progress(state, author, id, |job| Job {
        status: JobStatus::Failed,
        result: json!({"reason": problem.code().detail(Language::En), "problem": problem.code().slug(), "facts": facts}),
        ..job
    });
    // Who cancelled the job has ended it already.
    if let Err(error) = end
        && error.code() != Code::StepRefused
    {
        tracing::error!(job = %id, %error, "the end of the job could not be recorded");
    }
}

/// Imports rows: the good ones in one transaction, together with the job's counts and errors.
///
/// # Errors
/// When nothing could be written: the database is unavailable, another writer took a unique value meanwhile, the job was
/// cancelled, or rows are faulty and [`OnFault::Abort`] was chosen.
pub fn import(
    state: &State,
    author: &Author,
    job: Option<JobId>,
    source: &Source,
    choices: &Choices,
) -> Result<Outcome, Problem> {
    if let Some(id) = job {
        report::progress(state, author, id, |job| Job {
            status: JobStatus::Running,
            total: u64::try_from(source.count()).ok(),
            ..job
        })?;
    }
    let prepared = prepare(state, source, choices)?;
    if let Some(id) = job {
        // The faulty rows are dealt with; and who cancelled meanwhile is heard before anything is written.
        let failed = u64::try_from(prepared.outcome.failed).unwrap_or(u64::MAX);
        report::progress(state, author, id, |job| Job {
            done: failed,
            failed,
            ..job
        })?;
    }
    if choices.on_fault == OnFault::Abort && prepared.outcome.failed > 0 {
        if let Some(id) = job {
            report::faults_alone(state, author, id, &prepared.outcome)?;
        }
        return Err(Problem::new(Code::Invalid).with_fact("faulty_rows", prepared.outcome.failed));
    }
    let Prepared { plan, updates, outcome } = prepared;
    state.store.write::<_, Problem>(author.clone(), state.now(), |unit| {
        let records = undo::records(&plan, &updates)?;
        insert(unit, plan)?;
        for (before, after) in updates {
            organisations::update(unit, &before, after)?;
        }
        let Some(id) = job else { return Ok(()) };
        imports::insert_records(unit, id, &records)?;
        report::written(unit, id, &outcome)
    })?;
    if let Some(id) = job {
        // Apart from the records, because whoever sees the end must find them: the read model has them only now.
        report::progress(state, author, id, |job| Job {
            status: JobStatus::Succeeded,
            ..job
        })?;
    }
    Ok(outcome)
}

/// Reads and plans all rows; writes nothing.
///
/// # Errors
/// When the database is unavailable.
pub fn prepare(state: &State, source: &Source, choices: &Choices) -> Result<Prepared, Problem> {
    let (mut rows, mut faults) = (Vec::new(), source.remarks());
    let mut count = 0;
    for read in source.read(&state.lines, choices) {
        count += 1;
        rows.extend(read.line);
        faults.extend(read.found);
    }
    let snapshot = state.directory().snapshot();
    let names = organisation_names(&rows);
    let brings_organisations = rows.iter().any(|(_, line)| matches!(line, Line::Organisation(..)));
    let brings_persons = rows.iter().any(|(_, line)| matches!(line, Line::Person(..)));
    let directory = state.store.read::<_, Problem>(|db| {
        let known = if brings_organisations {
            imports::known(db)?
        } else {
            Vec::new()
        };
        Ok(Directory {
            snapshot: &snapshot,
            names: organisations::by_name_keys(db, &names)?.into_iter().collect(),
            index: Index::new(&known),
            erased: if brings_persons {
                personal::erased(db)?
            } else {
                HashSet::new()
            },
            tiers: tiers(db, &rows)?,
            dues: known_dues(db, &rows)?,
            now: state.now(),
        })
    })?;
    let mut plan = plan(rows, directory, choices.duplicates, &|| state.world.id());
    faults.append(&mut plan.faults);
    let (findings, updates) = state.store.read(|db| compared(db, &plan))?;
    let failed = settle(source, &mut faults);
    let created = counts(&plan, &updates, &faults);
    Ok(Prepared {
        plan,
        updates,
        outcome: Outcome {
            rows: count,
            failed,
            created,
            faults,
            findings,
        },
    })
}

/// The types of membership of the directory, if the file brings some.
fn tiers(db: &mut Db, rows: &[(usize, Line)]) -> Result<Vec<(TierId, String)>, Problem> {
    if !rows.iter().any(|(_, line)| matches!(line, Line::MembershipType(..))) {
        return Ok(Vec::new());
    }
    let all = membership_types::list(db, None, None, i64::MAX)?.into_iter();
    Ok(all.map(|stored| (stored.record.id, stored.record.code)).collect())
}

/// The ids that the file gives to dues and that dues of the directory have.
fn known_dues(db: &mut Db, rows: &[(usize, Line)]) -> Result<Vec<DueId>, Problem> {
    let memberships = rows.iter().filter_map(|(_, line)| match line {
        Line::Organisation(_, parts) => parts.membership.as_ref(),
        _ => None,
    });
    let given = memberships.flat_map(|membership| &membership.dues);
    let ids: Vec<DueId> = given.filter_map(|due| DueId::parse(due.id.as_ref()?).ok()).collect();
    Ok(dues::known(db, &ids)?)
}

/// Puts faults in order, explains those that are kept, and counts the faulty rows.
fn settle(source: &Source, faults: &mut Vec<RowFault>) -> usize {
    faults.sort_by_key(|fault| (fault.row, fault.severity));
    let mut faulty: Vec<usize> = faults
        .iter()
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| fault.row)
        .collect();
    faulty.dedup();
    if faults.len() > MOST_FAULTS {
        // Where there is too much to say, what made rows fail comes before remarks.
        faults.sort_by_key(|fault| (fault.severity, fault.row));
        let (row, rest) = (
            faults.get(MOST_FAULTS).map_or(1, |fault| fault.row),
            faults.len() - MOST_FAULTS,
        );
        faults.truncate(MOST_FAULTS);
        faults.push(RowFault::warning(
            row,
            String::new(),
            Breach::LeftOut(format!("{rest} more")),
        ));
        faults.sort_by_key(|fault| (fault.row, fault.severity));
    }
    source.explain(faults);
    faulty.len()
}

type Updates = Vec<(Stored<Organisation>, Organisation)>;

/// What the duplicates would change in the organisations of the directory, and the changes that are to be made.
fn compared(db: &mut Db, plan: &Plan) -> Result<(Vec<DuplicateBody>, Updates), Problem> {
    let mut ids: Vec<_> = plan
        .matches
        .iter()
        .filter_map(|one| one.found.other.directory())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let stored = organisations::load(db, &ids)?;
    let of = |id| {
        stored
            .binary_search_by_key(&id, |one| one.record.id)
            .ok()
            .and_then(|at| stored.get(at))
    };
    let (mut findings, mut updates) = (Vec::with_capacity(plan.matches.len()), Vec::new());
    for one in &plan.matches {
        let present = one.found.other.directory().and_then(of);
        let merged = present.map(|present| merge(&present.record, &one.given));
        findings.push(DuplicateBody::new(one, present, merged.as_ref()));
        if let Some((present, merged)) = present.zip(merged)
            && one.action == Action::Updated
            && merged.merged != present.record
        {
            updates.push((present.clone(), merged.merged));
        }
    }
    Ok((findings, updates))
}

fn counts(plan: &Plan, updates: &Updates, faults: &[RowFault]) -> BTreeMap<&'static str, usize> {
    let warnings = faults
        .iter()
        .filter(|fault| fault.severity == Severity::Warning)
        .count();
    BTreeMap::from([
        ("skills", plan.skills.len()),
        ("organisations", plan.organisations.len()),
        ("units", plan.units.len()),
        ("claims", plan.claims.len()),
        ("references", plan.references.len()),
        ("memberships", plan.memberships.len()),
        ("membership_types", plan.tiers.len()),
        ("dues", plan.dues.len()),
        ("logos", plan.logos.len()),
        ("opportunities", plan.opportunities.len()),
        ("solutions", plan.solutions.len()),
        ("persons", plan.persons.len()),
        ("unchanged", plan.unchanged),
        ("updated", updates.len()),
        ("duplicates", plan.matches.len()),
        ("warnings", warnings),
    ])
}

fn insert(unit: &mut UnitOfWork<'_>, plan: Plan) -> Result<(), Problem> {
    skills::insert_all(unit, plan.skills)?;
    organisations::insert_all(unit, plan.organisations)?;
    units::insert_all(unit, plan.units)?;
    claims::insert_all(unit, plan.claims)?;
    references::insert_all(unit, plan.references)?;
    for tier in plan.tiers {
        membership_types::insert(unit, tier)?;
    }
    memberships::insert_all(unit, plan.memberships)?;
    dues::insert_all(unit, plan.dues)?;
    for (id, logo) in plan.logos {
        logos::put(unit, id, logo)?;
    }
    opportunities::insert_all(unit, plan.opportunities)?;
    solutions::insert_all(unit, plan.solutions)?;
    persons::insert_all(unit, plan.persons)?;
    // Behind the persons whom they may be.
    for one in plan.representatives {
        memberships::representatives::put(unit, one.membership, &one.all)?;
    }
    Ok(())
}

/// The job of an import, queued.
///
/// # Errors
/// When the database refuses.
pub fn queue(unit: &mut UnitOfWork<'_>, id: JobId, user: Option<UserId>) -> Result<Job, Problem> {
    Ok(jobs::insert(unit, id, KIND, user)?)
}
