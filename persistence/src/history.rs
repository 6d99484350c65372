//! The history of records: what each was before it was changed or removed, by whom, and when.
//!
//! The present state is in a record's own table; what it was before is kept as JSON in the shape of its rows. A row that
//! gains a column must still read without it: an optional column does by itself, others need `#[serde(default)]`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::institution::Unit;
use werkstadt_domain::opportunity::Opportunity;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::person::Person;
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::{Claim, Skill};
use werkstadt_domain::solution::Solution;

use crate::changes::Noun;
use crate::error::{Error, Result};
use crate::logos::Logo;

mod back;
mod timeline;
mod version;

pub use back::{Returned, bring_back, removed_owner};
pub use timeline::{Change, Event, Place, Scope, of, version};
pub(crate) use version::{VersionRow, insert, last_version};

/// A record that has a history, in one of its states.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// An organisation.
    Organisation(Stored<Organisation>),
    /// A unit; it names its organisation itself.
    Unit(Stored<Unit>),
    /// A claim of an organisation.
    Claim(OrganisationId, Stored<Claim>),
    /// A reference of an organisation.
    Reference(OrganisationId, Stored<Reference>),
    /// The logo of an organisation.
    Logo(OrganisationId, Logo),
    /// An opportunity; it names its organisation itself.
    Opportunity(Stored<Opportunity>),
    /// A solution; it names its organisation itself.
    Solution(Stored<Solution>),
    /// A person.
    Person(Stored<Person>),
    /// A concept.
    Skill(Stored<Skill>),
}

/// How a noun's states are kept.
pub(crate) trait Kept: Sized {
    /// Its rows.
    type Rows: Serialize + DeserializeOwned;

    /// The rows of a state. Parts of an organisation need to be told which.
    fn rows(stored: &Stored<Self>, owner: OrganisationId) -> Self::Rows;

    /// The state that these rows hold.
    fn revive(rows: Self::Rows) -> Result<Stored<Self>>;
}

impl Record {
    /// What it is.
    pub const fn noun(&self) -> Noun {
        match self {
            Self::Organisation(_) => Noun::Organisation,
            Self::Unit(_) => Noun::Unit,
            Self::Claim(..) => Noun::Claim,
            Self::Reference(..) => Noun::Reference,
            Self::Logo(..) => Noun::Logo,
            Self::Opportunity(_) => Noun::Opportunity,
            Self::Solution(_) => Noun::Solution,
            Self::Person(_) => Noun::Person,
            Self::Skill(_) => Noun::Skill,
        }
    }

    /// Which one.
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Organisation(stored) => stored.record.id.uuid(),
            Self::Unit(stored) => stored.record.id.uuid(),
            Self::Claim(_, stored) => stored.record.id.uuid(),
            Self::Reference(_, stored) => stored.record.id.uuid(),
            Self::Logo(owner, _) => owner.uuid(),
            Self::Opportunity(stored) => stored.record.id.uuid(),
            Self::Solution(stored) => stored.record.id.uuid(),
            Self::Person(stored) => stored.record.id.uuid(),
            Self::Skill(stored) => stored.record.id.uuid(),
        }
    }

    /// Whose it is, if it is an organisation's.
    pub const fn owner(&self) -> Option<OrganisationId> {
        match self {
            Self::Organisation(stored) => Some(stored.record.id),
            Self::Unit(stored) => Some(stored.record.organisation),
            Self::Claim(owner, _) | Self::Reference(owner, _) | Self::Logo(owner, _) => Some(*owner),
            Self::Opportunity(stored) => Some(stored.record.organisation),
            Self::Solution(stored) => Some(stored.record.organisation),
            Self::Person(_) | Self::Skill(_) => None,
        }
    }

    /// The person that it is.
    pub(crate) const fn person(&mut self) -> Option<&mut Person> {
        match self {
            Self::Person(stored) => Some(&mut stored.record),
            _ => None,
        }
    }

    /// Counts its changes, from 1; those of a logo are not counted.
    pub const fn version(&self) -> i64 {
        match self {
            Self::Organisation(stored) => stored.version,
            Self::Unit(stored) => stored.version,
            Self::Claim(_, stored) => stored.version,
            Self::Reference(_, stored) => stored.version,
            Self::Logo(..) => 0,
            Self::Opportunity(stored) => stored.version,
            Self::Solution(stored) => stored.version,
            Self::Person(stored) => stored.version,
            Self::Skill(stored) => stored.version,
        }
    }

    /// The state as it is kept.
    pub(crate) fn content(&self) -> Result<Value> {
        let nobody = OrganisationId::new(Uuid::nil());
        match self {
            Self::Organisation(stored) => write(stored, nobody),
            Self::Unit(stored) => write(stored, nobody),
            Self::Claim(owner, stored) => write(stored, *owner),
            Self::Reference(owner, stored) => write(stored, *owner),
            Self::Logo(_, logo) => logo.kept(),
            Self::Opportunity(stored) => write(stored, nobody),
            Self::Solution(stored) => write(stored, nobody),
            Self::Person(stored) => write(stored, nobody),
            Self::Skill(stored) => write(stored, nobody),
        }
    }

    /// The state that was kept; none for a noun without a history.
    pub(crate) fn read(noun: Noun, owner: Option<OrganisationId>, content: Value) -> Result<Option<Self>> {
        let owner = owner.unwrap_or(OrganisationId::new(Uuid::nil()));
        Ok(Some(match noun {
            Noun::Organisation => Self::Organisation(read(content)?),
            Noun::Unit => Self::Unit(read(content)?),
            Noun::Claim => Self::Claim(owner, read(content)?),
            Noun::Reference => Self::Reference(owner, read(content)?),
            Noun::Logo => Self::Logo(owner, Logo::revive(content)?),
            Noun::Opportunity => Self::Opportunity(read(content)?),
            Noun::Solution => Self::Solution(read(content)?),
            Noun::Person => Self::Person(read(content)?),
            Noun::Skill => Self::Skill(read(content)?),
            _ => return Ok(None),
        }))
    }
}

fn write<T: Kept>(stored: &Stored<T>, owner: OrganisationId) -> Result<Value> {
    serde_json::to_value(T::rows(stored, owner)).map_err(Error::internal)
}

fn read<T: Kept>(content: Value) -> Result<Stored<T>> {
    T::revive(serde_json::from_value(content).map_err(Error::internal)?)
}
