//! Statistics as tables.

use actix_web::{HttpResponse, get, web};
use werkstadt_domain::skill::balance::{Balance, page};
use werkstadt_domain::text::Text;
use werkstadt_persistence::directory::Snapshot;

use super::skills::{BalanceQuery, balances};
use super::{StatisticsMonth, count};
use crate::auth::Caller;
use crate::exports::{self, Cell, Format, Small, TableOptions, text};
use crate::extract::Query;
use crate::memberships::statistics::Months;
use crate::problem::Problem;
use crate::state::{self, State};

/// The months of the statistics as a table
///
/// Month by month as in `GET /v1/statistics`, as CSV in UTF-8.
#[utoipa::path(tag = "admin", params(Months, TableOptions),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The table.", body = String, content_type = "text/csv",
        example = "month,members,joined,left,founded\r\n")))]
#[get("/statistics.csv")]
pub async fn export_statistics_csv(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<Months>,
    Query(options): Query<TableOptions>,
) -> Result<HttpResponse, Problem> {
    let today = state.now().date_naive();
    let months = query.read(today)?;
    let snapshot = state.directory().snapshot();
    let written = state::read(&state, move |db| {
        let counted = count(db, &snapshot, months, today)?;
        Small::new(options, &MONTHS, counted.months.into_iter().map(of_month))
    });
    Ok(file(&caller, written.await?, "statistics.csv"))
}

/// Skills in demand against skills on offer as a table
///
/// All that `GET /v1/statistics/skills` lists, in its order, as CSV in UTF-8. A text that a spreadsheet would take for a formula begins with
/// an apostrophe.
#[utoipa::path(tag = "admin", params(BalanceQuery, TableOptions),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The table.", body = String, content_type = "text/csv", example = "id,uri,label_de,label_en,gap\r\n")))]
#[get("/statistics/skills.csv")]
pub async fn export_skill_statistics_csv(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<BalanceQuery>,
    Query(options): Query<TableOptions>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, today) = (state.directory().snapshot(), state.now().date_naive());
    let written = state::read(&state, move |db| {
        let (all, _) = page(balances(db, &snapshot, today)?, query.sort(), None, usize::MAX);
        Small::new(options, &SKILLS, all.iter().map(|one| of_skill(&snapshot, one)))
    });
    Ok(file(&caller, written.await?, "skills.csv"))
}

const MONTHS: [&str; 5] = ["month", "members", "joined", "left", "founded"];

fn of_month(month: StatisticsMonth) -> Vec<Cell> {
    let counts = [month.members, month.joined, month.left, month.founded];
    let counts = counts.map(|count| Cell::Number(f64::from(count)));
    std::iter::once(text(month.month)).chain(counts).collect()
}

const SKILLS: [&str; 11] = [
    "id",
    "uri",
    "label_de",
    "label_en",
    "organisations",
    "persons",
    "offer",
    "opportunities",
    "searches",
    "demand",
    "gap",
];

fn of_skill(snapshot: &Snapshot, balance: &Balance) -> Vec<Cell> {
    let (uri, label) = match snapshot.skill(balance.skill) {
        Some(skill) => (skill.record.uri.clone(), skill.record.label.clone()),
        None => (String::new(), Text::default()),
    };
    let labels = [label.de, label.en].map(|label| text(label.unwrap_or_default()));
    let counts = [
        balance.organisations,
        balance.persons,
        balance.offer(),
        balance.opportunities,
        balance.searches,
        balance.demand(),
    ];
    let counts = counts.map(|count| Cell::Number(count as f64));
    let mut cells = vec![text(balance.skill), text(uri)];
    cells.extend(labels);
    cells.extend(counts);
    cells.push(Cell::Number(balance.gap() as f64));
    cells
}

fn file(caller: &Caller, table: Small, name: &str) -> HttpResponse {
    exports::answer(caller, None, Box::new(table), Format::Csv.media_type(), name)
}
