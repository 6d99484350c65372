//! A wished skill, ready to be compared with claims.

use super::requirement::Requirement;
use crate::opportunity::SkillNeed;
use crate::skill::{Claim, Level, SkillId, Taxonomy};

/// A wished skill with its relatives in the taxonomy and its weight among the wishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The skill that was asked for, as it is called now.
    pub skill: SkillId,
    /// The least level that will do.
    pub min_level: Level,
    /// Share of the wishes, all shares of one list adding up to 1: a rare skill weighs more than one that everybody has.
    pub share: f64,
    /// The skill and its relatives, with what a claim of each covers of the wish at a sufficient level, best first.
    pub relatives: Vec<(SkillId, f64)>,
}

/// How common skills are among the candidates.
pub trait Frequencies {
    /// How many candidates there are.
    fn candidates(&self) -> u64;
    /// How many of them claim at least one of these skills.
    fn with_any(&self, skills: &[SkillId]) -> u64;
}

/// Each level that is missing leaves this much of the coverage.
const PER_LEVEL: f64 = 0.6;

impl Wish {
    /// Prepares the required and the preferred skills of a requirement.
    pub fn of(requirement: &Requirement, taxonomy: &Taxonomy, seen: &impl Frequencies) -> (Vec<Self>, Vec<Self>) {
        (
            Self::list(&requirement.required, taxonomy, seen),
            Self::list(&requirement.preferred, taxonomy, seen),
        )
    }

    /// Prepares a list of wishes. A skill named twice counts once, with the higher level.
    pub fn list(needs: &[SkillNeed], taxonomy: &Taxonomy, seen: &impl Frequencies) -> Vec<Self> {
        let mut wishes: Vec<Self> = Vec::with_capacity(needs.len());
        for need in needs {
            let skill = taxonomy.current(need.skill);
            if let Some(twice) = wishes.iter_mut().find(|wish| wish.skill == skill) {
                twice.min_level = twice.min_level.max(need.min_level);
                continue;
            }
            let relatives: Vec<(SkillId, f64)> = taxonomy
                .relatives(skill)
                .into_iter()
                .map(|(relative, closeness)| (relative, closeness.coverage()))
                .collect();
            // Whoever covers any of the wish is counted, so that a claim that covers more of it leaves the weights alone, and
            // the first claim that covers any takes weight only from where it now adds: coverage never falls by a claim.
            let covering: Vec<SkillId> = relatives.iter().map(|(relative, _)| *relative).collect();
            wishes.push(Self {
                skill,
                min_level: need.min_level,
                share: rarity(seen.candidates(), seen.with_any(&covering)),
                relatives,
            });
        }
        let total: f64 = wishes.iter().map(|wish| wish.share).sum();
        for wish in &mut wishes {
            wish.share /= total;
        }
        wishes
    }

    /// What a claim of this skill at this level covers of the wish, 0–1.
    pub fn covered_by(&self, skill: SkillId, level: Level) -> f64 {
        let closeness = self.relatives.iter().find(|(relative, _)| *relative == skill);
        closeness.map_or(0.0, |(_, coverage)| coverage * self.level_factor(level))
    }

    /// 1 at the wished level and above, clearly less for each level below.
    pub fn level_factor(&self, level: Level) -> f64 {
        let short = self.min_level.get().saturating_sub(level.get());
        PER_LEVEL.powi(i32::from(short))
    }

    /// The claim that covers most of the wish (the first of equals), and how much.
    pub fn best<'a>(
        &self,
        claims: impl IntoIterator<Item = &'a Claim>,
        taxonomy: &Taxonomy,
    ) -> Option<(&'a Claim, f64)> {
        let mut best: Option<(&Claim, f64)> = None;
        for claim in claims {
            let covered = self.covered_by(taxonomy.current(claim.skill), claim.level);
            if covered > best.map_or(0.0, |(_, most)| most) {
                best = Some((claim, covered));
            }
        }
        best
    }
}

/// Inverse frequency, ln(2 + N/(1 + n)): never 0, flat for tiny collections.
fn rarity(candidates: u64, holders: u64) -> f64 {
    (2.0 + candidates as f64 / (1.0 + holders as f64)).ln()
}
