//! The skill taxonomy: concepts with labels in two languages and several broader concepts each.

use crate::id::Id;
use crate::named::Named;
use crate::text::{Language, Text};

pub mod balance;
pub mod claim;
pub mod grams;
pub mod merge;
pub mod sound;
pub mod split;
pub mod taxonomy;

pub use claim::{Claim, ClaimId, Evidence, Level};
pub use grams::Grams;
pub use taxonomy::{Closeness, Taxonomy};

/// The id of a skill.
pub type SkillId = Id<Skill>;

/// A concept of the taxonomy. Public throughout.
#[derive(Clone, Debug, PartialEq)]
pub struct Skill {
    /// Its id.
    pub id: SkillId,
    /// Stable address of the concept, ESCO's where it has one.
    pub uri: String,
    /// What sort of skill it is.
    pub kind: SkillKind,
    /// Where it stands in its life.
    pub status: SkillStatus,
    /// Preferred labels, at least one.
    pub label: Text,
    /// Other German labels.
    pub alt_de: Vec<String>,
    /// Other English labels.
    pub alt_en: Vec<String>,
    /// Directly broader concepts.
    pub broader: Vec<SkillId>,
    /// Related concepts.
    pub related: Vec<SkillId>,
    /// The concept to use instead, when deprecated.
    pub replaced_by: Option<SkillId>,
}

impl Skill {
    /// Every label with its language, preferred ones first.
    pub fn labels(&self) -> impl Iterator<Item = (Language, &str)> {
        let de = self.alt_de.iter().map(|label| (Language::De, label.as_str()));
        let en = self.alt_en.iter().map(|label| (Language::En, label.as_str()));
        self.label.each().chain(de).chain(en)
    }
}

/// Sorts of skills, as in ESCO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SkillKind {
    /// Being able to do something.
    #[default]
    Skill,
    /// Knowing about something.
    Knowledge,
    /// A language.
    Language,
    /// Useful in any field.
    Transversal,
}

impl Named for SkillKind {
    const NAME: &'static str = "SkillKind";
    const ALL: &'static [Self] = &[Self::Skill, Self::Knowledge, Self::Language, Self::Transversal];

    fn code(self) -> &'static str {
        match self {
            Self::Skill => "skill",
            Self::Knowledge => "knowledge",
            Self::Language => "language",
            Self::Transversal => "transversal",
        }
    }
}

/// The life of a concept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SkillStatus {
    /// Suggested, waits for a manager.
    Proposed,
    /// In use.
    #[default]
    Accepted,
    /// No longer to be used.
    Deprecated,
}

impl Named for SkillStatus {
    const NAME: &'static str = "SkillStatus";
    const ALL: &'static [Self] = &[Self::Proposed, Self::Accepted, Self::Deprecated];

    fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Deprecated => "deprecated",
        }
    }
}
