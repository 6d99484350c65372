//! The opportunities: few beside the organisations, so they are scanned.

use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use werkstadt_domain::audience::{Audience, Seen, Stored};
use werkstadt_domain::opportunity::{Cooperation, Opportunity, OpportunityId};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::page::{Limit, Page};
use werkstadt_domain::search::{OpportunityFilter, OpportunityPosition, Question};
use werkstadt_domain::text::Language;

use super::dictionary::Reader;
use super::document::passages::{Field, Passage};
use super::document::{Bag, Dictionaries};
use super::query::{Reading, Typos, Wording};
use super::skills::Skills;
use super::statistics::Statistics;
use super::view::Texts;

/// A record as one audience sees it, with its times.
pub type SeenOpportunity = Arc<Stored<Seen<Opportunity>>>;

/// All opportunities.
#[derive(Clone, Debug, Default)]
pub(super) struct Opportunities {
    /// Newest first: by id downwards.
    sorted: Vec<Arc<Entry>>,
    /// What each audience finds.
    indexes: [Index; 3],
}

/// The index of what one audience sees; slots are places in the list.
#[derive(Clone, Debug, Default)]
struct Index {
    texts: Texts,
    statistics: Statistics,
}

#[derive(Debug)]
struct Entry {
    stored: Arc<Stored<Opportunity>>,
    seen: [Option<SeenOpportunity>; 3],
    bag: Bag,
    words: Vec<u32>,
}

/// One item of a list of opportunities.
#[derive(Clone, Debug)]
pub struct OpportunityHit {
    /// The opportunity as the audience sees it.
    pub opportunity: SeenOpportunity,
    /// Relevance, with free text.
    pub score: Option<f64>,
}

impl Opportunities {
    /// These opportunities with some replaced, added or removed.
    pub(super) fn changed(
        &self,
        changed: Vec<Stored<Opportunity>>,
        removed: &[OpportunityId],
        dictionaries: &Dictionaries,
        skills: &Skills,
    ) -> Self {
        let mut gone: FxHashSet<OpportunityId> = removed.iter().copied().collect();
        gone.extend(changed.iter().map(|opportunity| opportunity.record.id));
        let kept = self
            .sorted
            .iter()
            .filter(|entry| !gone.contains(&entry.stored.record.id))
            .cloned();
        let mut reader = Reader::new(dictionaries);
        let mut fresh: FxHashMap<OpportunityId, Arc<Entry>> = FxHashMap::default();
        for opportunity in changed.into_iter().filter(|o| !removed.contains(&o.record.id)) {
            fresh.insert(opportunity.record.id, Arc::new(entry(opportunity, &mut reader, skills)));
        }
        let mut sorted: Vec<_> = kept.chain(fresh.into_values()).collect();
        sorted.sort_by_key(|entry| std::cmp::Reverse(entry.stored.record.id));
        let indexes = Audience::ALL.map(|audience| Index::new(&sorted, audience));
        Self { sorted, indexes }
    }

    /// The same, read again with other labels of skills.
    pub(super) fn reread(&self, dictionaries: &Dictionaries, skills: &Skills) -> Self {
        let all = self.sorted.iter().map(|entry| Stored::clone(&entry.stored)).collect();
        Self::default().changed(all, &[], dictionaries, skills)
    }

    /// One opportunity.
    pub(super) fn get(&self, audience: Audience, id: OpportunityId) -> Option<&SeenOpportunity> {
        let place = self
            .sorted
            .binary_search_by(|entry| id.cmp(&entry.stored.record.id))
            .ok()?;
        seen(self.sorted.get(place)?, audience)
    }

    /// All that the audience sees, newest first.
    pub(super) fn seen(&self, audience: Audience) -> impl DoubleEndedIterator<Item = &SeenOpportunity> {
        self.sorted.iter().filter_map(move |entry| seen(entry, audience))
    }

