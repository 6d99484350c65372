//! Vocabularies: lists of codes with their meaning, for forms and for programs that read codes.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::vocabulary::{self, Scheme, Term};

use self::wire::{TermBody, TermSummary, VocabularyBody};
use crate::auth::Caller;
use crate::etag::ETag;
use crate::extract::{NoQuery, Query};
use crate::page::{List, Page, PageQuery, cut};
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::State;

pub mod wire;

/// How long a copy stays good: what is in the program changes with the program only.
const LASTING: &str = "public, max-age=86400";

/// The part of the path that names a vocabulary.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SchemePath {
    /// The vocabulary.
    #[param(max_length = 60, example = "wz2025")]
    pub scheme: String,
}

/// The parts of the path that name a code.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TermPath {
    /// The vocabulary.
    #[param(max_length = 60, example = "wz2025")]
    pub scheme: String,
    /// The code.
    #[param(max_length = 60, example = "62")]
    pub code: String,
}

/// Which codes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListTerms {
    /// What was typed: the beginning of the code, or of words of its label in either language, umlauts written in any way.
    #[param(min_length = 1, max_length = 200, example = "software")]
    pub q: Option<String>,
    /// Directly below this code.
    #[param(min_length = 1, max_length = 60, example = "K")]
    pub parent: Option<String>,
    /// `true` lists codes with nothing above them only.
    pub roots: Option<bool>,
}

/// A page of vocabularies.
pub type VocabularyPage = Page<VocabularyBody>;

/// A page of codes.
pub type TermPage = Page<TermSummary>;

/// List the vocabularies
///
/// Industries (WZ 2008 and WZ 2025), legal forms, municipality keys, countries, languages, and the closed lists of this directory.
/// They are part of the program and need no network.
#[utoipa::path(tag = "vocabularies", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "All vocabularies.", body = VocabularyPage),
        (status = 304, description = "The client has it already.")))]
#[get("/vocabularies")]
pub async fn list_vocabularies(
    request: HttpRequest,
    _caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let page = Page {
        items: vocabulary::schemes().iter().map(VocabularyBody::from).collect(),
        itself: request.path().to_owned(),
        next: None,
    };
    lasting(&request, &page)
}

/// List and find the codes of a vocabulary
///
/// With `q` codes that are equal first, then those that begin with it, then labels; else in order of code.
#[utoipa::path(tag = "vocabularies", params(SchemePath, ListTerms, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of codes.", body = TermPage),
        (status = 304, description = "The client has it already.")))]
#[get("/vocabularies/{scheme}")]
pub async fn list_terms(
    request: HttpRequest,
    state: web::Data<State>,
    _caller: Caller,
    Query(query): Query<ListTerms>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let scheme = named(&request)?;
    // Everybody sees the same, so everybody's cursors are the same.
    let list = List::new(&request, &state, Audience::Anonymous);
    let start: usize = list.after(&page)?.unwrap_or_default();
    let found = query.found(scheme)?;
    let rest = found.into_iter().enumerate().skip(start);
    let (items, after) = cut(rest, page.limit(), |(place, _)| place + 1);
    let (itself, next) = list.addresses(after)?;
    let page = Page {
        items: items.into_iter().map(|(_, term)| TermSummary::from(term)).collect(),
        itself,
        next,
    };
    lasting(&request, &page)
}

/// One code
///
/// What is above and below it in its vocabulary, and what corresponds to it in other ones.
#[utoipa::path(tag = "vocabularies", params(TermPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The code with its neighbours.", body = TermBody),
        (status = 304, description = "The client has it already.")))]
#[get("/vocabularies/{scheme}/{code}")]
pub async fn get_term(request: HttpRequest, _caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let scheme = named(&request)?;
    let code = request.match_info().get("code").unwrap_or_default();
    let term = scheme.find(code).ok_or_else(|| Problem::new(Code::NotFound))?;
    lasting(&request, &TermBody::new(scheme, term))
}

impl ListTerms {
    fn found(&self, scheme: &'static Scheme) -> Result<Vec<&'static Term>, Problem> {
        if let Some(parent) = &self.parent
            && scheme.find(parent).is_none()
        {
            let fault = (
                Place::Parameter("parent".to_owned()),
                Breach::Rule(Rule::UnknownReference),
            );
            return Err(Problem::new(Code::InvalidQuery).with_breaches(vec![fault]));
        }
        let mut found = match &self.q {
            Some(text) => scheme.typed(text),
            None => scheme.terms().iter().collect(),
        };
        found.retain(|term| {
            self.parent.as_deref().is_none_or(|parent| term.parent == Some(parent))
                && (self.roots != Some(true) || term.parent.is_none())
        });
        Ok(found)
    }
}

fn named(request: &HttpRequest) -> Result<&'static Scheme, Problem> {
    let name = request.match_info().get("scheme").unwrap_or_default();
    vocabulary::scheme(name).ok_or_else(|| Problem::new(Code::NotFound))
}

/// An answer that caches may keep for a day, or 304 if the client has it.
fn lasting(request: &HttpRequest, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = Bytes::from(serde_json::to_vec(body).map_err(Problem::internal)?);
    let etag = ETag::of(&bytes);
    let is_known = etag.is_known_to(request);
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::CACHE_CONTROL, LASTING));
    Ok(if is_known {
        response.finish()
    } else {
        response.content_type("application/json").body(bytes)
    })
}
