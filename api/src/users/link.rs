//! Which person of the directory a user is: said by who administers both, and for minors only with a guardian who agreed.

use werkstadt_domain::audience::Audience;
use werkstadt_domain::consent::Guardianship;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::person::PersonId;
use werkstadt_persistence::{Db, Error, persons};

use crate::auth::Caller;
use crate::people;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::State;

/// Checks that the caller may make one person another, or nobody, of a user or an invitation. For owners, whom they do not administer
/// does not exist.
///
/// # Errors
/// [`Code::Invalid`] at `/person_id`.
pub fn check(
    db: &mut Db,
    (state, caller): (&State, &Caller),
    (before, after): (Option<PersonId>, Option<PersonId>),
    guardian: Option<&Guardianship>,
) -> Result<(), Problem> {
    if before == after {
        return Ok(());
    }
    let reader = people::reader(state, caller);
    if let Some(before) = before
        && caller.audience() != Audience::Manager
        && !reader.administers(&person(db, before)?)
    {
        return Err(Problem::new(Code::Forbidden));
    }
    let Some(after) = after else { return Ok(()) };
    let person = person(db, after)?;
    if !reader.administers(&person) {
        return Err(refused(Rule::UnknownReference));
    }
    // The guardian of an invitation is yet to agree; without that it comes to nothing.
    if person.may_be_minor(state.now()) && guardian.is_none_or(|guardian| guardian.withdrawn_at.is_some()) {
        return Err(refused(Rule::Missing("guardian".to_owned())));
    }
    Ok(())
}

fn person(db: &mut Db, id: PersonId) -> Result<werkstadt_domain::person::Person, Problem> {
    match persons::find(db, id) {
        Ok(stored) => Ok(stored.record),
        Err(Error::NotFound { .. }) => Err(refused(Rule::UnknownReference)),
        Err(error) => Err(error.into()),
    }
}

fn refused(rule: Rule) -> Problem {
    let breach = (Place::Body("/person_id".to_owned()), Breach::Rule(rule));
    Problem::new(Code::Invalid).with_breaches(vec![breach])
}
