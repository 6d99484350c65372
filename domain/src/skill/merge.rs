//! Merging concepts: several become one, and nothing that used them breaks.

use std::collections::BTreeMap;

use super::{Skill, SkillId, SkillStatus, Taxonomy};
use crate::invalid::Rule;
use crate::text::Language;

/// Most alternative labels of a language.
pub const MOST_LABELS: usize = 100;

/// Merges `sources` into `target` and returns every concept that changes, in order of id.
///
/// The sources become deprecated and are replaced by the target; all their labels become alternative labels of it, and they
/// keep but their preferred ones. What lay below a source, or was related to one, now lies below the target, or is related to
/// it. If the target itself lay below a source, it moves up to where the source was. `neighbours` are the concepts with a
/// source among their broader or related ones; target and sources may be among them.
///
/// # Errors
/// [`Rule::Cycle`] if a concept below a source is above the target; [`Rule::TooLong`] if the target had too many labels.
pub fn merge(sources: &[Skill], target: &Skill, neighbours: &[Skill], taxonomy: &Taxonomy) -> Result<Vec<Skill>, Rule> {
    let is_source = |id: &SkillId| sources.iter().any(|source| source.id == *id);
    let mut merged = target.clone();
    for source in sources {
        for (language, label) in source.labels() {
            add_label(&mut merged, language, label);
        }
    }
    if merged.alt_de.len() > MOST_LABELS || merged.alt_en.len() > MOST_LABELS {
        return Err(Rule::TooLong(MOST_LABELS));
    }
    merged.broader = climbed(&merged.broader, sources);
    merged.related = without_repeats(merged.related.into_iter().filter(|id| !is_source(id)));
    let mut changed: BTreeMap<SkillId, Skill> = BTreeMap::from([(target.id, merged)]);
    for source in sources {
        let replaced = Skill {
            status: SkillStatus::Deprecated,
            replaced_by: Some(target.id),
            alt_de: vec![],
            alt_en: vec![],
            ..source.clone()
        };
        changed.insert(source.id, replaced);
    }
    for neighbour in neighbours
        .iter()
        .filter(|one| one.id != target.id && !is_source(&one.id))
    {
        let instead = |ids: &[SkillId]| {
            let ids = ids.iter().map(|id| if is_source(id) { target.id } else { *id });
            without_repeats(ids)
        };
        let moves = neighbour.broader.iter().any(is_source);
        if moves && taxonomy.would_cycle(neighbour.id, target.id) {
            return Err(Rule::Cycle);
        }
        let moved = Skill {
            broader: instead(&neighbour.broader),
            related: instead(&neighbour.related),
            ..neighbour.clone()
        };
        changed.insert(moved.id, moved);
    }
    Ok(changed.into_values().collect())
}

/// Gives a concept an alternative label, unless it has the label in this language already, whatever its case.
pub fn add_label(skill: &mut Skill, language: Language, label: &str) {
    let folded = label.to_lowercase();
    let known = skill
        .labels()
        .any(|(other, text)| other == language && text.to_lowercase() == folded);
    if !known {
        alternatives(skill, language).push(label.to_owned());
    }
}

/// Takes an alternative label from a concept, whatever its case.
pub fn remove_label(skill: &mut Skill, language: Language, label: &str) {
    let folded = label.to_lowercase();
    alternatives(skill, language).retain(|text| text.to_lowercase() != folded);
}

const fn alternatives(skill: &mut Skill, language: Language) -> &mut Vec<String> {
    match language {
        Language::De => &mut skill.alt_de,
        Language::En => &mut skill.alt_en,
    }
}

/// The broader concepts, those given up replaced by what is above them.
fn climbed(broader: &[SkillId], sources: &[Skill]) -> Vec<SkillId> {
    let mut kept: Vec<SkillId> = Vec::new();
    let mut open: Vec<SkillId> = broader.iter().rev().copied().collect();
    // Each source opens its own broader ones once, so this ends even if they go round.
    let mut left: Vec<&Skill> = sources.iter().collect();
    while let Some(next) = open.pop() {
        if let Some(at) = left.iter().position(|source| source.id == next) {
            open.extend(left.swap_remove(at).broader.iter().rev());
        } else if !kept.contains(&next) && !sources.iter().any(|source| source.id == next) {
            kept.push(next);
        }
    }
    kept
}

