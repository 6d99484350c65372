//! Membership: what makes an organisation a member of the association.

use chrono::{DateTime, NaiveDate, Utc};

use crate::audience::{Audience, Project, Seen};
use crate::id::Id;
use crate::named::Named;
use crate::organisation::OrganisationId;

pub mod application;
pub mod due;
pub mod life;
pub mod period;
pub mod representative;
pub mod statistics;
pub mod tier;

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
    /// That it will end by resignation, on a day that has not passed.
    pub leaving: Option<Leaving>,
    /// The membership that covers it, as a company's covers its subsidiaries.
    pub covered: Option<Covering>,
}

/// A resignation that takes effect after its last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The last day of membership.
    pub on: NaiveDate,
    /// Why, in one line.
    pub reason: Option<String>,
}

/// The membership that covers another one. A covering membership is not covered itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covering {
    /// Which one.
    pub by: MembershipId,
    /// Where it stands.
    pub status: MembershipStatus,
}

impl Membership {
    /// True while the organisation counts as a member in public. A covered one counts as long as the membership above it.
    pub fn counts(&self) -> bool {
        self.status.is_member() && self.covered.is_none_or(|covering| covering.status.is_member())
    }
}

impl Membership {
    /// Where the organisation stands with it: a covered membership that counts by itself stands where the one above it does.
    pub fn standing(&self) -> MembershipStatus {
        match self.covered {
            Some(covering) if self.status.is_member() => covering.status,
            _ => self.status,
        }
    }
}

impl Project for Membership {
    /// Everyone may know that an organisation is a member; all the rest is for managers.
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        if audience == Audience::Manager {
            return Some(Seen::new(self.clone()));
        }
        self.counts().then(|| {
            Seen::new(Self {
                id: self.id,
                organisation: self.organisation,
                kind: String::new(),
                status: MembershipStatus::Active,
                since_on: None,
                until_on: None,
                leaving: None,
                covered: None,
            })
        })
    }
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
    /// The day from which it counts, if it is not the day on which it was taken.
    pub effective_on: Option<NaiveDate>,
}

/// A change of the type of a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindChange {
    /// The type before.
    pub from: String,
    /// The type after.
    pub to: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl MembershipStep {
    /// The first day on which the state after it holds.
    pub fn day(&self) -> NaiveDate {
        self.effective_on.unwrap_or_else(|| self.at.date_naive())
    }
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
            // Who is suspended may still leave.
            Self::Suspended => &[Self::Active, Self::Resigned],
            // Whoever was a member, or was turned down, may come again: by a new application, or at once.
            Self::Lapsed | Self::Rejected | Self::Resigned => &[Self::Active, Self::Applied],
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

    /// True if a step from here to there takes somebody back, which needs a reason.
    pub const fn readmits(self, to: Self) -> bool {
        matches!((self, to), (Self::Rejected | Self::Resigned, Self::Active))
    }

    /// True in a state that counts as membership in public.
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
            (Suspended, Resigned),
            (Resigned, Active),
            (Rejected, Applied),
            (Lapsed, Applied),
        ] {
            assert_eq!(from.step(to), Ok(to));
        }
        for (from, to) in [
            (Applied, Active),
            (Rejected, UnderReview),
            (Suspended, Grace),
            (Lapsed, Grace),
        ] {
            assert_eq!(from.step(to), Err(MembershipRefused { from, to }));
        }
    }

    #[test]
    fn others_see_that_an_organisation_is_a_member_and_no_more() {
        let covering = |status| {
            Some(Covering {
                by: Id::new(uuid::Uuid::from_u128(9)),
                status,
            })
        };
        let mut membership = Membership {
            id: Id::new(uuid::Uuid::nil()),
            organisation: Id::new(uuid::Uuid::nil()),
            kind: "secret".to_owned(),
            status: MembershipStatus::Grace,
            since_on: NaiveDate::from_ymd_opt(2020, 1, 1),
            until_on: None,
            leaving: None,
            covered: covering(MembershipStatus::Active),
        };
        let seen = membership.project(Audience::Member).expect("a member").into_inner();
        assert_eq!(
            (seen.kind.as_str(), seen.status, seen.since_on, seen.covered),
            ("", MembershipStatus::Active, None, None)
        );
        // When the membership above lapses, the one below is lost with it.
        membership.covered = covering(MembershipStatus::Lapsed);
        assert!(!membership.counts() && membership.project(Audience::Member).is_none());
        assert_eq!(membership.standing(), MembershipStatus::Lapsed);
        assert_eq!(
            membership.project(Audience::Manager).expect("seen").into_inner(),
            membership
        );
    }
}
