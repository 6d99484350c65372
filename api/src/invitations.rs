//! Invitations: how people come to have an account. The password is theirs alone; nobody else ever knows it.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::TimeDelta;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::account::{Invitation, InvitationId, Role, User};
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::consent::{Guardianship, GuardianshipId};
use werkstadt_persistence::{Db, Error, Noun, UnitOfWork, guardianships, invitations, persons, users};

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::{Caller, guardians, minors};
use crate::extract::{Json, NoQuery, Path, Query};
use crate::letters::{self, Kind, To};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::users::handlers::no_such_organisation;
use crate::users::link::{self, Link};

pub mod wire;

use wire::{InvitationBody, InvitationCreate, InvitationPage};

/// How long an invitation is good.
pub const PATIENCE: TimeDelta = TimeDelta::days(14);

/// The part of the path that names an invitation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InvitationPath {
    /// The invitation's id.
    #[param(format = Uuid)]
    pub invitation_id: String,
}

/// List invitations
///
/// Those that nobody has answered yet: all of them for managers, those to the own organisation for owners.
#[utoipa::path(tag = "admin", params(PageQuery), extensions(("x-authz" = json!({"from": "owner", "scope": "admin"}))),
    responses((status = 200, description = "A page of invitations, in order of creation.", body = InvitationPage)))]
#[get("/invitations")]
pub async fn list_invitations(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, caller.audience());
    let after = list.after::<Uuid>(&page.0)?.map(InvitationId::new);
    let (own, limit) = (caller.owns(), page.0.limit());
    let found = state::read(&state, move |db| {
        let found = invitations::list(db, own, after, and_one_more(limit))?;
        let asked: Vec<GuardianshipId> = found.iter().filter_map(|one| one.record.guardianship).collect();
        let asked = guardianships::load(db, &asked)?;
        Ok((found, asked))
    });
    let (found, asked) = found.await?;
    let (found, after) = cut(found, limit, |last| last.record.id.uuid());
    let told = Disclosures::to(&state, &caller);
    told.note(Noun::Invitation, found.iter().map(|one| one.record.id.uuid()))?;
    let body = |one: &Stored<Invitation>| {
        let guardianship = one.record.guardianship.and_then(|id| asked.get(&id));
        InvitationBody::new(one, guardianship)
    };
    list.answer(&caller, found.iter().map(body).collect(), after)
}

/// Invite somebody
///
/// Sends a letter; who answers it chooses a password and has the account. Owners invite to their own organisation. For a minor the letter
/// goes to the guardian first; without the guardian's consent there is no account. Managers who know that somebody is of age, of whom it
/// was said that they are a minor, say so by `birth_year`.
#[utoipa::path(tag = "admin", request_body = InvitationCreate,
    extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true}))),
    responses((status = 201, description = "Invited.", body = InvitationBody)))]
#[post("/invitations")]
pub async fn create_invitation(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<InvitationCreate>,
) -> Result<HttpResponse, Problem> {
    let by = caller.signed_in()?.id;
    let (invitation, guardianship) = body
        .0
        .to_domain(state.id(), by, (state.now(), state.now() + PATIENCE))?;
    may_manage(&caller, &invitation)?;
    // An owner is not told who has an account elsewhere; the letter tells whom it concerns.
    let sees_all = caller.audience() == Audience::Manager;
    let letter = state.id();
    let (shared, asking, birth_year) = (state.clone(), caller.clone(), body.0.birth_year);
    let (stored, guardianship) = state::write(&state, caller.actor(), move |unit| {
        if let Some(person) = invitation.person {
            persons::lock(unit, person)?;
        }
        let person = Link {
            email: &invitation.email,
            is_own: false,
            before: None,
            after: invitation.person,
        };
        link::check(unit.db(), (&shared, &asking), &person, guardianship.as_ref())?;
        if sees_all && users::credentials(unit.db(), &invitation.email)?.is_some() {
            return Err(Problem::new(Code::Conflict).with_fact("constraint", "users_login_key"));
        }
        if sees_all && guardianship.is_none() {
            of_age(unit, &invitation.email, birth_year)?;
        }
        if let Some(guardianship) = &guardianship {
            guardianships::insert(unit, guardianship)?;
        }
        let stored = invitations::insert(unit, invitation).map_err(no_such_organisation)?;
        match &guardianship {
            Some(guardianship) => guardians::ask(unit, letter, guardianship)?,
            None => send(unit, letter, &stored.record)?,
        }
        Ok((stored, guardianship))
    })
    .await?;
    answer::created(
        format!("/v1/invitations/{}", stored.record.id),
        &InvitationBody::new(&stored, guardianship.as_ref()),
    )
}

