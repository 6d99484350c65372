//! Periods of membership: from when to when a due is for.

use chrono::{Datelike, Months, NaiveDate};

use crate::calendar::LAST_DAY;
pub use crate::calendar::later;
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

/// What whoever joins within a period owes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FirstDue {
    /// The fee of the whole period.
    Full,
    /// The fee by the months that are left, the one begun among them.
    ProRata,
    /// Nothing.
    Nothing,
}

impl Named for FirstDue {
    const NAME: &'static str = "FirstDue";
    const ALL: &'static [Self] = &[Self::Full, Self::ProRata, Self::Nothing];

    fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ProRata => "pro_rata",
            Self::Nothing => "none",
        }
    }
}

impl FirstDue {
    /// What whoever joins on a day owes for the period that contains it, of which a whole year costs `fee_cents`. A part is so many
    /// twelfths as months of the period are left; months begin on the day of the month on which the period does, and one that has begun
    /// counts. It is rounded to a cent, half a cent up. Whoever joined before the period owes all of it.
    pub fn cents(self, fee_cents: i64, span: Span, joined: NaiveDate) -> i64 {
        if joined < span.first {
            return fee_cents;
        }
        match self {
            Self::Full => fee_cents,
            Self::ProRata => (fee_cents * span.months_from(joined).min(MONTHS) + MONTHS / 2) / MONTHS,
            Self::Nothing => 0,
        }
    }
}

/// Months of a year.
const MONTHS: i64 = 12;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl Span {
    /// Months from the one that contains a day to the last one.
    fn months_from(self, day: NaiveDate) -> i64 {
        let begin = |month: u32| {
            self.first
                .checked_add_months(Months::new(month))
                .unwrap_or(NaiveDate::MAX)
        };
        // A month that would begin on the 31st begins on the last day of a shorter one.
        let ahead = (0..).map(begin).take_while(|first| *first <= self.last);
        let gone = (1..).map(begin).take_while(|first| *first <= day.min(self.last));
        i64::try_from(ahead.count().saturating_sub(gone.count())).unwrap_or(MONTHS)
    }
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
        let first = start(year);
        let last = start(year + 1).pred_opt().unwrap_or(first);
        Span {
            first,
            last: last.min(LAST_DAY).max(first),
        }
    }

    /// The period to be asked for next, when some days have their dues: the one that contains `start`, as far as nothing was asked for it,
    /// or, where that day has a due, what is left of the period in which the days end that have one from there on. A levy within a year
    /// hides nothing of it, and nobody pays for a day twice.
    pub fn unasked(self, entry: Option<NaiveDate>, asked: &[Span], start: NaiveDate) -> Span {
        let free = free(asked, start);
        let usual = self.around(entry, free);
        let first = if free == start {
            self::free(asked, usual.first)
        } else {
            free
        };
        Span {
            first: first.min(free),
            last: usual.last,
        }
    }

    /// The period after another one.
    pub fn after(self, entry: Option<NaiveDate>, span: Span) -> Span {
        let first = later(span.last, 1);
        Span {
            // A type may have changed its periods meanwhile; nobody pays for a day twice.
            first,
            ..self.around(entry, first)
        }
    }
}

/// The first day from another one on that lies in none of some spans.
pub fn free(spans: &[Span], from: NaiveDate) -> NaiveDate {
    let mut day = from;
    let ends = |day: NaiveDate| {
        let around = spans.iter().filter(|span| span.first <= day && day <= span.last);
        around.map(|span| later(span.last, 1)).max()
    };
    // Days only grow, and the last one is followed by none.
    while let Some(next) = ends(day).filter(|next| *next > day) {
        day = next;
    }
    day
}

#[cfg(test)]
mod tests {
    use chrono::Days;
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

