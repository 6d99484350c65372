//! The catalogue of problems: code, status, title and detail in both languages. The page `/problems` is made from it.

use actix_web::http::StatusCode;
use werkstadt_domain::text::Language;

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
    pub const ALL: [Self; 26] = [
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
        Self::Conflict,
        Self::LimitReached,
        Self::Outdated,
        Self::InFlight,
        Self::DoneAlready,
        Self::StepRefused,
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
            Self::Conflict
            | Self::LimitReached
            | Self::Outdated
            | Self::InFlight
            | Self::DoneAlready
            | Self::StepRefused => StatusCode::CONFLICT,
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
            Self::Conflict => "conflict",
            Self::LimitReached => "limit_reached",
            Self::Outdated => "outdated",
            Self::InFlight => "in_flight",
            Self::DoneAlready => "done_already",
            Self::KeyReused => "key_reused",
            Self::StepRefused => "step_refused",
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

    const fn english(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidQuery => (
                "Invalid query",
                "The address or its parameters are not as documented; errors names each fault.",
            ),
            Self::MalformedBody => (
                "Malformed body",
                "The body could not be read as documented; errors names where.",
            ),
            Self::Unauthenticated => (
                "Not signed in",
                "Send a valid access token or API key in the Authorization header.",
            ),
            Self::InvalidCredentials => (
                "Sign-in failed",
                "The login and the password, or the token, do not fit.",
            ),
            Self::SecondFactorRequired => (
                "One-time password needed",
                "Sign in again with second_factor: the one-time password of your device, or a recovery code.",
            ),
            Self::SecondFactorMissing => (
                "Second factor needed",
                "Your role needs a second factor. Set one up at /v1/me/second-factor.",
            ),
            Self::Forbidden => ("Not allowed", "Your role or your key does not include this operation."),
            Self::NotFound => ("Not found", "There is nothing at this address that you may see."),
            Self::MethodNotAllowed => (
                "Method not allowed",
                "The Allow header names the methods of this address.",
            ),
            Self::NotAcceptable => (
                "Not acceptable",
                "None of the media types that you accept can be given.",
            ),
            Self::LimitReached => (
                "Limit reached",
                "There are as many of these as allowed; limit says how many.",
            ),
            Self::Outdated => (
                "Outdated",
                "What is kept names something that does not exist any more; errors says what.",
            ),
            Self::Conflict => (
                "Conflict",
                "A record with the same unique value exists already, or is still needed elsewhere.",
            ),
            Self::InFlight => (
                "Being done",
                "A request with this Idempotency-Key is being handled. Ask again for its answer.",
            ),
            Self::DoneAlready => (
                "Done already",
                "This was done under this Idempotency-Key. Its answer is not kept; read what was made instead.",
            ),
            Self::KeyReused => (
                "Idempotency-Key used before",
                "Something else was asked under this Idempotency-Key. Take a new one for every request that is not a repetition.",
            ),
            Self::StepRefused => (
                "Step refused",
                "The record's life cycle does not allow this step; allowed names those it does.",
            ),
            Self::Stale => (
                "Changed meanwhile",
                "The record has changed since you read it. Read it again and repeat your change.",
            ),
            Self::PayloadTooLarge => ("Body too large", "The body is longer than this operation takes."),
            Self::AddressTooLong => (
                "Address too long",
                "The path and query are longer than the server takes.",
            ),
            Self::UnsupportedMediaType => (
                "Unsupported media type",
                "Send the body in a media type that the operation documents.",
            ),
            Self::Invalid => (
                "Invalid content",
                "The content breaks at least one rule; errors names every fault.",
            ),
            Self::PreconditionRequired => (
                "If-Match required",
                "Send the ETag that you read in the If-Match header, so that no change is lost.",
            ),
            Self::TooManyRequests => ("Too many requests", "Wait as long as Retry-After says, then try again."),
            Self::Internal => (
                "Internal error",
                "Something went wrong on our side. The request id leads to the cause.",
            ),
            Self::Unavailable => (
                "Temporarily unavailable",
                "The server is overloaded or a part of it is down. Try again as Retry-After says.",
            ),
        }
    }

    const fn german(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidQuery => (
                "Ungültige Anfrage",
                "Die Adresse oder ihre Parameter sind nicht wie dokumentiert; errors nennt jeden Fehler.",
            ),
            Self::MalformedBody => (
                "Unlesbarer Inhalt",
                "Der Inhalt lässt sich nicht wie dokumentiert lesen; errors nennt die Stelle.",
            ),
            Self::Unauthenticated => (
                "Nicht angemeldet",
                "Ein gültiges Zugriffstoken oder ein API-Schlüssel gehört in den Authorization-Header.",
            ),
            Self::InvalidCredentials => (
                "Anmeldung gescheitert",
                "Anmeldename und Passwort, oder das Token, passen nicht.",
            ),
            Self::SecondFactorRequired => (
                "Einmalpasswort nötig",
                "Bitte noch einmal mit second_factor anmelden: dem Einmalpasswort Ihres Geräts oder einem Wiederherstellungscode.",
            ),
            Self::SecondFactorMissing => (
                "Zweiter Faktor nötig",
                "Ihre Rolle verlangt einen zweiten Faktor. Unter /v1/me/second-factor lässt er sich einrichten.",
            ),
            Self::Forbidden => (
                "Nicht erlaubt",
                "Ihre Rolle oder Ihr Schlüssel umfasst diese Operation nicht.",
            ),
            Self::NotFound => (
                "Nicht gefunden",
                "Unter dieser Adresse gibt es nichts, das Sie sehen dürfen.",
            ),
            Self::MethodNotAllowed => (
                "Methode nicht erlaubt",
                "Der Allow-Header nennt die Methoden dieser Adresse.",
            ),
            Self::NotAcceptable => (
                "Nicht lieferbar",
                "Keiner der Medientypen, die Sie annehmen, ist lieferbar.",
            ),
            Self::LimitReached => (
                "Grenze erreicht",
                "Davon gibt es so viele, wie erlaubt sind; limit nennt, wie viele.",
            ),
            Self::Outdated => (
                "Veraltet",
                "Das Gespeicherte nennt etwas, das es nicht mehr gibt; errors nennt, was.",
            ),
            Self::Conflict => (
                "Konflikt",
                "Einen Eintrag mit demselben eindeutigen Wert gibt es schon, oder er wird anderswo noch gebraucht.",
            ),
            Self::InFlight => (
                "In Arbeit",
                "Eine Anfrage mit diesem Idempotency-Key wird gerade bearbeitet. Bitte noch einmal nach der Antwort fragen.",
            ),
            Self::DoneAlready => (
                "Schon erledigt",
                "Das ist unter diesem Idempotency-Key schon getan. Die Antwort wird nicht aufbewahrt; bitte lesen, was entstanden ist.",
            ),
            Self::KeyReused => (
                "Idempotency-Key schon benutzt",
                "Unter diesem Idempotency-Key wurde etwas anderes verlangt. Jede neue Anfrage braucht einen neuen.",
            ),
            Self::StepRefused => (
                "Schritt verweigert",
                "Der Lebenslauf des Eintrags erlaubt diesen Schritt nicht; allowed nennt die erlaubten.",
            ),
            Self::Stale => (
                "Inzwischen geändert",
                "Der Eintrag hat sich seit dem Lesen geändert. Bitte neu lesen und die Änderung wiederholen.",
            ),
            Self::PayloadTooLarge => ("Inhalt zu groß", "Der Inhalt ist länger, als diese Operation annimmt."),
            Self::AddressTooLong => (
                "Adresse zu lang",
                "Pfad und Parameter sind länger, als der Server annimmt.",
            ),
            Self::UnsupportedMediaType => (
                "Medientyp nicht unterstützt",
                "Der Inhalt muss in einem dokumentierten Medientyp kommen.",
            ),
            Self::Invalid => (
                "Ungültiger Inhalt",
                "Der Inhalt verletzt mindestens eine Regel; errors nennt jeden Fehler.",
            ),
            Self::PreconditionRequired => (
                "If-Match fehlt",
                "Das gelesene ETag gehört in den If-Match-Header, damit keine Änderung verloren geht.",
            ),
            Self::TooManyRequests => ("Zu viele Anfragen", "Bitte so lange warten, wie Retry-After sagt."),
            Self::Internal => (
                "Interner Fehler",
                "Bei uns ist etwas schiefgegangen. Die request_id führt zur Ursache.",
            ),
            Self::Unavailable => (
                "Vorübergehend nicht verfügbar",
                "Der Server ist überlastet oder ein Teil fällt aus. Bitte später erneut, wie Retry-After sagt.",
            ),
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
