//! Statistics of the network for managers: who is a member, how that came to be, and how much there is of everything.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::membership::statistics::{Members, Month, members};
use werkstadt_domain::page::Limit;
use werkstadt_domain::search::{Facet, FacetCount, OrganisationFilter};
use werkstadt_persistence::directory::{Count, OrganisationQuery, Snapshot};
use werkstadt_persistence::{Db, statistics};

use crate::answer;
use crate::auth::Caller;
use crate::extract::Query;
use crate::memberships::statistics::Months;
use crate::organisations::list::FacetValueBody;
use crate::problem::Problem;
use crate::state::{self, State};

pub mod skills;
pub mod tables;

/// How much there is of something, by name.
type Counts = BTreeMap<String, u64>;

/// Statistics of the network.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statistics, example = json!({"members": {"total": 40, "by_kind": [{"value": "company", "count": 30}], "by_helix": [], "by_size": [],
    "by_city": []}, "months": [{"month": "2026-11", "members": 40, "joined": 2, "left": 1, "founded": 0}],
    "totals": {"joined": 2, "left": 1, "founded": 0}, "records": {"organisations": 120}, "memberships": {"active": 39, "grace": 1},
    "opportunities": {"total": 7, "open": 5, "by_status": {"published": 6, "draft": 1}, "by_direction": {"offer": 7}, "by_cooperation": {"pilot": 7}}}))]
pub struct StatisticsBody {
    /// Who is a member now.
    pub members: MembersBody,
    /// How that came to be, month by month.
    pub months: Vec<StatisticsMonth>,
    /// The months together.
    pub totals: MonthTotals,
    /// How many records of each noun there are.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub records: Counts,
    /// Memberships by state.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub memberships: Counts,
    /// Opportunities.
    pub opportunities: OpportunityCounts,
}

/// Organisations that count as members now, the most frequent values first, at most 200 of each.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MemberCounts, example = json!({"total": 40, "by_kind": [{"value": "company", "count": 30}], "by_helix": [{"value": "business", "count": 30}],
    "by_size": [{"value": "small", "count": 12}], "by_city": [{"value": "Jena", "count": 35}]}))]
pub struct MembersBody {
    /// All of them.
    pub total: u64,
    /// By kind.
    pub by_kind: Vec<FacetValueBody>,
    /// By sector of the quadruple helix, which follows from the kind.
    pub by_helix: Vec<FacetValueBody>,
    /// By size class, those that have none left out.
    pub by_size: Vec<FacetValueBody>,
    /// By town; who is in several counts in each.
    pub by_city: Vec<FacetValueBody>,
}

/// A month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"month": "2026-11", "members": 40, "joined": 2, "left": 1, "founded": 0}))]
pub struct StatisticsMonth {
    /// Which one.
    #[schema(examples("2026-11"))]
    pub month: String,
    /// Members on its last day, suspended ones among them.
    pub members: u32,
    /// Who became a member.
    pub joined: u32,
    /// Who ceased to be one.
    pub left: u32,
    /// Present members that were founded in it.
    pub founded: u32,
}

/// Months together.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"joined": 2, "left": 1, "founded": 0}))]
pub struct MonthTotals {
    /// Who became a member.
    pub joined: u32,
    /// Who ceased to be one.
    pub left: u32,
    /// Present members that were founded.
    pub founded: u32,
}

/// Opportunities by what they are.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"total": 7, "open": 5, "by_status": {"published": 6, "draft": 1}, "by_direction": {"offer": 7}, "by_cooperation": {"pilot": 7}}))]
pub struct OpportunityCounts {
    /// All of them.
    pub total: u64,
    /// Published, and not past their last day.
    pub open: u64,
    /// By state.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub by_status: Counts,
    /// Offers and requests.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub by_direction: Counts,
    /// By sort of working together.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub by_cooperation: Counts,
}

/// Statistics of the network
///
/// Members are counted as in `GET /v1/organisations?member=true`; months by the days from which steps count, as in
/// `GET /v1/statistics/memberships`.
#[utoipa::path(tag = "admin", params(Months),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The counts of now.", body = StatisticsBody)))]
#[get("/statistics")]
pub async fn get_statistics(
    state: web::Data<State>,
    caller: Caller,
    query: Query<Months>,
) -> Result<HttpResponse, Problem> {
    let today = state.now().date_naive();
    let months = query.0.read(today)?;
    let snapshot = state.directory().snapshot();
    let counted = state::read(&state, move |db| count(db, &snapshot, months, today));
    answer::page(&caller, &counted.await?, None)
}

/// Counts in the index what it can tell, and lets the database count the rest. What takes longest there are the steps of all memberships.
fn count(db: &mut Db, snapshot: &Snapshot, months: Vec<Month>, today: NaiveDate) -> Result<StatisticsBody, Problem> {
    let founded = snapshot.member_foundings();
    let months: Vec<StatisticsMonth> = members(&months, &statistics::membership_moves(db)?)
        .into_iter()
        .map(|month| StatisticsMonth::new(&month, &founded))
        .collect();
    let mut totals = MonthTotals::default();
    for month in &months {
        totals.joined += month.joined;
        totals.left += month.left;
        totals.founded += month.founded;
    }
    let records = statistics::records(db)?.into_iter();
    Ok(StatisticsBody {
        members: MembersBody::now(snapshot, today),
        months,
        totals,
        records: records.map(|(noun, count)| (noun.to_owned(), count)).collect(),
        memberships: statistics::membership_states(db)?.into_iter().collect(),
        opportunities: OpportunityCounts::now(db, today)?,
    })
}

impl MembersBody {
    fn now(snapshot: &Snapshot, today: NaiveDate) -> Self {
        let query = OrganisationQuery {
            filter: OrganisationFilter {
                member: Some(true),
                ..OrganisationFilter::default()
            },
            limit: Limit::clamped(1),
            facets: vec![Facet::Kind, Facet::Helix, Facet::Size, Facet::City],
            count: Count::Exact,
            ..OrganisationQuery::default()
        };
        let found = snapshot.organisations(Audience::Manager, &query, today);
        let mut facets = found.facets.into_iter().map(|(_, counts)| values(counts));
        let mut next = || facets.next().unwrap_or_default();
        Self {
            total: found.total.unwrap_or_default(),
            by_kind: next(),
            by_helix: next(),
            by_size: next(),
            by_city: next(),
        }
    }
}

fn values(counts: Vec<FacetCount>) -> Vec<FacetValueBody> {
    let value = |one: FacetCount| FacetValueBody {
        value: one.value,
        count: one.count,
    };
    counts.into_iter().map(value).collect()
}

impl StatisticsMonth {
    fn new(members: &Members, founded: &[NaiveDate]) -> Self {
        let in_month = founded.iter().filter(|day| members.month.contains(**day));
        Self {
            month: members.month.to_string(),
            members: members.by_type.values().sum(),
            joined: members.joined,
            left: members.left,
            founded: u32::try_from(in_month.count()).unwrap_or(u32::MAX),
        }
    }
}

impl OpportunityCounts {
    fn now(db: &mut Db, today: NaiveDate) -> Result<Self, Problem> {
        let mut counts = Self {
            open: statistics::open_opportunities(db, today)?,
            ..Self::default()
        };
        for alike in statistics::opportunities(db)? {
            counts.total += alike.count;
            *counts.by_status.entry(alike.status).or_default() += alike.count;
            *counts.by_direction.entry(alike.direction).or_default() += alike.count;
            *counts.by_cooperation.entry(alike.cooperation).or_default() += alike.count;
        }
        Ok(counts)
    }
}
