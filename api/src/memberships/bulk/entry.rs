//! Rows of memberships: the organisation found or entered, the membership entered or changed.

use std::collections::HashSet;

use serde_json::Value;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::membership::period::later;
use werkstadt_domain::membership::representative::Representative;
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::text::line;
use werkstadt_persistence::memberships::{self, Why, representatives};
use werkstadt_persistence::{Db, UnitOfWork, imports, organisations};

use super::Mode;
use super::wire::{BulkBody, BulkItem, BulkOutcome, BulkWarning};
use crate::history::wire::MemberChangeBody;
use crate::imports::duplicates::{Found, Index, Other, Verdict};
use crate::imports::options::OnDuplicate;
use crate::memberships::terms::{self, Terms};
use crate::memberships::wire::{MembershipBody, MembershipCreate, Start};
use crate::memberships::{charging, contested};
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::State;
use crate::upkeep::duplicates::NamedOrganisation;
use crate::wire::{Choose, optional};

/// Members of a membership that rows change.
const TOLD: [&str; 7] = [
    "type",
    "status",
    "since_on",
    "until_on",
    "covered_by",
    "representative",
    "dues_representative",
];

/// What rows are read with.
struct Reading<'a> {
    state: &'a State,
    index: Index,
    seen: HashSet<OrganisationId>,
}

/// The organisation of a row.
struct Owner {
    id: OrganisationId,
    name: String,
    is_new: bool,
    maybe: Option<OrganisationId>,
}

/// Enters all rows.
///
/// # Errors
/// [`Code::Invalid`] with every fault of every row.
pub fn all(unit: &mut UnitOfWork<'_>, state: &State, items: &[BulkItem]) -> Result<Vec<BulkOutcome>, Problem> {
    let mut reading = Reading {
        state,
        index: Index::new(&imports::known(unit.db())?),
        seen: HashSet::with_capacity(items.len()),
    };
    let mut outcomes = Vec::with_capacity(items.len());
    let mut breaches: Vec<(Place, Breach)> = Vec::new();
    for (row, item) in items.iter().enumerate() {
        match reading.enter(unit, row, item) {
            Ok(outcome) => outcomes.push(outcome),
            Err(problem) if problem.code() == Code::Invalid => {
                breaches.extend(problem.breaches().iter().cloned().map(|(place, breach)| match place {
                    Place::Body(pointer) => (Place::Body(format!("/items/{row}{pointer}")), breach),
                    other => (other, breach),
                }));
            }
            Err(problem) => return Err(problem),
        }
    }
    if breaches.is_empty() {
        return Ok(outcomes);
    }
    Err(Problem::new(Code::Invalid).with_breaches(breaches))
}

