//! Everything that an audience sees, in order of id: what exports write.

use std::sync::Arc;

use werkstadt_domain::audience::{Audience, Seen};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::page::Limit;
use werkstadt_domain::profile::Profile;

use super::leak::Leak;
use super::opportunities::SeenOpportunity;
use super::snapshot::Snapshot;

impl Snapshot {
    /// The organisations behind one, in order of id, as the audience sees them; fewer than the limit are the last.
    pub fn organisations_by_id(
        &self,
        audience: Audience,
        after: Option<OrganisationId>,
        limit: Limit,
    ) -> Vec<Arc<Seen<Profile>>> {
        let audience = Leak::Existence.through(audience);
        let mut first: Vec<(OrganisationId, &Arc<Seen<Profile>>)> = Vec::new();
        for shard in &self.shards {
            let start = shard
                .entries
                .partition_point(|entry| after.is_some_and(|after| entry.id <= after));
            // Entries stay in their places after their organisations have gone.
            let rest = (start..shard.slots()).filter_map(|slot| u32::try_from(slot).ok());
            let rest = rest.filter(|slot| shard.visible(audience).contains(*slot));
            let seen = rest.filter_map(|slot| {
                let entry = shard.entry(slot)?;
                Some((entry.id, entry.seen.get(audience.index())?.as_ref()?))
            });
            // Each shard might hold the whole page.
            first.extend(seen.take(limit.get()));
        }
        first.sort_unstable_by_key(|(id, _)| *id);
        first.truncate(limit.get());
        first.into_iter().map(|(_, profile)| Arc::clone(profile)).collect()
    }

    /// Every opportunity that the audience sees, the newest first.
    pub fn all_opportunities(&self, audience: Audience) -> impl DoubleEndedIterator<Item = &SeenOpportunity> {
        self.opportunities.seen(audience)
    }
}
