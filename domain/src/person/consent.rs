//! Consent: nobody is shown to more than the association's managers without having agreed to it.

use chrono::{DateTime, Utc};

use super::Person;
use crate::audience::Visibility;
use crate::consent;
use crate::invalid::{Faults, Rule};
use crate::named::Named;

/// A person agreed to be seen, or a guardian agreed for a minor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who gave it.
    pub by: ConsentGiver,
    /// The guardian's name.
    pub name: Option<String>,
    /// How it was given, in one line, so that it can be proved: a signed form, a mail.
    pub how: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who can consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConsentGiver {
    /// The person.
    Person,
    /// The guardian of a minor.
    Guardian,
}

impl Named for ConsentGiver {
    const NAME: &'static str = "ConsentGiver";
    const ALL: &'static [Self] = &[Self::Person, Self::Guardian];

    fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Guardian => "guardian",
        }
    }
}

impl Person {
    /// Whether the person may still be a minor. Only the year is known, so one who comes of age this year counts as one.
    pub fn may_be_minor(&self, now: DateTime<Utc>) -> bool {
        self.birth_year.is_some_and(|year| consent::may_be_minor(year, now))
    }

    /// Notes what keeps the person from being as visible as the record says, and a minor from being there at all. Persons who are
    /// made up need nobody's consent.
    pub fn check_consent(&self, faults: &mut Faults, now: DateTime<Utc>) {
        if let Some(consent) = &self.consent {
            if consent.by == ConsentGiver::Guardian && consent.name.is_none() {
                faults.note("/consent/name", Rule::Required);
            }
            if consent.at > now {
                faults.note("/consent/consented_at", Rule::Malformed("a time that has passed"));
            }
        }
        let minor = self.may_be_minor(now);
        if self.invented || (self.visibility == Visibility::Managers && !minor) {
            return;
        }
        match &self.consent {
            None => faults.note("/consent", Rule::Required),
            Some(consent) if consent.by == ConsentGiver::Person && minor => {
                faults.note("/consent/by", Rule::Malformed("guardian, for a minor"));
            }
            Some(_) => {}
        }
    }
}
