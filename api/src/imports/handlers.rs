//! The operations on imports and jobs.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa::IntoParams;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::named::Named;
use werkstadt_persistence::jobs::{self, Job, JobId};

use super::run::{self, Format};
use super::wire::{JobBody, JobErrorBody, JobErrorPage};
use crate::answer;
use crate::auth::Caller;
use crate::extract::{NoQuery, Path, Query, Raw};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// The part of the path that names a job.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct JobPath {
    /// The job's id.
    #[param(format = Uuid)]
    pub job_id: String,
}

/// Import a network
///
/// JSON Lines: a record a line, `record` names the sort (skill, organisation, opportunity, person; see the schemas `Import…`).
/// CSV: a row an organisation, with a header row. Good rows are written, all at once; faulty ones are listed in the job's
/// errors. `Prefer: wait=10` waits so many seconds for the end.
#[utoipa::path(tag = "admin",
    params(("Prefer" = Option<String>, Header, description = "`wait=10` waits up to so many seconds for the end.")),
    request_body(content((crate::imports::lines::ImportLine = "application/x-ndjson", example = json!({"record": "organisation", "kind": "company", "name": "Beispiel GmbH"})),
        (String = "text/csv", example = "name;kind\nBeispiel GmbH;company\n"))),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 202, description = "Accepted; the job tells how it goes.", body = JobBody)))]
#[post("/imports")]
pub async fn create_import(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Raw,
) -> Result<HttpResponse, Problem> {
    let format = match body.media_type.as_str() {
        "application/x-ndjson" | "application/jsonl" => Format::JsonLines,
        "text/csv" => Format::Csv,
        _ => {
            return Err(Problem::new(Code::UnsupportedMediaType)
                .with_fact("accepted", vec!["application/x-ndjson", "text/csv"]));
        }
    };
    let (actor, id): (_, JobId) = (caller.actor(), state.id());
    let user = caller.user().map(|user| user.id);
    let queued = state::write(&state, actor, move |unit| run::queue(unit, id, user)).await?;
    let shared = state.clone();
    let work = web::block(move || run::run(&shared, actor, id, &body.bytes, format));
    let work = actix_web::rt::spawn(work);
    let job = match waiting(&request) {
        Some(patience) => {
            // Running out of patience leaves the job running.
            let _ = actix_web::rt::time::timeout(patience, work).await;
            state::read(&state, move |db| Ok(jobs::find(db, id)?)).await?
        }
        None => queued,
    };
    let mut response = HttpResponse::Accepted();
    response.insert_header(("Location", format!("/v1/jobs/{id}")));
    Ok(response.json(JobBody::from(job)))
}

/// How many seconds the caller would wait (RFC 7240), at most 25.
fn waiting(request: &HttpRequest) -> Option<Duration> {
    let given = request.headers().get("Prefer")?.to_str().ok()?;
    let seconds = given.split(',').find_map(|one| one.trim().strip_prefix("wait="))?;
    seconds
        .parse()
        .ok()
        .map(|seconds: u64| Duration::from_secs(seconds.min(25)))
}

/// One job
#[utoipa::path(tag = "admin", params(JobPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The job.", body = JobBody), (status = 304, description = "The client has it already.")))]
#[get("/jobs/{job_id}")]
pub async fn get_job(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<JobId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path(id) = id;
    let job = state::read(&state, move |db| Ok(jobs::find(db, id)?)).await?;
    answer::record(&request, &caller, &JobBody::from(job))
}

/// The faults that a job found
#[utoipa::path(tag = "admin", params(JobPath, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of faults.", body = JobErrorPage)))]
#[get("/jobs/{job_id}/errors")]
pub async fn list_job_errors(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<JobId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (Path(id), Query(page)) = (id, page);
    let list = List::new(&request, &state, Audience::Manager);
    let skip: u64 = list.after(&page)?.unwrap_or_default();
    let limit = page.limit();
    let errors = state::read(&state, move |db| {
        jobs::find(db, id)?;
        Ok(jobs::errors(db, id, skip, and_one_more(limit))?)
    })
    .await?;
    let (errors, more) = cut(errors, limit, |_| ());
    let taken = skip + u64::try_from(errors.len()).unwrap_or_default();
    let items = errors.into_iter().map(|error| JobErrorBody {
        row: error.row,
        pointer: error.pointer,
        code: error.code,
        detail: error.detail,
    });
    list.answer(&caller, items.collect(), more.map(|()| taken))
}

impl From<Job> for JobBody {
    fn from(job: Job) -> Self {
        let text = |name: &str| {
            job.result
                .get(name)
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned)
        };
        let counts = job.result.as_object().into_iter().flatten();
        let counts = counts.filter_map(|(noun, count)| Some((noun.clone(), count.as_u64()?)));
        Self {
            id: job.id.to_string(),
            kind: job.kind.clone(),
            status: job.status.code().to_owned(),
            total: job.total,
            done: job.done,
            failed: job.failed,
            created: counts.collect(),
            reason: text("reason"),
            created_at: job.created_at,
            updated_at: job.updated_at,
            finished_at: job.finished_at,
        }
    }
}
