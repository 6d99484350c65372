//! A text query: its words as groups of terms, weighed by what the audience can see.

use werkstadt_domain::analysis::{Analyser, detect, words};
use werkstadt_domain::text::Language;

use super::dictionary::Dictionary;
use super::view::Texts;

/// Saturation and length normalisation of BM25 (Robertson and Zaragoza, 2009), measured on project texts.
const K1: f64 = 2.0;
const B: f64 = 0.5;

/// Longer requests are cut: more words than this add cost, not precision.
const MOST_WORDS: usize = 1_500;

/// The words of a query. A text matches a word by any of its terms; the best one counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pub(super) groups: Vec<Group>,
}

/// One word of a query.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// As first written, in lower case.
    pub(super) word: String,
    /// How often it occurs.
    count: f64,
    /// Terms, none of them twice. A term that no text ever had is not in it.
    terms: Vec<u32>,
    /// What tells two words with the same terms apart from two with different ones that are all unknown.
    key: (String, Option<String>),
}

/// A query weighed against one collection of texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Weighed {
    pub(super) groups: Vec<WeighedGroup>,
    /// What a text would reach that had every word any number of times.
    pub(super) bound: f64,
    /// Mean length of a text.
    mean: f64,
}

/// One word with the weights of its terms.
#[derive(Clone, Debug)]
pub(super) struct WeighedGroup {
    /// Term, and (1 + ln count) · idf.
    pub(super) terms: Vec<(u32, f64)>,
}

impl Query {
    /// Reads a query. The language of each text is guessed where it is not known.
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = (Option<Language>, &'a str)>, terms: &Dictionary) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut places = rustc_hash::FxHashMap::default();
        for (language, text) in texts {
            let language = language.or_else(|| detect(text));
            for word in words(text).take(MOST_WORDS) {
                let Some(found) = Analyser.terms(&word.text, language) else {
                    continue;
                };
                let key = (found.first, found.second);
                if let Some(group) = places.get(&key).and_then(|place: &usize| groups.get_mut(*place)) {
                    group.count += 1.0;
                    continue;
                }
                let numbers = std::iter::once(key.0.as_str()).chain(key.1.as_deref());
                places.insert(key.clone(), groups.len());
                groups.push(Group {
                    word: word.text,
                    count: 1.0,
                    terms: numbers.filter_map(|term| terms.find(term)).collect(),
                    key,
                });
            }
        }
        // In the order of the terms' names, so that sums do not depend on the order of the words.
        groups.sort_by(|a, b| a.key.cmp(&b.key));
        Self { groups }
    }

    /// Weighs the words by how rare they are in the texts of all shards: idf = ln(1 + (N − n + ½)/(n + ½)).
    pub(super) fn weighed<'a>(&self, texts: impl Iterator<Item = &'a Texts> + Clone) -> Weighed {
        let count: u64 = texts.clone().map(|texts| texts.count).sum();
        let total: u64 = texts.clone().map(|texts| texts.total).sum();
        let weigh = |term: u32, of: f64| {
            let having: usize = texts.clone().map(|texts| texts.postings.slots(term).len()).sum();
            let (count, having) = (count as f64, having as f64);
            (having > 0.0).then(|| (term, of * (1.0 + (count - having + 0.5) / (having + 0.5)).ln()))
        };
        let group = |group: &Group| {
            let of = 1.0 + group.count.ln();
            let mut terms: Vec<_> = group.terms.iter().filter_map(|term| weigh(*term, of)).collect();
            // Rarest last: the numbers of terms must not decide the order.
            terms.sort_by(|a, b| a.1.total_cmp(&b.1));
            WeighedGroup { terms }
        };
        let groups: Vec<WeighedGroup> = self.groups.iter().map(group).collect();
        let best = |group: &WeighedGroup| group.terms.last().map_or(0.0, |(_, weight)| *weight);
        Weighed {
            bound: groups.iter().map(best).sum::<f64>() * (K1 + 1.0),
            mean: total as f64 / count.max(1) as f64,
            groups,
        }
    }

    /// The same words, the rarest first, weighed: for texts that must have every word.
    pub(super) fn rarest_first<'a>(mut self, texts: impl Iterator<Item = &'a Texts> + Clone) -> (Self, Weighed) {
        let having = |group: &Group| {
            let of = |term: &u32| {
                texts
                    .clone()
                    .map(|texts| texts.postings.slots(*term).len())
                    .sum::<usize>()
            };
            group.terms.iter().map(of).sum::<usize>()
        };
        self.groups.sort_by_cached_key(having);
        let weighed = self.weighed(texts);
        (self, weighed)
    }
}

