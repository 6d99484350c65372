//! The operations on imports and jobs.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::named::Named;
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus};
use werkstadt_persistence::{Error, Noun, imports};

use super::options::ImportOptions;
use super::preview::{self, PreviewBody};
use super::source::{Format, Source};
use super::wire::{DuplicateBody, DuplicatePage, JobBody, JobErrorBody, JobErrorPage, JobPage, UndoBody};
use super::{report, run, undo};
use crate::answer;
use crate::audit::{Disclosures, occasion};
use crate::auth::Caller;
use crate::daily;
use crate::extract::{NoQuery, Path, Query, Raw};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::{Breach, Code, Place, Problem};
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
/// JSON Lines: a record a line, `record` names the sort (skill, organisation, opportunity, solution, person; see the schemas `Import…`).
/// CSV and XLSX: a row an organisation; encoding, separator, header row and the meaning of the columns are found out, see the
/// preview. Good rows are written, all at once; faulty ones are listed in the job's errors. Rows that mean an organisation of
/// the directory are listed as duplicates. `Prefer: wait=10` waits so many seconds for the end.
#[utoipa::path(tag = "admin",
    params(ImportOptions, ("Prefer" = Option<String>, Header, description = "`wait=10` waits up to so many seconds for the end.")),
    request_body(content((crate::imports::lines::ImportLine = "application/x-ndjson", example = json!({"record": "organisation", "kind": "company", "name": "Beispiel GmbH"})),
        (String = "text/csv", example = "Firma;Art;PLZ;Ort\nBeispiel GmbH;Unternehmen;07743;Jena\n"),
        (crate::imports::lines::ImportWorkbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 202, description = "Accepted; the job tells how it goes.", body = JobBody)))]
#[post("/imports")]
pub async fn create_import(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    options: Query<ImportOptions>,
    body: Raw,
) -> Result<HttpResponse, Problem> {
    let choices = options.0.choices();
    let source = open(body, options.0).await?;
    if source.lacks_names() {
        let missing = (Place::Body("/name".to_owned()), Breach::Rule(Rule::Required));
        return Err(Problem::new(Code::MalformedBody).with_breaches(vec![missing]));
    }
    let (actor, id): (_, JobId) = (caller.actor(), state.id());
    let user = caller.user().map(|user| user.id);
    let author = occasion::author(actor);
    let queued = state::write(&state, actor, move |unit| run::queue(unit, id, user)).await?;
    let shared = state.clone();
    let work = web::block(move || run::run(&shared, &author, id, &source, &choices));
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

/// Preview an import
///
/// Takes what an import takes and writes nothing: tells how the file is made, what its columns hold, how the first rows would be
/// read, and every kind of fault and duplicate. What it gets wrong is corrected by the parameters, here and in the import.
#[utoipa::path(tag = "admin",
    params(ImportOptions),
    request_body(content((crate::imports::lines::ImportLine = "application/x-ndjson", example = json!({"record": "organisation", "kind": "company", "name": "Beispiel GmbH"})),
        (String = "text/csv", example = "Firma;Art;PLZ;Ort\nBeispiel GmbH;Unternehmen;07743;Jena\n"),
        (crate::imports::lines::ImportWorkbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "What the import would do.", body = PreviewBody)))]
#[post("/imports/preview")]
pub async fn preview_import(
    state: web::Data<State>,
    _caller: Caller,
    options: Query<ImportOptions>,
    body: Raw,
) -> Result<HttpResponse, Problem> {
    let choices = options.0.choices();
    let source = open(body, options.0).await?;
    let previewed = web::block(move || preview::preview(&state, &source, &choices)).await;
    Ok(HttpResponse::Ok().json(previewed.map_err(Problem::internal)??))
}

/// Media types under which tables are sent; Windows calls CSV files by the old name of Excel's.
const TABLES: [&str; 4] = [
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/octet-stream",
];

/// Opens what was sent, on a blocking thread.
async fn open(body: Raw, options: ImportOptions) -> Result<Source, Problem> {
    let format = match body.media_type.as_str() {
        "application/x-ndjson" | "application/jsonl" => Format::JsonLines,
        table if TABLES.contains(&table) => Format::Table,
        _ => {
            let accepted = vec!["application/x-ndjson", TABLES[0], TABLES[1]];
            return Err(Problem::new(Code::UnsupportedMediaType).with_fact("accepted", accepted));
        }
    };
    let opened = web::block(move || Source::open(body.bytes, format, &options)).await;
    opened.map_err(Problem::internal)?
}

