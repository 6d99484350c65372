//! What is asked of the audit log.

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::invalid::Rule;
use werkstadt_persistence::audit::{Filter, Span};

use super::AuditKindName;
use crate::problem::{Breach, Code, Place, Problem};
use crate::wire::instant;

/// Which entries of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterAudit {
    /// Changes or readings only.
    pub kind: Option<AuditKindName>,
    /// Of this user or API key.
    #[param(format = Uuid)]
    pub actor_id: Option<String>,
    /// By this operation: its `operationId`.
    #[param(min_length = 1, max_length = 100)]
    pub operation: Option<String>,
    /// That name this record.
    #[param(format = Uuid)]
    pub record_id: Option<String>,
    /// Not before this time.
    #[param(format = DateTime)]
    pub from: Option<String>,
    /// Before this time.
    #[param(format = DateTime)]
    pub until: Option<String>,
}

impl FilterAudit {
    /// The filter.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`].
    pub fn read(&self) -> Result<Filter, Problem> {
        Ok(Filter {
            kind: self.kind.map(|kind| kind.0),
            actor: self.actor_id.as_deref().map(|id| uuid("actor_id", id)).transpose()?,
            operation: self.operation.clone(),
            record: self.record_id.as_deref().map(|id| uuid("record_id", id)).transpose()?,
            span: span(self.from.as_deref(), self.until.as_deref())?,
        })
    }
}

/// Whose readings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadBy {
    /// The user or API key.
    #[param(format = Uuid)]
    pub actor_id: String,
    /// Not before this time.
    #[param(format = DateTime)]
    pub from: Option<String>,
    /// Before this time.
    #[param(format = DateTime)]
    pub until: Option<String>,
}

impl ReadBy {
    /// The reader and the time.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`].
    pub fn read(&self) -> Result<(Uuid, Span), Problem> {
        Ok((
            uuid("actor_id", &self.actor_id)?,
            span(self.from.as_deref(), self.until.as_deref())?,
        ))
    }
}

/// Readings of which record.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadRecord {
    /// The record.
    #[param(format = Uuid)]
    pub record_id: String,
    /// Not before this time.
    #[param(format = DateTime)]
    pub from: Option<String>,
    /// Before this time.
    #[param(format = DateTime)]
    pub until: Option<String>,
}

impl ReadRecord {
    /// The record and the time.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`].
    pub fn read(&self) -> Result<(Uuid, Span), Problem> {
        Ok((
            uuid("record_id", &self.record_id)?,
            span(self.from.as_deref(), self.until.as_deref())?,
        ))
    }
}

fn uuid(name: &str, given: &str) -> Result<Uuid, Problem> {
    given.parse().map_err(|_| refused(name, Rule::Malformed("a UUID")))
}

fn span(from: Option<&str>, until: Option<&str>) -> Result<Span, Problem> {
    let read = |name: &str, given: Option<&str>| {
        given
            .map(|text| instant(text).map_err(|rule| refused(name, rule)))
            .transpose()
    };
    let span = Span {
        from: read("from", from)?,
        until: read("until", until)?,
    };
    if span.from.zip(span.until).is_some_and(|(from, until)| until < from) {
        return Err(refused("until", Rule::Reversed));
    }
    Ok(span)
}

fn refused(name: &str, rule: Rule) -> Problem {
    let place = Place::Parameter(name.to_owned());
    Problem::new(Code::InvalidQuery).with_breaches(vec![(place, Breach::Rule(rule))])
}
