//! The problem document as it is sent.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use werkstadt_domain::text::Language;

use super::{Breach, Place};

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/problems/not_found", "title": "Not found", "status": 404,
    "detail": "There is nothing at this address that you may see.",
    "instance": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa", "code": "not_found",
    "request_id": "01936d3e-7f10-7000-8000-0000000000ff"
}))]
pub struct ProblemBody {
    /// Address of the problem's description, relative to the server.
    pub r#type: String,
    /// What sort of problem, in German or English as `Accept-Language` asks.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What to do about it.
    pub detail: String,
    /// The path asked for.
    pub instance: String,
    /// Stable name of the problem, for programs.
    pub code: String,
    /// Leads to the log.
    pub request_id: String,
    /// Every fault of the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FaultBody>,
    /// Further members of single problems, for example `allowed`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub facts: Map<String, Value>,
}

/// One fault of an input.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault, example = json!({"pointer": "/locations/0/postcode", "code": "malformed", "detail": "Not in the form of: postal code."}))]
pub struct FaultBody {
    /// JSON pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of the parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Stable name of the rule broken.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

impl FaultBody {
    /// The fault in a language.
    pub fn new(place: &Place, breach: &Breach, language: Language) -> Self {
        let (pointer, parameter) = match place {
            Place::Body(pointer) => (Some(pointer.clone()), None),
            Place::Parameter(name) => (None, Some(name.clone())),
        };
        Self {
            pointer,
            parameter,
            code: breach.code().to_owned(),
            detail: breach.detail(language),
        }
    }
}
