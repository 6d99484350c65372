//! The days that there are: what callers say, and what follows from it, lies between two.

use chrono::{Days, NaiveDate};

/// The first day of all.
pub const FIRST_DAY: NaiveDate = day_of(1, 1, 1);
/// The last day of all. What is counted from a day that callers may say never leaves the four digits of a year, by which days are compared
/// where a database keeps them as text.
pub const LAST_DAY: NaiveDate = day_of(2999, 12, 31);

const fn day_of(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MAX,
    }
}

/// A day so many days later, or the last one that there is.
pub fn later(day: NaiveDate, days: u16) -> NaiveDate {
    let later = day.checked_add_days(Days::new(u64::from(days)));
    later.map_or(LAST_DAY, |later| later.min(LAST_DAY))
}
