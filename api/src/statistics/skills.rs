//! Skills in demand against skills on offer.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::skill::balance::{Balance, BalanceSort, page};
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::{Db, saved_searches};

use crate::auth::Caller;
use crate::extract::Query;
use crate::page::{List, Page, PageQuery};
use crate::problem::Problem;
use crate::skills::given;
use crate::skills::wire::SkillSummary;
use crate::state::{self, State};
use crate::wire::Choose;

/// By what skills are put in order, by name.
pub type BalanceSortName = Choose<BalanceSort>;

/// In which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BalanceQuery {
    /// By what, the largest first: the gap unless said otherwise.
    pub sort: Option<BalanceSortName>,
}

/// How much a concept is offered and sought.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SkillBalance, example = json!({"skill": {"id": "01936d3e-7f10-7000-8000-0000000000d1", "uri": "urn:example:skill:lasers",
    "label": {"de": "Lasertechnik", "en": "laser technology"}}, "organisations": 3, "persons": 1, "offer": 4, "opportunities": 5, "searches": 2,
    "demand": 7, "gap": 3}))]
pub struct BalanceBody {
    /// The concept.
    pub skill: SkillSummary,
    /// Organisations with a claim of it that has not expired.
    pub organisations: u64,
    /// Persons who have it.
    pub persons: u64,
    /// Both together.
    pub offer: u64,
    /// Open opportunities, offers and requests, that ask a partner for it.
    pub opportunities: u64,
    /// Users who keep a search for organisations that have it.
    pub searches: u64,
    /// Both together.
    pub demand: u64,
    /// Demand without offer; negative where more is on offer than is sought.
    pub gap: i64,
}

/// A page of concepts.
pub type BalancePage = Page<BalanceBody>;

/// Skills in demand against skills on offer
///
/// A concept that was replaced counts as what replaced it; narrower and broader ones count by themselves. Those that nobody offers or
/// seeks are left out. Counted anew for each page.
#[utoipa::path(tag = "admin", params(BalanceQuery, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of concepts, the largest first, equals in order of id.", body = BalancePage)))]
#[get("/statistics/skills")]
pub async fn list_skill_statistics(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<BalanceQuery>,
    paging: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, Audience::Manager);
    let after: Option<(i64, Uuid)> = list.after(&paging.0)?;
    let after = after.map(|(measure, id)| (measure, SkillId::new(id)));
    let sort = query.0.sort();
    let (snapshot, today, limit) = (
        state.directory().snapshot(),
        state.now().date_naive(),
        paging.0.limit().get(),
    );
    let counted = state::read(&state, move |db| {
        let (items, more) = page(balances(db, &snapshot, today)?, sort, after, limit);
        let last = items.last().filter(|_| more);
        let next = last.map(|last| (last.measure(sort), last.skill.uuid()));
        let bodies = items.iter().map(|one| BalanceBody::new(&snapshot, one));
        Ok((bodies.collect(), next))
    });
    let (items, next) = counted.await?;
    list.answer::<BalanceBody>(&caller, items, next)
}

impl BalanceQuery {
    /// By what they are put in order.
    pub fn sort(&self) -> BalanceSort {
        self.sort.map_or_else(BalanceSort::default, |sort| sort.0)
    }
}

/// How much each concept is offered and sought, in no order.
///
/// # Errors
/// As every read.
pub fn balances(db: &mut Db, snapshot: &Snapshot, today: NaiveDate) -> Result<Vec<Balance>, Problem> {
    let wished = wished(snapshot, saved_searches::wishes(db)?);
    Ok(snapshot.skill_balances(wished, today))
}

/// The skills that saved searches name, as far as they are known.
fn wished(snapshot: &Snapshot, searches: Vec<(UserId, String)>) -> Vec<(UserId, SkillId)> {
    let mut wished = Vec::new();
    for (user, query) in searches {
        let named = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "skill");
        let skills = named.filter_map(|(_, text)| given::resolve(snapshot, &text));
        wished.extend(skills.map(|skill| (user, skill)));
    }
    wished
}

impl BalanceBody {
    fn new(snapshot: &Snapshot, balance: &Balance) -> Self {
        Self {
            skill: SkillSummary::of(snapshot, balance.skill),
            organisations: balance.organisations,
            persons: balance.persons,
            offer: balance.offer(),
            opportunities: balance.opportunities,
            searches: balance.searches,
            demand: balance.demand(),
            gap: balance.gap(),
        }
    }
}
