//! Lists of organisations: filtered, searched, counted, sorted, page by page.

use std::sync::Arc;

use chrono::NaiveDate;
use werkstadt_domain::audience::{Audience, Seen};
use werkstadt_domain::page::Limit;
use werkstadt_domain::place::Location;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::search::{Facet, FacetCount, OrganisationFilter, OrganisationSort, Position};

use super::facets::Counts;
use super::filter::{Prepared, all_but};
use super::highlight::{Highlight, highlights};
use super::leak::Leak;
use super::numbers;
use super::order::{Best, Found, Order};
use super::query::{Group, Lists, Typos};
use super::snapshot::Snapshot;

/// A question for a list of organisations.
#[derive(Clone, Debug, Default)]
pub struct OrganisationQuery {
    /// Which.
    pub filter: OrganisationFilter,
    /// In which order.
    pub sort: OrganisationSort,
    /// Behind this position.
    pub after: Option<Position>,
    /// How many.
    pub limit: Limit,
    /// What to count.
    pub facets: Vec<Facet>,
    /// Whether to count all hits.
    pub count: Count,
    /// Whether to say where the words stand.
    pub marks: Marks,
}

/// Whether all hits are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// No.
    #[default]
    No,
    /// Exactly.
    Exact,
}

/// Whether the places of the query's words are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marks {
    /// No.
    #[default]
    No,
    /// Yes.
    Yes,
}

/// A page of organisations.
#[derive(Clone, Debug)]
pub struct OrganisationPage {
    /// In order.
    pub items: Vec<Hit>,
    /// The position of the last item if more follow.
    pub after: Option<Position>,
    /// In the order asked for, each with its values, most frequent first.
    pub facets: Vec<(Facet, Vec<FacetCount>)>,
    /// All hits, if asked for.
    pub total: Option<u64>,
}

/// One organisation of a list.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The profile as the audience sees it.
    pub profile: Arc<Seen<Profile>>,
    /// Relevance (BM25, not bounded), with free text.
    pub score: Option<f64>,
    /// From the point of the sort or the centre of the circle to its nearest place.
    pub distance_km: Option<f64>,
    /// What each word of the query contributed; they add up to the score.
    pub words: Vec<WordHit>,
    /// Where the words of the query stand, if asked for.
    pub highlights: Vec<Highlight>,
}

/// What a word of the query contributed to a score.
#[derive(Clone, Debug, PartialEq)]
pub struct WordHit {
    /// The word, in lower case.
    pub word: String,
    /// Its part of the score.
    pub contribution: f64,
}

impl Snapshot {
    /// A page of organisations.
    pub fn organisations(&self, audience: Audience, query: &OrganisationQuery, today: NaiveDate) -> OrganisationPage {
        let page = self.found(audience, query, (Typos::InUnknownWords, today));
        match page {
            // Each word occurs, but no text has them all: one of them may be another one, misspelt.
            (page, 0) if query.filter.q.is_some() => {
                let (forgiving, _) = self.found(audience, query, (Typos::InAllWords, today));
                if forgiving.items.is_empty() { page } else { forgiving }
            }
            (page, _) => page,
        }
    }

