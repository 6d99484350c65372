//! Lists of organisations: filtered, searched, counted, sorted, page by page.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;
use werkstadt_domain::audience::{Audience, Seen};
use werkstadt_domain::page::Limit;
use werkstadt_domain::place::Point;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::search::{Facet, FacetCount, OrganisationFilter, OrganisationSort, Position};

use super::bits::Bits;
use super::document::Column;
use super::filter::{Prepared, all_but};
use super::query::Scores;
use super::shard::Shard;
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
}

/// What a word of the query contributed to a score.
#[derive(Clone, Debug, PartialEq)]
pub struct WordHit {
    /// The word, in lower case.
    pub word: String,
    /// Its part of the score.
    pub contribution: f64,
}

/// A hit before its page is cut: what it is sorted by, and where it is.
struct Found {
    /// Smaller is earlier.
    rank: f64,
    shard: u32,
    slot: u32,
}

impl Snapshot {
    /// A page of organisations.
    pub fn organisations(&self, audience: Audience, query: &OrganisationQuery, today: NaiveDate) -> OrganisationPage {
        let prepared = Prepared::new(self, audience, &query.filter, today);
        let mut counts: Vec<FxHashMap<u32, u64>> = query.facets.iter().map(|_| FxHashMap::default()).collect();
        let mut scores = Scores::default();
        let mut total = 0;
        let mut found: Vec<Found> = Vec::new();
        for (number, shard) in (0_u32..).zip(&self.shards) {
            let view = shard.view(audience);
            let passed = prepared.passed(self, shard, &mut scores);
            let hits = all_but(view, &passed, None);
            if query.count == Count::Exact {
                total += hits.len();
            }
            for (facet, counts) in query.facets.iter().zip(&mut counts) {
                let others = all_but(view, &passed, Some(*facet));
                for (tag, slots) in view.column(column(*facet)).iter() {
                    let count = slots.iter().filter(|slot| others.contains(**slot)).count() as u64;
                    if count > 0 {
                        *counts.entry(tag).or_default() += count;
                    }
                }
            }
            self.gather(audience, query, &prepared, (number, shard), &hits, &scores, &mut found);
        }
        let (items, after) = self.page(audience, query, &prepared, found);
        OrganisationPage {
            items,
            after,
            facets: query
                .facets
                .iter()
                .zip(counts)
                .map(|(facet, counts)| (*facet, self.values(*facet, counts)))
                .collect(),
            total: (query.count == Count::Exact).then_some(total),
        }
    }

    /// Adds the hits of one shard that can be on the page.
    #[expect(
        clippy::too_many_arguments,
        reason = "the loop's state, each argument another part of it"
    )]
    fn gather(
        &self,
        audience: Audience,
        query: &OrganisationQuery,
        prepared: &Prepared<'_>,
        (number, shard): (u32, &Arc<Shard>),
        hits: &Bits,
        scores: &Scores,
        found: &mut Vec<Found>,
    ) {
        let view = shard.view(audience);
        let found_at = |rank, slot| Found {
            rank,
            shard: number,
            slot,
        };
        match effective(query, prepared) {
            Order::Name => {
                let start = query.after.as_ref().map_or(0, |after| {
                    let passed = |slot: &u32| {
                        shard
                            .entry(*slot)
                            .is_some_and(|e| (&*e.name, e.id) <= (&after.name, after.id))
                    };
                    shard.by_name.partition_point(passed)
                });
                let rest = shard.by_name.get(start..).unwrap_or_default().iter();
                let first = rest.filter(|slot| hits.contains(**slot)).take(query.limit.get() + 1);
                found.extend(first.map(|slot| found_at(0.0, *slot)));
            }
            Order::Score => {
                let score = |slot: u32| scores.sum.get(slot as usize).copied().unwrap_or_default();
                found.extend(hits.iter().map(|slot| found_at(-score(slot), slot)));
            }
            Order::Distance(point) => {
                let nearest = distances(view.points(), point, hits);
                found.extend(
                    hits.iter()
                        .map(|slot| found_at(nearest.get(&slot).copied().unwrap_or(NOWHERE), slot)),
                );
            }
            Order::Updated => {
                let updated = |slot: u32| view.updated.get(slot as usize).copied().unwrap_or_default();
                found.extend(hits.iter().map(|slot| found_at(-(updated(slot) as f64), slot)));
            }
        }
    }

    fn page(
        &self,
        audience: Audience,
        query: &OrganisationQuery,
        prepared: &Prepared<'_>,
        mut found: Vec<Found>,
    ) -> (Vec<Hit>, Option<Position>) {
        let order = effective(query, prepared);
        let name = |found: &Found| self.entry(found).map(|entry| (&*entry.name, entry.id));
        let before = |a: &Found, b: &Found| a.rank.total_cmp(&b.rank).then_with(|| name(a).cmp(&name(b)));
        if let Some(after) = &query.after {
            let last = order.sign() * after.rank;
            found.retain(|hit| match hit.rank.total_cmp(&last) {
                Ordering::Equal => name(hit) > Some((after.name.as_str(), after.id)),
                order => order == Ordering::Greater,
            });
        }
        let limit = query.limit.get();
        if found.len() > limit + 1 {
            found.select_nth_unstable_by(limit, before);
            found.truncate(limit + 1);
        }
        found.sort_by(before);
        let more = found.len() > limit;
        found.truncate(limit);
        let position = |last: &Found| {
            let (name, id) = name(last)?;
            let rank = order.sign() * last.rank;
            Some(Position {
                rank,
                name: name.to_owned(),
                id,
            })
        };
        let after = found.last().filter(|_| more).and_then(position);
        (
            found
                .iter()
                .filter_map(|hit| self.hit(audience, query, prepared, hit))
                .collect(),
            after,
        )
    }

    fn hit(
        &self,
        audience: Audience,
        query: &OrganisationQuery,
        prepared: &Prepared<'_>,
        found: &Found,
    ) -> Option<Hit> {
        let profile = self.entry(found)?.seen.get(audience.index())?.clone()?;
        let from = match query.sort {
            OrganisationSort::Distance(point) => Some(point),
            _ => query.filter.within.map(|circle| circle.centre),
        };
        let locations = profile
            .get()
            .organisation
            .record
            .locations
            .iter()
            .filter_map(|location| location.point);
        let distance_km = from.and_then(|from| locations.map(|point| from.distance_km(point)).min_by(f64::total_cmp));
        let words: Vec<WordHit> = prepared
            .text
            .iter()
            .flat_map(|(query, weighed)| {
                let shard = self.shards.get(found.shard as usize);
                let gains = shard
                    .map(|shard| weighed.gains(&shard.view(audience).text, found.slot))
                    .unwrap_or_default();
                let word = |(group, gain): (&super::query::Group, f64)| WordHit {
                    word: group.word.clone(),
                    contribution: gain,
                };
                query.groups.iter().zip(gains).map(word).collect::<Vec<_>>()
            })
            .collect();
        let score = prepared
            .text
            .is_some()
            .then(|| words.iter().map(|word| word.contribution).sum());
        Some(Hit {
            profile,
            score,
            distance_km,
            words,
        })
    }

    fn entry(&self, found: &Found) -> Option<&super::shard::Entry> {
        self.shards.get(found.shard as usize)?.entry(found.slot)
    }

    fn values(&self, facet: Facet, counts: FxHashMap<u32, u64>) -> Vec<FacetCount> {
        let mut values: Vec<FacetCount> = counts
            .into_iter()
            .map(|(tag, count)| FacetCount {
                value: self.dictionaries.tags.name(tag),
                count,
            })
            .collect();
        if facet == Facet::City {
            values = by_town(values);
        }
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values
    }
}

