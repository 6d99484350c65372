//! The profile: an organisation with all that belongs to it. What search indexes and matching reads.

use std::sync::Arc;

use crate::audience::{Audience, Project, Seen, Stored, Visibility};
use crate::institution::{Unit, UnitId};
use crate::membership::Membership;
use crate::organisation::{FieldGroups, Organisation, OrganisationId};
use crate::reference::Reference;
use crate::skill::Claim;

/// Parts of a profile. Shared: most are the same for every audience, and profiles are kept by the hundred thousand.
pub type Parts<T> = Arc<[Stored<T>]>;

/// An organisation with its units, claims, references, membership and logo.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The organisation.
    pub organisation: Stored<Organisation>,
    /// Its units, in order of id.
    pub units: Parts<Unit>,
    /// What it can do, in order of id.
    pub claims: Parts<Claim>,
    /// What it has done, in order of id.
    pub references: Parts<Reference>,
    /// Its membership, and where the one stands that covers it.
    pub membership: Option<Arc<Stored<Membership>>>,
    /// What tells its present logo from others, if it has one.
    pub logo: Option<String>,
}

impl Profile {
    /// The organisation's id.
    pub const fn id(&self) -> OrganisationId {
        self.organisation.record.id
    }

    /// The profile as managers see it, whole: what projecting it onto them gives, without a copy.
    pub const fn whole(self) -> Seen<Self> {
        Seen::new(self)
    }

    /// True while it counts as a member of the association.
    pub fn is_member(&self) -> bool {
        self.membership
            .as_ref()
            .is_some_and(|membership| membership.record.counts())
    }

    /// True if it is certain, without a closer look, that everyone sees all of it.
    pub fn is_open(&self) -> bool {
        let organisation = &self.organisation.record;
        let usual = organisation.visibility == FieldGroups::default();
        let public = |level: Visibility| level == Visibility::Public;
        // Contacts and notes are not for everyone, as a rule.
        usual
            && organisation.contacts.is_empty()
            && organisation.notes.is_none()
            && self.membership.is_none()
            && self.units.iter().all(|unit| public(unit.record.visibility))
            && self.claims.iter().all(|claim| public(claim.record.visibility))
            && self.references.iter().all(|one| public(one.record.visibility))
    }

    /// The profile exactly as the audience sees it, without a trace of hidden changes; `None` if it does not exist for it.
    fn face(&self, audience: Audience) -> Option<Self> {
        let seen = self.project(audience)?.into_inner();
        Some(Self {
            organisation: seen.organisation.without_traces(audience),
            units: each_without_traces(&seen.units, audience),
            claims: each_without_traces(&seen.claims, audience),
            references: each_without_traces(&seen.references, audience),
            membership: seen
                .membership
                .map(|membership| Arc::new(Arc::unwrap_or_clone(membership).without_traces(audience))),
            logo: seen.logo,
        })
    }
}

/// Whether the audience sees a difference between two states of an organisation; `None` is its absence.
pub fn differs(before: Option<&Profile>, after: Option<&Profile>, audience: Audience) -> bool {
    let face = |state: Option<&Profile>| state?.face(audience);
    face(before) != face(after)
}

fn each_without_traces<T: Clone>(parts: &Parts<T>, audience: Audience) -> Parts<T> {
    let parts = parts.iter().cloned();
    parts.map(|part| part.without_traces(audience)).collect()
}

impl Project for Profile {
    /// Parts below a hidden unit are hidden with it; a membership shows to all as soon as it counts, else to managers.
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        let mut organisation = self.organisation.clone();
        organisation.record = organisation.record.project(audience)?.into_inner();
        let units = visible(&self.units, audience, |_| true);
        let shown = |unit: Option<UnitId>| unit.is_none_or(|id| units.iter().any(|unit| unit.record.id == id));
        let claims = visible(&self.claims, audience, |claim| shown(claim.unit));
        let references = visible(&self.references, audience, |reference| shown(reference.unit));
        Some(Seen::new(Self {
            organisation,
            units: attached(units, &self.units, audience),
            claims,
            references,
            membership: self.membership.as_ref().and_then(|one| known(one, audience)),
            logo: self.logo.clone(),
        }))
    }
}

/// The membership as the audience sees it.
fn known(membership: &Arc<Stored<Membership>>, audience: Audience) -> Option<Arc<Stored<Membership>>> {
    if audience == Audience::Manager {
        return Some(Arc::clone(membership));
    }
    let record = membership.record.project(audience)?.into_inner();
    Some(Arc::new(Stored {
        record,
        version: membership.version,
        created_at: membership.created_at,
        changed_at: membership.changed_at.clone(),
    }))
}

/// The parts as the audience sees them, of those that are shown at all; the same list where that is all of them.
fn visible<T: Project>(parts: &Parts<T>, audience: Audience, shown: impl Fn(&T) -> bool) -> Parts<T> {
    let seen = |part: &Stored<T>| {
        let record = part.record.project(audience).filter(|_| shown(&part.record))?;
        Some(record.into_inner())
    };
    if parts.iter().all(|part| seen(part).as_ref() == Some(&part.record)) {
        return Arc::clone(parts);
    }
    let seen = parts.iter().filter_map(|part| {
        Some(Stored {
            record: seen(part)?,
            version: part.version,
            created_at: part.created_at,
            changed_at: part.changed_at.clone(),
        })
    });
    seen.collect()
}

/// Visible units. One below a hidden one hangs from the nearest visible one above, so that the hidden one cannot be inferred.
fn attached(units: Parts<Unit>, all: &Parts<Unit>, audience: Audience) -> Parts<Unit> {
    if Arc::ptr_eq(&units, all) {
        return units;
    }
    let units = units.iter().cloned();
    units.map(|unit| detach_from_hidden(unit, all, audience)).collect()
}

fn detach_from_hidden(mut unit: Stored<Unit>, all: &[Stored<Unit>], audience: Audience) -> Stored<Unit> {
    for _ in 0..all.len() {
        let Some(parent) = unit.record.parent else { break };
        match all.iter().find(|other| other.record.id == parent) {
            Some(above) if audience.sees(above.record.visibility) => break,
            Some(above) => unit.record.parent = above.record.parent,
            None => unit.record.parent = None,
        }
    }
    unit
}
