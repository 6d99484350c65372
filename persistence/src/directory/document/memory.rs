//! What a maker of documents remembers: numbers of tags and words of labels, which recur from profile to profile.

use rustc_hash::FxHashMap;
use werkstadt_domain::skill::SkillId;

use super::Counter;
use crate::directory::dictionary::{Dictionary, Numbers, Reader};
use crate::directory::skills::Skills;

/// Grows with the number of different tags and skills, not with the number of profiles.
pub(super) struct Memory<'a> {
    dictionary: &'a Dictionary,
    tags: FxHashMap<String, u32>,
    skills: FxHashMap<SkillId, u32>,
    labels: FxHashMap<SkillId, Vec<Numbers>>,
}

impl<'a> Memory<'a> {
    /// Remembers nothing yet.
    pub(super) fn new(dictionary: &'a Dictionary) -> Self {
        Self {
            dictionary,
            tags: FxHashMap::default(),
            skills: FxHashMap::default(),
            labels: FxHashMap::default(),
        }
    }

    /// The number of a tag.
    pub(super) fn tag(&mut self, name: &str) -> u32 {
        if let Some(number) = self.tags.get(name) {
            return *number;
        }
        let number = self.dictionary.intern(name);
        self.tags.insert(name.to_owned(), number);
        number
    }

    /// The number of a skill's tag.
    pub(super) fn skill(&mut self, skill: SkillId) -> u32 {
        *self
            .skills
            .entry(skill)
            .or_insert_with(|| self.dictionary.intern(&skill.to_string()))
    }

    /// Counts the words of a skill's preferred labels.
    pub(super) fn count_labels(
        &mut self,
        skill: SkillId,
        skills: &Skills,
        reader: &mut Reader<'_>,
        (bag, weight): (&mut Counter, u16),
    ) {
        let words = self.labels.entry(skill).or_insert_with(|| {
            let mut words = Vec::new();
            for (language, label) in skills.get(skill).iter().flat_map(|skill| skill.record.label.each()) {
                reader.read(label, Some(language), |word| words.push(word));
            }
            words
        });
        words.iter().for_each(|word| bag.word(*word, weight));
    }
}
