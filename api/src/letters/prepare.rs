//! What a letter says is decided when it is sent: who asked for it learns nothing from how long that takes.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use werkstadt_domain::account::{Invitation, InvitationId, Role, User};
use werkstadt_domain::consent::{Guardianship, GuardianshipId};
use werkstadt_domain::membership::due::{Due, DueId, DueStatus};
use werkstadt_domain::membership::{MembershipId, MembershipStatus};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::Language;
use werkstadt_persistence::action_tokens::{self, ActionToken, ActionTokenId};
use werkstadt_persistence::letters::Letter;
use werkstadt_persistence::{Error, UnitOfWork, dues, guardianships, invitations, memberships, organisations, users};

use super::words::{self, Say};
use super::{Kind, Written};
use crate::auth::{ActionSecret, minors};
use crate::invitations::is_offered;
use crate::memberships::charging;
use crate::problem::Problem;
use crate::state::State;

/// How long who registers has to answer.
pub const REGISTRATION: TimeDelta = TimeDelta::days(2);
/// How long a guardian has to answer for who registers.
pub const GUARDIAN: TimeDelta = TimeDelta::days(14);
/// How long a new password may be set.
pub const RESET: TimeDelta = TimeDelta::hours(1);
/// How long a new password may be set by who did not ask for the letter, and may not read it at once.
pub const ENDED: TimeDelta = TimeDelta::days(2);

/// The purpose of the tokens that make an account.
pub const ACTIVATE: &str = "activate";
/// The purpose of the tokens that set a new password.
pub const RESET_PASSWORD: &str = "reset_password";
/// The purpose of the tokens by which the old address agrees to a new one.
pub const OLD_ADDRESS: &str = "old_address";
/// The purpose of the tokens by which a new address says that it is right.
pub const NEW_ADDRESS: &str = "new_address";

/// The purpose of the tokens by which somebody agrees to be erased.
pub const ERASE_ACCOUNT: &str = "erase_account";
/// The purpose of the tokens by which a guardian agrees.
pub const GUARDIAN_CONSENT: &str = "guardian_consent";
/// The purpose of the tokens by which a guardian takes that back.
pub const GUARDIAN_WITHDRAWAL: &str = "guardian_withdrawal";

/// The letter in words; none if there is nothing to say.
///
/// # Errors
/// As every write.
pub(super) fn write(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter) -> Result<Option<Written>, Problem> {
    let Some(kind) = Kind::from_code(&letter.kind) else {
        return Ok(None);
    };
    let said = match kind {
        Kind::Invitation => invite(unit, state, letter)?,
        Kind::Registration => register(unit, state, letter)?,
        Kind::ForgottenPassword => reset(unit, state, letter, RESET)?.map(Reset::forgotten),
        Kind::PasswordEnded => reset(unit, state, letter, ENDED)?.map(Reset::ended),
        Kind::OldAddress | Kind::NewAddress | Kind::Erasure if !is_open(unit, letter)? => None,
        Kind::OldAddress => Some((letter.language, address(state, letter, OLD_ADDRESS, Say::OldAddress))),
        Kind::NewAddress => new_address(unit, state, letter)?,
        Kind::Erasure => Some((
            letter.language,
            Say::Erasure(link(state, ERASE_ACCOUNT, letter.id.uuid())),
        )),
        Kind::PasswordChanged => Some((letter.language, Say::PasswordChanged)),
        Kind::AddressChanged => Some((letter.language, Say::AddressChanged(text(letter, "address")))),
        Kind::SecondFactorOn => Some((letter.language, Say::SecondFactorOn)),
        Kind::SecondFactorOff => Some((letter.language, Say::SecondFactorOff)),
        Kind::RecoveryCodeUsed => Some((letter.language, Say::RecoveryCodeUsed(text(letter, "left")))),
        Kind::ApplicationReceived => Some((letter.language, Say::ApplicationReceived(text(letter, "reference")))),
        Kind::ApplicationAccepted => Some((letter.language, accepted(unit, state, letter)?)),
        Kind::GuardianAsked => guardian_asked(unit, state, letter)?,
        Kind::GuardianConsented => guardian_consented(unit, state, letter)?,
        Kind::DueAsked => {
            let say = |organisation, due| Say::DueAsked { organisation, due };
            due(unit, letter, &[DueStatus::Open, DueStatus::Overdue], say)?.map(|said| (letter.language, said))
        }
        Kind::DueReminder => {
            let say = |organisation, due| Say::DueReminder { organisation, due };
            due(unit, letter, &[DueStatus::Overdue], say)?.map(|said| (letter.language, said))
        }
        Kind::GraceBegun | Kind::MembershipLapsed | Kind::ResignationNoted => {
            standing(unit, letter, kind)?.map(|said| (letter.language, said))
        }
        Kind::ApplicationRejected => Some((letter.language, Say::ApplicationRejected(text(letter, "reason")))),
    };
    Ok(said.map(|(language, said)| {
        let (subject, body) = words::of(&said, language, &state.letterhead(language));
        Written {
            id: letter.id,
            to: letter.recipient.clone(),
            subject,
            body,
        }
    }))
}

