//! Filters: which slots of a shard an organisation filter lets through, filter by filter, so that facets can leave one out.

use chrono::NaiveDate;
use rustc_hash::FxHashSet;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::search::{Facet, OrganisationFilter, Question, SkillMode};
use werkstadt_domain::text::key;
use werkstadt_domain::vocabulary::industry;

use super::bits::Bits;
use super::column::Tags;
use super::document::passages;
use super::document::{Column, Value};
use super::every::Every;
use super::leak::Leak;
use super::numbers::{self, Wanted};
use super::query::{Typos, Wording};
use super::shard::Shard;
use super::snapshot::Snapshot;
use super::view::View;

/// A filter with its names looked up once for all shards.
pub(super) struct Prepared<'a> {
    filter: &'a OrganisationFilter,
    audience: Audience,
    /// What was typed, read. `None` without free text.
    pub(super) text: Option<Wording>,
    /// The same as a number, if it may be one.
    pub(super) number: Option<Wanted>,
    kinds: Vec<u32>,
    helix: Vec<u32>,
    sizes: Vec<u32>,
    languages: Vec<u32>,
    cities: Vec<u32>,
    member: Vec<u32>,
    /// For each skill asked for: the skill and all narrower ones.
    skills: Vec<Vec<u32>>,
    /// Organisations with an open opportunity of the sorts asked for.
    offering: FxHashSet<OrganisationId>,
}

/// What one filter lets through, and the facet that counts without it.
pub(super) type Passed = (Option<Facet>, Bits);

impl<'a> Prepared<'a> {
    /// Looks everything up.
    pub(super) fn new(
        snapshot: &Snapshot,
        audience: Audience,
        filter: &'a OrganisationFilter,
        (typos, today): (Typos, NaiveDate),
    ) -> Self {
        let tags = &snapshot.dictionaries.tags;
        let find =
            |names: &mut dyn Iterator<Item = String>| names.filter_map(|name| tags.find(&name)).collect::<Vec<_>>();
        let text = filter.q.as_deref().map(Question::parse);
        let number = filter.q.as_deref().zip(text.as_ref());
        let number = number.and_then(|(typed, question)| Wanted::of(typed, question));
        let text = text.map(|question| Wording::new(snapshot.reading(audience), question, typos));
        let skills = filter.skills.iter().map(|skill| {
            let wanted = snapshot.skills.taxonomy().with_narrower(*skill);
            find(&mut wanted.iter().map(ToString::to_string))
        });
        let offering = match filter.cooperations.as_slice() {
            [] => Vec::new(),
            sorts => snapshot.opportunities.offering(audience, sorts, today),
        };
        Self {
            audience,
            text,
            number,
            kinds: find(&mut filter.kinds.iter().map(|kind| kind.code().to_owned())),
            helix: find(&mut filter.helix.iter().map(|helix| helix.code().to_owned())),
            sizes: find(&mut filter.sizes.iter().map(|size| size.code().to_owned())),
            languages: find(&mut filter.languages.iter().cloned()),
            cities: find(&mut filter.cities.iter().map(|city| key(city))),
            member: find(&mut filter.member.iter().map(ToString::to_string)),
            skills: skills.collect(),
            offering: offering.into_iter().collect(),
            filter,
        }
    }

    /// What each filter that is set lets through in one shard; what is worded as asked for, with its scores, comes first.
    pub(super) fn passed(&self, snapshot: &Snapshot, shard: &Shard) -> (Vec<Passed>, Every) {
        let view = shard.view(self.audience);
        let slots = shard.slots();
        let mut passed: Vec<Passed> = Vec::new();
        let mut every = Every::default();
        if let Some(wording) = &self.text {
            let read = shard.view(Leak::Text.through(self.audience));
            every = Every::of(&wording.weighed, &read.text);
            if let Some(number) = &self.number {
                every = every.with(shard.meant(number, self.audience), numbers::SCORE);
            }
            passed.push((None, self.worded(wording, snapshot, shard, &every)));
        }
        let mut tags = |facet, column, asked: usize, tags: &[u32]| {
            if asked > 0 {
                passed.push((facet, any_of(view.column(column), tags, slots)));
            }
        };
        tags(Some(Facet::Kind), Column::Kind, self.filter.kinds.len(), &self.kinds);
        tags(Some(Facet::Helix), Column::Helix, self.filter.helix.len(), &self.helix);
        tags(Some(Facet::Size), Column::Size, self.filter.sizes.len(), &self.sizes);
        tags(
            Some(Facet::Language),
            Column::Language,
            self.filter.languages.len(),
            &self.languages,
        );
        tags(Some(Facet::City), Column::City, self.filter.cities.len(), &self.cities);
        tags(
            Some(Facet::Member),
            Column::Member,
            usize::from(self.filter.member.is_some()),
            &self.member,
        );
        let any_claim = self.filter.confirmed_since.is_some() || self.filter.min_level.is_some();
        if !self.skills.is_empty() || any_claim {
            let claims = shard.view(Leak::SkillFilter.through(self.audience));
            passed.push((Some(Facet::Skill), self.with_skills(claims, slots)));
        }
        if !self.filter.sectors.is_empty() {
            passed.push((Some(Facet::Sector), self.in_sectors(snapshot, view, slots)));
        }
        if !self.filter.cooperations.is_empty() {
            let mut bits = Bits::none(slots);
            self.offering
                .iter()
                .filter_map(|id| shard.slot(*id))
                .for_each(|slot| bits.insert(slot));
            passed.push((None, bits));
        }
        if let Some(among) = &self.filter.among {
            let mut bits = Bits::none(slots);
            let slots = among.iter().filter_map(|id| shard.slot(*id));
            slots.for_each(|slot| bits.insert(slot));
            passed.push((None, bits));
        }
        if let Some(since) = self.filter.updated_since {
            passed.push((None, self.updated_since(since.timestamp_micros(), shard)));
        }
        if let Some(circle) = self.filter.within {
            // Last, and only for what no facet can bring back: distances cost most.
            let mut left = shard.visible(self.audience).clone();
            let always = passed.iter().filter(|(facet, _)| facet.is_none());
            always.for_each(|(_, bits)| left.and(bits));
            passed.push((None, view.points.within(circle, &left)));
        }
        (passed, every)
    }

