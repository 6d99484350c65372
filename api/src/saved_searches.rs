//! Saved searches: what a user looks for again, and what is new in it.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::page::Limit;
use werkstadt_domain::saved_search::{FeedPlace, MOST_PER_USER, SavedSearch, SavedSearchId};
use werkstadt_persistence::{Db, saved_searches};

use crate::answer;
use crate::auth::Caller;
use crate::changes;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::page::List;
use crate::patch::{self, Base};
use crate::problem::{Code, Problem};
use crate::state::{self, State};

mod evaluate;
mod read;
pub mod wire;

use wire::{
    SavedSearchBody, SavedSearchCreate, SavedSearchHitsPage, SavedSearchPage, SavedSearchPatch, SavedSearchSeen,
};

/// The part of the path that names a saved search.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SavedSearchPath {
    /// The saved search's id.
    #[param(format = Uuid)]
    pub saved_search_id: String,
}

/// From where to read the hits.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HitsQuery {
    /// The place up to which the hits are known: `next` of the page before names it. Without it, what was marked as seen.
    #[param(min_length = 1, max_length = 200)]
    pub after: Option<String>,
    /// Changes looked through for a page.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

/// How a changed search is read.
const BASE: Base = Base {
    create: "create_saved_search",
    derived: &["id", "href", "created_at", "updated_at"],
    by_id: &[],
};

/// My saved searches
#[utoipa::path(tag = "search", extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 200, description = "The searches, in order of id.", body = SavedSearchPage)))]
#[get("/saved-searches")]
pub async fn list_saved_searches(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?.id;
    let found = state::read(&state, move |db| Ok(saved_searches::list(db, user)?)).await?;
    let bodies = found.iter().map(SavedSearchBody::from).collect();
    List::new(&request, &state, caller.audience()).answer::<SavedSearchBody>(&caller, bodies, None::<Uuid>)
}

/// Save a search
///
/// Its hits begin with what changes from now on. At most 100 for each user.
#[utoipa::path(tag = "search", request_body = SavedSearchCreate,
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"})), ("x-errors" = json!([409]))),
    responses((status = 201, description = "Saved.", body = SavedSearchBody)))]
#[post("/saved-searches")]
pub async fn create_saved_search(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<SavedSearchCreate>,
) -> Result<HttpResponse, Problem> {
    let (user, audience, shared, id) = (caller.signed_in()?.id, caller.audience(), state.clone(), state.id());
    let stored = state::write(&state, caller.actor(), move |unit| {
        if saved_searches::list(unit.db(), user)?.len() >= MOST_PER_USER {
            return Err(Problem::new(Code::LimitReached).with_fact("limit", MOST_PER_USER));
        }
        let count = shared.feed.end(unit.db(), audience)?;
        let seen = FeedPlace { audience, count };
        let search = read::search(&shared, body.0, id, user, seen)?;
        Ok(saved_searches::insert(unit, search)?)
    });
    let body = SavedSearchBody::from(&stored.await?);
    answer::created(format!("/v1/saved-searches/{}", body.id), &body)
}

/// One of my saved searches
#[utoipa::path(tag = "search", params(SavedSearchPath),
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 200, description = "The search.", body = SavedSearchBody),
        (status = 304, description = "The client has it already.")))]
#[get("/saved-searches/{saved_search_id}")]
pub async fn get_saved_search(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<SavedSearchId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?.id;
    let (_, body) = state::read(&state, move |db| find(db, user, path.0)).await?;
    answer::record(&request, &caller, &body)
}

/// Change a saved search
#[utoipa::path(tag = "search", params(SavedSearchPath, IfMatchHeader),
    request_body(content = SavedSearchPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 200, description = "Changed.", body = SavedSearchBody)))]
