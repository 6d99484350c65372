//! Evidence: what every candidate shows for a question, gathered term by term over the postings of each shard.

use rustc_hash::FxHashMap;
use werkstadt_domain::matching::rules::{self, BEST};
use werkstadt_domain::matching::{Constraint, Measures, Rule};
use werkstadt_domain::organisation::OrganisationId;

use super::ask::{Ask, Tagged};
use super::works::{Record, Scored, Votes, Works};
use crate::directory::bits::Bits;
use crate::directory::document::{Column, Value};
use crate::directory::leak::Leak;
use crate::directory::scores::Scores;
use crate::directory::shard::Shard;
use crate::directory::view::View;

/// What all candidates show.
pub(super) struct Evidence {
    pub(super) shards: Vec<Shown>,
    pub(super) votes: FxHashMap<OrganisationId, Votes>,
    all_votes: f64,
    pub(super) records: FxHashMap<OrganisationId, Record>,
}

/// What the candidates of one shard show, per slot. Empty where it was not asked for.
#[derive(Default)]
pub(super) struct Shown {
    /// Who passes the constraints.
    pub(super) passed: Bits,
    /// Who of them shows anything.
    pub(super) touched: Bits,
    text: Vec<f64>,
    pub(super) best: Vec<Best>,
    required: Vec<f64>,
    preferred: Vec<f64>,
    /// Sum and number of the confirmations of covering claims.
    fresh: Vec<(f64, u32)>,
    /// Kilometres to the nearest place.
    distance: Vec<f64>,
    /// Opportunities that fit, and all open ones.
    open: FxHashMap<u32, (usize, usize)>,
}

/// The best references of one organisation: relevance and number, best first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Best {
    pub(super) references: [Option<(f64, u32)>; BEST],
}

impl Evidence {
    /// Gathers the evidence of the whole directory.
    pub(super) fn gather(ask: &Ask<'_>) -> Self {
        let mut scores = Scores::taken();
        let mut scored: Vec<Scored> = Vec::new();
        let mut shards: Vec<Shown> = Vec::with_capacity(ask.snapshot.shards.len());
        for (number, shard) in ask.snapshot.shards.iter().enumerate() {
            let mut shown = Shown::new(ask, shard, &mut scores);
            shown.add_references(ask, shard, &mut scores, |similarity, reference| {
                scored.push((similarity, (number, reference)));
            });
            shards.push(shown);
        }
        scores.put_back();
        let mut works = Works::new(ask);
        let (votes, all_votes) = works.votes(scored);
        let records = works.records();
        let mut evidence = Self {
            shards,
            votes,
            all_votes,
            records,
        };
        evidence.touch_participants(ask);
        evidence
    }

    /// Gathers what one shard alone shows, without pieces of work of others: the other direction asks for one organisation.
    pub(super) fn of_one(ask: &Ask<'_>, number: usize) -> Self {
        let mut scores = Scores::taken();
        let shown = |(place, shard): (usize, &std::sync::Arc<Shard>)| {
            if place != number {
                return Shown::default();
            }
            let mut shown = Shown::new(ask, shard, &mut scores);
            shown.add_references(ask, shard, &mut scores, |_, _| {});
            shown
        };
        let shards = ask.snapshot.shards.iter().enumerate().map(shown).collect();
        scores.put_back();
        Self {
            shards,
            votes: FxHashMap::default(),
            all_votes: 0.0,
            records: FxHashMap::default(),
        }
    }

    /// How many candidates pass the constraints.
    pub(super) fn candidates(&self) -> u64 {
        self.shards.iter().map(|shown| shown.passed.len()).sum()
    }

