//! Matching over the directory: candidates from postings, scored by the rules of the domain, proved for the page only.
//!
//! - `ask`: the question, weighed by what the audience can see. `works`: pieces of work and who took part.
//! - `evidence`: what every candidate of a shard shows for it, term by term.
//! - `page`: the proofs. `reverse`: what the candidates wish for. `explain`: one named candidate.

pub(super) mod ask;
mod evidence;
mod explain;
mod page;
mod reverse;
mod seekers;
mod works;

use chrono::NaiveDate;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::matching::{Constraint, Match, Matches, Mode, Ranked, RuleSet, Seeker, no_result, rank, score};
use werkstadt_domain::organisation::OrganisationId;

use self::ask::Ask;
use self::evidence::Evidence;
use super::snapshot::Snapshot;

/// A question for partners.
#[derive(Clone, Copy, Debug)]
pub struct MatchQuery<'a> {
    /// Who asks for what.
    pub seeker: &'a Seeker,
    /// The weights.
    pub rules: &'a RuleSet,
    /// Whose wishes count.
    pub mode: Mode,
    /// How many of the best to skip.
    pub offset: usize,
    /// How many to return.
    pub limit: usize,
    /// The day of the question.
    pub today: NaiveDate,
}

/// A candidate before the page is cut.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// In the seeker's direction.
    score: f64,
    shard: usize,
    slot: u32,
}

/// What breaks ties between equal scores.
type Tie<'a> = (&'a str, OrganisationId, usize);

impl Snapshot {
    /// Who fits? The best candidates that the audience sees, each with its proof.
    pub fn matches(&self, audience: Audience, query: &MatchQuery<'_>) -> Matches {
        let ask = Ask::new(self, audience, query.seeker, query.today);
        let evidence = Evidence::gather(&ask);
        let candidates = candidates(&ask, &evidence, query.rules);
        let wanted = query.offset.saturating_add(query.limit);
        let ranked = match query.mode {
            Mode::OneSided => best(&ask, &candidates, wanted),
            Mode::Reciprocal => reverse::best(&ask, &candidates, query.rules, wanted),
        };
        let page = ranked.into_iter().skip(query.offset);
        let entry = |ranked: Ranked<Tie<'_>>| {
            let candidate = candidates.get(ranked.tie.2)?;
            page::entry(&ask, &evidence, query, (candidate.shard, candidate.slot))
        };
        let items: Vec<Match> = page.filter_map(entry).collect();
        let passed = evidence.candidates();
        Matches {
            rule_set: query.rules.version.clone(),
            mode: query.mode,
            no_result: (passed == 0).then(|| why_none(&ask)),
            candidates: passed,
            items,
        }
    }
}

/// Scores whoever has evidence in favour; everyone who passes the constraints, where nothing else was asked for.
fn candidates(ask: &Ask<'_>, evidence: &Evidence, rules: &RuleSet) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (shard, shown) in evidence.shards.iter().enumerate() {
        if !ask.asks_softly() {
            candidates.extend(shown.passed.iter().map(|slot| Candidate {
                score: 0.0,
                shard,
                slot,
            }));
            continue;
        }
        for slot in shown.touched.iter() {
            let score = score(rules, &evidence.measures(ask, shard, slot)).score;
            if score > 0.0 {
                candidates.push(Candidate { score, shard, slot });
            }
        }
    }
    candidates
}

fn best<'a>(ask: &Ask<'a>, candidates: &[Candidate], k: usize) -> Vec<Ranked<Tie<'a>>> {
    let least = kth_score(candidates, k);
    // Names are far from the postings: only those that can be among the best are asked for theirs.
    let near = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.score >= least);
    let ranked = |(place, candidate): (usize, &Candidate)| Ranked {
        score: candidate.score,
        tie: tie(ask, candidate, place),
    };
    rank(near.map(ranked), k)
}

/// The score of the `k`-th best.
fn kth_score(candidates: &[Candidate], k: usize) -> f64 {
    let mut scores: Vec<f64> = candidates.iter().map(|candidate| candidate.score).collect();
    match k.checked_sub(1) {
        Some(last) if last < scores.len() => *scores.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1,
        _ => f64::NEG_INFINITY,
    }
}

fn tie<'a>(ask: &Ask<'a>, candidate: &Candidate, place: usize) -> Tie<'a> {
    let entry = ask
        .snapshot
        .shards
        .get(candidate.shard)
        .and_then(|shard| shard.entry(candidate.slot));
    entry.map_or(("", OrganisationId::new(uuid::Uuid::nil()), place), |entry| {
        (&*entry.name, entry.id, place)
    })
}

/// Counts for every subset of the constraints, shard by shard.
fn why_none(ask: &Ask<'_>) -> no_result::NoResult {
    let set = Constraint::set_by(ask.requirement());
    let passing: Vec<_> = ask.snapshot.shards.iter().map(|shard| ask.passing(shard)).collect();
    no_result::no_result(&set, |kept| {
        let count = |passing: &ask::Passing| passing.all(kept).len();
        passing.iter().map(count).sum()
    })
}
