//! Filters: which slots of a shard an organisation filter lets through, filter by filter, so that facets can leave one out.

use chrono::NaiveDate;
use rustc_hash::FxHashSet;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::place::{Circle, Point};
use werkstadt_domain::search::{Facet, OrganisationFilter, Question, SkillMode};
use werkstadt_domain::text::key;
use werkstadt_domain::vocabulary::industry;

use super::bits::Bits;
use super::column::Tags;
use super::document::passages;
use super::document::{Column, Value};
use super::leak::Leak;
use super::query::{Typos, Weighed, Wording};
use super::scores::Scores;
use super::shard::Shard;
use super::snapshot::Snapshot;
use super::view::View;

/// A filter with its names looked up once for all shards.
pub(super) struct Prepared<'a> {
    filter: &'a OrganisationFilter,
    audience: Audience,
    /// What was typed, read. `None` without free text.
    pub(super) text: Option<Wording>,
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

    /// What each filter that is set lets through in one shard. Fills `scores` if there is free text.
    pub(super) fn passed(&self, snapshot: &Snapshot, shard: &Shard, scores: &mut Scores) -> Vec<Passed> {
        let view = shard.view(self.audience);
        let slots = shard.entries.len();
        let mut passed: Vec<Passed> = Vec::new();
        if let Some(wording) = &self.text {
            let read = shard.view(Leak::Text.through(self.audience));
            scores.fill_full(&wording.weighed, shard.number, &read.text);
            passed.push((None, self.worded(wording, snapshot, shard, scores)));
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
            passed.push((None, self.in_sectors(snapshot, view, slots)));
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
            let mut left = view.visible.clone();
            let always = passed.iter().filter(|(facet, _)| facet.is_none());
            always.for_each(|(_, bits)| left.and(bits));
            passed.push((None, within(view, circle, &left)));
        }
        passed
    }

    /// The slots whose texts are worded as asked for.
    fn worded(&self, wording: &Wording, snapshot: &Snapshot, shard: &Shard, scores: &Scores) -> Bits {
        let view = shard.view(self.audience);
        let mut bits = if wording.only_excludes() {
            view.visible.clone()
        } else {
            with_every_word(&wording.weighed, scores, shard.entries.len())
        };
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
        let mut bits = Bits::none(shard.entries.len());
        let recent = |slot: &u32| shard.updated(self.audience, *slot) >= since;
        let visible = shard.view(self.audience).visible.iter();
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
pub(super) fn all_but(view: &View, passed: &[Passed], without: Option<Facet>) -> Bits {
    let mut bits = view.visible.clone();
    for (facet, others) in passed {
        if without.is_none() || *facet != without {
            bits.and(others);
        }
    }
    bits
}

fn with_every_word(weighed: &Weighed, scores: &Scores, slots: usize) -> Bits {
    let mut bits = Bits::none(slots);
    // A query of stop words alone finds nothing, rather than everything.
    let every = weighed.groups.len().max(1) as u32;
    let full = |slot: &&u32| scores.words.get(**slot as usize) == Some(&every);
    scores.touched.iter().filter(full).for_each(|slot| bits.insert(*slot));
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

/// Those of some slots that have a place within the circle.
pub(super) fn within(view: &View, circle: Circle, slots: &Bits) -> Bits {
    let mut bits = Bits::none(slots.room());
    let inside = |point: &Point| circle.centre.distance_km(*point) <= circle.radius_km;
    let near = nearby(circle);
    if slots.len() * 4 < view.points_between(near.south, near.north).len() as u64 {
        for slot in slots.iter() {
            if view
                .points_of(slot)
                .iter()
                .any(|point| near.holds(*point) && inside(point))
            {
                bits.insert(slot);
            }
        }
        return bits;
    }
    for (point, slot) in view.points_between(near.south, near.north) {
        if slots.contains(*slot) && !bits.contains(*slot) && near.holds(*point) && inside(point) {
            bits.insert(*slot);
        }
    }
    bits
}

/// Kilometres of one degree of latitude, a little less than the smallest: the band must not be too narrow.
const KM_PER_DEGREE: f64 = 110.0;

/// A box of degrees around a circle.
struct Nearby {
    south: f64,
    north: f64,
    lon: f64,
    /// Half of its width; `None` where all longitudes are looked at.
    width: Option<f64>,
}

impl Nearby {
    fn holds(&self, point: Point) -> bool {
        let (lat, lon) = (point.lat, (point.lon - self.lon).abs());
        lat >= self.south && lat <= self.north && self.width.is_none_or(|width| lon <= width)
    }
}

fn nearby(circle: Circle) -> Nearby {
    let reach = circle.radius_km / KM_PER_DEGREE;
    let (lat, lon) = (circle.centre.lat, circle.centre.lon);
    // Degrees of longitude shrink towards the poles; near them, or across the date line, all are looked at.
    let width = reach / (lat.abs() + reach).min(89.0).to_radians().cos();
    let all = lat.abs() + reach >= 89.0 || lon.abs() + width >= 180.0;
    Nearby {
        south: lat - reach,
        north: lat + reach,
        lon,
        width: (!all).then_some(width),
    }
}
