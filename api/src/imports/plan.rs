//! From rows to records: every reference resolved, every fault found, nothing written yet.

use std::collections::{HashMap, HashSet};
use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::institution::Unit;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::membership::Membership;
use werkstadt_domain::membership::due::{Due, DueId};
use werkstadt_domain::membership::tier::{Tier, TierId};
use werkstadt_domain::opportunity::Opportunity;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::person::{Person, PersonId};
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::{Claim, Skill};
use werkstadt_domain::solution::Solution;
use werkstadt_domain::text::{Language, key};
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::jobs::Severity;
use werkstadt_persistence::logos::Logo;

use super::duplicates::{Found, Index};
use super::lines::Line;
use super::options::OnDuplicate;
use crate::problem::Breach;

mod memberships;
mod names;
mod opportunities;
mod organisations;
mod parts;
mod persons;
mod skills;
mod solutions;

pub use memberships::Representing;
use memberships::{Covered, Owing};
use names::Names;

/// What an import will write, and what is wrong with the rest.
#[derive(Default)]
pub struct Plan {
    /// New concepts, those proposed by unknown labels included.
    pub skills: Vec<Skill>,
    /// New organisations.
    pub organisations: Vec<Organisation>,
    /// Their units, each after the one above it.
    pub units: Vec<Unit>,
    /// What they can do.
    pub claims: Vec<(OrganisationId, Claim)>,
    /// What they have done.
    pub references: Vec<(OrganisationId, Reference)>,
    /// New types of membership.
    pub tiers: Vec<Tier>,
    /// The memberships of the organisations.
    pub memberships: Vec<Membership>,
    /// What these owe.
    pub dues: Vec<Due>,
    /// Who speaks for these.
    pub representatives: Vec<Representing>,
    /// Their logos.
    pub logos: Vec<(OrganisationId, Logo)>,
    /// Offers and requests.
    pub opportunities: Vec<Opportunity>,
    /// Solutions.
    pub solutions: Vec<Solution>,
    /// Persons.
    pub persons: Vec<Person>,
    /// Rows that mean an organisation which is there already, or may.
    pub matches: Vec<Match>,
    /// Rows whose record is in the directory already and stays as it is.
    pub unchanged: usize,
    /// Every fault of every faulty row, in order of rows.
    pub faults: Vec<RowFault>,
}

/// A row that means an organisation which is there already, or may.
#[derive(Clone, Debug)]
pub struct Match {
    /// The row.
    pub row: usize,
    /// Why, and whom.
    pub found: Found,
    /// What becomes of the row.
    pub action: Action,
    /// What the row says.
    pub given: Box<Organisation>,
}

/// What becomes of a row that is a duplicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is added all the same.
    Created,
    /// It stays out.
    Skipped,
    /// It changes the organisation of the directory.
    Updated,
    /// It is a fault.
    Refused,
}

impl Action {
    /// The name in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Skipped => "skipped",
            Self::Updated => "updated",
            Self::Refused => "refused",
        }
    }
}

/// What the directory knows about the organisations that a file may mean.
pub struct Directory<'a> {
    /// Skills, and everything else that is served.
    pub snapshot: &'a Snapshot,
    /// Organisations by the key of their name.
    pub names: HashMap<String, OrganisationId>,
    /// Organisations by what tells them apart.
    pub index: Index,
    /// Persons who were erased: a file of before does not bring them back.
    pub erased: HashSet<PersonId>,
    /// Types of membership with their codes.
    pub tiers: Vec<(TierId, String)>,
    /// Dues whose ids the file gives to others.
    pub dues: Vec<DueId>,
    /// The present.
    pub now: DateTime<Utc>,
}

/// A fault or a remark of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFault {
    /// The row, from 1.
    pub row: usize,
    /// Where in the row, as a JSON pointer.
    pub place: String,
    /// What is wrong there.
    pub breach: Breach,
    /// Whether the row is taken all the same.
    pub severity: Severity,
    /// The column of a table, once explained.
    pub column: Option<String>,
    /// What stands there, once explained.
    pub value: Option<String>,
}

impl RowFault {
    /// What makes a row faulty.
    pub fn error(row: usize, place: String, breach: Breach) -> Self {
        Self {
            row,
            place,
            breach,
            severity: Severity::Error,
            column: None,
            value: None,
        }
    }

