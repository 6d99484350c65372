//! The operations on organisations.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::search::Position;
use werkstadt_persistence::directory::{Highlight, Hit, OrganisationQuery, Snapshot};
use werkstadt_persistence::{Db, organisations, profiles};

use super::query::{ListOrganisations, PositionBody};
use super::wire::{BASE, OrganisationBody, OrganisationCreate, OrganisationPatch};
use crate::answer;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::page::{List, PageQuery};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::chosen;

/// The part of the path that names an organisation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OrganisationPath {
    /// The organisation's id.
    #[param(format = Uuid)]
    pub organisation_id: String,
}

/// A page of organisations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "self": "/v1/organisations?q=laser"}))]
pub struct OrganisationPage {
    /// The organisations.
    pub items: Vec<OrganisationHit>,
    /// Address of this page.
    #[serde(rename = "self")]
    pub itself: String,
    /// Address of the next page, left out on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many organisations were found in all, with `count=exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The counts asked for with `facets`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub facets: Vec<FacetBody>,
    /// Where nothing was found: other texts for `q` that find something under the same filters, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub suggestions: Vec<String>,
}

/// An organisation in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"organisation": {"id": "01936d3e-7f10-7000-8000-0000000000aa", "kind": "company", "helix": "business",
    "name": "Beispiel Optik GmbH", "locations": [], "languages": ["de"], "member": true,
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"}, "score": 7.2}))]
pub struct OrganisationHit {
    /// The organisation.
    pub organisation: OrganisationBody,
    /// How well it fits `q`, without upper bound; comparable within one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Distance of its nearest location from `near`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<f64>,
    /// What each word contributed to the score, with `explain=true`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub words: Vec<WordBody>,
    /// Where the words of `q` stand in its texts, with `highlight=true`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub highlights: Vec<HighlightBody>,
}

/// Words of a query in one text of an organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Highlight, example = json!({"pointer": "/summary/de", "ranges": [{"start": 0, "end": 5}]}))]
pub struct HighlightBody {
    /// Which text: a JSON pointer from the organisation.
    #[schema(examples("/name", "/summary/de"))]
    pub pointer: String,
    /// Where the words stand, in order.
    pub ranges: Vec<RangeBody>,
}

/// A part of a text, counted in UTF-16 code units as strings of JavaScript are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TextRange, example = json!({"start": 0, "end": 5}))]
pub struct RangeBody {
    /// The first unit.
    pub start: usize,
    /// The unit behind the last.
    pub end: usize,
}

/// What one word of a query contributed to a score.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WordHit, example = json!({"word": "laser", "contribution": 3.4}))]
pub struct WordBody {
    /// The word as it was looked up.
    pub word: String,
    /// Its part of the score.
    pub contribution: f64,
}

/// The counts of one facet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Facets, example = json!({"facet": "kind", "values": [{"value": "company", "count": 12}]}))]
pub struct FacetBody {
    /// The facet.
    #[schema(examples("kind", "skill"))]
    pub facet: String,
    /// Its values, the most frequent first.
    pub values: Vec<FacetValueBody>,
}

/// How often a value of a facet occurs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FacetValue, example = json!({"value": "company", "count": 12}))]
pub struct FacetValueBody {
    /// The value: a name, a skill's id, a town.
    pub value: String,
    /// In how many organisations.
    pub count: u64,
}

/// List and search organisations
///
/// Filters combine; values of one filter are alternatives. Without `q` the list is in order of name.
#[utoipa::path(tag = "organisations", params(ListOrganisations, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of organisations.", body = OrganisationPage)))]
#[get("/organisations")]
pub async fn list_organisations(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<ListOrganisations>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let audience = caller.audience();
    let list = List::new(&request, &state, audience);
    let asked = OrganisationQuery {
        filter: query.filter(&snapshot)?,
        sort: query.order()?,
        after: list.after::<PositionBody>(&page)?.map(Position::from),
        limit: page.limit(),
        facets: chosen(&query.facets),
        count: query.count(),
        marks: query.marks(),
    };
    let today = state.now().date_naive();
    let found = snapshot.organisations(audience, &asked, today);
    let suggestions = match (&asked.after, found.items.is_empty()) {
        (None, true) => snapshot.suggestions(audience, &asked, today),
        _ => Vec::new(),
    };
    let (itself, next) = list.addresses(found.after.map(PositionBody::from))?;
    let explain = query.explain == Some(true);
    let facets = found.facets.into_iter().map(|(facet, counts)| FacetBody {
        facet: facet.code().to_owned(),
        values: counts
            .into_iter()
            .map(|one| FacetValueBody {
                value: one.value,
                count: one.count,
            })
            .collect(),
    });
    let body = OrganisationPage {
        items: found
            .items
            .iter()
            .map(|hit| OrganisationHit::new(hit, audience, explain))
            .collect(),
        itself,
        next: next.clone(),
        count: found.total,
        facets: facets.collect(),
        suggestions,
    };
    answer::page(&caller, &body, next.as_deref())
}

