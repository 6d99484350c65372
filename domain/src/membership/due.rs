//! Dues: what a membership costs in a period, until when, and whether it is paid.

use chrono::NaiveDate;

use super::MembershipId;
use super::period::Span;
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

    #[test]
    fn a_due_is_overdue_after_its_day_and_only_while_it_is_owed() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).expect("a day");
        let mut due = Due {
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
        };
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
