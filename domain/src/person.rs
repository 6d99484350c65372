//! Persons: contacts, experts, founders, students, mentors. Private until they consent.

use chrono::NaiveDate;

use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::institution::UnitId;
use crate::organisation::OrganisationId;
use crate::skill::{Level, SkillId};

/// The id of a person.
pub type PersonId = Id<Person>;

/// A person of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Academic titles, for example `Dr.-Ing.`.
    pub titles: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Languages, ISO 639-1.
    pub languages: Vec<String>,
    /// Where the person works or worked.
    pub affiliations: Vec<Affiliation>,
    /// What the person can do, and how well.
    pub skills: Vec<(SkillId, Level)>,
    /// Who sees the person. `managers` unless the person consented to more.
    pub visibility: Visibility,
    /// True for persons made up for demonstrations.
    pub invented: bool,
}

/// A person works in an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affiliation {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The unit.
    pub unit: Option<UnitId>,
    /// The role, in one line.
    pub role: Option<String>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Project for Person {
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        if !audience.sees(self.visibility) {
            return None;
        }
        let mut seen = self.clone();
        if audience == Audience::Anonymous {
            seen.email = None;
        }
        Some(Seen::new(seen))
    }
}
