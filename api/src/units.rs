//! Units: the inner structure of an institution.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use utoipa::IntoParams;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::id::Id;
use werkstadt_domain::institution::{Unit, UnitId};
use werkstadt_domain::invalid::Invalid;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_persistence::{UnitOfWork, units};

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

use wire::{UnitBody, UnitCreate, UnitPage, UnitPatch};

/// The part of the path that names a unit.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UnitPath {
    /// The unit's id.
    #[param(format = Uuid)]
    pub unit_id: String,
}

/// The units of an institution
///
/// A flat list in order of id; `parent_id` makes it a tree.
#[utoipa::path(tag = "organisations", params(OrganisationPath, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of units.", body = UnitPage)))]
#[get("/organisations/{organisation_id}/units")]
pub async fn list_units(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    part::list::<Unit>(&request, &state, &caller, path.0, &page.0)
}

/// Add a unit to an institution
///
/// Companies have no units.
#[utoipa::path(tag = "organisations", params(OrganisationPath), request_body = UnitCreate,
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 201, description = "Added.", body = UnitBody)))]
#[post("/organisations/{organisation_id}/units")]
pub async fn create_unit(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    _query: NoQuery,
    body: Json<UnitCreate>,
) -> Result<HttpResponse, Problem> {
    part::create::<Unit>(&state, &caller, path.0, body.0).await
}

/// One unit
#[utoipa::path(tag = "organisations", params(OrganisationPath, UnitPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The unit.", body = UnitBody),
        (status = 304, description = "The client has it already.")))]
#[get("/organisations/{organisation_id}/units/{unit_id}")]
pub async fn get_unit(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<UnitIds>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    part::get(&request, &state, &caller, path.0)
}

/// Change a unit
///
/// A JSON Merge Patch. A unit can move below another one, but not below itself.
#[utoipa::path(tag = "organisations", params(OrganisationPath, UnitPath, IfMatchHeader),
    request_body(content = UnitPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = UnitBody)))]
#[patch("/organisations/{organisation_id}/units/{unit_id}")]
pub async fn update_unit(
    state: web::Data<State>,
    caller: Caller,
    path: Path<UnitIds>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    part::update(&state, &caller, path.0, condition, body.0).await
}

/// Remove a unit
///
/// Refused while other units, claims, references, opportunities or persons hang from it.
#[utoipa::path(tag = "organisations", params(OrganisationPath, UnitPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/organisations/{organisation_id}/units/{unit_id}")]
pub async fn delete_unit(
    state: web::Data<State>,
    caller: Caller,
    path: Path<UnitIds>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    part::remove(&state, &caller, path.0, condition).await
}

/// The ids in the path of one.
type UnitIds = Ids<Unit>;

impl Part for Unit {
    type Body = UnitBody;
    type Create = UnitCreate;

    const SEGMENT: &'static str = "units";
    const BASE: Base = Base {
        create: "create_unit",
        derived: &["id", "organisation_id", "created_at", "updated_at"],
        by_id: &[],
    };

    fn id(&self) -> Id<Self> {
        self.id
    }

    fn all(profile: &Profile) -> &[Stored<Self>] {
        &profile.units
    }

    fn body(stored: &Stored<Self>, around: &Around<'_>) -> UnitBody {
        UnitBody::new(stored, around.audience)
    }

    fn read(create: UnitCreate, id: UnitId, around: &Around<'_>) -> Result<Self, Invalid> {
        create.into_domain(id, around.profile)
    }

    fn insert(unit: &mut UnitOfWork<'_>, _: OrganisationId, part: Self) -> Outcome<Stored<Self>> {
        units::insert(unit, part)
    }

    fn put_back(
        unit: &mut UnitOfWork<'_>,
        _organisation: OrganisationId,
        was: &Stored<Self>,
        part: Self,
    ) -> Outcome<Stored<Self>> {
        units::put_back(unit, was, part)
    }

    fn update(
        unit: &mut UnitOfWork<'_>,
        _: OrganisationId,
        before: &Stored<Self>,
        after: Self,
    ) -> Outcome<Stored<Self>> {
        units::update(unit, before, after)
    }

    fn remove(unit: &mut UnitOfWork<'_>, _: OrganisationId, before: &Stored<Self>) -> Outcome<()> {
        units::remove(unit, before)
    }
}
