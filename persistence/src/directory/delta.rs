//! Deltas: what changed, and how the next snapshot comes to be.

use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::opportunity::{Opportunity, OpportunityId};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Person, PersonId};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::{Skill, SkillId};
use werkstadt_domain::solution::{Solution, SolutionId};

use super::document::{Dictionaries, Maker};
use super::opportunities::Opportunities;
use super::shard::{Change, Shard};
use super::skills::Skills;
use super::snapshot::{SHARDS, Snapshot, shard_of};

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

/// From so many changed organisations on, the shards are built on two threads.
const MANY: usize = 512;

impl Snapshot {
    /// Nothing.
    pub(super) fn empty() -> Self {
        Self {
            version: 0,
            day: NaiveDate::MIN,
            dictionaries: Arc::default(),
            shards: (0..SHARDS).map(|number| Arc::new(Shard::empty(number))).collect(),
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
        let mut changes: FxHashMap<OrganisationId, Option<Arc<Profile>>> = self.rereads(&next.skills, &touched);
        changes.extend(
            delta
                .profiles
                .into_iter()
                .map(|profile| (profile.id(), Some(Arc::new(profile)))),
        );
        changes.extend(delta.removed_organisations.into_iter().map(|id| (id, None)));
        next.change_organisations(changes);
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
    ) -> FxHashMap<OrganisationId, Option<Arc<Profile>>> {
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
        let moving = self.profiles().filter(|profile| concerns(profile));
        moving
            .map(|profile| (profile.id(), Some(Arc::new(profile.clone()))))
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
        let turning = self.profiles().filter(|profile| turns(profile));
        let changes = turning.map(|profile| (profile.id(), Some(Arc::new(profile.clone()))));
        next.change_organisations(changes.collect());
        next
    }

    /// Every organisation. Managers see everything, so their view of a profile is the profile.
    fn profiles(&self) -> impl Iterator<Item = &Profile> {
        let entries = self.shards.iter().flat_map(|shard| &shard.entries);
        entries.filter_map(|entry| Some(entry.seen[2].as_ref()?.get()))
    }

    fn change_organisations(&mut self, changes: FxHashMap<OrganisationId, Option<Arc<Profile>>>) {
        let before = self.shards.clone();
        self.build_shards(changes);
        for (number, (old, new)) in before.iter().zip(&self.shards).enumerate() {
            if Arc::ptr_eq(old, new) {
                continue;
            }
            for (audience, statistics) in Audience::ALL.into_iter().zip(&mut self.statistics) {
                Arc::make_mut(statistics).replace(number, audience, (old, new));
            }
        }
    }

    fn build_shards(&mut self, changes: FxHashMap<OrganisationId, Option<Arc<Profile>>>) {
        let many = changes.len() >= MANY;
        let mut by_shard: Vec<Vec<Change>> = (0..SHARDS).map(|_| Vec::new()).collect();
        for (id, profile) in changes {
            if let Some(changes) = by_shard.get_mut(shard_of(id)) {
                changes.push((id, profile));
            }
        }
        let mut work: Vec<(&mut Arc<Shard>, Vec<Change>)> = self
            .shards
            .iter_mut()
            .zip(by_shard)
            .filter(|(_, changes)| !changes.is_empty())
            .collect();
        let (dictionaries, skills, day) = (&self.dictionaries, &self.skills, self.day);
        if !many {
            return build(work, dictionaries, skills, day);
        }
        let second = work.split_off(work.len() / 2);
        std::thread::scope(|scope| {
            scope.spawn(|| build(second, dictionaries, skills, day));
            build(work, dictionaries, skills, day);
        });
    }
}

fn build(work: Vec<(&mut Arc<Shard>, Vec<Change>)>, dictionaries: &Dictionaries, skills: &Skills, day: NaiveDate) {
    let mut maker = Maker::new(dictionaries, skills, day);
    for (shard, mut changes) in work {
        changes.sort_by_key(|(id, _)| *id);
        *shard = Arc::new(shard.changed(&changes, &mut maker));
    }
}
