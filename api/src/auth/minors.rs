//! Minors: what is known of somebody's age, by the record of the person or by what was said before there was an account. Whichever comes
//! first, no account of a minor is used without a guardian who agrees.

use chrono::{DateTime, Utc};
use werkstadt_domain::account::User;
use werkstadt_domain::consent::Guardianship;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::person::{Person, PersonId};
use werkstadt_persistence::{Db, Error, UnitOfWork, guardianships, persons, users};

use crate::problem::{Breach, Code, Place, Problem};

/// The guardianship of whoever has this address, no account yet, and said to be a minor: one that stands, or else the last one that does not.
///
/// # Errors
/// As every read.
pub fn said_of(db: &mut Db, email: &str, now: DateTime<Utc>) -> Result<Option<Guardianship>, Error> {
    let mut said = guardianships::of_address(db, email)?;
    said.retain(|one| one.of_minor(now));
    let standing = said.iter().position(Guardianship::stands);
    Ok(said.into_iter().nth(standing.unwrap_or(0)))
}

/// True if the record of a person tells that it may be a minor's.
///
/// # Errors
/// As every read.
pub fn is_minor(db: &mut Db, person: Option<PersonId>, now: DateTime<Utc>) -> Result<bool, Error> {
    let Some(id) = person else { return Ok(false) };
    match persons::find(db, id) {
        Ok(stored) => Ok(stored.record.may_be_minor(now)),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Checks that an account may be used as it is to be. Of the person, if the user is one, nobody changes the year of birth meanwhile: the
/// caller has locked it.
///
/// # Errors
/// [`Code::StepRefused`] for a minor of whom no guardian agrees.
pub fn check_account(db: &mut Db, user: &User, now: DateTime<Utc>) -> Result<(), Problem> {
    let guardianship = guardianships::of_user(db, user.id)?;
    let stands = guardianship.as_ref().is_some_and(Guardianship::stands);
    if !user.active || stands {
        return Ok(());
    }
    let minor = guardianship.as_ref().is_some_and(|one| one.of_minor(now));
    if minor || is_minor(db, user.person, now)? {
        return Err(refused(guardianship.as_ref()));
    }
    Ok(())
}

/// Why an account of a minor is not used.
pub fn refused(guardianship: Option<&Guardianship>) -> Problem {
    let current = match guardianship {
        None => "without_guardian",
        Some(one) if one.withdrawn_at.is_some() => "withdrawn",
        Some(_) => "asked",
    };
    Problem::new(Code::StepRefused)
        .with_fact("current", current)
        .with_fact("allowed", Vec::<String>::new())
}

/// Checks that a record may say that somebody is a minor: the user who is the person then has a guardian who agrees, or cannot sign in. The
/// caller has locked the person, so nobody becomes the user meanwhile.
///
/// # Errors
/// [`Code::Invalid`] at `/birth_year`.
pub fn check_record(unit: &mut UnitOfWork<'_>, before: &Person, after: &Person) -> Result<(), Problem> {
    if before.birth_year == after.birth_year || !after.may_be_minor(unit.now()) {
        return Ok(());
    }
    let user = users::by_person(unit.db(), before.id)?;
    let Some(user) = user.map(|user| user.record).filter(|user| user.active) else {
        return Ok(());
    };
    match guardianships::of_user(unit.db(), user.id)? {
        Some(guardianship) if guardianship.stands() => Ok(()),
        _ => Err(missing_guardian("/birth_year")),
    }
}

/// The answer to who does not name the guardian of a minor.
pub fn missing_guardian(pointer: &str) -> Problem {
    let breach = Breach::Rule(Rule::Missing("guardian".to_owned()));
    Problem::new(Code::Invalid).with_breaches(vec![(Place::Body(pointer.to_owned()), breach)])
}
