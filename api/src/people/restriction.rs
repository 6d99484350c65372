//! Restriction (Art. 18 GDPR): a record that is disputed is kept, and seen by managers and the person alone until that is settled.

use actix_web::{HttpResponse, delete, put, web};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::Faults;
use werkstadt_domain::person::{Person, PersonId, Restriction};
use werkstadt_domain::text::line;
use werkstadt_persistence::persons;

use super::wire::{PersonBody, RestrictionRequest};
use super::{PersonPath, find, reader};
use crate::answer;
use crate::auth::Caller;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, NoQuery, Path};
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// Restrict the record of a person
///
/// By managers, or by the user who is the person. From then on it is as if hidden: no list, search, count, file or feed has it, for anyone
/// but managers and the person. It stays as it is otherwise. Restricted once more, it has the new reason. What a manager restricted, also
/// after the person did, is for managers to lift or to change.
#[utoipa::path(tag = "people", params(PersonPath, IfMatchHeader), request_body = RestrictionRequest,
    extensions(("x-authz" = json!({"from": "guest", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Restricted.", body = PersonBody)))]
#[put("/people/{person_id}/restriction")]
pub async fn restrict_person(
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    condition: IfMatch,
    _query: NoQuery,
    body: Json<RestrictionRequest>,
) -> Result<HttpResponse, Problem> {
    let mut faults = Faults::new();
    let reason = faults.take("/reason", line(&body.0.reason, 500));
    let reason = faults.finish(reason)?;
    let manages = caller.audience() == Audience::Manager;
    change(&state, caller, path.0, condition, move |person, by, now| {
        // A hold stays what it is, and what a manager holds is the manager's.
        let others = person.restriction.as_ref().is_some_and(|present| present.by != by);
        if others && !manages {
            return Err(Problem::new(Code::Forbidden));
        }
        person.restriction = Some(Restriction { reason, by, since: now });
        Ok(())
    })
    .await
}

/// Lift the restriction of a record
///
/// By managers, or by the user who restricted it. There is nothing to lift where there is no restriction: 404.
#[utoipa::path(tag = "people", params(PersonPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "guest", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Lifted.", body = PersonBody)))]
#[delete("/people/{person_id}/restriction")]
pub async fn lift_person_restriction(
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let manages = caller.audience() == Audience::Manager;
    change(&state, caller, path.0, condition, move |person, by, _| {
        let present = person.restriction.take().ok_or_else(|| Problem::new(Code::NotFound))?;
        if manages || (by.is_some() && present.by == by) {
            Ok(())
        } else {
            Err(Problem::new(Code::Forbidden))
        }
    })
    .await
}

type By = Option<werkstadt_domain::account::UserId>;

async fn change(
    state: &web::Data<State>,
    caller: Caller,
    id: PersonId,
    condition: IfMatch,
    change: impl FnOnce(&mut Person, By, chrono::DateTime<chrono::Utc>) -> Result<(), Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (shared, actor) = (state.clone(), caller.actor());
    let changed = state::write(state, actor, move |unit| {
        let (snapshot, reader) = (shared.directory().snapshot(), reader(&shared, &caller));
        let (before, present) = find(unit.db(), &snapshot, &reader, id)?;
        // Owners administer their people, but a record that they could hide is no place to settle a dispute with them.
        if reader.audience != Audience::Manager && !reader.is(&before.record) {
            return Err(Problem::new(Code::Forbidden));
        }
        condition.check(&answer::tag(&present)?)?;
        let mut after = before.record.clone();
        change(&mut after, caller.user().map(|user| user.id), unit.now())?;
        PersonBody::for_writer(&persons::update(unit, &before, after)?, &snapshot, &reader)
    });
    answer::changed(&changed.await?)
}
