//! The list of organisations: filtered, searched, counted, page by page.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::named::Named;
use werkstadt_domain::search::Position;
use werkstadt_persistence::directory::{Highlight, Hit, OrganisationQuery};

use super::query::{FilterOrganisations, PositionBody, ShowOrganisations};
use super::wire::OrganisationBody;
use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::exports::{self, TableOptions};
use crate::extract::Query;
use crate::page::{List, PageQuery};
use crate::problem::{Breach, Code, Place, Problem};
use crate::rendered::{Renderings, Written};
use crate::state::State;
use crate::wire::chosen;

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
    /// The organisation, as it was written once for all lists.
    #[schema(value_type = OrganisationBody)]
    pub organisation: Written,
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
    /// The value: a name, a skill's id, a town, an industry's section or division as `wz2025:62`.
    pub value: String,
    /// In how many organisations.
    pub count: u64,
}

/// List and search organisations
///
/// Filters combine; values of one filter are alternatives. Without `q` the list is in order of name. `Accept` with the media type of
/// a file, for example `text/csv`, is answered as `GET /v1/organisations.csv` and its like are: with all that were found, so that
/// paging, counts and explanations do not go with it.
// The files are not among the contents: generated clients would take every page for one of them.
#[utoipa::path(tag = "organisations", params(FilterOrganisations, ShowOrganisations, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"})), ("x-media-types" = json!(["text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson", "text/vcard",
        "application/geo+json", "application/ld+json"]))),
    responses((status = 200, description = "A page of organisations.", body = OrganisationPage)))]
#[get("/organisations")]
pub async fn list_organisations(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<FilterOrganisations>,
    Query(show): Query<ShowOrganisations>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    if let Some(format) = exports::accepted(&request) {
        whole(&show, &page)?;
        return exports::handlers::file(&state, &caller, &query, format, TableOptions::default());
    }
    let snapshot = state.directory().snapshot();
    let audience = caller.audience();
    let list = List::new(&request, &state, audience);
    let asked = OrganisationQuery {
        after: list.after::<PositionBody>(&page)?.map(Position::from),
        limit: page.limit(),
        facets: chosen(&show.facets),
        count: show.count(),
        marks: show.marks(),
        ..query.asked(&snapshot)?
    };
    let today = state.now().date_naive();
    let found = snapshot.organisations(audience, &asked, today);
    let suggestions = match (&asked.after, found.items.is_empty()) {
        (None, true) => snapshot.suggestions(audience, &asked, today),
        _ => Vec::new(),
    };
    Disclosures::to(&state, &caller).contacts(found.items.iter().map(|hit| hit.profile.get()))?;
    let (itself, next) = list.addresses(found.after.map(PositionBody::from))?;
    let explain = show.explain == Some(true);
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
    let items = found.items.iter();
    let items = items.map(|hit| OrganisationHit::new(hit, (audience, explain), &state.renderings));
    let body = OrganisationPage {
        items: items.collect::<Result<_, Problem>>()?,
        itself,
        next: next.clone(),
        count: found.total,
        facets: facets.collect(),
        suggestions,
    };
    answer::page(&caller, &body, next.as_deref())
}

/// Refuses what makes no sense for a file.
fn whole(show: &ShowOrganisations, page: &PageQuery) -> Result<(), Problem> {
    let given = [
        ("cursor", page.cursor.is_some()),
        ("limit", page.limit.is_some()),
        ("facets", !show.facets.is_empty()),
        ("count", show.count.is_some()),
        ("explain", show.explain.is_some()),
        ("highlight", show.highlight.is_some()),
    ];
    let fault = |name: &str| {
        (
            Place::Parameter(name.to_owned()),
            Breach::Rule(Rule::Conflicts("Accept")),
        )
    };
    let found: Vec<_> = given
        .iter()
        .filter(|(_, is_given)| *is_given)
        .map(|(name, _)| fault(name))
        .collect();
    if found.is_empty() {
        Ok(())
    } else {
        Err(Problem::new(Code::InvalidQuery).with_breaches(found))
    }
}

impl OrganisationHit {
    /// A hit without its reasons.
    ///
    /// # Errors
    /// When it cannot be written; a defect.
    pub fn plain(hit: &Hit, audience: Audience, renderings: &Renderings) -> Result<Self, Problem> {
        Self::new(hit, (audience, false), renderings)
    }

    fn new(hit: &Hit, (audience, explain): (Audience, bool), renderings: &Renderings) -> Result<Self, Problem> {
        let words = hit.words.iter().filter(|_| explain);
        let words = words.map(|word| WordBody {
            word: word.word.clone(),
            contribution: word.contribution,
        });
        Ok(Self {
            organisation: renderings.organisation(&hit.profile, audience)?.json.clone(),
            score: hit.score,
            distance_km: hit.distance_km,
            words: words.collect(),
            highlights: hit.highlights.iter().map(HighlightBody::new).collect(),
        })
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
