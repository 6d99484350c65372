//! Moderation: reports, proposals and flagged changes, and the inbox in which managers decide about them.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Visibility};
use werkstadt_domain::id::Id;
use werkstadt_domain::moderation::{CaseId, CaseKind};
use werkstadt_domain::named::Named;
use werkstadt_persistence::{Noun, moderation, organisations};

use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path, Query};
use crate::organisations::taken::taken;
use crate::organisations::wire::OrganisationCreate;
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::Problem;
use crate::state::{self, State};

mod decide;
mod flag;
pub mod wire;

pub use flag::note_change;
use wire::{
    CaseBody, CaseDecision, CaseKindName, CasePage, CaseReceiptBody, CaseStatusName, ReportCreate, TAKEN,
    TakenNumberBody, WISHED_VISIBILITY,
};

/// The part of the path that names a case.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CasePath {
    /// The case's id.
    #[param(format = Uuid)]
    pub case_id: String,
}

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListCases {
    /// In this state.
    pub status: Option<CaseStatusName>,
    /// Of this kind.
    pub kind: Option<CaseKindName>,
}

/// Report a record
///
/// That it is wrong, outdated, a duplicate or should not be there. Managers look at it; the record stays as it is until then.
#[utoipa::path(tag = "upkeep", request_body = ReportCreate,
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 202, description = "Taken in.", body = CaseReceiptBody)))]
#[post("/reports")]
pub async fn report_record(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<ReportCreate>,
) -> Result<HttpResponse, Problem> {
    let (subject, content) = body.0.read(&state, &caller)?;
    let id = state.id();
    let taken = state::write(&state, caller.actor(), move |unit| {
        Ok(moderation::insert(unit, id, CaseKind::Report, subject, content)?)
    });
    Ok(HttpResponse::Accepted().json(CaseReceiptBody::from(&taken.await?)))
}

/// Propose an organisation
///
/// A new organisation that the directory lacks. Managers see it at once and decide; everyone else sees it when it is accepted.
/// Numbers that another organisation has already are left out, and managers are told whose they are.
#[utoipa::path(tag = "upkeep", request_body = OrganisationCreate,
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"})), ("x-errors" = json!([409]))),
    responses((status = 202, description = "Taken in.", body = CaseReceiptBody)))]
#[post("/proposals")]
pub async fn propose_organisation(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<OrganisationCreate>,
) -> Result<HttpResponse, Problem> {
    let mut organisation = body.0.into_domain(state.id())?;
    let wished = organisation.visibility.core;
    organisation.visibility.core = Visibility::Managers;
    let id = state.id();
    let taken = state::write(&state, caller.actor(), move |unit| {
        let taken = taken(unit.db(), &organisation)?;
        taken
            .iter()
            .for_each(|(number, _)| organisation.identifiers.remove(number));
        let stored = organisations::insert(unit, organisation)?;
        let subject = (Noun::Organisation, stored.record.id.uuid());
        let taken: Vec<TakenNumberBody> = taken.iter().map(TakenNumberBody::from).collect();
        let content = json!({WISHED_VISIBILITY: wished.code(), TAKEN: taken});
        Ok(moderation::insert(unit, id, CaseKind::Proposal, subject, content)?)
    });
    Ok(HttpResponse::Accepted().json(CaseReceiptBody::from(&taken.await?)))
}

/// The moderation inbox
#[utoipa::path(tag = "upkeep", params(ListCases, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of cases, the oldest first.", body = CasePage)))]
#[get("/moderation")]
pub async fn list_cases(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListCases>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, Audience::Manager);
    let after = list.after::<Uuid>(&page.0)?.map(Id::new);
    let limit = page.0.limit();
    let (status, kind) = (query.0.status.map(|one| one.0), query.0.kind.map(|one| one.0));
    let found = state::read(&state, move |db| {
        Ok(moderation::list(db, status, kind, after, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| last.case.id.uuid());
    let bodies = found.iter().map(|case| CaseBody::new(case, &state)).collect();
    list.answer::<CaseBody>(&caller, bodies, after)
}

/// One case
#[utoipa::path(tag = "upkeep", params(CasePath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The case.", body = CaseBody),
        (status = 304, description = "The client has it already.")))]
#[get("/moderation/{case_id}")]
pub async fn get_case(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<CaseId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let found = state::read(&state, move |db| Ok(moderation::find(db, path.0)?)).await?;
    answer::record(&request, &caller, &CaseBody::new(&found, &state))
}

/// Decide a case
///
/// A flagged change: `accepted` leaves it, `rejected` puts back what it changed. A proposal: `accepted` shows the organisation,
/// `rejected` removes it. A report: whether it is right; what follows is yours to do.
#[utoipa::path(tag = "upkeep", params(CasePath), request_body = CaseDecision,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "Decided.", body = CaseBody)))]
#[post("/moderation/{case_id}/decision")]
pub async fn decide_case(
    state: web::Data<State>,
    caller: Caller,
    path: Path<CaseId>,
    _query: NoQuery,
    body: Json<CaseDecision>,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    let decided = state::write(&state, caller.actor(), move |unit| {
        decide::decide(unit, &shared, path.0, body.0)
    });
    answer::changed(&CaseBody::new(&decided.await?, &state))
}
