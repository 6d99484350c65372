//! The references of a shard: searched one by one, and by the work they are about and the partners they name.

use super::document::Piece;
use super::postings::{Moves, Postings};
use super::view::{Added, Texts};

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

impl References {
    /// How many references an organisation has.
    pub(super) fn count_of(&self, owner: u32) -> usize {
        let start = self.owners.partition_point(|other| *other < owner);
        let rest = self.owners.get(start..).unwrap_or_default();
        rest.partition_point(|other| *other == owner)
    }

    /// References follow their owners: those of moved owners keep their order, new ones take their places between them.
    pub(super) fn merged(&self, owner_moves: &Moves, added: &[(u32, Piece)]) -> Self {
        let moved = |owner: u32| owner_moves.get(owner as usize).copied().flatten();
        let kept = (0_u32..)
            .zip(&self.owners)
            .filter_map(|(old, owner)| Some((moved(*owner)?, Origin::Old(old))));
        let new = added.iter().map(|(slot, piece)| (*slot, Origin::New(piece)));
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
                    if let Some(moved) = moves.get_mut(old as usize) {
                        *moved = Some(place);
                    }
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
        let works = fresh.iter().map(|(place, piece)| (piece.work, *place, ()));
        out.works = self.works.merged(&moves, works.collect());
        let partners = fresh
            .iter()
            .flat_map(|(place, piece)| piece.partners.iter().map(|key| (*key, *place, ())));
        out.partners = self.partners.merged(&moves, partners.collect());
        let mut texts = Added::default();
        fresh
            .iter()
            .for_each(|(place, piece)| texts.push_text(*place, &piece.text));
        let (terms, lengths) = (texts.terms, texts.lengths);
        out.texts = self.texts.merged(&moves, terms, &lengths, out.owners.len());
        out
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.texts.bytes() + self.works.bytes() + self.partners.bytes() + self.owners.capacity() * 10
    }
}

enum Origin<'a> {
    Old(u32),
    New(&'a Piece),
}
