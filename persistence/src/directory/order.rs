//! The order of a list: what an organisation is ranked by, and which of a shard can be on the page.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::place::Point;
use werkstadt_domain::search::{OrganisationSort, Position};

use super::bits::Bits;
use super::listing::OrganisationQuery;
use super::scores::Scores;
use super::shard::{Entry, Shard};

/// What a list is really sorted by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Score,
    Name,
    Distance(Point),
    Updated,
}

/// A hit before the page is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    /// Smaller is earlier.
    rank: f64,
    pub(super) shard: &'a Shard,
    pub(super) slot: u32,
}

/// Kilometres to an organisation without coordinates: behind all others, and a number that a cursor can carry.
const NOWHERE: f64 = 1e6;

impl Order {
    /// The order that a query asks for.
    pub(super) const fn of(query: &OrganisationQuery) -> Self {
        match query.sort {
            OrganisationSort::Relevance if query.filter.q.is_some() => Self::Score,
            OrganisationSort::Relevance | OrganisationSort::Name => Self::Name,
            OrganisationSort::Distance(point) => Self::Distance(point),
            OrganisationSort::UpdatedAt => Self::Updated,
        }
    }

    /// Offers those hits of a shard that can be on the page.
    pub(super) fn gather<'a>(
        self,
        audience: Audience,
        query: &OrganisationQuery,
        shard: &'a Arc<Shard>,
        (hits, scores): (&Bits, &Scores),
        best: &mut Best<'a>,
    ) {
        // Within a shard, places in the order of names stand for the names.
        let first = query.after.as_ref().map_or(0, |after| place_behind(shard, after));
        if matches!(self, Self::Name) {
            let rest = shard.by_name.get(first as usize..).unwrap_or_default().iter();
            let mut next = rest.filter(|slot| hits.contains(**slot));
            while next.next().is_some_and(|slot| best.offer(0.0, shard, *slot)) {}
            return;
        }
        let last = query.after.as_ref().map(|after| self.sign() * after.rank);
        let (rank, worst) = (self.ranks(audience, shard, hits, scores), best.worst());
        let mut ranked: Vec<(f64, u32, u32)> = Vec::new();
        for slot in hits.iter() {
            let rank = rank(slot);
            let place = shard.name_places.get(slot as usize).copied().unwrap_or_default();
            if rank <= worst && last.is_none_or(|last| rank > last || (rank == last && place >= first)) {
                ranked.push((rank, place, slot));
            }
        }
        let before = |a: &(f64, u32, u32), b: &(f64, u32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if ranked.len() > best.keep {
            ranked.select_nth_unstable_by(best.keep - 1, before);
            ranked.truncate(best.keep);
        }
        ranked.sort_unstable_by(before);
        for (rank, _, slot) in ranked {
            if !best.offer(rank, shard, slot) {
                break;
            }
        }
    }

    /// The position of a hit, for the cursor.
    pub(super) fn position(self, last: &Found<'_>) -> Option<Position> {
        let entry = last.entry()?;
        Some(Position {
            rank: self.sign() * last.rank,
            name: entry.name.to_string(),
            id: entry.id,
        })
    }

    fn ranks<'a>(
        self,
        audience: Audience,
        shard: &'a Shard,
        hits: &Bits,
        scores: &'a Scores,
    ) -> Box<dyn Fn(u32) -> f64 + 'a> {
        match self {
            Self::Name => Box::new(|_| 0.0),
            Self::Score => Box::new(|slot| -scores.sum.get(slot as usize).copied().unwrap_or_default()),
            Self::Updated => Box::new(move |slot| -(shard.updated(audience, slot) as f64)),
            Self::Distance(point) => {
                let nearest = distances(shard.view(audience).points(), point, hits);
                Box::new(move |slot| nearest.get(&slot).copied().unwrap_or(NOWHERE))
            }
        }
    }

    /// −1 where larger values come first.
    const fn sign(self) -> f64 {
        match self {
            Self::Score | Self::Updated => -1.0,
            Self::Name | Self::Distance(_) => 1.0,
        }
    }
}

impl<'a> Found<'a> {
    /// The organisation.
    pub(super) fn entry(&self) -> Option<&'a Entry> {
        self.shard.entry(self.slot)
    }
}

/// The first of the hits: by rank, then by name, then by id.
pub(super) struct Best<'a> {
    keep: usize,
    pub(super) found: Vec<Found<'a>>,
}

impl<'a> Best<'a> {
    /// None yet; at most `keep`, which is not 0.
    pub(super) const fn new(keep: usize) -> Self {
        Self {
            keep,
            found: Vec::new(),
        }
    }

    /// Takes a hit if it is among the first so far; says whether it was.
    fn offer(&mut self, rank: f64, shard: &'a Shard, slot: u32) -> bool {
        let new = Found { rank, shard, slot };
        let name = |found: &Found<'a>| found.entry().map(|entry| (&*entry.name, entry.id));
        let before = |old: &Found<'a>| {
            old.rank
                .total_cmp(&rank)
                .then_with(|| name(old).cmp(&name(&new)))
                .is_lt()
        };
        if self.found.len() >= self.keep && self.found.last().is_none_or(before) {
            return false;
        }
        let place = self.found.partition_point(before);
        self.found.insert(place, new);
        self.found.truncate(self.keep);
        true
    }

    /// The rank that a hit must at least have.
    fn worst(&self) -> f64 {
        let full = self.found.last().filter(|_| self.found.len() >= self.keep);
        full.map_or(f64::INFINITY, |last| last.rank)
    }
}

/// The first place in the shard's order of names that is behind the position.
fn place_behind(shard: &Shard, after: &Position) -> u32 {
    let before = |slot: &u32| {
        let entry = shard.entry(*slot);
        entry.is_some_and(|entry| (&*entry.name, entry.id) <= (&after.name, after.id))
    };
    shard.by_name.partition_point(before) as u32
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
