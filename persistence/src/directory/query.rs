//! A text query: its words as groups of terms, weighed by what the audience can see.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use werkstadt_domain::analysis::{Analyser, detect, words};
use werkstadt_domain::text::Language;

use super::dictionary::Dictionary;
use super::statistics::Collection;
use super::view::Texts;

mod wider;
mod wording;

pub(super) use wider::{Reading, Typos};
pub(super) use wording::Wording;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// A term.
    One(u32),
    /// Each of these, anywhere in the text.
    All(Box<[u32]>),
}

/// How a term stands for a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It is the word, or a compound with it.
    Itself,
    /// The parts of a compound.
    Parts,
    /// Other words for the same concept of the taxonomy.
    Synonym,
    /// A longer word that begins like it.
    Longer,
    /// A word so many errors away.
    Typo(usize),
}

impl Way {
    /// What the term is worth, as a part of what the word itself is worth.
    const fn factor(self) -> f64 {
        match self {
            Self::Itself => 1.0,
            Self::Synonym => 0.9,
            Self::Longer => 0.8,
            Self::Parts | Self::Typo(1) => 0.7,
            Self::Typo(_) => 0.5,
        }
    }

    /// True for what is no more than a guess: it must not weigh more than the word itself.
    const fn is_guess(self) -> bool {
        matches!(self, Self::Longer | Self::Typo(_))
    }
}

/// One word of a query.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// As first written, in lower case.
    pub(super) word: String,
    /// How often it occurs.
    count: f64,
    /// Terms, none of them twice. A term that no text ever had is not in it.
    terms: Vec<(Term, Way)>,
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
    pub(super) terms: Vec<WeighedTerm>,
}

/// One term of a word.
#[derive(Clone, Debug)]
pub(super) struct WeighedTerm {
    pub(super) term: Term,
    /// (1 + ln count) · idf · factor of the way.
    pub(super) weight: f64,
}

impl Query {
    /// Reads a query word by word. The language of each text is guessed where it is not known.
    fn words<'a>(texts: impl IntoIterator<Item = (Option<Language>, &'a str)>, terms: &Dictionary) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut places = FxHashMap::default();
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
                let numbers = numbers.filter_map(|term| terms.find(term));
                places.insert(key.clone(), groups.len());
                groups.push(Group {
                    word: word.text,
                    count: 1.0,
                    terms: numbers.map(|term| (Term::One(term), Way::Itself)).collect(),
                    key,
                });
            }
        }
        Self { groups }
    }

    /// In the order of the terms' names, so that sums do not depend on the order of the words.
    fn ordered(mut self) -> Self {
        self.groups.sort_by(|a, b| a.key.cmp(&b.key));
        self
    }

    /// Weighs the words by how rare they are in a collection.
    pub(super) fn weighed(&self, texts: &Collection) -> Weighed {
        let groups: Vec<WeighedGroup> = self.groups.iter().map(|group| group.weighed(texts)).collect();
        let best = |group: &WeighedGroup| group.terms.last().map_or(0.0, |term| term.weight);
        Weighed {
            bound: groups.iter().map(best).sum::<f64>() * (K1 + 1.0),
            mean: texts.total as f64 / texts.count.max(1) as f64,
            groups,
        }
    }

    /// The same words, the rarest first, weighed: for texts that must have every word.
    pub(super) fn rarest_first(mut self, texts: &Collection) -> (Self, Weighed) {
        self.groups.sort_by_cached_key(|group| {
            let having = group.terms.iter().map(|(term, _)| term.having(texts));
            having.map(u64::from).sum::<u64>()
        });
        let weighed = self.weighed(texts);
        (self, weighed)
    }
}

impl Group {
    /// True if no text of the collection has any of its terms.
    fn is_unknown(&self, texts: &Collection) -> bool {
        self.terms.iter().all(|(term, _)| term.having(texts) == 0)
    }