fn without_repeats(ids: impl Iterator<Item = SkillId>) -> Vec<SkillId> {
    let mut kept = Vec::new();
    for id in ids {
        if !kept.contains(&id) {
            kept.push(id);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::skill::SkillKind;
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
                de: Some(format!("Fähigkeit {n}")),
                en: None,
            },
            alt_de: vec!["Können".to_owned()],
            alt_en: vec![format!("skill {n}")],
            broader: broader.iter().map(|n| id(*n)).collect(),
            related: vec![],
            replaced_by: None,
        }
    }

    fn merged(skills: &[Skill], sources: &[u128], target: u128) -> Result<Vec<Skill>, Rule> {
        let find = |n: u128| skills.iter().find(|skill| skill.id == id(n)).unwrap().clone();
        let sources: Vec<Skill> = sources.iter().map(|n| find(*n)).collect();
        merge(&sources, &find(target), skills, &Taxonomy::new(skills))
    }

    #[test]
    fn labels_and_neighbours_go_to_the_target() {
        // 1 ← 2 (source) ← 4, 1 ← 3 (target), 5 is related to 2 and below both.
        let mut five = skill(5, &[2, 3]);
        five.related = vec![id(2)];
        let skills = [skill(1, &[]), skill(2, &[1]), skill(3, &[1]), skill(4, &[2]), five];
        let after = merged(&skills, &[2], 3).unwrap();
        let at = |n: u128| after.iter().find(|skill| skill.id == id(n)).unwrap();
        assert_eq!(
            (at(2).status, at(2).replaced_by),
            (SkillStatus::Deprecated, Some(id(3)))
        );
        assert_eq!(at(3).alt_de, ["Können", "Fähigkeit 2"]);
        assert_eq!(at(3).alt_en, ["skill 3", "skill 2"]);
        assert!(at(2).alt_de.is_empty() && at(2).label.de.is_some());
        assert_eq!(at(4).broader, [id(3)]);
        assert_eq!((&at(5).broader, &at(5).related), (&vec![id(3)], &vec![id(3)]));
    }

    #[test]
    fn a_target_below_a_source_moves_up_and_one_below_its_child_is_refused() {
        let skills = [skill(1, &[]), skill(2, &[1]), skill(3, &[2])];
        let after = merged(&skills, &[2], 3).unwrap();
        assert_eq!(after.iter().find(|skill| skill.id == id(3)).unwrap().broader, [id(1)]);
        // 1 ← 2 ← 3: with 1 merged into 3, 2 would lie below 3 and above it.
        assert_eq!(merged(&skills, &[1], 3), Err(Rule::Cycle));
    }

    proptest! {
        #[test]
        fn a_merge_leaves_a_tree_without_cycles_and_without_the_sources(
            links in proptest::collection::vec((1_u128..12, 1_u128..12), 0..20),
            sources in proptest::collection::btree_set(1_u128..12, 1..4),
            target in 1_u128..12,
        ) {
            prop_assume!(!sources.contains(&target));
            let above = |n: u128| links.iter().filter(|(child, above)| *child == n && above < child).map(|link| link.1).collect::<Vec<_>>();
            let skills: Vec<Skill> = (1..12).map(|n| {
                let mut one = skill(n, &above(n));
                one.broader.dedup();
                one
            }).collect();
            let sources: Vec<u128> = sources.into_iter().collect();
            let Ok(changed) = merged(&skills, &sources, target) else { return Ok(()) };
            let mut after = skills.clone();
            for one in changed {
                let place = after.iter().position(|skill| skill.id == one.id).unwrap();
                after[place] = one;
            }
            let taxonomy = Taxonomy::new(&after);
            for one in after.iter().filter(|one| one.replaced_by.is_none()) {
                prop_assert!(one.broader.iter().all(|above| !sources.iter().any(|source| id(*source) == *above)));
                for above in &one.broader {
                    prop_assert!(!taxonomy.would_cycle(one.id, *above));
                }
            }
            for source in &sources {
                prop_assert_eq!(taxonomy.current(id(*source)), id(target));
            }
        }
    }
}