    /// What the rules find in one candidate.
    pub(super) fn measures(&self, ask: &Ask<'_>, shard: usize, slot: u32) -> Measures {
        let mut measures = Measures::default();
        let (Some(shown), Some(home)) = (self.shards.get(shard), ask.snapshot.shards.get(shard)) else {
            return measures;
        };
        let view = home.view(ask.audience);
        let at = slot as usize;
        let claims = usize::from(view.claims.get(at).copied().unwrap_or_default());
        measures.known = f64::from(view.known.get(at).copied().unwrap_or_default());
        measures.note(
            Rule::RequiredSkills,
            covered(&ask.required_tags, &shown.required, at, claims),
        );
        measures.note(
            Rule::PreferredSkills,
            covered(&ask.preferred_tags, &shown.preferred, at, claims),
        );
        let fresh = shown.fresh.get(at).filter(|(_, count)| *count > 0);
        measures.note(Rule::Freshness, fresh.map(|(sum, count)| sum / f64::from(*count)));
        if let Some(bm25) = shown.text.get(at) {
            measures.note(Rule::ProfileText, rules::relevance(*bm25, ask.profiles.bound));
        }
        let best: Vec<f64> = shown
            .best
            .get(at)
            .iter()
            .flat_map(|best| best.references)
            .flatten()
            .map(|(r, _)| r)
            .collect();
        measures.note(Rule::BestReferences, rules::best_references(&best));
        self.note_works(ask, (shard, slot), &mut measures);
        let asked = !ask.requirement().cooperations.is_empty();
        let of = || shown.open.get(&slot).copied().unwrap_or_default();
        let (fitting, open) = if asked { of() } else { (0, 0) };
        measures.note(Rule::Cooperation, rules::cooperation(asked, fitting, open));
        measures.note(
            Rule::Proximity,
            rules::proximity(ask.requirement().sought.near, self.distance(shard, slot)),
        );
        measures
    }

    /// What the pieces of work say. Skipped where they were not asked for: a candidate's record is far from its postings.
    fn note_works(&self, ask: &Ask<'_>, (shard, slot): (usize, u32), measures: &mut Measures) {
        if self.all_votes <= 0.0 && ask.partners.is_empty() {
            return;
        }
        let Some(home) = ask.snapshot.shards.get(shard) else {
            return;
        };
        let Some(id) = home.entry(slot).map(|entry| entry.id) else {
            return;
        };
        let votes = self.votes.get(&id).map_or(0.0, |votes| votes.sum);
        let record = self.records.get(&id).map_or(0.0, |record| record.sum);
        // Named by others, or with references of its own: then it is known what it took part in.
        let pieces = home.view(ask.audience).references.count_of(slot) + usize::from(votes > 0.0 || record > 0.0);
        measures.note(Rule::SimilarWork, rules::similar_work(votes, self.all_votes, pieces));
        measures.note(
            Rule::TrackRecord,
            rules::track_record(record, ask.partners.len(), pieces),
        );
    }

    /// Kilometres to the nearest place of a candidate, where a place was asked for.
    pub(super) fn distance(&self, shard: usize, slot: u32) -> Option<f64> {
        let km = self.shards.get(shard)?.distance.get(slot as usize)?;
        km.is_finite().then_some(*km)
    }

    fn touch_participants(&mut self, ask: &Ask<'_>) {
        for id in self.votes.keys().chain(self.records.keys()) {
            let Some((number, slot)) = ask.snapshot.place(*id) else {
                continue;
            };
            if let Some(shown) = self.shards.get_mut(number)
                && shown.passed.contains(slot)
            {
                shown.touched.insert(slot);
            }
        }
    }
}

/// [`rules::coverage`], of which the sum is gathered term by term.
fn covered(wishes: &[Tagged], sums: &[f64], at: usize, claims: usize) -> Option<f64> {
    if wishes.is_empty() || claims == 0 {
        return None;
    }
    // The shares add up to 1 but for rounding.
    Some(sums.get(at).copied().unwrap_or_default().min(1.0))
}

impl Shown {
    /// All but the references.
    fn new(ask: &Ask<'_>, shard: &Shard, scores: &mut Scores) -> Self {
        let view = shard.view(ask.audience);
        let slots = shard.slots();
        let mut shown = Self {
            passed: ask.passing(shard).all(&Constraint::ALL),
            touched: Bits::none(slots),
            ..Self::default()
        };
        if ask.profiles.bound > 0.0 {
            scores.fill(&ask.profiles, &view.text);
            scores.touched.iter().for_each(|slot| shown.touched.insert(*slot));
            shown.text = scores.sum.clone();
        }
        if !ask.required.is_empty() || !ask.preferred.is_empty() {
            shown.fresh = vec![(0.0, 0); slots];
        }
        let claims = shard.view(Leak::Coverage.through(ask.audience));
        shown.required = shown.add_skills(ask, claims, &ask.required_tags, slots);
        shown.preferred = shown.add_skills(ask, claims, &ask.preferred_tags, slots);
        shown.add_distances(ask, view, slots);
        shown.add_open(ask, shard);
        shown.touched.and(&shown.passed);
        shown
    }

