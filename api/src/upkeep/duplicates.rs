//! Organisations of the directory that look like one, with what a merge would change.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::id::Id;
use werkstadt_domain::import::merge;
use werkstadt_domain::invalid::Faults;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_persistence::{Db, duplicates, imports, organisations};

use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Query};
use crate::imports::duplicates::{Alike, pairs};
use crate::imports::wire::ChangeBody;
use crate::page::{List, Page, PageQuery, cut};
use crate::problem::Problem;
use crate::state::{self, State};
use crate::wire::known;

/// Two organisations that look like one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DuplicateSuggestion, example = json!({"reason": "name_and_town", "value": "Beispiel Optik GmbH",
    "older": {"id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Beispiel Optik GmbH"},
    "newer": {"id": "01936d3e-7f10-7000-8000-0000000000bb", "name": "BEISPIEL OPTIK GMBH"},
    "changes": [{"pointer": "/website", "given": "https://example.org"}]}))]
pub struct DuplicateSuggestionBody {
    /// Why they are taken for one, the surest reason.
    #[schema(examples("name_and_town", "domain", "name"))]
    pub reason: String,
    /// What both have.
    pub value: String,
    /// The one entered first.
    pub older: NamedOrganisation,
    /// The one entered later.
    pub newer: NamedOrganisation,
    /// What the newer one would fill or replace in the older one.
    pub changes: Vec<ChangeBody>,
}

/// An organisation by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Beispiel Optik GmbH"}))]
pub struct NamedOrganisation {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A page of suggestions.
pub type DuplicateSuggestionPage = Page<DuplicateSuggestionBody>;

/// Two organisations that are two.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"one_id": "01936d3e-7f10-7000-8000-0000000000aa", "other_id": "01936d3e-7f10-7000-8000-0000000000bb"}))]
pub struct DistinctOrganisations {
    /// One of them.
    #[schema(format = Uuid)]
    pub one_id: String,
    /// The other one.
    #[schema(format = Uuid)]
    pub other_id: String,
}

/// Organisations that may be entered twice
///
/// Found by numbers, name and town, web domain or name, as an import finds them. Pairs that were marked as distinct are left out.
#[utoipa::path(tag = "upkeep", params(PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of pairs, in order of the newer one's id.", body = DuplicateSuggestionPage)))]
#[get("/duplicates")]
pub async fn list_duplicates(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, Audience::Manager);
    let after = list.after::<Uuid>(&page.0)?.map(Id::new);
    let limit = page.0.limit();
    let found = state::read(&state, move |db| {
        let distinct = duplicates::distinct(db)?;
        let alike = pairs(&imports::known(db)?, |pair| distinct.contains(&pair));
        let follows = alike
            .into_iter()
            .filter(|pair| after.is_none_or(|after| pair.newer > after));
        let (alike, after) = cut(follows, limit, |last| last.newer.uuid());
        Ok((bodies(db, alike)?, after))
    });
    let (found, after) = found.await?;
    list.answer::<DuplicateSuggestionBody>(&caller, found, after)
}

/// Mark two organisations as distinct
///
/// They are not suggested as duplicates of each other any more.
#[utoipa::path(tag = "upkeep", request_body = DistinctOrganisations,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 204, description = "Marked.")))]
#[post("/duplicates/distinct")]
pub async fn mark_distinct(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<DistinctOrganisations>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let mut faults = Faults::new();
    let exists = |id| snapshot.organisation(Audience::Manager, id).is_some();
    let one: Option<OrganisationId> = known(&mut faults, "/one_id", Some(&body.0.one_id), exists);
    let other = known(&mut faults, "/other_id", Some(&body.0.other_id), |id| {
        exists(id) && Some(id) != one
    });
    let (one, other) = faults.finish(one.zip(other))?;
    let pair = (one.min(other), one.max(other));
    state::write(&state, caller.actor(), move |unit| {
        Ok(duplicates::insert_distinct(unit, pair)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn bodies(db: &mut Db, pairs: Vec<Alike>) -> Result<Vec<DuplicateSuggestionBody>, Problem> {
    let mut ids: Vec<OrganisationId> = pairs.iter().flat_map(|pair| [pair.older, pair.newer]).collect();
    ids.sort_unstable();
    ids.dedup();
    let records = organisations::load(db, &ids)?;
    let find = |id: OrganisationId| {
        let place = records.binary_search_by_key(&id, |stored| stored.record.id).ok()?;
        records.get(place)
    };
    let body = |pair: Alike| {
        Some(DuplicateSuggestionBody::new(
            &pair,
            find(pair.older)?,
            find(pair.newer)?,
        ))
    };
    Ok(pairs.into_iter().filter_map(body).collect())
}

impl DuplicateSuggestionBody {
    fn new(pair: &Alike, older: &Stored<Organisation>, newer: &Stored<Organisation>) -> Self {
        let named = |stored: &Stored<Organisation>| NamedOrganisation {
            id: stored.record.id.to_string(),
            name: stored.record.name.clone(),
        };
        let merged = merge(&older.record, &newer.record);
        Self {
            reason: pair.reason.code().to_owned(),
            value: pair.value.clone(),
            older: named(older),
            newer: named(newer),
            changes: merged.differences.iter().map(ChangeBody::from).collect(),
        }
    }
}
