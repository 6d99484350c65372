//! Points: where organisations are, and which of them are within a circle.

use werkstadt_domain::place::{Circle, Point};

use super::bits::Bits;
use super::postings::Moves;

/// The places of the organisations of a shard.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Points {
    /// In order of slot, then of latitude and longitude.
    points: Vec<Point>,
    /// Per slot, its first point on the unit sphere: x, y, z; no numbers where it has none.
    units: Vec<[f32; 3]>,
    /// Whose they are.
    slots: Vec<u32>,
    /// Where those of each slot end.
    ends: Vec<u32>,
    /// Places in the lists above, in order of latitude.
    by_latitude: Vec<u32>,
    /// How many a slot has at most.
    most: u32,
}

impl Points {
    /// The points of one slot.
    pub(super) fn of(&self, slot: u32) -> &[Point] {
        self.points.get(self.places(slot)).unwrap_or_default()
    }

    /// All points with their slots, in order of slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Point, u32)> + '_ {
        self.points.iter().copied().zip(self.slots.iter().copied())
    }

    /// Those of some slots that have a place within the circle.
    pub(super) fn within(&self, circle: Circle, slots: &Bits) -> Bits {
        let (area, near) = (Area::new(circle), nearby(circle));
        let band = self.between(near.south, near.north);
        let mut bits = Bits::none(slots.room());
        if slots.len() < band.len() as u64 {
            slots
                .iter()
                .filter(|slot| self.is_in(&area, *slot))
                .for_each(|slot| bits.insert(slot));
            return bits;
        }
        let slot = |place: &u32| self.slots.get(*place as usize).copied();
        for slot in band.iter().filter_map(slot) {
            if slots.contains(slot) && !bits.contains(slot) && self.is_in(&area, slot) {
                bits.insert(slot);
            }
        }
        bits
    }

    fn is_in(&self, area: &Area, slot: u32) -> bool {
        match self.units.get(slot as usize).map(|unit| area.decide(*unit)) {
            Some(Side::Inside) => true,
            Some(Side::Outside) if !self.is_several(slot) => false,
            _ => self.of(slot).iter().any(|point| area.holds(*point)),
        }
    }

    fn is_several(&self, slot: u32) -> bool {
        self.most > 1 && self.places(slot).len() > 1
    }

    fn places(&self, slot: u32) -> std::ops::Range<usize> {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        (slot as usize).checked_sub(1).map_or(0, end)..end(slot as usize)
    }

    fn between(&self, south: f64, north: f64) -> &[u32] {
        let latitude = |place: &u32| self.points.get(*place as usize).map_or(0.0, |point| point.lat);
        let start = self.by_latitude.partition_point(|place| latitude(place) < south);
        let end = self.by_latitude.partition_point(|place| latitude(place) <= north);
        self.by_latitude.get(start..end).unwrap_or_default()
    }

    /// These points with slots moved or dropped, and others added. `slots` is how many there are then.
    pub(super) fn merged(&self, moves: &Moves, added: Vec<(Point, u32)>, slots: usize) -> Self {
        let moved = |(point, slot): (Point, u32)| Some((point, moves.get(slot as usize).copied().flatten()?));
        let mut all: Vec<(Point, u32)> = self.iter().filter_map(moved).chain(added).collect();
        let by_place = |a: &Point, b: &Point| a.lat.total_cmp(&b.lat).then(a.lon.total_cmp(&b.lon));
        all.sort_by(|(a, s), (b, t)| s.cmp(t).then_with(|| by_place(a, b)));
        let mut ends = vec![0_u32; slots];
        for (_, slot) in &all {
            if let Some(count) = ends.get_mut(*slot as usize) {
                *count += 1;
            }
        }
        let most = ends.iter().copied().max().unwrap_or_default();
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut units = vec![[f32::NAN; 3]; slots];
        for (point, slot) in all.iter().rev() {
            if let Some(first) = units.get_mut(*slot as usize) {
                *first = unit(*point).map(|side| side as f32);
            }
        }
        let (points, slots): (Vec<Point>, Vec<u32>) = all.into_iter().unzip();
        let latitude = |place: u32| points.get(place as usize).map_or(0.0, |point| point.lat);
        let mut by_latitude: Vec<u32> = (0..points.len() as u32).collect();
        by_latitude.sort_by(|a, b| latitude(*a).total_cmp(&latitude(*b)));
        Self {
            units,
            points,
            slots,
            ends,
            by_latitude,
            most,
        }
    }

    /// Bytes on the heap.
    pub(super) const fn bytes(&self) -> usize {
        self.points.capacity() * 16
            + self.units.capacity() * 12
            + (self.slots.capacity() + self.ends.capacity() + self.by_latitude.capacity()) * 4
    }
}