impl Reading<'_> {
    fn enter(&mut self, unit: &mut UnitOfWork<'_>, row: usize, item: &BulkItem) -> Result<BulkOutcome, Problem> {
        let owner = self.owner(unit, row, item)?;
        let known = if owner.is_new {
            None
        } else {
            memberships::of_organisation(unit.db(), owner.id)?
        };
        let create = MembershipCreate {
            organisation_id: owner.id.to_string(),
            r#type: item.r#type.clone(),
            status: Some(item.status.unwrap_or(Choose(Start::Active))),
            since_on: item.since_on.clone(),
            until_on: item.until_on.clone(),
            covered_by: item.covered_by.clone(),
            representative: item.representative.clone(),
            dues_representative: item.dues_representative.clone(),
        };
        let id = known.as_ref().map_or_else(|| self.state.id(), |known| known.record.id);
        let (wanted, representing) = create.read(unit.db(), id, |_| true)?;
        let mut faults = Faults::new();
        let reason = optional(&mut faults, "/reason", item.reason.as_ref(), |text| line(text, 500));
        faults.finish(Some(()))?;
        let before = known.as_ref().map(|known| told(unit.db(), known)).transpose()?;
        match known {
            None => {
                let stored = memberships::insert_because(unit, wanted, reason.as_deref())?;
                representatives::put(unit, id, &representing)?;
                if stored.record.status == MembershipStatus::Active {
                    charging::begin(unit, self.state, &stored.record, MembershipStatus::Applied)?;
                }
            }
            Some(known) => {
                let mut kept = representatives::of(unit.db(), id)?;
                kept.retain(|one| representing.iter().all(|given| given.role != one.role));
                kept.extend(representing);
                // As they are read, the one for everything first.
                kept.sort_by_key(|one| one.role);
                self.change(unit, known, item, (&wanted, kept), reason.as_deref())?;
            }
        }
        let after = memberships::find(unit.db(), id)?;
        let after = told(unit.db(), &after)?;
        let warnings = odd(unit, id)?;
        self.outcome(unit.db(), &owner, (before.as_ref(), &after), warnings)
    }

    /// The organisation that a row names or describes, once.
    fn owner(&mut self, unit: &mut UnitOfWork<'_>, row: usize, item: &BulkItem) -> Result<Owner, Problem> {
        let (id, maybe, pointer) = match (&item.organisation_id, &item.organisation) {
            (None, None) => return Err(refused("/organisation_id", Rule::Required)),
            (Some(_), Some(_)) => return Err(refused("/organisation_id", Rule::Conflicts("organisation"))),
            (Some(given), None) => {
                let id = OrganisationId::parse(given).map_err(|_| refused("/organisation_id", Rule::UnknownReference));
                (id?, None, "/organisation_id")
            }
            (None, Some(described)) => {
                let organisation = described
                    .to_domain(self.state.id())
                    .map_err(|problem| below_organisation(&problem))?;
                match self.index.judge(&organisation, OnDuplicate::Update) {
                    Verdict::Update(_, id) | Verdict::Skip(_, id) => (id, None, "/organisation"),
                    Verdict::Fault(_) => return Err(refused("/organisation", Rule::Duplicate)),
                    Verdict::New(found) => return self.new_one(unit, row, organisation, found),
                }
            }
        };
        let Some(known) = organisations::load(unit.db(), &[id])?.pop() else {
            return Err(refused(pointer, Rule::UnknownReference));
        };
        if !self.seen.insert(id) {
            return Err(refused(pointer, Rule::Duplicate));
        }
        Ok(Owner {
            id,
            name: known.record.name,
            is_new: false,
            maybe,
        })
    }

    fn new_one(
        &mut self,
        unit: &mut UnitOfWork<'_>,
        row: usize,
        organisation: Organisation,
        found: Option<Found>,
    ) -> Result<Owner, Problem> {
        self.index.add(row, &organisation);
        let maybe = found.and_then(|found| match found.other {
            Other::Directory(id) => Some(id),
            Other::Row(_) => None,
        });
        let stored = organisations::insert(unit, organisation)?;
        self.seen.insert(stored.record.id);
        Ok(Owner {
            id: stored.record.id,
            name: stored.record.name,
            is_new: true,
            maybe,
        })
    }

    /// Brings a membership to the terms of its row. What the row does not say stays.
    fn change(
        &self,
        unit: &mut UnitOfWork<'_>,
        known: Stored<Membership>,
        item: &BulkItem,
        (wanted, representatives): (&Membership, Vec<Representative>),
        reason: Option<&str>,
    ) -> Result<(), Problem> {
        let known = if item.status.is_some() && wanted.status != known.record.status {
            self.step(unit, &known, wanted, reason)?
        } else {
            known
        };
        let terms = Terms {
            membership: Membership {
                kind: wanted.kind.clone(),
                since_on: wanted.since_on.or(known.record.since_on),
                until_on: wanted.until_on.or(known.record.until_on),
                covered: wanted.covered.or(known.record.covered),
                ..known.record.clone()
            },
            representatives,
        };
        let present = representatives::of(unit.db(), known.record.id)?;
        if terms.membership == known.record && terms.representatives == present {
            return Ok(());
        }
        terms::change(unit, self.state, &known, terms)
    }

    /// Takes a membership to the state of its row.
    fn step(
        &self,
        unit: &mut UnitOfWork<'_>,
        known: &Stored<Membership>,
        wanted: &Membership,
        reason: Option<&str>,
    ) -> Result<Stored<Membership>, Problem> {
        let was = known.record.status;
        let status = was.step(wanted.status);
        let status = status.map_err(|_| refused("/status", Rule::Conflicts("the present status")))?;
        if was.readmits(status) && reason.is_none() {
            return Err(refused("/reason", Rule::Required));
        }
        let today = unit.now().date_naive();
        let after = Membership {
            status,
            since_on: wanted.since_on.or(known.record.since_on),
            until_on: known.record.until_on.filter(|until| *until >= today),
            ..known.record.clone()
        };
        let why = Why {
            reason,
            ..Why::default()
        };
        let stored = memberships::update(unit, known, after, why).map_err(contested)?;
        if status == MembershipStatus::Active {
            charging::begin(unit, self.state, &stored.record, was)?;
        }
        Ok(stored)
    }

    fn outcome(
        &self,
        db: &mut Db,
        owner: &Owner,
        (before, after): (Option<&Value>, &Value),
        warnings: Vec<BulkWarning>,
    ) -> Result<BulkOutcome, Problem> {
        let part = |state: Option<&Value>, name: &str| state.and_then(|state| state.get(name)).cloned();
        let changes: Vec<MemberChangeBody> = TOLD
            .iter()
            .map(|name| MemberChangeBody {
                pointer: format!("/{name}"),
                before: part(before, name),
                after: part(Some(after), name),
            })
            .filter(|change| change.before != change.after)
            .collect();
        let outcome = match before {
            None => "created",
            Some(_) if changes.is_empty() => "unchanged",
            Some(_) => "changed",
        };
        let maybe: Vec<OrganisationId> = owner.maybe.into_iter().collect();
        let possible_duplicate = organisations::load(db, &maybe)?.pop().map(|known| NamedOrganisation {
            id: known.record.id.to_string(),
            name: known.record.name,
        });
        Ok(BulkOutcome {
            outcome: outcome.to_owned(),
            membership_id: part(Some(after), "id").and_then(|id| id.as_str().map(str::to_owned)),
            organisation_id: Some(owner.id.to_string()),
            organisation_name: owner.name.clone(),
            new_organisation: owner.is_new,
            possible_duplicate,
            changes,
            warnings,
        })
    }
}

