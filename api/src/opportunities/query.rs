//! The query of the lists of opportunities.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::search::{OpportunityFilter, OpportunityPosition};
use werkstadt_persistence::directory::Snapshot;

use crate::auth::Caller;
use crate::problem::{Code, Problem};
use crate::skills::given;
use crate::wire::{CooperationName, DirectionName, OpportunityStatusName, chosen};

/// Which opportunities.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListOpportunities {
    /// Free text: titles, summaries, descriptions, skills. Every word must occur; read as in the list of organisations.
    #[param(min_length = 1, max_length = 500, example = "Pilotpartner")]
    pub q: Option<String>,
    /// Offers or requests.
    #[serde(default)]
    pub direction: Vec<DirectionName>,
    /// One of these sorts of working together.
    #[serde(default)]
    pub cooperation: Vec<CooperationName>,
    /// Asks for one of these skills or a narrower one, by id or URI.
    #[serde(default)]
    #[param(max_items = 20)]
    pub skill: Vec<String>,
    /// In one of these states; others than `published`, `matched` and `completed` show to the own organisation and managers.
    #[serde(default)]
    pub status: Vec<OpportunityStatusName>,
}

/// Of which organisation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfOrganisation {
    /// Of this organisation; anonymous ones are not among them, except of the own one.
    #[param(format = Uuid)]
    pub organisation_id: Option<String>,
}

/// A position in the list, as a cursor carries it.
#[derive(Serialize, Deserialize)]
pub struct PositionBody(f64, Uuid);

impl From<OpportunityPosition> for PositionBody {
    fn from(position: OpportunityPosition) -> Self {
        Self(position.rank, position.id.uuid())
    }
}

impl From<PositionBody> for OpportunityPosition {
    fn from(PositionBody(rank, id): PositionBody) -> Self {
        Self { rank, id: Id::new(id) }
    }
}

impl ListOpportunities {
    /// The filter.
    ///
    /// # Errors
    /// Every parameter that names nothing.
    pub fn filter(
        &self,
        snapshot: &Snapshot,
        organisation: Option<OrganisationId>,
    ) -> Result<OpportunityFilter, Problem> {
        let mut found = Vec::new();
        let skills = given::in_query(snapshot, "skill", &self.skill, &mut found);
        if !found.is_empty() {
            return Err(Problem::new(Code::InvalidQuery).with_breaches(found));
        }
        Ok(OpportunityFilter {
            q: self.q.clone(),
            directions: chosen(&self.direction),
            cooperations: chosen(&self.cooperation),
            skills,
            organisation,
            statuses: chosen(&self.status),
            among: None,
        })
    }
}

impl OfOrganisation {
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
