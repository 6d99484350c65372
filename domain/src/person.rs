//! Persons: contacts, experts, founders, students, mentors. Private until they consent.

use chrono::{DateTime, NaiveDate, Utc};

use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::institution::UnitId;
use crate::organisation::OrganisationId;
use crate::skill::{Level, SkillId};

mod consent;
mod reader;
mod restriction;

pub use consent::{Consent, ConsentGiver};
pub use reader::{Own, Reader, SeenPerson};
pub use restriction::Restriction;

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
    /// Telephone number.
    pub phone: Option<String>,
    /// Languages, ISO 639-1.
    pub languages: Vec<String>,
    /// Where the person works or worked.
    pub affiliations: Vec<Affiliation>,
    /// What the person can do, and how well.
    pub skills: Vec<(SkillId, Level)>,
    /// What the person looks for, a line each: a mentor, a co-founder, a thesis.
    pub roles_sought: Vec<String>,
    /// The year of birth, noted where it tells that someone is a minor; for managers and owners only.
    pub birth_year: Option<i32>,
    /// The consent to be seen by others than managers.
    pub consent: Option<Consent>,
    /// Who sees the person. `managers` unless there is a consent to more.
    pub visibility: Visibility,
    /// Who sees e-mail address and telephone number, as far as they see the person.
    pub contact_visibility: Visibility,
    /// True for persons made up for demonstrations.
    pub invented: bool,
    /// Set while the record is kept and not used: only managers and the person see it.
    pub restriction: Option<Restriction>,
    /// False if the person objects to being considered where skills are looked for.
    pub matching: bool,
    /// When the person last objected to that, unless it was taken back for good: a consent that ends takes it back until then.
    pub objected_at: Option<DateTime<Utc>>,
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
    /// How far the organisation and the unit are visible: nobody may learn of them here. It follows from their records and is
    /// no part of this one.
    pub place: Visibility,
}

impl Affiliation {
    /// True unless it has ended before `today`.
    pub fn is_current(&self, today: NaiveDate) -> bool {
        self.to.is_none_or(|last| last >= today)
    }

    /// True if the two say the same; what they show of their place aside.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let bare = |one: &Self| Self {
            place: Visibility::Public,
            ..one.clone()
        };
        bare(self) == bare(other)
    }
}

impl Person {
    /// True if the audience sees the person. One that is restricted is as if hidden.
    pub fn shows_to(&self, audience: Audience) -> bool {
        audience == Audience::Manager || (self.restriction.is_none() && audience.sees(self.visibility))
    }

    /// The person as it is seen with one audience for the person itself and for each organisation another.
    fn face(&self, audience: Audience, at: impl Fn(OrganisationId) -> Audience) -> Option<Seen<Self>> {
        if !self.shows_to(audience) {
            return None;
        }
        let mut seen = self.clone();
        seen.affiliations.retain(|one| at(one.organisation).sees(one.place));
        if !audience.sees(self.contact_visibility) {
            (seen.email, seen.phone) = (None, None);
        }
        if audience != Audience::Manager {
            (seen.consent, seen.birth_year) = (None, None);
            (seen.matching, seen.objected_at) = (true, None);
            // How far others see the same is not for them to know.
            (seen.visibility, seen.contact_visibility) = (Visibility::Public, Visibility::Public);
            seen.affiliations
                .iter_mut()
                .for_each(|one| one.place = Visibility::Public);
        }
        Some(Seen::new(seen))
    }
}

impl Person {
    /// Notes whether the person objects, as of a time. What is said already stays as old as it is.
    pub fn set_matching(&mut self, matching: bool, now: DateTime<Utc>) {
        if matching != self.matching {
            self.objected_at = (!matching).then_some(now);
        }
        self.matching = matching;
    }

    /// True if what a reader sees of this person is more than everyone may know.
    fn is_private(&self, seen: &Self) -> bool {
        let private = |level: Visibility| level != Visibility::Public;
        let contacts = seen.email.is_some() || seen.phone.is_some();
        let open = self.affiliations.iter().filter(|one| !private(one.place)).count();
        private(self.visibility)
            || (contacts && private(self.contact_visibility))
            || seen.consent.is_some()
            || seen.birth_year.is_some()
            || seen.affiliations.len() > open
    }
}

impl Project for Person {
    /// An affiliation shows to those who may see the organisation and the unit.
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        self.face(audience, |_| audience)
    }
}

#[cfg(test)]
mod tests;
