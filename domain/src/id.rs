//! Typed identifiers: an organisation's id cannot be passed where a skill's is wanted.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use uuid::Uuid;

/// The identifier of one `N`. UUIDv7 by convention; the domain never makes one, the caller passes it in.
pub struct Id<N> {
    uuid: Uuid,
    noun: PhantomData<fn() -> N>,
}

impl<N> Id<N> {
    /// Wraps a UUID as an identifier of `N`.
    pub const fn new(uuid: Uuid) -> Self {
        Self {
            uuid,
            noun: PhantomData,
        }
    }

    /// The UUID inside.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// Reads the canonical form (36 characters, hyphenated).
    ///
    /// # Errors
    /// [`NotAnId`] for anything else, other UUID spellings included, so that one record has one address.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        let canonical = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        match Uuid::try_parse(text) {
            Ok(uuid) if canonical => Ok(Self::new(uuid)),
            _ => Err(NotAnId),
        }
    }
}

/// The text is not a UUID in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID in canonical form")]
pub struct NotAnId;

impl<N> Clone for Id<N> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<N> Copy for Id<N> {}
impl<N> PartialEq for Id<N> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<N> Eq for Id<N> {}
impl<N> PartialOrd for Id<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<N> Ord for Id<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<N> Hash for Id<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<N> fmt::Debug for Id<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.uuid)
    }
}
impl<N> fmt::Display for Id<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let text = "01936d3e-7f10-7000-8000-0000000000aa";
        assert_eq!(Id::<()>::parse(text).map(|id| id.to_string()), Ok(text.to_owned()));
        for other in [
            "01936D3E-7F10-7000-8000-0000000000AA",
            "01936d3e7f10700080000000000000aa",
            "",
            "x",
        ] {
            assert_eq!(Id::<()>::parse(other), Err(NotAnId), "{other}");
        }
    }
}
