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
const CHUNK: i64 = 250;

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
    let ids: Vec<OrganisationId> = organisations.iter().map(|stored| stored.record.id).collect();
    let found = units::load(db, owners)?.into_iter();
    let mut units = by_owner(&ids, found.map(|unit| (unit.record.organisation, unit)).collect()).into_iter();
    let mut claims = by_owner(&ids, claims::load(db, owners)?).into_iter();
    let mut references = by_owner(&ids, references::load(db, owners)?).into_iter();
    let memberships = memberships::load(db, owners)?.into_iter();
    let mut memberships: HashMap<OrganisationId, Stored<Membership>> = memberships
        .map(|membership| (membership.record.organisation, membership))
        .collect();
    let mut logos: HashMap<OrganisationId, String> = logos::digests(db, owners)?.into_iter().collect();
    let profile = |organisation: Stored<Organisation>| {
        let id = organisation.record.id;
        Profile {
            organisation,
            units: units.next().unwrap_or_default(),
            claims: claims.next().unwrap_or_default(),
            references: references.next().unwrap_or_default(),
            membership: memberships.remove(&id).map(Arc::new),
            logo: logos.remove(&id),
        }
    };
    Ok(organisations.into_iter().map(profile).collect())
}

/// The parts of each owner, their order kept. Owners are in order.
fn by_owner<T>(owners: &[OrganisationId], parts: Vec<(OrganisationId, T)>) -> Vec<Arc<[T]>> {
    let place = |owner: &OrganisationId| owners.binary_search(owner).ok();
    let mut counts = vec![0; owners.len()];
    for (owner, _) in &parts {
        if let Some(count) = place(owner).and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    let mut groups: Vec<Vec<T>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (owner, part) in parts {
        if let Some(group) = place(&owner).and_then(|place| groups.get_mut(place)) {
            group.push(part);
        }
    }
    let shared = |group: Vec<T>| {
        if group.is_empty() {
            Arc::default()
        } else {
            Arc::from(group)
        }
    };
    groups.into_iter().map(shared).collect()
}
