//! The query of the lists of solutions.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::search::{SolutionFilter, SolutionPosition};
use werkstadt_persistence::directory::Snapshot;

use crate::auth::Caller;
use crate::problem::{Code, Problem};
use crate::skills::given;
use crate::wire::{MaturityName, chosen};

/// Which solutions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListSolutions {
    /// Free text: titles, summaries, descriptions, skills. Every word must occur; read as in the list of organisations.
    #[param(min_length = 1, max_length = 500, example = "Parkplatz")]
    pub q: Option<String>,
    /// Shows one of these skills or a narrower one, by id or URI.
    #[serde(default)]
    #[param(max_items = 20)]
    pub skill: Vec<String>,
    /// So far along.
    #[serde(default)]
    pub maturity: Vec<MaturityName>,
    /// On display today, or not.
    pub on_display: Option<bool>,
}

/// Of which organisation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MadeBy {
    /// Of this organisation.
    #[param(format = Uuid)]
    pub organisation_id: Option<String>,
}

/// A position in the list, as a cursor carries it.
#[derive(Serialize, Deserialize)]
pub struct PositionBody(f64, Uuid);

impl From<SolutionPosition> for PositionBody {
    fn from(position: SolutionPosition) -> Self {
        Self(position.rank, position.id.uuid())
    }
}

impl From<PositionBody> for SolutionPosition {
    fn from(PositionBody(rank, id): PositionBody) -> Self {
        Self { rank, id: Id::new(id) }
    }
}

impl ListSolutions {
    /// The filter on a day.
    ///
    /// # Errors
    /// Every parameter that names nothing.
    pub fn filter(
        &self,
        snapshot: &Snapshot,
        organisation: Option<OrganisationId>,
        today: NaiveDate,
    ) -> Result<SolutionFilter, Problem> {
        let mut found = Vec::new();
        let skills = given::in_query(snapshot, "skill", &self.skill, &mut found);
        if !found.is_empty() {
            return Err(Problem::new(Code::InvalidQuery).with_breaches(found));
        }
        Ok(SolutionFilter {
            q: self.q.clone(),
            skills,
            maturities: chosen(&self.maturity),
            organisation,
            on_display: self.on_display.map(|wanted| (today, wanted)),
        })
    }
}

impl MadeBy {
    /// The organisation, if one is named.
    ///
    /// # Errors
    /// When there is none that the caller may see.
    pub fn read(&self, snapshot: &Snapshot, caller: &Caller) -> Result<Option<OrganisationId>, Problem> {
        let Some(text) = &self.organisation_id else {
            return Ok(None);
        };
        let id = OrganisationId::parse(text).ok();
        let seen = id.filter(|id| snapshot.organisation(caller.audience_at(*id), *id).is_some());
        let unknown = || Problem::new(Code::InvalidQuery).with_breaches(vec![given::unknown("organisation_id")]);
        seen.map(Some).ok_or_else(unknown)
    }
}
