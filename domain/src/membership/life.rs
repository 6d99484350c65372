//! What time does to a membership: what is due next, and when it falls into grace, lapses or ends.

use chrono::NaiveDate;

use super::due::{Due, Settled};
use super::period::{Period, Span, free, later};
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

/// The due by which a membership is judged on a day: of those for periods that go on, of the one that has begun last and of the one that
/// reaches furthest, the open one that was to be paid first. A levy that is paid does not hide a year that is not; a debt from before a
/// return is no reason to lose the membership again.
pub fn deciding(dues: &[Due], today: NaiveDate) -> Option<&Due> {
    let begun = || dues.iter().filter(|due| due.span.first <= today);
    let latest = begun().max_by_key(|due| due.span.first)?;
    let furthest = begun().max_by_key(|due| due.span.last)?;
    let counts = |due: &&Due| due.span.last >= today || due.id == latest.id || due.id == furthest.id;
    let open = begun().filter(|due| due.settled == Settled::Open).filter(counts);
    Some(open.min_by_key(|due| due.due_on).unwrap_or(latest))
}

/// The period that the day's work asks for, if it is to ask for one: the present one, unless the day has its due already, whoever is a
/// member has not paid what came before, or the membership begins only later. Of periods that are over nobody is asked for any more.
pub fn asks(membership: &Membership, period: Period, dues: &[Due], today: NaiveDate) -> Option<Span> {
    let pays = membership.status == MembershipStatus::Active && membership.covered.is_none();
    let has_begun = membership.since_on.is_none_or(|since| since <= today);
    let owes = deciding(dues, today).is_some_and(|due| due.settled == Settled::Open);
    let asked = spans(dues);
    (pays && has_begun && !owes && free(&asked, today) == today)
        .then(|| period.unasked(membership.since_on, &asked, today))
}

fn spans(dues: &[Due]) -> Vec<Span> {
    dues.iter().map(|due| due.span).collect()
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
    // Nobody is behind before being a member.
    let behind = behind.map(|on| membership.since_on.map_or(on, |since| since.max(on)));
    let behind = behind.filter(|on| *on <= today);
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
    /// The dues of the present period that are open get a new day to pay: nobody is asked twice for the same days.
    Again,
}

/// What the renewal of a membership with its dues means on a day.
///
/// # Errors
/// [`NotRenewed`].
pub fn renewal(
    membership: &Membership,
    tier: Option<&Tier>,
    dues: &[Due],
    today: NaiveDate,
) -> Result<Renewal, NotRenewed> {
    let period = tier.map_or(Period::CalendarYear, |tier| tier.period);
    let counts = membership.status == MembershipStatus::Active;
    let start = membership.since_on.map_or(today, |since| since.max(today));
    if dues.is_empty() {
        if let Some(until) = membership.until_on.filter(|until| *until >= today) {
            let term = Span {
                first: until,
                last: until,
            };
            return Ok(Renewal::Next(period.after(membership.since_on, term)));
        }
        if counts && tier.is_none_or(|tier| tier.fee_cents == 0 && tier.fees.is_empty()) {
            return Err(NotRenewed::Endless);
        }
    }
    let asked = spans(dues);
    let free = free(&asked, start);
    // A levy in a year to come is no reason to leave out that year.
    if dues.iter().any(|due| due.span.first > today && due.span.first < free) {
        return Err(NotRenewed::Ahead);
    }
    let is_open = deciding(dues, today).is_some_and(|due| due.settled == Settled::Open);
    match (is_open && free > start, counts) {
        (true, true) => Err(NotRenewed::Owing),
        (true, false) => Ok(Renewal::Again),
        _ => Ok(Renewal::Next(period.unasked(membership.since_on, &asked, start))),
    }
}

#[cfg(test)]
mod tests;
