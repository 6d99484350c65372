//! The query of the lists of persons.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::search::{PersonFilter, PersonPosition};
use werkstadt_persistence::directory::Snapshot;

use crate::auth::Caller;
use crate::problem::{Code, Problem};
use crate::skills::given;

/// Which persons.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListPeople {
    /// Beginnings of words of names, titles and roles; every one must occur. `Mueller` and `Müller` are one.
    #[param(min_length = 1, max_length = 200, example = "Muster")]
    pub q: Option<String>,
    /// Has one of these skills or a narrower one, by id or URI.
    #[serde(default)]
    #[param(max_items = 20)]
    pub skill: Vec<String>,
}

/// At which organisation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorksAt {
    /// Works or worked at this organisation, as far as the caller may see that.
    #[param(format = Uuid)]
    pub organisation_id: Option<String>,
}

/// A position in the list, as a cursor carries it.
#[derive(Serialize, Deserialize)]
pub struct PositionBody(String, Uuid);

impl From<PersonPosition> for PositionBody {
    fn from(position: PersonPosition) -> Self {
        Self(position.name, position.id.uuid())
    }
}

impl From<PositionBody> for PersonPosition {
    fn from(PositionBody(name, id): PositionBody) -> Self {
        Self { name, id: Id::new(id) }
    }
}

impl ListPeople {
    /// The filter.
    ///
    /// # Errors
    /// Every parameter that names nothing.
    pub fn filter(&self, snapshot: &Snapshot, organisation: Option<OrganisationId>) -> Result<PersonFilter, Problem> {
        let mut found = Vec::new();
        let skills = given::in_query(snapshot, "skill", &self.skill, &mut found);
        if !found.is_empty() {
            return Err(Problem::new(Code::InvalidQuery).with_breaches(found));
        }
        Ok(PersonFilter {
            q: self.q.clone(),
            skills,
            organisation,
        })
    }
}

impl WorksAt {
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
