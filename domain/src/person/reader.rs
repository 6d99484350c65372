//! Readers of persons: owners of an organisation administer its people, others belong to a class of viewers.

use chrono::NaiveDate;

use super::{Affiliation, Person};
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
    /// The day.
    pub today: NaiveDate,
}

impl Reader {
    /// True if the reader administers the person: who works in the own organisation now, or anyone for managers.
    pub fn administers(&self, person: &Person) -> bool {
        let here = |one: &Affiliation| Some(one.organisation) == self.owns && one.is_current(self.today);
        self.audience == Audience::Manager || person.affiliations.iter().any(here)
    }

    /// The audience to which the reader belongs at an organisation.
    pub fn at(&self, organisation: OrganisationId) -> Audience {
        if self.owns == Some(organisation) {
            Audience::Manager
        } else {
            self.audience
        }
    }

    /// The person as the reader sees it: of the own people everything, but no other organisation that is hidden.
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
        if self.administers(person) {
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
