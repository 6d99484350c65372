//! Many memberships at once: entered, renewed, paid. All of it happens, or nothing; a dry run does all of it and takes it back.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use werkstadt_persistence::{Actor, Error, UnitOfWork};

use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, Query};
use crate::problem::{Code, Problem};
use crate::state::{self, State};

mod entry;
mod steps;
pub mod wire;

use wire::{BulkBody, BulkRequest, PaymentsBody, PaymentsRequest, RenewalsBody, RenewalsRequest};

/// Whether to do it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DryRun {
    /// `true` tells what would change, and changes nothing.
    pub dry_run: Option<bool>,
}

/// How it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Done, looked at and taken back.
    Trial,
    /// Done.
    Earnest,
}

impl From<&DryRun> for Mode {
    fn from(query: &DryRun) -> Self {
        if query.dry_run == Some(true) {
            Self::Trial
        } else {
            Self::Earnest
        }
    }
}

/// How a unit of work ended that is not committed.
enum Ended<T> {
    Tried(T),
    Failed(Problem),
}

impl<T> From<Problem> for Ended<T> {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl<T> From<Error> for Ended<T> {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Enter many memberships
///
/// Up to 1,000 rows, as from a spreadsheet: the organisation is named, or described and then looked up, as an import looks it up, or
/// entered. An organisation that is a member already gets the terms of its row. Every fault of every row is told; with `dry_run=true` so
/// is what would change.
#[utoipa::path(tag = "memberships", params(DryRun), request_body = BulkRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "What has changed, or would change.", body = BulkBody)))]
#[post("/memberships/bulk")]
pub async fn enter_memberships(
    state: web::Data<State>,
    caller: Caller,
    query: Query<DryRun>,
    body: Json<BulkRequest>,
) -> Result<HttpResponse, Problem> {
    let mode = Mode::from(&query.0);
    let shared = state.clone();
    let items = work(&state, caller.actor(), mode, move |unit| {
        entry::all(unit, &shared, &body.0.items)
    })
    .await?;
    answer::page(&caller, &BulkBody::new(mode, items), None)
}

/// Renew many memberships
///
/// Those that are named, or all. What cannot be renewed now is skipped, and why is told.
#[utoipa::path(tag = "memberships", params(DryRun), request_body = RenewalsRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "What was renewed, or would be.", body = RenewalsBody)))]
#[post("/memberships/renewals")]
pub async fn renew_memberships(
    state: web::Data<State>,
    caller: Caller,
    query: Query<DryRun>,
    body: Json<RenewalsRequest>,
) -> Result<HttpResponse, Problem> {
    let mode = Mode::from(&query.0);
    let shared = state.clone();
    let items = work(&state, caller.actor(), mode, move |unit| {
        steps::renewals(unit, &shared, &body.0)
    })
    .await?;
    answer::page(&caller, &RenewalsBody::new(mode, items), None)
}

/// Note many payments
///
/// As from a bank statement. Dues that are paid already stay as they are.
#[utoipa::path(tag = "memberships", params(DryRun), request_body = PaymentsRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "What was paid, or would be.", body = PaymentsBody)))]
#[post("/dues/payments")]
pub async fn pay_dues(
    state: web::Data<State>,
    caller: Caller,
    query: Query<DryRun>,
    body: Json<PaymentsRequest>,
) -> Result<HttpResponse, Problem> {
    let mode = Mode::from(&query.0);
    let items = work(&state, caller.actor(), mode, move |unit| steps::payments(unit, &body.0)).await?;
    answer::page(&caller, &PaymentsBody::new(mode, items), None)
}

/// One unit of work on a blocking thread, taken back if it is a trial. Somebody who changes the same at the same time makes it a
/// conflict.
async fn work<T: Send + 'static>(
    state: &web::Data<State>,
    actor: Actor,
    mode: Mode,
    work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = state::attempt(state, actor, move |unit| match (work(unit), mode) {
        (Err(problem), _) => Err(Ended::Failed(problem)),
        (Ok(value), Mode::Trial) => Err(Ended::Tried(value)),
        (Ok(value), Mode::Earnest) => Ok(value),
    });
    match done.await {
        Ok(value) | Err(Ended::Tried(value)) => Ok(value),
        Err(Ended::Failed(problem)) if problem.code() == Code::Stale => Err(Problem::new(Code::Conflict)),
        Err(Ended::Failed(problem)) => Err(problem),
    }
}
