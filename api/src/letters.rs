//! Letters: what goes out by mail. Handlers put them into a queue in the database; a thread of every server sends what is due, so that
//! nothing is lost while a server is down, here or there.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::web;
use chrono::TimeDelta;
use serde_json::Value;
use werkstadt_domain::named::Named;
use werkstadt_domain::text::Language;
use werkstadt_persistence::UnitOfWork;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::letters::{self, Letter, LetterStatus};

use crate::problem::{Code, Problem};
use crate::state::State;

mod post;
mod prepare;
mod words;

pub use post::{Post, PostFault, open};
pub use prepare::{
    ACTIVATE, ERASE_ACCOUNT, GUARDIAN, GUARDIAN_CONSENT, GUARDIAN_WITHDRAWAL, NEW_ADDRESS, OLD_ADDRESS, REGISTRATION,
    RESET_PASSWORD,
};
pub use werkstadt_persistence::letters::LetterId;
pub use words::Letterhead;

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody invited you.
    Invitation,
    /// You, or somebody who has your address, registered; or wants to, with an account there already.
    Registration,
    /// You, or somebody else, forgot your password.
    ForgottenPassword,
    /// A manager ended your password.
    PasswordEnded,
    /// Your password was changed.
    PasswordChanged,
    /// Your address is to be changed: to the one that you have.
    OldAddress,
    /// Your address is to be changed: to the one that you want.
    NewAddress,
    /// Your address was changed.
    AddressChanged,
    /// You have a second factor now.
    SecondFactorOn,
    /// You have none any more.
    SecondFactorOff,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// Your application for membership has arrived.
    ApplicationReceived,
    /// You are a member.
    ApplicationAccepted,
    /// You are not.
    ApplicationRejected,
    /// There is a due to pay.
    DueAsked,
    /// You have not paid a due.
    DueReminder,
    /// The days of grace of your membership have begun.
    GraceBegun,
    /// Your membership has lapsed.
    MembershipLapsed,
    /// Your resignation from membership is noted.
    ResignationNoted,
    /// You want to be erased.
    Erasure,
    /// A minor wants an account, and you are named as the guardian.
    GuardianAsked,
    /// You agreed, and may take it back.
    GuardianConsented,
}

impl Named for Kind {
    const NAME: &'static str = "LetterKind";
    const ALL: &'static [Self] = &[
        Self::Invitation,
        Self::Registration,
        Self::ForgottenPassword,
        Self::PasswordEnded,
        Self::PasswordChanged,
        Self::OldAddress,
        Self::NewAddress,
        Self::AddressChanged,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::RecoveryCodeUsed,
        Self::ApplicationReceived,
        Self::ApplicationAccepted,
        Self::ApplicationRejected,
        Self::DueAsked,
        Self::DueReminder,
        Self::GraceBegun,
        Self::MembershipLapsed,
        Self::ResignationNoted,
        Self::Erasure,
        Self::GuardianAsked,
        Self::GuardianConsented,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Registration => "registration",
            Self::ForgottenPassword => "forgotten_password",
            Self::PasswordEnded => "password_ended",
            Self::PasswordChanged => "password_changed",
            Self::OldAddress => "old_address",
            Self::NewAddress => "new_address",
            Self::AddressChanged => "address_changed",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::ApplicationReceived => "application_received",
            Self::ApplicationAccepted => "application_accepted",
            Self::ApplicationRejected => "application_rejected",
            Self::DueAsked => "due_asked",
            Self::DueReminder => "due_reminder",
            Self::GraceBegun => "grace_begun",
            Self::MembershipLapsed => "membership_lapsed",
            Self::ResignationNoted => "resignation_noted",
            Self::Erasure => "erasure",
            Self::GuardianAsked => "guardian_asked",
            Self::GuardianConsented => "guardian_consented",
        }
    }
}

/// To whom, in which language.
#[derive(Clone, Copy, Debug)]
pub struct To<'a> {
    /// The e-mail address.
    pub address: &'a str,
    /// The language.
    pub language: Language,
}

/// A letter as it is sent: text alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Tells a letter that is sent twice from two letters.
    pub id: LetterId,
    /// The e-mail address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Puts a letter into the queue.
///
/// # Errors
/// As every write.
pub fn enqueue(unit: &mut UnitOfWork<'_>, id: LetterId, kind: Kind, to: To<'_>, details: Value) -> Result<(), Problem> {
    Ok(letters::insert(
        unit,
        id,
        (kind.code(), to.address, to.language),
        details,
    )?)
}

