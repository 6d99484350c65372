//! Title and detail of every problem, English and German.

use super::Code;

impl Code {
    pub(super) const fn english(self) -> (&'static str, &'static str) {
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
            Self::BodyTooSlow => (
                "Body too slow",
                "The body did not arrive in time. Send the request again.",
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
            Self::LastManager => (
                "Last manager",
                "This is the only active manager; without one nobody could administer. Make somebody else a manager first.",
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

    pub(super) const fn german(self) -> (&'static str, &'static str) {
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
            Self::BodyTooSlow => (
                "Inhalt zu langsam",
                "Der Inhalt kam nicht rechtzeitig an. Bitte die Anfrage noch einmal senden.",
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
            Self::LastManager => (
                "Letzte Verwaltung",
                "Das ist die einzige aktive Person mit der Rolle manager; ohne sie könnte niemand verwalten. Geben Sie erst einer anderen diese Rolle.",
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
