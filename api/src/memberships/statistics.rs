//! Statistics of memberships, month by month.

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::membership::due::CURRENCY;
use werkstadt_domain::membership::statistics::{Cents, Members, Month, cents, members};
use werkstadt_persistence::statistics;

use crate::answer;
use crate::auth::Caller;
use crate::extract::Query;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};

/// Months in one answer.
const MOST_MONTHS: usize = 240;

/// Which months.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Months {
    /// The first month, for example `2026-01`; eleven before the last one, if left out.
    #[param(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub from: Option<String>,
    /// The last month; the present one, if left out.
    #[param(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub to: Option<String>,
}

/// Members and dues, month by month.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"currency": "EUR", "months": [{"month": "2026-11", "members": 40, "joined": 2, "left": 1,
    "by_type": [{"type": "full", "members": 40}], "due_cents": 120_000, "paid_cents": 60_000, "open_cents": 60_000}]}))]
pub struct MembershipStatistics {
    /// The currency (ISO 4217).
    #[schema(examples("EUR"))]
    pub currency: String,
    /// The months, in order.
    pub months: Vec<MembershipMonth>,
}

/// Members and dues in a month.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"month": "2026-11", "members": 40, "joined": 2, "left": 1, "by_type": [{"type": "full", "members": 40}],
    "due_cents": 120_000, "paid_cents": 60_000, "open_cents": 60_000}))]
pub struct MembershipMonth {
    /// Which one.
    #[schema(examples("2026-11"))]
    pub month: String,
    /// Members on its last day.
    pub members: u32,
    /// Who became a member.
    pub joined: u32,
    /// Who ceased to be one.
    pub left: u32,
    /// Members on its last day, by the type that they have today.
    pub by_type: Vec<MembersOfType>,
    /// Dues to be paid by a day of the month, in cents.
    pub due_cents: i64,
    /// Dues paid in it.
    pub paid_cents: i64,
    /// Dues to be paid by then, and not paid at its end.
    pub open_cents: i64,
}

/// Members of a type.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"type": "full", "members": 40}))]
pub struct MembersOfType {
    /// The type.
    #[schema(examples("full", "supporting"))]
    pub r#type: String,
    /// How many.
    pub members: u32,
}

/// Statistics of memberships
///
/// Counted by the days from which steps count, so that what is entered later counts where it belongs. Members are those who are active,
/// in their days of grace or suspended.
#[utoipa::path(tag = "memberships", params(Months),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "Month by month.", body = MembershipStatistics)))]
#[get("/statistics/memberships")]
pub async fn get_membership_statistics(
    state: web::Data<State>,
    caller: Caller,
    query: Query<Months>,
) -> Result<HttpResponse, Problem> {
    let months = query.0.read(state.now().date_naive())?;
    let counted = state::read(&state, |db| {
        Ok((statistics::membership_moves(db)?, statistics::due_cents(db)?))
    });
    let (moved, owed) = counted.await?;
    let counted = members(&months, &moved).into_iter().zip(cents(&months, &owed));
    let body = MembershipStatistics {
        currency: CURRENCY.to_owned(),
        months: counted
            .map(|(members, cents)| MembershipMonth::new(members, cents))
            .collect(),
    };
    answer::page(&caller, &body, None)
}

impl Months {
    /// The months that are meant today, in order.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] if there are none or too many.
    pub fn read(&self, today: NaiveDate) -> Result<Vec<Month>, Problem> {
        let last = month("to", self.to.as_ref())?.unwrap_or_else(|| Month::of(today));
        let first = month("from", self.from.as_ref())?.unwrap_or_else(|| last.back(11));
        let months: Vec<Month> = first.to(last).take(MOST_MONTHS + 1).collect();
        match months.len() {
            0 => Err(refused("to", Rule::Reversed)),
            1..=MOST_MONTHS => Ok(months),
            _ => Err(refused("from", Rule::TooLong(MOST_MONTHS))),
        }
    }
}

fn month(name: &str, given: Option<&String>) -> Result<Option<Month>, Problem> {
    let Some(text) = given else { return Ok(None) };
    let read = Month::parse(text).ok_or_else(|| refused(name, Rule::Malformed("YYYY-MM")));
    read.map(Some)
}

fn refused(name: &str, rule: Rule) -> Problem {
    let place = Place::Parameter(name.to_owned());
    Problem::new(Code::InvalidQuery).with_breaches(vec![(place, Breach::Rule(rule))])
}

impl MembershipMonth {
    fn new(members: Members, cents: Cents) -> Self {
        let of_type = |(kind, members): (String, u32)| MembersOfType { r#type: kind, members };
        Self {
            month: members.month.to_string(),
            members: members.by_type.values().sum(),
            joined: members.joined,
            left: members.left,
            by_type: members.by_type.into_iter().map(of_type).collect(),
            due_cents: cents.due,
            paid_cents: cents.paid,
            open_cents: cents.open,
        }
    }
}
