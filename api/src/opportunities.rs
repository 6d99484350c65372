//! Opportunities: offers and requests, from draft to done.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use utoipa::IntoParams;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::opportunity::{Opportunity, OpportunityId, Status};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::search::OpportunityPosition;
use werkstadt_persistence::{Db, opportunities, reviews as given_reviews};

use crate::answer;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::organisations::handlers::OrganisationPath;
use crate::page::{List, PageQuery};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

pub mod query;
pub mod renewal;
pub mod reviews;
pub mod step;
pub mod wire;

use query::{ListOpportunities, OfOrganisation, PositionBody};
use step::{Days, OpportunityStep};
use wire::{BASE, OpportunityBody, OpportunityCreate, OpportunityHitBody, OpportunityPage, OpportunityPatch};

/// The part of the path that names an opportunity.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OpportunityPath {
    /// The opportunity's id.
    #[param(format = Uuid)]
    pub opportunity_id: String,
}

/// List and search opportunities
///
/// Newest first, or best first with `q`. With `organisation_id` of the own organisation drafts are among them.
#[utoipa::path(tag = "opportunities", params(ListOpportunities, OfOrganisation, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of opportunities.", body = OpportunityPage)))]
#[get("/opportunities")]
pub async fn list_opportunities(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListOpportunities>,
    of: Query<OfOrganisation>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let organisation = of.0.read(&state.directory().snapshot(), &caller)?;
    list(&request, &state, &caller, organisation, &query.0, &page.0)
}

/// The opportunities of an organisation
///
/// As far as the caller may know that they are its own: anonymous ones and drafts show to its own people and managers only.
#[utoipa::path(tag = "opportunities", params(OrganisationPath, ListOpportunities, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of opportunities.", body = OpportunityPage)))]
#[get("/organisations/{organisation_id}/opportunities")]
pub async fn list_organisation_opportunities(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    query: Query<ListOpportunities>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    let snapshot = state.directory().snapshot();
    if snapshot.organisation(caller.audience_at(id), id).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    list(&request, &state, &caller, Some(id), &query.0, &page.0)
}

fn list(
    request: &HttpRequest,
    state: &State,
    caller: &Caller,
    organisation: Option<OrganisationId>,
    query: &ListOpportunities,
    page: &PageQuery,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let audience = organisation.map_or_else(|| caller.audience(), |id| caller.audience_at(id));
    let list = List::new(request, state, audience);
    let after = list.after::<PositionBody>(page)?.map(OpportunityPosition::from);
    let filter = query.filter(&snapshot, organisation)?;
    let found = snapshot.opportunities(audience, &filter, after, page.limit());
    let hits = found.items.iter();
    let bodies = hits.map(|hit| OpportunityHitBody::new(hit, &snapshot, audience));
    list.answer(caller, bodies.collect(), found.after.map(PositionBody::from))
}

/// Draft an opportunity
///
/// Nobody else sees it before it has been reviewed and published.
#[utoipa::path(tag = "opportunities", request_body = OpportunityCreate,
    extensions(("x-authz" = json!({"from": "editor", "scope": "opportunities:write", "own": true}))),
    responses((status = 201, description = "Drafted.", body = OpportunityBody)))]
#[post("/opportunities")]
pub async fn create_opportunity(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<OpportunityCreate>,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, id) = (state.clone(), caller.actor(), state.id());
    let created = state::write(&state, actor, move |unit| {
        let snapshot = shared.directory().snapshot();
        let opportunity = body.0.into_domain(id, Status::Draft, &snapshot, &caller)?;
        caller.must_edit(opportunity.organisation)?;
        OpportunityBody::for_editors(&opportunities::insert(unit, opportunity)?, &snapshot)
    });
    answer::created(format!("/v1/opportunities/{id}"), &created.await?)
}

/// One opportunity
#[utoipa::path(tag = "opportunities", params(OpportunityPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The opportunity.", body = OpportunityBody),
        (status = 304, description = "The client has it already.")))]
