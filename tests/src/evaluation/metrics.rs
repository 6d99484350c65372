//! The metrics, over the full ranking.

use std::collections::HashSet;

/// Where the relevant organisations stand in one ranking.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The relevant ones.
    pub relevant: HashSet<String>,
    /// Ranks of those that were found, from 1, ascending.
    pub ranks: Vec<usize>,
}

impl Ranking {
    /// Mean, over all relevant ones, of the precision at the rank of each; 0 for one that was not found.
    pub fn average_precision(&self) -> f64 {
        let precisions = self
            .ranks
            .iter()
            .zip(1_u32..)
            .map(|(rank, found)| f64::from(found) / count(*rank));
        precisions.sum::<f64>() / count(self.relevant.len())
    }

    /// Discounted gain of the first `k`, 1 / log₂(1 + rank) each, over that of the best possible order.
    pub fn ndcg(&self, k: usize) -> f64 {
        let gain = |rank: usize| 1.0 / (1.0 + count(rank)).log2();
        let reached: f64 = self
            .ranks
            .iter()
            .filter(|rank| **rank <= k)
            .map(|rank| gain(*rank))
            .sum();
        let best: f64 = (1..=self.relevant.len().min(k)).map(gain).sum();
        reached / best
    }

    /// Share of the relevant ones among the first `k`.
    pub fn recall(&self, k: usize) -> f64 {
        let found = self.ranks.iter().filter(|rank| **rank <= k).count();
        count(found) / count(self.relevant.len())
    }

    /// 1 / rank of the first relevant one; 0 if none was found.
    pub fn reciprocal_rank(&self) -> f64 {
        self.ranks.first().map_or(0.0, |rank| 1.0 / count(*rank))
    }
}

/// The mean of a metric over all rankings, to six digits; 0 without any.
pub fn average(rankings: &[Ranking], metric: impl Fn(&Ranking) -> f64) -> f64 {
    let sum: f64 = rankings.iter().map(metric).sum();
    let mean = sum / count(rankings.len().max(1));
    (mean * 1e6).round() / 1e6
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metrics_of_a_ranking_by_hand() {
        let relevant = ["a", "b", "c"].map(str::to_owned).into_iter().collect();
        let ranking = Ranking {
            relevant,
            ranks: vec![1, 4],
        };
        assert!((ranking.average_precision() - (1.0 + 0.5) / 3.0).abs() < 1e-12);
        let best = 1.0 + 1.0 / 3_f64.log2() + 0.5;
        assert!((ranking.ndcg(10) - (1.0 + 1.0 / 5_f64.log2()) / best).abs() < 1e-12);
        assert!((ranking.ndcg(3) - 1.0 / best).abs() < 1e-12);
        assert!((ranking.recall(1) - 1.0 / 3.0).abs() < 1e-12);
        assert!((ranking.reciprocal_rank() - 1.0).abs() < 1e-12);
    }
}
