//! What somebody may be typing: organisations by the words of their names, skills by the words of their labels.

use std::cmp::Reverse;
use std::sync::Arc;

use werkstadt_domain::analysis::{Analyser, folded, words};
use werkstadt_domain::audience::{Audience, Seen, Stored};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::skill::Skill;
use werkstadt_domain::text::key;

use super::leak::Leak;
use super::lexicon::Known;
use super::shard::Shard;
use super::snapshot::Snapshot;

/// So many words are tried for one that is not finished, the most frequent ones.
const MOST_LONGER: usize = 64;

/// A completion.
#[derive(Clone, Debug)]
pub enum Suggestion {
    /// An organisation with a name like that.
    Organisation(Arc<Seen<Profile>>),
    /// A skill with a label like that, in any language.
    Skill(Arc<Stored<Skill>>),
}

/// What was typed, looked up.
struct Typed {
    /// Names that begin with it come first.
    key: String,
    /// For each finished word its readings; one of each must be in the name.
    whole: Vec<Vec<u32>>,
    /// Readings of longer words; one of these must be, too.
    longer: Vec<u32>,
}

impl Snapshot {
    /// Names and labels that have the words typed, the last of which may go on: names that begin so first, then in order of name;
    /// at most `limit`. Skills take a third of the places, or what organisations leave.
    pub fn suggest(&self, audience: Audience, typed: &str, limit: usize) -> Vec<Suggestion> {
        let skills = self.skills.beginning(&key(typed), limit);
        let organisations = self.called(audience, typed, limit);
        let places = limit.saturating_sub(skills.len().min(limit.div_ceil(3)));
        let first = organisations.into_iter().take(places).map(Suggestion::Organisation);
        first
            .chain(skills.into_iter().map(Suggestion::Skill))
            .take(limit)
            .collect()
    }

    fn called(&self, audience: Audience, text: &str, limit: usize) -> Vec<Arc<Seen<Profile>>> {
        let Some(typed) = self.typed(audience, text) else {
            return Vec::new();
        };
        let mut best: Vec<(bool, &str, &Arc<Seen<Profile>>)> = Vec::new();
        let audience = Leak::Completions.through(audience);
        for shard in &self.shards {
            let mut found = typed.found(audience, shard);
            found.truncate(limit);
            best.extend(found.into_iter().filter_map(|(later, slot)| {
                let entry = shard.entry(slot)?;
                Some((later, &*entry.name, entry.seen.get(audience.index())?.as_ref()?))
            }));
        }
        best.sort_by_key(|(later, name, profile)| (*later, *name, profile.get().id()));
        best.into_iter()
            .take(limit)
            .map(|(.., profile)| Arc::clone(profile))
            .collect()
    }

    fn typed(&self, audience: Audience, text: &str) -> Option<Typed> {
        let (lexicon, statistics) = (&self.dictionaries.lexicon, self.statistics(audience));
        let mut all: Vec<String> = words(text).map(|word| word.text).collect();
        let last = folded(&all.pop()?);
        let visible = |known: &Known<'_>| -> Vec<u32> {
            let readings = known.readings.iter().map(|reading| reading.number);
            readings.filter(|number| statistics.word(*number) > 0).collect()
        };
        let mut longer: Vec<(Reverse<u32>, Vec<u32>)> = Vec::new();
        lexicon.beginning(&last, |known| {
            if let Some((count, _)) = statistics.seen(&known) {
                longer.push((Reverse(count), visible(&known)));
            }
        });
        // Stable: words of equal frequency stay in order of name.
        longer.sort_by_key(|(count, _)| *count);
        longer.truncate(MOST_LONGER);
        // Stop words are in no index. Any other word must be in the name, so one that the audience sees nowhere finds nothing,
        // whether or not a hidden text has it.
        let whole = all.iter().filter(|word| Analyser.terms(word, None).is_some());
        let whole = whole.map(|word| lexicon.find(&folded(word), |known| Some(visible(&known))));
        Some(Typed {
            key: key(text),
            whole: whole.collect::<Option<_>>()?,
            longer: longer.into_iter().flat_map(|(_, numbers)| numbers).collect(),
        })
    }
}

impl Typed {
    /// The slots of a shard that are called so; those whose name does not begin with what was typed later, each in order of name.
    fn found(&self, audience: Audience, shard: &Shard) -> Vec<(bool, u32)> {
        let called = &shard.view(audience).called;
        let mut slots: Vec<u32> = self
            .longer
            .iter()
            .flat_map(|word| called.slots(*word))
            .copied()
            .collect();
        let has = |slot: &u32, word: &u32| called.slots(*word).binary_search(slot).is_ok();
        let has_any = |slot: &u32, words: &Vec<u32>| words.iter().any(|word| has(slot, word));
        slots.retain(|slot| self.whole.iter().all(|words| has_any(slot, words)));
        slots.sort_unstable();
        slots.dedup();
        let later = |slot: u32| shard.entry(slot).is_none_or(|entry| !entry.name.starts_with(&self.key));
        let place = |slot: u32| shard.name_places.get(slot as usize).copied().unwrap_or_default();
        let mut found: Vec<(bool, u32)> = slots.into_iter().map(|slot| (later(slot), slot)).collect();
        found.sort_by_key(|(later, slot)| (*later, place(*slot)));
        found
    }
}
