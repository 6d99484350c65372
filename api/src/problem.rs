//! The one table from errors to HTTP: every failure leaves the server as a problem document (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use werkstadt_domain::invalid::Invalid;
use werkstadt_domain::text::Language;

mod body;
mod breach;
mod code;
mod step;

pub use body::{FaultBody, ProblemBody};
pub use breach::{Breach, Place};
pub use code::Code;

/// What a handler fails with. The edge renders it in the caller's language.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    breaches: Vec<(Place, Breach)>,
    facts: Vec<(&'static str, serde_json::Value)>,
    cause: Option<String>,
    retry_after: Option<u32>,
    allow: Option<String>,
}

impl Problem {
    /// A problem of this code with nothing more to say.
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            breaches: Vec::new(),
            facts: Vec::new(),
            cause: None,
            retry_after: None,
            allow: None,
        }
    }

    /// Names every fault of the input.
    #[must_use]
    pub fn with_breaches(mut self, breaches: Vec<(Place, Breach)>) -> Self {
        self.breaches = breaches;
        self
    }

    /// Adds a member to the document, for programs.
    #[must_use]
    pub fn with_fact(mut self, name: &'static str, value: impl Into<serde_json::Value>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// Keeps the cause for the log; it never leaves the server.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Says after how many seconds to try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A method that the path does not have; `allow` lists those it has.
    pub fn method_not_allowed(allow: String) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(Code::MethodNotAllowed)
        }
    }

    /// Something went wrong inside; the cause goes to the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Code::Internal).because(cause)
    }

    /// The code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The faults of the input.
    pub fn breaches(&self) -> &[(Place, Breach)] {
        &self.breaches
    }

    /// What programs are told under a name.
    pub fn fact(&self, name: &str) -> Option<&serde_json::Value> {
        let fact = self.facts.iter().find(|(other, _)| *other == name)?;
        Some(&fact.1)
    }

    /// What the log should know.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The document in a language, for the request with this path and id.
    pub fn body(&self, language: Language, instance: &str, request_id: &str) -> ProblemBody {
        let fault = |(place, breach): &(Place, Breach)| FaultBody::new(place, breach, language);
        ProblemBody {
            r#type: format!("/problems/{}", self.code.slug()),
            title: self.code.title(language).to_owned(),
            status: self.code.status().as_u16(),
            detail: self.code.detail(language).to_owned(),
            instance: instance.to_owned(),
            code: self.code.slug().to_owned(),
            request_id: request_id.to_owned(),
            errors: self.breaches.iter().map(fault).collect(),
            facts: self
                .facts
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.slug())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.status());
        if let Some(seconds) = self.retry_after {
            response.insert_header(("Retry-After", seconds));
        }
        if let Some(allow) = &self.allow {
            response.insert_header(("Allow", allow.as_str()));
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.finish()
    }
}

impl From<Invalid> for Problem {
    fn from(Invalid(faults): Invalid) -> Self {
        let breach = |fault: werkstadt_domain::invalid::Fault| (Place::Body(fault.pointer), Breach::Rule(fault.rule));
        Self::new(Code::Invalid).with_breaches(faults.into_iter().map(breach).collect())
    }
}