    #[test]
    fn whoever_joins_late_owes_a_part_as_the_association_decides() {
        let year = Period::CalendarYear.around(None, on(2026, 5, 1));
        let part = |joined| FirstDue::ProRata.cents(60_000, year, joined);
        assert_eq!(
            [
                on(2026, 1, 1),
                on(2026, 1, 31),
                on(2026, 2, 1),
                on(2026, 11, 27),
                on(2026, 12, 31)
            ]
            .map(part),
            [60_000, 60_000, 55_000, 10_000, 5_000]
        );
        assert_eq!(part(on(2025, 12, 31)), 60_000, "a member for years, entered now");
        assert_eq!(FirstDue::Full.cents(60_000, year, on(2026, 12, 31)), 60_000);
        assert_eq!(FirstDue::Nothing.cents(60_000, year, on(2026, 1, 1)), 0);
        assert_eq!(FirstDue::Nothing.cents(60_000, year, on(2020, 1, 1)), 60_000);
        // 100 cents by seven twelfths are 58.33, by six 50, by one 8.33; 6 cents by one are half a cent.
        let rounded = |cents, month| FirstDue::ProRata.cents(cents, year, on(2026, month, 1));
        assert_eq!(
            [rounded(100, 6), rounded(100, 7), rounded(100, 12), rounded(6, 12)],
            [58, 50, 8, 1]
        );
        // Years from entry begin with the member: all of the first one is left. Months begin on the day of entry.
        let own = Period::FromEntry.around(Some(on(2026, 8, 31)), on(2026, 8, 31));
        let part = |joined| FirstDue::ProRata.cents(1_200, own, joined);
        assert_eq!(
            [on(2026, 8, 31), on(2026, 9, 29), on(2026, 9, 30), on(2027, 8, 30)].map(part),
            [1_200, 1_200, 1_100, 100]
        );
    }

    proptest! {
        #[test]
        fn a_part_is_never_more_than_the_whole_and_shrinks_with_time(
            fee in 0_i64..=crate::membership::tier::MOST_CENTS, day in 0_u64..366, later in 0_u64..366, entry in 0_i64..3_000
        ) {
            let entry = on(2020, 1, 1) + chrono::TimeDelta::days(entry);
            for period in Period::ALL {
                let span = period.around(Some(entry), entry);
                let within = |days: u64| (span.first + Days::new(days)).min(span.last);
                let (first, second) = (within(day.min(later)), within(day.max(later)));
                for choice in FirstDue::ALL {
                    let (one, other) = (choice.cents(fee, span, first), choice.cents(fee, span, second));
                    prop_assert!(0 <= other && other <= one && one <= fee);
                }
                // Within half a cent of the exact part, and exact where cents divide.
                let twelfths = span.months_from(second);
                prop_assert!((1..=12).contains(&twelfths));
                let part = FirstDue::ProRata.cents(fee, span, second);
                prop_assert!((2 * (12 * part - fee * twelfths)).abs() <= 12);
                prop_assert_eq!(FirstDue::ProRata.cents(12 * (fee / 12), span, second), fee / 12 * twelfths);
                prop_assert_eq!(FirstDue::ProRata.cents(fee, span, span.first), fee);
            }
        }

        #[test]
        fn what_is_asked_next_was_not_asked_before(
            entry in 0_i64..4_000, today in 0_i64..4_000, made in proptest::collection::vec((0_i64..4_000, 0_i64..500), 0..6)
        ) {
            let day = |days: i64| on(2020, 1, 1) + chrono::TimeDelta::days(days);
            let made = made.into_iter().map(|(first, length)| Span { first: day(first), last: day(first + length) });
            let mut asked: Vec<Span> = made.collect();
            let (entry, today) = (Some(day(entry)), day(today));
            for period in Period::ALL {
                for _ in 0..4 {
                    let next = period.unasked(entry, &asked, today);
                    prop_assert!(next.first <= next.last);
                    // Its first day is nobody's, so that no due begins on it.
                    prop_assert_eq!(free(&asked, next.first), next.first);
                    let present = free(&asked, today) == today;
                    prop_assert_eq!(present, next.first <= today && today <= next.last);
                    prop_assert!(next.last <= period.around(entry, free(&asked, today)).last);
                    asked.push(next);
                    // Whoever is asked again is asked for what comes after.
                    prop_assert!(period.unasked(entry, &asked, today).first > next.last);
                }
            }
        }

        #[test]
        fn no_day_is_after_the_last_one(back in 0_u64..800, entry in 0_u64..800, days: u16) {
            let (day, entry) = (LAST_DAY - Days::new(back), LAST_DAY - Days::new(entry));
            prop_assert!(later(day, days) <= LAST_DAY && later(NaiveDate::MAX, days) == LAST_DAY);
            for period in Period::ALL {
                let span = period.around(Some(entry), day);
                prop_assert!(span.first <= day && day <= span.last && span.last <= LAST_DAY);
                let next = period.after(Some(entry), span);
                prop_assert!(next.first <= next.last && next.last <= LAST_DAY);
                prop_assert_eq!(free(&[span], day), later(span.last, 1));
                let unasked = period.unasked(Some(entry), &[span], day);
                prop_assert!(unasked.first <= unasked.last && unasked.last <= LAST_DAY);
            }
        }

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