/// What is odd about a membership as it was entered.
fn odd(unit: &mut UnitOfWork<'_>, id: MembershipId) -> Result<Vec<BulkWarning>, Problem> {
    let entered = memberships::find(unit.db(), id)?.record;
    let year_ahead = later(unit.now().date_naive(), 366);
    let warning = |pointer: &str, code: &str| BulkWarning {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
    };
    let mut warnings = Vec::new();
    if charging::tier(unit.db(), &entered)?.is_none() {
        warnings.push(warning("/type", "type_not_described"));
    }
    if entered.since_on.is_some_and(|since| since > year_ahead) {
        warnings.push(warning("/since_on", "far_ahead"));
    }
    Ok(warnings)
}

/// A membership as its managers see it, to be compared.
fn told(db: &mut Db, stored: &Stored<Membership>) -> Result<Value, Problem> {
    let representing = representatives::of(db, stored.record.id)?;
    serde_json::to_value(MembershipBody::with(stored, &representing)).map_err(Problem::internal)
}

fn refused(pointer: &str, rule: Rule) -> Problem {
    let breach = (Place::Body(pointer.to_owned()), Breach::Rule(rule));
    Problem::new(Code::Invalid).with_breaches(vec![breach])
}

fn below_organisation(problem: &Problem) -> Problem {
    let breaches = problem.breaches().iter().cloned().map(|(place, breach)| match place {
        Place::Body(pointer) => (Place::Body(format!("/organisation{pointer}")), breach),
        other => (other, breach),
    });
    Problem::new(problem.code()).with_breaches(breaches.collect())
}

impl BulkBody {
    pub(super) fn new(mode: Mode, mut items: Vec<BulkOutcome>) -> Self {
        let count = |items: &[BulkOutcome], outcome: &str| items.iter().filter(|item| item.outcome == outcome).count();
        if mode == Mode::Trial {
            // Nobody can look up what was taken back.
            for item in &mut items {
                if item.outcome == "created" {
                    item.membership_id = None;
                }
                if item.new_organisation {
                    item.organisation_id = None;
                }
            }
        }
        Self {
            dry_run: mode == Mode::Trial,
            created: count(&items, "created"),
            changed: count(&items, "changed"),
            unchanged: count(&items, "unchanged"),
            items,
        }
    }
}
