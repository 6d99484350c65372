//! Members and dues, month by month, from what begins and ends in each.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

/// A month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: NaiveDate,
}

/// Memberships of one type that began or ended in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The month.
    pub month: Month,
    /// The type.
    pub kind: String,
    /// How often one began.
    pub joined: u32,
    /// How often one ended.
    pub left: u32,
}

/// Members in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// The month.
    pub month: Month,
    /// Members on its last day by type, without types that have none.
    pub by_type: BTreeMap<String, u32>,
    /// Who became a member.
    pub joined: u32,
    /// Who ceased to be one.
    pub left: u32,
}

/// Members of some months, which are in order, from all that ever began and ended, in any order.
pub fn members(months: &[Month], moved: &[Moved]) -> Vec<Members> {
    let mut all: Vec<&Moved> = moved.iter().collect();
    all.sort_by_key(|one| one.month);
    let mut present: BTreeMap<&str, u32> = BTreeMap::new();
    let mut rest = all.into_iter().peekable();
    let count = |month: &Month| {
        let (mut joined, mut left) = (0, 0);
        while let Some(one) = rest.next_if(|one| one.month <= *month) {
            let of_type = present.entry(&one.kind).or_default();
            // Nobody leaves who has not joined, in the same month at the latest.
            *of_type = (*of_type + one.joined).saturating_sub(one.left);
            if one.month == *month {
                joined += one.joined;
                left += one.left;
            }
        }
        let by_type = present.iter().filter(|(_, members)| **members > 0);
        Members {
            month: *month,
            by_type: by_type.map(|(kind, members)| ((*kind).to_owned(), *members)).collect(),
            joined,
            left,
        }
    };
    months.iter().map(count).collect()
}

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        let first = NaiveDate::from_ymd_opt(day.year(), day.month(), 1);
        Self {
            first: first.unwrap_or(day),
        }
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
        (text.len() == 7).then_some(Self { first })
    }

    /// The one so many months earlier.
    #[must_use]
    pub fn back(self, months: u32) -> Self {
        Self {
            first: self.first - Months::new(months),
        }
    }

    /// The months from this one to another one, both included.
    pub fn to(self, last: Self) -> impl Iterator<Item = Self> {
        let next = |month: &Self| {
            Some(Self {
                first: month.first + Months::new(1),
            })
        };
        std::iter::successors(Some(self), next).take_while(move |month| month.first <= last.first)
    }

    /// True for a day in it.
    pub fn contains(self, day: NaiveDate) -> bool {
        Self::of(day) == self
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

/// Cents of dues in a month; those that are waived are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The month.
    pub month: Month,
    /// To be paid by a day of it.
    pub due: i64,
    /// Paid in it.
    pub paid: i64,
    /// Neither owed nor to come from a day of it on: paid, and the last day to pay has come.
    pub settled: i64,
}

/// Cents of dues in a month, and at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cents {
    /// To be paid by a day of the month.
    pub due: i64,
    /// Paid in it.
    pub paid: i64,
    /// To be paid by its end or before, and not paid by then.
    pub open: i64,
}

/// Cents of dues of some months, from all dues, in any order.
pub fn cents(months: &[Month], owed: &[Owed]) -> Vec<Cents> {
    let count = |month: &Month| {
        let mut sum = Cents::default();
        for one in owed.iter().filter(|one| one.month <= *month) {
            sum.open += one.due - one.settled;
            if one.month == *month {
                sum.due += one.due;
                sum.paid += one.paid;
            }
        }
        sum
    };
    months.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).expect("a month")
    }

    #[test]
    fn months_follow_each_other() {
        let all: Vec<String> = month("2025-11")
            .to(month("2026-02"))
            .map(|month| month.to_string())
            .collect();
        assert_eq!(all, ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert_eq!(month("2026-02").back(3), month("2025-11"));
        assert!(
            ["2026-13", "2026-1", "26-01", "2026-01-01"]
                .iter()
                .all(|text| Month::parse(text).is_none())
        );
    }

    #[test]
    fn members_are_those_who_joined_and_have_not_left() {
        let moved = |text, kind: &str, joined, left| Moved {
            month: month(text),
            kind: kind.to_owned(),
            joined,
            left,
        };
        let all = [
            moved("2026-03", "full", 0, 2),
            moved("2025-01", "full", 2, 0),
            moved("2026-02", "partner", 1, 1),
            moved("2026-02", "full", 1, 0),
        ];
        let months: Vec<Month> = month("2026-01").to(month("2026-03")).collect();
        let found = members(&months, &all);
        let seen: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    one.by_type.get("full").copied(),
                    one.by_type.len(),
                    one.joined,
                    one.left,
                )
            })
            .collect();
        assert_eq!(seen, [(Some(2), 1, 0, 0), (Some(3), 1, 2, 1), (Some(1), 1, 0, 2)]);
    }

    #[test]
    fn what_was_due_and_is_not_paid_is_open() {
        let owed = |text, due, paid, settled| Owed {
            month: month(text),
            due,
            paid,
            settled,
        };
        // The second one is paid a month before its day.
        let all = [
            owed("2026-01", 100, 200, 0),
            owed("2026-02", 200, 0, 200),
            owed("2026-03", 0, 100, 100),
        ];
        let months: Vec<Month> = month("2026-01").to(month("2026-03")).collect();
        let seen: Vec<_> = cents(&months, &all)
            .iter()
            .map(|one| (one.due, one.paid, one.open))
            .collect();
        assert_eq!(seen, [(100, 200, 100), (200, 0, 100), (0, 100, 0)]);
    }
}