#[patch("/saved-searches/{saved_search_id}")]
pub async fn update_saved_search(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SavedSearchId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (user, shared) = (caller.signed_in()?.id, state.clone());
    let changed = state::write(&state, caller.actor(), move |unit| {
        let (before, present) = find(unit.db(), user, path.0)?;
        condition.check(&answer::tag(&present)?)?;
        let create: SavedSearchCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let after = read::search(&shared, create, path.0, user, before.record.seen)?;
        Ok(SavedSearchBody::from(&saved_searches::update(unit, &before, after)?))
    });
    answer::changed(&changed.await?)
}

/// Forget a saved search
#[utoipa::path(tag = "search", params(SavedSearchPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 204, description = "Forgotten.")))]
#[delete("/saved-searches/{saved_search_id}")]
pub async fn delete_saved_search(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SavedSearchId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?.id;
    state::write(&state, caller.actor(), move |unit| {
        let (before, present) = find(unit.db(), user, path.0)?;
        condition.check(&answer::tag(&present)?)?;
        Ok(saved_searches::remove(unit, path.0, before.version)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is new in a saved search
///
/// Records that came to be, came into view or changed since a place in the feed of changes, and that the search finds now. To be
/// asked from time to time; a page may be empty although `more` follows.
#[utoipa::path(tag = "search", params(SavedSearchPath, HitsQuery),
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "A page of hits.", body = SavedSearchHitsPage)))]
#[get("/saved-searches/{saved_search_id}/hits")]
pub async fn list_saved_search_hits(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<SavedSearchId>,
    query: Query<HitsQuery>,
) -> Result<HttpResponse, Problem> {
    let (user, audience) = (caller.signed_in()?.id, caller.audience());
    let after = query.0.after.as_deref();
    let after = after
        .map(|place| changes::read_place(&state, audience, place))
        .transpose()?;
    let limit = query.0.limit.map_or_else(Limit::default, Limit::clamped);
    let shared = state.clone();
    let found = state::read(&state, move |db| {
        let search = saved_searches::find(db, user, path.0)?.record;
        // A feed belongs to a class of readers; after a change of role it begins anew.
        let seen = if search.seen.audience == audience {
            search.seen.count
        } else {
            0
        };
        let page = shared.feed.page(db, audience, after.unwrap_or(seen), limit.get())?;
        Ok((search, page))
    });
    let (search, page) = found.await?;
    let place = changes::write_place(&state, audience, page.next)?;
    let shared = state.clone();
    let items = web::block(move || evaluate::hits(&shared, &caller, &search, &page.items));
    let items = items.await.map_err(Problem::internal)?;
    let body = SavedSearchHitsPage {
        items: items?,
        itself: request.uri().to_string(),
        next: changes::next(&request, &place),
        more: page.more,
        place,
    };
    let link = body.more.then_some(body.next.as_str());
    answer::private_page(&body, link)
}

/// Mark hits as seen
///
/// Later readings of the hits without a place begin after this one.
#[utoipa::path(tag = "search", params(SavedSearchPath), request_body = SavedSearchSeen,
    extensions(("x-authz" = json!({"from": "member", "scope": "directory:read"}))),
    responses((status = 200, description = "Marked.", body = SavedSearchBody)))]
#[post("/saved-searches/{saved_search_id}/seen")]
pub async fn mark_saved_search_seen(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SavedSearchId>,
    _query: NoQuery,
    body: Json<SavedSearchSeen>,
) -> Result<HttpResponse, Problem> {
    let (user, audience) = (caller.signed_in()?.id, caller.audience());
    let seen = read::place(&state, audience, &body.0)?;
    let changed = state::write(&state, caller.actor(), move |unit| {
        let (before, _) = find(unit.db(), user, path.0)?;
        let after = SavedSearch {
            seen,
            ..before.record.clone()
        };
        Ok(SavedSearchBody::from(&saved_searches::update(unit, &before, after)?))
    });
    answer::changed(&changed.await?)
}

fn find(db: &mut Db, user: UserId, id: SavedSearchId) -> Result<(Stored<SavedSearch>, SavedSearchBody), Problem> {
    let stored = saved_searches::find(db, user, id)?;
    let body = SavedSearchBody::from(&stored);
    Ok((stored, body))
}
