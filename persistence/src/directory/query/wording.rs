//! Wording: what somebody typed, read for one audience, and what it lets through.

use rustc_hash::FxHashSet;
use werkstadt_domain::analysis::{Analyser, Phrase};
use werkstadt_domain::search::Question;

use super::{Query, Reading, Term, Typos, Weighed};
use crate::directory::bits::Bits;
use crate::directory::view::Texts;

/// A question that was read and weighed.
#[derive(Debug)]
pub(in crate::directory) struct Wording {
    pub(in crate::directory) query: Query,
    pub(in crate::directory) weighed: Weighed,
    question: Question,
    /// Terms of single words that must not occur.
    without: Vec<u32>,
}

impl Wording {
    /// Reads a question; its words come rarest first.
    pub(in crate::directory) fn new(reading: Reading<'_>, question: Question, typos: Typos) -> Self {
        let query = reading.question(&question, typos);
        let (query, weighed) = query.rarest_first(&reading.statistics.profiles);
        let single = question.without.iter().filter(|phrase| phrase.len() == 1);
        let terms = single
            .flat_map(Phrase::words)
            .filter_map(|word| Analyser.terms(word, None));
        let dictionary = &reading.dictionaries.terms;
        let without = terms.flat_map(|terms| {
            terms
                .iter()
                .filter_map(|term| dictionary.find(term))
                .collect::<Vec<_>>()
        });
        Self {
            without: without.collect(),
            query,
            weighed,
            question,
        }
    }

    /// The terms that stand for any of its words.
    pub(in crate::directory) fn terms(&self) -> FxHashSet<u32> {
        let terms = self.weighed.groups.iter().flat_map(|group| &group.terms);
        let numbers = terms.flat_map(|term| match &term.term {
            Term::One(one) => std::slice::from_ref(one),
            Term::All(all) => all,
        });
        numbers.copied().collect()
    }

    /// True if it only says what must not occur.
    pub(in crate::directory) const fn only_excludes(&self) -> bool {
        self.question.words.is_empty() && self.question.phrases.is_empty() && !self.question.without.is_empty()
    }

    /// Takes out the texts with a word that must not occur.
    pub(in crate::directory) fn exclude(&self, texts: &Texts, bits: &mut Bits) {
        for term in &self.without {
            texts.postings.slots(*term).iter().for_each(|slot| bits.remove(*slot));
        }
    }

    /// True if a text has a word that must not occur.
    pub(in crate::directory) fn excludes(&self, texts: &Texts, slot: u32) -> bool {
        let has = |term: &u32| texts.postings.slots(*term).binary_search(&slot).is_ok();
        self.without.iter().any(has)
    }

    /// True if the index does not decide and the texts must be read: there are phrases of several words.
    pub(in crate::directory) fn reads_texts(&self) -> bool {
        !self.question.phrases.is_empty() || self.question.without.iter().any(|phrase| phrase.len() > 1)
    }

    /// True if every phrase occurs in one of the passages, and none that must not.
    pub(in crate::directory) fn fits<'t, I: Iterator<Item = &'t str>>(&self, passages: &impl Fn() -> I) -> bool {
        let occurs = |phrase: &Phrase| passages().any(|passage| phrase.occurs_in(passage));
        let mut unwanted = self.question.without.iter().filter(|phrase| phrase.len() > 1);
        self.question.phrases.iter().all(occurs) && !unwanted.any(occurs)
    }
}
