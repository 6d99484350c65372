//! Why, and why not: the answer for one named candidate.

use super::{Constraint, Match, Measures, Rule, RuleSet, score};

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Explanation {
    /// Hard constraints removed it.
    Removed {
        /// Each that it breaks.
        broken: Vec<Constraint>,
    },
    /// It was scored.
    Ranked {
        /// 1 for the best.
        rank: u64,
        /// Its entry, with the proof.
        entry: Box<Match>,
        /// The score of the last one in the list asked for, 0 if the list is not full.
        cut_off: f64,
        /// The smallest changes, each alone, that would have brought it into the list; the smallest first. Empty if it is in.
        lifts: Vec<Lift>,
    },
}

/// A change in the evidence of one rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// The rule.
    pub rule: Rule,
    /// What it found.
    pub evidence: f64,
    /// What it would have to find.
    pub needed: f64,
}

/// The changes, each of one rule alone, after which the score in the seeker's direction reaches `cut_off`.
///
/// S rises linearly in each eᵣ, so the needed value is exact: eᵣ + (cut-off − S) · Σ w / (w · confidence).
pub fn lifts(rules: &RuleSet, measures: &Measures, cut_off: f64) -> Vec<Lift> {
    let scored = score(rules, measures);
    if scored.score >= cut_off || scored.confidence <= 0.0 {
        return Vec::new();
    }
    let lift = |rule: Rule| {
        let evidence = measures.get(rule)?;
        let weight = rules.weight(rule);
        let needed = evidence + (cut_off - scored.score) * scored.weights / (weight * scored.confidence);
        (weight > 0.0 && needed <= 1.0).then_some(Lift { rule, evidence, needed })
    };
    let mut lifts: Vec<Lift> = Rule::ALL.into_iter().filter_map(lift).collect();
    lifts.sort_by(|a, b| {
        (a.needed - a.evidence)
            .total_cmp(&(b.needed - b.evidence))
            .then(a.rule.cmp(&b.rule))
    });
    lifts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lift_brings_the_score_exactly_to_the_cut_off() {
        let rules = RuleSet::standard();
        let mut measures = Measures::default();
        measures.known = 3.0;
        measures.note(Rule::RequiredSkills, Some(0.5));
        measures.note(Rule::ProfileText, Some(0.1));
        let cut_off = score(&rules, &measures).score + 0.05;
        let lifts = lifts(&rules, &measures, cut_off);
        assert!(!lifts.is_empty());
        for lift in lifts {
            let mut lifted = measures;
            lifted.note(lift.rule, Some(lift.needed));
            assert!((score(&rules, &lifted).score - cut_off).abs() < 1e-12);
        }
    }
}
