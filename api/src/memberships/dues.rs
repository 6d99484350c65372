//! Dues: what memberships cost, and what of it is paid.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::id::Id;
use werkstadt_domain::membership::MembershipId;
use werkstadt_domain::membership::due::{Due, DueId};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_persistence::dues::{self, Wanted};
use werkstadt_persistence::{Db, memberships};

use super::{MembershipPath, charging, contested, notices};
use crate::answer;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::patch;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};
use crate::wire::{chosen, day};

pub mod wire;

use wire::{BASE, DueBody, DueCreate, DuePage, DuePatch, DueStatusName};

/// The part of the path that names a due.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DuePath {
    /// The due's id.
    #[param(format = Uuid)]
    pub due_id: String,
}

/// Which dues.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListDues {
    /// In one of these states, as of today; repeatable.
    #[serde(default)]
    #[param(max_items = 4)]
    pub status: Vec<DueStatusName>,
    /// To be paid before this day.
    #[param(format = Date)]
    pub due_before: Option<String>,
}

/// List dues
///
/// Of all memberships. `status=open&status=overdue` are those that are owed.
#[utoipa::path(tag = "memberships", params(ListDues, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of dues, in order of id.", body = DuePage)))]
#[get("/dues")]
pub async fn list_dues(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListDues>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let due_before = query.0.due_before.as_deref().map(day).transpose().map_err(|rule| {
        let place = Place::Parameter("due_before".to_owned());
        Problem::new(Code::InvalidQuery).with_breaches(vec![(place, Breach::Rule(rule))])
    })?;
    let wanted = Wanted {
        membership: None,
        statuses: chosen(&query.0.status),
        due_before,
    };
    page_of(&request, &state, &caller, &page.0, wanted).await
}

/// The dues of a membership
#[utoipa::path(tag = "memberships", params(MembershipPath, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of dues, in order of id.", body = DuePage)))]
#[get("/memberships/{membership_id}/dues")]
pub async fn list_membership_dues(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<MembershipId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    state::read(&state, move |db| Ok(memberships::find(db, id)?)).await?;
    let wanted = Wanted {
        membership: Some(id),
        ..Wanted::default()
    };
    page_of(&request, &state, &caller, &page.0, wanted).await
}

async fn page_of(
    request: &HttpRequest,
    state: &web::Data<State>,
    caller: &Caller,
    page: &PageQuery,
    wanted: Wanted,
) -> Result<HttpResponse, Problem> {
    let list = List::new(request, state, Audience::Manager);
    let after = list.after::<Uuid>(page)?.map(Id::new);
    let (limit, today) = (page.limit(), state.now().date_naive());
    let found = state::read(state, move |db| {
        let found = dues::list(db, &wanted, today, after, and_one_more(limit))?;
        let (found, after) = cut(found, limit, |last| last.record.id.uuid());
        let owners = owners(db, &found)?;
        let bodies: Vec<DueBody> = found
            .iter()
            .filter_map(|due| Some(DueBody::new(due, *owners.get(&due.record.membership)?, today)))
            .collect();
        Ok((bodies, after))
    });
    let (found, after) = found.await?;
    list.answer::<DueBody>(caller, found, after)
}

/// The organisations whose memberships owe these dues.
fn owners(db: &mut Db, found: &[Stored<Due>]) -> Result<HashMap<MembershipId, OrganisationId>, Problem> {
    let ids: Vec<MembershipId> = found.iter().map(|due| due.record.membership).collect();
    Ok(memberships::owners(db, &ids)?.into_iter().collect())
}

/// Enter a due
///
/// By hand: a levy, or what was owed before. The usual ones come by themselves. The representative for dues, else the main one, is told
/// by letter of one that is to be paid. Refused where the membership is covered by another one.
#[utoipa::path(tag = "memberships", params(MembershipPath), request_body = DueCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 201, description = "Entered.", body = DueBody)))]
#[post("/memberships/{membership_id}/dues")]
pub async fn create_due(
    state: web::Data<State>,
    caller: Caller,
    path: Path<MembershipId>,
    _query: NoQuery,
    body: Json<DueCreate>,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id), today) = (state.clone(), path, state.now().date_naive());
    let due = body.0.to_domain(state.id(), id, today)?;
    let created = state::write(&state, caller.actor(), move |unit| {
        let membership = memberships::find(unit.db(), id)?;
        if let Some(covering) = membership.record.covered {
            return Err(Problem::new(Code::Conflict).with_fact("covered_by", covering.by.to_string()));
        }
        // Whoever covers it in the same instant fails, or comes first.
        memberships::guard_version(unit, &membership).map_err(contested)?;
        let stored = dues::insert(unit, due)?;
        notices::of_due(unit, &shared, &stored.record)?;
        Ok(DueBody::new(&stored, membership.record.organisation, today))
    });
    let created = created.await?;
    answer::created(format!("/v1/dues/{}", created.id), &created)
}

/// One due
#[utoipa::path(tag = "memberships", params(DuePath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The due.", body = DueBody),
        (status = 304, description = "The client has it already.")))]
#[get("/dues/{due_id}")]
pub async fn get_due(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<DueId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let today = state.now().date_naive();
    let found = state::read(&state, move |db| find(db, path.0, today)).await?;
    answer::record(&request, &caller, &found.1)
}

/// Change a due
///
/// `{"status": "paid"}` notes that it was paid today, `{"status": "waived"}` that nobody asks for it any more. A membership in its days of
/// grace is active again when it owes nothing.
#[utoipa::path(tag = "memberships", params(DuePath, IfMatchHeader),
    request_body(content = DuePatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "Changed.", body = DueBody)))]
#[patch("/dues/{due_id}")]
pub async fn update_due(
    state: web::Data<State>,
    caller: Caller,
    path: Path<DueId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id), today) = (state.clone(), path, state.now().date_naive());
    let changed = state::write(&state, caller.actor(), move |unit| {
        let (before, present) = find(unit.db(), id, today)?;
        condition.check(&answer::tag(&present)?)?;
        let present = present.for_change(&body.0);
        let changed: DueCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let after = changed.to_domain(id, before.record.membership, today)?;
        let after = Due {
            reminded: before.record.clone().payable_on(after.due_on).reminded,
            ..after
        };
        dues::update(unit, &before, after)?;
        charging::settle_up(unit, before.record.membership)?;
        Ok(find(unit.db(), id, today)?.1)
    });
    answer::changed(&changed.await?)
}

fn find(db: &mut Db, id: DueId, today: chrono::NaiveDate) -> Result<(Stored<Due>, DueBody), Problem> {
    let stored = dues::find(db, id)?;
    let membership = memberships::find(db, stored.record.membership)?;
    let body = DueBody::new(&stored, membership.record.organisation, today);
    Ok((stored, body))
}
