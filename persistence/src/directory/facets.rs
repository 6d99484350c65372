//! Facets: how often each value occurs among what the other filters let through.

use rustc_hash::FxHashMap;
use werkstadt_domain::search::{Facet, FacetCount};
use werkstadt_domain::vocabulary::industry;

use super::bits::Bits;
use super::dictionary::Dictionary;
use super::document::Column;
use super::view::View;

/// At most this many values of one facet are returned.
pub const MOST_VALUES: usize = 200;

/// The counts of one facet.
pub(super) struct Counts {
    pub(super) facet: Facet,
    by_tag: FxHashMap<u32, u64>,
}

impl Counts {
    /// Nothing counted yet.
    pub(super) fn new(facet: Facet) -> Self {
        Self {
            facet,
            by_tag: FxHashMap::default(),
        }
    }

    /// Counts the slots of one shard.
    pub(super) fn add(&mut self, view: &View, slots: &Bits) {
        let column = view.column(column(self.facet));
        for (tag, having) in column.dense() {
            self.count(*tag, having.common(slots));
        }
        if column.has_rarer() {
            for tag in slots.iter().flat_map(|slot| column.rarer(slot)) {
                self.count(*tag, 1);
            }
        }
    }

    fn count(&mut self, tag: u32, times: u64) {
        if times > 0 {
            *self.by_tag.entry(tag).or_default() += times;
        }
    }

    /// The most frequent values, equals in order of name.
    pub(super) fn values(mut self, tags: &Dictionary) -> Vec<FacetCount> {
        // Of towns several spellings are one value, and of industries not every code is.
        if !matches!(self.facet, Facet::City | Facet::Sector) {
            self.drop_rare();
        }
        let value = |(tag, count)| FacetCount {
            value: tags.name(tag),
            count,
        };
        let mut values: Vec<FacetCount> = self.by_tag.into_iter().map(value).collect();
        if self.facet == Facet::Sector {
            let code = |value: &str| value.split_once(':').is_some_and(|(_, code)| industry::is_top(code));
            values.retain(|found| code(&found.value));
        }
        values.sort_by(by_count);
        if self.facet == Facet::City {
            values = by_town(values);
            values.sort_by(by_count);
        }
        values.truncate(MOST_VALUES);
        values
    }

    /// Drops what is too rare to be among the most frequent, before it gets a name.
    fn drop_rare(&mut self) {
        let mut counts: Vec<u64> = self.by_tag.values().copied().collect();
        if counts.len() > MOST_VALUES {
            let (_, least, _) = counts.select_nth_unstable_by(MOST_VALUES - 1, |a, b| b.cmp(a));
            let least = *least;
            self.by_tag.retain(|_, count| *count >= least);
        }
    }
}

fn by_count(a: &FacetCount, b: &FacetCount) -> std::cmp::Ordering {
    b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value))
}

/// Adds up the spellings of one town, under the most frequent one (the first of equals). The spellings come sorted.
fn by_town(spellings: Vec<FacetCount>) -> Vec<FacetCount> {
    let mut towns: Vec<FacetCount> = Vec::new();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    for FacetCount { value, count } in spellings {
        let (town, name) = value.split_once('\0').unwrap_or(("", &value));
        match places.get(town).and_then(|place| towns.get_mut(*place)) {
            Some(first) => first.count += count,
            None => {
                places.insert(town.to_owned(), towns.len());
                towns.push(FacetCount {
                    value: name.to_owned(),
                    count,
                });
            }
        }
    }
    towns
}

const fn column(facet: Facet) -> Column {
    match facet {
        Facet::Kind => Column::Kind,
        Facet::Helix => Column::Helix,
        Facet::Size => Column::Size,
        Facet::Language => Column::Language,
        Facet::Skill => Column::Skill,
        Facet::City => Column::CityName,
        Facet::Member => Column::Member,
        Facet::Sector => Column::Sector,
    }
}
