//! Pieces of work: who took part in those most like the request, and in those with the partners on board.

use rustc_hash::FxHashMap;
use werkstadt_domain::matching::rules;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::reference::{Partner, Reference, ReferenceId};

use super::ask::Ask;
use crate::directory::document::partner_names;

/// Where a reference is: shard, number among the shard's references.
pub(super) type Place = (usize, u32);

/// A reference and how much it speaks for what is asked.
pub(super) type Scored = (f64, Place);

/// How many of the most similar pieces of work vote. Measured: 20 to 60 differ little.
const VOTERS: usize = 50;

/// What similar pieces of work say about one organisation.
#[derive(Clone, Debug, Default)]
pub(super) struct Votes {
    /// Sum of the similarities of the pieces in which it took part.
    pub(super) sum: f64,
    /// Those pieces, most similar first.
    pub(super) works: Vec<Place>,
}

/// What work with the partners on board says about one organisation.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// Sum over the partners of [`rules::companionship`].
    pub(super) sum: f64,
    /// With how many partners it has worked.
    pub(super) companions: usize,
    /// In which pieces of work.
    pub(super) works: Vec<Place>,
}

/// Who took part in what, found out as far as one question needs it.
pub(super) struct Works<'a> {
    ask: &'a Ask<'a>,
    /// What names of partners mean.
    names: FxHashMap<u32, Option<OrganisationId>>,
}

impl<'a> Works<'a> {
    /// Knows nothing yet.
    pub(super) fn new(ask: &'a Ask<'a>) -> Self {
        Self {
            ask,
            names: FxHashMap::default(),
        }
    }

    /// Lets the most similar pieces of work vote for all that took part, and returns the sum of all votes.
    pub(super) fn votes(&mut self, references: Vec<Scored>) -> (FxHashMap<OrganisationId, Votes>, f64) {
        let mut votes: FxHashMap<OrganisationId, Votes> = FxHashMap::default();
        let mut all = 0.0;
        for (similarity, place) in self.most_similar(references) {
            all += similarity;
            for organisation in self.participants(place) {
                let votes = votes.entry(organisation).or_default();
                votes.sum += similarity;
                votes.works.push(place);
            }
        }
        (votes, all)
    }

    /// What each organisation has done with each partner on board.
    pub(super) fn records(&mut self) -> FxHashMap<OrganisationId, Record> {
        let mut records: FxHashMap<OrganisationId, Record> = FxHashMap::default();
        for (partner, organisation) in self.ask.partners.clone() {
            let mut with: FxHashMap<OrganisationId, Vec<Place>> = FxHashMap::default();
            for place in self.works_of(partner, organisation) {
                for participant in self.participants(place) {
                    with.entry(participant).or_default().push(place);
                }
            }
            for (participant, works) in with {
                let record = records.entry(participant).or_default();
                record.sum += rules::companionship(works.len());
                record.companions += 1;
                record.works.extend(works);
            }
        }
        for record in records.values_mut() {
            record.works.sort_unstable();
            record.works.dedup();
        }
        records
    }

