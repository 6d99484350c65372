//! Upkeep: how complete profiles are, what is due in them, and their people's word that they are right.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::completeness::completeness;
use werkstadt_domain::id::Id;
use werkstadt_domain::opportunity::Opportunity;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::Claim;
use werkstadt_domain::upkeep::{Reminder, reminders};
use werkstadt_persistence::{Db, claims, confirmations, opportunities, profiles};

use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path, Query};
use crate::organisations::handlers::{OrganisationPath, may_edit};
use crate::page::{List, PageQuery};
use crate::problem::Problem;
use crate::state::{self, State};

pub mod duplicates;
pub mod merge;
pub mod wire;

use wire::{CompletenessBody, Confirm, ConfirmationBody, RemindersBody, UpkeepBody, UpkeepPage};

/// Which profiles to look after.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UpkeepQuery {
    /// With a completeness of at most this.
    #[param(minimum = 0, maximum = 100)]
    pub max_score: Option<u8>,
    /// `true`: only those in which something is due; `false`: only those in which nothing is.
    pub due: Option<bool>,
}

/// How complete a profile is
///
/// Weighs what search and matching gain by, and names what to add, the most useful first. For the organisation's own people.
#[utoipa::path(tag = "upkeep", params(OrganisationPath),
    extensions(("x-authz" = json!({"from": "editor", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "The completeness.", body = CompletenessBody)))]
#[get("/organisations/{organisation_id}/completeness")]
pub async fn get_completeness(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    may_edit(&state.directory().snapshot(), &caller, path.0)?;
    let profile = state::read(&state, move |db| Ok(profiles::find(db, path.0)?)).await?;
    let completeness = completeness(&profile, state.now().date_naive());
    answer::private_page(&CompletenessBody::from(&completeness), None)
}

/// What is due in a profile
///
/// Skills and profiles that nobody confirmed for long, certificates and opportunities that end. For the organisation's own people.
#[utoipa::path(tag = "upkeep", params(OrganisationPath),
    extensions(("x-authz" = json!({"from": "editor", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "The reminders, the longest due first.", body = RemindersBody)))]
#[get("/organisations/{organisation_id}/reminders")]
pub async fn list_reminders(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    may_edit(&state.directory().snapshot(), &caller, path.0)?;
    let shared = state.clone();
    let due = state::read(&state, move |db| {
        let profile = profiles::find(db, path.0)?;
        let around = Around::load(db, &[path.0])?;
        Ok((around.confirmed(path.0), around.due(&shared, &profile)))
    });
    let (confirmed_at, due) = due.await?;
    let snapshot = state.directory().snapshot();
    answer::private_page(&RemindersBody::new(confirmed_at, &due, path.0, &snapshot), None)
}

/// Confirm a profile
///
/// Its people say that it is right today, with all skills or with those named; nothing else changes.
#[utoipa::path(tag = "upkeep", params(OrganisationPath), request_body = Confirm,
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Confirmed.", body = ConfirmationBody)))]
#[post("/organisations/{organisation_id}/confirm")]
pub async fn confirm_profile(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    _query: NoQuery,
    body: Json<Confirm>,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    may_edit(&state.directory().snapshot(), &caller, id)?;
    let confirmed = state::write(&state, caller.actor(), move |unit| {
        let profile = profiles::find(unit.db(), id)?;
        let wanted = body.0.claims(&profile)?;
        confirmations::insert(unit, id)?;
        let (now, mut confirmed) = (unit.now(), 0);
        for stored in profile.claims.iter().filter(|claim| wanted.contains(&claim.record.id)) {
            let after = Claim {
                confirmed_at: Some(now),
                ..stored.record.clone()
            };
            claims::update(unit, id, stored, after)?;
            confirmed += 1;
        }
        Ok(ConfirmationBody {
            confirmed_at: now,
            claims: confirmed,
        })
    });
    answer::private_page(&confirmed.await?, None)
}

/// Profiles to look after
///
/// Completeness and what is due, profile by profile, in order of id.
#[utoipa::path(tag = "upkeep", params(UpkeepQuery, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of profiles.", body = UpkeepPage)))]
#[get("/upkeep")]
pub async fn list_upkeep(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<UpkeepQuery>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, Audience::Manager);
    let after = list.after::<Uuid>(&page.0)?.map(Id::new);
    let (shared, limit) = (state.clone(), page.0.limit().get());
    let found = state::read(&state, move |db| find_upkeep(db, &shared, &query.0, after, limit));
    let (found, after) = found.await?;
    list.answer::<UpkeepBody>(&caller, found, after.map(OrganisationId::uuid))
}

/// Profiles read at a time while looking for those wanted.
const CHUNK: usize = 500;

/// The profiles wanted after an id, and the id after which to go on.
fn find_upkeep(
    db: &mut Db,
    state: &State,
    query: &UpkeepQuery,
    mut after: Option<OrganisationId>,
    limit: usize,
) -> Result<(Vec<UpkeepBody>, Option<OrganisationId>), Problem> {
    let (snapshot, today) = (state.directory().snapshot(), state.now().date_naive());
    let mut found = Vec::new();
    loop {
        let chunk = profiles::list(db, after, i64::try_from(CHUNK).unwrap_or(i64::MAX))?;
        let ids: Vec<OrganisationId> = chunk.iter().map(Profile::id).collect();
        let around = Around::load(db, &ids)?;
        for profile in &chunk {
            if found.len() == limit {
                return Ok((found, after));
            }
            after = Some(profile.id());
            let due = around.due(state, profile);
            let body = UpkeepBody::new(profile, around.confirmed(profile.id()), &due, &snapshot, today);
            found.extend(query.wants(&body).then_some(body));
        }
        if chunk.len() < CHUNK {
            return Ok((found, None));
        }
    }
}

impl UpkeepQuery {
    fn wants(&self, body: &UpkeepBody) -> bool {
        self.max_score.is_none_or(|max| body.score <= max)
            && self.due.is_none_or(|due| due != body.reminders.is_empty())
    }
}

/// What reminders of profiles depend on beside them.
struct Around {
    confirmed: HashMap<OrganisationId, DateTime<Utc>>,
    opportunities: HashMap<OrganisationId, Vec<Stored<Opportunity>>>,
}

impl Around {
    fn load(db: &mut Db, ids: &[OrganisationId]) -> Result<Self, Problem> {
        let mut by_owner: HashMap<OrganisationId, Vec<_>> = HashMap::new();
        for one in opportunities::of_organisations(db, ids)? {
            by_owner.entry(one.record.organisation).or_default().push(one);
        }
        Ok(Self {
            confirmed: confirmations::load(db, ids)?,
            opportunities: by_owner,
        })
    }

    fn confirmed(&self, id: OrganisationId) -> Option<DateTime<Utc>> {
        self.confirmed.get(&id).copied()
    }

    fn due(&self, state: &State, profile: &Profile) -> Vec<Reminder> {
        let id = profile.id();
        let offered = self.opportunities.get(&id).map(Vec::as_slice).unwrap_or_default();
        let today = state.now().date_naive();
        reminders(profile, offered, self.confirmed(id), state.reminding(), today)
    }
}
