//! What somebody may be typing: organisations by the words of their names, skills by the words of their labels.

use std::cmp::Reverse;
use std::ops::Range;
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
            let found = typed.found(audience, shard, limit).into_iter();
            best.extend(found.filter_map(|(later, slot)| {
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
        let mut longer: Vec<(Reverse<u32>, u32, Range<usize>)> = Vec::new();
        let mut numbers: Vec<u32> = Vec::new();
        lexicon.beginning(&last, |known| {
            let count = statistics.count(&known);
            if count > 0 {
                let start = numbers.len();
                let readings = known.readings.iter().map(|reading| reading.number);
                numbers.extend(readings.filter(|number| statistics.word(*number) > 0));
                longer.push((Reverse(count), longer.len() as u32, start..numbers.len()));
            }
        });
        // Words of equal frequency stay in order of name.
        if longer.len() > MOST_LONGER {
            longer.select_nth_unstable_by_key(MOST_LONGER - 1, |(count, place, _)| (*count, *place));
            longer.truncate(MOST_LONGER);
        }
        // Stop words are in no index. Any other word must be in the name, so one that the audience sees nowhere finds nothing,
        // whether or not a hidden text has it.
        let whole = all.iter().filter(|word| Analyser.terms(word, None).is_some());
        let whole = whole.map(|word| lexicon.find(&folded(word), |known| Some(visible(&known))));
        Some(Typed {
            key: key(text),
            whole: whole.collect::<Option<_>>()?,
            longer: longer
                .into_iter()
                .flat_map(|(.., range)| numbers.get(range).unwrap_or_default())
                .copied()
                .collect(),
        })
    }
}

impl Typed {
    /// The first slots of a shard that are called so: those whose name begins with what was typed, then the others; each in order
    /// of name. True for the others.
    fn found(&self, audience: Audience, shard: &Shard, limit: usize) -> Vec<(bool, u32)> {
        let called = &shard.view(audience).called;
        let slot = |place: u32| shard.by_name.get(place as usize).copied();
        let name = |place: usize| {
            let slot = shard.by_name.get(place)?;
            Some(&*shard.entry(*slot)?.name)
        };
        let end = shard.by_name.len();
        let first = partition(0..end, |place| name(place).is_some_and(|name| name < self.key.as_str()));
        let behind = partition(first..end, |place| {
            name(place).is_some_and(|name| name.starts_with(&self.key))
        });
        let (first, behind) = (first as u32, behind as u32);
        let fits = |place: &&u32| {
            let has_any = |words: &Vec<u32>| {
                words
                    .iter()
                    .any(|word| called.slots(*word).binary_search(place).is_ok())
            };
            slot(**place).is_some_and(|slot| shard.visible(audience).contains(slot)) && self.whole.iter().all(has_any)
        };
        // The first ones of all words are among the first ones of each.
        let (mut beginning, mut other): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        for word in &self.longer {
            let places = called.slots(*word);
            let (before, rest) = places.split_at(places.partition_point(|place| *place < first));
            let (inside, after) = rest.split_at(rest.partition_point(|place| *place < behind));
            beginning.extend(inside.iter().filter(fits).take(limit));
            other.extend(before.iter().chain(after).filter(fits).take(limit));
        }
        let found = [(false, beginning), (true, other)]
            .into_iter()
            .flat_map(|(later, mut places)| {
                places.sort_unstable();
                places.dedup();
                places.into_iter().filter_map(move |place| Some((later, slot(place)?)))
            });
        found.take(limit).collect()
    }
}

/// The first place of a range of which something, that is true of the first ones, is not true.
fn partition(range: Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut start, mut end) = (range.start, range.end);
    while start < end {
        let middle = usize::midpoint(start, end);
        if holds(middle) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}
