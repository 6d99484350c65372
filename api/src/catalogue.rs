//! The catalogue of problems, generated from their enumeration: where the `type` of a problem document leads.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::text::{Language, Text};

use crate::auth::Caller;
use crate::extract::NoQuery;
use crate::problem::{Code, Problem};
use crate::wire::TextBody;

/// What a code means.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemType, example = json!({"code": "not_found", "status": 404, "title": {"de": "Nicht gefunden", "en": "Not found"},
    "detail": {"de": "Unter dieser Adresse gibt es nichts, das Sie sehen dürfen.", "en": "There is nothing at this address that you may see."}}))]
pub struct ProblemTypeBody {
    /// The code, as in problem documents.
    pub code: String,
    /// The HTTP status that it comes with.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// Its title.
    pub title: TextBody,
    /// What it means and what to do.
    pub detail: TextBody,
}

/// Every code that a problem document can have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": []}))]
pub struct ProblemCatalogue {
    /// The codes, in order of status.
    pub items: Vec<ProblemTypeBody>,
}

/// The part of the path that names a code.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CodePath {
    /// The code.
    #[param(max_length = 60)]
    pub code: String,
}

/// All problems
#[utoipa::path(tag = "operations", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The catalogue.", body = ProblemCatalogue)))]
#[get("/problems")]
pub async fn list_problems(_caller: Caller, _query: NoQuery) -> HttpResponse {
    HttpResponse::Ok().json(ProblemCatalogue {
        items: Code::ALL.map(ProblemTypeBody::from).into(),
    })
}

/// One problem
#[utoipa::path(tag = "operations", params(CodePath), extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "What the code means.", body = ProblemTypeBody)))]
#[get("/problems/{code}")]
pub async fn get_problem(request: HttpRequest, _caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let code = request.match_info().get("code").unwrap_or_default();
    let known = Code::ALL.into_iter().find(|known| known.slug() == code);
    let known = known.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(HttpResponse::Ok().json(ProblemTypeBody::from(known)))
}

impl From<Code> for ProblemTypeBody {
    fn from(code: Code) -> Self {
        let both = |words: fn(Code, Language) -> &'static str| {
            let text = |language| Some(words(code, language).to_owned());
            TextBody::from(&Text {
                de: text(Language::De),
                en: text(Language::En),
            })
        };
        Self {
            code: code.slug().to_owned(),
            status: code.status().as_u16(),
            title: both(Code::title),
            detail: both(Code::detail),
        }
    }
}