    /// A page, and how many organisations are worded as asked for, whatever the other filters.
    fn found(
        &self,
        audience: Audience,
        query: &OrganisationQuery,
        (typos, today): (Typos, NaiveDate),
    ) -> (OrganisationPage, u64) {
        let prepared = Prepared::new(self, audience, &query.filter, (typos, today));
        let mut worded = 0;
        let order = Order::of(query);
        let mut counts: Vec<Counts> = query.facets.iter().map(|facet| Counts::new(*facet)).collect();
        let mut total = 0;
        let limit = query.limit.get();
        // One more than fit, to know whether there are more.
        let mut best = Best::new(limit + 1);
        let mut meant: Vec<Vec<u32>> = Vec::new();
        for shard in &self.shards {
            let (passed, mut every) = prepared.passed(self, shard);
            worded += passed.first().map_or(0, |(_, bits)| bits.len());
            let hits = all_but(shard.visible(Leak::Rows.through(audience)), &passed, None);
            if query.count == Count::Exact {
                let counted = Leak::Total.through(audience);
                total += if counted == audience {
                    hits.len()
                } else {
                    let (passed, _) = Prepared::new(self, counted, &query.filter, (typos, today)).passed(self, shard);
                    all_but(shard.visible(counted), &passed, None).len()
                };
            }
            for counts in &mut counts {
                let counted = shard.view(Leak::Facets.through(audience));
                let filtered = passed.iter().any(|(facet, _)| *facet == Some(counts.facet));
                if filtered {
                    let others = all_but(shard.visible(audience), &passed, Some(counts.facet));
                    counts.add(counted, &others);
                } else {
                    counts.add(counted, &hits);
                }
            }
            order.gather(audience, query, shard, (&hits, &every), &mut best);
            meant.push(std::mem::take(&mut every.meant));
        }
        let mut found = best.found;
        let more = found.len() > limit;
        found.truncate(limit);
        let values = |counts: Counts| (counts.facet, counts.values(&self.dictionaries.tags));
        let lists = self.shards.each_ref().map(|shard| {
            let text = &shard.view(audience).text;
            prepared.text.as_ref().map(|wording| Lists::new(&wording.weighed, text))
        });
        let hit = |found: &Found<'_>| {
            let mut shards = self.shards.iter().zip(lists.iter().zip(&meant));
            let (_, (lists, meant)) = shards.find(|(shard, _)| std::ptr::eq(&***shard, found.shard))?;
            let meant = meant.binary_search(&found.slot).is_ok();
            self.hit(audience, query, &prepared, found, (lists.as_ref(), meant))
        };
        let page = OrganisationPage {
            after: found.last().filter(|_| more).and_then(|last| order.position(last)),
            items: found.iter().filter_map(hit).collect(),
            facets: counts.into_iter().map(values).collect(),
            total: (query.count == Count::Exact).then_some(total),
        };
        (page, worded)
    }

    fn hit(
        &self,
        audience: Audience,
        query: &OrganisationQuery,
        prepared: &Prepared<'_>,
        found: &Found<'_>,
        (lists, meant): (Option<&Lists<'_>>, bool),
    ) -> Option<Hit> {
        let profile = found.entry()?.seen.get(audience.index())?.clone()?;
        let from = match query.sort {
            OrganisationSort::Distance(point) => Some(point),
            _ => query.filter.within.map(|circle| circle.centre),
        };
        let locations = profile.get().organisation.record.locations.iter();
        let points = locations.filter_map(Location::position);
        let distance_km = from.and_then(|from| points.map(|point| from.distance_km(point)).min_by(f64::total_cmp));
        let mut words: Vec<WordHit> = match (&prepared.text, lists) {
            (Some(wording), Some(lists)) => {
                let gains = lists.gains(found.slot);
                let word = |(group, contribution): (&Group, f64)| WordHit {
                    word: group.word.clone(),
                    contribution,
                };
                wording.query.groups.iter().zip(gains).map(word).collect()
            }
            _ => Vec::new(),
        };
        if let Some(number) = prepared.number.as_ref().filter(|_| meant) {
            words.push(WordHit {
                word: number.text.clone(),
                contribution: numbers::SCORE,
            });
        }
        let score = || words.iter().map(|word| word.contribution).sum();
        Some(Hit {
            score: prepared.text.is_some().then(score),
            highlights: match (&prepared.text, query.marks) {
                (Some(wording), Marks::Yes) => {
                    let profile = found
                        .entry()?
                        .seen
                        .get(Leak::Highlights.through(audience).index())?
                        .clone()?;
                    highlights(&profile.get().organisation.record, wording, &self.dictionaries.terms)
                }
                _ => Vec::new(),
            },
            profile,
            distance_km,
            words,
        })
    }
}
