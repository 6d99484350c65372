//! Reminders of dues that are overdue: by letter to whoever pays, after some days, then again, not for ever.

use actix_web::{HttpResponse, post, web};
use chrono::Days;
use serde_json::json;
use werkstadt_domain::account::Role;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::Membership;
use werkstadt_domain::membership::due::{Due, DueId, DueStatus};
use werkstadt_domain::text::Language;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::{Db, UnitOfWork, dues, memberships, users};

use super::dues::DuePath;
use super::dues::wire::DueBody;
use super::{contested, notices};
use crate::answer;
use crate::auth::Caller;
use crate::extract::{NoQuery, Path};
use crate::letters::{self, Kind, To};
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// Dues looked at in one read.
const BATCH: i64 = 200;

/// Remind of a due now
///
/// By letter to the representative for dues, else to the main one, else to the owners. Members are reminded by themselves, as the settings
/// say; this one counts as one of these reminders. Refused where the due is not overdue (`not_overdue`), where the membership is covered by
/// another one (`covered`), and where there is nobody to write to (`nobody`).
#[utoipa::path(tag = "memberships", params(DuePath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "The letter is on its way.", body = DueBody)))]
#[post("/dues/{due_id}/remind")]
pub async fn remind_of_due(
    state: web::Data<State>,
    caller: Caller,
    path: Path<DueId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id), today) = (state.clone(), path, state.now().date_naive());
    let reminded = state::write(&state, caller.actor(), move |unit| {
        let before = dues::find(unit.db(), id)?;
        let membership = memberships::find(unit.db(), before.record.membership)?.record;
        if before.record.status(today) != DueStatus::Overdue {
            return Err(refused("not_overdue"));
        }
        if membership.covered.is_some() {
            return Err(refused("covered"));
        }
        let after = remind(unit, &shared, &before, &membership)?;
        let after = after.ok_or_else(|| refused("nobody"))?;
        Ok(DueBody::new(&after, membership.organisation, today))
    });
    answer::changed(&reminded.await?)
}

fn refused(reason: &str) -> Problem {
    Problem::new(Code::Conflict).with_fact("reason", reason)
}

/// Reminds of what is due for it today, and tells of how many dues that were. To do it twice changes nothing more.
///
/// # Errors
/// [`Code::Unavailable`]; what was done until then stays done.
pub fn run(state: &State) -> Result<u64, Problem> {
    let today = state.now().date_naive();
    let reminding = state.reminding_of_dues();
    if reminding.at_most == 0 {
        return Ok(0);
    }
    // Whoever was reminded on this day or later is not yet to be reminded again.
    let pause = Days::new(u64::from(reminding.again_days.max(1)) - 1);
    let not_since = today.checked_sub_days(pause).unwrap_or(today);
    let (mut reminded, mut after) = (0, None);
    loop {
        let batch = state
            .store
            .read::<_, Problem>(|db| Ok(dues::to_remind(db, today, not_since, after, BATCH)?))?;
        let Some(last) = batch.last() else {
            return Ok(reminded);
        };
        after = Some(last.record.id);
        for due in batch.iter().filter(|due| due.record.reminds(reminding, today)) {
            reminded += u64::from(one(state, due)?);
        }
    }
}

/// Reminds of a due unless it has changed since it was read: then the next day does.
fn one(state: &State, due: &Stored<Due>) -> Result<bool, Problem> {
    let done = state
        .store
        .write::<_, Problem>(Author::task("daily"), state.now(), |unit| {
            let membership = memberships::find(unit.db(), due.record.membership)?.record;
            // Who is covered owes nothing.
            if membership.covered.is_some() {
                return Ok(false);
            }
            Ok(remind(unit, state, due, &membership)?.is_some())
        });
    match done {
        Err(problem) if matches!(problem.code(), Code::Conflict | Code::NotFound) => Ok(false),
        done => done,
    }
}

/// Notes the reminder and writes the letters, in one transaction: neither is there without the other, and of two servers the second is told
/// that the due has changed. Nothing is done if there is nobody to write to.
fn remind(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    before: &Stored<Due>,
    membership: &Membership,
) -> Result<Option<Stored<Due>>, Problem> {
    let recipients = recipients(unit.db(), membership)?;
    if recipients.is_empty() {
        return Ok(None);
    }
    let today = unit.now().date_naive();
    let after = dues::update(unit, before, before.record.clone().reminded(today)).map_err(contested)?;
    let due = before.record.id.to_string();
    for (address, language) in &recipients {
        let to = To {
            address,
            language: *language,
        };
        letters::enqueue(unit, state.id(), Kind::DueReminder, to, json!({"due": due}))?;
    }
    Ok(Some(after))
}

/// Whom to write to about what a membership owes, and in which language: the representative for dues, else the main one, else the owners.
fn recipients(db: &mut Db, membership: &Membership) -> Result<Vec<(String, Language)>, Problem> {
    if let Some(payer) = notices::speaker(db, membership.id, notices::PAYING)? {
        return Ok(vec![payer]);
    }
    let users = users::list(db, Some(membership.organisation), None, i64::MAX)?.into_iter();
    let owners = users
        .map(|user| user.record)
        .filter(|user| user.active && user.role == Role::Owner);
    Ok(owners.map(|owner| (owner.email, owner.language)).collect())
}
