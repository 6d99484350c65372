//! Splitting a concept: parts of what it meant get concepts of their own, and nothing that used it breaks.

use super::merge::remove_label;
use super::{Skill, SkillId, SkillStatus, Taxonomy};
use crate::invalid::Rule;

/// One part of what a concept meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A new concept. Its place in the hierarchy comes with the split.
    New(Skill),
    /// A concept that there is already. It stays as it is.
    Known(SkillId),
}

impl Part {
    /// The concept's id.
    pub const fn id(&self) -> SkillId {
        match self {
            Self::New(skill) => skill.id,
            Self::Known(id) => *id,
        }
    }
}

/// What a split makes of the taxonomy.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// New concepts.
    pub created: Vec<Skill>,
    /// Concepts as they are afterwards, those that change.
    pub changed: Vec<Skill>,
}

/// Splits `old` into `parts`.
///
/// While none of them replaces it, it stays above the new ones: whoever asks for it finds what they have. Where one does, it is
/// deprecated in favour of that one, the new ones take its place below what is above it, and what lay below it (`below`) lies
/// below its successor. Labels that the new ones take leave it, but for its preferred ones.
///
/// # Errors
/// [`Rule::Cycle`] if the successor lies below a concept that would come to lie below it.
pub fn split(
    old: &Skill,
    parts: Vec<Part>,
    successor: Option<SkillId>,
    (below, taxonomy): (&[Skill], &Taxonomy),
) -> Result<Split, Rule> {
    let mut after = old.clone();
    let mut split = Split {
        created: Vec::new(),
        changed: Vec::new(),
    };
    for part in parts {
        let Part::New(mut skill) = part else { continue };
        skill.broader = match successor {
            Some(_) => old.broader.clone(),
            None => vec![old.id],
        };
        let taken: Vec<_> = skill
            .labels()
            .map(|(language, label)| (language, label.to_owned()))
            .collect();
        for (language, label) in taken {
            remove_label(&mut after, language, &label);
        }
        split.created.push(skill);
    }
    if let Some(successor) = successor {
        after.status = SkillStatus::Deprecated;
        after.replaced_by = Some(successor);
        let is_below = |skill: &&Skill| skill.broader.contains(&old.id) && skill.id != successor;
        for skill in below.iter().filter(is_below) {
            if taxonomy.would_cycle(skill.id, successor) {
                return Err(Rule::Cycle);
            }
            split.changed.push(moved(skill, old.id, successor));
        }
    }
    if after != *old {
        split.changed.push(after);
    }
    Ok(split)
}

/// The list of wishes or claims of a record: what named the old concept names the part, once.
pub fn instead<T: Copy>(named: &[T], skill: impl Fn(&T) -> SkillId, old: SkillId, with: impl Fn(T) -> T) -> Vec<T> {
    let mut after: Vec<T> = Vec::with_capacity(named.len());
    for one in named {
        let one = if skill(one) == old { with(*one) } else { *one };
        if !after.iter().any(|other| skill(other) == skill(&one)) {
            after.push(one);
        }
    }
    after
}

fn moved(skill: &Skill, old: SkillId, successor: SkillId) -> Skill {
    Skill {
        broader: instead(&skill.broader, |id| *id, old, |_| successor),
        ..skill.clone()
    }
}

#[cfg(test)]
mod tests {
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
            alt_de: vec![],
            alt_en: vec![],
            broader: broader.iter().map(|n| id(*n)).collect(),
            related: vec![],
            replaced_by: None,
        }
    }

    #[test]
    fn a_concept_that_stays_is_above_its_parts() {
        let mut old = skill(2, &[1]);
        old.alt_de = vec!["fähigkeit 8".to_owned(), "Rest".to_owned()];
        let all = [skill(1, &[]), old.clone()];
        let parts = vec![Part::New(skill(8, &[])), Part::Known(id(1))];
        let made = split(&old, parts, None, (&[], &Taxonomy::new(&all))).unwrap();
        assert_eq!(
            made.created.iter().map(|one| &one.broader).collect::<Vec<_>>(),
            [&vec![id(2)]]
        );
        assert_eq!(made.changed.len(), 1);
        assert_eq!(
            (&made.changed[0].alt_de, made.changed[0].status),
            (&vec!["Rest".to_owned()], SkillStatus::Accepted)
        );
    }

    #[test]
    fn a_concept_that_goes_leaves_its_place() {
        // 1 ← 2 ← 3, and 2 becomes 8 and 9, of which 8 replaces it.
        let all = [skill(1, &[]), skill(2, &[1]), skill(3, &[2])];
        let parts = || vec![Part::New(skill(8, &[])), Part::New(skill(9, &[]))];
        let made = split(&all[1], parts(), Some(id(8)), (&all, &Taxonomy::new(&all))).unwrap();
        assert!(made.created.iter().all(|one| one.broader == [id(1)]));
        let [below, old] = made.changed.as_slice() else {
            panic!("{made:?}")
        };
        assert_eq!((below.id, &below.broader), (id(3), &vec![id(8)]));
        assert_eq!((old.status, old.replaced_by), (SkillStatus::Deprecated, Some(id(8))));
        // A successor further below would come to lie above itself.
        let deep = [skill(1, &[]), skill(2, &[1]), skill(3, &[2]), skill(4, &[3])];
        let refused = split(
            &deep[1],
            vec![Part::Known(id(4))],
            Some(id(4)),
            (&deep, &Taxonomy::new(&deep)),
        );
        assert_eq!(refused, Err(Rule::Cycle));
    }
}
