//! Entity tags and the conditions that requests set on them (RFC 9110).

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use utoipa::IntoParams;
use xxhash_rust::xxh3::xxh3_128;

use crate::problem::{Code, Problem};

/// A strong entity tag: a hash of the bytes that are served. It depends on what the audience sees and on nothing else, so a
/// change of hidden fields does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of a body.
    pub fn of(body: &[u8]) -> Self {
        Self(format!("\"{:032x}\"", xxh3_128(body)))
    }

    /// The tag in quotes, as in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if `If-None-Match` says that the client has these bytes.
    pub fn is_known_to(&self, request: &HttpRequest) -> bool {
        listed(request.headers(), header::IF_NONE_MATCH.as_str(), |tag| {
            tag.trim_start_matches("W/") == self.0
        })
    }
}

/// The header that every change needs, for the document; [`IfMatch`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// The `ETag` that was read.
    #[param(rename = "If-Match")]
    pub if_match: String,
}

/// The condition of a change, from `If-Match`.
#[derive(Clone, Debug)]
pub struct IfMatch(Vec<String>);

impl IfMatch {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Code::PreconditionRequired`] without one.
    pub fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let values = request.headers().get_all(header::IF_MATCH);
        let tags = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        let tags: Vec<String> = tags
            .map(|tag| tag.trim().to_owned())
            .filter(|tag| !tag.is_empty())
            .collect();
        if tags.is_empty() {
            Err(Problem::new(Code::PreconditionRequired))
        } else {
            Ok(Self(tags))
        }
    }

    /// Checks the condition against the current tag; `*` fits any.
    ///
    /// # Errors
    /// [`Code::Stale`].
    pub fn check(&self, current: &ETag) -> Result<(), Problem> {
        let fits = self.0.iter().any(|tag| tag == "*" || *tag == current.0);
        if fits { Ok(()) } else { Err(Problem::new(Code::Stale)) }
    }
}

impl actix_web::FromRequest for IfMatch {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        std::future::ready(Self::read(request))
    }
}

fn listed(headers: &HeaderMap, name: &str, fits: impl Fn(&str) -> bool) -> bool {
    let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || fits(tag.trim()))
}
