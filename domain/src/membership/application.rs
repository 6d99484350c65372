//! Applications for membership: where they stand, and what their documents may be.

use crate::id::Id;
use crate::named::Named;

/// The id of an application.
pub type ApplicationId = Id<ApplicationStatus>;
/// The id of a document of an application.
pub type DocumentId = Id<MediaType>;

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApplicationStatus {
    /// Nobody has looked at it.
    Applied,
    /// Being decided.
    UnderReview,
    /// It led to a membership.
    Accepted,
    /// Turned down.
    Rejected,
}

impl Named for ApplicationStatus {
    const NAME: &'static str = "ApplicationStatus";
    const ALL: &'static [Self] = &[Self::Applied, Self::UnderReview, Self::Accepted, Self::Rejected];

    fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::UnderReview => "under_review",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// A step that the life cycle does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an application that is {} cannot become {}", .from.code(), .to.code())]
pub struct ApplicationRefused {
    /// The state it is in.
    pub from: ApplicationStatus,
    /// The state wanted.
    pub to: ApplicationStatus,
}

impl ApplicationStatus {
    /// The states that may follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Applied => &[Self::UnderReview],
            Self::UnderReview => &[Self::Accepted, Self::Rejected],
            Self::Accepted | Self::Rejected => &[],
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`ApplicationRefused`] if the life cycle does not list it.
    pub fn step(self, to: Self) -> Result<Self, ApplicationRefused> {
        if self.next().contains(&to) {
            Ok(to)
        } else {
            Err(ApplicationRefused { from: self, to })
        }
    }

    /// True when it is decided.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Accepted | Self::Rejected)
    }
}

/// What a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MediaType {
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

impl Named for MediaType {
    const NAME: &'static str = "DocumentMediaType";
    const ALL: &'static [Self] = &[Self::Pdf, Self::Png, Self::Jpeg];

    fn code(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

impl MediaType {
    /// What the first bytes say that a file is, whatever it is called.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        const MARKS: [(&[u8], MediaType); 3] = [
            (b"%PDF-", MediaType::Pdf),
            (b"\x89PNG\r\n\x1a\n", MediaType::Png),
            (b"\xff\xd8\xff", MediaType::Jpeg),
        ];
        let found = MARKS.into_iter().find(|(mark, _)| bytes.starts_with(mark));
        found.map(|(_, media_type)| media_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_stays_so() {
        use ApplicationStatus::{Accepted, Applied, Rejected, UnderReview};
        for from in ApplicationStatus::ALL.iter().copied() {
            for to in ApplicationStatus::ALL.iter().copied() {
                let listed = matches!((from, to), (Applied, UnderReview) | (UnderReview, Accepted | Rejected));
                assert_eq!(from.step(to).is_ok(), listed, "{from:?} {to:?}");
            }
            assert_eq!(from.is_decided(), from.next().is_empty());
        }
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(MediaType::of(b"%PDF-1.7\n"), Some(MediaType::Pdf));
        assert_eq!(MediaType::of(b"\x89PNG\r\n\x1a\n\0"), Some(MediaType::Png));
        assert_eq!(MediaType::of(b"\xff\xd8\xff\xe0"), Some(MediaType::Jpeg));
        for other in [&b"<html>"[..], b"MZ", b"", b" %PDF-"] {
            assert_eq!(MediaType::of(other), None);
        }
    }
}