    /// Open opportunities by organisation, those whose organisation the audience may not know left out.
    pub(super) fn open(&self, audience: Audience, today: NaiveDate) -> FxHashMap<OrganisationId, Vec<&Opportunity>> {
        let mut open: FxHashMap<OrganisationId, Vec<&Opportunity>> = FxHashMap::default();
        for opportunity in self.seen(audience) {
            let opportunity = opportunity.record.get();
            let named = !opportunity.organisation.uuid().is_nil();
            // An anonymous one must not move its organisation in any list, not even where a manager may know whose it is.
            if named && !opportunity.anonymous && opportunity.is_open(today) {
                open.entry(opportunity.organisation).or_default().push(opportunity);
            }
        }
        open
    }

    /// Organisations with an open opportunity of one of these sorts.
    pub(super) fn offering(&self, audience: Audience, sorts: &[Cooperation], today: NaiveDate) -> Vec<OrganisationId> {
        let fits = |all: &Vec<&Opportunity>| all.iter().any(|opportunity| sorts.contains(&opportunity.cooperation));
        let open = self.open(audience, today);
        open.into_iter()
            .filter(|(_, all)| fits(all))
            .map(|(organisation, _)| organisation)
            .collect()
    }

    /// A page of those that the filter lets through.
    pub(super) fn list(
        &self,
        audience: Audience,
        filter: &OpportunityFilter,
        after: Option<&OpportunityPosition>,
        limit: Limit,
        reading: Reading<'_>,
    ) -> Page<OpportunityHit, OpportunityPosition> {
        let wanted: FxHashSet<_> = filter
            .skills
            .iter()
            .flat_map(|skill| reading.skills.taxonomy().with_narrower(*skill))
            .collect();
        let scores = filter.q.as_deref().map(|q| self.scores(audience, q, reading));
        let mut hits: Vec<(f64, &SeenOpportunity)> = Vec::new();
        let visible = self.sorted.iter().enumerate();
        for (place, opportunity) in visible.filter_map(|(place, entry)| Some((place, seen(entry, audience)?))) {
            let score = match &scores {
                None => 0.0,
                Some(scores) => match scores.get(place).copied().flatten() {
                    Some(score) => score,
                    None => continue,
                },
            };
            let record = opportunity.record.get();
            let asks = || {
                record
                    .required
                    .iter()
                    .chain(&record.preferred)
                    .map(|need| reading.skills.taxonomy().current(need.skill))
            };
            let lets = (filter.directions.is_empty() || filter.directions.contains(&record.direction))
                && (filter.cooperations.is_empty() || filter.cooperations.contains(&record.cooperation))
                && (filter.statuses.is_empty() || filter.statuses.contains(&record.status))
                && filter
                    .organisation
                    .is_none_or(|organisation| organisation == record.organisation)
                && filter.among.as_ref().is_none_or(|among| among.contains(&record.id))
                && (wanted.is_empty() || asks().any(|skill| wanted.contains(&skill)));
            if lets {
                hits.push((score, opportunity));
            }
        }
        // Newest first already; the sort is stable.
        hits.sort_by(|a, b| b.0.total_cmp(&a.0));
        page(hits, after, limit, scores.is_some())
    }

    /// The score of each place that is worded as asked for. Errors in known words are forgiven where nothing is found otherwise.
    fn scores(&self, audience: Audience, q: &str, reading: Reading<'_>) -> Vec<Option<f64>> {
        let Some(index) = self.indexes.get(audience.index()) else {
            return Vec::new();
        };
        let reading = Reading {
            statistics: &index.statistics,
            ..reading
        };
        let ask = |typos| {
            let wording = Wording::new(reading, Question::parse(q), typos);
            let score = |(place, entry)| self.score(audience, (place, entry), &wording, index);
            (0_u32..).zip(&self.sorted).map(score).collect::<Vec<_>>()
        };
        let scores = ask(Typos::InUnknownWords);
        if scores.iter().any(Option::is_some) {
            return scores;
        }
        ask(Typos::InAllWords)
    }

