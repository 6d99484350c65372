//! The ledger of consents as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::consent::{Consent, ConsentId, Purpose, Shown, Source, Subject};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::person::ConsentGiver;
use werkstadt_domain::text::line;
use werkstadt_persistence::Actor;
use werkstadt_persistence::consents::Entry;

use crate::page::Page;
use crate::wire::{Choose, ConsentGiverName, LanguageName, instant, optional};

/// A purpose, by name.
pub type PurposeName = Choose<Purpose>;
/// How a consent was given, by name.
pub type SourceName = Choose<Source>;

/// An entry of the ledger of consents.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConsentEntry, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000f1", "person_id": "01936d3e-7f10-7000-8000-0000000000e1",
    "purpose": "newsletter", "version": 2, "language": "de", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "source": "api", "by": "person", "given_at": "2026-11-22T09:00:00Z", "recorded_by": "user", "recorded_at": "2026-11-22T09:00:00Z"}))]
pub struct ConsentEntryBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The user whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub user_id: Option<String>,
    /// The person whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
    /// To what. `GET /v1/vocabularies/consent-purposes` says what the codes mean.
    #[schema(examples(
        "profile_publication",
        "contact_publication",
        "matching",
        "newsletter",
        "event_photos",
        "minor_account"
    ))]
    pub purpose: String,
    /// The version of the text that was shown, where it was one of the network's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub version: Option<i64>,
    /// In which language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("de", "en"))]
    pub language: Option<String>,
    /// SHA-256 of its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How it was given.
    #[schema(examples("form", "letter", "api", "guardian_link", "record"))]
    pub source: String,
    /// How it can be proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Who gave it.
    #[schema(examples("person", "guardian"))]
    pub by: String,
    /// The guardian's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardian: Option<String>,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Who wrote it down: a user, a program with a key, or the program itself.
    #[schema(examples("user", "api_key", "system"))]
    pub recorded_by: String,
    /// The id of that user or key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub recorder_id: Option<String>,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// A page of the ledger.
pub type ConsentEntryPage = Page<ConsentEntryBody>;

/// A consent that users give for themselves.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "newsletter", "version": 1, "language": "de"}))]
pub struct OwnConsentCreate {
    /// To what.
    pub purpose: PurposeName,
    /// The version of the text that was shown.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub version: i64,
    /// In which language it was shown.
    pub language: LanguageName,
    /// When it ends by itself; never if left out.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// A consent of a person.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "profile_publication", "version": 1, "language": "de", "source": "form", "evidence": "signed form, folder 12"}))]
pub struct ConsentEntryCreate {
    /// To what.
    pub purpose: PurposeName,
    /// The version of the text that was shown.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub version: i64,
    /// In which language it was shown.
    pub language: LanguageName,
    /// How others were told: `form` or `letter`; `form` if left out. Who agrees here does so by `api`, whatever is said.
    pub source: Option<SourceName>,
    /// How it can be proved, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub evidence: Option<String>,
    /// Who gave it; the person if left out. For a minor the guardian does.
    pub by: Option<ConsentGiverName>,
    /// The guardian's name; needed if the guardian gave it.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub guardian: Option<String>,
    /// When it was given; now, if left out.
    #[schema(format = DateTime)]
    pub given_at: Option<String>,
    /// When it ends by itself; never if left out.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

impl From<&Entry> for ConsentEntryBody {
    fn from(entry: &Entry) -> Self {
        let consent = &entry.consent;
        let (user_id, person_id) = match consent.subject {
            Subject::User(id) => (Some(id.to_string()), None),
            Subject::Person(id) => (None, Some(id.to_string())),
            Subject::Minor(_) => (None, None),
        };
        let (recorded_by, recorder_id) = match entry.recorded_by {
            Actor::System => ("system", None),
            Actor::User(id) => ("user", Some(id.to_string())),
            Actor::ApiKey(id) => ("api_key", Some(id.to_string())),
        };
        let shown = consent.shown.as_ref();
        Self {
            id: consent.id.to_string(),
            user_id,
            person_id,
            purpose: consent.purpose.code().to_owned(),
            version: shown.map(|shown| shown.version),
            language: shown.map(|shown| shown.language.code().to_owned()),
            sha256: shown.map(|shown| shown.sha256.clone()),
            source: consent.source.code().to_owned(),
            evidence: consent.evidence.clone(),
            by: consent.by.code().to_owned(),
            guardian: consent.guardian.clone(),
            given_at: consent.given_at,
            expires_at: consent.expires_at,
            withdrawn_at: consent.withdrawn_at,
            recorded_by: recorded_by.to_owned(),
            recorder_id,
            recorded_at: entry.recorded_at,
        }
    }
}

impl OwnConsentCreate {
    /// The consent under an id; the hash of the words is found out when it is written down.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: ConsentId, subject: Subject, now: DateTime<Utc>) -> Result<Consent, Invalid> {
        let create = ConsentEntryCreate {
            purpose: self.purpose,
            version: self.version,
            language: self.language,
            source: Some(Choose(Source::Api)),
            evidence: None,
            by: None,
            guardian: None,
            given_at: None,
            expires_at: self.expires_at,
        };
        create.into_domain(id, subject, now)
    }
}

impl ConsentEntryCreate {
    /// The consent under an id; the hash of the words is found out when it is written down.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: ConsentId, subject: Subject, now: DateTime<Utc>) -> Result<Consent, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        if self.purpose.0 == Purpose::MinorAccount {
            faults.note(
                "/purpose",
                Rule::Malformed("a purpose to which people agree themselves"),
            );
        }
        let source = self.source.map_or(Source::Form, |source| source.0);
        if matches!(source, Source::GuardianLink | Source::Record) {
            faults.note("/source", Rule::Malformed("form, letter, api"));
        }
        let by = self.by.map_or(ConsentGiver::Person, |by| by.0);
        let guardian = optional(faults, "/guardian", self.guardian.as_ref(), |text| line(text, 200));
        match (by, &self.guardian) {
            (ConsentGiver::Guardian, None) => faults.note("/guardian", Rule::Required),
            (ConsentGiver::Person, Some(_)) => faults.note("/guardian", Rule::Conflicts("by person")),
            _ => {}
        }
        let given_at = optional(faults, "/given_at", self.given_at.as_ref(), instant).unwrap_or(now);
        if given_at > now {
            faults.note("/given_at", Rule::Malformed("a time that has passed"));
        }
        let expires_at = optional(faults, "/expires_at", self.expires_at.as_ref(), instant);
        if expires_at.is_some_and(|end| end <= given_at) {
            faults.note("/expires_at", Rule::Reversed);
        }
        let evidence = optional(faults, "/evidence", self.evidence.as_ref(), |text| line(text, 500));
        let shown = Shown {
            version: self.version,
            language: self.language.0,
            sha256: String::new(),
        };
        found.finish(Some(Consent {
            id,
            subject,
            purpose: self.purpose.0,
            shown: Some(shown),
            source,
            evidence,
            by,
            guardian,
            given_at,
            expires_at,
            withdrawn_at: None,
        }))
    }
}
