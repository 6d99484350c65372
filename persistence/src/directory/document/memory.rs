//! What a maker of documents remembers: numbers of tags and words of labels, which recur from profile to profile.

use std::ops::Range;

use rustc_hash::FxHashMap;
use werkstadt_domain::skill::SkillId;

use crate::directory::dictionary::{Dictionary, Numbers, Reader};
use crate::directory::skills::Skills;

/// Grows with the number of different tags and skills, not with the number of profiles.
pub(super) struct Memory<'a> {
    dictionary: &'a Dictionary,
    tags: FxHashMap<String, u32>,
    skills: FxHashMap<SkillId, Known>,
    /// The words of all labels, one skill behind the other.
    labels: Vec<Numbers>,
}

/// What is known of a skill that somebody names.
#[derive(Clone)]
struct Known {
    /// The number of its tag, or of its successor's.
    tag: u32,
    /// Where the words of the preferred labels are.
    labels: Range<usize>,
}

impl<'a> Memory<'a> {
    /// Remembers nothing yet.
    pub(super) fn new(dictionary: &'a Dictionary) -> Self {
        Self {
            dictionary,
            tags: FxHashMap::default(),
            skills: FxHashMap::default(),
            labels: Vec::new(),
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

    /// The number of a skill's tag, and the words of its preferred labels; its successor's where it has been replaced.
    pub(super) fn skill(&mut self, named: SkillId, skills: &Skills, reader: &mut Reader<'_>) -> (u32, &[Numbers]) {
        let known = self.skills.entry(named).or_insert_with(|| {
            let current = skills.taxonomy().current(named);
            let start = self.labels.len();
            let skill = skills.get(current);
            for (language, label) in skill.iter().flat_map(|skill| skill.record.label.each()) {
                reader.read(label, Some(language), |word| self.labels.push(word));
            }
            Known {
                tag: self.dictionary.intern(&current.to_string()),
                labels: start..self.labels.len(),
            }
        });
        let words = self.labels.get(known.labels.clone()).unwrap_or_default();
        (known.tag, words)
    }
}
