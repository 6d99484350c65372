//! Hard constraints: they remove candidates before anything is scored.

use super::Requirement;
use crate::organisation::Organisation;
use crate::place::Location;

/// A constraint that a candidate can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Constraint {
    /// The seeker itself, a partner on board, or explicitly excluded.
    Involved,
    /// Not of a kind that is sought.
    Kind,
    /// Not of a helix sector that is sought.
    Helix,
    /// Not of a size that is sought; an unknown size does not break it.
    Size,
    /// Speaks none of the languages; unknown languages do not break it.
    Language,
    /// No location within the circle; without coordinates it cannot be shown to be there.
    Distance,
    /// A member where others are sought, or the reverse.
    Membership,
}

impl Constraint {
    /// All constraints.
    pub const ALL: [Self; 7] = [
        Self::Involved,
        Self::Kind,
        Self::Helix,
        Self::Size,
        Self::Language,
        Self::Distance,
        Self::Membership,
    ];

    /// The name in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Involved => "involved",
            Self::Kind => "kind",
            Self::Helix => "helix",
            Self::Size => "size",
            Self::Language => "language",
            Self::Distance => "distance",
            Self::Membership => "membership",
        }
    }

    /// The constraints that a requirement sets. That those involved are not returned always holds and cannot be relaxed.
    pub fn set_by(requirement: &Requirement) -> Vec<Self> {
        let sought = &requirement.sought;
        let set = |constraint: &Self| match constraint {
            Self::Involved => false,
            Self::Kind => !sought.kinds.is_empty(),
            Self::Helix => !sought.helix.is_empty(),
            Self::Size => !sought.sizes.is_empty(),
            Self::Language => !sought.languages.is_empty(),
            Self::Distance => sought.near.is_some(),
            Self::Membership => requirement.member.is_some(),
        };
        Self::ALL.into_iter().filter(set).collect()
    }

    /// True if the organisation meets this constraint. [`Self::Involved`] needs the directory and is judged there.
    pub fn met(self, requirement: &Requirement, organisation: &Organisation, is_member: Membership) -> bool {
        let sought = &requirement.sought;
        match self {
            Self::Involved => true,
            Self::Kind => sought.kinds.is_empty() || sought.kinds.contains(&organisation.kind),
            Self::Helix => sought.helix.is_empty() || sought.helix.contains(&organisation.kind.helix()),
            Self::Size => sought.sizes.is_empty() || organisation.size.is_none_or(|size| sought.sizes.contains(&size)),
            Self::Language => {
                let spoken = &organisation.languages;
                sought.languages.is_empty() || spoken.is_empty() || spoken.iter().any(|l| sought.languages.contains(l))
            }
            Self::Distance => sought.near.is_none_or(|circle| {
                let distances = organisation.locations.iter().filter_map(Location::position);
                distances
                    .map(|point| circle.centre.distance_km(point))
                    .any(|km| km <= circle.radius_km)
            }),
            Self::Membership => requirement
                .member
                .is_none_or(|wanted| wanted == (is_member == Membership::Member)),
        }
    }
}

/// Whether an organisation counts as a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It does.
    Member,
    /// It does not.
    Other,
}
