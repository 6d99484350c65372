//! Dues: what a membership costs in a period, until when, and whether it is paid.

use chrono::{Months, NaiveDate};

use super::MembershipId;
use super::period::{Span, later};
use crate::id::Id;
use crate::named::Named;

/// The id of a due.
pub type DueId = Id<Due>;

/// The currency of all dues (ISO 4217).
pub const CURRENCY: &str = "EUR";

/// What a membership costs in a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// Its id.
    pub id: DueId,
    /// Who owes it.
    pub membership: MembershipId,
    /// What it is for.
    pub span: Span,
    /// How much, in cents.
    pub amount_cents: i64,
    /// The last day to pay.
    pub due_on: NaiveDate,
    /// Whether it is still owed.
    pub settled: Settled,
    /// A remark.
    pub note: Option<String>,
    /// Reminders since the last day to pay was set.
    pub reminded: Option<Reminded>,
}

/// That somebody was reminded of a due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// How often, at least once.
    pub times: u16,
    /// When last.
    pub last_on: NaiveDate,
}

/// When members are reminded of what they owe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminding {
    /// Days after the last day to pay.
    pub first_days: u16,
    /// Days from one reminder to the next.
    pub again_days: u16,
    /// How often at most.
    pub at_most: u16,
}

impl Default for Reminding {
    fn default() -> Self {
        Self {
            first_days: 7,
            again_days: 14,
            at_most: 3,
        }
    }
}

/// Whether a due is still owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is.
    Open,
    /// It was paid, on this day.
    Paid(NaiveDate),
    /// Nobody asks for it any more.
    Waived,
}

/// Where a due stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DueStatus {
    /// To be paid.
    Open,
    /// To be paid, and its day has passed.
    Overdue,
    /// Paid.
    Paid,
    /// Nobody asks for it any more.
    Waived,
}

impl Named for DueStatus {
    const NAME: &'static str = "DueStatus";
    const ALL: &'static [Self] = &[Self::Open, Self::Overdue, Self::Paid, Self::Waived];

    fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Paid => "paid",
            Self::Waived => "waived",
        }
    }
}

impl Due {
    /// True if somebody is to be reminded of it today.
    pub fn reminds(&self, reminding: Reminding, today: NaiveDate) -> bool {
        let (times, day) = match self.reminded {
            None => (0, later(self.due_on, reminding.first_days)),
            Some(reminded) => (reminded.times, later(reminded.last_on, reminding.again_days)),
        };
        self.status(today) == DueStatus::Overdue && times < reminding.at_most && day <= today
    }

    /// The due after a reminder on a day.
    #[must_use]
    pub fn reminded(self, today: NaiveDate) -> Self {
        let times = self.reminded.map_or(0, |reminded| reminded.times);
        Self {
            reminded: Some(Reminded {
                times: times.saturating_add(1),
                last_on: today,
            }),
            ..self
        }
    }

    /// The due with a last day to pay. Another day than before is a beginning: nobody has been reminded of that one.
    #[must_use]
    pub fn payable_on(self, due_on: NaiveDate) -> Self {
        Self {
            reminded: self.reminded.filter(|_| due_on == self.due_on),
            due_on,
            ..self
        }
    }

    /// The due as it is held against a membership, when it was entered on a day: nobody is late with what nobody had asked for.
    #[must_use]
    pub fn entered_on(self, entered: NaiveDate) -> Self {
        Self {
            due_on: self.due_on.max(entered),
            ..self
        }
    }

    /// True where the last day to pay lies more than a year before what is paid for.
    pub fn is_payable_too_early(&self) -> bool {
        let year_before = self.span.first.checked_sub_months(Months::new(12));
        year_before.is_some_and(|earliest| self.due_on < earliest)
    }

    /// Where it stands on a day.
    pub fn status(&self, today: NaiveDate) -> DueStatus {
        match self.settled {
            Settled::Open if self.due_on < today => DueStatus::Overdue,
            Settled::Open => DueStatus::Open,
            Settled::Paid(_) => DueStatus::Paid,
            Settled::Waived => DueStatus::Waived,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a day")
    }

    fn due() -> Due {
        Due {
            id: Id::new(Uuid::nil()),
            membership: Id::new(Uuid::nil()),
            span: Span {
                first: day(1),
                last: day(31),
            },
            amount_cents: 1,
            due_on: day(10),
            settled: Settled::Open,
            note: None,
            reminded: None,
        }
    }

    #[test]
    fn reminders_come_in_time_and_not_for_ever() {
        let reminding = Reminding {
            first_days: 3,
            again_days: 5,
            at_most: 2,
        };
        let reminded = |mut due: Due| {
            let mut days = Vec::new();
            for today in (1..=31).map(day) {
                if due.reminds(reminding, today) {
                    due = due.reminded(today);
                    days.push(today);
                }
            }
            days
        };
        assert_eq!(reminded(due()), [day(13), day(18)]);
        let twice = due().reminded(day(13)).reminded(day(18));
        assert_eq!(twice.reminded.map(|reminded| reminded.times), Some(2));
        assert_eq!(reminded(twice.clone().payable_on(day(10))), []);
        assert_eq!(
            reminded(twice.payable_on(day(20))),
            [day(23), day(28)],
            "a new day to pay"
        );
        for settled in [Settled::Paid(day(11)), Settled::Waived] {
            assert_eq!(reminded(Due { settled, ..due() }), []);
        }
        // At once is after the day, not on it; and nobody is reminded where that is not wanted.
        let at_once = Reminding {
            first_days: 0,
            ..reminding
        };
        assert!(!due().reminds(at_once, day(10)) && due().reminds(at_once, day(11)));
        assert!(!due().reminds(Reminding { at_most: 0, ..at_once }, day(31)));
    }

    #[test]
    fn a_due_is_overdue_after_its_day_and_only_while_it_is_owed() {
        let mut due = due();
        assert_eq!(
            [10, 11].map(|on| due.status(day(on))),
            [DueStatus::Open, DueStatus::Overdue]
        );
        due.settled = Settled::Paid(day(20));
        assert_eq!(due.status(day(25)), DueStatus::Paid);
        due.settled = Settled::Waived;
        assert_eq!(due.status(day(25)), DueStatus::Waived);
    }
}
