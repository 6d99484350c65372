//! Points in time as they are stored.

use chrono::{DateTime, Utc};

/// A point in time, to the microsecond: what both databases keep, and a little more than half the size of a calendar's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    const FIRST: i64 = DateTime::<Utc>::MIN_UTC.timestamp_micros();
    const LAST: i64 = DateTime::<Utc>::MAX_UTC.timestamp_micros();

    /// So many microseconds after the beginning of 1970, `None` outside the calendar.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if Self::FIRST <= micros && micros <= Self::LAST {
            Some(Self(micros))
        } else {
            None
        }
    }

    /// Microseconds since the beginning of 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The same as a date and a time of day.
    pub fn utc(self) -> DateTime<Utc> {
        // Each value is inside the calendar.
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

impl From<DateTime<Utc>> for Timestamp {
    /// What is finer than a microsecond is cut off.
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl std::fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.utc().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_the_calendar() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC] {
            let timestamp = Timestamp::from(at);
            assert_eq!(Timestamp::from_micros(timestamp.micros()), Some(timestamp));
            let lost = at - timestamp.utc();
            assert!(
                lost >= chrono::Duration::zero() && lost < chrono::Duration::microseconds(1),
                "{at} {lost}"
            );
        }
        assert_eq!(Timestamp::from_micros(Timestamp::FIRST - 1), None);
        assert_eq!(Timestamp::from_micros(i64::MAX), None);
    }
}
