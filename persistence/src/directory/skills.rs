//! The skills: by id, by address, by the words of their labels.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::page::{Limit, Page};
use werkstadt_domain::search::SkillFilter;
use werkstadt_domain::skill::{Skill, SkillId, Taxonomy};
use werkstadt_domain::text::{Text, key};

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
}

/// A position in the list of skills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkillPosition {
    /// 0 for the best sort of hit.
    pub rank: u64,
    /// The last item.
    pub id: SkillId,
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

    /// The skill with this label in any language, compared by [`key`]; of several the first in the list.
    pub(super) fn by_label(&self, label: &str) -> Option<SkillId> {
        let label = key(label);
        let first = self.labels.partition_point(|(other, _)| **other < *label);
        let (found, place) = self.labels.get(first)?;
        (**found == *label)
            .then(|| self.at(*place).map(|skill| skill.record.id))
            .flatten()
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
    /// those with words that begin with its words, then those that contain it anywhere; each in order of label.
    pub(super) fn list(
        &self,
        filter: &SkillFilter,
        after: Option<SkillPosition>,
        limit: Limit,
    ) -> Page<Arc<Stored<Skill>>, SkillPosition> {
        let wanted = filter.q.as_deref().map(key);
        let mut hits: Vec<(u64, u32)> = match wanted.as_deref() {
            None => (0_u32..).take(self.sorted.len()).map(|place| (0, place)).collect(),
            Some("") => Vec::new(),
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

    /// The sort of hit and the place of every skill that `wanted` (a key) finds.
    fn hits(&self, wanted: &str) -> Vec<(u64, u32)> {
        let mut best: FxHashMap<u32, u64> = FxHashMap::default();
        let mut offer = |place: u32, rank: u64| {
            let known = best.entry(place).or_insert(rank);
            *known = rank.min(*known);
        };
        for (label, place) in prefixed(&self.labels, wanted) {
            offer(*place, u64::from(**label != *wanted));
        }
        for place in self.with_all_words(wanted) {
            offer(place, 2);
        }
        for (label, place) in &self.labels {
            if label.contains(wanted) {
                offer(*place, 3);
            }
        }
        best.into_iter().map(|(place, rank)| (rank, place)).collect()
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

fn prefixed<'a>(sorted: &'a [(Box<str>, u32)], prefix: &str) -> &'a [(Box<str>, u32)] {
    let start = sorted.partition_point(|(word, _)| **word < *prefix);
    let rest = sorted.get(start..).unwrap_or_default();
    let end = rest.partition_point(|(word, _)| word.starts_with(prefix));
    rest.get(..end).unwrap_or_default()
}

fn label_key(label: &Text) -> String {
    key(label.best(werkstadt_domain::text::Language::En).unwrap_or_default())
}
