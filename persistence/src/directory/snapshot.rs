//! A snapshot: the whole directory at one moment. Immutable, so that one request sees one state.

use std::sync::Arc;

use chrono::NaiveDate;
use werkstadt_domain::audience::{Audience, Seen, Stored};
use werkstadt_domain::opportunity::OpportunityId;
use werkstadt_domain::organisation::{ExternalId, OrganisationId};
use werkstadt_domain::page::{Limit, Page};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::search::{OpportunityFilter, OpportunityPosition, SkillFilter};
use werkstadt_domain::skill::{Skill, SkillId, Taxonomy};
use werkstadt_domain::text::key;

use super::document::{Dictionaries, external_key};
use super::leak::Leak;
use super::opportunities::{Opportunities, OpportunityHit, SeenOpportunity};
use super::persons::Persons;
use super::query::Reading;
use super::shard::Shard;
use super::skills::{SkillPosition, Skills};
use super::solutions::Solutions;
use super::statistics::Statistics;

/// The directory at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) version: u64,
    /// The day of the index: claims that expired before it are not in it.
    pub(super) day: NaiveDate,
    pub(super) dictionaries: Arc<Dictionaries>,
    /// What is settled, and what changed since: an organisation is in one of them. A write copies the second only; from time to time
    /// it is merged into the first.
    pub(super) shards: [Arc<Shard>; 2],
    /// What each audience sees of all of them.
    pub(super) statistics: [Arc<Statistics>; 3],
    pub(super) skills: Arc<Skills>,
    pub(super) opportunities: Arc<Opportunities>,
    pub(super) solutions: Arc<Solutions>,
    pub(super) persons: Arc<Persons>,
}

impl Snapshot {
    /// Grows with each publication of this process.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// One organisation with all that belongs to it, as the audience sees it.
    pub fn organisation(&self, audience: Audience, id: OrganisationId) -> Option<&Arc<Seen<Profile>>> {
        let (shard, slot) = self.place(id)?;
        let audience = Leak::Existence.through(audience);
        self.shards
            .get(shard)?
            .entry(slot)?
            .seen
            .get(audience.index())?
            .as_ref()
    }

    /// The organisation that shows this external id to the audience; the one with the smallest id, if several do.
    pub fn organisation_by_external(&self, audience: Audience, external: &ExternalId) -> Option<OrganisationId> {
        self.named(audience, self.dictionaries.actors.find(&external_key(external))?)
    }

    /// The organisation with this name, compared by [`key`]; the one with the smallest id, if several have it.
    pub fn organisation_by_name(&self, audience: Audience, name: &str) -> Option<OrganisationId> {
        let name = key(name);
        let holders = self.shards.iter().filter_map(|shard| {
            let start = shard
                .by_name
                .partition_point(|slot| shard.entry(*slot).is_some_and(|entry| *entry.name < *name));
            let rest = shard.by_name.get(start..)?.iter();
            let rest = rest.filter_map(|slot| Some((*slot, shard.entry(*slot)?)));
            let mut same = rest.take_while(|(_, entry)| *entry.name == *name);
            same.find(|(slot, _)| shard.visible(audience).contains(*slot))
                .map(|(_, entry)| entry.id)
        });
        holders.min()
    }

    /// How many organisations the audience sees.
    pub fn organisation_count(&self, audience: Audience) -> u64 {
        self.shards.iter().map(|shard| shard.visible(audience).len()).sum()
    }

    /// One skill.
    pub fn skill(&self, id: SkillId) -> Option<&Arc<Stored<Skill>>> {
        self.skills.get(id)
    }

    /// The skill with this address.
    pub fn skill_by_uri(&self, uri: &str) -> Option<SkillId> {
        self.skills.by_uri(uri)
    }

    /// The skill with this label, preferred or alternative, German or English, whatever its case and umlauts.
    pub fn skill_by_label(&self, label: &str) -> Option<SkillId> {
        self.skills.by_label(label)
    }

    /// A page of skills.
    pub fn skills(
        &self,
        filter: &SkillFilter,
        after: Option<SkillPosition>,
        limit: Limit,
    ) -> Page<Arc<Stored<Skill>>, SkillPosition> {
        self.skills.list(filter, after, limit)
    }

    /// Every skill, in order of label.
    pub fn all_skills(&self) -> impl Iterator<Item = &Arc<Stored<Skill>>> {
        self.skills.iter()
    }

    /// The hierarchy of skills.
    pub fn taxonomy(&self) -> &Taxonomy {
        self.skills.taxonomy()
    }

    /// One opportunity as the audience sees it.
    pub fn opportunity(&self, audience: Audience, id: OpportunityId) -> Option<SeenOpportunity> {
        self.opportunities.get(audience, id).cloned()
    }

    /// A page of opportunities: newest first, or best first with free text.
    pub fn opportunities(
        &self,
        audience: Audience,
        filter: &OpportunityFilter,
        after: Option<OpportunityPosition>,
        limit: Limit,
    ) -> Page<OpportunityHit, OpportunityPosition> {
        self.opportunities
            .list(audience, filter, after.as_ref(), limit, self.reading(audience))
    }

    /// Bytes of the index on the heap, the records themselves not counted.
    pub fn index_bytes(&self) -> usize {
        let statistics: usize = self.statistics.iter().map(|statistics| statistics.bytes()).sum();
        let shards: usize = self.shards.iter().map(|shard| shard.bytes()).sum();
        statistics + shards + self.dictionaries.bytes()
    }

    /// The statistics of what an audience sees.
    pub(super) fn statistics(&self, audience: Audience) -> &Statistics {
        let [anonymous, member, manager] = &self.statistics;
        match audience {
            Audience::Anonymous => anonymous,
            Audience::Member => member,
            Audience::Manager => manager,
        }
    }

    /// How queries of an audience are read.
    pub(super) fn reading(&self, audience: Audience) -> Reading<'_> {
        Reading {
            dictionaries: &self.dictionaries,
            statistics: self.statistics(Leak::Rarity.through(audience)),
            skills: &self.skills,
        }
    }

    /// Where an organisation is: the number of its shard, and its slot there.
    pub(super) fn place(&self, id: OrganisationId) -> Option<(usize, u32)> {
        let mut shards = self.shards.iter().enumerate();
        shards.find_map(|(number, shard)| Some((number, shard.slot(id)?)))
    }

    /// The organisation that an external id means to the audience.
    pub(super) fn named(&self, audience: Audience, name: u32) -> Option<OrganisationId> {
        let holders = self.shards.iter().filter_map(|shard| {
            let mut slots = shard.view(audience).names.slots(name).iter();
            let slot = slots.find(|slot| shard.visible(audience).contains(**slot))?;
            Some(shard.entry(*slot)?.id)
        });
        holders.min()
    }
}
