//! The audit log: who did and who read what. For managers, whose reading of it is noted too.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_persistence::audit::{self, Entry, Scope};
use werkstadt_persistence::{Actor, Noun};

use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Query};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::Problem;
use crate::state::{self, State};

pub mod heads;
pub mod notes;
pub mod occasion;
pub mod reads;
pub mod wire;

pub use reads::{Disclosures, Recorder};
use wire::{
    AuditCheck, AuditDisclosureBody, AuditDisclosures, AuditEntryBody, AuditEntryPage, AuditReadingBody,
    AuditReadingPage, AuditVerification, FilterAudit, ReadBy, ReadRecord,
};

/// Entries that one call checks: a second's work or two.
const CHECKED_AT_A_TIME: i64 = 50_000;
/// Readers of one record that are told.
const READERS_TOLD: usize = 1_000;

/// List the audit log
///
/// Who did what and who read what of people, the newest first: a change names the records it touched, a reading those of which the
/// reader was told more than everyone may know. Callers can say why they ask in the header `Audit-Reason`. The ids of who and of
/// what stay when records are erased; what is said in words, from where and why, does not.
#[utoipa::path(tag = "admin", params(FilterAudit, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of entries, the newest first.", body = AuditEntryPage)))]
#[get("/audit-log")]
pub async fn list_audit_entries(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<FilterAudit>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, caller.audience());
    let before = list.after::<i64>(&page.0)?;
    let (filter, limit) = (query.0.read()?, page.0.limit());
    notes::write_down_here(&state).await?;
    let found = state::read(&state, move |db| {
        Ok(audit::entries(db, &filter, before, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| last.seq);
    Disclosures::to(&state, &caller).note(Noun::User, users_of(&found))?;
    let bodies = found.iter().map(|entry| AuditEntryBody::new(entry, state.accounts()));
    list.answer(&caller, bodies.collect(), after)
}

/// Whose data did somebody read?
///
/// The records that a user or an API key read in a time, each with the first and the last reading: the question after a key was lost.
#[utoipa::path(tag = "admin", params(ReadBy, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of records, by kind and id.", body = AuditReadingPage)))]
#[get("/audit-log/readings")]
pub async fn list_audit_readings(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ReadBy>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, caller.audience());
    let after = list.after::<Place>(&page.0)?.map(|place| (place.noun.0, place.id));
    let ((actor, span), limit) = (query.0.read()?, page.0.limit());
    notes::write_down_here(&state).await?;
    let found = state::read(&state, move |db| {
        Ok(audit::readings(db, actor, span, after, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| Place {
        noun: wire::NounName::from(last.noun),
        id: last.id,
    });
    Disclosures::to(&state, &caller).note(Noun::User, [actor])?;
    let bodies = found.iter().map(|reading| AuditReadingBody::new(reading, &state));
    list.answer(&caller, bodies.collect(), after)
}

/// Where a page of readings ends.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Place {
    noun: wire::NounName,
    id: Uuid,
}

/// Who read a record?
///
/// Of a person, a user, an application: who was told of it, by which operation, when first and last; the latest first, a thousand
/// at most.
#[utoipa::path(tag = "admin", params(ReadRecord),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The readers.", body = AuditDisclosures)))]
#[get("/audit-log/disclosures")]
pub async fn list_audit_disclosures(
    state: web::Data<State>,
    caller: Caller,
    query: Query<ReadRecord>,
) -> Result<HttpResponse, Problem> {
    let (record, span) = query.0.read()?;
    notes::write_down_here(&state).await?;
    let mut found = state::read(&state, move |db| Ok(audit::disclosures(db, record, span)?)).await?;
    let more = found.len() > READERS_TOLD;
    found.truncate(READERS_TOLD);
    let readers = found.iter().filter_map(|one| user_of(one.actor));
    Disclosures::to(&state, &caller).note(Noun::User, readers)?;
    let items = found.iter();
    let items = items
        .map(|one| AuditDisclosureBody::new(one, state.accounts()))
        .collect();
    answer::page(&caller, &AuditDisclosures { items, more }, None)
}

/// Check the audit log
///
/// That no entry was changed, put in or taken out, fifty thousand at a time: `after` the last one of the call before. With heads that
/// were exported earlier it is found, too, when the log was cut off at its end.
#[utoipa::path(tag = "admin", request_body = AuditCheck,
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "What was found.", body = AuditVerification)))]
#[post("/audit-log/verify")]
pub async fn verify_audit_log(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<AuditCheck>,
) -> Result<HttpResponse, Problem> {
    let (after, heads) = body.0.read()?;
    let scope = Scope {
        after,
        limit: CHECKED_AT_A_TIME,
    };
    let key = state.store.audit_key()?;
    let found = state::read(&state, move |db| Ok(audit::verify(db, &key, scope, &heads)?)).await?;
    answer::page(&caller, &AuditVerification::from(&found), None)
}

fn users_of(entries: &[Entry]) -> BTreeSet<Uuid> {
    entries.iter().filter_map(|entry| user_of(entry.actor)).collect()
}

const fn user_of(actor: Actor) -> Option<Uuid> {
    match actor {
        Actor::User(id) => Some(id.uuid()),
        Actor::System | Actor::ApiKey(_) => None,
    }
}