type Said = Option<(Language, Say)>;

fn invite(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter) -> Result<Said, Problem> {
    let Ok(id) = InvitationId::parse(&text(letter, "invitation")) else {
        return Ok(None);
    };
    let invitation = match invitations::find(unit.db(), id) {
        Ok(stored) => stored.record,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let open = invitation.accepted_at.is_none()
        && invitation.expires_at > unit.now()
        && is_offered(unit.db(), &invitation)?
        && stands(unit, invitation.guardianship)?;
    let from = match invitation.invited_by.filter(|_| open) {
        Some(from) => match users::find(unit.db(), from) {
            Ok(from) => from.record.name,
            Err(Error::NotFound { .. }) => state.network_name(invitation.language),
            Err(error) => return Err(error.into()),
        },
        None => return Ok(None),
    };
    if let Some(known) = users::credentials(unit.db(), &invitation.email)? {
        return Ok(Some((known.user.record.language, Say::AccountExists)));
    }
    if invitation.guardianship.is_none() && waits(unit, &invitation)? {
        return Ok(Some((invitation.language, Say::GuardianAwaited)));
    }
    let said = Say::Invitation {
        from,
        name: invitation.name,
        link: link(state, ACTIVATE, id.uuid()),
        until: invitation.expires_at,
    };
    Ok(Some((invitation.language, said)))
}

/// True if who is invited is known to be a minor, and no guardian agrees.
fn waits(unit: &mut UnitOfWork<'_>, invitation: &Invitation) -> Result<bool, Problem> {
    let now = unit.now();
    let said = minors::said_of(unit.db(), &invitation.email, now)?;
    let minor = said.is_some() || minors::is_minor(unit.db(), invitation.person, now)?;
    Ok(minor && !said.is_some_and(|said| said.stands()))
}

/// A new member is told how to sign in, if there is an open invitation.
fn accepted(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter) -> Result<Say, Problem> {
    let invited = match invite(unit, state, letter)? {
        Some((_, Say::Invitation { link, until, .. })) => Some((link, until)),
        _ => None,
    };
    Ok(Say::ApplicationAccepted {
        organisation: text(letter, "organisation"),
        invited,
    })
}

/// Whoever has paid meanwhile, or is not to pay any more, is left alone; and not reminded, if it is to be paid later.
fn due(
    unit: &mut UnitOfWork<'_>,
    letter: &Letter,
    still: &[DueStatus],
    say: impl FnOnce(String, Due) -> Say,
) -> Result<Option<Say>, Problem> {
    let Ok(id) = DueId::parse(&text(letter, "due")) else {
        return Ok(None);
    };
    let due = match dues::find(unit.db(), id) {
        Ok(stored) => stored.record,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !still.contains(&due.status(unit.now().date_naive())) {
        return Ok(None);
    }
    let membership = memberships::find(unit.db(), due.membership)?.record;
    let organisation = organisations::find(unit.db(), membership.organisation)?.record.name;
    Ok(Some(say(organisation, due)))
}

/// Where a membership stands, unless it stands elsewhere by now.
fn standing(unit: &mut UnitOfWork<'_>, letter: &Letter, kind: Kind) -> Result<Option<Say>, Problem> {
    let Ok(id) = MembershipId::parse(&text(letter, "membership")) else {
        return Ok(None);
    };
    let membership = match memberships::find(unit.db(), id) {
        Ok(stored) => stored.record,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let today = unit.now().date_naive();
    let organisation = organisations::find(unit.db(), membership.organisation)?.record.name;
    let gone = (membership.status == MembershipStatus::Resigned)
        .then(|| membership.until_on.unwrap_or_else(|| letter.created_at.date_naive()));
    let last_on = membership.leaving.as_ref().map(|leaving| leaving.on).or(gone);
    Ok(match (kind, membership.status) {
        (Kind::GraceBegun, MembershipStatus::Grace) => Some(Say::GraceBegun {
            organisation,
            lapses_on: charging::lapses_on(unit.db(), &membership, today)?,
        }),
        (Kind::MembershipLapsed, MembershipStatus::Lapsed) => Some(Say::MembershipLapsed(organisation)),
        (Kind::ResignationNoted, _) => last_on.map(|last_on| Say::ResignationNoted { organisation, last_on }),
        _ => None,
    })
}

/// Who registers with a new address gets an invitation; who has an account already is told so, by mail alone. Who said before to be a minor
/// is not of age by saying so now: the guardian is awaited.
fn register(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter) -> Result<Said, Problem> {
    if let Some(known) = users::credentials(unit.db(), &letter.recipient)? {
        return Ok(Some((known.user.record.language, Say::AccountExists)));
    }
    let id = InvitationId::new(letter.id.uuid());
    let expires_at = letter.created_at + REGISTRATION;
    let named = guardianship(letter);
    if expires_at <= unit.now() || !stands(unit, named)? {
        return Ok(None);
    }
    let now = unit.now();
    let said = match named {
        None => minors::said_of(unit.db(), &letter.recipient, now)?,
        Some(_) => None,
    };
    if said.as_ref().is_some_and(|said| !said.stands()) {
        return Ok(Some((letter.language, Say::GuardianAwaited)));
    }
    let guardianship = named.or(said.map(|said| said.id));
    let invitation = Invitation {
        id,
        email: letter.recipient.clone(),
        name: text(letter, "name"),
        role: Role::Guest,
        organisation: None,
        language: letter.language,
        invited_by: None,
        expires_at,
        accepted_at: None,
        person: None,
        guardianship,
    };
    let known = match invitations::find(unit.db(), id) {
        Ok(stored) => Some(stored.record),
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    if known.is_none() {
        invitations::insert(unit, invitation)?;
    }
    let said = Say::Registration {
        link: link(state, ACTIVATE, id.uuid()),
        until: expires_at,
    };
    Ok(Some((letter.language, said)))
}

/// A guardian who has answered already needs no other letter.
fn guardian_asked(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter) -> Result<Said, Problem> {
    let asked = match guardianship(letter) {
        Some(id) => guardianships::find(unit.db(), id)?,
        None => None,
    };
    let open = |asked: &Guardianship| {
        asked.consented_at.is_none() && asked.withdrawn_at.is_none() && asked.expires_at > unit.now()
    };
    Ok(asked.filter(open).map(|asked| {
        let said = Say::GuardianAsked {
            minor: asked.email,
            link: link(state, GUARDIAN_CONSENT, asked.id.uuid()),
            until: asked.expires_at,
        };
        (letter.language, said)
    }))
}

fn guardian_consented(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter) -> Result<Said, Problem> {
    let asked = match guardianship(letter) {
        Some(id) => guardianships::find(unit.db(), id)?,
        None => None,
    };
    Ok(asked.filter(Guardianship::stands).map(|asked| {
        let said = Say::GuardianConsented {
            minor: asked.email,
            link: link(state, GUARDIAN_WITHDRAWAL, asked.id.uuid()),
        };
        (letter.language, said)
    }))
}

fn guardianship(letter: &Letter) -> Option<GuardianshipId> {
    GuardianshipId::parse(&text(letter, "guardianship")).ok()
}

/// False where a guardian was to agree and does not, or no more.
fn stands(unit: &mut UnitOfWork<'_>, guardianship: Option<GuardianshipId>) -> Result<bool, Problem> {
    let Some(id) = guardianship else { return Ok(true) };
    let asked = guardianships::find(unit.db(), id)?;
    Ok(asked.is_some_and(|asked| asked.stands()))
}

/// How a new password is set, and by whom.
struct Reset {
    user: User,
    link: words::Link,
    until: DateTime<Utc>,
}

impl Reset {
    fn forgotten(self) -> (Language, Say) {
        let (name, link, until) = (self.user.name, self.link, self.until);
        (self.user.language, Say::Reset { name, link, until })
    }

    fn ended(self) -> (Language, Say) {
        let (name, link, until) = (self.user.name, self.link, self.until);
        (self.user.language, Say::PasswordEnded { name, link, until })
    }
}

fn reset(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter, time: TimeDelta) -> Result<Option<Reset>, Problem> {
    let known = users::credentials(unit.db(), &letter.recipient)?;
    let Some(user) = known.map(|known| known.user.record).filter(|user: &User| user.active) else {
        return Ok(None);
    };
    let id = ActionTokenId::new(letter.id.uuid());
    let expires_at = letter.created_at + time;
    if expires_at <= unit.now() {
        return Ok(None);
    }
    if action_tokens::find(unit.db(), id)?.is_none() {
        action_tokens::insert(
            unit,
            ActionToken {
                id,
                purpose: RESET_PASSWORD.to_owned(),
                user: user.id,
                details: Value::Null,
                expires_at,
                used_at: None,
            },
        )?;
    }
    let link = link(state, RESET_PASSWORD, id.uuid());
    Ok(Some(Reset {
        user,
        link,
        until: expires_at,
    }))
}

/// An address that somebody else signs in with is not offered, and only its owner learns why.
fn new_address(unit: &mut UnitOfWork<'_>, state: &State, letter: &Letter) -> Result<Said, Problem> {
    let said = match users::credentials(unit.db(), &letter.recipient)? {
        Some(_) => Say::AccountExists,
        None => address(state, letter, NEW_ADDRESS, Say::NewAddress),
    };
    Ok(Some((letter.language, said)))
}

/// False for a change of address that was withdrawn, or took too long.
fn is_open(unit: &mut UnitOfWork<'_>, letter: &Letter) -> Result<bool, Problem> {
    let now = unit.now();
    let token = action_tokens::find(unit.db(), ActionTokenId::new(letter.id.uuid()))?;
    Ok(token.is_some_and(|token| token.used_at.is_none() && token.expires_at > now))
}

fn address(state: &State, letter: &Letter, purpose: &str, say: impl FnOnce(String, words::Link) -> Say) -> Say {
    say(text(letter, "address"), link(state, purpose, letter.id.uuid()))
}

fn link(state: &State, purpose: &str, id: uuid::Uuid) -> words::Link {
    let token = ActionSecret::new(&state.action_key, purpose, id).reveal().to_owned();
    words::Link::new(state.app_url.as_deref(), purpose, token)
}

fn text(letter: &Letter, name: &str) -> String {
    let value = letter.details.get(name).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}
