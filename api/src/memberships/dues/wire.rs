//! Dues as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::membership::MembershipId;
use werkstadt_domain::membership::due::{CURRENCY, Due, DueId, DueStatus, Settled};
use werkstadt_domain::membership::period::{Span, later};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::text::line;

use crate::page::Page;
use crate::patch::Base;
use crate::wire::{Choose, MergePatchOf, day, in_order, optional};

/// A state of a due, by name.
pub type DueStatusName = Choose<DueStatus>;
/// Whether a due is owed, by name.
pub type SettledName = Choose<SettledAs>;

/// What a membership costs in a period.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Due, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000b4", "membership_id": "01936d3e-7f10-7000-8000-0000000000a1",
    "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "first_on": "2026-01-01", "last_on": "2026-12-31", "amount_cents": 60000,
    "currency": "EUR", "due_on": "2026-01-31", "status": "paid", "paid_on": "2026-01-20", "reminders": 0, "created_at": "2026-01-01T00:01:00Z",
    "updated_at": "2026-01-20T09:00:00Z"}))]
pub struct DueBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Who owes it.
    #[schema(format = Uuid)]
    pub membership_id: String,
    /// Whose membership that is.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The first day that it is for.
    #[schema(format = Date)]
    pub first_on: String,
    /// The last day that it is for.
    #[schema(format = Date)]
    pub last_on: String,
    /// How much, in cents.
    pub amount_cents: i64,
    /// The currency (ISO 4217).
    #[schema(examples("EUR"))]
    pub currency: String,
    /// The last day to pay.
    #[schema(format = Date)]
    pub due_on: String,
    /// Where it stands today.
    #[schema(examples("open", "overdue", "paid", "waived"))]
    pub status: String,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub paid_on: Option<String>,
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How often the member was reminded of it since its last day to pay was set.
    pub reminders: u16,
    /// When that was last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub reminded_on: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Its last change.
    pub updated_at: DateTime<Utc>,
}

/// A page of dues.
pub type DuePage = Page<DueBody>;

/// A new due.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"first_on": "2026-01-01", "last_on": "2026-12-31", "amount_cents": 60000, "due_on": "2026-01-31"}))]
pub struct DueCreate {
    /// The first day that it is for. A membership has one due from there.
    #[schema(format = Date)]
    pub first_on: String,
    /// The last day that it is for.
    #[schema(format = Date)]
    pub last_on: String,
    /// How much, in cents.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub amount_cents: i64,
    /// The last day to pay, at most a year before the first day. Whoever has not paid in time falls behind no earlier than a day after
    /// the due was entered.
    #[schema(format = Date)]
    pub due_on: String,
    /// Whether it is owed; it is unless said otherwise. A due that is `overdue` is `open` here.
    pub status: Option<SettledName>,
    /// When it was paid, not a day to come; today unless said otherwise. Only for one that is paid.
    #[schema(format = Date)]
    pub paid_on: Option<String>,
    /// A remark.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub note: Option<String>,
}

/// A change of a due.
pub type DuePatch = MergePatchOf<DueCreate>;

/// How a changed due is read.
pub const BASE: Base = Base {
    create: "create_due",
    derived: &[
        "id",
        "membership_id",
        "organisation_id",
        "currency",
        "reminders",
        "reminded_on",
        "created_at",
        "updated_at",
    ],
    by_id: &[],
};

/// Whether a due is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettledAs {
    /// It is.
    Open,
    /// It was paid.
    Paid,
    /// Nobody asks for it any more.
    Waived,
}

impl Named for SettledAs {
    const NAME: &'static str = "DueSettlement";
    const ALL: &'static [Self] = &[Self::Open, Self::Paid, Self::Waived];

    fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Waived => "waived",
        }
    }
}

impl DueBody {
    /// The due of an organisation's membership as it stands on a day.
    pub fn new(stored: &Stored<Due>, organisation: OrganisationId, today: NaiveDate) -> Self {
        let due = &stored.record;
        let paid_on = match due.settled {
            Settled::Paid(on) => Some(on.to_string()),
            _ => None,
        };
        Self {
            id: due.id.to_string(),
            membership_id: due.membership.to_string(),
            organisation_id: organisation.to_string(),
            first_on: due.span.first.to_string(),
            last_on: due.span.last.to_string(),
            amount_cents: due.amount_cents,
            currency: CURRENCY.to_owned(),
            due_on: due.due_on.to_string(),
            status: due.status(today).code().to_owned(),
            paid_on,
            note: due.note.clone(),
            reminders: due.reminded.map_or(0, |reminded| reminded.times),
            reminded_on: due.reminded.map(|reminded| reminded.last_on.to_string()),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.last().utc(),
        }
    }

    /// The due as a change of it begins: that it is overdue follows from its day, and who asks for it again, or no more, does not
    /// want to know when it was paid.
    pub fn for_change(mut self, change: &serde_json::Value) -> Self {
        if self.status == DueStatus::Overdue.code() {
            SettledAs::Open.code().clone_into(&mut self.status);
        }
        if change
            .get("status")
            .is_some_and(|status| status != SettledAs::Paid.code())
        {
            self.paid_on = None;
        }
        self
    }
}

impl DueCreate {
    /// The due of a membership under an id.
    ///
    /// # Errors
    /// Every fault.
    pub fn to_domain(&self, id: DueId, membership: MembershipId, today: NaiveDate) -> Result<Due, Invalid> {
        let mut faults = Faults::new();
        let first = faults.take("/first_on", day(&self.first_on));
        let last = faults.take("/last_on", day(&self.last_on));
        in_order(&mut faults, "/last_on", first, last);
        let due_on = faults.take("/due_on", day(&self.due_on));
        let paid_on = optional(&mut faults, "/paid_on", self.paid_on.as_ref(), day);
        let note = optional(&mut faults, "/note", self.note.as_ref(), |text| line(text, 500));
        let status = self.status.map_or(SettledAs::Open, |status| status.0);
        if status != SettledAs::Paid && self.paid_on.is_some() {
            faults.note("/paid_on", Rule::Conflicts("status"));
        }
        let settled = match status {
            SettledAs::Open => Settled::Open,
            SettledAs::Paid => Settled::Paid(paid_on.unwrap_or(today)),
            SettledAs::Waived => Settled::Waived,
        };
        if paid_on.is_some_and(|on| is_to_come(on, today)) {
            faults.note("/paid_on", Rule::InTheFuture);
        }
        let due = first.zip(last).zip(due_on).map(|((first, last), due_on)| Due {
            id,
            membership,
            span: Span { first, last },
            amount_cents: self.amount_cents,
            due_on,
            settled,
            note,
            reminded: None,
        });
        if due.as_ref().is_some_and(Due::is_payable_too_early) {
            faults.note("/due_on", Rule::Reversed);
        }
        faults.finish(due)
    }
}

/// True for a day that has begun nowhere: today is told in UTC, and east of it tomorrow has begun.
pub fn is_to_come(day: NaiveDate, today: NaiveDate) -> bool {
    day > later(today, 1)
}
