//! No result is an answer: which constraints conflict, and what relaxing them would bring.

use super::Constraint;

/// Why no candidate is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoResult {
    /// The smallest set of constraints that no candidate meets together (the first in their order, of several).
    pub conflict: Vec<Constraint>,
    /// The smallest sets of constraints whose removal brings candidates, most candidates first.
    pub relaxations: Vec<Relaxation>,
}

/// Constraints to give up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxation {
    /// Which.
    pub without: Vec<Constraint>,
    /// How many candidates that brings.
    pub candidates: u64,
}

/// At most this many relaxations are named.
const NAMED: usize = 5;

/// Looks for the conflict and its cheapest relaxations. `count` says how many candidates meet all of the given constraints.
///
/// Tries the subsets by size: at most 2⁶, as a request has at most six constraints that can be relaxed.
pub fn no_result(set: &[Constraint], count: impl Fn(&[Constraint]) -> u64) -> NoResult {
    let mut subsets: Vec<Vec<Constraint>> = (0_u32..1 << set.len().min(16))
        .map(|mask| {
            (0..)
                .zip(set)
                .filter(|(bit, _)| mask >> bit & 1 == 1)
                .map(|(_, c)| *c)
                .collect()
        })
        .collect();
    subsets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    let conflict = subsets
        .iter()
        .find(|subset| count(subset) == 0)
        .cloned()
        .unwrap_or_default();
    let mut relaxations: Vec<Relaxation> = Vec::new();
    for without in subsets {
        if relaxations
            .first()
            .is_some_and(|found| found.without.len() < without.len())
        {
            break;
        }
        let kept: Vec<Constraint> = set.iter().copied().filter(|c| !without.contains(c)).collect();
        let candidates = count(&kept);
        if candidates > 0 && !without.is_empty() {
            relaxations.push(Relaxation { without, candidates });
        }
    }
    relaxations.sort_by(|a, b| b.candidates.cmp(&a.candidates).then_with(|| a.without.cmp(&b.without)));
    relaxations.truncate(NAMED);
    NoResult { conflict, relaxations }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_conflict_and_its_cheapest_relaxations() {
        // Ten candidates; kind lets 1–4 through, distance 5–9, size all.
        let meets = |constraint: &Constraint, n: &u64| match constraint {
            Constraint::Kind => *n < 4,
            Constraint::Distance => *n >= 4,
            _ => true,
        };
        let count = |set: &[Constraint]| (0..10).filter(|n| set.iter().all(|c| meets(c, n))).count() as u64;
        let answer = no_result(&[Constraint::Kind, Constraint::Size, Constraint::Distance], count);
        assert_eq!(answer.conflict, [Constraint::Kind, Constraint::Distance]);
        let relaxed: Vec<_> = answer
            .relaxations
            .iter()
            .map(|r| (r.without.clone(), r.candidates))
            .collect();
        assert_eq!(relaxed, [(vec![Constraint::Kind], 6), (vec![Constraint::Distance], 4)]);
    }
}
