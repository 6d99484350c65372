//! Members and dues, month by month, from what is known of memberships today.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::due::{Due, Settled};
use super::{Membership, MembershipStatus, MembershipStep};

/// Days during which an organisation was a member without a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The first day.
    pub first: NaiveDate,
    /// The first day after it, if it has ended.
    pub end: Option<NaiveDate>,
}

/// A month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    first: NaiveDate,
}

/// The stays of a membership, by its steps. Who is suspended stays, with rights withheld. The last one begins with the first day of
/// membership, whenever that was entered or corrected.
pub fn stays(membership: &Membership, steps: &[MembershipStep]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for step in steps {
        let open = stays.last_mut().filter(|stay| stay.end.is_none());
        match (open, stays_in(step.to)) {
            (None, true) => {
                let before = stays.last().and_then(|stay| stay.end);
                let first = before.map_or(step.day(), |end| end.max(step.day()));
                stays.push(Stay { first, end: None });
            }
            (Some(stay), false) => stay.end = Some(step.day().max(stay.first)),
            _ => {}
        }
    }
    // One that was entered after it had ended.
    if let (true, Some(first), Some(last)) = (
        stays.is_empty() && has_ended(membership.status),
        membership.since_on,
        membership.until_on,
    ) {
        stays.push(Stay {
            first,
            end: Some(last + Days::new(1)),
        });
    }
    let before = stays.iter().rev().nth(1).and_then(|stay| stay.end);
    if let (Some(last), Some(since)) = (stays.last_mut(), membership.since_on)
        && before.is_none_or(|end| end <= since)
        && last.end.is_none_or(|end| since <= end)
    {
        last.first = since;
    }
    stays
}

const fn stays_in(status: MembershipStatus) -> bool {
    status.is_member() || matches!(status, MembershipStatus::Suspended)
}

const fn has_ended(status: MembershipStatus) -> bool {
    matches!(status, MembershipStatus::Lapsed | MembershipStatus::Resigned)
}

/// Ends the stay of a covered membership that goes on with the last one of the membership above, if that has ended.
pub fn end_with(stays: &mut [Stay], above: &[Stay]) {
    if let (Some(last), Some(above)) = (stays.last_mut(), above.last())
        && last.end.is_none()
    {
        last.end = above.end.map(|end| end.max(last.first));
    }
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

    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        self.first + Months::new(1) - Days::new(1)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

/// What members did in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Whether it was a member on the last day.
    pub is_member: bool,
    /// How often it became one.
    pub joined: u32,
    /// How often it ceased to be one.
    pub left: u32,
}

/// What a membership of these stays did in a month.
pub fn moves(stays: &[Stay], month: Month) -> Moves {
    let mut moves = Moves::default();
    let last = month.last_day();
    for stay in stays {
        // A stay without a day is none.
        if stay.end.is_some_and(|end| end <= stay.first) {
            continue;
        }
        moves.is_member |= stay.first <= last && stay.end.is_none_or(|end| end > last);
        moves.joined += u32::from(month.contains(stay.first));
        moves.left += u32::from(stay.end.is_some_and(|end| month.contains(end)));
    }
    moves
}

/// Cents of dues in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cents {
    /// To be paid by a day of the month.
    pub due: i64,
    /// Paid in it.
    pub paid: i64,
    /// To be paid by then, and not paid at its end.
    pub open: i64,
}

