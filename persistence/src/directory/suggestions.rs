//! Suggestions: what else to ask when nothing is found.

use chrono::NaiveDate;
use werkstadt_domain::analysis::{folded, words};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::page::Limit;
use werkstadt_domain::search::Question;

use super::document::passages;
use super::listing::{Count, OrganisationQuery};
use super::shard::Shard;
use super::snapshot::Snapshot;

/// At most so many are given.
const MOST: usize = 3;

/// Longer questions are only shortened by their first words.
const MOST_WORDS: usize = 6;

/// So many words that begin alike are tried for each word.
const MOST_ALIKE: usize = 2;

impl Snapshot {
    /// Other wordings of a question that find something under the same filters: with a word that begins alike, or without one of
    /// its words. Those that find most come first.
    pub fn suggestions(&self, audience: Audience, query: &OrganisationQuery, today: NaiveDate) -> Vec<String> {
        let Some(question) = query.filter.q.as_deref().map(Question::parse) else {
            return Vec::new();
        };
        let mut found: Vec<(u64, String)> = Vec::new();
        for other in self.others(audience, &question) {
            let text = other.to_string();
            let count = self.count(audience, query, &text, today);
            if count > 0 && found.iter().all(|(_, known)| *known != text) {
                found.push((count, text));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        found.truncate(MOST);
        found.into_iter().map(|(_, text)| text).collect()
    }

    fn count(&self, audience: Audience, query: &OrganisationQuery, q: &str, today: NaiveDate) -> u64 {
        let mut query = OrganisationQuery {
            filter: query.filter.clone(),
            limit: Limit::clamped(1),
            count: Count::Exact,
            ..OrganisationQuery::default()
        };
        query.filter.q = Some(q.to_owned());
        self.organisations(audience, &query, today).total.unwrap_or_default()
    }

    fn others(&self, audience: Audience, question: &Question) -> Vec<Question> {
        let mut others = Vec::new();
        for (place, word) in question.words.iter().enumerate().take(MOST_WORDS) {
            for alike in self.alike(audience, word) {
                let mut other = question.clone();
                if let Some(word) = other.words.get_mut(place) {
                    *word = alike;
                }
                others.push(other);
            }
            let mut shorter = question.clone();
            shorter.words.remove(place);
            if !shorter.words.is_empty() || !shorter.phrases.is_empty() {
                others.push(shorter);
            }
        }
        others
    }

    /// Words that begin like this one, as far as any does, spelt as they stand in what the audience sees.
    fn alike(&self, audience: Audience, word: &str) -> Vec<String> {
        const SHORTEST: usize = 4;
        let statistics = self.statistics(audience);
        let word = folded(&word.to_lowercase());
        let letters: Vec<char> = word.chars().collect();
        for length in (SHORTEST..letters.len()).rev() {
            let beginning: String = letters.iter().take(length).collect();
            let mut found: Vec<(u32, String, Vec<u32>)> = Vec::new();
            self.dictionaries.lexicon.beginning(&beginning, |known| {
                if let Some((count, terms)) = statistics.seen(&known) {
                    found.push((count, known.text.to_owned(), terms));
                }
            });
            if found.is_empty() {
                continue;
            }
            found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            let spelt = found
                .iter()
                .filter_map(|(_, text, terms)| self.spelling(audience, text, terms));
            return spelt.take(MOST_ALIKE).collect();
        }
        Vec::new()
    }

    /// A folded word as it stands in the first visible text that has it.
    pub(super) fn spelling(&self, audience: Audience, word: &str, terms: &[u32]) -> Option<String> {
        let in_text = |text: &str| {
            let same = words(text).find(|other| folded(&other.text) == word)?;
            text.get(same.start..same.end).map(str::to_owned)
        };
        let spelt = |shard: &Shard, slot: u32| {
            let seen = shard.entry(slot)?.seen.get(audience.index())?.as_ref()?;
            let text = passages::all(seen.get(), &self.skills).find_map(|passage| in_text(passage.text))?;
            Some((seen.get().id(), text))
        };
        let first = |shard: &Shard, term: u32| {
            let slots = shard.view(audience).text.postings.slots(term).iter();
            let mut slots = slots.filter(|slot| shard.visible(audience).contains(**slot));
            slots.find_map(|slot| spelt(shard, *slot))
        };
        // Each shard is in order of id. In what order the lexicon came to know the terms, hidden texts have a say.
        let found = terms
            .iter()
            .flat_map(|term| self.shards.iter().filter_map(|shard| first(shard, *term)));
        found.min().map(|(_, text)| text)
    }
}
