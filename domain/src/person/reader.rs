//! Readers of persons: owners of an organisation administer its people, others belong to a class of viewers.

use chrono::NaiveDate;

use super::{Affiliation, Person, PersonId};
use crate::audience::{Audience, Seen, Stored};
use crate::organisation::OrganisationId;

/// A person as a reader sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenPerson {
    /// The record, hidden parts emptied.
    pub stored: Stored<Seen<Person>>,
    /// The audience to which the reader belongs for this person.
    pub audience: Audience,
    /// True if that is more than everyone may know.
    pub tells_more: bool,
}

/// Who reads persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The class of viewers.
    pub audience: Audience,
    /// The organisation whose people the reader administers.
    pub owns: Option<OrganisationId>,
    /// The person that the reader is.
    pub own: Option<Own>,
    /// The day.
    pub today: NaiveDate,
}

/// The person that a reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// Which one.
    pub person: PersonId,
    /// The organisation that the reader edits, and so may say what the person does there.
    pub edits: Option<OrganisationId>,
}

impl Reader {
    /// True if the reader is the person.
    pub fn is(&self, person: &Person) -> bool {
        self.own.is_some_and(|own| own.person == person.id)
    }

    /// True if the reader may change the person: who administers it, and the person itself.
    pub fn may_change(&self, person: &Person) -> bool {
        self.administers(person) || self.is(person)
    }

    /// True if the reader administers the person: who works in the own organisation now, or anyone for managers. A restricted record
    /// is for managers alone.
    pub fn administers(&self, person: &Person) -> bool {
        let here = |one: &Affiliation| Some(one.organisation) == self.owns && one.is_current(self.today);
        let owns = || person.restriction.is_none() && person.affiliations.iter().any(here);
        self.audience == Audience::Manager || owns()
    }

    /// The audience to which the reader belongs at an organisation.
    pub fn at(&self, organisation: OrganisationId) -> Audience {
        if self.owns == Some(organisation) {
            Audience::Manager
        } else {
            self.audience
        }
    }

    /// The person as the reader sees it: of the own people, and of oneself, everything but other organisations that are hidden.
    pub fn sees(&self, stored: &Stored<Person>) -> Option<SeenPerson> {
        self.with_audience(stored, self.audience_for(&stored.record))
    }

    /// The person as it is for a reader who has just written it, even where it is the last time.
    pub fn wrote(&self, stored: &Stored<Person>) -> Option<SeenPerson> {
        self.with_audience(stored, Audience::Manager)
    }

    fn with_audience(&self, stored: &Stored<Person>, audience: Audience) -> Option<SeenPerson> {
        let record = stored.record.face(audience, |organisation| self.at(organisation))?;
        let tells_more = stored.record.is_private(record.get());
        let stored = Stored {
            record,
            version: stored.version,
            created_at: stored.created_at,
            changed_at: stored.changed_at.clone(),
        };
        Some(SeenPerson {
            stored,
            audience,
            tells_more,
        })
    }

    /// The audience to which the reader belongs for a person.
    pub fn audience_for(&self, person: &Person) -> Audience {
        if self.may_change(person) {
            Audience::Manager
        } else {
            self.audience
        }
    }

    /// True if the reader may see this affiliation of somebody.
    pub fn sees_place(&self, affiliation: &Affiliation) -> bool {
        self.at(affiliation.organisation).sees(affiliation.place)
    }
}
