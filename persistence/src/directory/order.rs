//! The order of a list: what an organisation is ranked by, and which of a shard can be on the page.

use std::sync::Arc;

use werkstadt_domain::audience::Audience;
use werkstadt_domain::place::Point;
use werkstadt_domain::search::{OrganisationSort, Position};

use super::bits::Bits;
use super::every::Every;
use super::listing::OrganisationQuery;
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

/// Rank, place in the order of names, slot.
type Ranked = (f64, u32, u32);

/// So many times the hits that are wanted are collected before the first ones are chosen.
const AHEAD: usize = 4;

fn before(a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// Keeps the first ones, in any order; returns the rank of the last of them.
fn cut(ranked: &mut Vec<Ranked>, keep: usize) -> f64 {
    if ranked.len() <= keep {
        return f64::INFINITY;
    }
    let (_, last, _) = ranked.select_nth_unstable_by(keep - 1, before);
    let rank = last.0;
    ranked.truncate(keep);
    rank
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
        (hits, every): (&Bits, &Every),
        best: &mut Best<'a>,
    ) {
        // Within a shard, places in the order of names stand for the names.
        let first = query.after.as_ref().map_or(0, |after| place_behind(shard, after));
        if matches!(self, Self::Name) && hits.len() * hits.len() > (shard.slots() * best.keep) as u64 {
            // Many hits: the first ones are not far.
            let rest = shard.by_name.get(first as usize..).unwrap_or_default().iter();
            let mut next = rest.filter(|slot| hits.contains(**slot));
            while next.next().is_some_and(|slot| best.offer(0.0, shard, *slot)) {}
            return;
        }
        let last = query.after.as_ref().map(|after| self.sign() * after.rank);
        let mut worst = best.worst();
        let mut ranked: Vec<Ranked> = Vec::with_capacity(best.keep * AHEAD);
        self.rank(audience, shard, (hits, every), |rank, slot| {
            if rank > worst || last.is_some_and(|last| rank < last) {
                return;
            }
            let place = shard.name_places.get(slot as usize).copied().unwrap_or_default();
            if last.is_none_or(|last| rank > last || place >= first) {
                if ranked.len() == best.keep * AHEAD {
                    worst = cut(&mut ranked, best.keep).min(worst);
                }
                ranked.push((rank, place, slot));
            }
        });
        cut(&mut ranked, best.keep);
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

    /// Gives each hit with its rank.
    fn rank(self, audience: Audience, shard: &Shard, (hits, every): (&Bits, &Every), mut each: impl FnMut(f64, u32)) {
        match self {
            // A question that only excludes gives no scores.
            Self::Score if every.slots.is_empty() => hits.iter().for_each(|slot| each(-0.0, slot)),
            Self::Score => {
                let scored = every.slots.iter().zip(&every.scores);
                let scored = scored.filter(|(slot, _)| hits.contains(**slot));
                scored.for_each(|(slot, score)| each(-score, *slot));
            }
            Self::Name => hits.iter().for_each(|slot| each(0.0, slot)),
            Self::Updated => hits
                .iter()
                .for_each(|slot| each(-(shard.updated(audience, slot) as f64), slot)),
            Self::Distance(from) => {
                let points = &shard.view(audience).points;
                let nearest = |slot| points.of(slot).iter().map(|point| from.distance_km(*point));
                let nearest = |slot| nearest(slot).min_by(f64::total_cmp).unwrap_or(NOWHERE);
                hits.iter().for_each(|slot| each(nearest(slot), slot));
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
        // The hits of one shard come in order.
        let follows = |last: &Found<'_>| std::ptr::eq(last.shard, shard);
        if self.found.len() < self.keep && self.found.last().is_none_or(follows) {
            self.found.push(new);
            return true;
        }
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
