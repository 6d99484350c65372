//! Skill claims: what an organisation, or one of its units, can do.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use utoipa::IntoParams;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::Invalid;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::{Claim, ClaimId};
use werkstadt_persistence::{UnitOfWork, claims};

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

use wire::{ClaimBody, ClaimCreate, ClaimPage, ClaimPatch};

/// The part of the path that names a skill claim.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ClaimPath {
    /// The claim's id.
    #[param(format = Uuid)]
    pub claim_id: String,
}

/// What an organisation can do
#[utoipa::path(tag = "organisations", params(OrganisationPath, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of skill claims, in order of id.", body = ClaimPage)))]
#[get("/organisations/{organisation_id}/skills")]
pub async fn list_claims(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    part::list::<Claim>(&request, &state, &caller, path.0, &page.0)
}

/// Claim a skill
///
/// Once for the organisation, and once for each of its units. A deprecated skill becomes the one that replaced it.
#[utoipa::path(tag = "organisations", params(OrganisationPath), request_body = ClaimCreate,
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 201, description = "Claimed.", body = ClaimBody)))]
#[post("/organisations/{organisation_id}/skills")]
pub async fn create_claim(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    _query: NoQuery,
    body: Json<ClaimCreate>,
) -> Result<HttpResponse, Problem> {
    part::create::<Claim>(&state, &caller, path.0, body.0).await
}

/// One skill claim
#[utoipa::path(tag = "organisations", params(OrganisationPath, ClaimPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The claim.", body = ClaimBody),
        (status = 304, description = "The client has it already.")))]
#[get("/organisations/{organisation_id}/skills/{claim_id}")]
pub async fn get_claim(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<ClaimIds>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    part::get(&request, &state, &caller, path.0)
}

/// Change a skill claim
///
/// A JSON Merge Patch: another level, new evidence, a later confirmation.
#[utoipa::path(tag = "organisations", params(OrganisationPath, ClaimPath, IfMatchHeader),
    request_body(content = ClaimPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = ClaimBody)))]
#[patch("/organisations/{organisation_id}/skills/{claim_id}")]
pub async fn update_claim(
    state: web::Data<State>,
    caller: Caller,
    path: Path<ClaimIds>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    part::update(&state, &caller, path.0, condition, body.0).await
}

/// Withdraw a skill claim
#[utoipa::path(tag = "organisations", params(OrganisationPath, ClaimPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/organisations/{organisation_id}/skills/{claim_id}")]
pub async fn delete_claim(
    state: web::Data<State>,
    caller: Caller,
    path: Path<ClaimIds>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    part::remove(&state, &caller, path.0, condition).await
}

/// The ids in the path of one.
type ClaimIds = Ids<Claim>;

impl Part for Claim {
    type Body = ClaimBody;
    type Create = ClaimCreate;

    const SEGMENT: &'static str = "skills";
    const BASE: Base = Base {
        create: "create_claim",
        derived: &["id", "created_at", "updated_at"],
        by_id: &["skill"],
    };

    fn id(&self) -> Id<Self> {
        self.id
    }

    fn all(profile: &Profile) -> &[Stored<Self>] {
        &profile.claims
    }

    fn body(stored: &Stored<Self>, around: &Around<'_>) -> ClaimBody {
        ClaimBody::new(stored, around.snapshot, around.audience)
    }

    fn read(create: ClaimCreate, id: ClaimId, around: &Around<'_>) -> Result<Self, Invalid> {
        create.into_domain(id, around)
    }

    fn insert(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, part: Self) -> Outcome<Stored<Self>> {
        claims::insert(unit, organisation, part)
    }

    fn put_back(
        unit: &mut UnitOfWork<'_>,
        organisation: OrganisationId,
        was: &Stored<Self>,
        part: Self,
    ) -> Outcome<Stored<Self>> {
        claims::put_back(unit, organisation, was, part)
    }

    fn update(
        unit: &mut UnitOfWork<'_>,
        organisation: OrganisationId,
        before: &Stored<Self>,
        after: Self,
    ) -> Outcome<Stored<Self>> {
        claims::update(unit, organisation, before, after)
    }

    fn remove(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, before: &Stored<Self>) -> Outcome<()> {
        claims::remove(unit, organisation, before.record.id, before.version)
    }
}