/// One invitation
///
/// That nobody has answered yet.
#[utoipa::path(tag = "admin", params(InvitationPath),
    extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true}))),
    responses((status = 200, description = "The invitation.", body = InvitationBody),
        (status = 304, description = "The client has it already.")))]
#[get("/invitations/{invitation_id}")]
pub async fn get_invitation(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<InvitationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let asking = caller.clone();
    let found = state::read(&state, move |db| {
        let stored = given(db, &asking, id.0)?;
        let guardianship = guardianship(db, &stored.record)?;
        Ok((stored, guardianship))
    });
    let (stored, guardianship) = found.await?;
    Disclosures::to(&state, &caller).note(Noun::Invitation, [stored.record.id.uuid()])?;
    answer::record(&request, &caller, &InvitationBody::new(&stored, guardianship.as_ref()))
}

/// Take an invitation back
///
/// With the question to the guardian of a minor.
#[utoipa::path(tag = "admin", params(InvitationPath),
    extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true}))),
    responses((status = 204, description = "Taken back.")))]
#[delete("/invitations/{invitation_id}")]
pub async fn delete_invitation(
    state: web::Data<State>,
    caller: Caller,
    id: Path<InvitationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let asking = caller.clone();
    state::write(&state, caller.actor(), move |unit| {
        let before = given(unit.db(), &asking, id.0)?;
        invitations::remove(unit, id.0)?;
        if let Some(guardianship) = before.record.guardianship {
            guardianships::remove(unit, guardianship)?;
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send an invitation again
///
/// It is good for fourteen days more, and offered by who sends it again. The letters before it work as well. While a guardian is asked, the
/// letter to the guardian. Where the guardian took the consent back, or is yet to be named, there is nothing to send.
#[utoipa::path(tag = "admin", params(InvitationPath),
    extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true})), ("x-errors" = json!([409, 429]))),
    responses((status = 200, description = "Sent again.", body = InvitationBody)))]
#[post("/invitations/{invitation_id}/resend")]
pub async fn resend_invitation(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<InvitationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (asking, shared) = (caller.clone(), state.clone());
    let (letter, until, network) = (
        state.id(),
        state.now() + PATIENCE,
        crate::origin::network(&request, &state),
    );
    let (stored, guardianship) = state::write(&state, caller.actor(), move |unit| {
        let before = given(unit.db(), &asking, id.0)?;
        let guardianship = guardianship(unit.db(), &before.record)?;
        let withdrawn = guardianship.as_ref().is_some_and(|one| one.withdrawn_at.is_some());
        let minor = minors::is_minor(unit.db(), before.record.person, shared.now())?;
        if withdrawn || (guardianship.is_none() && minor) {
            return Err(minors::refused(guardianship.as_ref()));
        }
        let asked = guardianship.as_ref().filter(|one| !one.stands());
        let to = asked.map_or(&before.record.email, |asked| &asked.guardian.email);
        shared.attempts.letter(to, &network, shared.now())?;
        invitations::prolong(unit, id.0, until)?;
        invitations::offer(unit, id.0, asking.signed_in()?.id)?;
        let stored = invitations::find(unit.db(), id.0)?;
        match asked {
            Some(asked) => {
                guardianships::prolong(unit, asked.id, until)?;
                guardians::ask(unit, letter, asked)?;
            }
            None => send(unit, letter, &stored.record)?,
        }
        Ok((stored, guardianship))
    })
    .await?;
    answer::private_page(&InvitationBody::new(&stored, guardianship.as_ref()), None)
}

