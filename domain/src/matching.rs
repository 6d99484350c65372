//! Matching: who should work with whom, and why. Deterministic, explained, and the score that ranks is the score that is
//! explained.
//!
//! A [`Seeker`] asks with a [`Requirement`]. [`Constraint`]s remove candidates before anything is scored. Each [`Rule`] is one
//! pure function from the seeker and a candidate to evidence in 0–1, or to nothing where nothing is known or asked
//! ([`rules`]). The evidence of a candidate ([`Measures`]) and the weights of a versioned [`RuleSet`] give its score
//! ([`score()`]):
//!
//! > S = confidence · Σ wᵣ·eᵣ / Σ wᵣ, both sums over the rules that had evidence.
//!
//! A [`Proof`] lists what each rule contributed; the contributions add up to the score. Where both sides have wishes, the
//! score is the harmonic mean of both directions ([`reciprocity`]). [`why_not`] answers for one named pair, [`no_result`]
//! for an empty list.

pub mod constraint;
pub mod no_result;
pub mod proof;
pub mod reason;
pub mod reciprocity;
pub mod requirement;
pub mod rule_set;
pub mod rules;
pub mod score;
pub mod why_not;
pub mod wish;

pub use constraint::Constraint;
pub use no_result::NoResult;
pub use proof::{Contribution, Fact, Findings, Missing, Proof, Side, prove};
pub use reason::Reason;
pub use requirement::{Mode, Requirement, Seeker};
pub use rule_set::RuleSet;
pub use rules::Rule;
pub use score::{Measures, Scored, score};
pub use why_not::{Explanation, Lift};
pub use wish::Wish;

use crate::organisation::OrganisationId;

/// One entry of a ranked list.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The candidate.
    pub organisation: OrganisationId,
    /// 0–1; the sum of the contributions.
    pub score: f64,
    /// 0–1: how much is known about the candidate. Already part of the score.
    pub confidence: f64,
    /// Why.
    pub proof: Proof,
}

/// The answer to "who fits?".
#[derive(Clone, Debug, PartialEq)]
pub struct Matches {
    /// Version of the rule set that scored.
    pub rule_set: String,
    /// Whether the wishes of the candidates counted.
    pub mode: Mode,
    /// Best first.
    pub items: Vec<Match>,
    /// How many candidates the hard constraints let through.
    pub candidates: u64,
    /// Why there is none, when there is none.
    pub no_result: Option<NoResult>,
}

/// A candidate in a list that is to be ranked.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked<K> {
    /// The score.
    pub score: f64,
    /// What breaks ties, the smaller first: the name's key, then the id.
    pub tie: K,
}

/// Keeps the `k` best, best first: by score downwards, ties by name and id upwards. The order of the input does not matter.
pub fn rank<K: Ord>(candidates: impl IntoIterator<Item = Ranked<K>>, k: usize) -> Vec<Ranked<K>> {
    let order = |a: &Ranked<K>, b: &Ranked<K>| b.score.total_cmp(&a.score).then_with(|| a.tie.cmp(&b.tie));
    let mut best: Vec<Ranked<K>> = candidates.into_iter().collect();
    if k < best.len() && k > 0 {
        best.select_nth_unstable_by(k - 1, order);
    }
    best.truncate(k);
    best.sort_by(order);
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_of_the_input_does_not_matter(
            scores in proptest::collection::vec(0_u8..5, 0..40), k in 0_usize..12, turn in 0_usize..40,
        ) {
            let all: Vec<_> = (0_u32..)
                .zip(&scores)
                .map(|(tie, score)| Ranked { score: f64::from(*score), tie })
                .collect();
            let mut turned = all.clone();
            turned.rotate_left(turn % all.len().max(1));
            turned.reverse();
            let expected: Vec<_> = {
                let mut sorted = all.clone();
                sorted.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.tie.cmp(&b.tie)));
                sorted.into_iter().take(k).collect()
            };
            prop_assert_eq!(&rank(all, k), &expected);
            prop_assert_eq!(&rank(turned, k), &expected);
        }
    }
}
