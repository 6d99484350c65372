//! Profiles: organisations with all that belongs to them, a constant number of queries for any number of them.

use std::collections::HashMap;

use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::Membership;
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::profile::Profile;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::{claims, logos, memberships, organisations, references, units};

/// Profiles read at a time.
const CHUNK: i64 = 1000;

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
    with_parts(db, found)
}

/// Profiles in order of the organisations' ids, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, after: Option<OrganisationId>, limit: i64) -> Result<Vec<Profile>> {
    let found = organisations::list(db, after, limit)?;
    with_parts(db, found)
}

/// Gives all profiles to `take`, a thousand at a time, in order of id.
///
/// # Errors
/// As every read.
pub fn for_each_chunk(db: &mut Db, mut take: impl FnMut(Vec<Profile>)) -> Result<()> {
    let mut after = None;
    loop {
        let found = organisations::list(db, after, CHUNK)?;
        let Some(last) = found.last() else { return Ok(()) };
        after = Some(last.record.id);
        take(with_parts(db, found)?);
    }
}

fn with_parts(db: &mut Db, organisations: Vec<Stored<Organisation>>) -> Result<Vec<Profile>> {
    let ids: Vec<OrganisationId> = organisations.iter().map(|stored| stored.record.id).collect();
    let mut units = grouped(
        units::load(db, &ids)?
            .into_iter()
            .map(|unit| (unit.record.organisation, unit)),
    );
    let mut claims = grouped(claims::load(db, &ids)?);
    let mut references = grouped(references::load(db, &ids)?);
    let memberships = memberships::of_organisations(db, &ids)?.into_iter();
    let mut memberships: HashMap<OrganisationId, Stored<Membership>> = memberships
        .map(|membership| (membership.record.organisation, membership))
        .collect();
    let mut logos = logos::digests(db, &ids)?;
    let profile = |organisation: Stored<Organisation>| {
        let id = organisation.record.id;
        Profile {
            organisation,
            units: units.remove(&id).unwrap_or_default(),
            claims: claims.remove(&id).unwrap_or_default(),
            references: references.remove(&id).unwrap_or_default(),
            membership: memberships.remove(&id),
            logo: logos.remove(&id),
        }
    };
    Ok(organisations.into_iter().map(profile).collect())
}

/// Parts by their organisation, their order kept.
fn grouped<T>(parts: impl IntoIterator<Item = (OrganisationId, T)>) -> HashMap<OrganisationId, Vec<T>> {
    let mut groups: HashMap<OrganisationId, Vec<T>> = HashMap::new();
    for (organisation, part) in parts {
        groups.entry(organisation).or_default().push(part);
    }
    groups
}
