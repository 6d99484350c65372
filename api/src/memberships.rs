//! Memberships: who is a member of the association, and since when.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::membership::MembershipId;
use werkstadt_persistence::{Db, memberships};

use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path, Query};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::Problem;
use crate::state::{self, State};
use crate::wire::MembershipStatusName;

pub mod wire;

use wire::{MembershipBody, MembershipCreate, MembershipPage, MembershipStepRequest};

/// The part of the path that names a membership.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MembershipPath {
    /// The membership's id.
    #[param(format = Uuid)]
    pub membership_id: String,
}

/// Which memberships.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListMemberships {
    /// In this state.
    pub status: Option<MembershipStatusName>,
}

/// List memberships
#[utoipa::path(tag = "memberships", params(ListMemberships, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of memberships, in order of id.", body = MembershipPage)))]
#[get("/memberships")]
pub async fn list_memberships(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListMemberships>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, Audience::Manager);
    let after = list.after::<Uuid>(&page.0)?.map(Id::new);
    let (status, limit) = (query.0.status.map(|status| status.0), page.0.limit());
    let found = state::read(&state, move |db| {
        Ok(memberships::list(db, status, after, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| last.record.id.uuid());
    list.answer(&caller, found.iter().map(MembershipBody::in_list).collect(), after)
}

/// Enter a membership
///
/// An organisation has one at most; its life goes on by steps.
#[utoipa::path(tag = "memberships", request_body = MembershipCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 201, description = "Entered.", body = MembershipBody)))]
#[post("/memberships")]
pub async fn create_membership(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<MembershipCreate>,
) -> Result<HttpResponse, Problem> {
    let (shared, id) = (state.clone(), state.id());
    let created = state::write(&state, caller.actor(), move |unit| {
        let snapshot = shared.directory().snapshot();
        let membership = body
            .0
            .into_domain(id, |id| snapshot.organisation(Audience::Manager, id).is_some())?;
        memberships::insert(unit, membership)?;
        find(unit.db(), &shared, id)
    });
    answer::created(format!("/v1/memberships/{id}"), &created.await?)
}

/// One membership with its history
#[utoipa::path(tag = "memberships", params(MembershipPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The membership.", body = MembershipBody),
        (status = 304, description = "The client has it already.")))]
#[get("/memberships/{membership_id}")]
pub async fn get_membership(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<MembershipId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    let body = state::read(&state, move |db| find(db, &shared, path.0)).await?;
    answer::record(&request, &caller, &body)
}

/// Take a step in the life of a membership
///
/// applied → `under_review` → active → grace → lapsed; `under_review` → rejected; active → suspended → active; active or grace →
/// resigned; grace or lapsed → active by renewal.
#[utoipa::path(tag = "memberships", params(MembershipPath), request_body = MembershipStepRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "The step is taken.", body = MembershipBody)))]
#[post("/memberships/{membership_id}/status")]
pub async fn change_membership_status(
    state: web::Data<State>,
    caller: Caller,
    path: Path<MembershipId>,
    _query: NoQuery,
    body: Json<MembershipStepRequest>,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let changed = state::write(&state, caller.actor(), move |unit| {
        let before = memberships::find(unit.db(), id)?;
        let (after, reason) = body.0.take(&before.record, unit.now().date_naive())?;
        memberships::update(unit, &before, after, reason.as_deref())?;
        find(unit.db(), &shared, id)
    });
    answer::changed(&changed.await?)
}

fn find(db: &mut Db, state: &State, id: MembershipId) -> Result<MembershipBody, Problem> {
    let stored = memberships::find(db, id)?;
    Ok(MembershipBody::new(
        &stored,
        memberships::history(db, id)?,
        state.accounts(),
    ))
}