    /// A remark about a row that is taken.
    pub fn warning(row: usize, place: String, breach: Breach) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(row, place, breach)
        }
    }

    /// Where in the row.
    pub fn pointer(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.column.as_deref().unwrap_or(&self.place);
        let space = if place.is_empty() { "" } else { " " };
        write!(
            f,
            "row {}{space}{place}: {}",
            self.row,
            self.breach.detail(Language::En)
        )?;
        match &self.value {
            Some(value) => write!(f, " ({value:?})"),
            None => Ok(()),
        }
    }
}

/// Makes ids.
pub type NewId<'a> = &'a dyn Fn() -> Uuid;

/// The keys of all names by which rows call organisations; the directory may know some that the file does not bring.
pub fn organisation_names(rows: &[(usize, Line)]) -> Vec<String> {
    let mut keys: Vec<String> = rows
        .iter()
        .flat_map(|(_, line)| line.organisations_named())
        .map(key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Plans an import of rows, each with its number.
pub fn plan(rows: Vec<(usize, Line)>, directory: Directory<'_>, mode: OnDuplicate, new_id: NewId<'_>) -> Plan {
    let now = directory.now;
    let mut planner = Planner {
        plan: Plan::default(),
        names: Names::new(directory.snapshot, directory.names, &directory.tiers, &directory.dues),
        index: directory.index,
        tiers: directory.tiers,
        covered: Vec::new(),
        mode,
        erased: directory.erased,
        now,
        new_id,
    };
    let (mut skills, mut organisations) = (vec![], vec![]);
    let (mut opportunities, mut solutions, mut persons, mut tiers) = (vec![], vec![], vec![], vec![]);
    for (row, line) in rows {
        match line {
            Line::Skill(skill) => skills.push((row, skill)),
            Line::Organisation(organisation, parts) => organisations.push((row, *organisation, parts)),
            Line::Opportunity(opportunity) => opportunities.push((row, *opportunity)),
            Line::Solution(solution) => solutions.push((row, *solution)),
            Line::Person(person) => persons.push((row, person)),
            Line::MembershipType(id, tier) => tiers.push((row, id, *tier)),
        }
    }
    planner.skills(skills);
    planner.tiers(tiers);
    planner.organisations(organisations);
    planner.opportunities(opportunities);
    planner.solutions(solutions);
    planner.persons(persons);
    planner.cover();
    planner.name_speakers();
    planner.plan.faults.sort_by_key(|fault| fault.row);
    planner.plan
}

struct Planner<'a> {
    plan: Plan,
    names: Names<'a>,
    index: Index,
    tiers: Vec<(TierId, String)>,
    /// Memberships that others are to cover.
    covered: Vec<Covered>,
    mode: OnDuplicate,
    erased: HashSet<PersonId>,
    now: DateTime<Utc>,
    new_id: NewId<'a>,
}

impl Planner<'_> {
    fn id<N>(&self) -> Id<N> {
        Id::new((self.new_id)())
    }

    /// The id that a line gives to a record, or a new one.
    fn given_id<N>(&mut self, faults: &mut Faults, place: &str, given: Option<&String>) -> Id<N> {
        let taken = given.map(|text| match Id::parse(text) {
            Ok(id) if self.names.take_id(Id::<N>::uuid(id)) => Ok(id),
            Ok(_) => Err(Rule::Duplicate),
            Err(_) => Err(Rule::Malformed("UUID")),
        });
        let id = taken.and_then(|taken| faults.take(place, taken));
        id.unwrap_or_else(|| self.id())
    }

    /// Takes a record, or notes the faults of its row.
    fn accept<T>(&mut self, row: usize, record: Result<T, Invalid>) -> Option<T> {
        match record {
            Ok(record) => Some(record),
            Err(Invalid(faults)) => {
                let fault = |fault: werkstadt_domain::invalid::Fault| {
                    RowFault::error(row, fault.pointer, Breach::Rule(fault.rule))
                };
                self.plan.faults.extend(faults.into_iter().map(fault));
                None
            }
        }
    }
}

/// Ends the reading of a part that has a value whenever it has no faults.
fn finish<T>(faults: Faults, value: Option<T>) -> Result<T, Invalid> {
    faults.finish(value)
}
