//! Examples and properties of what time does to a membership.

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::super::due::DueId;
use super::super::period::Period;
use super::super::{Covering, Leaving, MembershipId};
use super::*;
use crate::named::Named;
use crate::organisation::OrganisationId;

fn on(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a day")
}

fn membership(status: MembershipStatus) -> Membership {
    Membership {
        id: MembershipId::new(Uuid::nil()),
        organisation: OrganisationId::new(Uuid::nil()),
        kind: "full".to_owned(),
        status,
        since_on: Some(on(1, 1)),
        until_on: None,
        leaving: None,
        covered: None,
    }
}

fn due(due_on: NaiveDate) -> Due {
    Due {
        id: DueId::new(Uuid::nil()),
        membership: MembershipId::new(Uuid::nil()),
        span: Period::CalendarYear.around(None, on(6, 1)),
        amount_cents: 100,
        due_on,
        settled: Settled::Open,
        note: None,
        reminded: None,
    }
}

fn turned(membership: &Membership, due: &Due, today: NaiveDate) -> Option<(MembershipStatus, NaiveDate)> {
    turn(membership, Some(due), 30, today).map(|turn| (turn.to, turn.on))
}

#[test]
fn who_does_not_pay_has_days_of_grace_and_lapses() {
    use MembershipStatus::{Active, Grace, Lapsed};
    let mut owed = due(on(1, 31));
    assert_eq!(turned(&membership(Active), &owed, on(1, 31)), None);
    assert_eq!(turned(&membership(Active), &owed, on(2, 1)), Some((Grace, on(2, 1))));
    assert_eq!(turned(&membership(Grace), &owed, on(3, 2)), None);
    assert_eq!(turned(&membership(Grace), &owed, on(3, 3)), Some((Lapsed, on(3, 3))));
    owed.settled = Settled::Paid(on(3, 1));
    assert_eq!(turned(&membership(Grace), &owed, on(5, 1)), None);
    let covered = Membership {
        covered: Some(Covering {
            by: MembershipId::new(Uuid::nil()),
            status: Active,
        }),
        ..membership(Active)
    };
    assert_eq!(turned(&covered, &due(on(1, 31)), on(5, 1)), None);
}

#[test]
fn a_levy_that_is_paid_does_not_hide_a_year_that_is_not() {
    let made = |number: u128, first: NaiveDate, last: NaiveDate, settled| Due {
        id: DueId::new(Uuid::from_u128(number)),
        span: Span { first, last },
        settled,
        ..due(last)
    };
    let years_ago = |years: i32| NaiveDate::from_ymd_opt(2026 - years, 1, 1).expect("a day");
    let debt = made(1, years_ago(3), years_ago(2), Settled::Open);
    let year = made(2, on(1, 1), on(12, 31), Settled::Open);
    let levy = made(3, on(5, 1), on(8, 31), Settled::Paid(on(5, 2)));
    let ahead = made(4, on(12, 1), on(12, 31), Settled::Open);
    let all = [debt.clone(), year, levy, ahead];
    let id = |due: Option<&Due>| due.map(|due| due.id.uuid().as_u128());
    assert_eq!(id(deciding(&all, on(6, 1))), Some(2));
    assert_eq!(id(deciding(&all[2..], on(6, 1))), Some(3));
    assert_eq!(
        id(deciding(&[debt, all[2].clone()], on(6, 1))),
        Some(3),
        "an old debt is none of it"
    );
    assert_eq!(id(deciding(&all[..1], on(6, 1))), Some(1));
    assert_eq!(id(deciding(&all[3..], on(6, 1))), None);
}

#[test]
fn a_year_that_is_not_paid_counts_when_it_is_over_in_spite_of_a_levy() {
    let year = due(on(1, 31));
    let levy = Due {
        id: DueId::new(Uuid::from_u128(3)),
        span: Span {
            first: on(5, 1),
            last: on(5, 31),
        },
        settled: Settled::Paid(on(5, 2)),
        ..year.clone()
    };
    let new_year = NaiveDate::from_ymd_opt(2027, 1, 1).expect("a day");
    let mut dues = [year, levy];
    let judged = deciding(&dues, new_year).map(|due| due.settled);
    assert_eq!(judged, Some(Settled::Open));
    let asked = |dues: &[Due], day| asks(&membership(MembershipStatus::Active), Period::CalendarYear, dues, day);
    assert_eq!(asked(&dues, new_year), None, "who is behind is not asked for more");
    dues[0].settled = Settled::Paid(on(6, 1));
    assert_eq!(asked(&dues, on(6, 1)), None);
    assert_eq!(
        asked(&dues, new_year),
        Some(Period::CalendarYear.around(None, new_year))
    );
    // After years that cost nothing it is the present one, for whoever never owed anything, too.
    assert_eq!(asked(&[], on(6, 1)), Some(Period::CalendarYear.around(None, on(6, 1))));
    assert_eq!(asked(&[], on(1, 1) - TimeDelta::days(1)), None, "not yet a member");
}

