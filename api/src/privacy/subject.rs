//! Who somebody is, in all places where something is kept of them.

use std::time::Duration;

use actix_web::web;
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::person::PersonId;
use werkstadt_persistence::audit::{self, Author, Span};
use werkstadt_persistence::personal::{self, Erasure, ErasureId, Section, Subject};
use werkstadt_persistence::{Db, Noun, persons, users};

use super::wire::{DisclosureBody, PersonalData};
use crate::audit::{Disclosures, notes, occasion};
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};

/// Somebody, as they are named.
#[derive(Clone, Debug)]
pub enum Whom {
    /// By the account, by who is signed in with it: only what is proven to be theirs counts.
    Oneself(UserId),
    /// By the account.
    User(UserId),
    /// By the record of the directory.
    Person(PersonId),
    /// By both, which must be one.
    Both(UserId, PersonId),
    /// Somebody who is neither, by the e-mail address: an applicant, a representative, a guardian.
    Address(String),
}

/// Somebody with everything that they are found by. An address that is somebody else's, too, finds nothing.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::Invalid`] if these are two, or the address is that of somebody who is there.
pub fn of(db: &mut Db, whom: &Whom) -> Result<Subject, Problem> {
    let (user, person) = match whom {
        Whom::Oneself(id) | Whom::User(id) => (Some(users::find(db, *id)?.record), None),
        // Whoever has an account and is in the directory is one.
        Whom::Person(id) => (users::by_person(db, *id)?.map(|stored| stored.record), Some(*id)),
        Whom::Both(user, person) => (Some(users::find(db, *user)?.record), Some(*person)),
        Whom::Address(address) => return of_address(db, address),
    };
    let linked = user.as_ref().and_then(|user| user.person);
    let person = match person.or(linked) {
        Some(id) => Some(persons::find(db, id)?.record),
        None => None,
    };
    if let (Whom::Both(..), Some(user), Some(person)) = (whom, &user, &person) {
        let holder = users::by_person(db, person.id)?.map(|stored| stored.record.id);
        let same = person.email.as_ref().map(|email| email.to_lowercase()) == Some(user.email.to_lowercase());
        let free = holder.is_none() && linked.is_none();
        if linked != Some(person.id) && !(free && same) {
            return Err(refused("/person_id", Rule::Conflicts("user_id")));
        }
    }
    let mut subject = Subject {
        user: user.as_ref().map(|user| user.id),
        person: person.as_ref().map(|person| person.id),
        ..Subject::default()
    };
    if let Some(user) = user {
        subject.addresses.push(user.email.to_lowercase());
        subject.former = users::former_logins(db, user.id)?;
        subject.called.push(user.name);
    }
    if let Some(person) = person {
        let email = person.email.map(|email| email.to_lowercase());
        if let Some(email) = email.filter(|email| !subject.addresses.contains(email)) {
            // What somebody says of oneself, or an organisation of its people, is no proof.
            match matches!(whom, Whom::Oneself(_)) || is_anothers(db, &email, &subject)? {
                true => subject.called.push(email),
                false => subject.addresses.push(email),
            }
        }
        let words = [
            Some(format!("{} {}", person.given_name, person.family_name)),
            person.phone,
        ];
        subject
            .words
            .extend(words.into_iter().flatten().filter(|words| is_telling(words)));
    }
    subject
        .former
        .retain(|(address, _)| !subject.addresses.contains(address));
    // One word alone may be anyone's.
    subject.called.retain(|words| is_telling(words) || words.contains('@'));
    subject.addresses.sort_unstable();
    Ok(subject)
}

fn of_address(db: &mut Db, address: &str) -> Result<Subject, Problem> {
    let subject = Subject {
        addresses: vec![address.to_lowercase()],
        ..Subject::default()
    };
    if is_anothers(db, address, &subject)? {
        return Err(refused("/email", Rule::Conflicts("user_id, person_id")));
    }
    Ok(subject)
}

/// True if there is somebody else with this address.
fn is_anothers(db: &mut Db, address: &str, subject: &Subject) -> Result<bool, Problem> {
    let user = users::credentials(db, address)?.map(|known| known.user.record.id);
    let persons = persons::by_email(db, address)?;
    Ok(user.is_some_and(|user| subject.user != Some(user))
        || persons.iter().any(|person| subject.person != Some(*person)))
}

