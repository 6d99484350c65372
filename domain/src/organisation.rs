//! Organisations: every legal body of the network, companies and institutions alike.

use chrono::NaiveDate;

use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::place::Location;
use crate::text::Text;

pub mod identifier;
mod kind;
mod number;

pub use identifier::{ExternalId, Identifiers, RegisterEntry};
pub use kind::{Helix, Kind, SizeClass};
pub use number::Number;

/// The id of an organisation.
pub type OrganisationId = Id<Organisation>;

/// A legal body in the directory.
#[derive(Clone, Debug, PartialEq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: Kind,
    /// Legal name, one line of up to 200 characters.
    pub name: String,
    /// The name people use.
    pub short_name: Option<String>,
    /// For example `GmbH`, `e. V.`.
    pub legal_form: Option<String>,
    /// Numbers in registers.
    pub identifiers: Identifiers,
    /// Day of foundation.
    pub founded_on: Option<NaiveDate>,
    /// EU size class.
    pub size: Option<SizeClass>,
    /// Number of people working there.
    pub headcount: Option<u32>,
    /// Industry codes, each with its scheme.
    pub industries: Vec<IndustryCode>,
    /// One or two sentences.
    pub summary: Text,
    /// The long description.
    pub description: Text,
    /// Main web address.
    pub website: Option<String>,
    /// Further addresses.
    pub links: Vec<Link>,
    /// Places, the seat first.
    pub locations: Vec<Location>,
    /// Working languages, ISO 639-1.
    pub languages: Vec<String>,
    /// Whom to write to.
    pub contacts: Vec<Contact>,
    /// Notes of the association.
    pub notes: Option<String>,
    /// How far each field group is visible.
    pub visibility: FieldGroups,
}

/// A code of an industry classification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IndustryCode {
    /// `wz2008`, `wz2025` or `nace2`.
    pub scheme: String,
    /// For example `62.01`.
    pub code: String,
}

/// A link with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What is found there, for example `careers`.
    pub rel: String,
    /// Web address.
    pub url: String,
}

/// A contact point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// A person or an office.
    pub name: Option<String>,
    /// For example `innovation partnerships`.
    pub role: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
}

/// The visibility of each field group of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldGroups {
    /// Existence, names, kind, legal form, size class, locations, languages, website. Hiding it hides the organisation.
    pub core: Visibility,
    /// Summary, description, industries, links, foundation day, headcount.
    pub profile: Visibility,
    /// Contacts.
    pub contacts: Visibility,
    /// Register entry and other numbers.
    pub register: Visibility,
    /// Notes.
    pub notes: Visibility,
    /// False if the organisation objects to being found by matching. It may still ask itself.
    pub matching: bool,
}

impl Default for FieldGroups {
    fn default() -> Self {
        Self {
            core: Visibility::Public,
            profile: Visibility::Public,
            contacts: Visibility::Members,
            register: Visibility::Public,
            notes: Visibility::Managers,
            matching: true,
        }
    }
}

impl Project for Organisation {
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        let groups = self.visibility;
        if !audience.sees(groups.core) {
            return None;
        }
        let mut seen = self.clone();
        if !audience.sees(groups.profile) {
            seen.summary = Text::default();
            seen.description = Text::default();
            seen.industries.clear();
            seen.links.clear();
            seen.founded_on = None;
            seen.headcount = None;
        }
        if !audience.sees(groups.contacts) {
            seen.contacts.clear();
        }
        if !audience.sees(groups.register) {
            seen.identifiers = Identifiers::default();
        }
        if !audience.sees(groups.notes) {
            seen.notes = None;
        }
        if audience != Audience::Manager {
            seen.visibility = FieldGroups::default();
        }
        Some(Seen::new(seen))
    }
}