    fn score(
        &self,
        audience: Audience,
        (place, entry): (u32, &Arc<Entry>),
        wording: &Wording,
        index: &Index,
    ) -> Option<f64> {
        let opportunity = seen(entry, audience)?.record.get();
        let gains = wording.weighed.gains(&index.texts, place);
        let worded = wording.only_excludes() || (!gains.is_empty() && gains.iter().all(|gain| *gain > 0.0));
        let texts = || passages(opportunity).map(|passage| passage.text);
        let fits = worded && !wording.excludes(&index.texts, place) && wording.fits(&texts);
        fits.then(|| gains.iter().sum())
    }
}

impl Index {
    fn new(sorted: &[Arc<Entry>], audience: Audience) -> Self {
        let visible = (0_u32..)
            .zip(sorted)
            .filter(|(_, entry)| seen(entry, audience).is_some());
        let bags = visible.clone().map(|(place, entry)| (place, &entry.bag));
        Self {
            texts: Texts::of(bags, sorted.len()),
            statistics: Statistics::of(visible.map(|(_, entry)| (&entry.bag, entry.words.as_slice()))),
        }
    }
}

fn page(
    hits: Vec<(f64, &SeenOpportunity)>,
    after: Option<&OpportunityPosition>,
    limit: Limit,
    scored: bool,
) -> Page<OpportunityHit, OpportunityPosition> {
    let beyond = |(score, opportunity): &(f64, &SeenOpportunity)| {
        after.is_none_or(|after| match score.total_cmp(&after.rank) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => opportunity.record.get().id < after.id,
            std::cmp::Ordering::Greater => false,
        })
    };
    let mut rest = hits.into_iter().filter(beyond);
    let items: Vec<(f64, &SeenOpportunity)> = rest.by_ref().take(limit.get()).collect();
    let more = rest.next().is_some();
    let last = items.last().filter(|_| more);
    let after = last.map(|(rank, opportunity)| OpportunityPosition {
        rank: *rank,
        id: opportunity.record.get().id,
    });
    let hit = |(score, opportunity): (f64, &SeenOpportunity)| OpportunityHit {
        opportunity: Arc::clone(opportunity),
        score: scored.then_some(score),
    };
    Page {
        items: items.into_iter().map(hit).collect(),
        after,
    }
}

fn seen(entry: &Entry, audience: Audience) -> Option<&SeenOpportunity> {
    entry.seen.get(audience.index())?.as_ref()
}

/// The texts of an opportunity are visible to whoever sees it at all, so one bag serves every audience.
fn entry(opportunity: Stored<Opportunity>, reader: &mut Reader<'_>, skills: &Skills) -> Entry {
    let record = &opportunity.record;
    let mut bag = super::document::Counter::default();
    passages(record).for_each(|passage| bag.read(reader, passage));
    for need in record.required.iter().chain(&record.preferred) {
        let skill = skills.get(skills.taxonomy().current(need.skill));
        let labels = skill.iter().flat_map(|skill| skill.record.label.each());
        labels.for_each(|(language, text)| bag.read(reader, passage(Field::Text, language, text)));
    }
    let (words, bag) = bag.finish();
    Entry {
        seen: Audience::ALL.map(|audience| opportunity.project(audience).map(Arc::new)),
        words,
        bag,
        stored: Arc::new(opportunity),
    }
}

/// The texts of an opportunity, without its skills.
fn passages(opportunity: &Opportunity) -> impl Iterator<Item = Passage<'_>> {
    let texts = [
        (Field::Title, &opportunity.title),
        (Field::Text, &opportunity.summary),
        (Field::Text, &opportunity.description),
    ];
    let each = texts
        .into_iter()
        .flat_map(|(field, text)| text.each().map(move |(language, text)| (field, language, text)));
    each.map(|(field, language, text)| passage(field, language, text))
}

const fn passage(field: Field, language: Language, text: &str) -> Passage<'_> {
    Passage {
        field,
        language: Some(language),
        text,
    }
}