/// The Earth's diameter in kilometres, as [`Point::distance_km`] has it.
const DIAMETER_KM: f64 = 2.0 * 6371.0088;

/// How wrong a chord between rounded points may be, generously: each side of each point is off by 2⁻²⁵ at most.
const ROUNDING: f64 = 1e-6;

/// Where a point is.
enum Side {
    Inside,
    Outside,
    /// Too near the edge to tell, or nowhere.
    Unsure,
}

/// A circle, prepared for many points.
struct Area {
    circle: Circle,
    centre: [f64; 3],
    /// Squares of chords: points nearer than the first are inside, points farther than the second are not.
    inside: f64,
    outside: f64,
}

impl Area {
    fn new(circle: Circle) -> Self {
        let angle = circle.radius_km / DIAMETER_KM;
        // Near the other side of the Earth chords tell nothing; there, distances are computed.
        let (inside, outside) = if angle < 1.5 {
            let chord = 2.0 * angle.sin();
            ((chord - ROUNDING).max(0.0).powi(2), (chord + ROUNDING).powi(2))
        } else {
            (-1.0, f64::INFINITY)
        };
        Self {
            circle,
            centre: unit(circle.centre),
            inside,
            outside,
        }
    }

    /// On which side of the edge a point is.
    fn decide(&self, [x, y, z]: [f32; 3]) -> Side {
        let [a, b, c] = self.centre;
        let sides = [a - f64::from(x), b - f64::from(y), c - f64::from(z)];
        let square: f64 = sides.iter().map(|side| side * side).sum();
        if square < self.inside {
            Side::Inside
        } else if square > self.outside {
            Side::Outside
        } else {
            Side::Unsure
        }
    }

    fn holds(&self, point: Point) -> bool {
        self.circle.centre.distance_km(point) <= self.circle.radius_km
    }
}

fn unit(point: Point) -> [f64; 3] {
    let (lat, lon) = (point.lat.to_radians(), point.lon.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

/// Kilometres of one degree of latitude, a little less than the smallest: the band must not be too narrow.
const KM_PER_DEGREE: f64 = 110.0;

/// A band of latitudes around a circle.
struct Band {
    south: f64,
    north: f64,
}

fn nearby(circle: Circle) -> Band {
    let reach = circle.radius_km / KM_PER_DEGREE;
    Band {
        south: circle.centre.lat - reach,
        north: circle.centre.lat + reach,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_circle_holds_what_is_no_farther_than_its_radius(
            places in proptest::collection::vec((-90.0..=90.0_f64, -180.0..=180.0_f64, 0_u32..40), 0..60),
            centre in (-90.0..=90.0_f64, -180.0..=180.0_f64), radius in prop_oneof![0.001..100.0_f64, 100.0..20_100.0_f64],
            exactly in any::<Option<prop::sample::Index>>(), few in any::<bool>(),
        ) {
            let added: Vec<_> = places.iter().map(|(lat, lon, slot)| (Point { lat: *lat, lon: *lon }, *slot)).collect();
            let centre = Point { lat: centre.0, lon: centre.1 };
            // Sometimes the edge goes through a point.
            let edge = exactly.filter(|_| !added.is_empty()).map(|index| centre.distance_km(index.get(&added).0));
            let circle = Circle { centre, radius_km: edge.unwrap_or(radius).max(0.001) };
            let mut slots = Bits::none(40);
            (0..40).filter(|slot| !few || slot % 10 == 0).for_each(|slot| slots.insert(slot));
            let points = Points::default().merged(&[], added.clone(), 40);
            let found: Vec<u32> = points.within(circle, &slots).iter().collect();
            let mut wanted: Vec<u32> = added
                .iter()
                .filter(|(point, slot)| slots.contains(*slot) && centre.distance_km(*point) <= circle.radius_km)
                .map(|(_, slot)| *slot)
                .collect();
            wanted.sort_unstable();
            wanted.dedup();
            prop_assert_eq!(found, wanted);
        }
    }
}
