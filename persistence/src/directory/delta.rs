//! Deltas: what changed, and how the next snapshot comes to be.

use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use werkstadt_domain::audience::{Seen, Stored};
use werkstadt_domain::opportunity::{Opportunity, OpportunityId};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Person, PersonId};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::{Skill, SkillId};
use werkstadt_domain::solution::{Solution, SolutionId};

use super::making::{self, Made, Makers};
use super::opportunities::Opportunities;
use super::shard::{Change, Shard};
use super::skills::Skills;
use super::snapshot::Snapshot;
use super::statistics::Statistics;

/// Records as they are now, and ids of those that are gone. What is in neither stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    /// Organisations with all that belongs to them.
    pub profiles: Vec<Profile>,
    /// Organisations that are gone.
    pub removed_organisations: Vec<OrganisationId>,
    /// Skills.
    pub skills: Vec<Stored<Skill>>,
    /// Skills that are gone.
    pub removed_skills: Vec<SkillId>,
    /// Opportunities.
    pub opportunities: Vec<Stored<Opportunity>>,
    /// Opportunities that are gone.
    pub removed_opportunities: Vec<OpportunityId>,
    /// Solutions.
    pub solutions: Vec<Stored<Solution>>,
    /// Solutions that are gone.
    pub removed_solutions: Vec<SolutionId>,
    /// Persons.
    pub persons: Vec<Stored<Person>>,
    /// Persons who are gone.
    pub removed_persons: Vec<PersonId>,
}

/// So many organisations the recent shard holds at least before it is merged into the settled one, and this part of that one. A
/// write copies the recent shard, a merge all.
#[cfg(not(test))]
const RECENT: (usize, usize) = (1024, 64);

/// Small, so that tests see merges.
#[cfg(test)]
const RECENT: (usize, usize) = (3, 64);

impl Snapshot {
    /// Nothing.
    pub(super) fn empty() -> Self {
        Self {
            version: 0,
            day: NaiveDate::MIN,
            dictionaries: Arc::default(),
            shards: [(); 2].map(|()| Arc::new(Shard::default())),
            statistics: Default::default(),
            skills: Arc::default(),
            opportunities: Arc::default(),
            solutions: Arc::default(),
            persons: Arc::default(),
        }
    }

    /// The next snapshot.
    pub(super) fn changed(&self, delta: Delta) -> Self {
        let mut next = self.clone();
        next.version += 1;
        let touched = next.change_skills(delta.skills, &delta.removed_skills);
        let mut changes: FxHashMap<OrganisationId, Option<Arc<Seen<Profile>>>> = self.rereads(&next.skills, &touched);
        changes.extend(
            delta
                .profiles
                .into_iter()
                .map(|profile| (profile.id(), Some(Arc::new(profile.whole())))),
        );
        changes.extend(delta.removed_organisations.into_iter().map(|id| (id, None)));
        next.change_organisations(changes, self);
        if !delta.opportunities.is_empty() || !delta.removed_opportunities.is_empty() {
            let (removed, dictionaries) = (&delta.removed_opportunities, &self.dictionaries);
            let changed = next
                .opportunities
                .changed(delta.opportunities, removed, dictionaries, &next.skills);
            next.opportunities = Arc::new(changed);
        }
        if !delta.solutions.is_empty() || !delta.removed_solutions.is_empty() {
            let (removed, dictionaries) = (&delta.removed_solutions, &self.dictionaries);
            let changed = next
                .solutions
                .changed(delta.solutions, removed, dictionaries, &next.skills);
            next.solutions = Arc::new(changed);
        }
        if !delta.persons.is_empty() || !delta.removed_persons.is_empty() {
            next.persons = Arc::new(self.persons.changed(delta.persons, &delta.removed_persons));
        }
        next
    }

    /// Changes the skills; returns those that changed.
    fn change_skills(&mut self, skills: Vec<Stored<Skill>>, removed: &[SkillId]) -> FxHashSet<SkillId> {
        if skills.is_empty() && removed.is_empty() {
            return FxHashSet::default();
        }
        let mut touched: FxHashSet<SkillId> = removed.iter().copied().collect();
        touched.extend(skills.iter().map(|skill| skill.record.id));
        let kept = self
            .skills
            .iter()
            .filter(|skill| !touched.contains(&skill.record.id))
            .cloned();
        let mut fresh: FxHashMap<SkillId, Arc<Stored<Skill>>> = FxHashMap::default();
        for skill in skills.into_iter().filter(|skill| !removed.contains(&skill.record.id)) {
            fresh.insert(skill.record.id, Arc::new(skill));
        }
        self.skills = Arc::new(Skills::new(kept.chain(fresh.into_values())));
        let opportunities = Opportunities::reread(&self.opportunities, &self.dictionaries, &self.skills);
        self.opportunities = Arc::new(opportunities);
        self.solutions = Arc::new(self.solutions.reread(&self.dictionaries, &self.skills));
        touched
    }

