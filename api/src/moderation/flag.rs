//! Flagged changes: members by which others know who an organisation is, changed by its own people.

use serde_json::json;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::moderation::{CaseId, CaseKind, is_flagged};
use werkstadt_domain::organisation::Organisation;
use werkstadt_persistence::{Noun, UnitOfWork, moderation};

use super::wire::CHANGES;
use crate::auth::Caller;
use crate::history::wire::differences;
use crate::organisations::wire::OrganisationBody;
use crate::problem::Problem;

/// Opens a case, if somebody who is no manager changed what is flagged.
///
/// # Errors
/// As every write.
pub fn note_change(
    unit: &mut UnitOfWork<'_>,
    caller: &Caller,
    id: CaseId,
    before: &Stored<Organisation>,
    after: &Stored<Organisation>,
) -> Result<(), Problem> {
    if caller.audience() == Audience::Manager {
        return Ok(());
    }
    let body = |stored| serde_json::to_value(OrganisationBody::new(stored, false, Audience::Manager));
    let (was, is) = (
        body(before).map_err(Problem::internal)?,
        body(after).map_err(Problem::internal)?,
    );
    let mut changes = Vec::new();
    differences(&was, &is, &mut String::new(), &mut changes);
    changes.retain(|change| is_flagged(&change.pointer));
    if !changes.is_empty() {
        let subject = (Noun::Organisation, after.record.id.uuid());
        moderation::insert(unit, id, CaseKind::FlaggedChange, subject, json!({CHANGES: changes}))?;
    }
    Ok(())
}
