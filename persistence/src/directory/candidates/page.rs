//! The page: entries with their proofs, in one direction or in both.

use werkstadt_domain::matching::{Findings, Match, Measures, Mode, Side, prove, reciprocity, score};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::{Reference, ReferenceId};
use werkstadt_domain::text::{Language, Text};

use super::MatchQuery;
use super::ask::Ask;
use super::evidence::Evidence;
use super::reverse;
use super::works::{Place, Works};

/// How many words of the request a reason names.
const WORDS: usize = 8;

/// What was found about one candidate, owned.
struct Found {
    words: Vec<String>,
    references: Vec<(ReferenceId, String)>,
    similar: Vec<(ReferenceId, String)>,
    companions: usize,
    shared: Vec<ReferenceId>,
    opportunities: Vec<werkstadt_domain::opportunity::OpportunityId>,
    distance_km: Option<f64>,
}

/// The entry of one candidate.
pub(super) fn entry(
    ask: &Ask<'_>,
    evidence: &Evidence,
    query: &MatchQuery<'_>,
    (shard, slot): (usize, u32),
) -> Option<Match> {
    let home = ask.snapshot.shards.get(shard)?.entry(slot)?;
    let profile = home.seen.get(ask.audience.index())?.as_ref()?.get();
    let measures = evidence.measures(ask, shard, slot);
    let scored = score(query.rules, &measures);
    let back = match query.mode {
        Mode::OneSided => None,
        Mode::Reciprocal => reverse::wish(ask, query.rules, home.id),
    };
    let q = back.as_ref().map(|back| back.score);
    let (there, back_scale) = q.map_or((1.0, 0.0), |q| reciprocity::scales(scored.score, q));
    let found = found(ask, evidence, (shard, slot));
    let mut proof = prove(
        query.rules,
        &measures,
        &findings(ask, &found, profile),
        Side::Seeker,
        there,
    );
    if let Some(back) = back {
        let other = back.prove(ask, query.rules, back_scale);
        proof.contributions.extend(other.contributions);
        proof.missing.extend(other.missing);
    }
    Some(Match {
        organisation: home.id,
        // The sum itself, so that what ranks is what is explained; the tests compare it with the formula.
        score: proof.contributions.iter().map(|part| part.contribution).sum(),
        confidence: scored.confidence,
        proof,
    })
}

/// The proof of measures in one direction, for the other direction's use.
pub(super) fn proof_of(
    ask: &Ask<'_>,
    evidence: &Evidence,
    rules: &werkstadt_domain::matching::RuleSet,
    at: (usize, u32),
    measures: &Measures,
    scale: f64,
) -> Option<werkstadt_domain::matching::Proof> {
    let home = ask.snapshot.shards.get(at.0)?.entry(at.1)?;
    let profile = home.seen.get(ask.audience.index())?.as_ref()?.get();
    let found = found(ask, evidence, at);
    Some(prove(
        rules,
        measures,
        &findings(ask, &found, profile),
        Side::Candidate,
        scale,
    ))
}

fn found(ask: &Ask<'_>, evidence: &Evidence, (shard, slot): (usize, u32)) -> Found {
    let works = Works::new(ask);
    let id = ask
        .snapshot
        .shards
        .get(shard)
        .and_then(|home| Some(home.entry(slot)?.id));
    let titled = |place: Place| works.reference(place).map(|reference| (reference.id, title(reference)));
    let best = evidence
        .shards
        .get(shard)
        .and_then(|shown| shown.best.get(slot as usize));
    let votes = id.and_then(|id| evidence.votes.get(&id));
    let record = id.and_then(|id| evidence.records.get(&id));
    let mut shared: Vec<ReferenceId> = record
        .iter()
        .flat_map(|record| &record.works)
        .filter_map(|place| Some(works.reference(*place)?.id))
        .collect();
    shared.sort_unstable();
    let opportunities = id.and_then(|id| ask.open.get(&id));
    Found {
        words: words(ask, shard, slot),
        references: best
            .iter()
            .flat_map(|best| best.relevant())
            .filter_map(|number| titled((shard, number)))
            .collect(),
        similar: votes
            .iter()
            .flat_map(|votes| &votes.works)
            .filter_map(|place| titled(*place))
            .collect(),
        companions: record.map_or(0, |record| record.companions),
        shared,
        opportunities: opportunities
            .into_iter()
            .flatten()
            .filter(|opportunity| ask.fits(opportunity))
            .map(|opportunity| opportunity.id)
            .collect(),
        distance_km: evidence.distance(shard, slot),
    }
}

fn findings<'a>(ask: &'a Ask<'_>, found: &'a Found, profile: &'a Profile) -> Findings<'a> {
    Findings {
        profile,
        requirement: ask.requirement(),
        required: &ask.required,
        preferred: &ask.preferred,
        taxonomy: ask.snapshot.taxonomy(),
        today: ask.today,
        label: &ask.label,
        words: &found.words,
        references: &found.references,
        similar: &found.similar,
        companions: found.companions,
        shared: &found.shared,
        opportunities: &found.opportunities,
        distance_km: found.distance_km,
    }
}

/// The words of the request that weigh most in the profile.
fn words(ask: &Ask<'_>, shard: usize, slot: u32) -> Vec<String> {
    let Some(home) = ask.snapshot.shards.get(shard) else {
        return Vec::new();
    };
    let gains = ask.profiles.gains(&home.view(ask.audience).text, slot);
    let mut words: Vec<(f64, &str)> = gains
        .into_iter()
        .zip(&ask.query.groups)
        .filter(|(gain, _)| *gain > 0.0)
        .map(|(gain, group)| (gain, group.word.as_str()))
        .collect();
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    words.into_iter().take(WORDS).map(|(_, word)| word.to_owned()).collect()
}

fn title(reference: &Reference) -> String {
    let text: &Text = &reference.title;
    text.best(Language::En).unwrap_or_default().to_owned()
}
