//! Reading a saved search: its query is checked as the list that it searches would check it.

use serde::de::DeserializeOwned;
use serde_json::Value;
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::Faults;
use werkstadt_domain::saved_search::{FeedPlace, SavedSearch, SavedSearchId, SearchTarget};
use werkstadt_domain::search::{OpportunityFilter, OrganisationFilter};
use werkstadt_domain::text::line;
use werkstadt_persistence::directory::Snapshot;

use super::wire::{SavedSearchCreate, SavedSearchSeen};
use crate::changes;
use crate::contract::parameters;
use crate::opportunities::query::ListOpportunities;
use crate::organisations::query::FilterOrganisations;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::State;

/// Parameters of lists that say how, not what.
const NO_FILTERS: [&str; 8] = [
    "cursor",
    "limit",
    "sort",
    "facets",
    "count",
    "explain",
    "highlight",
    "fields",
];

/// What a saved search asks the directory.
pub enum Filter {
    /// For organisations.
    Organisations(OrganisationFilter),
    /// For opportunities.
    Opportunities(OpportunityFilter),
}

/// Reads a saved search.
///
/// # Errors
/// [`Code::Invalid`] with every fault, those of the query too.
pub fn search(
    state: &State,
    create: SavedSearchCreate,
    id: SavedSearchId,
    user: UserId,
    seen: FeedPlace,
) -> Result<SavedSearch, Problem> {
    let mut faults = Faults::new();
    let name = faults.take("/name", line(&create.name, 100));
    let query = create.query.trim_start_matches('?').to_owned();
    let target = create.target.0;
    let read = filter(state, &state.directory().snapshot(), target, &query);
    let breaches = match (faults.finish(name), read) {
        (Ok(name), Ok(_)) => {
            return Ok(SavedSearch {
                id,
                user,
                name,
                target,
                query,
                seen,
            });
        }
        (Ok(_), Err(breaches)) => breaches,
        (Err(invalid), read) => {
            let named = invalid.0.into_iter();
            let named = named.map(|fault| (Place::Body(fault.pointer), Breach::Rule(fault.rule)));
            named.chain(read.err().into_iter().flatten()).collect()
        }
    };
    Err(Problem::new(Code::Invalid).with_breaches(breaches))
}

/// What the query of a saved search asks for.
///
/// # Errors
/// Every fault of the query, below `/query`.
pub fn filter(
    state: &State,
    snapshot: &Snapshot,
    target: SearchTarget,
    query: &str,
) -> Result<Filter, Vec<(Place, Breach)>> {
    let read = match target {
        SearchTarget::Organisations => parsed::<FilterOrganisations>(state, "list_organisations", query)
            .and_then(|list| Ok(Filter::Organisations(list.filter(snapshot)?))),
        SearchTarget::Opportunities => parsed::<ListOpportunities>(state, "list_opportunities", query)
            .and_then(|list| Ok(Filter::Opportunities(list.filter(snapshot, None)?))),
    };
    read.map_err(|problem| problem.breaches().iter().cloned().map(below_query).collect())
}

/// A place that a page of hits named.
///
/// # Errors
/// [`Code::Invalid`] if it is not one of this audience's feed.
pub fn place(state: &State, audience: Audience, body: &SavedSearchSeen) -> Result<FeedPlace, Problem> {
    let count = changes::read_place(state, audience, &body.place);
    let count = count.map_err(|_| {
        let breach = (Place::Body("/place".to_owned()), Breach::ForgedCursor);
        Problem::new(Code::Invalid).with_breaches(vec![breach])
    })?;
    Ok(FeedPlace { audience, count })
}

fn parsed<T: DeserializeOwned>(state: &State, operation: &str, query: &str) -> Result<T, Problem> {
    let known = state.contract.query(operation);
    let known = known.ok_or_else(|| Problem::internal(format!("no operation {operation}")))?;
    let refused = |breaches| Problem::new(Code::Invalid).with_breaches(breaches);
    let given = parameters::read(query, known).map_err(refused)?;
    let foreign = given.keys().filter(|name| NO_FILTERS.contains(&name.as_str()));
    let foreign: Vec<(Place, Breach)> = foreign
        .map(|name| (Place::Parameter(name.clone()), Breach::UnknownParameter(None)))
        .collect();
    if !foreign.is_empty() {
        return Err(refused(foreign));
    }
    serde_json::from_value(Value::Object(given)).map_err(Problem::internal)
}

fn below_query((place, breach): (Place, Breach)) -> (Place, Breach) {
    match place {
        Place::Parameter(name) => {
            let name = name.replace('~', "~0").replace('/', "~1");
            (Place::Body(format!("/query/{name}")), breach)
        }
        place => (place, breach),
    }
}
