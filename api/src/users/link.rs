//! Which person of the directory a user is: said by managers, or by an owner who administers both, of others, and only where the person's
//! address is the login: who is the person reads and does more than an owner may. For minors only with a guardian who agreed.

use werkstadt_domain::audience::Audience;
use werkstadt_domain::consent::Guardianship;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::person::PersonId;
use werkstadt_persistence::{Db, Error, persons};

use crate::auth::Caller;
use crate::people;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::State;

/// A change of whom a user, or who is invited, is.
pub struct Link<'a> {
    /// The login.
    pub email: &'a str,
    /// True for the caller's own account.
    pub is_own: bool,
    /// Who it was.
    pub before: Option<PersonId>,
    /// Who it is to be.
    pub after: Option<PersonId>,
}

/// Checks that the caller may make one person another, or nobody, of a user or an invitation. For owners, whom they do not administer
/// does not exist.
///
/// # Errors
/// [`Code::Invalid`] at `/person_id`, [`Code::Forbidden`].
pub fn check(
    db: &mut Db,
    (state, caller): (&State, &Caller),
    link: &Link<'_>,
    guardian: Option<&Guardianship>,
) -> Result<(), Problem> {
    if link.before == link.after {
        return Ok(());
    }
    let reader = people::reader(state, caller);
    let manages = caller.audience() == Audience::Manager;
    if link.is_own && !manages {
        return Err(Problem::new(Code::Forbidden));
    }
    if let Some(before) = link.before
        && !manages
        && !reader.administers(&person(db, before)?)
    {
        return Err(Problem::new(Code::Forbidden));
    }
    let Some(after) = link.after else { return Ok(()) };
    let person = person(db, after)?;
    if !reader.administers(&person) {
        return Err(refused(Rule::UnknownReference));
    }
    let email = person.email.as_ref().map(|email| email.to_lowercase());
    if !manages && email != Some(link.email.to_lowercase()) {
        return Err(refused(Rule::Conflicts("email")));
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