/// What dues come to in a month. What was waived is owed by nobody.
pub fn cents<'a>(dues: impl IntoIterator<Item = &'a Due>, month: Month) -> Cents {
    let mut sum = Cents::default();
    let last = month.last_day();
    for due in dues {
        let paid_on = match due.settled {
            Settled::Waived => continue,
            Settled::Open => None,
            Settled::Paid(on) => Some(on),
        };
        let add = |when: bool| if when { due.amount_cents } else { 0 };
        sum.due += add(month.contains(due.due_on));
        sum.paid += add(paid_on.is_some_and(|on| month.contains(on)));
        sum.open += add(due.due_on <= last && paid_on.is_none_or(|on| on > last));
    }
    sum
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::Id;

    fn on(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).expect("a day")
    }

    fn membership(status: MembershipStatus, since_on: Option<NaiveDate>) -> Membership {
        Membership {
            id: Id::new(Uuid::nil()),
            organisation: Id::new(Uuid::nil()),
            kind: "full".to_owned(),
            status,
            since_on,
            until_on: None,
            leaving: None,
            covered: None,
        }
    }

    fn steps(all: &[(MembershipStatus, NaiveDate)]) -> Vec<MembershipStep> {
        all.iter()
            .map(|(to, day)| MembershipStep {
                from: None,
                to: *to,
                at: day.and_time(chrono::NaiveTime::MIN).and_utc(),
                reason: None,
                effective_on: None,
            })
            .collect()
    }

    #[test]
    fn members_are_counted_by_their_days_and_not_by_when_they_were_entered() {
        use MembershipStatus::{Active, Applied, Grace, Lapsed, Resigned, Suspended};
        let life = steps(&[
            (Applied, on(1, 5)),
            (Active, on(2, 1)),
            (Grace, on(3, 1)),
            (Suspended, on(3, 2)),
            (Lapsed, on(4, 10)),
            (Active, on(6, 1)),
        ]);
        let found = stays(&membership(Active, Some(on(5, 20))), &life);
        let expected = [(on(2, 1), Some(on(4, 10))), (on(5, 20), None)];
        assert_eq!(
            found.iter().map(|stay| (stay.first, stay.end)).collect::<Vec<_>>(),
            expected
        );
        let of = |month| {
            let moves = moves(&found, Month::of(on(month, 1)));
            (moves.is_member, moves.joined, moves.left)
        };
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(of),
            [
                (false, 0, 0),
                (true, 1, 0),
                (true, 0, 0),
                (false, 0, 1),
                (true, 1, 0),
                (true, 0, 0)
            ]
        );
        // Entered today, a member for years.
        let old = NaiveDate::from_ymd_opt(2001, 5, 9);
        let found = stays(&membership(Active, old), &steps(&[(Active, on(11, 1))]));
        assert_eq!(
            found,
            [Stay {
                first: old.expect("a day"),
                end: None
            }]
        );
        // Entered as one who had left.
        let left = Membership {
            until_on: Some(on(3, 31)),
            ..membership(Resigned, Some(on(1, 1)))
        };
        assert_eq!(
            stays(&left, &steps(&[(Resigned, on(11, 1))])),
            [Stay {
                first: on(1, 1),
                end: Some(on(4, 1))
            }]
        );
        let mut below = found.clone();
        end_with(
            &mut below,
            &[Stay {
                first: on(1, 1),
                end: Some(on(9, 1)),
            }],
        );
        assert_eq!(below[0].end, Some(on(9, 1)));
    }

    #[test]
    fn months_follow_each_other() {
        let month = |text| Month::parse(text).expect("a month");
        let all: Vec<String> = month("2025-11")
            .to(month("2026-02"))
            .map(|month| month.to_string())
            .collect();
        assert_eq!(all, ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert_eq!(month("2026-02").last_day(), on(2, 28));
        assert_eq!(month("2026-02").back(3), month("2025-11"));
        assert!(
            ["2026-13", "2026-1", "26-01", "2026-01-01"]
                .iter()
                .all(|text| Month::parse(text).is_none())
        );
    }

    #[test]
    fn dues_are_open_until_the_day_on_which_they_were_paid() {
        let due = |due_on, settled| Due {
            id: Id::new(Uuid::nil()),
            membership: Id::new(Uuid::nil()),
            span: super::super::period::Period::CalendarYear.around(None, on(1, 1)),
            amount_cents: 100,
            due_on,
            settled,
            note: None,
        };
        let dues = [
            due(on(1, 31), Settled::Paid(on(3, 2))),
            due(on(2, 1), Settled::Open),
            due(on(1, 1), Settled::Waived),
        ];
        let of = |month| {
            let cents = cents(&dues, Month::of(on(month, 1)));
            (cents.due, cents.paid, cents.open)
        };
        assert_eq!([1, 2, 3].map(of), [(100, 0, 100), (100, 0, 200), (0, 100, 100)]);
    }
}
