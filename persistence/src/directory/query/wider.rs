//! Widening: what else may stand for the words of a query. Only what the audience can see helps it.

use werkstadt_domain::analysis::{Analyser, folded, joined, splits, words};
use werkstadt_domain::named::Named;
use werkstadt_domain::search::{Ending, Question};
use werkstadt_domain::text::Language;

use super::{Group, Query, Term, Way};
use crate::directory::document::Dictionaries;
use crate::directory::lexicon::{Edits, Known};
use crate::directory::skills::Skills;
use crate::directory::statistics::Statistics;

/// In queries of more words, no two of them are tried as a compound, and no run of them as a concept.
const FEW_WORDS: usize = 6;

/// So many longer words stand for a beginning, the most frequent ones.
const MOST_LONGER: usize = 32;

/// A beginning needs so many letters: one begins too many words.
const SHORTEST_BEGINNING: usize = 2;

/// So many words stand for one with typing errors, the nearest ones.
const MOST_CORRECTIONS: usize = 8;

/// A concept has at most so many words in its name, and so many names are tried.
const LONGEST_LABEL: usize = 4;
const MOST_LABELS: usize = 12;

/// For which words typing errors are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::directory) enum Typos {
    /// Those that are not known otherwise.
    InUnknownWords,
    /// All.
    InAllWords,
}

/// What a query is read with.
#[derive(Clone, Copy)]
pub(in crate::directory) struct Reading<'a> {
    pub(in crate::directory) dictionaries: &'a Dictionaries,
    /// Of the audience.
    pub(in crate::directory) statistics: &'a Statistics,
    pub(in crate::directory) skills: &'a Skills,
}

