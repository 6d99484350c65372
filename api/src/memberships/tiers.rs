//! Types of membership: what the association offers, what it costs, and what an application must come with.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::membership::tier::TierId;
use werkstadt_persistence::membership_types;

use crate::answer;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

pub mod wire;

use wire::{BASE, TierBody, TierCreate, TierPage, TierPatch};

/// The part of the path that names a type of membership.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TierPath {
    /// The type's id.
    #[param(format = Uuid)]
    pub membership_type_id: String,
}

/// Which types.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListTiers {
    /// Only those that can be applied for, or only the others. Others are for managers.
    pub open: Option<bool>,
}

/// List types of membership
///
/// Everyone sees those that can be applied for, managers all.
#[utoipa::path(tag = "memberships", params(ListTiers, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of types, in order of id.", body = TierPage)))]
#[get("/membership-types")]
pub async fn list_membership_types(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListTiers>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let audience = caller.audience();
    let list = List::new(&request, &state, audience);
    let after = list.after::<Uuid>(&page.0)?.map(Id::new);
    let limit = page.0.limit();
    let wanted = match (audience, query.0.open) {
        (Audience::Manager, open) => open,
        (_, Some(false)) => return list.answer(&caller, Vec::<TierBody>::new(), None::<Uuid>),
        _ => Some(true),
    };
    let found = state::read(&state, move |db| {
        Ok(membership_types::list(db, wanted, after, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| last.record.id.uuid());
    list.answer(&caller, found.iter().map(TierBody::from).collect(), after)
}

/// Add a type of membership
///
/// Memberships name it by its code. Those that do already are of this type from now on; their first due comes with their renewal.
#[utoipa::path(tag = "memberships", request_body = TierCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 201, description = "Added.", body = TierBody)))]
#[post("/membership-types")]
pub async fn create_membership_type(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<TierCreate>,
) -> Result<HttpResponse, Problem> {
    let tier = body.0.into_domain(state.id())?;
    let id = tier.id;
    let created = state::write(&state, caller.actor(), move |unit| {
        Ok(membership_types::insert(unit, tier)?)
    });
    answer::created(format!("/v1/membership-types/{id}"), &TierBody::from(&created.await?))
}

/// One type of membership
#[utoipa::path(tag = "memberships", params(TierPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The type.", body = TierBody),
        (status = 304, description = "The client has it already.")))]
#[get("/membership-types/{membership_type_id}")]
pub async fn get_membership_type(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<TierId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let found = state::read(&state, move |db| Ok(membership_types::find(db, path.0)?)).await?;
    if caller.audience() != Audience::Manager && !found.record.is_open {
        return Err(Problem::new(Code::NotFound));
    }
    answer::record(&request, &caller, &TierBody::from(&found))
}

/// Change a type of membership
///
/// A JSON Merge Patch: members given replace, null removes, the rest stays. Dues that there are already stay as they are. Refused while
/// memberships have the type, if it changes the code.
#[utoipa::path(tag = "memberships", params(TierPath, IfMatchHeader),
    request_body(content = TierPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "Changed.", body = TierBody)))]
#[patch("/membership-types/{membership_type_id}")]
pub async fn update_membership_type(
    state: web::Data<State>,
    caller: Caller,
    path: Path<TierId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let changed = state::write(&state, caller.actor(), move |unit| {
        let before = membership_types::find(unit.db(), id)?;
        let present = TierBody::from(&before);
        condition.check(&answer::tag(&present)?)?;
        let changed: TierCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let after = membership_types::update(unit, &before, changed.into_domain(id)?)?;
        Ok(TierBody::from(&after))
    });
    answer::changed(&changed.await?)
}

/// Remove a type of membership
///
/// Refused while memberships have it or applications name it. Close it instead: `open: false`.
#[utoipa::path(tag = "memberships", params(TierPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/membership-types/{membership_type_id}")]
pub async fn delete_membership_type(
    state: web::Data<State>,
    caller: Caller,
    path: Path<TierId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    state::write(&state, caller.actor(), move |unit| {
        let before = membership_types::find(unit.db(), path.0)?;
        condition.check(&answer::tag(&TierBody::from(&before))?)?;
        Ok(membership_types::remove(unit, &before)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
