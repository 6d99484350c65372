//! The catalogue of problems: code, status, title and detail in both languages. The page `/problems` is made from it.

use actix_web::http::StatusCode;
use werkstadt_domain::text::Language;

mod words;

/// What can go wrong. The slug is stable; programs match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A query parameter is unknown, repeated or out of its form.
    InvalidQuery,
    /// The body is not JSON.
    MalformedBody,
    /// No valid credentials.
    Unauthenticated,
    /// Login failed.
    InvalidCredentials,
    /// The password is right; a one-time password is needed, too.
    SecondFactorRequired,
    /// The role needs a second factor, and the session has none.
    SecondFactorMissing,
    /// The role or the key does not reach so far.
    Forbidden,
    /// There is nothing here, or nothing that the caller may see.
    NotFound,
    /// The path does not have this method.
    MethodNotAllowed,
    /// The caller accepts no form that the server can give.
    NotAcceptable,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// Something like this exists already.
    Conflict,
    /// There are as many as there may be.
    LimitReached,
    /// What is kept no longer fits what is there.
    Outdated,
    /// A request with the same idempotency key is being handled.
    InFlight,
    /// It was done under this idempotency key, and the answer is not kept.
    DoneAlready,
    /// The life cycle does not allow this step.
    StepRefused,
    /// Nobody would be left who can administer.
    LastManager,
    /// The record has changed since it was read.
    Stale,
    /// The body is too long.
    PayloadTooLarge,
    /// The address is too long.
    AddressTooLong,
    /// The body is of another type.
    UnsupportedMediaType,
    /// The content breaks a rule.
    Invalid,
    /// Something else was asked under this idempotency key.
    KeyReused,
    /// A change needs `If-Match`.
    PreconditionRequired,
    /// Too many attempts.
    TooManyRequests,
    /// A defect of the server.
    Internal,
    /// Overloaded or a part is down.
    Unavailable,
}

impl Code {
    /// All codes, in order of status.
    pub const ALL: [Self; 28] = [
        Self::InvalidQuery,
        Self::MalformedBody,
        Self::Unauthenticated,
        Self::InvalidCredentials,
        Self::SecondFactorRequired,
        Self::SecondFactorMissing,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::BodyTooSlow,
        Self::Conflict,
        Self::LimitReached,
        Self::Outdated,
        Self::InFlight,
        Self::DoneAlready,
        Self::StepRefused,
        Self::LastManager,
        Self::Stale,
        Self::PayloadTooLarge,
        Self::AddressTooLong,
        Self::UnsupportedMediaType,
        Self::Invalid,
        Self::KeyReused,
        Self::PreconditionRequired,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The code to use for a status that something below the handlers produced.
    pub fn for_status(status: StatusCode) -> Self {
        let same = Self::ALL.into_iter().find(|code| code.status() == status);
        same.unwrap_or(if status.is_server_error() {
            Self::Internal
        } else {
            Self::InvalidQuery
        })
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidQuery | Self::MalformedBody => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::InvalidCredentials | Self::SecondFactorRequired => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::SecondFactorMissing => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict
            | Self::LimitReached
            | Self::Outdated
            | Self::InFlight
            | Self::DoneAlready
            | Self::StepRefused
            | Self::LastManager => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The stable name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::InvalidQuery => "invalid_query",
            Self::MalformedBody => "malformed_body",
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidCredentials => "invalid_credentials",
            Self::SecondFactorRequired => "second_factor_required",
            Self::SecondFactorMissing => "second_factor_missing",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::BodyTooSlow => "body_too_slow",
            Self::Conflict => "conflict",
            Self::LimitReached => "limit_reached",
            Self::Outdated => "outdated",
            Self::InFlight => "in_flight",
            Self::DoneAlready => "done_already",
            Self::KeyReused => "key_reused",
            Self::StepRefused => "step_refused",
            Self::LastManager => "last_manager",
            Self::Stale => "stale",
            Self::PayloadTooLarge => "payload_too_large",
            Self::AddressTooLong => "address_too_long",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Invalid => "invalid",
            Self::PreconditionRequired => "precondition_required",
            Self::TooManyRequests => "too_many_requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// A short title for people.
    pub const fn title(self, language: Language) -> &'static str {
        self.words(language).0
    }

    /// A sentence or two for people, with what to do.
    pub const fn detail(self, language: Language) -> &'static str {
        self.words(language).1
    }

    const fn words(self, language: Language) -> (&'static str, &'static str) {
        match language {
            Language::De => self.german(),
            Language::En => self.english(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn slugs_are_unique() {
        let slugs: HashSet<_> = Code::ALL.iter().map(|code| code.slug()).collect();
        assert_eq!(slugs.len(), Code::ALL.len());
    }
}
