//! A view: the index of one shard for one audience. Built from projected profiles only, so what is hidden is not in it.

use werkstadt_domain::place::Point;

use super::column::Tags;
use super::document::{Bag, Column, Document, Piece, Value};
use super::making::side_by_side;
use super::points::Points;
use super::postings::{Moves, Posting, Postings};
use super::references::References;

/// Slots are places in the shard's order of ids, the same for all audiences; an invisible organisation leaves its slot empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct View {
    pub(super) text: Texts,
    pub(super) references: References,
    columns: [Tags; Column::COUNT],
    /// External ids → slots.
    pub(super) names: Postings<()>,
    /// Words of names, by their numbers in the lexicon → places in the order of names.
    pub(super) called: Postings<()>,
    pub(super) points: Points,
    /// Per slot.
    pub(super) known: Vec<u16>,
    /// Per slot.
    pub(super) claims: Vec<u16>,
}

/// An indexed collection of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Texts {
    pub(super) postings: Postings<u16>,
    /// Per text, the sum of weighted words; 0 for slots without one.
    pub(super) lengths: Vec<u32>,
}

/// What new documents add to a view, as its lists want it.
#[derive(Clone, Debug, Default)]
pub(super) struct Added {
    pub(super) terms: Vec<Posting<u16>>,
    pub(super) lengths: Vec<(u32, u32)>,
    references: Vec<(u32, Piece)>,
    columns: [Vec<Posting<Value>>; Column::COUNT],
    names: Vec<Posting<()>>,
    /// Words of names and slots.
    called: Vec<(u32, u32)>,
    points: Vec<(Point, u32)>,
    /// Slot, known facts, claims.
    counts: Vec<(u32, u16, u16)>,
}

/// So many terms are merged in a thread of their own.
const MANY: usize = 1 << 16;

/// Where the slots of a shard go when it is built anew.
pub(super) struct Moved<'a> {
    /// Old slots.
    pub(super) slots: &'a Moves,
    /// Old places in the order of names.
    pub(super) places: &'a Moves,
    /// The new place of each new slot in that order.
    pub(super) name_places: &'a [u32],
}

impl Added {
    /// Adds a document in its slot.
    pub(super) fn push(&mut self, slot: u32, document: &Document) {
        self.push_text(slot, &document.text);
        let pieces = document.references.iter().cloned();
        self.references.extend(pieces.map(|piece| (slot, piece)));
        for (column, tag, value) in &document.columns {
            if let Some(postings) = self.columns.get_mut(*column as usize) {
                postings.push((*tag, slot, *value));
            }
        }
        self.names.extend(document.names.iter().map(|name| (*name, slot, ())));
        self.called.extend(document.called.iter().map(|word| (*word, slot)));
        self.points.extend(document.points.iter().map(|point| (*point, slot)));
        self.counts.push((slot, document.known, document.claims));
    }

    /// Adds a text in its slot.
    pub(super) fn push_text(&mut self, slot: u32, text: &Bag) {
        self.lengths.push((slot, text.length));
        self.terms
            .extend(text.terms.iter().map(|(term, count)| (*term, slot, *count)));
    }
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

    /// This view with slots moved or dropped and new documents in their slots.
    pub(super) fn merged(&self, moved: &Moved<'_>, added: Added) -> Self {
        let (moves, slots) = (moved.slots, moved.name_places.len());
        let Added { terms, lengths, .. } = added;
        // Texts are half of the work.
        let many = terms.len() >= MANY;
        let text = || self.text.merged(moves, terms, &lengths, slots);
        let rest = || {
            let place = |slot: u32| moved.name_places.get(slot as usize).copied();
            let called = added.called.into_iter();
            let called = called.filter_map(|(word, slot)| Some((word, place(slot)?, ())));
            let mut columns = added.columns.into_iter();
            let mut known = kept(&self.known, moves, slots);
            let mut claims = kept(&self.claims, moves, slots);
            for (slot, facts, skills) in added.counts {
                put(&mut known, slot, facts);
                put(&mut claims, slot, skills);
            }
            Self {
                text: Texts::default(),
                references: self.references.merged(moves, &added.references),
                columns: self
                    .columns
                    .each_ref()
                    .map(|tags| tags.merged(moves, columns.next().unwrap_or_default(), slots)),
                names: self.names.merged(moves, added.names),
                called: self.called.merged(moved.places, called.collect()),
                points: self.points.merged(moves, added.points, slots),
                known,
                claims,
            }
        };
        let (text, rest) = side_by_side(many, text, rest);
        Self { text, ..rest }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Tags::bytes).sum();
        columns
            + self.text.bytes()
            + self.references.bytes()
            + self.names.bytes()
            + self.called.bytes()
            + self.points.bytes()
            + self.known.capacity() * 4
    }
}

impl Texts {
    /// These texts, each in its slot.
    pub(super) fn of<'a>(texts: impl Iterator<Item = (u32, &'a Bag)>, slots: usize) -> Self {
        let mut added = Added::default();
        texts.for_each(|(slot, text)| added.push_text(slot, text));
        Self::default().merged(&[], added.terms, &added.lengths, slots)
    }

    /// The collection with slots moved or dropped, and texts added: their terms, and the length of each.
    pub(super) fn merged(&self, moves: &Moves, terms: Vec<Posting<u16>>, added: &[(u32, u32)], slots: usize) -> Self {
        let mut lengths = kept(&self.lengths, moves, slots);
        for (slot, length) in added {
            put(&mut lengths, *slot, *length);
        }
        Self {
            postings: self.postings.merged(moves, terms),
            lengths,
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.postings.bytes() + self.lengths.capacity() * 4
    }
}

/// What moved slots had, in their new places.
fn kept<T: Copy + Default>(values: &[T], moves: &Moves, slots: usize) -> Vec<T> {
    let mut out = vec![T::default(); slots];
    for (value, moved) in values.iter().zip(moves) {
        if let Some(slot) = moved {
            put(&mut out, *slot, *value);
        }
    }
    out
}

fn put<T>(values: &mut [T], slot: u32, value: T) {
    if let Some(place) = values.get_mut(slot as usize) {
        *place = value;
    }
}