impl OrganisationHit {
    fn new(hit: &Hit, audience: Audience, explain: bool) -> Self {
        let words = hit.words.iter().filter(|_| explain);
        let words = words.map(|word| WordBody {
            word: word.word.clone(),
            contribution: word.contribution,
        });
        Self {
            organisation: OrganisationBody::of(hit.profile.get(), audience),
            score: hit.score,
            distance_km: hit.distance_km,
            words: words.collect(),
            highlights: hit.highlights.iter().map(HighlightBody::new).collect(),
        }
    }
}

impl HighlightBody {
    fn new(highlight: &Highlight) -> Self {
        let range = |range: &std::ops::Range<usize>| RangeBody {
            start: range.start,
            end: range.end,
        };
        Self {
            pointer: highlight.pointer.to_owned(),
            ranges: highlight.ranges.iter().map(range).collect(),
        }
    }
}

/// Add an organisation
#[utoipa::path(tag = "organisations", request_body = OrganisationCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "organisations:write"}))),
    responses((status = 201, description = "Added.", body = OrganisationBody)))]
#[post("/organisations")]
pub async fn create_organisation(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<OrganisationCreate>,
) -> Result<HttpResponse, Problem> {
    let organisation = body.0.into_domain(state.id())?;
    let id = organisation.id;
    let stored = state::write(&state, caller.actor(), move |unit| {
        Ok(organisations::insert(unit, organisation)?)
    })
    .await?;
    answer::created(
        format!("/v1/organisations/{id}"),
        &OrganisationBody::new(&stored, false, Audience::Manager),
    )
}

/// One organisation
#[utoipa::path(tag = "organisations", params(OrganisationPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The organisation.", body = OrganisationBody),
        (status = 304, description = "The client has it already.")))]
#[get("/organisations/{organisation_id}")]
pub async fn get_organisation(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<OrganisationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let audience = caller.audience_at(id.0);
    let snapshot = state.directory().snapshot();
    let profile = snapshot
        .organisation(audience, id.0)
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let body = state.renderings.get(profile, audience, || {
        serde_json::to_vec(&OrganisationBody::of(profile.get(), audience)).map_err(Problem::internal)
    })?;
    Ok(answer::bytes_of_record(&request, &caller, &body.etag, body.bytes))
}

/// Change an organisation
///
/// A JSON Merge Patch: members given replace, null removes, the rest stays.
#[utoipa::path(tag = "organisations", params(OrganisationPath, IfMatchHeader),
    request_body(content = OrganisationPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = OrganisationBody)))]
#[patch("/organisations/{organisation_id}")]
pub async fn update_organisation(
    state: web::Data<State>,
    caller: Caller,
    id: Path<OrganisationId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let Path(id) = id;
    may_edit(&state.directory().snapshot(), &caller, id)?;
    let shared = state.clone();
    let body = state::write(&state, caller.actor(), move |unit| {
        let (before, present) = find(unit.db(), id)?;
        condition.check(&answer::tag(&present)?)?;
        let changed: OrganisationCreate = patch::apply(&shared, &BASE, &present, &body.0)?;
        let after = organisations::update(unit, &before, changed.into_domain(id)?)?;
        Ok(OrganisationBody::new(&after, present.member, Audience::Manager))
    });
    answer::changed(&body.await?)
}

/// Remove an organisation
///
/// With everything that belongs to it: units, skills, references, opportunities, membership.
#[utoipa::path(tag = "organisations", params(OrganisationPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "manager", "scope": "organisations:write"}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/organisations/{organisation_id}")]
pub async fn delete_organisation(
    state: web::Data<State>,
    caller: Caller,
    id: Path<OrganisationId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path(id) = id;
    state::write(&state, caller.actor(), move |unit| {
        let (before, present) = find(unit.db(), id)?;
        condition.check(&answer::tag(&present)?)?;
        Ok(organisations::remove(unit, id, before.version)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The stored organisation, and its body as its editors see it.
fn find(db: &mut Db, id: OrganisationId) -> Result<(Stored<Organisation>, OrganisationBody), Problem> {
    let profile = profiles::load(db, &[id])?
        .pop()
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let body = OrganisationBody::of(&profile, Audience::Manager);
    Ok((profile.organisation, body))
}

/// Checks that the caller may change what belongs to the organisation. One that the caller cannot see does not exist.
///
/// # Errors
/// [`Code::NotFound`] or [`Code::Forbidden`].
pub fn may_edit(snapshot: &Snapshot, caller: &Caller, id: OrganisationId) -> Result<(), Problem> {
    if snapshot.organisation(caller.audience_at(id), id).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    caller.must_edit(id)
}
