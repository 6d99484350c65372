//! Saved searches: a question to the directory that somebody keeps, to learn what is new in its answer.

use crate::account::UserId;
use crate::audience::Audience;
use crate::id::Id;
use crate::named::Named;

/// The id of a saved search.
pub type SavedSearchId = Id<SavedSearch>;

/// Searches that one user may keep.
pub const MOST_PER_USER: usize = 100;

/// A search that a user keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its id.
    pub id: SavedSearchId,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it, in one line.
    pub name: String,
    /// What is searched.
    pub target: SearchTarget,
    /// The query string of the list that is searched, without the question mark.
    pub query: String,
    /// Up to where its owner knows the hits.
    pub seen: FeedPlace,
}

/// A place in the feed of changes. Each class of readers has a feed of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedPlace {
    /// Whose feed.
    pub audience: Audience,
    /// How many changes came before.
    pub count: u64,
}

/// What a saved search looks through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SearchTarget {
    /// Organisations.
    Organisations,
    /// Opportunities.
    Opportunities,
}

impl Named for SearchTarget {
    const NAME: &'static str = "SearchTarget";
    const ALL: &'static [Self] = &[Self::Organisations, Self::Opportunities];

    fn code(self) -> &'static str {
        match self {
            Self::Organisations => "organisations",
            Self::Opportunities => "opportunities",
        }
    }
}
