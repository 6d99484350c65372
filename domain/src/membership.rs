//! Membership: what makes an organisation a member of the association.

use chrono::{DateTime, NaiveDate, Utc};

use crate::id::Id;
use crate::named::Named;
use crate::organisation::OrganisationId;

/// The id of a membership.
pub type MembershipId = Id<Membership>;

/// The membership of one organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// The member.
    pub organisation: OrganisationId,
    /// The type, for example `full`, `supporting`, `partner`.
    pub kind: String,
    /// Where it stands.
    pub status: MembershipStatus,
    /// First day.
    pub since_on: Option<NaiveDate>,
    /// Last day.
    pub until_on: Option<NaiveDate>,
}

/// One step in the life of a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipStep {
    /// From where, none for the first.
    pub from: Option<MembershipStatus>,
    /// To where.
    pub to: MembershipStatus,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in one line.
    pub reason: Option<String>,
}

/// Where a membership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MembershipStatus {
    /// Applied for.
    Applied,
    /// Being decided.
    UnderReview,
    /// Turned down.
    Rejected,
    /// A member.
    Active,
    /// A member whose renewal is due.
    Grace,
    /// No longer renewed.
    Lapsed,
    /// Rights withheld for now.
    Suspended,
    /// Left.
    Resigned,
}

/// A step that the life cycle does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot become {}", .from.code(), .to.code())]
pub struct MembershipRefused {
    /// The state it is in.
    pub from: MembershipStatus,
    /// The state wanted.
    pub to: MembershipStatus,
}

impl Named for MembershipStatus {
    const NAME: &'static str = "MembershipStatus";
    const ALL: &'static [Self] = &[
        Self::Applied,
        Self::UnderReview,
        Self::Rejected,
        Self::Active,
        Self::Grace,
        Self::Lapsed,
        Self::Suspended,
        Self::Resigned,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::UnderReview => "under_review",
            Self::Rejected => "rejected",
            Self::Active => "active",
            Self::Grace => "grace",
            Self::Lapsed => "lapsed",
            Self::Suspended => "suspended",
            Self::Resigned => "resigned",
        }
    }
}

impl MembershipStatus {
    /// The states that may follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Applied => &[Self::UnderReview],
            Self::UnderReview => &[Self::Active, Self::Rejected],
            Self::Active => &[Self::Grace, Self::Suspended, Self::Resigned],
            // Paying within the days of grace renews the membership.
            Self::Grace => &[Self::Active, Self::Lapsed, Self::Resigned],
            Self::Suspended | Self::Lapsed => &[Self::Active],
            Self::Rejected | Self::Resigned => &[],
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`MembershipRefused`] if the life cycle does not list it.
    pub fn step(self, to: Self) -> Result<Self, MembershipRefused> {
        if self.next().contains(&to) {
            Ok(to)
        } else {
            Err(MembershipRefused { from: self, to })
        }
    }

    /// True while the organisation counts as a member in public.
    pub const fn is_member(self) -> bool {
        matches!(self, Self::Active | Self::Grace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_membership() {
        use MembershipStatus::{Active, Applied, Grace, Lapsed, Rejected, Resigned, Suspended, UnderReview};
        for (from, to) in [
            (Applied, UnderReview),
            (UnderReview, Active),
            (Active, Grace),
            (Grace, Lapsed),
            (Lapsed, Active),
            (Active, Suspended),
            (Suspended, Active),
            (Active, Resigned),
            (Grace, Resigned),
        ] {
            assert_eq!(from.step(to), Ok(to));
        }
        for (from, to) in [
            (Applied, Active),
            (Rejected, Active),
            (Resigned, Active),
            (Lapsed, Grace),
        ] {
            assert_eq!(from.step(to), Err(MembershipRefused { from, to }));
        }
    }
}