    /// The slots whose texts are worded as asked for.
    fn worded(&self, wording: &Wording, snapshot: &Snapshot, shard: &Shard, every: &Every) -> Bits {
        let view = shard.view(self.audience);
        let mut bits = shard.visible(self.audience).clone();
        if !wording.only_excludes() {
            let mut worded = Bits::none(shard.slots());
            every.slots.iter().for_each(|slot| worded.insert(*slot));
            bits.and(&worded);
        }
        wording.exclude(&view.text, &mut bits);
        if wording.reads_texts() {
            let fits = |slot: u32| {
                let seen = shard.entry(slot)?.seen.get(self.audience.index())?.as_ref()?;
                let passages = || passages::all(seen.get(), &snapshot.skills).map(|passage| passage.text);
                Some(wording.fits(&passages))
            };
            let unfit: Vec<u32> = bits.iter().filter(|slot| fits(*slot) != Some(true)).collect();
            unfit.into_iter().for_each(|slot| bits.remove(slot));
        }
        bits
    }

    fn updated_since(&self, since: i64, shard: &Shard) -> Bits {
        let mut bits = Bits::none(shard.slots());
        let recent = |slot: &u32| shard.updated(self.audience, *slot) >= since;
        let visible = shard.visible(self.audience).iter();
        visible.filter(recent).for_each(|slot| bits.insert(slot));
        bits
    }

    fn with_skills(&self, view: &View, slots: usize) -> Bits {
        let level = self.filter.min_level.map_or(0, werkstadt_domain::skill::Level::get);
        let since = self.filter.confirmed_since;
        let counts = |claim: &Value| claim.level >= level && since.is_none_or(|since| claim.day() >= Some(since));
        let column = view.column(Column::Skill);
        let mut all: Option<Bits> = None;
        if self.skills.is_empty() {
            let mut bits = Bits::none(slots);
            for (skill, _) in column.postings.iter() {
                let (slots, claims) = column.postings.get(skill);
                let good = slots.iter().zip(claims).filter(|(_, claim)| counts(claim));
                good.for_each(|(slot, _)| bits.insert(*slot));
            }
            all = Some(bits);
        }
        for wanted in &self.skills {
            let mut bits = Bits::none(slots);
            for skill in wanted {
                if level <= 1 && since.is_none() {
                    column.add_to(*skill, &mut bits);
                    continue;
                }
                let (slots, claims) = column.postings.get(*skill);
                let good = slots.iter().zip(claims).filter(|(_, claim)| counts(claim));
                good.for_each(|(slot, _)| bits.insert(*slot));
            }
            match (&mut all, self.filter.skill_mode) {
                (None, _) => all = Some(bits),
                (Some(all), SkillMode::All) => all.and(&bits),
                (Some(all), SkillMode::Any) => all.or(&bits),
            }
        }
        all.unwrap_or_else(|| Bits::none(slots))
    }

    fn in_sectors(&self, snapshot: &Snapshot, view: &View, slots: usize) -> Bits {
        let mut bits = Bits::none(slots);
        for (tag, slots) in view.column(Column::Sector).postings.iter() {
            let name = snapshot.dictionaries.tags.name(tag);
            let (edition, code) = name.split_once(':').unwrap_or_default();
            let mut sectors = self.filter.sectors.iter();
            if sectors.any(|sector| industry::lies_in(edition, code, sector)) {
                slots.iter().for_each(|slot| bits.insert(*slot));
            }
        }
        bits
    }
}

/// What all filters, but the one that `without` counts, let through.
pub(super) fn all_but(visible: &Bits, passed: &[Passed], without: Option<Facet>) -> Bits {
    let mut bits = visible.clone();
    for (facet, others) in passed {
        if without.is_none() || *facet != without {
            bits.and(others);
        }
    }
    bits
}

/// Slots that have any of the tags.
pub(super) fn any_of(column: &Tags, tags: &[u32], slots: usize) -> Bits {
    let mut bits = Bits::none(slots);
    for tag in tags {
        column.add_to(*tag, &mut bits);
    }
    bits
}
