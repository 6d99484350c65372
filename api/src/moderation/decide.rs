//! What follows from a decision.

use serde_json::{Map, Value};
use werkstadt_domain::audience::{Audience, Visibility};
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::moderation::{CaseId, CaseKind, CaseStatus};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::text::paragraphs;
use werkstadt_persistence::moderation::StoredCase;
use werkstadt_persistence::{Error, UnitOfWork, moderation, organisations};

use super::wire::{CHANGES, CaseDecision, WISHED_VISIBILITY};
use crate::history::wire::MemberChangeBody;
use crate::organisations::wire::{BASE, OrganisationBody, OrganisationCreate};
use crate::patch;
use crate::problem::Problem;
use crate::state::State;

/// Writes a decision down and does what it means.
///
/// # Errors
/// [`crate::problem::Code::StepRefused`] if the case is decided; faults of the decision; what the record's own rules say
/// against putting it back.
pub fn decide(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    id: CaseId,
    decision: CaseDecision,
) -> Result<StoredCase, Problem> {
    let before = moderation::find(unit.db(), id)?;
    let wanted = decision.status.0;
    let mut faults = Faults::new();
    if wanted == CaseStatus::Open {
        faults.note("/status", Rule::Malformed("accepted or rejected"));
    }
    let note = decision
        .note
        .as_ref()
        .and_then(|text| faults.take("/note", paragraphs(text, 2000)));
    let note = faults.finish(Some(note))?;
    let status = before.case.status.step(wanted)?;
    match (before.case.kind, status) {
        (CaseKind::Proposal, CaseStatus::Accepted) => show(unit, &before)?,
        (CaseKind::Proposal, _) => remove(unit, &before)?,
        (CaseKind::FlaggedChange, CaseStatus::Rejected) => put_back(unit, state, &before)?,
        (CaseKind::FlaggedChange | CaseKind::Report, _) => {}
    }
    Ok(moderation::decide(unit, &before, status, note)?)
}

/// Gives a proposed organisation the visibility that was wished for it, unless a manager has shown it already.
fn show(unit: &mut UnitOfWork<'_>, case: &StoredCase) -> Result<(), Problem> {
    let before = organisations::find(unit.db(), organisation(case))?;
    if before.record.visibility.core != Visibility::Managers {
        return Ok(());
    }
    let wished = case.content[WISHED_VISIBILITY].as_str().and_then(Visibility::from_code);
    let mut after = before.record.clone();
    after.visibility.core = wished.unwrap_or_default();
    organisations::update(unit, &before, after)?;
    Ok(())
}

fn remove(unit: &mut UnitOfWork<'_>, case: &StoredCase) -> Result<(), Problem> {
    match organisations::find(unit.db(), organisation(case)) {
        Ok(before) => Ok(organisations::remove(unit, before.record.id, before.version)?),
        // Somebody removed it already, which is what the decision means.
        Err(Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Puts back what a flagged change changed; what was changed besides stays.
fn put_back(unit: &mut UnitOfWork<'_>, state: &State, case: &StoredCase) -> Result<(), Problem> {
    let id = organisation(case);
    let before = match organisations::find(unit.db(), id) {
        Ok(before) => before,
        // Nothing is left to be put back.
        Err(Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let changes: Vec<MemberChangeBody> =
        serde_json::from_value(case.content[CHANGES].clone()).map_err(Problem::internal)?;
    let mut patch = Value::Object(Map::new());
    for change in &changes {
        set(
            &mut patch,
            &change.pointer,
            change.before.clone().unwrap_or(Value::Null),
        );
    }
    let present = OrganisationBody::new(&before, false, Audience::Manager);
    let create: OrganisationCreate = patch::apply(state, &BASE, &present, &patch)?;
    organisations::update(unit, &before, create.into_domain(id)?)?;
    Ok(())
}

fn organisation(case: &StoredCase) -> OrganisationId {
    Id::new(case.case.record)
}

/// Sets a value at a pointer, making the objects on the way.
fn set(target: &mut Value, pointer: &str, value: Value) {
    let mut place = target;
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Some(members) = place.as_object_mut() else { return };
        place = members.entry(name).or_insert(Value::Null);
    }
    *place = value;
}
