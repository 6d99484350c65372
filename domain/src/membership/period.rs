//! Periods of membership: from when to when a due is for.

use chrono::{Datelike, Days, NaiveDate};

use crate::named::Named;

/// When the periods of a type of membership begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// On the first of January.
    CalendarYear,
    /// On the day of entry, each year.
    FromEntry,
}

impl Named for Period {
    const NAME: &'static str = "MembershipPeriod";
    const ALL: &'static [Self] = &[Self::CalendarYear, Self::FromEntry];

    fn code(self) -> &'static str {
        match self {
            Self::CalendarYear => "calendar_year",
            Self::FromEntry => "from_entry",
        }
    }
}

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl Period {
    /// The period that contains a day, for who entered on that other day. Without one, years begin in January.
    pub fn around(self, entry: Option<NaiveDate>, day: NaiveDate) -> Span {
        let entry = entry.filter(|_| self == Self::FromEntry);
        let (month, first) = entry.map_or((1, 1), |entry| (entry.month(), entry.day()));
        let start = |year: i32| {
            // Who entered on the 29th of February starts on the first of March in most years.
            let usual = NaiveDate::from_ymd_opt(year, month, first).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1));
            usual.unwrap_or(day)
        };
        let year = if start(day.year()) <= day {
            day.year()
        } else {
            day.year() - 1
        };
        Span {
            first: start(year),
            last: start(year + 1) - Days::new(1),
        }
    }

    /// The period after another one.
    pub fn after(self, entry: Option<NaiveDate>, span: Span) -> Span {
        let first = span.last + Days::new(1);
        Span {
            // A type may have changed its periods meanwhile; nobody pays for a day twice.
            first,
            ..self.around(entry, first)
        }
    }
}

/// A day so many days later, or the last one that there is.
pub fn later(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days)))
        .unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn on(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    #[test]
    fn years_begin_in_january_or_on_the_day_of_entry() {
        let entry = Some(on(2024, 2, 29));
        let of = |period: Period, entry, day| {
            let span = period.around(entry, day);
            (span.first, span.last)
        };
        assert_eq!(
            of(Period::CalendarYear, entry, on(2026, 5, 1)),
            (on(2026, 1, 1), on(2026, 12, 31))
        );
        assert_eq!(
            of(Period::FromEntry, entry, on(2026, 2, 28)),
            (on(2025, 3, 1), on(2026, 2, 28))
        );
        assert_eq!(
            of(Period::FromEntry, entry, on(2028, 2, 29)),
            (on(2028, 2, 29), on(2029, 2, 28))
        );
        assert_eq!(
            of(Period::FromEntry, None, on(2026, 5, 1)),
            (on(2026, 1, 1), on(2026, 12, 31))
        );
        let year = Period::CalendarYear.around(None, on(2026, 5, 1));
        // From calendar years to years of entry: the first one is short.
        let next = Period::FromEntry.after(Some(on(2020, 7, 1)), year);
        assert_eq!((next.first, next.last), (on(2027, 1, 1), on(2027, 6, 30)));
    }

    proptest! {
        #[test]
        fn periods_contain_their_day_and_follow_each_other(entry in 0_i64..20_000, day in 0_i64..20_000) {
            let (entry, day) = (on(1990, 1, 1) + chrono::TimeDelta::days(entry), on(1990, 1, 1) + chrono::TimeDelta::days(day));
            for period in Period::ALL {
                let span = period.around(Some(entry), day);
                prop_assert!(span.first <= day && day <= span.last);
                let next = period.after(Some(entry), span);
                prop_assert_eq!(next.first, span.last + Days::new(1));
                prop_assert_eq!(next, period.around(Some(entry), next.first));
            }
        }
    }
}
