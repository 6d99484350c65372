//! Invitations: how people come to have an account. The password is theirs alone; nobody else ever knows it.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::TimeDelta;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::account::{Invitation, InvitationId, Role};
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::consent::{Guardianship, GuardianshipId};
use werkstadt_persistence::{Db, Error, Noun, UnitOfWork, guardianships, invitations, users};

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::{Caller, guardians};
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
/// goes to the guardian first; without the guardian's consent there is no account.
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
    let (shared, asking) = (state.clone(), caller.clone());
    let (stored, guardianship) = state::write(&state, caller.actor(), move |unit| {
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

/// Take an invitation back
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
        given(unit, &asking, id.0)?;
        Ok(invitations::remove(unit, id.0)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send an invitation again
///
/// It is good for fourteen days more. The letters before it work as well. While a guardian is asked, the letter to the guardian.
#[utoipa::path(tag = "admin", params(InvitationPath),
    extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true})), ("x-errors" = json!([429]))),
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
        let before = given(unit, &asking, id.0)?;
        let guardianship = guardianship(unit.db(), &before.record)?;
        let asked = guardianship.as_ref().filter(|one| !one.stands());
        let to = asked.map_or(&before.record.email, |asked| &asked.guardian.email);
        shared.attempts.letter(to, &network, shared.now())?;
        invitations::prolong(unit, id.0, until)?;
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
fn given(unit: &mut UnitOfWork<'_>, caller: &Caller, id: InvitationId) -> Result<Stored<Invitation>, Problem> {
    let stored = invitations::find(unit.db(), id)?;
    let open = stored.record.invited_by.is_some() && stored.record.accepted_at.is_none();
    // Those of others are not there.
    if !open || may_manage(caller, &stored.record).is_err() {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(stored)
}

/// Owners invite members, editors and owners of their own organisation.
fn may_manage(caller: &Caller, invitation: &Invitation) -> Result<(), Problem> {
    match invitation.organisation {
        Some(organisation) if invitation.role < Role::Manager => caller.must_own(organisation),
        _ if caller.signed_in()?.role == Role::Manager => Ok(()),
        _ => Err(Problem::new(Code::Forbidden)),
    }
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
