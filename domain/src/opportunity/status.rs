//! The life of an opportunity, and the review that decides whether it is published.

use crate::named::Named;

/// Where an opportunity stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Being written.
    Draft,
    /// Waits for the review.
    InReview,
    /// Sent back by the review.
    OnHold,
    /// Turned down by the review.
    Rejected,
    /// Open.
    Published,
    /// Past its end.
    Expired,
    /// Taken back by its owner.
    Withdrawn,
    /// Found its partner.
    Matched,
    /// Done.
    Completed,
}

/// A step that the life cycle does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot become {}", .from.code(), .to.code())]
pub struct Refused {
    /// The state it is in.
    pub from: Status,
    /// The state wanted.
    pub to: Status,
}

impl Named for Status {
    const NAME: &'static str = "OpportunityStatus";
    const ALL: &'static [Self] = &[
        Self::Draft,
        Self::InReview,
        Self::OnHold,
        Self::Rejected,
        Self::Published,
        Self::Expired,
        Self::Withdrawn,
        Self::Matched,
        Self::Completed,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::OnHold => "on_hold",
            Self::Rejected => "rejected",
            Self::Published => "published",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Matched => "matched",
            Self::Completed => "completed",
        }
    }
}

impl Status {
    /// The states that may follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::InReview],
            Self::InReview => &[Self::Published, Self::OnHold, Self::Rejected],
            // Sent back to be improved: its owner hands it in again.
            Self::OnHold | Self::Rejected => &[Self::Draft],
            Self::Published => &[Self::Matched, Self::Expired, Self::Withdrawn],
            Self::Expired => &[Self::Published],
            Self::Matched => &[Self::Completed],
            Self::Withdrawn | Self::Completed => &[],
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`Refused`] if the life cycle does not list it.
    pub fn step(self, to: Self) -> Result<Self, Refused> {
        if self.next().contains(&to) {
            Ok(to)
        } else {
            Err(Refused { from: self, to })
        }
    }

    /// True from publication on: the audience it was published for may see it.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Published | Self::Matched | Self::Completed)
    }
}

/// The quality review: four criteria, each 0 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// Is it clear what is offered or sought?
    pub clarity: u8,
    /// Is the advantage named?
    pub advantage: u8,
    /// Is it clear what is expected of the partner?
    pub expectations: u8,
    /// Is the language good?
    pub language: u8,
}

impl Review {
    /// All four together, 20 at most.
    pub const fn sum(self) -> u8 {
        self.clarity
            .saturating_add(self.advantage)
            .saturating_add(self.expectations)
            .saturating_add(self.language)
    }

    /// What the review decides: a sum of 10 or more publishes, 5 to 9 holds, less rejects; any 0 holds.
    pub const fn decision(self) -> Status {
        let any_zero = self.clarity == 0 || self.advantage == 0 || self.expectations == 0 || self.language == 0;
        match self.sum() {
            0..=4 => Status::Rejected,
            _ if any_zero => Status::OnHold,
            5..=9 => Status::OnHold,
            _ => Status::Published,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_steps_are_taken() {
        assert_eq!(Status::Draft.step(Status::InReview), Ok(Status::InReview));
        let refused = Refused {
            from: Status::Draft,
            to: Status::Published,
        };
        assert_eq!(Status::Draft.step(Status::Published), Err(refused));
        assert!(Status::ALL.iter().all(|status| !status.next().contains(status)));
    }

    #[test]
    fn the_review_publishes_holds_or_rejects() {
        let review = |scores: [u8; 4]| {
            Review {
                clarity: scores[0],
                advantage: scores[1],
                expectations: scores[2],
                language: scores[3],
            }
            .decision()
        };
        assert_eq!(review([3, 3, 2, 2]), Status::Published);
        assert_eq!(review([3, 3, 2, 1]), Status::OnHold);
        assert_eq!(review([5, 5, 5, 0]), Status::OnHold);
        assert_eq!(review([1, 1, 1, 1]), Status::Rejected);
    }
}
