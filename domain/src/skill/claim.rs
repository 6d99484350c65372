//! Skill claims: someone has a skill, at a level, with evidence and a date of confirmation.

use chrono::{DateTime, NaiveDate, Utc};

use super::SkillId;
use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::institution::UnitId;
use crate::invalid::Rule;

/// The id of a claim.
pub type ClaimId = Id<Claim>;

/// An organisation, or one of its units, has a skill.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// The skill.
    pub skill: SkillId,
    /// The unit that has it, none for the organisation as a whole.
    pub unit: Option<UnitId>,
    /// How well.
    pub level: Level,
    /// What backs it.
    pub evidence: Box<[Evidence]>,
    /// When its holder last confirmed it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The last day on which it holds, for certificates.
    pub expires_on: Option<NaiveDate>,
    /// Who sees it.
    pub visibility: Visibility,
}

/// Something that backs a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// `project`, `certificate`, `solution` or `event`.
    pub kind: String,
    /// What it is, in one line.
    pub title: String,
    /// Where to see it.
    pub url: Option<String>,
}

impl Claim {
    /// True if it has not expired on a day.
    pub fn holds_on(&self, today: NaiveDate) -> bool {
        self.expires_on.is_none_or(|last| today <= last)
    }

    /// One claim of two by the same holder: this one, with the level of the stronger and the evidence of both. Of two that are not
    /// visible to the same readers only what the more visible one says is told.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let told = if other.visibility < self.visibility {
            other
        } else {
            self
        };
        let mut joined = Self {
            id: self.id,
            skill: self.skill,
            unit: self.unit,
            ..told.clone()
        };
        if self.visibility == other.visibility {
            let stronger = if other.level > self.level { other } else { self };
            let more = other.evidence.iter().filter(|more| !self.evidence.contains(more));
            joined.evidence = self.evidence.iter().chain(more).cloned().collect();
            joined.level = stronger.level;
            joined.expires_on = stronger.expires_on;
            joined.confirmed_at = self.confirmed_at.max(other.confirmed_at);
        }
        joined
    }
}

impl Project for Claim {
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        audience.sees(self.visibility).then(|| Seen::new(self.clone()))
    }
}

/// Proficiency: 1 aware, 2 practitioner, 3 experienced, 4 expert, 5 authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The lowest.
    pub const MIN: Self = Self(1);
    /// The highest.
    pub const MAX: Self = Self(5);

    /// A level from 1 to 5.
    ///
    /// # Errors
    /// [`Rule::OutOfRange`].
    pub const fn new(level: u8) -> Result<Self, Rule> {
        if level >= 1 && level <= 5 {
            Ok(Self(level))
        } else {
            Err(Rule::OutOfRange(1, 5))
        }
    }

    /// The number, 1 to 5.
    pub const fn get(self) -> u8 {
        self.0
    }
}
