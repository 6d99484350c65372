//! The history of persons, for managers and for the owner of the organisation where they work.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::person::{Person, PersonId, Reader};
use werkstadt_persistence::Noun;
use werkstadt_persistence::history::{Change, Event, Record, Scope};

use super::wire::{HistoryEventPage, RestoredBody};
use super::{VersionPath, list, restore};
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::{NoQuery, Path, Query, Versioned};
use crate::page::PageQuery;
use crate::people::{PersonPath, reader};
use crate::problem::{Code, Problem};
use crate::state::State;

/// The history of a person
///
/// Of a person who was removed, nothing is kept.
#[utoipa::path(tag = "people", params(PersonPath, PageQuery),
    extensions(("x-authz" = json!({"from": "owner", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "A page of the history, the newest change first.", body = HistoryEventPage)))]
#[get("/people/{person_id}/history")]
pub async fn list_person_history(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    must_administer(&state, &caller, path.0)?;
    Disclosures::to(&state, &caller).note(Noun::Person, [path.0.uuid()])?;
    list(&request, &state, &caller, Scope::Person(path.0), &page.0).await
}

/// Bring back an earlier state of a person
///
/// Consent and visibility stay as they are today: what somebody took back is not brought back.
#[utoipa::path(tag = "people", params(PersonPath, VersionPath),
    extensions(("x-authz" = json!({"from": "owner", "scope": "organisations:write", "own": true})), ("x-errors" = json!([409, 422]))),
    responses((status = 200, description = "Restored.", body = RestoredBody)))]
#[post("/people/{person_id}/history/{version_id}/restore")]
pub async fn restore_person_version(
    state: web::Data<State>,
    caller: Caller,
    path: Path<Versioned<Person>>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (id, version) = path.0;
    must_administer(&state, &caller, id)?;
    restore::version(&state, &caller, Scope::Person(id), version).await
}

/// Checks that the caller administers a person. One that the caller cannot see does not exist.
fn must_administer(state: &State, caller: &Caller, id: PersonId) -> Result<(), Problem> {
    let (snapshot, reader) = (state.directory().snapshot(), reader(state, caller));
    let seen = snapshot.person(&reader, id);
    let seen = seen.ok_or_else(|| Problem::new(Code::NotFound))?;
    if reader.administers(seen.stored.record.get()) {
        Ok(())
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// The event as the reader may see it: without places and restrictions that are hidden from it, and not at all if nothing else changed.
pub(super) fn as_seen(mut event: Event, reader: &Reader) -> Option<Event> {
    let strip = |record: &mut Record| {
        if let Record::Person(stored) = record {
            hide(stored, reader);
        }
    };
    match &mut event.change {
        Change::Created(record) | Change::Removed(record) => strip(record),
        Change::Updated(states) => {
            let (before, after) = &mut **states;
            strip(before);
            strip(after);
            if let (Record::Person(before), Record::Person(after)) = (before, after)
                && before.record == after.record
            {
                return None;
            }
        }
    }
    Some(event)
}

fn hide(stored: &mut Stored<Person>, reader: &Reader) {
    stored.record.affiliations.retain(|one| reader.sees_place(one));
    // What was in dispute, and that something was, is between the person and the managers.
    if reader.audience != Audience::Manager {
        stored.record.restriction = None;
    }
}
