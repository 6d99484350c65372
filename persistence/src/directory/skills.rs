//! The skills: by id, by address, by the words of their labels.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::page::{Limit, Page};
use werkstadt_domain::search::SkillFilter;
use werkstadt_domain::skill::{Skill, SkillId, Taxonomy};
use werkstadt_domain::text::{Text, key};

mod likeness;

use likeness::{Likeness, Scores};

/// All concepts. Built as a whole: the taxonomy changes rarely.
#[derive(Clone, Debug, Default)]
pub(super) struct Skills {
    /// In order of the preferred label's key, then of id.
    sorted: Vec<Arc<Stored<Skill>>>,
    places: FxHashMap<SkillId, u32>,
    by_uri: FxHashMap<String, SkillId>,
    /// Folded labels → skill, in order; of several, the one with the smallest place.
    labels: Vec<(Box<str>, u32)>,
    /// Folded words of labels and the skill, in order.
    words: Vec<(Box<str>, u32)>,
    taxonomy: Taxonomy,
    /// Made soon after a change, or by the first search if that comes earlier: who writes does not wait for it, and many changes in
    /// a row make it once.
    likeness: OnceLock<Likeness>,
}

/// A position in the list of skills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkillPosition {
    /// The sort of hit and how good it is; smaller is better.
    pub rank: u64,
    /// The last item.
    pub id: SkillId,
}

/// Sorts of hits, best first.
mod sort {
    /// A label that is what was typed, but for case.
    pub(super) const SAME: u64 = 0;
    /// A label with the same key.
    pub(super) const EQUAL: u64 = 1;
    /// A label that begins with it.
    pub(super) const BEGINS: u64 = 2;
    /// Labels with words that begin with its words.
    pub(super) const WORDS: u64 = 3;
    /// A label that contains it.
    pub(super) const CONTAINS: u64 = 4;
    /// A label that is like it.
    pub(super) const LIKE: u64 = 5;
}

