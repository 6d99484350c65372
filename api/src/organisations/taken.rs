//! Numbers that are another organisation's already: found before they are written, so that all of them are named.

use werkstadt_domain::audience::Audience;
use werkstadt_domain::organisation::{Number, Organisation, OrganisationId};
use werkstadt_persistence::{Db, Result, organisations};

use crate::auth::Caller;
use crate::problem::{Breach, Code, Place, Problem};

/// The numbers of an organisation that others have, with those who have them.
///
/// # Errors
/// As every read.
pub fn taken(db: &mut Db, organisation: &Organisation) -> Result<Vec<(Number, OrganisationId)>> {
    let mut found = Vec::new();
    for number in organisation.identifiers.numbers() {
        let holder = organisations::holder(db, &number)?.filter(|holder| *holder != organisation.id);
        found.extend(holder.map(|holder| (number, holder)));
    }
    Ok(found)
}

/// Refuses an organisation with numbers that others have. Only managers are told whose they are: the others may be hidden.
///
/// # Errors
/// [`Code::Conflict`] with every such number.
pub fn refuse_taken(db: &mut Db, organisation: &Organisation, caller: &Caller) -> std::result::Result<(), Problem> {
    let taken = taken(db, organisation)?;
    if taken.is_empty() {
        return Ok(());
    }
    let tell = caller.audience() == Audience::Manager;
    let breach = |(number, holder): &(Number, OrganisationId)| {
        let address = tell.then(|| format!("/v1/organisations/{holder}"));
        (Place::Body(number.pointer().to_owned()), Breach::Taken(address))
    };
    Err(Problem::new(Code::Conflict).with_breaches(taken.iter().map(breach).collect()))
}