/// An invitation that somebody gave and that is open. Registrations of guests are nobody's to manage.
fn given(db: &mut Db, caller: &Caller, id: InvitationId) -> Result<Stored<Invitation>, Problem> {
    let stored = invitations::find(db, id)?;
    let open = stored.record.invited_by.is_some() && stored.record.accepted_at.is_none();
    // Those of others are not there.
    if !open || may_manage(caller, &stored.record).is_err() {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(stored)
}

fn may_manage(caller: &Caller, invitation: &Invitation) -> Result<(), Problem> {
    if may_offer(caller.signed_in()?, invitation) {
        Ok(())
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// Owners invite members, editors and owners of their own organisation; managers whom they like.
fn may_offer(user: &User, invitation: &Invitation) -> bool {
    let own = invitation.organisation.is_some() && user.organisation == invitation.organisation;
    match user.role {
        Role::Manager => true,
        Role::Owner => own && invitation.role < Role::Manager,
        Role::Editor | Role::Member | Role::Guest => false,
    }
}

/// True if who gave an invitation could give it still: an account is worth no more than the right of who offers it. Registrations are
/// nobody's.
///
/// # Errors
/// As every read.
pub fn is_offered(db: &mut Db, invitation: &Invitation) -> Result<bool, Error> {
    let Some(by) = invitation.invited_by else {
        return Ok(true);
    };
    match users::find(db, by) {
        Ok(stored) => Ok(stored.record.active && may_offer(&stored.record, invitation)),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Lets what a manager offered who is about to be removed be offered by the one who removes: new members wait for it. What others offered
/// ends with them.
///
/// # Errors
/// As every write.
pub fn pass_on(unit: &mut UnitOfWork<'_>, from: &User, to: &User) -> Result<(), Problem> {
    if from.id == to.id || from.role != Role::Manager {
        return Ok(());
    }
    for stored in invitations::offered_by(unit.db(), from.id)? {
        if may_offer(to, &stored.record) {
            invitations::offer(unit, stored.record.id, to.id)?;
        }
    }
    Ok(())
}

/// Checks that somebody who is invited without a guardian was not said to be a minor. A manager who gives another year of birth knows better:
/// then what was said is forgotten.
fn of_age(unit: &mut UnitOfWork<'_>, email: &str, birth_year: Option<i32>) -> Result<(), Problem> {
    let now = unit.now();
    let Some(said) = minors::said_of(unit.db(), email, now)? else {
        return Ok(());
    };
    if birth_year.is_none() && !said.stands() {
        return Err(minors::missing_guardian("/guardian"));
    }
    if birth_year.is_some() {
        for one in guardianships::of_address(unit.db(), email)? {
            guardianships::remove(unit, one.id)?;
        }
    }
    Ok(())
}

/// The guardianship that an invitation waits for, if it does.
fn guardianship(db: &mut Db, invitation: &Invitation) -> Result<Option<Guardianship>, Error> {
    match invitation.guardianship {
        Some(id) => guardianships::find(db, id),
        None => Ok(None),
    }
}

/// Sends the letter of an invitation.
///
/// # Errors
/// As every write.
pub fn send(unit: &mut UnitOfWork<'_>, letter: letters::LetterId, invitation: &Invitation) -> Result<(), Problem> {
    let to = To {
        address: &invitation.email,
        language: invitation.language,
    };
    let details = json!({"invitation": invitation.id.to_string()});
    letters::enqueue(unit, letter, Kind::Invitation, to, details)
}