impl Weighed {
    /// What each word adds to one text, in the order of the groups.
    pub(super) fn gains(&self, texts: &Texts, slot: u32) -> Vec<f64> {
        let of = Gain::new(self, texts);
        let gain = |(term, weight): &(u32, f64)| {
            let (slots, counts) = texts.postings.get(*term);
            let count = slots.binary_search(&slot).ok().and_then(|at| counts.get(at))?;
            Some(of.of(*weight, slot, *count))
        };
        let best = |group: &WeighedGroup| group.terms.iter().filter_map(gain).fold(0.0, f64::max);
        self.groups.iter().map(best).collect()
    }
}

/// Room for the scores of one shard, reused from shard to shard.
#[derive(Debug, Default)]
pub(super) struct Scores {
    /// Per slot.
    pub(super) sum: Vec<f64>,
    /// Per slot, how many words it has.
    pub(super) words: Vec<u32>,
    /// Slots with a score.
    pub(super) touched: Vec<u32>,
    /// Per slot, the last word it had and its gain.
    last: Vec<(u32, f64)>,
}

/// Which texts are scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those with any word.
    Any,
    /// Those with every word; others may be left half scored.
    Every,
}

impl Scores {
    /// Scores the texts of a shard, one term at a time.
    pub(super) fn fill(&mut self, query: &Weighed, texts: &Texts, wanted: Wanted) {
        self.clear(texts.lengths.len());
        let gain = Gain::new(query, texts);
        for (number, group) in (0_u32..).zip(&query.groups) {
            if wanted == Wanted::Every && number > 0 && self.touched.is_empty() {
                return;
            }
            for (term, weight) in &group.terms {
                let (slots, counts) = texts.postings.get(*term);
                if wanted == Wanted::Every && number > 0 {
                    self.narrow(number, slots, counts, |slot, count| gain.of(*weight, slot, count));
                    continue;
                }
                for (slot, count) in slots.iter().zip(counts) {
                    self.add(number, *slot, gain.of(*weight, *slot, *count));
                }
            }
        }
    }

    /// Adds a word to those that have all words before it.
    fn narrow(&mut self, number: u32, slots: &[u32], counts: &[u16], gain: impl Fn(u32, u16) -> f64) {
        let has_all = |words: &[u32], slot: u32| words.get(slot as usize).is_some_and(|words| *words >= number);
        // Looking up a few is cheaper than walking through many.
        if self.touched.len() * 16 < slots.len() {
            for place in 0..self.touched.len() {
                let Some(slot) = self
                    .touched
                    .get(place)
                    .copied()
                    .filter(|slot| has_all(&self.words, *slot))
                else {
                    continue;
                };
                if let Some(count) = slots.binary_search(&slot).ok().and_then(|at| counts.get(at)) {
                    self.add(number, slot, gain(slot, *count));
                }
            }
            return;
        }
        for (slot, count) in slots.iter().zip(counts) {
            if has_all(&self.words, *slot) {
                self.add(number, *slot, gain(*slot, *count));
            }
        }
    }

    /// Forgets the last shard: only what it touched.
    fn clear(&mut self, slots: usize) {
        for slot in self.touched.drain(..) {
            let at = slot as usize;
            if let (Some(sum), Some(words), Some(last)) =
                (self.sum.get_mut(at), self.words.get_mut(at), self.last.get_mut(at))
            {
                (*sum, *words, *last) = (0.0, 0, NO_WORD);
            }
        }
        self.sum.resize(slots, 0.0);
        self.words.resize(slots, 0);
        self.last.resize(slots, NO_WORD);
    }

    fn add(&mut self, number: u32, slot: u32, gain: f64) {
        let at = slot as usize;
        let (Some(sum), Some(words), Some(last)) =
            (self.sum.get_mut(at), self.words.get_mut(at), self.last.get_mut(at))
        else {
            return;
        };
        if last.0 == number {
            // Another term of the same word: only what it adds beyond the best so far.
            if gain > last.1 {
                *sum += gain - last.1;
                last.1 = gain;
            }
            return;
        }
        if *words == 0 {
            self.touched.push(slot);
        }
        *words += 1;
        *sum += gain;
        *last = (number, gain);
    }
}

/// What terms add to texts: w · tf · (k₁+1) / (tf + k₁ · (1 − b + b · length/mean)).
struct Gain<'a> {
    lengths: &'a [u32],
    /// k₁ · b / mean.
    per_word: f64,
}

impl<'a> Gain<'a> {
    fn new(query: &Weighed, texts: &'a Texts) -> Self {
        Self {
            lengths: &texts.lengths,
            per_word: K1 * B / query.mean,
        }
    }

    fn of(&self, weight: f64, slot: u32, count: u16) -> f64 {
        let length = self.lengths.get(slot as usize).copied().unwrap_or_default();
        let count = f64::from(count);
        weight * count * (K1 + 1.0) / (count + K1 * (1.0 - B) + self.per_word * f64::from(length))
    }
}

/// No word yet.
const NO_WORD: (u32, f64) = (u32::MAX, 0.0);
