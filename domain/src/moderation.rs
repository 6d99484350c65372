//! Moderation: what managers should look at, and what they may decide.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::account::UserId;
use crate::id::Id;
use crate::named::Named;

/// The id of a case.
pub type CaseId = Id<Case>;

/// Something that managers should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What it is.
    pub kind: CaseKind,
    /// The record that it is about.
    pub record: Uuid,
    /// Where it stands.
    pub status: CaseStatus,
    /// The decision, once there is one.
    pub decision: Option<Decision>,
}

/// A manager's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who decided, unless a program did.
    pub by: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in a few lines.
    pub note: Option<String>,
}

/// What a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseKind {
    /// An organisation's own people changed what others rely on to know who it is. Rejecting puts it back.
    FlaggedChange,
    /// A new organisation was proposed. Accepting shows it, rejecting removes it.
    Proposal,
    /// Somebody reported a record. Accepting means that the report is right.
    Report,
}

impl Named for CaseKind {
    const NAME: &'static str = "CaseKind";
    const ALL: &'static [Self] = &[Self::FlaggedChange, Self::Proposal, Self::Report];

    fn code(self) -> &'static str {
        match self {
            Self::FlaggedChange => "flagged_change",
            Self::Proposal => "proposal",
            Self::Report => "report",
        }
    }
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseStatus {
    /// Nobody has decided.
    Open,
    /// Decided: right.
    Accepted,
    /// Decided: wrong.
    Rejected,
}

impl Named for CaseStatus {
    const NAME: &'static str = "CaseStatus";
    const ALL: &'static [Self] = &[Self::Open, Self::Accepted, Self::Rejected];

    fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// A step that is not allowed: the case is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case that is {} cannot become {}", .from.code(), .to.code())]
pub struct CaseRefused {
    /// The state it is in.
    pub from: CaseStatus,
    /// The state wanted.
    pub to: CaseStatus,
}

impl CaseStatus {
    /// The states that may follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Accepted, Self::Rejected],
            Self::Accepted | Self::Rejected => &[],
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`CaseRefused`] if the life cycle does not list it.
    pub fn step(self, to: Self) -> Result<Self, CaseRefused> {
        if self.next().contains(&to) {
            Ok(to)
        } else {
            Err(CaseRefused { from: self, to })
        }
    }
}

/// Members of an organisation by which others know who it is and whether it is there, as JSON pointers; what lies below one
/// belongs to it.
pub const FLAGGED: [&str; 11] = [
    "/kind",
    "/name",
    "/legal_form",
    "/register",
    "/vat_id",
    "/w_idnr",
    "/lei",
    "/ror_id",
    "/wikidata_id",
    "/external_ids",
    "/visibility/core",
];

/// True if a change at this pointer is flagged.
pub fn is_flagged(pointer: &str) -> bool {
    FLAGGED.iter().any(|flagged| {
        let below = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        below(pointer, flagged) || below(flagged, pointer)
    })
}