    /// idf = ln(1 + (N − n + ½)/(n + ½)); guesses together count as one term, and no more than the word itself.
    fn weighed(&self, texts: &Collection) -> WeighedGroup {
        let idf = |having: f64| (1.0 + (texts.count as f64 - having + 0.5).max(0.5) / (having + 0.5)).ln();
        let of_texts = |term: &Term| f64::from(term.having(texts));
        let sure = self.terms.iter().filter(|(_, way)| !way.is_guess());
        let itself = sure.map(|(term, _)| of_texts(term)).fold(0.0, f64::max);
        let guesses = self.terms.iter().filter(|(_, way)| way.is_guess());
        let guessed = guesses.map(|(term, _)| of_texts(term)).sum::<f64>().max(itself);
        let times = 1.0 + self.count.ln();
        let weigh = |(term, way): &(Term, Way)| {
            let having = term.having(texts);
            let rarity = if way.is_guess() { guessed } else { f64::from(having) };
            (having > 0).then(|| WeighedTerm {
                term: term.clone(),
                weight: times * way.factor() * idf(rarity),
            })
        };
        let mut terms: Vec<WeighedTerm> = self.terms.iter().filter_map(weigh).collect();
        // Heaviest last: the numbers of terms must not decide the order.
        terms.sort_by(|a, b| a.weight.total_cmp(&b.weight));
        WeighedGroup { terms }
    }
}

impl Term {
    /// In how many texts it can be: exact for one term; for several, as often as the rarest of them.
    fn having(&self, texts: &Collection) -> u32 {
        match self {
            Self::One(term) => texts.term(*term),
            Self::All(terms) => terms.iter().map(|term| texts.term(*term)).min().unwrap_or_default(),
        }
    }
}

impl Texts {
    /// The texts that have a term, and how often.
    pub(super) fn entries(&self, term: &Term) -> (Cow<'_, [u32]>, Cow<'_, [u16]>) {
        match term {
            Term::One(term) => {
                let (slots, counts) = self.postings.get(*term);
                (Cow::Borrowed(slots), Cow::Borrowed(counts))
            }
            Term::All(terms) => {
                // From the shortest list on.
                let Some(rarest) = terms.iter().min_by_key(|term| self.postings.slots(**term).len()) else {
                    return (Cow::Borrowed(&[]), Cow::Borrowed(&[]));
                };
                let all = self.postings.slots(*rarest).iter();
                let all = all.filter_map(|slot| Some((*slot, self.count(term, *slot)?)));
                let (slots, counts): (Vec<u32>, Vec<u16>) = all.unzip();
                (Cow::Owned(slots), Cow::Owned(counts))
            }
        }
    }

    /// How often one text has a term; of several the one it has least.
    fn count(&self, term: &Term, slot: u32) -> Option<u16> {
        let one = |term: u32| {
            let (slots, counts) = self.postings.get(term);
            slots.binary_search(&slot).ok().and_then(|at| counts.get(at)).copied()
        };
        match term {
            Term::One(term) => one(*term),
            Term::All(terms) => {
                let counts: Option<Vec<u16>> = terms.iter().map(|term| one(*term)).collect();
                counts?.into_iter().min()
            }
        }
    }
}

impl Weighed {
    /// What each word adds to one text, in the order of the groups.
    pub(super) fn gains(&self, texts: &Texts, slot: u32) -> Vec<f64> {
        let of = Gain::new(self, texts);
        let gain = |term: &WeighedTerm| Some(of.of(term.weight, slot, texts.count(&term.term, slot)?));
        let best = |group: &WeighedGroup| group.terms.iter().filter_map(gain).fold(0.0, f64::max);
        self.groups.iter().map(best).collect()
    }
}

/// The lists of a query's terms in one collection, looked up once for many texts.
pub(super) struct Lists<'a> {
    gain: Gain<'a>,
    /// For each word its terms.
    groups: Vec<Vec<List<'a>>>,
}

/// A term's weight, the texts that have it, and how often.
type List<'a> = (f64, Cow<'a, [u32]>, Cow<'a, [u16]>);

impl<'a> Lists<'a> {
    /// Looks them up.
    pub(super) fn new(query: &Weighed, texts: &'a Texts) -> Self {
        let list = |term: &WeighedTerm| {
            let (slots, counts) = texts.entries(&term.term);
            (term.weight, slots, counts)
        };
        let groups = query.groups.iter();
        Self {
            gain: Gain::new(query, texts),
            groups: groups.map(|group| group.terms.iter().map(list).collect()).collect(),
        }
    }

    /// What each word adds to one text, in the order of the groups.
    pub(super) fn gains(&self, slot: u32) -> Vec<f64> {
        let gain = |(weight, slots, counts): &List<'_>| {
            let at = slots.binary_search(&slot).ok()?;
            Some(self.gain.of(*weight, slot, *counts.get(at)?))
        };
        let best = |terms: &Vec<List<'_>>| terms.iter().filter_map(gain).fold(0.0, f64::max);
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