/// Letters read at a time.
const BATCH: i64 = 50;
/// How long a letter is left to the server that sends it.
const CLAIM: TimeDelta = TimeDelta::minutes(5);

/// Sends what is due; how many letters left.
///
/// # Errors
/// [`crate::problem::Code::Unavailable`]; what was sent until then stays sent.
pub fn deliver(state: &State) -> Result<usize, Problem> {
    let Some(post) = state.post.as_ref() else { return Ok(0) };
    let mut sent = 0;
    loop {
        let due = state.store.read(|db| letters::due(db, state.now(), BATCH))?;
        if due.is_empty() {
            return Ok(sent);
        }
        for letter in due {
            match send(state, &**post, &letter) {
                Ok(left) => sent += usize::from(left),
                Err(problem) if problem.code() == Code::Unavailable => return Err(problem),
                // One that cannot be written must not keep the others waiting.
                Err(problem) => put_off(state, &letter, &problem)?,
            }
        }
    }
}

/// Sends one letter unless another server does; true if it left.
fn send(state: &State, post: &dyn Post, letter: &Letter) -> Result<bool, Problem> {
    let now = state.now();
    let claimed = state.store.write(Author::task("letters"), now, |unit| {
        if !letters::claim(unit, letter, now + CLAIM)? {
            return Ok(None);
        }
        let written = prepare::write(unit, state, letter)?;
        if written.is_none() {
            letters::end(unit, letter.id, LetterStatus::Dropped, None)?;
        }
        Ok::<_, Problem>(written)
    })?;
    let Some(written) = claimed else { return Ok(false) };
    let outcome = post.send(&written);
    let retry = pause(letter.attempts).map(|pause| state.now() + pause);
    state.store.write(Author::task("letters"), state.now(), |unit| {
        match (&outcome, retry) {
            (Ok(()), _) => letters::end(unit, letter.id, LetterStatus::Sent, None)?,
            (Err(fault), Some(retry)) if !fault.is_final => letters::postpone(unit, letter.id, retry, &fault.words)?,
            (Err(fault), _) => letters::end(unit, letter.id, LetterStatus::Failed, Some(&fault.words))?,
        }
        Ok::<_, Problem>(())
    })?;
    if let Err(fault) = &outcome {
        tracing::warn!(letter = %letter.id, kind = letter.kind, attempts = letter.attempts + 1, cause = fault.words, "a letter could not be sent");
    }
    Ok(outcome.is_ok())
}

/// Lets a letter wait that could not be written, or gives it up.
fn put_off(state: &State, letter: &Letter, problem: &Problem) -> Result<(), Problem> {
    let cause = problem.cause().unwrap_or_default();
    tracing::error!(letter = %letter.id, kind = letter.kind, cause, "a letter could not be written");
    let now = state.now();
    state.store.write(Author::task("letters"), now, |unit| {
        match pause(letter.attempts) {
            Some(pause) => drop(letters::claim(unit, letter, now + pause)?),
            None => letters::end(unit, letter.id, LetterStatus::Failed, Some("it could not be written"))?,
        }
        Ok(())
    })
}

/// How long to wait after a try that failed, none after the last: two days in all.
fn pause(attempts: i64) -> Option<TimeDelta> {
    const MINUTES: [i64; 8] = [1, 5, 15, 60, 180, 360, 720, 1440];
    let minutes = MINUTES.get(usize::try_from(attempts).ok()?)?;
    Some(TimeDelta::minutes(*minutes))
}

/// How often the queue is looked at.
const GLANCE: Duration = Duration::from_secs(1);

/// The thread that sends. It stops when this goes.
pub struct Postman {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Postman {
    /// Starts, unless there is no way to send.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub fn start(state: web::Data<State>) -> std::io::Result<Self> {
        if state.post.is_none() {
            tracing::warn!("no mail server is set: letters wait in the queue (see --smtp-url and --mail-folder)");
            return Ok(Self {
                stop: None,
                thread: None,
            });
        }
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("postman".to_owned())
            .spawn(move || rounds(&state, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Postman {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn rounds(state: &State, stopped: &Receiver<()>) {
    loop {
        if let Err(problem) = deliver(state) {
            tracing::error!(cause = problem.cause().unwrap_or_default(), "letters could not be sent");
        }
        if stopped.recv_timeout(GLANCE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// How letters leave; none if they wait.
pub type Way = Option<Arc<dyn Post>>;