impl Reading<'_> {
    /// Reads the texts of a request: words and the parts of their compounds.
    pub(in crate::directory) fn texts<'t>(self, texts: impl IntoIterator<Item = (Option<Language>, &'t str)>) -> Query {
        let mut query = Query::words(texts, &self.dictionaries.terms);
        self.add_compounds(&mut query.groups);
        query.ordered()
    }

    /// Reads what somebody typed: also longer words, other words for the same concept, and words with typing errors.
    pub(in crate::directory) fn question(self, question: &Question, typos: Typos) -> Query {
        let text = question.text();
        let mut query = Query::words([(None, text.as_str())], &self.dictionaries.terms);
        self.add_compounds(&mut query.groups);
        self.add_synonyms(&mut query.groups, &text);
        if question.ending == Ending::Open {
            self.add_longer(&mut query.groups, question);
            self.drop_begun(&mut query.groups, question);
        }
        for group in &mut query.groups {
            if typos == Typos::InAllWords || group.is_unknown(&self.statistics.profiles) {
                self.add_corrections(group);
            }
        }
        query.ordered()
    }

    /// The terms of a word that the audience can see as it is spelt.
    fn terms(self, word: &str) -> Option<Vec<u32>> {
        let visible = |known: Known<'_>| Some(self.statistics.seen(&known)?.1);
        self.dictionaries.lexicon.find(&folded(word), visible)
    }

    /// Lets words be found by the parts of which they are made, and words that follow each other by their compound.
    fn add_compounds(self, groups: &mut [Group]) {
        for group in groups.iter_mut() {
            let word = std::mem::take(&mut group.word);
            for (left, right) in splits(&word) {
                let Some((left, right)) = self.terms(left).and_then(|left| Some((left, self.terms(right)?))) else {
                    continue;
                };
                let pairs = left.iter().flat_map(|left| right.iter().map(|right| [*left, *right]));
                pairs.for_each(|pair| group.add(Term::All(Box::new(pair)), Way::Parts));
            }
            group.word = word;
        }
        if groups.len() > FEW_WORDS {
            return;
        }
        let all: Vec<String> = groups.iter().map(|group| group.word.clone()).collect();
        for (place, left) in all.iter().enumerate() {
            for (other, right) in all.iter().enumerate().filter(|(other, _)| *other != place) {
                let compounds = joined(left, right);
                for compound in compounds.iter().filter_map(|term| self.dictionaries.terms.find(term)) {
                    for at in [place, other] {
                        if let Some(group) = groups.get_mut(at) {
                            group.add(Term::One(compound), Way::Itself);
                        }
                    }
                }
            }
        }
    }

    /// Lets the words of a concept's name be found by its other names, of either language.
    fn add_synonyms(self, groups: &mut [Group], text: &str) {
        if groups.len() > FEW_WORDS {
            return;
        }
        let all: Vec<_> = words(text).collect();
        for start in 0..all.len() {
            for end in start..all.len().min(start + LONGEST_LABEL) {
                let Some(run) = all.get(start..=end) else { continue };
                let name: Vec<&str> = run.iter().map(|word| word.text.as_str()).collect();
                let Some(skill) = self.skills.by_label(&name.join(" ")) else {
                    continue;
                };
                let names = self.names(self.skills.taxonomy().current(skill));
                for group in groups.iter_mut().filter(|group| name.contains(&group.word.as_str())) {
                    names.iter().for_each(|name| group.add(name.clone(), Way::Synonym));
                }
            }
        }
    }

    /// The names of a concept, each as the terms of its words.
    fn names(self, skill: werkstadt_domain::skill::SkillId) -> Vec<Term> {
        let Some(skill) = self.skills.get(skill) else {
            return Vec::new();
        };
        // Stemmed by the rules of either language: English words stand in German texts.
        let stemmed = |label: &str, language: Language| {
            let stems = Analyser.analyse(label, Some(language)).into_iter();
            let terms: Option<Vec<u32>> = stems.map(|stem| self.dictionaries.terms.find(&stem.first)).collect();
            terms.filter(|terms| !terms.is_empty())
        };
        let terms = |(_, label)| {
            Language::ALL
                .iter()
                .filter_map(|language| stemmed(label, *language))
                .collect::<Vec<_>>()
        };
        let term = |terms: Vec<u32>| match terms.as_slice() {
            [one] => Term::One(*one),
            _ => Term::All(terms.into()),
        };
        let names = skill.record.labels().take(MOST_LABELS);
        names.flat_map(terms).map(term).collect()
    }

    /// Lets the last word be the beginning of longer ones.
    fn add_longer(self, groups: &mut [Group], question: &Question) {
        let Some(last) = question.words.last().and_then(|word| words(word).last()) else {
            return;
        };
        let beginning = folded(&last.text);
        if beginning.chars().count() < SHORTEST_BEGINNING {
            return;
        }
        let mut found: Vec<(u32, Vec<u32>)> = Vec::new();
        self.dictionaries.lexicon.beginning(&beginning, |known| {
            found.extend(self.statistics.seen(&known));
        });
        // The most frequent first. Stable: equals stay in order of name.
        found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        found.truncate(MOST_LONGER);
        if let Some(group) = groups.iter_mut().find(|group| group.word == last.text) {
            let terms = found.into_iter().flat_map(|(_, terms)| terms);
            terms.for_each(|term| group.add(Term::One(term), Way::Longer));
        }
    }

    /// One letter that is no word of the collection, behind words, says nothing yet: what the others find stays until there are more.
    fn drop_begun(self, groups: &mut Vec<Group>, question: &Question) {
        let last = question.words.last().and_then(|word| words(word).last());
        let begun = last.filter(|last| folded(&last.text).chars().count() < SHORTEST_BEGINNING);
        if let Some(begun) = begun
            && groups.len() > 1
        {
            groups.retain(|group| group.word != begun.text || !group.is_unknown(&self.statistics.profiles));
        }
    }

    fn add_corrections(self, group: &mut Group) {
        for (distance, _, terms) in self.corrections(&group.word) {
            for term in terms {
                group.add(Term::One(term), Way::Typo(distance));
            }
        }
    }

    /// Words that the audience can see and that may be meant by a word, with the number of errors: those with the fewest, the most
    /// frequent first.
    pub(in crate::directory) fn corrections(self, word: &str) -> Vec<(usize, String, Vec<u32>)> {
        let word = folded(word);
        let Some(edits) = Edits::in_word(&word) else {
            return Vec::new();
        };
        let mut found: Vec<(usize, u32, String, Vec<u32>)> = Vec::new();
        self.dictionaries.lexicon.near(&word, edits, |distance, known| {
            if let (true, Some((count, terms))) = (distance > 0, self.statistics.seen(&known)) {
                found.push((distance, count, known.text.to_owned(), terms));
            }
        });
        found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then_with(|| a.2.cmp(&b.2)));
        // A word one error away is meant rather than one two errors away.
        let nearest = found.first().map_or(0, |(distance, ..)| *distance);
        found.retain(|(distance, ..)| *distance == nearest);
        found.truncate(MOST_CORRECTIONS);
        found
            .into_iter()
            .map(|(distance, _, text, terms)| (distance, text, terms))
            .collect()
    }
}

impl Group {
    fn add(&mut self, term: Term, way: Way) {
        if self.terms.iter().all(|(known, _)| *known != term) {
            self.terms.push((term, way));
        }
    }
}
