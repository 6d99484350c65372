//! The other direction: what a candidate's open opportunities wish for, found in the seeker's organisation.

use werkstadt_domain::matching::{Measures, Proof, Ranked, RuleSet, Seeker, rank, reciprocity, score};
use werkstadt_domain::organisation::OrganisationId;

use super::ask::Ask;
use super::evidence::Evidence;
use super::{Candidate, Tie, page, tie};

/// How well the seeker fits the best of a candidate's wishes.
pub(super) struct Wished {
    /// 0–1.
    pub(super) score: f64,
    /// The opportunity as a seeker.
    wish: Seeker,
    measures: Measures,
    /// Where the seeker's organisation is.
    at: (usize, u32),
}

/// What the candidate wishes for that the seeker's organisation may answer: the best of its open opportunities. Nothing if
/// it has none, or if the seeker is nobody that the audience can see.
pub(super) fn wish(ask: &Ask<'_>, rules: &RuleSet, candidate: OrganisationId) -> Option<Wished> {
    let seeker = ask.seeker.organisation?;
    let (number, slot) = ask.snapshot.place(seeker)?;
    let shard = ask.snapshot.shards.get(number)?;
    if !shard.visible(ask.audience).contains(slot) {
        return None;
    }
    let answering = ask
        .open
        .get(&candidate)?
        .iter()
        .filter(|o| o.direction == ask.seeker.answered_by());
    let mut best: Option<Wished> = None;
    for opportunity in answering {
        let mut wish = Seeker::opportunity(opportunity);
        // Its own constraints decide; whether it seeks the seeker is the question.
        wish.requirement.excluded.clear();
        let (eligible, measures) = {
            let back = ask.back(&wish);
            let evidence = Evidence::of_one(&back, number);
            let eligible = evidence
                .shards
                .get(number)
                .is_some_and(|shown| shown.passed.contains(slot));
            (eligible, evidence.measures(&back, number, slot))
        };
        let score = score(rules, &measures).score;
        // The first of equals, in order of id downwards.
        if eligible && best.as_ref().is_none_or(|best| score > best.score) {
            best = Some(Wished {
                score,
                wish,
                measures,
                at: (number, slot),
            });
        }
    }
    best
}

impl Wished {
    /// The proof in this direction, multiplied by `scale`.
    pub(super) fn prove(&self, ask: &Ask<'_>, rules: &RuleSet, scale: f64) -> Proof {
        let back = ask.back(&self.wish);
        let evidence = Evidence::of_one(&back, self.at.0);
        page::proof_of(&back, &evidence, rules, self.at, &self.measures, scale).unwrap_or_default()
    }
}

/// The best by the harmonic mean of both directions, exactly: candidates are looked at in the order of their own score, and
/// no further than where even full marks in the other direction could not bring one in.
pub(super) fn best<'a>(ask: &Ask<'a>, candidates: &[Candidate], rules: &RuleSet, k: usize) -> Vec<Ranked<Tie<'a>>> {
    let one_sided = ask.seeker.organisation.is_none() || ask.open.is_empty();
    if one_sided || k == 0 {
        return super::best(ask, candidates, k);
    }
    let mut order: Vec<(usize, &Candidate)> = candidates.iter().enumerate().collect();
    order.sort_unstable_by(|a, b| b.1.score.total_cmp(&a.1.score));
    let mut found: Vec<Ranked<Tie<'a>>> = Vec::new();
    let mut threshold = Threshold::new(k);
    for (place, candidate) in order {
        if reciprocity::most(candidate.score) < threshold.value() {
            break;
        }
        let tie = tie(ask, candidate, place);
        let back = wish(ask, rules, tie.1);
        let score = back.map_or(candidate.score, |back| {
            reciprocity::combine(candidate.score, back.score)
        });
        threshold.add(score);
        found.push(Ranked { score, tie });
    }
    rank(found, k)
}

/// The k-th best score so far.
struct Threshold {
    k: usize,
    /// The k best, the worst last.
    best: Vec<f64>,
}

impl Threshold {
    const fn new(k: usize) -> Self {
        Self { k, best: Vec::new() }
    }

    fn value(&self) -> f64 {
        self.best.get(self.k - 1).copied().unwrap_or(f64::NEG_INFINITY)
    }

    fn add(&mut self, score: f64) {
        let place = self.best.partition_point(|other| *other >= score);
        if place < self.k {
            self.best.insert(place, score);
            self.best.truncate(self.k);
        }
    }
}
