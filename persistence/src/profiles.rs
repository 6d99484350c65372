//! Profiles: organisations with all that belongs to them, a constant number of queries for any number of them.

use std::collections::HashMap;
use std::sync::Arc;

use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::Membership;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::profile::Profile;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::guard::Owners;
use crate::{claims, logos, memberships, organisations, references, units};

/// Profiles read at a time: few enough that they are still at hand, in the processor's caches, when they are indexed.
const CHUNK: i64 = 125;

/// The profile of one organisation.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: OrganisationId) -> Result<Profile> {
    let noun = crate::Noun::Organisation;
    load(db, &[id])?.pop().ok_or(Error::NotFound { noun })
}

/// The profiles of the organisations with these ids that exist, in order of id.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, ids: &[OrganisationId]) -> Result<Vec<Profile>> {
    let found = organisations::load(db, ids)?;
    with_parts(db, found, Owners::These(ids))
}

/// Profiles in order of the organisations' ids, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, after: Option<OrganisationId>, limit: i64) -> Result<Vec<Profile>> {
    let found = organisations::list(db, after, limit)?;
    match (found.first(), found.last()) {
        (Some(first), Some(last)) => {
            let owners = Owners::Between(first.record.id, last.record.id);
            with_parts(db, found, owners)
        }
        _ => Ok(Vec::new()),
    }
}

/// All profiles, some at a time, in order of id.
pub struct Chunks<'db> {
    db: &'db mut Db,
    after: Option<OrganisationId>,
}

impl<'db> Chunks<'db> {
    /// From the first one on.
    pub const fn new(db: &'db mut Db) -> Self {
        Self { db, after: None }
    }

    fn read(&mut self) -> Result<Vec<Profile>> {
        let found = list(self.db, self.after, CHUNK)?;
        self.after = found.last().map(Profile::id).or(self.after);
        Ok(found)
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<Vec<Profile>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read()
            .map(|found| (!found.is_empty()).then_some(found))
            .transpose()
    }
}

fn with_parts(db: &mut Db, organisations: Vec<Stored<Organisation>>, owners: Owners<'_>) -> Result<Vec<Profile>> {
    let units = units::load(db, owners)?.into_iter();
    let mut units = Owned::new(units.map(|unit| (unit.record.organisation, unit)).collect());
    let mut claims = Owned::new(claims::load(db, owners)?);
    let mut references = Owned::new(references::load(db, owners)?);
    let memberships = memberships::load(db, owners)?.into_iter();
    let mut memberships: HashMap<OrganisationId, Stored<Membership>> = memberships
        .map(|membership| (membership.record.organisation, membership))
        .collect();
    let mut logos: HashMap<OrganisationId, String> = logos::digests(db, owners)?.into_iter().collect();
    let profile = |organisation: Stored<Organisation>| {
        let id = organisation.record.id;
        Profile {
            organisation,
            units: units.of(id),
            claims: claims.of(id),
            references: references.of(id),
            membership: memberships.remove(&id).map(Arc::new),
            logo: logos.remove(&id),
        }
    };
    Ok(organisations.into_iter().map(profile).collect())
}

/// Parts with their owners, in order of owners.
struct Owned<T>(std::vec::IntoIter<(OrganisationId, T)>);

impl<T> Owned<T> {
    fn new(parts: Vec<(OrganisationId, T)>) -> Self {
        Self(parts.into_iter())
    }

    /// The parts of an owner, their order kept. To be asked for in order of owners.
    fn of(&mut self, owner: OrganisationId) -> Arc<[T]> {
        let count = |until: fn(&OrganisationId, &OrganisationId) -> bool, parts: &[(OrganisationId, T)]| {
            parts.iter().take_while(|(whose, _)| until(whose, &owner)).count()
        };
        // Of owners that came or went between two reads.
        let others = count(PartialOrd::lt, self.0.as_slice());
        self.0.by_ref().take(others).for_each(drop);
        // Empty ones share their place.
        match count(PartialEq::eq, self.0.as_slice()) {
            0 => Arc::default(),
            own => self.0.by_ref().take(own).map(|(_, part)| part).collect(),
        }
    }
}