    /// The covered shares of the wishes, summed per slot.
    fn add_skills(&mut self, ask: &Ask<'_>, view: &View, wishes: &[Tagged], slots: usize) -> Vec<f64> {
        if wishes.is_empty() {
            return Vec::new();
        }
        let mut sums = vec![0.0; slots];
        let mut best: Vec<(f64, Value)> = vec![Default::default(); slots];
        let mut holding: Vec<u32> = Vec::new();
        for (wish, tags) in wishes {
            for (tag, covers) in tags {
                let (holders, claims) = view.column(Column::Skill).postings.get(*tag);
                for (slot, claim) in holders.iter().zip(claims) {
                    let covered = covers * wish.level_factor(claim.level());
                    let Some(known) = best.get_mut(*slot as usize) else {
                        continue;
                    };
                    if known.0 == 0.0 {
                        holding.push(*slot);
                    }
                    if covered > known.0 {
                        *known = (covered, *claim);
                    }
                }
            }
            for slot in holding.drain(..) {
                let at = slot as usize;
                let (covered, claim) = best.get_mut(at).map(std::mem::take).unwrap_or_default();
                self.touched.insert(slot);
                if let Some(sum) = sums.get_mut(at) {
                    *sum += wish.share * covered;
                }
                let fresh = rules::freshness(claim.day(), ask.today);
                if let (Some(fresh), Some(all)) = (fresh, self.fresh.get_mut(at)) {
                    *all = (all.0 + fresh, all.1 + 1);
                }
            }
        }
        sums
    }

    fn add_distances(&mut self, ask: &Ask<'_>, view: &View, slots: usize) {
        let Some(circle) = ask.requirement().sought.near else {
            return;
        };
        self.distance = vec![f64::INFINITY; slots];
        for (point, slot) in view.points.iter() {
            if self.passed.contains(slot) {
                self.touched.insert(slot);
                if let Some(nearest) = self.distance.get_mut(slot as usize) {
                    *nearest = nearest.min(circle.centre.distance_km(point));
                }
            }
        }
    }

    fn add_open(&mut self, ask: &Ask<'_>, shard: &Shard) {
        if ask.requirement().cooperations.is_empty() {
            return;
        }
        for (organisation, opportunities) in ask.open.iter() {
            let Some(slot) = shard.slot(*organisation) else {
                continue;
            };
            let fitting = opportunities.iter().filter(|opportunity| ask.fits(opportunity)).count();
            self.touched.insert(slot);
            self.open.insert(slot, (fitting, opportunities.len()));
        }
    }

    /// Relevance of every reference; the best of each candidate are kept, every one that is relevant at all is reported.
    fn add_references(
        &mut self,
        ask: &Ask<'_>,
        shard: &Shard,
        scores: &mut Scores,
        mut relevant: impl FnMut(f64, u32),
    ) {
        let references = &shard.view(Leak::References.through(ask.audience)).references;
        if ask.references.bound <= 0.0 || references.owners.is_empty() {
            return;
        }
        scores.fill(&ask.references, &references.texts);
        self.best = vec![Best::default(); shard.slots()];
        let visible = shard.visible(Leak::References.through(ask.audience));
        for ((number, owner), bm25) in (0_u32..).zip(&references.owners).zip(&scores.sum) {
            if !visible.contains(*owner) {
                continue;
            }
            let relevance = rules::relevance(*bm25, ask.references.bound).unwrap_or_default();
            if let Some(best) = self.best.get_mut(*owner as usize) {
                best.offer(relevance, number);
            }
            if relevance > 0.0 {
                relevant(relevance, number);
            }
        }
    }
}

impl Best {
    /// Keeps the reference if it is among the best; of equals the first.
    fn offer(&mut self, relevance: f64, number: u32) {
        let mut held = Some((relevance, number));
        for place in &mut self.references {
            if place.is_none_or(|(best, _)| held.is_some_and(|(new, _)| new > best)) {
                std::mem::swap(place, &mut held);
            }
            if held.is_none() {
                return;
            }
        }
    }

    /// The numbers of those that are relevant at all, best first.
    pub(super) fn relevant(&self) -> impl Iterator<Item = u32> + '_ {
        self.references
            .iter()
            .flatten()
            .filter(|(relevance, _)| *relevance > 0.0)
            .map(|(_, number)| *number)
    }
}
