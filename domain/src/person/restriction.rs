//! Restriction: a record whose use is disputed is kept, and used no more than keeping takes (Art. 18 GDPR).

use chrono::{DateTime, Utc};

use crate::account::UserId;

/// The record of a person is restricted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// Why, in one line.
    pub reason: String,
    /// The user who restricted it, and may lift that; managers may, too.
    pub by: Option<UserId>,
    /// Since when.
    pub since: DateTime<Utc>,
}
