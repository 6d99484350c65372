//! Which changed records a saved search finds.

use std::collections::HashSet;

use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::page::Limit;
use werkstadt_domain::saved_search::SavedSearch;
use werkstadt_persistence::directory::{OrganisationQuery, Snapshot};
use werkstadt_persistence::feed::Item;
use werkstadt_persistence::{Noun, Touched};

use super::read::{self, Filter};
use super::wire::SavedSearchHitBody;
use crate::auth::Caller;
use crate::problem::{Code, Problem};
use crate::state::State;
use crate::wire::TextBody;

/// Changes older than this are in the read model of every server for sure.
const SETTLED: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// The changed records that the search finds, in the order given.
///
/// # Errors
/// [`Code::Outdated`] if the search names a skill that is gone.
pub fn hits(
    state: &State,
    caller: &Caller,
    search: &SavedSearch,
    changed: &[Item],
) -> Result<Vec<SavedSearchHitBody>, Problem> {
    let present: Vec<&Item> = changed.iter().filter(|item| item.present).collect();
    let now = state.now();
    let fresh = present.iter().filter(|item| item.at + SETTLED > now);
    // The feed is read from the database, which may be a moment ahead of what is searched.
    state.store.bring_in(fresh.map(|item| Touched {
        noun: item.noun,
        id: item.id,
    }))?;
    let (snapshot, audience) = (state.directory().snapshot(), caller.audience());
    let filter = read::filter(state, &snapshot, search.target, &search.query);
    let filter = filter.map_err(|breaches| Problem::new(Code::Outdated).with_breaches(breaches))?;
    let today = now.date_naive();
    let limit = Limit::clamped(Limit::MAX);
    match filter {
        Filter::Organisations(mut filter) => {
            filter.among = Some(ids(&present, Noun::Organisation));
            let query = OrganisationQuery {
                filter,
                limit,
                ..OrganisationQuery::default()
            };
            let found = snapshot.organisations(audience, &query, today).items;
            let found: HashSet<_> = found.iter().map(|hit| hit.profile.get().id().uuid()).collect();
            let hits = of(&present, Noun::Organisation).filter(|item| found.contains(&item.id));
            Ok(hits
                .filter_map(|item| organisation(&snapshot, audience, item))
                .collect())
        }
        Filter::Opportunities(mut filter) => {
            filter.among = Some(ids(&present, Noun::Opportunity));
            let found = snapshot.opportunities(audience, &filter, None, limit).items;
            let found: HashSet<_> = found.iter().map(|hit| hit.opportunity.record.get().id.uuid()).collect();
            let hits = of(&present, Noun::Opportunity).filter(|item| found.contains(&item.id));
            Ok(hits.filter_map(|item| opportunity(&snapshot, audience, item)).collect())
        }
    }
}

fn of<'a>(items: &'a [&'a Item], noun: Noun) -> impl Iterator<Item = &'a Item> {
    items.iter().copied().filter(move |item| item.noun == noun)
}

fn ids<N>(items: &[&Item], noun: Noun) -> Vec<Id<N>> {
    of(items, noun).map(|item| Id::new(item.id)).collect()
}

fn organisation(snapshot: &Snapshot, audience: Audience, item: &Item) -> Option<SavedSearchHitBody> {
    let profile = snapshot.organisation(audience, Id::new(item.id))?;
    Some(SavedSearchHitBody {
        kind: "organisation".to_owned(),
        id: item.id.to_string(),
        name: Some(profile.get().organisation.record.name.clone()),
        title: None,
        at: item.at,
        href: format!("/v1/organisations/{}", item.id),
    })
}

fn opportunity(snapshot: &Snapshot, audience: Audience, item: &Item) -> Option<SavedSearchHitBody> {
    let opportunity = snapshot.opportunity(audience, Id::new(item.id))?;
    Some(SavedSearchHitBody {
        kind: "opportunity".to_owned(),
        id: item.id.to_string(),
        name: None,
        title: Some(TextBody::from(&opportunity.record.get().title)),
        at: item.at,
        href: format!("/v1/opportunities/{}", item.id),
    })
}