#[get("/opportunities/{opportunity_id}")]
pub async fn get_opportunity(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OpportunityId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    // Whose it is decides how much of it the caller sees; this look does not leave the server.
    let owner = snapshot.opportunity(Audience::Manager, path.0);
    let owner = owner.map(|opportunity| opportunity.record.get().organisation);
    let audience = owner.map_or_else(|| caller.audience(), |id| caller.audience_at(id));
    let opportunity = snapshot.opportunity(audience, path.0);
    let opportunity = opportunity.ok_or_else(|| Problem::new(Code::NotFound))?;
    answer::record(
        &request,
        &caller,
        &OpportunityBody::new(&opportunity, &snapshot, audience),
    )
}

/// Change an opportunity
///
/// A JSON Merge Patch. Its state changes by steps, not here; but one that is published, or was until it expired, goes back
/// into review when anyone but a manager changes its title, summary or description.
#[utoipa::path(tag = "opportunities", params(OpportunityPath, IfMatchHeader),
    request_body(content = OpportunityPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "editor", "scope": "opportunities:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = OpportunityBody)))]
#[patch("/opportunities/{opportunity_id}")]
pub async fn update_opportunity(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OpportunityId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    let changed = state::write(&state, actor, move |unit| {
        let snapshot = shared.directory().snapshot();
        let before = find(unit.db(), &caller, id)?;
        let present = OpportunityBody::for_editors(&before, &snapshot)?;
        condition.check(&answer::tag(&present)?)?;
        let changed: OpportunityCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let mut after = changed.into_domain(id, before.record.status, &snapshot, &caller)?;
        caller.must_edit(after.organisation)?;
        after.status = before.record.status_after_edit(&after, caller.audience());
        OpportunityBody::for_editors(&opportunities::update(unit, &before, after)?, &snapshot)
    });
    answer::changed(&changed.await?)
}

/// Remove an opportunity
#[utoipa::path(tag = "opportunities", params(OpportunityPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "editor", "scope": "opportunities:write", "own": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/opportunities/{opportunity_id}")]
pub async fn delete_opportunity(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OpportunityId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    state::write(&state, actor, move |unit| {
        let before = find(unit.db(), &caller, id)?;
        let present = OpportunityBody::for_editors(&before, &shared.directory().snapshot())?;
        condition.check(&answer::tag(&present)?)?;
        Ok(opportunities::remove(unit, id, before.version)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take a step in the life of an opportunity
///
/// What is published without a last day gets the usual one.
/// draft → `in_review` → published → matched → completed; published → expired or withdrawn; expired → published with a new
/// `expires_on`; what the review holds or rejects goes back to draft. A manager's review decides what follows `in_review`.
#[utoipa::path(tag = "opportunities", params(OpportunityPath), request_body = OpportunityStep,
    extensions(("x-authz" = json!({"from": "editor", "scope": "opportunities:write", "own": true})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "The step is taken.", body = OpportunityBody)))]
#[post("/opportunities/{opportunity_id}/status")]
pub async fn change_opportunity_status(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OpportunityId>,
    _query: NoQuery,
    body: Json<OpportunityStep>,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    let changed = state::write(&state, actor, move |unit| {
        let before = find(unit.db(), &caller, id)?;
        let review = body.0.given_review()?;
        let after = body.0.take(&before.record, caller.audience(), days(&shared))?;
        let stored = opportunities::update(unit, &before, after)?;
        if let Some((review, remark)) = review {
            given_reviews::insert(unit, &stored, review, &remark)?;
        }
        OpportunityBody::for_editors(&stored, &shared.directory().snapshot())
    });
    answer::changed(&changed.await?)
}

/// The stored opportunity, for someone who may change it. One that the caller cannot see does not exist.
fn find(db: &mut Db, caller: &Caller, id: OpportunityId) -> Result<Stored<Opportunity>, Problem> {
    let stored = opportunities::find(db, id)?;
    let owner = stored.record.organisation;
    if stored.project(caller.audience_at(owner)).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    caller.must_edit(owner)?;
    Ok(stored)
}

/// Today, and the last day of what is published today without one.
fn days(state: &State) -> Days {
    let today = state.now().date_naive();
    Days {
        today,
        usual_end: state.periods().opportunity_ends(today),
    }
}
