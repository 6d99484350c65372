//! The day's work, asked for.

use actix_web::{HttpRequest, HttpResponse, post, web};
use werkstadt_persistence::jobs::{self, JobId};

use super::runs::{ATTEMPTS, Begun, begin, is_race, perform};
use crate::auth::Caller;
use crate::extract::NoQuery;
use crate::imports::handlers::waiting;
use crate::imports::wire::JobBody;
use crate::problem::Problem;
use crate::state::{self, State};

/// Do the day's work now
///
/// What falls due by date is done once a day anyway: opportunities expire, solutions lapse, memberships take their steps, members are
/// reminded of dues, what is over is forgotten. Here it is done at once, for example after the clock or many dates were put right; to do it again changes nothing more.
/// While a run has not ended, the answer is that run. `Prefer: wait=10` waits so many seconds for the end.
#[utoipa::path(tag = "admin",
    params(("Prefer" = Option<String>, Header, description = "`wait=10` waits up to so many seconds for the end.")),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 202, description = "Begun, here or elsewhere; the job tells how it goes.", body = JobBody)))]
#[post("/jobs/daily")]
pub async fn run_daily_work(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (begun, id) = match begin_for(&state, &caller).await? {
        Begun::Elsewhere(job) => (job.clone(), job.id),
        Begun::Here(job) => {
            let (shared, begun) = (state.clone(), job.clone());
            let work = actix_web::rt::spawn(web::block(move || run_as(&shared, begun)));
            if let Some(patience) = waiting(&request) {
                // Running out of patience leaves it running.
                let _ = actix_web::rt::time::timeout(patience, work).await;
            }
            (job.clone(), job.id)
        }
    };
    let job = match waiting(&request) {
        Some(_) => state::read(&state, move |db| Ok(jobs::find(db, id)?)).await?,
        None => begun,
    };
    let mut response = HttpResponse::Accepted();
    response.insert_header(("Location", format!("/v1/jobs/{id}")));
    Ok(response.json(JobBody::from(job)))
}

async fn begin_for(state: &web::Data<State>, caller: &Caller) -> Result<Begun, Problem> {
    let user = caller.user().map(|user| user.id);
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let id: JobId = state.id();
        let begun = state::write(state, caller.actor(), move |unit| begin(unit, id, user));
        match begun.await {
            Err(problem) if left > 0 && is_race(&problem) => {}
            other => return other,
        }
    }
}

/// The failure of a run is in its job.
fn run_as(state: &State, job: jobs::Job) {
    let id = job.id;
    if let Err(problem) = perform(state, job) {
        tracing::error!(job = %id, cause = problem.cause().unwrap_or_default(), "the day's work failed");
    }
}