/// Take an import back
///
/// For seven days: what the import made is removed, what it updated is again as it was. What was changed since stays, and is
/// listed with the reason.
#[utoipa::path(tag = "admin", params(JobPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "Taken back, as far as possible.", body = UndoBody)))]
#[post("/imports/{job_id}/undo")]
pub async fn undo_import(
    state: web::Data<State>,
    caller: Caller,
    id: Path<JobId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path(id) = id;
    let undone = state::write(&state, caller.actor(), move |unit| undo::undo(unit, id)).await?;
    Ok(HttpResponse::Ok().json(undone))
}

/// The duplicates that an import found
#[utoipa::path(tag = "admin", params(JobPath, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of duplicates.", body = DuplicatePage)))]
#[get("/imports/{job_id}/duplicates")]
pub async fn list_import_duplicates(
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
    let found = state::read(&state, move |db| {
        jobs::find(db, id)?;
        Ok(imports::duplicates(db, id, skip, and_one_more(limit))?)
    })
    .await?;
    let (found, more) = cut(found, limit, |_| ());
    let taken = skip + u64::try_from(found.len()).unwrap_or_default();
    let bodies = found.into_iter().map(serde_json::from_value::<DuplicateBody>);
    let bodies = bodies.collect::<Result<Vec<_>, _>>().map_err(Problem::internal)?;
    list.answer(&caller, bodies, more.map(|()| taken))
}

/// Cancel a job
///
/// Nothing of it will have happened. A job whose records are written already can no longer be cancelled; an import can be taken
/// back. The day's work cannot be cancelled.
#[utoipa::path(tag = "admin", params(JobPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "The job, cancelled.", body = JobBody)))]
#[post("/jobs/{job_id}/cancel")]
pub async fn cancel_job(
    state: web::Data<State>,
    caller: Caller,
    id: Path<JobId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path(id) = id;
    let cancelled = state::write(&state, caller.actor(), move |unit| {
        let before = jobs::find(unit.db(), id)?;
        // Of the day's work, each step is done when it is done.
        if before.status.is_final() || report::is_written(&before) || before.kind == daily::KIND {
            return Err(report::ended(&before));
        }
        let after = Job {
            status: JobStatus::Cancelled,
            ..before.clone()
        };
        jobs::update(unit, &before, after).map_err(|error| match error {
            Error::Stale { .. } => report::ended(&before),
            other => Problem::from(other),
        })
    });
    Ok(HttpResponse::Ok().json(JobBody::from(cancelled.await?)))
}

/// How many seconds the caller would wait (RFC 7240), at most 25.
pub(crate) fn waiting(request: &HttpRequest) -> Option<Duration> {
    let given = request.headers().get("Prefer")?.to_str().ok()?;
    let seconds = given.split(',').find_map(|one| one.trim().strip_prefix("wait="))?;
    seconds
        .parse()
        .ok()
        .map(|seconds: u64| Duration::from_secs(seconds.min(25)))
}

/// List jobs
///
/// The newest first: imports that are running, that have ended, and that can still be taken back, and runs of the day's work. Jobs that
/// ended more than 180 days ago are removed with all that belongs to them.
#[utoipa::path(tag = "admin", params(PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of jobs.", body = JobPage)))]
#[get("/jobs")]
pub async fn list_jobs(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let Query(page) = page;
    let list = List::new(&request, &state, Audience::Manager);
    let after = list.after::<Uuid>(&page)?.map(Id::new);
    let limit = page.limit();
    let found = state::read(&state, move |db| Ok(jobs::list(db, after, and_one_more(limit))?)).await?;
    let (found, after) = cut(found, limit, |last| last.id.uuid());
    list.answer(&caller, found.into_iter().map(JobBody::from).collect(), after)
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
    // Faults quote the file.
    Disclosures::to(&state, &caller).note(Noun::Job, [id.uuid()])?;
    let items = errors.into_iter().map(JobErrorBody::from);
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
        let (undo_until, undone_at) = (undo::until(&job), undo::undone_at(&job));
        Self {
            undo_until,
            undone_at,
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