#[test]
fn nobody_is_late_before_being_asked_or_being_a_member() {
    use MembershipStatus::{Active, Grace, Lapsed};
    let entered = due(on(1, 31)).entered_on(on(6, 1));
    assert_eq!(turned(&membership(Active), &entered, on(6, 1)), None);
    assert_eq!(turned(&membership(Active), &entered, on(6, 2)), Some((Grace, on(6, 2))));
    assert_eq!(turned(&membership(Grace), &entered, on(7, 3)), Some((Lapsed, on(7, 2))));
    let coming = Membership {
        since_on: Some(on(9, 1)),
        ..membership(Active)
    };
    assert_eq!(turned(&coming, &entered, on(8, 31)), None);
    assert_eq!(turned(&coming, &entered, on(9, 1)), Some((Grace, on(9, 1))));
    let early = due(on(1, 1) - TimeDelta::days(365));
    assert!(!early.is_payable_too_early());
    assert!(due(on(1, 1) - TimeDelta::days(366)).is_payable_too_early());
}

#[test]
fn a_resignation_takes_effect_after_its_last_day() {
    use MembershipStatus::{Active, Resigned, Suspended};
    let leaving = Some(Leaving {
        on: on(6, 30),
        reason: None,
    });
    for status in [Active, Suspended] {
        let leaver = Membership {
            leaving: leaving.clone(),
            ..membership(status)
        };
        assert_eq!(turned(&leaver, &due(on(12, 31)), on(6, 30)), None);
        assert_eq!(turned(&leaver, &due(on(12, 31)), on(7, 4)), Some((Resigned, on(7, 1))));
    }
}

#[test]
fn a_renewal_never_asks_twice_for_the_same_days() {
    use MembershipStatus::{Active, Lapsed};
    let year = Period::CalendarYear.around(None, on(6, 1));
    let next = Period::CalendarYear.after(None, year);
    let of = |status, settled, today| {
        let last = Due {
            settled,
            ..due(on(1, 31))
        };
        renewal(&membership(status), None, &[last], today)
    };
    assert_eq!(of(Active, Settled::Open, on(6, 1)), Err(NotRenewed::Owing));
    assert_eq!(of(Lapsed, Settled::Open, on(6, 1)), Ok(Renewal::Again));
    assert_eq!(of(Active, Settled::Waived, on(6, 1)), Ok(Renewal::Next(next)));
    let ahead = on(1, 1) - TimeDelta::days(1);
    assert_eq!(of(Active, Settled::Waived, ahead), Err(NotRenewed::Ahead));
    // Years in which nobody was a member are not asked for.
    let today = NaiveDate::from_ymd_opt(2029, 5, 1).expect("a day");
    let span = Period::CalendarYear.around(None, today);
    assert_eq!(of(Lapsed, Settled::Open, today), Ok(Renewal::Next(span)));
    assert_eq!(
        renewal(&membership(Active), None, &[], on(6, 1)),
        Err(NotRenewed::Endless)
    );
    let ending = Membership {
        until_on: Some(on(12, 31)),
        ..membership(Active)
    };
    assert_eq!(renewal(&ending, None, &[], on(6, 1)), Ok(Renewal::Next(next)));
}

proptest! {
    /// Day by day or after a long sleep: the same end.
    #[test]
    fn days_that_nobody_worked_change_nothing(until in -100_i64..100, pay in -100_i64..100, leave in proptest::option::of(-100_i64..100), covered: bool) {
        let start = on(6, 1);
        let mut daily = membership(MembershipStatus::Active);
        daily.until_on = Some(start + TimeDelta::days(until));
        daily.leaving = leave.map(|days| Leaving { on: start + TimeDelta::days(days), reason: None });
        daily.covered = covered.then_some(Covering { by: daily.id, status: MembershipStatus::Active });
        let owed = due(start + TimeDelta::days(pay));
        let mut late = daily.clone();
        let mut steps = 0;
        for day in -150_i64..250 {
            while let Some(turn) = turn(&daily, Some(&owed), 30, start + TimeDelta::days(day)) {
                prop_assert!(daily.status.step(turn.to).is_ok());
                daily.status = turn.to;
                steps += 1;
            }
        }
        prop_assert!(steps <= MembershipStatus::ALL.len());
        while let Some(turn) = turn(&late, Some(&owed), 30, start + TimeDelta::days(250)) {
            late.status = turn.to;
        }
        prop_assert_eq!(late.status, daily.status);
    }
}