    /// The reference at a place, if the audience sees it.
    pub(super) fn reference(&self, (shard, number): Place) -> Option<&'a Reference> {
        let shard = self.ask.snapshot.shards.get(shard)?;
        let references = &shard.view(self.ask.audience).references;
        let entry = shard.entry(*references.owners.get(number as usize)?)?;
        let profile = entry.seen.get(self.ask.audience.index())?.as_ref()?.get();
        let index = *references.index.get(number as usize)?;
        Some(&profile.references.get(usize::from(index))?.record)
    }

    /// The best reference of each piece of work, most similar first.
    fn most_similar(&self, references: Vec<Scored>) -> Vec<Scored> {
        let mut best: FxHashMap<u32, (f64, Option<ReferenceId>, Place)> = FxHashMap::default();
        for (similarity, place) in references {
            let Some(work) = self.work(place) else { continue };
            // The id decides between equals, so that the answer does not depend on where references are kept.
            let id = || self.reference(place).map(|reference| reference.id);
            match best.get_mut(&work) {
                None => {
                    best.insert(work, (similarity, None, place));
                }
                Some(known) if similarity > known.0 => *known = (similarity, None, place),
                Some(known) if similarity == known.0 => {
                    let known_id = known
                        .1
                        .or_else(|| self.reference(known.2).map(|reference| reference.id));
                    *known = if id() < known_id {
                        (similarity, id(), place)
                    } else {
                        (known.0, known_id, known.2)
                    };
                }
                Some(_) => {}
            }
        }
        let mut works: Vec<Scored> = best
            .into_values()
            .map(|(similarity, _, place)| (similarity, place))
            .collect();
        let order = |a: &Scored, b: &Scored| {
            b.0.total_cmp(&a.0).then_with(|| {
                let id = |scored: &Scored| self.reference(scored.1).map(|reference| reference.id);
                id(a).cmp(&id(b))
            })
        };
        if works.len() > VOTERS {
            works.select_nth_unstable_by(VOTERS - 1, order);
            works.truncate(VOTERS);
        }
        works.sort_by(order);
        works
    }

    /// Everyone visible who took part in the piece of work, by own reference or named as a partner in somebody's.
    fn participants(&mut self, place: Place) -> Vec<OrganisationId> {
        let Some(work) = self.work(place) else {
            return Vec::new();
        };
        let mut all: Vec<OrganisationId> = Vec::new();
        for (number, shard) in self.ask.snapshot.shards.iter().enumerate() {
            let references = &shard.view(self.ask.audience).references;
            for reference in references.works.slots(work) {
                let owner = references.owners.get(*reference as usize);
                let Some(owner) = owner.filter(|slot| shard.visible(self.ask.audience).contains(**slot)) else {
                    continue;
                };
                all.extend(shard.entry(*owner).map(|entry| entry.id));
                if let Some(reference) = self.reference((number, *reference)) {
                    all.extend(reference.partners.iter().filter_map(|partner| self.resolve(partner)));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// One reference for each piece of work in which a partner took part.
    fn works_of(&mut self, partner: &Partner, organisation: Option<OrganisationId>) -> Vec<Place> {
        let actors = &self.ask.snapshot.dictionaries.actors;
        let mut names = partner_names(partner);
        if let Some(id) = organisation {
            names.push(id.to_string());
            let profile = self.ask.snapshot.organisation(self.ask.audience, id);
            let external = profile
                .iter()
                .flat_map(|seen| &seen.get().organisation.record.identifiers.external);
            names.extend(external.map(crate::directory::document::external_key));
        }
        let keys: Vec<u32> = names.iter().filter_map(|name| actors.find(name)).collect();
        let mut places: Vec<(u32, OrganisationId, u16, Place)> = Vec::new();
        for (number, shard) in self.ask.snapshot.shards.iter().enumerate() {
            let references = &shard.view(self.ask.audience).references;
            let named = keys.iter().flat_map(|key| references.partners.slots(*key)).copied();
            let own = organisation.and_then(|id| shard.slot(id)).map_or(0..0, |slot| {
                let start = references.owners.partition_point(|owner| *owner < slot);
                let end = references.owners.partition_point(|owner| *owner <= slot);
                start as u32..end as u32
            });
            for reference in named.chain(own) {
                let at = reference as usize;
                let owner = references.owners.get(at);
                let owner = owner.filter(|slot| shard.visible(self.ask.audience).contains(**slot));
                let entry = owner.and_then(|slot| shard.entry(*slot));
                if let (Some(work), Some(entry), Some(index)) =
                    (references.work.get(at), entry, references.index.get(at))
                {
                    places.push((*work, entry.id, *index, (number, reference)));
                }
            }
        }
        // Of several references to one work the first, in order of owner, so that the answer does not depend on where they are kept.
        places.sort_unstable();
        places.dedup_by_key(|(work, ..)| *work);
        places.into_iter().map(|(.., place)| place).collect()
    }

    fn work(&self, (shard, number): Place) -> Option<u32> {
        let view = self.ask.snapshot.shards.get(shard)?.view(self.ask.audience);
        view.references.work.get(number as usize).copied()
    }

    /// The visible organisation that a partner is.
    fn resolve(&mut self, partner: &Partner) -> Option<OrganisationId> {
        let (snapshot, audience) = (self.ask.snapshot, self.ask.audience);
        if let Some(known) = partner
            .organisation
            .filter(|id| snapshot.organisation(audience, *id).is_some())
        {
            return Some(known);
        }
        let external = partner.external.as_ref()?;
        let name = snapshot
            .dictionaries
            .actors
            .find(&crate::directory::document::external_key(external))?;
        *self.names.entry(name).or_insert_with(|| snapshot.named(audience, name))
    }
}
