//! How an account comes to be: by a letter, to whom was invited or registered. The password is chosen by who reads the letter.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;
use werkstadt_domain::account::{Invitation, InvitationId, User};
use werkstadt_domain::consent::Guardianship;
use werkstadt_domain::invalid::Faults;
use werkstadt_domain::text::{email, line};
use werkstadt_persistence::{Actor, Error, UnitOfWork, guardianships, invitations, persons, users};

use super::own_password::language;
use super::wire::{Activation, Registration};
use super::{ActionSecret, Caller, guardians, minors, own_words};
use crate::extract::{Json, NoQuery};
use crate::invitations::is_offered;
use crate::invitations::wire::guardian;
use crate::letters::{self, ACTIVATE, GUARDIAN, Kind, To};
use crate::origin;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// Register as a guest
///
/// For founders, students, citizens, mentors: sends a letter whose answer makes the account. Who has one already is told so in the
/// letter. The answer is the same either way. Who leaves out `birth_year` declares to be of age. A minor names a guardian, who gets a
/// letter first; without the guardian's consent there is no account.
#[utoipa::path(tag = "auth", request_body = Registration,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([429]))),
    responses((status = 202, description = "A letter is on its way.")))]
#[post("/auth/register")]
pub async fn register(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<Registration>,
) -> Result<HttpResponse, Problem> {
    let mut faults = Faults::new();
    let address = faults.take("/email", email(&body.0.email));
    let name = faults.take("/name", line(&body.0.name, 200));
    let given = body.0.guardian.as_ref();
    let birth_year = body.0.birth_year;
    let guardian = guardian(&mut faults, (&body.0.email, birth_year), given, state.now());
    let (address, name) = faults.finish(address.zip(name))?;
    let network = origin::network(&request, &state);
    if let Some(guardian) = &guardian {
        state.attempts.letter(&guardian.email, &network, state.now())?;
    }
    state.attempts.letter(&address, &network, state.now())?;
    let language = body.0.language.map_or_else(|| language(&request), |choice| choice.0);
    let id = state.id();
    let asked = guardian.zip(birth_year).map(|(guardian, birth_year)| Guardianship {
        id: state.id(),
        email: address.clone(),
        name: name.clone(),
        language,
        birth_year,
        guardian,
        expires_at: state.now() + GUARDIAN,
        consented_at: None,
        withdrawn_at: None,
        user: None,
        invited: false,
    });
    state::write(&state, Actor::System, move |unit| {
        if let Some(asked) = asked {
            guardianships::insert(unit, &asked)?;
            return guardians::ask(unit, id, &asked);
        }
        let to = To {
            address: &address,
            language,
        };
        letters::enqueue(unit, id, Kind::Registration, to, json!({"name": name}))
    })
    .await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Activate an account
///
/// By the token of an invitation or a registration. Then the login is ready. What somebody offered is good as long as they may still offer
/// it; a minor has an account only while a guardian agrees.
#[utoipa::path(tag = "auth", request_body = Activation,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401, 409]))),
    responses((status = 204, description = "The account is there.")))]
#[post("/auth/activate")]
pub async fn activate_account(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<Activation>,
) -> Result<HttpResponse, Problem> {
    let refused = || Problem::new(Code::InvalidCredentials);
    let id = ActionSecret::read(&state.action_key, ACTIVATE, &body.0.token).ok_or_else(refused)?;
    let id = InvitationId::new(id);
    let now = state.now();
    let found = state::read(&state, move |db| match invitations::find(db, id) {
        Ok(stored) => Ok(Some(stored.record)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    });
    let open = found
        .await?
        .filter(|found| found.accepted_at.is_none() && found.expires_at > now);
    let invitation = open.ok_or_else(refused)?;
    let mut faults = Faults::new();
    let name = match &body.0.name {
        Some(name) => faults.take("/name", line(name, 200)),
        None => Some(invitation.name.clone()),
    };
    let name = faults.finish(name)?;
    let own = own_words(&invitation.email, &name);
    let hash = state.hashing.hash_chosen("/password", body.0.password, own).await?;
    let user = User {
        id: state.id(),
        email: invitation.email.clone(),
        name,
        role: invitation.role,
        organisation: invitation.organisation,
        active: true,
        language: invitation.language,
        person: invitation.person,
    };
    state::write(&state, Actor::User(user.id), move |unit| {
        if !invitations::accept(unit, id)? || !is_offered(unit.db(), &invitation)? {
            return Err(refused());
        }
        let guardianship = guardian_of(unit, &invitation)?;
        let mut user = user;
        // Who is somebody else by now goes without: the account matters more.
        if let Some(person) = user.person
            && users::by_person(unit.db(), person)?.is_some()
        {
            user.person = None;
        }
        let stored = users::insert(unit, user, Some(&hash))?;
        if let Some(guardianship) = guardianship
            && !guardianships::bind(unit, guardianship.id, stored.record.id)?
        {
            return Err(refused());
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The guardianship on which the account is to rest; none for who is not known to be a minor.
///
/// # Errors
/// [`Code::InvalidCredentials`] for a minor without a guardian who agrees.
fn guardian_of(unit: &mut UnitOfWork<'_>, invitation: &Invitation) -> Result<Option<Guardianship>, Problem> {
    let now = unit.now();
    if let Some(person) = invitation.person {
        persons::lock(unit, person)?;
    }
    let named = match invitation.guardianship {
        Some(id) => guardianships::find(unit.db(), id)?.filter(|one| one.of_minor(now)),
        None => minors::said_of(unit.db(), &invitation.email, now)?,
    };
    let minor = named.is_some() || minors::is_minor(unit.db(), invitation.person, now)?;
    if minor && !named.as_ref().is_some_and(Guardianship::stands) {
        return Err(Problem::new(Code::InvalidCredentials));
    }
    Ok(named)
}