/// True for words that are hardly anyone else's: a full name, a telephone number.
fn is_telling(words: &str) -> bool {
    let letters = words.chars().filter(|one| one.is_alphabetic()).count();
    let digits = words.chars().filter(char::is_ascii_digit).count();
    (letters >= 6 && words.trim().contains(' ')) || digits >= 6
}

fn refused(pointer: &str, rule: Rule) -> Problem {
    let place = Place::Body(pointer.to_owned());
    Problem::new(Code::Invalid).with_breaches(vec![(place, Breach::Rule(rule))])
}

/// What is kept of somebody, and who was told of it. That it is told is noted with `told`.
///
/// # Errors
/// As [`of`].
pub async fn data(state: &web::Data<State>, told: Disclosures, whom: Whom) -> Result<PersonalData, Problem> {
    notes::write_down_here(state).await?;
    let shared = state.clone();
    state::read(state, move |db| {
        let subject = of(db, &whom)?;
        let sections = personal::export(db, &subject)?;
        let mut disclosures = Vec::new();
        let user = subject.user.map(|id| (Noun::User, id.uuid()));
        let person = subject.person.map(|id| (Noun::Person, id.uuid()));
        for (noun, id) in user.into_iter().chain(person) {
            let before = audit::disclosures(db, id, Span::default())?;
            disclosures.extend(before.iter().map(|one| DisclosureBody::new(one, &shared)));
            told.note(noun, [id])?;
        }
        disclosures.sort_by_key(|one: &DisclosureBody| std::cmp::Reverse(one.last_at));
        // Who was told of both at once was told once.
        disclosures.dedup();
        if let Whom::Address(_) = whom {
            for (noun, ids) in records(&sections) {
                told.note(noun, ids)?;
            }
        }
        Ok(PersonalData::new(shared.now(), &sections, disclosures))
    })
    .await
}

/// The applications and memberships of which something is told.
fn records(sections: &[Section]) -> Vec<(Noun, Vec<Uuid>)> {
    let of = |section: &Section| {
        let (noun, column) = match section.name {
            "membership_applications" => (Noun::MembershipApplication, "id"),
            "membership_representatives" => (Noun::Membership, "membership_id"),
            _ => return None,
        };
        let ids = section
            .rows
            .iter()
            .filter_map(|row| row.get(column)?.as_str()?.parse().ok());
        Some((noun, ids.collect()))
    };
    sections.iter().filter_map(of).collect()
}

/// Erases the copies of somebody whose erasure has begun, and waits a moment until nothing is left of them beside the database.
///
/// # Errors
/// [`crate::problem::Code::Unavailable`]; then the day's work goes on.
pub async fn finish(state: &web::Data<State>, id: ErasureId) -> Result<Erasure, Problem> {
    let (state, occasion) = (state.clone(), occasion::current());
    web::block(move || {
        // What was said about readings must not be written down after it was forgotten.
        notes::write_down(&state)?;
        let author = Author {
            actor: werkstadt_persistence::Actor::System,
            occasion,
        };
        carry_out(&state, author, id)
    })
    .await
    .map_err(Problem::internal)?
}

/// How often it is tried to empty the log beside the database.
const TRIES: u32 = 20;
/// How long readers are given between.
const PAUSE: Duration = Duration::from_millis(50);

fn carry_out(state: &State, author: Author, id: ErasureId) -> Result<Erasure, Problem> {
    let done = state
        .store
        .write::<_, Problem>(author, state.now(), |unit| Ok(personal::carry_out(unit, id)?))?;
    for _ in 0..TRIES {
        if state.store.empty_log()? {
            return Ok(done);
        }
        std::thread::sleep(PAUSE);
    }
    tracing::warn!("what was erased may be in the log of the database until it is full or the server is started anew");
    Ok(done)
}

/// Goes on with erasures that were cut off; how many there were.
///
/// # Errors
/// [`crate::problem::Code::Unavailable`].
pub fn go_on(state: &State) -> Result<u64, Problem> {
    let mut done = 0;
    for id in state.store.read(personal::unfinished)? {
        carry_out(state, Author::task("daily"), id)?;
        done += 1;
    }
    Ok(done)
}

/// Nobody who is there was named.
pub fn nobody() -> (Place, Breach) {
    (Place::Body(String::new()), Breach::Rule(Rule::UnknownReference))
}
