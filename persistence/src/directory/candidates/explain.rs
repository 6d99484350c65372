//! Why, or why not, one named candidate.

use werkstadt_domain::audience::Audience;
use werkstadt_domain::matching::why_not::lifts;
use werkstadt_domain::matching::{Constraint, Explanation, Mode, score};
use werkstadt_domain::organisation::OrganisationId;

use super::ask::Ask;
use super::evidence::Evidence;
use super::{MatchQuery, best, candidates, page, reverse};
use crate::directory::snapshot::Snapshot;

impl Snapshot {
    /// What became of one candidate in the list that the query asks for. `None` if the audience does not see it, or it objects to
    /// being found: that is not told from the other.
    pub fn explain(
        &self,
        audience: Audience,
        query: &MatchQuery<'_>,
        candidate: OrganisationId,
    ) -> Option<Explanation> {
        self.organisation(audience, candidate)?;
        let (number, slot) = self.place(candidate)?;
        let shard = self.shards.get(number)?;
        if shard.objecting().any(|objecting| objecting == slot) {
            return None;
        }
        let ask = Ask::new(self, audience, query.seeker, query.today);
        let passing = ask.passing(shard);
        let broken: Vec<Constraint> = Constraint::ALL
            .into_iter()
            .filter(|c| !passing.all(&[*c]).contains(slot))
            .collect();
        if !broken.is_empty() {
            // One that is involved breaks every subset; then that alone is the answer.
            let involved = ask.involved.contains(&candidate);
            let broken = if involved { vec![Constraint::Involved] } else { broken };
            return Some(Explanation::Removed { broken });
        }
        let evidence = Evidence::gather(&ask);
        let entry = page::entry(&ask, &evidence, query, (number, slot))?;
        let found = candidates(&ask, &evidence, query.rules);
        let ranked = match query.mode {
            Mode::OneSided => best(&ask, &found, found.len()),
            Mode::Reciprocal => reverse::best(&ask, &found, query.rules, found.len()),
        };
        let place = ranked.iter().position(|ranked| ranked.tie.1 == candidate);
        let rank = place.unwrap_or(ranked.len()) as u64 + 1;
        let last = query
            .limit
            .checked_sub(1)
            .and_then(|last| ranked.get(query.offset.saturating_add(last)));
        let cut_off = last.map_or(0.0, |last| last.score);
        let measures = evidence.measures(&ask, number, slot);
        let needed = needed(entry.score, cut_off, score(query.rules, &measures).score);
        let inside = place.is_some_and(|place| place < query.offset.saturating_add(query.limit));
        Some(Explanation::Ranked {
            rank,
            lifts: if inside {
                Vec::new()
            } else {
                lifts(query.rules, &measures, needed)
            },
            entry: Box::new(entry),
            cut_off,
        })
    }
}

/// The score in the seeker's direction that brings the whole score to the cut-off, the other direction staying as it is;
/// more than 1 if none does.
fn needed(whole: f64, cut_off: f64, own: f64) -> f64 {
    if (whole - own).abs() < 1e-12 {
        return cut_off;
    }
    // R = 2pq/(p+q) gives q = Rp/(2p−R), and for the cut-off p = Cq/(2q−C).
    let other = whole * own / (2.0 * own - whole);
    if 2.0 * other > cut_off {
        cut_off * other / (2.0 * other - cut_off)
    } else {
        f64::INFINITY
    }
}
