//! The rules: each one pure function to evidence in 0–1, or to nothing.

use chrono::NaiveDate;

use super::Wish;
use crate::place::Circle;

/// A soft rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// Covers the required skills.
    RequiredSkills,
    /// Covers the preferred skills.
    PreferredSkills,
    /// The whole profile speaks of what is asked for.
    ProfileText,
    /// Its best references speak of what is asked for: one long profile hides the expert.
    BestReferences,
    /// Took part in the pieces of work, whoever recorded them, that are most like what is asked for.
    SimilarWork,
    /// Has worked with the partners on board.
    TrackRecord,
    /// Has an open opportunity of a sort that is asked for.
    Cooperation,
    /// Is near.
    Proximity,
    /// The claims that cover the wishes were confirmed lately.
    Freshness,
}

impl Rule {
    /// How many rules there are.
    pub const COUNT: usize = 9;

    /// All rules, in the order in which proofs list them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::RequiredSkills,
        Self::PreferredSkills,
        Self::ProfileText,
        Self::BestReferences,
        Self::SimilarWork,
        Self::TrackRecord,
        Self::Cooperation,
        Self::Proximity,
        Self::Freshness,
    ];

    /// The name in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RequiredSkills => "required_skills",
            Self::PreferredSkills => "preferred_skills",
            Self::ProfileText => "profile_text",
            Self::BestReferences => "best_references",
            Self::SimilarWork => "similar_work",
            Self::TrackRecord => "track_record",
            Self::Cooperation => "cooperation",
            Self::Proximity => "proximity",
            Self::Freshness => "freshness",
        }
    }

    /// Position in arrays kept per rule.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Coverage of the wishes: each wish's share times what its best claim covers. `covered` has one value per wish.
/// Nothing if nothing was wished, or if no claim of the candidate is known.
pub fn coverage(wishes: &[Wish], covered: &[f64], claims: usize) -> Option<f64> {
    if wishes.is_empty() || claims == 0 {
        return None;
    }
    let sum: f64 = wishes
        .iter()
        .zip(covered)
        .map(|(wish, covered)| wish.share * covered)
        .sum();
    // The shares add up to 1 but for rounding.
    Some(sum.min(1.0))
}

/// Okapi BM25 over its own upper bound (every term of the request, saturated), so that the order is BM25's and 1 cannot be
/// passed. Nothing if nothing was asked in words.
pub fn relevance(bm25: f64, bound: f64) -> Option<f64> {
    (bound > 0.0).then(|| (bm25 / bound).clamp(0.0, 1.0))
}

/// How many references may speak for a candidate.
pub const BEST: usize = 3;

/// Mean of the best references (at most [`BEST`], best first). Nothing without references.
pub fn best_references(relevances: &[f64]) -> Option<f64> {
    let best = relevances.get(..relevances.len().min(BEST)).unwrap_or_default();
    (!best.is_empty()).then(|| best.iter().sum::<f64>() / best.len() as f64)
}

/// Share of the votes of the most similar pieces of work, each voting by its similarity for all that took part. Nothing for
/// those of whom no piece of work is known.
pub fn similar_work(votes: f64, all_votes: f64, pieces: usize) -> Option<f64> {
    (all_votes > 0.0 && pieces > 0).then(|| (votes / all_votes).clamp(0.0, 1.0))
}

/// Shared pieces of work with each partner on board, n/(n+1), averaged over the partners. Nothing without partners, or for
/// those of whom no piece of work is known.
pub fn track_record(shared: f64, partners: usize, pieces: usize) -> Option<f64> {
    (partners > 0 && pieces > 0).then(|| (shared / partners as f64).clamp(0.0, 1.0))
}

/// What `count` shared pieces of work with one partner are worth, 0–1.
pub fn companionship(count: usize) -> f64 {
    count as f64 / (count as f64 + 1.0)
}

/// 1 with an open opportunity that answers one of the sorts asked for, 0 with others only, nothing without any.
pub fn cooperation(asked: bool, fitting: usize, open: usize) -> Option<f64> {
    (asked && open > 0).then_some(if fitting > 0 { 1.0 } else { 0.0 })
}

/// Falls from 1 at the centre to 0 at the rim. Nothing where no place was asked for or none is known.
pub fn proximity(near: Option<Circle>, distance_km: Option<f64>) -> Option<f64> {
    let (circle, km) = (near?, distance_km?);
    (circle.radius_km > 0.0).then(|| (1.0 - km / circle.radius_km).clamp(0.0, 1.0))
}

/// Halves every two years since the claim was confirmed. Nothing where it never was.
pub fn freshness(confirmed: Option<NaiveDate>, today: NaiveDate) -> Option<f64> {
    let years = (today - confirmed?).num_days().max(0) as f64 / 365.25;
    Some(0.5_f64.powf(years / 2.0))
}

/// Mean of those that are known.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}
