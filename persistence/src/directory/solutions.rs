//! The solutions: few beside the organisations, so they are scanned, as opportunities are.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use werkstadt_domain::audience::{Audience, Seen, Stored};
use werkstadt_domain::page::{Limit, Page};
use werkstadt_domain::search::{Question, SolutionFilter, SolutionPosition};
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::solution::{Solution, SolutionId};
use werkstadt_domain::text::{Language, Text};

use super::dictionary::Reader;
use super::document::passages::{Field, Passage};
use super::document::{Bag, Counter, Dictionaries};
use super::query::{Reading, Typos, Wording};
use super::skills::Skills;
use super::snapshot::Snapshot;
use super::statistics::Statistics;
use super::view::Texts;

/// A record as one audience sees it, with its times.
pub type SeenSolution = Arc<Stored<Seen<Solution>>>;

/// All solutions.
#[derive(Clone, Debug, Default)]
pub(super) struct Solutions {
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
    stored: Arc<Stored<Solution>>,
    seen: [Option<SeenSolution>; 3],
    bag: Bag,
    words: Vec<u32>,
}

/// One item of a list of solutions.
#[derive(Clone, Debug)]
pub struct SolutionHit {
    /// The solution as the audience sees it.
    pub solution: SeenSolution,
    /// Relevance, with free text.
    pub score: Option<f64>,
}

impl Snapshot {
    /// One solution as the audience sees it.
    pub fn solution(&self, audience: Audience, id: SolutionId) -> Option<SeenSolution> {
        self.solutions.get(audience, id).cloned()
    }

    /// A page of solutions: newest first, or best first with free text.
    pub fn solutions(
        &self,
        audience: Audience,
        filter: &SolutionFilter,
        after: Option<&SolutionPosition>,
        limit: Limit,
    ) -> Page<SolutionHit, SolutionPosition> {
        self.solutions
            .list(audience, filter, after, limit, self.reading(audience))
    }
}

impl Solutions {
    /// These solutions with some replaced, added or removed.
    pub(super) fn changed(
        &self,
        changed: Vec<Stored<Solution>>,
        removed: &[SolutionId],
        dictionaries: &Dictionaries,
        skills: &Skills,
    ) -> Self {
        let mut all: FxHashMap<SolutionId, Arc<Entry>> = self
            .sorted
            .iter()
            .map(|entry| (entry.stored.record.id, Arc::clone(entry)))
            .collect();
        let mut reader = Reader::new(dictionaries);
        for solution in changed {
            all.insert(solution.record.id, Arc::new(Entry::new(solution, &mut reader, skills)));
        }
        removed.iter().for_each(|id| drop(all.remove(id)));
        let mut sorted: Vec<_> = all.into_values().collect();
        sorted.sort_by_key(|entry| std::cmp::Reverse(entry.stored.record.id));
        let indexes = Audience::ALL.map(|audience| Index::new(&sorted, audience));
        Self { sorted, indexes }
    }

    /// The same, read again with other labels of skills.
    pub(super) fn reread(&self, dictionaries: &Dictionaries, skills: &Skills) -> Self {
        let all = self.sorted.iter().map(|entry| Stored::clone(&entry.stored)).collect();
        Self::default().changed(all, &[], dictionaries, skills)
    }

    fn get(&self, audience: Audience, id: SolutionId) -> Option<&SeenSolution> {
        let place = self
            .sorted
            .binary_search_by(|entry| id.cmp(&entry.stored.record.id))
            .ok()?;
        self.sorted.get(place)?.seen(audience)
    }

    fn list(
        &self,
        audience: Audience,
        filter: &SolutionFilter,
        after: Option<&SolutionPosition>,
        limit: Limit,
        reading: Reading<'_>,
    ) -> Page<SolutionHit, SolutionPosition> {
        let taxonomy = reading.skills.taxonomy();
        let skills = filter.skills.iter();
        let wanted: FxHashSet<SkillId> = skills.flat_map(|skill| taxonomy.with_narrower(*skill)).collect();
        let shows = |solution: &Solution| {
            let mut shown = solution.skills.iter();
            wanted.is_empty() || shown.any(|skill| wanted.contains(&taxonomy.current(*skill)))
        };
        let scores = filter.q.as_deref().map(|q| self.scores(audience, q, reading));
        let score = |place: usize| match &scores {
            None => Some(0.0),
            Some(scores) => scores.get(place).copied().flatten(),
        };
        let mut hits: Vec<(f64, &SeenSolution)> = Vec::new();
        for (place, entry) in self.sorted.iter().enumerate() {
            let seen = entry.seen(audience).filter(|seen| {
                let solution = seen.record.get();
                lets(filter, solution) && shows(solution)
            });
            hits.extend(seen.and_then(|seen| Some((score(place)?, seen))));
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
            let scored = (0_u32..).zip(&self.sorted);
            let scored = scored.map(|(place, entry)| index.score(place, entry.seen(audience)?.record.get(), &wording));
            scored.collect::<Vec<_>>()
        };
        let scores = ask(Typos::InUnknownWords);
        if scores.iter().any(Option::is_some) {
            return scores;
        }
        ask(Typos::InAllWords)
    }
}