impl Skills {
    /// Builds the tables.
    pub(super) fn new(skills: impl IntoIterator<Item = Arc<Stored<Skill>>>) -> Self {
        let mut sorted: Vec<(String, Arc<Stored<Skill>>)> = skills
            .into_iter()
            .map(|skill| (label_key(&skill.record.label), skill))
            .collect();
        sorted.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.record.id.cmp(&y.record.id)));
        let sorted: Vec<_> = sorted.into_iter().map(|(_, skill)| skill).collect();
        let mut out = Self {
            taxonomy: Taxonomy::new(sorted.iter().map(|skill| &skill.record)),
            ..Self::default()
        };
        for (place, skill) in (0_u32..).zip(&sorted) {
            out.places.insert(skill.record.id, place);
            out.by_uri.insert(skill.record.uri.clone(), skill.record.id);
            for (_, label) in skill.record.labels() {
                let label = key(label);
                out.words.extend(label.split(' ').map(|word| (word.into(), place)));
                out.labels.push((label.into(), place));
            }
        }
        out.words.sort_unstable();
        out.words.dedup();
        out.labels.sort_unstable();
        out.labels.dedup();
        out.sorted = sorted;
        out
    }

    /// The skill with this id.
    pub(super) fn get(&self, id: SkillId) -> Option<&Arc<Stored<Skill>>> {
        self.at(*self.places.get(&id)?)
    }

    /// The skill with this address.
    pub(super) fn by_uri(&self, uri: &str) -> Option<SkillId> {
        self.by_uri.get(uri).copied()
    }

    /// The skill with this label in any language, compared by [`key`]; of several the first in the list. One that was
    /// replaced gives its successor.
    pub(super) fn by_label(&self, label: &str) -> Option<SkillId> {
        let label = key(label);
        let first = self.labels.partition_point(|(other, _)| **other < *label);
        let (found, place) = self.labels.get(first)?;
        (**found == *label)
            .then(|| self.at(*place).map(|skill| self.taxonomy.current(skill.record.id)))
            .flatten()
    }

    /// Skills in use with a label that begins with a key, then those with a word in a label that does; each in order of label.
    pub(super) fn beginning(&self, prefix: &str, most: usize) -> Vec<Arc<Stored<Skill>>> {
        if prefix.is_empty() {
            return Vec::new();
        }
        let mut places: Vec<u32> = Vec::new();
        for sort in [prefixed(&self.labels, prefix), prefixed(&self.words, prefix)] {
            let mut found: Vec<u32> = sort.iter().map(|(_, place)| *place).collect();
            found.sort_unstable();
            found.dedup();
            found.retain(|place| {
                !places.contains(place) && self.at(*place).is_some_and(|skill| skill.record.replaced_by.is_none())
            });
            found.truncate(most);
            places.extend(found);
        }
        places.truncate(most);
        places.into_iter().filter_map(|place| self.at(place).cloned()).collect()
    }

    /// The hierarchy.
    pub(super) const fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Stored<Skill>>> {
        self.sorted.iter()
    }

    /// A page of those that the filter lets through. With `q`: labels equal to it first, then those that begin with it, then
    /// those with words that begin with its words, then those that contain it anywhere, then those that are like it; each in
    /// order of likeness. Without: in order of label.
    pub(super) fn list(
        &self,
        filter: &SkillFilter,
        after: Option<SkillPosition>,
        limit: Limit,
    ) -> Page<Arc<Stored<Skill>>, SkillPosition> {
        let mut hits: Vec<(u64, u32)> = match filter.q.as_deref() {
            None => (0_u32..).take(self.sorted.len()).map(|place| (0, place)).collect(),
            Some(wanted) => self.hits(wanted),
        };
        hits.retain(|(_, place)| {
            self.at(*place)
                .is_some_and(|skill| self.lets_through(filter, &skill.record))
        });
        hits.sort_unstable();
        let start = after.map_or(0, |after| {
            let last = (after.rank, self.places.get(&after.id).copied().unwrap_or_default());
            hits.partition_point(|hit| *hit <= last)
        });
        let rest = hits.get(start..).unwrap_or_default();
        let page = rest.get(..limit.get().min(rest.len())).unwrap_or_default();
        let more = rest.len() > page.len();
        let after = page.last().filter(|_| more).and_then(|(rank, place)| {
            let id = self.at(*place)?.record.id;
            Some(SkillPosition { rank: *rank, id })
        });
        let items = page.iter().filter_map(|(_, place)| self.at(*place).cloned()).collect();
        Page { items, after }
    }

    /// The rank and the place of every skill that a text finds.
    fn hits(&self, text: &str) -> Vec<(u64, u32)> {
        let wanted = key(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let scores = self.likeness().scores(text);
        let mut best: FxHashMap<u32, u64> = FxHashMap::default();
        let mut offer = |place: u32, sort: u64| {
            let known = best.entry(place).or_insert(sort);
            *known = sort.min(*known);
        };
        for (label, place) in prefixed(&self.labels, &wanted) {
            let sort = match () {
                () if **label != *wanted => sort::BEGINS,
                () if self.is_called(*place, text) => sort::SAME,
                () => sort::EQUAL,
            };
            offer(*place, sort);
        }
        for place in self.with_all_words(&wanted) {
            offer(place, sort::WORDS);
        }
        for place in scores.found() {
            let sort = if self.contains(place, &wanted) {
                sort::CONTAINS
            } else {
                sort::LIKE
            };
            offer(place, sort);
        }
        let replaced = |place: u32| self.at(place).is_some_and(|skill| skill.record.replaced_by.is_some());
        let ranked = best.into_iter().map(|(place, sort)| {
            // Of two that are called alike, the one that is in use comes first.
            let sort = 2 * sort + u64::from(replaced(place));
            (rank(sort, &scores, place), place)
        });
        ranked.collect()
    }

    /// Makes what only the search for labels needs.
    pub(super) fn prepare(&self) {
        self.likeness();
    }

    /// Whether that is made, or not worth it.
    pub(super) fn is_prepared(&self) -> bool {
        self.sorted.is_empty() || self.likeness.get().is_some()
    }

    fn likeness(&self) -> &Likeness {
        self.likeness.get_or_init(|| {
            let labels = (0_u32..).zip(&self.sorted);
            Likeness::new(labels.flat_map(|(place, skill)| skill.record.labels().map(move |(_, label)| (label, place))))
        })
    }

    /// `C`, `C++` and `C#` have one key, and are not the same.
    fn is_called(&self, place: u32, text: &str) -> bool {
        let wanted = text.trim().to_lowercase();
        self.at(place)
            .is_some_and(|skill| skill.record.labels().any(|(_, label)| label.to_lowercase() == wanted))
    }

    fn contains(&self, place: u32, wanted: &str) -> bool {
        self.at(place)
            .is_some_and(|skill| skill.record.labels().any(|(_, label)| key(label).contains(wanted)))
    }

    fn with_all_words(&self, wanted: &str) -> Vec<u32> {
        let mut found: Option<Vec<u32>> = None;
        for word in wanted.split(' ') {
            let mut with: Vec<u32> = prefixed(&self.words, word).iter().map(|(_, place)| *place).collect();
            with.sort_unstable();
            with.dedup();
            if let Some(found) = &found {
                with.retain(|place| found.binary_search(place).is_ok());
            }
            found = Some(with);
        }
        found.unwrap_or_default()
    }

    fn lets_through(&self, filter: &SkillFilter, skill: &Skill) -> bool {
        (filter.kinds.is_empty() || filter.kinds.contains(&skill.kind))
            && (filter.statuses.is_empty() || filter.statuses.contains(&skill.status))
            && filter
                .broader
                .is_none_or(|above| self.taxonomy.broader(skill.id).contains(&above))
            && (!filter.roots || self.taxonomy.broader(skill.id).is_empty())
    }

    fn at(&self, place: u32) -> Option<&Arc<Stored<Skill>>> {
        self.sorted.get(place as usize)
    }
}

/// Sort of hit in the upper half, the score in the lower; a thousandth is no difference.
fn rank(sort: u64, scores: &Scores, place: u32) -> u64 {
    let score = (scores.of(place) * 1000.0) as u32;
    (sort << 32) | u64::from(u32::MAX - score)
}

fn prefixed<'a>(sorted: &'a [(Box<str>, u32)], prefix: &str) -> &'a [(Box<str>, u32)] {
    let start = sorted.partition_point(|(word, _)| **word < *prefix);
    let rest = sorted.get(start..).unwrap_or_default();
    let end = rest.partition_point(|(word, _)| word.starts_with(prefix));
    rest.get(..end).unwrap_or_default()
}

fn label_key(label: &Text) -> String {
    key(label.best(werkstadt_domain::text::Language::En).unwrap_or_default())
}
