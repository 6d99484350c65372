//! Temporary stand-ins while the real modules are being written.
#![allow(missing_docs, clippy::todo, clippy::all)]
pub mod directory {
    use std::sync::Arc;
    use werkstadt_domain::audience::{Audience, Seen, Stored};
    use werkstadt_domain::opportunity::*;
    use werkstadt_domain::organisation::*;
    use werkstadt_domain::page::{Limit, Page};
    use werkstadt_domain::profile::Profile;
    use werkstadt_domain::search::*;
    use werkstadt_domain::skill::*;
    #[derive(Default)]
    pub struct Directory;
    pub struct Snapshot;
    pub struct OrganisationQuery {
        pub filter: OrganisationFilter,
        pub sort: OrganisationSort,
        pub after: Option<Position>,
        pub limit: Limit,
        pub facets: Vec<Facet>,
        pub count: Count,
    }
    pub enum Count {
        No,
        Exact,
    }
    pub struct OrganisationPage {
        pub items: Vec<Hit>,
        pub after: Option<Position>,
        pub facets: Vec<(Facet, Vec<FacetCount>)>,
        pub total: Option<u64>,
    }
    pub struct Hit {
        pub profile: Arc<Seen<Profile>>,
        pub score: Option<f64>,
        pub distance_km: Option<f64>,
        pub words: Vec<WordHit>,
    }
    pub struct WordHit {
        pub word: String,
        pub contribution: f64,
    }
    #[derive(Default)]
    pub struct Delta {
        pub profiles: Vec<Profile>,
        pub removed_organisations: Vec<OrganisationId>,
        pub skills: Vec<Stored<Skill>>,
        pub removed_skills: Vec<SkillId>,
        pub opportunities: Vec<Stored<Opportunity>>,
        pub removed_opportunities: Vec<OpportunityId>,
        pub persons: Vec<Stored<werkstadt_domain::person::Person>>,
        pub removed_persons: Vec<werkstadt_domain::person::PersonId>,
    }
    impl Directory {
        pub fn apply(&self, _: Delta) {}
        pub fn rebuild(&self, _: Delta) {}

        pub fn new() -> Self {
            Self
        }
        pub fn snapshot(&self) -> Arc<Snapshot> {
            Arc::new(Snapshot)
        }
    }
    impl Snapshot {
        pub fn organisation(&self, _: Audience, _: OrganisationId) -> Option<&Arc<Seen<Profile>>> {
            None
        }
        pub fn organisation_by_name(&self, _: Audience, _: &str) -> Option<OrganisationId> {
            None
        }
        pub fn organisation_by_external(&self, _: Audience, _: &ExternalId) -> Option<OrganisationId> {
            None
        }
        pub fn organisations(&self, _: Audience, _: &OrganisationQuery, _: chrono::NaiveDate) -> OrganisationPage {
            OrganisationPage {
                items: vec![],
                after: None,
                facets: vec![],
                total: None,
            }
        }
        pub fn skill(&self, _: SkillId) -> Option<&Arc<Stored<Skill>>> {
            None
        }
        pub fn skill_by_uri(&self, _: &str) -> Option<SkillId> {
            None
        }
        pub fn skill_by_label(&self, _: &str) -> Option<SkillId> {
            None
        }
        pub fn opportunity(&self, _: Audience, _: OpportunityId) -> Option<Arc<Stored<Seen<Opportunity>>>> {
            None
        }
        pub fn opportunities(
            &self,
            _: Audience,
            _: &OpportunityFilter,
            _: Option<OpportunityPosition>,
            _: Limit,
        ) -> Page<(), OpportunityPosition> {
            Page {
                items: vec![],
                after: None,
            }
        }
    }
}