impl Entry {
    /// The texts of a solution are visible to whoever sees it at all, so one bag serves every audience.
    fn new(solution: Stored<Solution>, reader: &mut Reader<'_>, skills: &Skills) -> Self {
        let mut bag = Counter::default();
        passages(&solution.record).for_each(|passage| bag.read(reader, passage));
        for skill in &solution.record.skills {
            let current = skills.get(skills.taxonomy().current(*skill));
            let labels = current
                .into_iter()
                .flat_map(|skill| each(Field::Skill, &skill.record.label));
            labels.for_each(|label| bag.read(reader, label));
        }
        let (words, bag) = bag.finish();
        Self {
            seen: Audience::ALL.map(|audience| solution.project(audience).map(Arc::new)),
            words,
            bag,
            stored: Arc::new(solution),
        }
    }

    fn seen(&self, audience: Audience) -> Option<&SeenSolution> {
        self.seen.get(audience.index())?.as_ref()
    }
}

impl Index {
    fn new(sorted: &[Arc<Entry>], audience: Audience) -> Self {
        let visible = (0_u32..).zip(sorted);
        let visible = visible.filter(|(_, entry)| entry.seen(audience).is_some());
        let bags = visible.clone().map(|(place, entry)| (place, &entry.bag));
        Self {
            texts: Texts::of(bags, sorted.len()),
            statistics: Statistics::of(visible.map(|(_, entry)| (&entry.bag, entry.words.as_slice()))),
        }
    }

    fn score(&self, place: u32, solution: &Solution, wording: &Wording) -> Option<f64> {
        let gains = wording.weighed.gains(&self.texts, place);
        let worded = wording.only_excludes() || (!gains.is_empty() && gains.iter().all(|gain| *gain > 0.0));
        let texts = || passages(solution).map(|passage| passage.text);
        let fits = worded && !wording.excludes(&self.texts, place) && wording.fits(&texts);
        fits.then(|| gains.iter().sum())
    }
}

fn lets(filter: &SolutionFilter, solution: &Solution) -> bool {
    let organisation = filter.organisation;
    (filter.maturities.is_empty() || filter.maturities.contains(&solution.maturity))
        && organisation.is_none_or(|organisation| organisation == solution.organisation)
        && filter
            .on_display
            .is_none_or(|(day, wanted)| wanted == solution.display.as_ref().is_some_and(|display| display.is_on(day)))
}

fn page(
    hits: Vec<(f64, &SeenSolution)>,
    after: Option<&SolutionPosition>,
    limit: Limit,
    scored: bool,
) -> Page<SolutionHit, SolutionPosition> {
    let beyond = |(score, solution): &(f64, &SeenSolution)| {
        after.is_none_or(|after| match score.total_cmp(&after.rank) {
            Ordering::Less => true,
            Ordering::Equal => solution.record.get().id < after.id,
            Ordering::Greater => false,
        })
    };
    let mut rest = hits.into_iter().filter(beyond);
    let items: Vec<_> = rest.by_ref().take(limit.get()).collect();
    let last = rest.next().and(items.last());
    let after = last.map(|(rank, solution)| SolutionPosition {
        rank: *rank,
        id: solution.record.get().id,
    });
    let hit = |(score, solution): (f64, &SeenSolution)| SolutionHit {
        solution: Arc::clone(solution),
        score: scored.then_some(score),
    };
    Page {
        items: items.into_iter().map(hit).collect(),
        after,
    }
}

/// The texts of a solution, without its skills.
fn passages(solution: &Solution) -> impl Iterator<Item = Passage<'_>> {
    each(Field::Title, &solution.title)
        .chain(each(Field::Text, &solution.summary))
        .chain(each(Field::Text, &solution.description))
}

fn each(field: Field, text: &Text) -> impl Iterator<Item = Passage<'_>> {
    text.each().map(move |(language, text): (Language, &str)| Passage {
        field,
        language: Some(language),
        text,
    })
}
