//! The row of an entry.

use diesel::prelude::*;
use werkstadt_domain::consent::{Consent, Shown, Subject};
use werkstadt_domain::named::Named;

use super::Entry;
use crate::changes::Actor;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::consents;
use crate::shapes::{Fault, named};
use crate::sqltypes::{SqlId, SqlInstant};

#[derive(Queryable, Insertable)]
#[diesel(table_name = consents, treat_none_as_default_value = false)]
pub(super) struct ConsentRow {
    id: SqlId,
    user_id: Option<SqlId>,
    person_id: Option<SqlId>,
    guardianship_id: Option<SqlId>,
    purpose: String,
    text_version: Option<i64>,
    language: Option<String>,
    sha256: Option<String>,
    source: String,
    evidence: Option<String>,
    given_by: String,
    guardian: Option<String>,
    given_at: SqlInstant,
    expires_at: Option<SqlInstant>,
    withdrawn_at: Option<SqlInstant>,
    settled_at: Option<SqlInstant>,
    actor_kind: String,
    actor_id: Option<SqlId>,
    created_at: SqlInstant,
}

impl ConsentRow {
    /// What is over when it is written down is settled: it never allowed anything.
    pub(super) fn new(entry: &Entry) -> Self {
        let consent = &entry.consent;
        let (user_id, person_id, guardianship_id) = match consent.subject {
            Subject::User(user) => (Some(user.into()), None, None),
            Subject::Person(person) => (None, Some(person.into()), None),
            Subject::Minor(minor) => (None, None, Some(minor.into())),
        };
        let (actor_kind, actor_id) = entry.recorded_by.parts();
        Self {
            id: consent.id.into(),
            user_id,
            person_id,
            guardianship_id,
            purpose: consent.purpose.code().to_owned(),
            text_version: consent.shown.as_ref().map(|shown| shown.version),
            language: consent.shown.as_ref().map(|shown| shown.language.code().to_owned()),
            sha256: consent.shown.as_ref().map(|shown| shown.sha256.clone()),
            source: consent.source.code().to_owned(),
            evidence: consent.evidence.clone(),
            given_by: consent.by.code().to_owned(),
            guardian: consent.guardian.clone(),
            given_at: SqlInstant::from(consent.given_at),
            expires_at: guard::instant(consent.expires_at),
            withdrawn_at: guard::instant(consent.withdrawn_at),
            settled_at: guard::instant((!consent.holds(entry.recorded_at)).then_some(entry.recorded_at)),
            actor_kind: actor_kind.to_owned(),
            actor_id: actor_id.map(SqlId),
            created_at: SqlInstant::from(entry.recorded_at),
        }
    }

    pub(super) fn into_entry(self) -> Result<Entry> {
        let id = self.id.0;
        self.read().map_err(|fault| Error::inconsistent("consents", id, fault))
    }

    fn read(self) -> Result<Entry, Fault> {
        let subject = match (self.person_id, self.user_id, self.guardianship_id) {
            (Some(person), ..) => Subject::Person(person.into()),
            (_, Some(user), _) => Subject::User(user.into()),
            (.., Some(minor)) => Subject::Minor(minor.into()),
            (None, None, None) => return Err("concerns nobody".to_owned()),
        };
        let shown = match (self.text_version, self.language, self.sha256) {
            (Some(version), Some(language), Some(sha256)) => Some(Shown {
                version,
                language: named(&language)?,
                sha256,
            }),
            _ => None,
        };
        let actor = Actor::from_parts(&self.actor_kind, self.actor_id);
        Ok(Entry {
            recorded_by: actor.ok_or_else(|| format!("actor {}", self.actor_kind))?,
            recorded_at: self.created_at.utc(),
            consent: Consent {
                id: self.id.into(),
                subject,
                purpose: named(&self.purpose)?,
                shown,
                source: named(&self.source)?,
                evidence: self.evidence,
                by: named(&self.given_by)?,
                guardian: self.guardian,
                given_at: self.given_at.utc(),
                expires_at: self.expires_at.map(SqlInstant::utc),
                withdrawn_at: self.withdrawn_at.map(SqlInstant::utc),
            },
        })
    }
}