    /// The organisations whose index entries a change of skills moves: labels are indexed, and replacements followed.
    fn rereads(
        &self,
        skills: &Skills,
        touched: &FxHashSet<SkillId>,
    ) -> FxHashMap<OrganisationId, Option<Arc<Seen<Profile>>>> {
        if touched.is_empty() {
            return FxHashMap::default();
        }
        let moved = |skill: SkillId| {
            let (before, after) = (self.skills.taxonomy().current(skill), skills.taxonomy().current(skill));
            before != after || touched.contains(&before) || touched.contains(&after) || touched.contains(&skill)
        };
        let concerns = |profile: &Profile| {
            let shown = profile.references.iter().flat_map(|reference| &reference.record.skills);
            profile
                .claims
                .iter()
                .map(|claim| claim.record.skill)
                .chain(shown.copied())
                .any(moved)
        };
        let moving = self.profiles().filter(|profile| concerns(profile.get()));
        moving
            .map(|profile| (profile.get().id(), Some(Arc::clone(profile))))
            .collect()
    }

    /// The same on another day: organisations with claims that hold on one of the days only are indexed anew.
    pub(super) fn turned(&self, day: NaiveDate) -> Self {
        let mut next = self.clone();
        next.version += 1;
        next.day = day;
        let turns = |profile: &Profile| {
            let mut claims = profile.claims.iter().map(|claim| &claim.record);
            claims.any(|claim| claim.holds_on(self.day) != claim.holds_on(day))
        };
        let turning = self.profiles().filter(|profile| turns(profile.get()));
        let changes = turning.map(|profile| (profile.get().id(), Some(Arc::clone(profile))));
        next.change_organisations(changes.collect(), self);
        next
    }

    /// Every organisation. Managers see everything, so their view of a profile is the profile.
    fn profiles(&self) -> impl Iterator<Item = &Arc<Seen<Profile>>> {
        let entries = self.shards.iter().flat_map(|shard| shard.present());
        entries.filter_map(|entry| entry.seen[2].as_ref())
    }

    /// Changes organisations. `before` is what they were indexed by so far.
    fn change_organisations(&mut self, changes: FxHashMap<OrganisationId, Option<Arc<Seen<Profile>>>>, before: &Self) {
        if changes.is_empty() {
            return;
        }
        self.forget(changes.keys(), before);
        let [settled, recent] = &self.shards;
        let rest = settled.without(changes.keys());
        let (least, part) = RECENT;
        let many = recent.slots() + changes.len() > least.max(settled.slots() / part) || settled.slots() == 0;
        if many {
            let moving = recent.present().filter(|entry| !changes.contains_key(&entry.id));
            let moving: Vec<Change> = moving.map(|entry| (entry.id, entry.seen[2].clone())).collect();
            let known: FxHashSet<OrganisationId> = moving.iter().map(|(id, _)| *id).collect();
            let all = moving.into_iter().chain(changes);
            let settled = self.built(&rest, all, &known);
            self.shards = [Arc::new(settled), Arc::default()];
        } else {
            let recent = Arc::clone(recent);
            let recent = self.built(&recent, changes.into_iter(), &FxHashSet::default());
            self.shards = [Arc::new(rest), Arc::new(recent)];
        }
    }

    /// Takes what was indexed of these organisations out of the statistics.
    fn forget<'a>(&mut self, ids: impl Iterator<Item = &'a OrganisationId>, before: &Self) {
        let dictionaries = Arc::clone(&self.dictionaries);
        let entry = |id: &OrganisationId| self.shards.iter().find_map(|shard| shard.entry(shard.slot(*id)?));
        let seen: Vec<_> = ids.filter_map(entry).map(|entry| entry.seen.clone()).collect();
        let mut makers = Makers::new(&dictionaries, &before.skills, before.day);
        for before in makers.each(seen, |seen, maker| making::documents(&seen, maker)) {
            for (statistics, document) in self.statistics.iter_mut().zip(before) {
                document
                    .iter()
                    .for_each(|document| Arc::make_mut(statistics).remove(document));
            }
        }
    }

    /// A shard with changes; the organisations in `known` are in the statistics already.
    fn built(
        &mut self,
        shard: &Shard,
        changes: impl Iterator<Item = Change>,
        known: &FxHashSet<OrganisationId>,
    ) -> Shard {
        let mut changes: Vec<Change> = changes.collect();
        changes.sort_by_key(|(id, _)| *id);
        let (dictionaries, skills) = (Arc::clone(&self.dictionaries), Arc::clone(&self.skills));
        let mut makers = Makers::new(&dictionaries, &skills, self.day);
        let statistics = &mut self.statistics;
        shard.changed(changes, |profiles| {
            let made = makers.each(profiles, making::made);
            for one in made.iter().filter(|made| !known.contains(&made.entry.id)) {
                count(statistics, one);
            }
            made
        })
    }
}

/// Counts what each audience sees of an organisation.
fn count(statistics: &mut [Arc<Statistics>; 3], made: &Made) {
    for (statistics, document) in statistics.iter_mut().zip(&made.documents) {
        document
            .iter()
            .for_each(|document| Arc::make_mut(statistics).add(document));
    }
}
