//! Upkeep: what in a profile is due to be looked at again, so that the directory stays true.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::audience::Stored;
use crate::named::Named;
use crate::opportunity::{Opportunity, OpportunityId};
use crate::profile::Profile;
use crate::skill::{Claim, ClaimId, SkillId};

/// After how long something is due, and how long before its end a warning is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// From the last confirmation of a claim.
    pub claims: TimeDelta,
    /// From the last confirmation or change of a profile.
    pub profiles: TimeDelta,
    /// Before the end of a certificate or an opportunity.
    pub notice: TimeDelta,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            claims: TimeDelta::days(365),
            profiles: TimeDelta::days(180),
            notice: TimeDelta::days(30),
        }
    }
}

/// Something that an organisation's people should do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Why.
    pub cause: Cause,
    /// About what.
    pub subject: Subject,
    /// The day since which, or on which, it is due.
    pub due_on: NaiveDate,
}

/// Why somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The profile was neither confirmed nor changed for long.
    ProfileUnconfirmed,
    /// The claim was not confirmed for long.
    ClaimUnconfirmed,
    /// The claim holds no longer.
    ClaimExpired,
    /// The claim will soon hold no longer.
    ClaimExpires,
    /// The opportunity will soon be closed.
    OpportunityExpires,
}

impl Named for Cause {
    const NAME: &'static str = "ReminderCause";
    const ALL: &'static [Self] = &[
        Self::ProfileUnconfirmed,
        Self::ClaimUnconfirmed,
        Self::ClaimExpired,
        Self::ClaimExpires,
        Self::OpportunityExpires,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::ProfileUnconfirmed => "profile_unconfirmed",
            Self::ClaimUnconfirmed => "claim_unconfirmed",
            Self::ClaimExpired => "claim_expired",
            Self::ClaimExpires => "claim_expires",
            Self::OpportunityExpires => "opportunity_expires",
        }
    }
}

/// What a reminder is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The profile as a whole.
    Profile,
    /// A claim of this skill.
    Claim(ClaimId, SkillId),
    /// An opportunity.
    Opportunity(OpportunityId),
}

/// What is due in a profile on a day, the longest due first. `confirmed_at` is when its people last confirmed it.
pub fn reminders(
    profile: &Profile,
    opportunities: &[Stored<Opportunity>],
    confirmed_at: Option<DateTime<Utc>>,
    periods: Periods,
    today: NaiveDate,
) -> Vec<Reminder> {
    let mut due = Vec::new();
    let changed_at = profile.organisation.changed_at.last().utc();
    let last = confirmed_at.map_or(changed_at, |confirmed_at| confirmed_at.max(changed_at));
    due.extend(overdue(last, periods.profiles, today).map(|due_on| Reminder {
        cause: Cause::ProfileUnconfirmed,
        subject: Subject::Profile,
        due_on,
    }));
    due.extend(
        profile
            .claims
            .iter()
            .filter_map(|claim| of_claim(claim, periods, today)),
    );
    let open = opportunities.iter().filter(|stored| stored.record.is_open(today));
    due.extend(open.filter_map(|stored| {
        let due_on = soon(stored.record.expires_on?, periods, today)?;
        let subject = Subject::Opportunity(stored.record.id);
        Some(Reminder {
            cause: Cause::OpportunityExpires,
            subject,
            due_on,
        })
    }));
    // Stable: of one day, the profile comes first, then claims in order of id.
    due.sort_by_key(|reminder| reminder.due_on);
    due
}

fn of_claim(stored: &Stored<Claim>, periods: Periods, today: NaiveDate) -> Option<Reminder> {
    let claim = &stored.record;
    let reminder = |cause, due_on| Reminder {
        cause,
        subject: Subject::Claim(claim.id, claim.skill),
        due_on,
    };
    if let Some(last) = claim.expires_on {
        if last < today {
            return Some(reminder(Cause::ClaimExpired, last));
        }
        if let Some(due_on) = soon(last, periods, today) {
            return Some(reminder(Cause::ClaimExpires, due_on));
        }
    }
    let last = claim.confirmed_at.unwrap_or_else(|| stored.created_at.utc());
    overdue(last, periods.claims, today).map(|due_on| reminder(Cause::ClaimUnconfirmed, due_on))
}

/// The day on which a period after `last` ended, if it has.
fn overdue(last: DateTime<Utc>, period: TimeDelta, today: NaiveDate) -> Option<NaiveDate> {
    let due_on = last.checked_add_signed(period)?.date_naive();
    (due_on <= today).then_some(due_on)
}

/// The last day, if the notice before it has begun.
fn soon(last: NaiveDate, periods: Periods, today: NaiveDate) -> Option<NaiveDate> {
    let from = last.checked_sub_signed(periods.notice)?;
    (from <= today).then_some(last)
}
