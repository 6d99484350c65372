//! The profile: an organisation with all that belongs to it. What search indexes and matching reads.

use crate::audience::{Audience, Project, Seen, Stored};
use crate::institution::Unit;
use crate::membership::Membership;
use crate::organisation::{Organisation, OrganisationId};
use crate::reference::Reference;
use crate::skill::Claim;

/// An organisation with its units, claims, references, membership and logo.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The organisation.
    pub organisation: Stored<Organisation>,
    /// Its units, in order of id.
    pub units: Vec<Stored<Unit>>,
    /// What it can do, in order of id.
    pub claims: Vec<Stored<Claim>>,
    /// What it has done, in order of id.
    pub references: Vec<Stored<Reference>>,
    /// Its membership.
    pub membership: Option<Stored<Membership>>,
    /// What tells its present logo from others, if it has one.
    pub logo: Option<String>,
}

impl Profile {
    /// The organisation's id.
    pub const fn id(&self) -> OrganisationId {
        self.organisation.record.id
    }

    /// The profile exactly as the audience sees it, without a trace of hidden changes; `None` if it does not exist for it.
    fn face(&self, audience: Audience) -> Option<Self> {
        let seen = self.project(audience)?.into_inner();
        Some(Self {
            organisation: seen.organisation.without_traces(audience),
            units: each_without_traces(seen.units, audience),
            claims: each_without_traces(seen.claims, audience),
            references: each_without_traces(seen.references, audience),
            membership: seen.membership.map(|membership| membership.without_traces(audience)),
            logo: seen.logo,
        })
    }
}

/// Whether the audience sees a difference between two states of an organisation; `None` is its absence.
pub fn differs(before: Option<&Profile>, after: Option<&Profile>, audience: Audience) -> bool {
    let face = |state: Option<&Profile>| state?.face(audience);
    face(before) != face(after)
}

fn each_without_traces<T>(parts: Vec<Stored<T>>, audience: Audience) -> Vec<Stored<T>> {
    parts.into_iter().map(|part| part.without_traces(audience)).collect()
}

impl Project for Profile {
    /// Parts below a hidden unit are hidden with it; a membership shows to all as soon as it counts, else to managers.
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        let mut organisation = self.organisation.clone();
        organisation.record = organisation.record.project(audience)?.into_inner();
        let units = visible(&self.units, audience);
        let shown = |unit: Option<_>| unit.is_none_or(|id| units.iter().any(|unit| unit.record.id == id));
        let mut claims = visible(&self.claims, audience);
        claims.retain(|claim| shown(claim.record.unit));
        let mut references = visible(&self.references, audience);
        references.retain(|reference| shown(reference.record.unit));
        let may_know =
            |membership: &&Stored<Membership>| audience == Audience::Manager || membership.record.status.is_member();
        let membership = self.membership.as_ref().filter(may_know).cloned();
        let units = units
            .into_iter()
            .map(|unit| detach_from_hidden(unit, &self.units, audience))
            .collect();
        Some(Seen::new(Self {
            organisation,
            units,
            claims,
            references,
            membership,
            logo: self.logo.clone(),
        }))
    }
}

fn visible<T: Project>(parts: &[Stored<T>], audience: Audience) -> Vec<Stored<T>> {
    let seen = |part: &Stored<T>| {
        let record = part.record.project(audience)?.into_inner();
        Some(Stored {
            record,
            version: part.version,
            created_at: part.created_at,
            changed_at: part.changed_at,
        })
    };
    let mut seen: Vec<Stored<T>> = parts.iter().filter_map(seen).collect();
    // Profiles are kept by the hundred thousand.
    seen.shrink_to_fit();
    seen
}

/// A visible unit below a hidden one hangs from the nearest visible unit above, so that the hidden one cannot be inferred.
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
