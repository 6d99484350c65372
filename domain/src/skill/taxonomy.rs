//! The graph of concepts: what is narrower than what, and how close two concepts are.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Skill, SkillId};

/// The hierarchy of all concepts, ready for questions.
#[derive(Clone, Debug, Default)]
pub struct Taxonomy {
    broader: FxHashMap<SkillId, Vec<SkillId>>,
    narrower: FxHashMap<SkillId, Vec<SkillId>>,
    replaced_by: FxHashMap<SkillId, SkillId>,
}

/// How a claimed concept relates to a wanted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Closeness {
    /// The same concept (or what replaced it).
    Exact,
    /// The claim is this many steps below the wish: it does what was asked for, and more specifically.
    Narrower(u8),
    /// The claim is this many steps above the wish: it may or may not include what was asked for.
    Broader(u8),
    /// Both lie directly below one concept.
    Sibling,
}

impl Closeness {
    /// How much of the wish a claim of this closeness covers, 0–1.
    ///
    /// A narrower concept is nearly what was asked for; a broader one or a sibling is a hint only.
    pub fn coverage(self) -> f64 {
        match self {
            Self::Exact => 1.0,
            Self::Narrower(steps) => 0.9_f64.powi(i32::from(steps)),
            Self::Broader(steps) => 0.4_f64.powi(i32::from(steps)),
            Self::Sibling => 0.3,
        }
    }
}

/// Walks up or down at most this many steps; further relatives say little, and a cycle must end.
const REACH: u8 = 4;

impl Taxonomy {
    /// Builds the graph. Links to concepts that are not among `skills` are ignored.
    pub fn new<'a>(skills: impl IntoIterator<Item = &'a Skill> + Clone) -> Self {
        let known: FxHashSet<SkillId> = skills.clone().into_iter().map(|skill| skill.id).collect();
        let mut taxonomy = Self::default();
        for skill in skills {
            let mut parents: Vec<SkillId> = skill.broader.iter().copied().filter(|id| known.contains(id)).collect();
            parents.sort_unstable();
            for parent in &parents {
                taxonomy.narrower.entry(*parent).or_default().push(skill.id);
            }
            taxonomy.broader.insert(skill.id, parents);
            if let Some(successor) = skill.replaced_by.filter(|id| known.contains(id)) {
                taxonomy.replaced_by.insert(skill.id, successor);
            }
        }
        for children in taxonomy.narrower.values_mut() {
            children.sort_unstable();
        }
        taxonomy
    }

    /// The concept to use for this one: follows `replaced_by` to its end.
    pub fn current(&self, skill: SkillId) -> SkillId {
        let mut current = skill;
        for _ in 0..=self.replaced_by.len() {
            match self.replaced_by.get(&current) {
                Some(next) => current = *next,
                None => break,
            }
        }
        current
    }

    /// Directly broader concepts, in order of id.
    pub fn broader(&self, skill: SkillId) -> &[SkillId] {
        self.broader.get(&skill).map_or(&[], Vec::as_slice)
    }

    /// Directly narrower concepts, in order of id.
    pub fn narrower(&self, skill: SkillId) -> &[SkillId] {
        self.narrower.get(&skill).map_or(&[], Vec::as_slice)
    }

    /// Every relative of a wished concept that covers some of it, with the best closeness of each, the concept itself first,
    /// then by coverage downwards and by id.
    pub fn relatives(&self, wish: SkillId) -> Vec<(SkillId, Closeness)> {
        let wish = self.current(wish);
        let mut found: FxHashMap<SkillId, Closeness> = FxHashMap::default();
        let mut offer = |skill: SkillId, closeness: Closeness| {
            let best = found.entry(skill).or_insert(closeness);
            if closeness.coverage() > best.coverage() {
                *best = closeness;
            }
        };
        offer(wish, Closeness::Exact);
        self.walk(wish, Self::narrower, |skill, steps| {
            offer(skill, Closeness::Narrower(steps))
        });
        self.walk(wish, Self::broader, |skill, steps| {
            offer(skill, Closeness::Broader(steps))
        });
        for parent in self.broader(wish) {
            for sibling in self.narrower(*parent) {
                if *sibling != wish {
                    offer(*sibling, Closeness::Sibling);
                }
            }
        }
        let mut relatives: Vec<_> = found.into_iter().collect();
        relatives.sort_by(|a, b| b.1.coverage().total_cmp(&a.1.coverage()).then(a.0.cmp(&b.0)));
        relatives
    }

    /// The concept and everything below it, to any depth, in order of id.
    pub fn with_narrower(&self, skill: SkillId) -> Vec<SkillId> {
        let mut seen: FxHashSet<SkillId> = FxHashSet::default();
        let mut open = vec![self.current(skill)];
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend_from_slice(self.narrower(next));
            }
        }
        let mut all: Vec<_> = seen.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// True if adding `broader` above `skill` would make a concept broader than itself.
    pub fn would_cycle(&self, skill: SkillId, broader: SkillId) -> bool {
        self.with_narrower(skill).binary_search(&broader).is_ok()
    }

    fn walk<'a>(
        &'a self,
        from: SkillId,
        next: impl Fn(&'a Self, SkillId) -> &'a [SkillId],
        mut visit: impl FnMut(SkillId, u8),
    ) {
        let mut seen = FxHashSet::from_iter([from]);
        let mut front = vec![from];
        for steps in 1..=REACH {
            let mut beyond = Vec::new();
            for skill in front {
                for relative in next(self, skill) {
                    if seen.insert(*relative) {
                        visit(*relative, steps);
                        beyond.push(*relative);
                    }
                }
            }
            front = beyond;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::skill::{SkillKind, SkillStatus};
    use crate::text::Text;

    fn id(n: u128) -> SkillId {
        SkillId::new(Uuid::from_u128(n))
    }

    fn skill(n: u128, broader: &[u128]) -> Skill {
        Skill {
            id: id(n),
            uri: format!("urn:skill:{n}"),
            kind: SkillKind::Skill,
            status: SkillStatus::Accepted,
            label: Text {
                de: None,
                en: Some(format!("skill {n}")),
            },
            alt_de: vec![],
            alt_en: vec![],
            broader: broader.iter().map(|n| id(*n)).collect(),
            related: vec![],
            replaced_by: None,
        }
    }

    #[test]
    fn narrower_covers_more_than_broader_or_sibling() {
        // 1 ← 2 ← 4, 1 ← 3, and 4 has a second parent 3.
        let skills = [skill(1, &[]), skill(2, &[1]), skill(3, &[1]), skill(4, &[2, 3])];
        let taxonomy = Taxonomy::new(&skills);
        assert_eq!(
            taxonomy.relatives(id(2)),
            [
                (id(2), Closeness::Exact),
                (id(4), Closeness::Narrower(1)),
                (id(1), Closeness::Broader(1)),
                (id(3), Closeness::Sibling),
            ]
        );
        assert_eq!(taxonomy.with_narrower(id(1)).len(), 4);
        assert!(taxonomy.would_cycle(id(1), id(4)));
        assert!(!taxonomy.would_cycle(id(4), id(1)));
    }

    #[test]
    fn cycles_and_replacements_end() {
        let mut old = skill(1, &[2]);
        old.replaced_by = Some(id(2));
        let mut other = skill(2, &[1]);
        other.replaced_by = Some(id(1));
        let taxonomy = Taxonomy::new(&[old, other]);
        let _ = taxonomy.current(id(1));
        assert_eq!(taxonomy.with_narrower(id(1)).len(), 2);
    }
}
