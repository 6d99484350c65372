//! A view: the index of one shard for one audience. Built from projected profiles only, so what is hidden is not in it.

use std::sync::Arc;

use werkstadt_domain::place::Point;

use super::bits::Bits;
use super::column::Tags;
use super::document::{Column, Document};
use super::postings::{Moves, Postings};

/// Slots are places in the shard's order of ids, the same for all audiences; an invisible organisation leaves its slot empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct View {
    pub(super) visible: Bits,
    pub(super) text: Texts,
    pub(super) references: References,
    columns: [Tags; Column::COUNT],
    /// External ids → slots.
    pub(super) names: Postings<()>,
    /// Words of names, by their numbers in the lexicon → slots.
    pub(super) called: Postings<()>,
    /// In order of latitude.
    points: Vec<(Point, u32)>,
    /// The same in order of slot, and where those of each slot end.
    by_slot: Vec<Point>,
    ends: Vec<u32>,
    /// Per slot.
    pub(super) known: Vec<u16>,
    /// Per slot.
    pub(super) claims: Vec<u16>,
}

/// An indexed collection of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Texts {
    pub(super) postings: Postings<u16>,
    /// Per text, the sum of weighted words.
    pub(super) lengths: Vec<u32>,
    /// Sum of the lengths.
    pub(super) total: u64,
    /// How many texts there are; slots without one have length 0.
    pub(super) count: u64,
}

/// All references of the shard, in order of owner, then of their place in the profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct References {
    pub(super) texts: Texts,
    pub(super) owners: Vec<u32>,
    /// Place among the references of the profile.
    pub(super) index: Vec<u16>,
    pub(super) work: Vec<u32>,
    /// Piece of work → references.
    pub(super) works: Postings<()>,
    /// Partner named → references.
    pub(super) partners: Postings<()>,
}

impl View {
    /// A column.
    pub(super) const fn column(&self, column: Column) -> &Tags {
        let [kind, helix, size, language, city, city_name, member, sector, skill] = &self.columns;
        match column {
            Column::Kind => kind,
            Column::Helix => helix,
            Column::Size => size,
            Column::Language => language,
            Column::City => city,
            Column::CityName => city_name,
            Column::Member => member,
            Column::Sector => sector,
            Column::Skill => skill,
        }
    }

    /// The points within a band of latitude, with their slots.
    pub(super) fn points_between(&self, south: f64, north: f64) -> &[(Point, u32)] {
        let start = self.points.partition_point(|(point, _)| point.lat < south);
        let end = self.points.partition_point(|(point, _)| point.lat <= north);
        self.points.get(start..end).unwrap_or_default()
    }

    /// The points of one slot.
    pub(super) fn points_of(&self, slot: u32) -> &[Point] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = (slot as usize).checked_sub(1).map_or(0, end);
        self.by_slot.get(start..end(slot as usize)).unwrap_or_default()
    }

    /// All points with their slots.
    pub(super) fn points(&self) -> &[(Point, u32)] {
        &self.points
    }

    /// This view with slots moved or dropped and new documents in their slots. `slots` is how many there are then.
    pub(super) fn merged(&self, moves: &Moves, added: &[(u32, Arc<Document>)], slots: usize) -> Self {
        let mut visible = Bits::none(slots);
        let mut known = vec![0; slots];
        let mut claims = vec![0; slots];
        for slot in self.visible.iter() {
            if let Some(moved) = moved(moves, slot) {
                visible.insert(moved);
                put(&mut known, moved, self.known.get(slot as usize).copied());
                put(&mut claims, moved, self.claims.get(slot as usize).copied());
            }
        }
        for (slot, document) in added {
            visible.insert(*slot);
            put(&mut known, *slot, Some(document.known));
            put(&mut claims, *slot, Some(document.claims));
        }
        let bags = added.iter().map(|(slot, document)| (*slot, &document.text));
        let mut points: Vec<_> = self
            .points
            .iter()
            .filter_map(|(point, slot)| Some((*point, moved(moves, *slot)?)))
            .chain(
                added
                    .iter()
                    .flat_map(|(slot, document)| document.points.iter().map(|point| (*point, *slot))),
            )
            .collect();
        points.sort_by(|(a, s), (b, t)| a.lat.total_cmp(&b.lat).then(a.lon.total_cmp(&b.lon)).then(s.cmp(t)));
        let (by_slot, ends) = by_slot(&points, slots);
        let names = added
            .iter()
            .flat_map(|(slot, document)| document.names.iter().map(|name| (*name, *slot, ())));
        let called = added
            .iter()
            .flat_map(|(slot, document)| document.called.iter().map(|word| (*word, *slot, ())));
        Self {
            visible,
            text: self.text.merged(moves, bags, slots),
            references: self.references.merged(moves, added),
            columns: self.merged_columns(moves, added, slots),
            names: self.names.merged(moves, names.collect()),
            called: self.called.merged(moves, called.collect()),
            points,
            by_slot,
            ends,
            known,
            claims,
        }
    }

    fn merged_columns(&self, moves: &Moves, added: &[(u32, Arc<Document>)], slots: usize) -> [Tags; Column::COUNT] {
        let mut place = 0;
        self.columns.each_ref().map(|tags| {
            let of_column = |(slot, document): &(u32, Arc<Document>)| {
                let slot = *slot;
                let entries = document.columns.iter().filter(|(column, ..)| *column as usize == place);
                entries.map(|(_, tag, value)| (*tag, slot, *value)).collect::<Vec<_>>()
            };
            let merged = tags.merged(moves, added.iter().flat_map(of_column).collect(), slots);
            place += 1;
            merged
        })
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Tags::bytes).sum();
        let references = &self.references;
        columns
            + self.text.bytes()
            + references.texts.bytes()
            + references.works.bytes()
            + references.partners.bytes()
            + references.owners.capacity() * 10
            + self.names.bytes()
            + self.called.bytes()
            + self.points.capacity() * 24
            + self.by_slot.capacity() * 16
            + self.ends.capacity() * 4
            + self.known.capacity() * 4
    }
}

