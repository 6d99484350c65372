//! What people said of themselves, against what others write: a no stands until there is a later yes.

use werkstadt_domain::consent::Purpose;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::person::{ConsentGiver, Person, Reader};
use werkstadt_persistence::UnitOfWork;
use werkstadt_persistence::consents::{self, Whose};

use crate::problem::Problem;

/// Checks that a change of a record gives nothing back that the person took back, unless the person does it. Who agrees in the own record
/// agrees now, whatever day is written there.
///
/// # Errors
/// [`crate::problem::Code::Invalid`].
pub fn check(unit: &mut UnitOfWork<'_>, reader: &Reader, before: &Person, after: &mut Person) -> Result<(), Problem> {
    let now = unit.now();
    let agrees = after.consent != before.consent;
    if reader.is(before) {
        if let Some(consent) = after
            .consent
            .as_mut()
            .filter(|one| agrees && one.by == ConsentGiver::Person)
        {
            consent.at = now;
        }
        return Ok(());
    }
    let mut faults = Faults::new();
    let whose = Whose::is(unit.db(), before.id)?;
    if after.matching && !before.matching {
        faults.note("/matching", Rule::Missing("consent".to_owned()));
    }
    if after.contact_visibility < before.contact_visibility {
        let word = consents::word(unit.db(), whose, Purpose::ContactPublication, now)?;
        if word.ended && !word.stands {
            faults.note("/contact_visibility", Rule::Missing("consent".to_owned()));
        }
    }
    if let Some(consent) = after.consent.as_ref().filter(|_| agrees) {
        let word = consents::word(unit.db(), whose, Purpose::ProfilePublication, now)?;
        if word.refused_at.is_some_and(|no| consent.at < no) {
            faults.note("/consent/consented_at", Rule::Malformed("a time after the withdrawal"));
        }
    }
    Ok(faults.finish(Some(()))?)
}
