//! References: what an organisation has done, and with whom.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use utoipa::IntoParams;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::Invalid;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::{Reference, ReferenceId};
use werkstadt_persistence::{UnitOfWork, references};

use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::organisations::handlers::OrganisationPath;
use crate::page::PageQuery;
use crate::part::{self, Around, Ids, Outcome, Part};
use crate::patch::Base;
use crate::problem::Problem;
use crate::state::State;

pub mod wire;

use wire::{ReferenceBody, ReferenceCreate, ReferencePage, ReferencePatch};

/// The part of the path that names a reference.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReferencePath {
    /// The reference's id.
    #[param(format = Uuid)]
    pub reference_id: String,
}

/// What an organisation has done
#[utoipa::path(tag = "organisations", params(OrganisationPath, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of references, in order of id.", body = ReferencePage)))]
#[get("/organisations/{organisation_id}/references")]
pub async fn list_references(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    part::list::<Reference>(&request, &state, &caller, path.0, &page.0)
}

/// Add a reference
///
/// Partners are named by their id here, by an id elsewhere, or by name. One with an id elsewhere is linked as soon as such an
/// organisation is in the directory.
#[utoipa::path(tag = "organisations", params(OrganisationPath), request_body = ReferenceCreate,
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 201, description = "Added.", body = ReferenceBody)))]
#[post("/organisations/{organisation_id}/references")]
pub async fn create_reference(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    _query: NoQuery,
    body: Json<ReferenceCreate>,
) -> Result<HttpResponse, Problem> {
    part::create::<Reference>(&state, &caller, path.0, body.0).await
}

/// One reference
#[utoipa::path(tag = "organisations", params(OrganisationPath, ReferencePath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The reference.", body = ReferenceBody),
        (status = 304, description = "The client has it already.")))]
#[get("/organisations/{organisation_id}/references/{reference_id}")]
pub async fn get_reference(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<ReferenceIds>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    part::get(&request, &state, &caller, path.0)
}

/// Change a reference
///
/// A JSON Merge Patch. Lists, the one of partners too, are replaced as a whole.
#[utoipa::path(tag = "organisations", params(OrganisationPath, ReferencePath, IfMatchHeader),
    request_body(content = ReferencePatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = ReferenceBody)))]
#[patch("/organisations/{organisation_id}/references/{reference_id}")]
pub async fn update_reference(
    state: web::Data<State>,
    caller: Caller,
    path: Path<ReferenceIds>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    part::update(&state, &caller, path.0, condition, body.0).await
}

/// Remove a reference
#[utoipa::path(tag = "organisations", params(OrganisationPath, ReferencePath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/organisations/{organisation_id}/references/{reference_id}")]
pub async fn delete_reference(
    state: web::Data<State>,
    caller: Caller,
    path: Path<ReferenceIds>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    part::remove(&state, &caller, path.0, condition).await
}

/// The ids in the path of one.
type ReferenceIds = Ids<Reference>;

impl Part for Reference {
    type Body = ReferenceBody;
    type Create = ReferenceCreate;

    const SEGMENT: &'static str = "references";
    const BASE: Base = Base {
        create: "create_reference",
        derived: &["id", "created_at", "updated_at"],
        by_id: &["skills"],
    };

    fn id(&self) -> Id<Self> {
        self.id
    }

    fn all(profile: &Profile) -> &[Stored<Self>] {
        &profile.references
    }

    fn body(stored: &Stored<Self>, around: &Around<'_>) -> ReferenceBody {
        ReferenceBody::new(stored, around.snapshot, around.audience)
    }

    fn read(create: ReferenceCreate, id: ReferenceId, around: &Around<'_>) -> Result<Self, Invalid> {
        create.into_domain(id, around)
    }

    fn insert(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, part: Self) -> Outcome<Stored<Self>> {
        references::insert(unit, organisation, part)
    }

    fn put_back(
        unit: &mut UnitOfWork<'_>,
        organisation: OrganisationId,
        was: &Stored<Self>,
        part: Self,
    ) -> Outcome<Stored<Self>> {
        references::put_back(unit, organisation, was, part)
    }

    fn update(
        unit: &mut UnitOfWork<'_>,
        organisation: OrganisationId,
        before: &Stored<Self>,
        after: Self,
    ) -> Outcome<Stored<Self>> {
        references::update(unit, organisation, before, after)
    }

    fn remove(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, before: &Stored<Self>) -> Outcome<()> {
        references::remove(unit, organisation, before.record.id, before.version)
    }
}