/// Adds up the spellings of one town, under the most frequent one (the first of equals).
fn by_town(mut spellings: Vec<FacetCount>) -> Vec<FacetCount> {
    spellings.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let mut towns: Vec<(String, FacetCount)> = Vec::new();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    for FacetCount { value, count } in spellings {
        let (town, name) = value.split_once('\0').unwrap_or(("", &value));
        match places.get(town).and_then(|place| towns.get_mut(*place)) {
            Some((_, first)) => first.count += count,
            None => {
                places.insert(town.to_owned(), towns.len());
                towns.push((
                    town.to_owned(),
                    FacetCount {
                        value: name.to_owned(),
                        count,
                    },
                ));
            }
        }
    }
    towns.into_iter().map(|(_, count)| count).collect()
}

/// Kilometres to an organisation without coordinates: behind all others, and a number that a cursor can carry.
const NOWHERE: f64 = 1e6;

/// What a list is really sorted by.
#[derive(Clone, Copy)]
enum Order {
    Score,
    Name,
    Distance(Point),
    Updated,
}

impl Order {
    /// −1 where larger values come first.
    const fn sign(self) -> f64 {
        match self {
            Self::Score | Self::Updated => -1.0,
            Self::Name | Self::Distance(_) => 1.0,
        }
    }
}

fn effective(query: &OrganisationQuery, prepared: &Prepared<'_>) -> Order {
    match query.sort {
        OrganisationSort::Relevance if prepared.text.is_some() => Order::Score,
        OrganisationSort::Relevance | OrganisationSort::Name => Order::Name,
        OrganisationSort::Distance(point) => Order::Distance(point),
        OrganisationSort::UpdatedAt => Order::Updated,
    }
}

const fn column(facet: Facet) -> Column {
    match facet {
        Facet::Kind => Column::Kind,
        Facet::Helix => Column::Helix,
        Facet::Size => Column::Size,
        Facet::Language => Column::Language,
        Facet::Skill => Column::Skill,
        Facet::City => Column::CityName,
        Facet::Member => Column::Member,
    }
}

fn distances(points: &[(Point, u32)], from: Point, hits: &Bits) -> FxHashMap<u32, f64> {
    let mut nearest: FxHashMap<u32, f64> = FxHashMap::default();
    for (point, slot) in points.iter().filter(|(_, slot)| hits.contains(*slot)) {
        let km = from.distance_km(*point);
        let best = nearest.entry(*slot).or_insert(km);
        *best = best.min(km);
    }
    nearest
}
