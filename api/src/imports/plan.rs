//! From rows to records: every reference resolved, every fault found, nothing written yet.

use std::collections::HashMap;
use std::fmt;

use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::institution::Unit;
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::membership::Membership;
use werkstadt_domain::opportunity::Opportunity;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::person::Person;
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::{Claim, Skill};
use werkstadt_domain::text::{Language, key};
use werkstadt_persistence::directory::Snapshot;

use super::lines::Line;
use crate::problem::{Breach, Place};

mod names;
mod opportunities;
mod organisations;
mod parts;
mod persons;
mod skills;

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
    /// Their memberships.
    pub memberships: Vec<Membership>,
    /// Offers and requests.
    pub opportunities: Vec<Opportunity>,
    /// Persons.
    pub persons: Vec<Person>,
    /// Rows whose record is in the directory already and stays as it is.
    pub unchanged: usize,
    /// Every fault of every faulty row, in order of rows.
    pub faults: Vec<RowFault>,
}

/// A fault of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFault {
    /// The row, from 1.
    pub row: usize,
    /// Where in the row.
    pub place: Place,
    /// What is wrong there.
    pub breach: Breach,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Place::Body(place) | Place::Parameter(place)) = &self.place;
        write!(
            f,
            "row {}{}{place}: {}",
            self.row,
            if place.is_empty() { "" } else { " " },
            self.breach.detail(Language::En)
        )
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

/// Plans an import of rows, each with its number. `known` has organisations of the directory by the key of their name.
pub fn plan(
    rows: Vec<(usize, Line)>,
    snapshot: &Snapshot,
    known: HashMap<String, OrganisationId>,
    new_id: NewId<'_>,
) -> Plan {
    let mut planner = Planner {
        plan: Plan::default(),
        names: Names::new(snapshot, known),
        new_id,
    };
    let (mut skills, mut organisations, mut opportunities, mut persons) = (vec![], vec![], vec![], vec![]);
    for (row, line) in rows {
        match line {
            Line::Skill(skill) => skills.push((row, skill)),
            Line::Organisation(organisation, parts) => organisations.push((row, *organisation, parts)),
            Line::Opportunity(opportunity) => opportunities.push((row, *opportunity)),
            Line::Person(person) => persons.push((row, person)),
        }
    }
    planner.skills(skills);
    planner.organisations(organisations);
    planner.opportunities(opportunities);
    planner.persons(persons);
    planner.plan.faults.sort_by_key(|fault| fault.row);
    planner.plan
}

struct Planner<'a> {
    plan: Plan,
    names: Names<'a>,
    new_id: NewId<'a>,
}

impl Planner<'_> {
    fn id<N>(&self) -> Id<N> {
        Id::new((self.new_id)())
    }

    /// Takes a record, or notes the faults of its row.
    fn accept<T>(&mut self, row: usize, record: Result<T, Invalid>) -> Option<T> {
        match record {
            Ok(record) => Some(record),
            Err(Invalid(faults)) => {
                let fault = |fault: werkstadt_domain::invalid::Fault| RowFault {
                    row,
                    place: Place::Body(fault.pointer),
                    breach: Breach::Rule(fault.rule),
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
