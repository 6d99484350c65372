//! A text query: its words as groups of terms, weighed by what the audience can see.

use std::borrow::Cow;

use werkstadt_domain::analysis::{Analyser, compounds, detect, joined, words};
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

/// What a text can have for a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// A term.
    One(u32),
    /// Both parts of a compound, anywhere in the text.
    Both(u32, u32),
}

/// The parts of a compound say nearly what the compound says.
const PARTS: f64 = 0.7;

/// In queries of more words, no two of them are tried as a compound.
const FEW_WORDS: usize = 6;

/// One word of a query.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// As first written, in lower case.
    pub(super) word: String,
    /// How often it occurs.
    count: f64,
    /// Terms, none of them twice. A term that no text ever had is not in it.
    terms: Vec<Term>,
    /// Whether the word may be a German one.
    german: bool,
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
    pub(super) terms: Vec<(Term, f64)>,
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
                    terms: numbers.filter_map(|term| terms.find(term)).map(Term::One).collect(),
                    german: language != Some(Language::En),
                    key,
                });
            }
        }
        add_compounds(&mut groups, terms);
        // In the order of the terms' names, so that sums do not depend on the order of the words.
        groups.sort_by(|a, b| a.key.cmp(&b.key));
        Self { groups }
    }

    /// Weighs the words by how rare they are in the texts of all shards: idf = ln(1 + (N − n + ½)/(n + ½)).
    pub(super) fn weighed<'a>(&self, texts: impl Iterator<Item = &'a Texts> + Clone) -> Weighed {
        let count: u64 = texts.clone().map(|texts| texts.count).sum();
        let total: u64 = texts.clone().map(|texts| texts.total).sum();
        let weigh = |term: Term, of: f64| {
            let having: usize = texts.clone().map(|texts| texts.having(term)).sum();
            let (count, having) = (count as f64, having as f64);
            let of = if matches!(term, Term::Both(..)) { of * PARTS } else { of };
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
            let of = |term: &Term| texts.clone().map(|texts| texts.having(*term)).sum::<usize>();
            group.terms.iter().map(of).sum::<usize>()
        };
        self.groups.sort_by_cached_key(having);
        let weighed = self.weighed(texts);
        (self, weighed)
    }
}

/// Lets German words be found by the parts of which they are made, and words that follow each other by their compound.
fn add_compounds(groups: &mut [Group], terms: &Dictionary) {
    for group in groups.iter_mut().filter(|group| group.german) {
        let parts = compounds(&group.word).into_iter();
        let known = parts.filter_map(|(left, right)| Some(Term::Both(terms.find(&left)?, terms.find(&right)?)));
        group.terms.extend(known);
    }
    if groups.len() > FEW_WORDS {
        return;
    }
    let all: Vec<String> = groups.iter().map(|group| group.word.clone()).collect();
    for (place, left) in all.iter().enumerate() {
        for (other, right) in all.iter().enumerate().filter(|(other, _)| *other != place) {
            for compound in joined(left, right).iter().filter_map(|term| terms.find(term)) {
                for at in [place, other] {
                    let group = groups.get_mut(at).filter(|group| group.german);
                    let Some(group) = group else { continue };
                    if !group.terms.contains(&Term::One(compound)) {
                        group.terms.push(Term::One(compound));
                    }
                }
            }
        }
    }
}

impl Texts {
    /// The texts that have a term, and how often.
    pub(super) fn entries(&self, term: Term) -> (Cow<'_, [u32]>, Cow<'_, [u16]>) {
        match term {
            Term::One(term) => {
                let (slots, counts) = self.postings.get(term);
                (Cow::Borrowed(slots), Cow::Borrowed(counts))
            }
            Term::Both(left, right) => {
                let (slots, counts) = self.postings.get(left);
                let both = slots.iter().zip(counts).filter_map(|(slot, count)| {
                    let other = self.count(Term::One(right), *slot)?;
                    Some((*slot, other.min(*count)))
                });
                let (slots, counts): (Vec<u32>, Vec<u16>) = both.unzip();
                (Cow::Owned(slots), Cow::Owned(counts))
            }
        }
    }

    /// How many texts have a term.
    fn having(&self, term: Term) -> usize {
        self.entries(term).0.len()
    }

    /// How often one text has a term.
    fn count(&self, term: Term, slot: u32) -> Option<u16> {
        match term {
            Term::One(term) => {
                let (slots, counts) = self.postings.get(term);
                slots.binary_search(&slot).ok().and_then(|at| counts.get(at)).copied()
            }
            Term::Both(left, right) => Some(
                self.count(Term::One(left), slot)?
                    .min(self.count(Term::One(right), slot)?),
            ),
        }
    }
}

impl Weighed {
    /// What each word adds to one text, in the order of the groups.
    pub(super) fn gains(&self, texts: &Texts, slot: u32) -> Vec<f64> {
        let of = Gain::new(self, texts);
        let gain = |(term, weight): &(Term, f64)| Some(of.of(*weight, slot, texts.count(*term, slot)?));
        let best = |group: &WeighedGroup| group.terms.iter().filter_map(gain).fold(0.0, f64::max);
        self.groups.iter().map(best).collect()
    }
}

/// What terms add to texts: w · tf · (k₁+1) / (tf + k₁ · (1 − b + b · length/mean)).
pub(super) struct Gain<'a> {
    lengths: &'a [u32],
    /// k₁ · b / mean.
    per_word: f64,
}

impl<'a> Gain<'a> {
    /// For one collection.
    pub(super) fn new(query: &Weighed, texts: &'a Texts) -> Self {
        Self {
            lengths: &texts.lengths,
            per_word: K1 * B / query.mean,
        }
    }

    /// What a term of this weight, so many times in this text, adds.
    pub(super) fn of(&self, weight: f64, slot: u32, count: u16) -> f64 {
        let length = self.lengths.get(slot as usize).copied().unwrap_or_default();
        let count = f64::from(count);
        weight * count * (K1 + 1.0) / (count + K1 * (1.0 - B) + self.per_word * f64::from(length))
    }
}