impl Texts {
    /// A collection of these texts, each in its slot.
    pub(super) fn with<'a>(
        &self,
        added: impl Iterator<Item = (u32, &'a super::document::Bag)> + Clone,
        slots: usize,
    ) -> Self {
        self.merged(&[], added, slots)
    }

    fn merged<'a>(
        &self,
        moves: &Moves,
        added: impl Iterator<Item = (u32, &'a super::document::Bag)> + Clone,
        slots: usize,
    ) -> Self {
        let mut lengths = vec![0; slots];
        for (slot, length) in (0_u32..).zip(&self.lengths) {
            if let Some(moved) = moved(moves, slot) {
                put(&mut lengths, moved, Some(*length));
            }
        }
        for (slot, bag) in added.clone() {
            put(&mut lengths, slot, Some(bag.length));
        }
        let entries = added.flat_map(|(slot, bag)| bag.terms.iter().map(move |(term, count)| (*term, slot, *count)));
        Self {
            postings: self.postings.merged(moves, entries.collect()),
            total: lengths.iter().map(|length| u64::from(*length)).sum(),
            count: lengths.iter().filter(|length| **length > 0).count() as u64,
            lengths,
        }
    }

    fn bytes(&self) -> usize {
        self.postings.bytes() + self.lengths.capacity() * 4
    }
}

impl References {
    /// How many references an organisation has.
    pub(super) fn count_of(&self, owner: u32) -> usize {
        let start = self.owners.partition_point(|other| *other < owner);
        let rest = self.owners.get(start..).unwrap_or_default();
        rest.partition_point(|other| *other == owner)
    }

    /// References follow their owners: those of moved owners keep their order, new ones take their places between them.
    fn merged(&self, owner_moves: &Moves, added: &[(u32, Arc<Document>)]) -> Self {
        let kept = (0_u32..)
            .zip(&self.owners)
            .filter_map(|(old, owner)| Some((moved(owner_moves, *owner)?, Origin::Old(old))));
        let new = added.iter().flat_map(|(slot, document)| {
            let slot = *slot;
            document.references.iter().map(move |piece| (slot, Origin::New(piece)))
        });
        let mut all: Vec<(u32, Origin<'_>)> = kept.chain(new).collect();
        // Stable: the references of one owner are all old or all new, and in order already.
        all.sort_by_key(|(owner, _)| *owner);
        let mut moves = vec![None; self.owners.len()];
        let mut fresh = Vec::new();
        let mut out = Self::default();
        for (place, (owner, origin)) in (0_u32..).zip(all) {
            out.owners.push(owner);
            match origin {
                Origin::Old(old) => {
                    put(&mut moves, old, Some(Some(place)));
                    out.index.extend(self.index.get(old as usize));
                    out.work.extend(self.work.get(old as usize));
                }
                Origin::New(piece) => {
                    fresh.push((place, piece));
                    out.index.push(piece.index);
                    out.work.push(piece.work);
                }
            }
        }
        let bags = fresh.iter().map(|(place, piece)| (*place, &piece.text));
        out.texts = self.texts.merged(&moves, bags, out.owners.len());
        out.works = self.works.merged(
            &moves,
            fresh.iter().map(|(place, piece)| (piece.work, *place, ())).collect(),
        );
        let partners = fresh
            .iter()
            .flat_map(|(place, piece)| piece.partners.iter().map(|key| (*key, *place, ())));
        out.partners = self.partners.merged(&moves, partners.collect());
        out
    }
}

/// Points in order of slot, and where those of each slot end.
fn by_slot(points: &[(Point, u32)], slots: usize) -> (Vec<Point>, Vec<u32>) {
    let mut sorted: Vec<(u32, Point)> = points.iter().map(|(point, slot)| (*slot, *point)).collect();
    // Stable: the points of one slot stay in order of latitude.
    sorted.sort_by_key(|(slot, _)| *slot);
    let mut ends = vec![0_u32; slots];
    for (slot, _) in &sorted {
        put_with(&mut ends, *slot, |count| *count += 1);
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    (sorted.into_iter().map(|(_, point)| point).collect(), ends)
}

fn put_with<T>(values: &mut [T], slot: u32, change: impl FnOnce(&mut T)) {
    if let Some(place) = values.get_mut(slot as usize) {
        change(place);
    }
}

enum Origin<'a> {
    Old(u32),
    New(&'a super::document::Piece),
}

fn moved(moves: &Moves, slot: u32) -> Option<u32> {
    moves.get(slot as usize).copied().flatten()
}

fn put<T>(values: &mut [T], slot: u32, value: Option<T>) {
    if let (Some(place), Some(value)) = (values.get_mut(slot as usize), value) {
        *place = value;
    }
}
