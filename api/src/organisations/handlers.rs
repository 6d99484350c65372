//! The operations on organisations.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use utoipa::IntoParams;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::{Db, organisations, profiles};

use super::taken::refuse_taken;
use super::wire::{BASE, OrganisationBody, OrganisationCreate, OrganisationPatch};
use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path};
use crate::memberships;
use crate::moderation;
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// The part of the path that names an organisation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OrganisationPath {
    /// The organisation's id.
    #[param(format = Uuid)]
    pub organisation_id: String,
}

/// Add an organisation
#[utoipa::path(tag = "organisations", request_body = OrganisationCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "organisations:write"}))),
    responses((status = 201, description = "Added.", body = OrganisationBody)))]
#[post("/organisations")]
pub async fn create_organisation(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<OrganisationCreate>,
) -> Result<HttpResponse, Problem> {
    let organisation = body.0.into_domain(state.id())?;
    let id = organisation.id;
    let by = caller.clone();
    let stored = state::write(&state, caller.actor(), move |unit| {
        refuse_taken(unit.db(), &organisation, &by)?;
        Ok(organisations::insert(unit, organisation)?)
    })
    .await?;
    answer::created(
        format!("/v1/organisations/{id}"),
        &OrganisationBody::new(&stored, false, Audience::Manager),
    )
}

/// One organisation
#[utoipa::path(tag = "organisations", params(OrganisationPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The organisation.", body = OrganisationBody),
        (status = 304, description = "The client has it already.")))]
#[get("/organisations/{organisation_id}")]
pub async fn get_organisation(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<OrganisationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let audience = caller.audience_at(id.0);
    let snapshot = state.directory().snapshot();
    let profile = snapshot
        .organisation(audience, id.0)
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    Disclosures::to(&state, &caller).contacts([profile.get()])?;
    let body = state.renderings.organisation(profile, audience)?;
    Ok(answer::bytes_of_record(
        &request,
        &caller,
        &body.etag,
        body.bytes.clone(),
    ))
}

/// Change an organisation
///
/// A JSON Merge Patch: members given replace, null removes, the rest stays.
#[utoipa::path(tag = "organisations", params(OrganisationPath, IfMatchHeader),
    request_body(content = OrganisationPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = OrganisationBody)))]
#[patch("/organisations/{organisation_id}")]
pub async fn update_organisation(
    state: web::Data<State>,
    caller: Caller,
    id: Path<OrganisationId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let Path(id) = id;
    may_edit(&state.directory().snapshot(), &caller, id)?;
    let (shared, by) = (state.clone(), caller.clone());
    let body = state::write(&state, caller.actor(), move |unit| {
        let (before, present) = find(unit.db(), id)?;
        condition.check(&answer::tag(&present)?)?;
        let changed: OrganisationCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let after = changed.into_domain(id)?;
        refuse_taken(unit.db(), &after, &by)?;
        let after = organisations::update(unit, &before, after)?;
        moderation::note_change(unit, &by, shared.id(), &before, &after)?;
        Ok(OrganisationBody {
            logo: present.logo,
            ..OrganisationBody::new(&after, present.member, Audience::Manager)
        })
    });
    answer::changed(&body.await?)
}

/// Remove an organisation
///
/// With everything that belongs to it: units, skills, references, logo, opportunities, solutions, membership. All of it comes back
/// when it is restored by its history. Refused while its membership covers others (`covers`): whether they are members by themselves, and
/// owe for it, is not decided by this.
#[utoipa::path(tag = "organisations", params(OrganisationPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "manager", "scope": "organisations:write"}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/organisations/{organisation_id}")]
pub async fn delete_organisation(
    state: web::Data<State>,
    caller: Caller,
    id: Path<OrganisationId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path(id) = id;
    state::write(&state, caller.actor(), move |unit| {
        let (before, present) = find(unit.db(), id)?;
        condition.check(&answer::tag(&present)?)?;
        memberships::lets_go(unit, id)?;
        Ok(organisations::remove(unit, id, before.version)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The stored organisation, and its body as its editors see it.
fn find(db: &mut Db, id: OrganisationId) -> Result<(Stored<Organisation>, OrganisationBody), Problem> {
    let profile = profiles::load(db, &[id])?
        .pop()
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let body = OrganisationBody::of(&profile, Audience::Manager);
    Ok((profile.organisation, body))
}

/// Checks that the caller may change what belongs to the organisation. One that the caller cannot see does not exist.
///
/// # Errors
/// [`Code::NotFound`] or [`Code::Forbidden`].
pub fn may_edit(snapshot: &Snapshot, caller: &Caller, id: OrganisationId) -> Result<(), Problem> {
    if snapshot.organisation(caller.audience_at(id), id).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    caller.must_edit(id)
}
