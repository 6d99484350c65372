//! What time does to a membership: what is due next, and when it falls into grace, lapses or ends.

use chrono::NaiveDate;

use super::due::{Due, Settled};
use super::period::{Span, later};
use super::tier::Tier;
use super::{Membership, MembershipStatus};

/// What becomes of a membership by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The state after it.
    pub to: MembershipStatus,
    /// The first day on which it holds.
    pub on: NaiveDate,
}

/// The due by which a membership is judged on a day: of those for periods that go on, and of the latest one that has begun, the open one
/// that was to be paid first. A levy that is paid does not hide a year that is not; a debt from before a return is no reason to lose the
/// membership again.
pub fn deciding(dues: &[Due], today: NaiveDate) -> Option<&Due> {
    let begun = || dues.iter().filter(|due| due.span.first <= today);
    let latest = begun().max_by_key(|due| due.span.first)?;
    let open = begun().filter(|due| due.settled == Settled::Open && (due.span.last >= today || due.id == latest.id));
    Some(open.min_by_key(|due| due.due_on).unwrap_or(latest))
}

/// What a membership turns into by a day, if anything. `due` is the [`deciding`] one.
///
/// Whoever owes has the days of grace, from the day after the last day to pay or after the last day of a term.
pub fn turn(membership: &Membership, due: Option<&Due>, grace_days: u16, today: NaiveDate) -> Option<Turn> {
    use MembershipStatus::{Active, Grace, Lapsed, Resigned, Suspended};
    let over = |last: NaiveDate| (last < today).then(|| later(last, 1));
    let gone = membership.leaving.as_ref().and_then(|leaving| over(leaving.on));
    let gone = gone.map(|on| Turn { to: Resigned, on });
    // Who is covered owes nothing.
    let unpaid = due.filter(|due| due.settled == Settled::Open && membership.covered.is_none());
    let behind = [unpaid.map(|due| due.due_on), membership.until_on];
    let behind = behind.into_iter().flatten().filter_map(over).min();
    let turn = match membership.status {
        Active => behind.map(|on| Turn { to: Grace, on }),
        Grace => behind
            .map(|on| Turn {
                to: Lapsed,
                on: later(on, grace_days),
            })
            .filter(|turn| turn.on <= today),
        Suspended => None,
        _ => return None,
    };
    // What happened first, happened, however late somebody looks.
    turn.into_iter().chain(gone).min_by_key(|turn| turn.on)
}

/// Why a membership cannot be renewed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRenewed {
    /// The period after this one has its due already.
    #[error("the next period has its due")]
    Ahead,
    /// The present due is not paid.
    #[error("the present due is open")]
    Owing,
    /// There is no fee and no end.
    #[error("there is nothing to renew")]
    Endless,
}

/// What a renewal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// A period begins, with a due if it costs something.
    Next(Span),
    /// The due of the present period gets a new day to pay: nobody is asked twice for the same days.
    Again(Span),
}

/// What the renewal of a membership means on a day. `last` is the due of a period to come, if there is one, else the [`deciding`] one.
///
/// # Errors
/// [`NotRenewed`].
pub fn renewal(
    membership: &Membership,
    tier: Option<&Tier>,
    last: Option<&Due>,
    today: NaiveDate,
) -> Result<Renewal, NotRenewed> {
    let period = tier.map_or(super::period::Period::CalendarYear, |tier| tier.period);
    let counts = membership.status == MembershipStatus::Active;
    let Some(last) = last else {
        return match membership.until_on {
            Some(until) if until >= today => Ok(Renewal::Next(period.after(
                membership.since_on,
                Span {
                    first: until,
                    last: until,
                },
            ))),
            _ if counts && tier.is_none_or(|tier| tier.fee_cents == 0 && tier.fees.is_empty()) => {
                Err(NotRenewed::Endless)
            }
            _ => {
                let entry = membership.since_on.filter(|since| *since > today).unwrap_or(today);
                Ok(Renewal::Next(period.around(membership.since_on, entry)))
            }
        };
    };
    if last.span.first > today {
        return Err(NotRenewed::Ahead);
    }
    if last.span.last < today {
        return Ok(Renewal::Next(period.around(membership.since_on, today)));
    }
    match (last.settled, counts) {
        (Settled::Open, true) => Err(NotRenewed::Owing),
        (Settled::Open, false) => Ok(Renewal::Again(last.span)),
        _ => Ok(Renewal::Next(period.after(membership.since_on, last.span))),
    }
}

#[cfg(test)]
mod tests;
