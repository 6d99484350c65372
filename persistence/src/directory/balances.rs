//! Statistics for managers: skills in demand against skills on offer, and when members were founded. Nothing is kept for them: what the
//! index holds anyway is counted, each entry once.

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::opportunity::Opportunity;
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::skill::balance::Balance;

use super::document::Column;
use super::snapshot::Snapshot;

/// Everything is counted, as managers see it.
const AUDIENCE: Audience = Audience::Manager;

impl Snapshot {
    /// How much each concept is offered and sought, in no order; those that nobody offers or seeks are left out. `wished`: users, and a
    /// skill that each looks for. Takes a look at every entry of the index of skills, and at every person and opportunity.
    pub fn skill_balances(
        &self,
        wished: impl IntoIterator<Item = (UserId, SkillId)>,
        today: NaiveDate,
    ) -> Vec<Balance> {
        let mut counts = Counts::default();
        self.count_claims(&mut counts);
        for entry in self.persons.stored() {
            for skill in self.each_once(entry.record.skills.iter().map(|(skill, _)| *skill)) {
                counts.of(skill).persons += 1;
            }
        }
        for stored in self.opportunities.seen(AUDIENCE) {
            let opportunity = stored.record.get();
            if opportunity.is_open(today) {
                for skill in self.each_once(sought(opportunity)) {
                    counts.of(skill).opportunities += 1;
                }
            }
        }
        let wished = wished.into_iter();
        let wished: FxHashSet<(UserId, SkillId)> = wished
            .map(|(user, skill)| (user, self.taxonomy().current(skill)))
            .collect();
        for (_, skill) in wished {
            counts.of(skill).searches += 1;
        }
        counts.0.into_values().collect()
    }

    /// The days on which present members were founded, as far as they are known.
    pub fn member_foundings(&self) -> Vec<NaiveDate> {
        let Some(member) = self.dictionaries.tags.find("true") else {
            return Vec::new();
        };
        let mut days = Vec::new();
        for shard in &self.shards {
            let visible = shard.visible(AUDIENCE);
            let members = shard.view(AUDIENCE).column(Column::Member).postings.slots(member);
            let members = members.iter().filter(|slot| visible.contains(**slot));
            let entries = members.filter_map(|slot| shard.entry(*slot)?.seen.get(AUDIENCE.index())?.as_ref());
            days.extend(entries.filter_map(|seen| seen.get().organisation.record.founded_on));
        }
        days
    }

    /// The index names each skill of an organisation once, by what replaced it, as far as a claim of it holds.
    fn count_claims(&self, counts: &mut Counts) {
        for shard in &self.shards {
            let visible = shard.visible(AUDIENCE);
            for (tag, slots) in shard.view(AUDIENCE).column(Column::Skill).postings.iter() {
                let holders = slots.iter().filter(|slot| visible.contains(**slot)).count() as u64;
                let Some(skill) = Some(holders)
                    .filter(|holders| *holders > 0)
                    .and_then(|_| SkillId::parse(&self.dictionaries.tags.name(tag)).ok())
                else {
                    continue;
                };
                counts.of(skill).organisations += holders;
            }
        }
    }

    /// Each skill once, by what replaced it.
    fn each_once(&self, skills: impl Iterator<Item = SkillId>) -> Vec<SkillId> {
        let mut skills: Vec<SkillId> = skills.map(|skill| self.taxonomy().current(skill)).collect();
        skills.sort_unstable();
        skills.dedup();
        skills
    }
}

/// The skills that an opportunity asks a partner for.
fn sought(opportunity: &Opportunity) -> impl Iterator<Item = SkillId> {
    let needs = opportunity.required.iter().chain(&opportunity.preferred);
    needs.map(|need| need.skill)
}

#[derive(Default)]
struct Counts(FxHashMap<SkillId, Balance>);

impl Counts {
    fn of(&mut self, skill: SkillId) -> &mut Balance {
        self.0.entry(skill).or_insert_with(|| Balance::none(skill))
    }
}
