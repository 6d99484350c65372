//! Memberships: who is a member of the association, and since when.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::membership::{MembershipId, MembershipStatus};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_persistence::memberships::{Why, representatives};
use werkstadt_persistence::{Db, Error, Noun, UnitOfWork, memberships};

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::organisations::handlers::{OrganisationPath, may_edit};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::MembershipStatusName;

pub mod applications;
pub mod bulk;
pub mod charging;
pub mod daily;
pub mod dues;
pub mod life;
mod notices;
pub mod reminders;
pub mod statistics;
mod terms;
pub mod tiers;
pub mod wire;

use dues::wire::DueBody;
use terms::TermsPatch;
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
        let is_known = |id| snapshot.organisation(Audience::Manager, id).is_some();
        let (membership, representing) = body.0.read(unit.db(), id, is_known)?;
        let stored = memberships::insert(unit, membership)?;
        representatives::put(unit, id, &representing)?;
        if stored.record.status == MembershipStatus::Active {
            charging::begin(unit, &shared, &stored.record, MembershipStatus::Applied)?;
        }
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
    Disclosures::to(&state, &caller).note(Noun::Membership, [path.0.uuid()])?;
    answer::record(&request, &caller, &body)
}

/// Change the terms of a membership
///
/// A JSON Merge Patch: members given replace, null removes, the rest stays. A membership that is covered by another one owes nothing,
/// and counts as long as that one counts.
#[utoipa::path(tag = "memberships", params(MembershipPath, IfMatchHeader),
    request_body(content = TermsPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "Changed.", body = MembershipBody)))]
#[patch("/memberships/{membership_id}")]
pub async fn update_membership(
    state: web::Data<State>,
    caller: Caller,
    path: Path<MembershipId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let changed = state::write(&state, caller.actor(), move |unit| {
        let before = memberships::find(unit.db(), id)?;
        let present = find(unit.db(), &shared, id)?;
        condition.check(&answer::tag(&present)?)?;
        let patch: TermsPatch = patch::apply(&shared, &terms::BASE, &present, &body.0)?;
        let today = unit.now().date_naive();
        let terms = patch.read(unit.db(), &before.record, today)?;
        terms::change(unit, &shared, &before, terms)?;
        find(unit.db(), &shared, id)
    });
    answer::changed(&changed.await?)
}

/// The membership of an organisation
///
/// With its representatives and dues, for its own people.
#[utoipa::path(tag = "memberships", params(OrganisationPath),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "The membership.", body = MembershipBody),
        (status = 304, description = "The client has it already.")))]
#[get("/organisations/{organisation_id}/membership")]
pub async fn get_organisation_membership(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    may_edit(&state.directory().snapshot(), &caller, id)?;
    let today = state.now().date_naive();
    let body = state::read(&state, move |db| {
        let found = memberships::of_organisation(db, id)?;
        let stored = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        let owed = werkstadt_persistence::dues::of_memberships(db, &[stored.record.id])?;
        let owed = owed.iter().map(|due| DueBody::new(due, id, today)).collect();
        let representing = representatives::of(db, stored.record.id)?;
        Ok(MembershipBody {
            dues: Some(owed),
            ..MembershipBody::with(&stored, &representing)
        })
    });
    let body = body.await?;
    Disclosures::to(&state, &caller).note(Noun::Membership, body.id.parse())?;
    answer::record(&request, &caller, &body)
}

/// Take a step in the life of a membership
///
/// applied → `under_review` → active → grace → lapsed; `under_review` → rejected; active → suspended → active; active, grace or suspended
/// → resigned; grace or lapsed → active by renewal. Who was a member, or was turned down, comes back by a new application (lapsed, rejected
/// or resigned → applied) or at once (→ active), which needs a reason. Of days of grace, a lapse and a resignation the main representative
/// is told by letter.
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
        let why = Why {
            reason: reason.as_deref(),
            ..Why::default()
        };
        let stored = memberships::update(unit, &before, after, why).map_err(contested)?;
        notices::of_step(unit, &shared, &before.record, &stored.record)?;
        if stored.record.status == MembershipStatus::Active {
            charging::begin(unit, &shared, &stored.record, before.record.status)?;
        }
        find(unit.db(), &shared, id)
    });
    answer::changed(&changed.await?)
}

/// Checks that no membership is below the one of an organisation, which may go then. Tells which one it has.
///
/// # Errors
/// [`Code::Conflict`] with those that are.
pub fn may_go(db: &mut Db, organisation: OrganisationId) -> Result<Option<MembershipId>, Problem> {
    let Some(above) = memberships::of_organisation(db, organisation)? else {
        return Ok(None);
    };
    let covered = memberships::covered(db, above.record.id)?;
    if covered.is_empty() {
        return Ok(Some(above.record.id));
    }
    let covered: Vec<String> = covered.iter().map(ToString::to_string).collect();
    let refused = Problem::new(Code::Conflict).with_fact("reason", "covers");
    Err(refused.with_fact("covered", covered))
}

/// As [`may_go`], now and until this unit of work is done.
///
/// # Errors
/// [`Code::Conflict`].
pub fn lets_go(unit: &mut UnitOfWork<'_>, organisation: OrganisationId) -> Result<(), Problem> {
    if let Some(above) = may_go(unit.db(), organisation)? {
        memberships::hold(unit, above).map_err(contested)?;
        may_go(unit.db(), organisation)?;
    }
    Ok(())
}

/// Two at once: the second one is told that it conflicts.
fn contested(error: Error) -> Problem {
    match error {
        Error::Stale { .. } => Problem::new(Code::Conflict),
        error => error.into(),
    }
}

fn find(db: &mut Db, state: &State, id: MembershipId) -> Result<MembershipBody, Problem> {
    let stored = memberships::find(db, id)?;
    Ok(MembershipBody::new(
        &stored,
        &representatives::of(db, id)?,
        memberships::history(db, id)?,
        memberships::kind_changes(db, id)?,
        state.accounts(),
    ))
}
