//! Who somebody is, in all places where something is kept of them.

use std::time::Duration;

use actix_web::web;
use werkstadt_domain::account::UserId;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::person::{Person, PersonId};
use werkstadt_persistence::audit::{self, Author, Span};
use werkstadt_persistence::personal::{self, Erasure, ErasureId, Subject};
use werkstadt_persistence::{Db, persons, users};

use super::wire::{DisclosureBody, PersonalData};
use crate::audit::{notes, occasion};
use crate::problem::{Breach, Place, Problem};
use crate::state::{self, State};

/// Somebody, as they are named.
#[derive(Clone, Copy, Debug)]
pub enum Whom {
    /// By the account.
    User(UserId),
    /// By the record of the directory.
    Person(PersonId),
    /// By both.
    Both(UserId, PersonId),
}

impl Whom {
    const fn parts(self) -> (Option<UserId>, Option<PersonId>) {
        match self {
            Self::User(user) => (Some(user), None),
            Self::Person(person) => (None, Some(person)),
            Self::Both(user, person) => (Some(user), Some(person)),
        }
    }
}

/// Somebody with everything that they are found by.
///
/// # Errors
/// [`crate::problem::Code::NotFound`].
pub fn of(db: &mut Db, whom: Whom) -> Result<Subject, Problem> {
    let (user, mut person) = whom.parts();
    // Whoever has an account and is in the directory is one.
    if let (Some(id), None) = (user, person) {
        person = users::find(db, id)?.record.person;
    }
    let mut subject = Subject {
        user,
        person,
        ..Subject::default()
    };
    if let Some(id) = user {
        let user = users::find(db, id)?.record;
        subject.addresses.push(user.email.to_lowercase());
        subject.words.push(user.name);
    }
    if let Some(id) = person {
        let Person {
            given_name,
            family_name,
            email,
            phone,
            ..
        } = persons::find(db, id)?.record;
        subject.addresses.extend(email.map(|email| email.to_lowercase()));
        subject.words.push(format!("{given_name} {family_name}"));
        subject.words.extend(phone);
    }
    // One word alone may be anyone's.
    subject
        .words
        .retain(|word| word.contains(' ') || word.chars().any(|one| one.is_ascii_digit()));
    subject.addresses.sort_unstable();
    subject.addresses.dedup();
    subject.words.sort_unstable();
    subject.words.dedup();
    Ok(subject)
}

/// What is kept of somebody, and who was told of it.
///
/// # Errors
/// [`crate::problem::Code::NotFound`].
pub async fn data(state: &web::Data<State>, whom: Whom) -> Result<PersonalData, Problem> {
    notes::write_down_here(state).await?;
    let shared = state.clone();
    state::read(state, move |db| {
        let subject = of(db, whom)?;
        let sections = personal::export(db, &subject)?;
        let mut disclosures = Vec::new();
        let ids = [subject.user.map(UserId::uuid), subject.person.map(PersonId::uuid)];
        for id in ids.into_iter().flatten() {
            let told = audit::disclosures(db, id, Span::default())?;
            disclosures.extend(told.iter().map(|one| DisclosureBody::new(one, &shared)));
        }
        Ok(PersonalData::new(shared.now(), &sections, disclosures))
    })
    .await
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
