//! The consents of persons: for who administers them, and for the users who they are.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use werkstadt_domain::consent::{Consent, ConsentId, Purpose, Source, Subject};
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::person::{ConsentGiver, Person, PersonId, Reader};
use werkstadt_persistence::consents::Whose;
use werkstadt_persistence::{Db, Noun, persons, users};

use super::wire::{ConsentEntryBody, ConsentEntryCreate, ConsentEntryPage};
use super::{ConsentPath, at, find, give, list, withdraw};
use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path, Query};
use crate::page::PageQuery;
use crate::people::{PersonPath, reader};
use crate::problem::{Code, Problem};
use crate::state::{self, State};

/// A person and an entry.
type Ids = (PersonId, ConsentId);

/// The consents of a person
///
/// With those of the user who the person is.
#[utoipa::path(tag = "people", params(PersonPath, PageQuery),
    extensions(("x-authz" = json!({"from": "guest", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "A page of the ledger, in order of id.", body = ConsentEntryPage)))]
#[get("/people/{person_id}/consents")]
pub async fn list_person_consents(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (reader, Path(id)) = (reader(&state, &caller), path);
    let whose = state::read(&state, move |db| {
        may_see(db, &reader, id)?;
        Ok(Whose::is(db, id)?)
    });
    let whose = whose.await?;
    Disclosures::to(&state, &caller).note(Noun::Person, [id.uuid()])?;
    list(&request, &state, &caller, whose, &page.0).await
}

/// A consent of a person
///
/// Or of the user who the person is.
#[utoipa::path(tag = "people", params(PersonPath, ConsentPath),
    extensions(("x-authz" = json!({"from": "guest", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "The entry.", body = ConsentEntryBody),
        (status = 304, description = "The client has it already.")))]
#[get("/people/{person_id}/consents/{consent_id}")]
pub async fn get_person_consent(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<Ids>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (person, consent) = path.0;
    let reader = reader(&state, &caller);
    let entry = state::read(&state, move |db| {
        may_see(db, &reader, person)?;
        let whose = Whose::is(db, person)?;
        find(db, whose, consent)
    });
    let entry = entry.await?;
    Disclosures::to(&state, &caller).note(Noun::Person, [person.uuid()])?;
    answer::record(&request, &caller, &ConsentEntryBody::from(&entry))
}

/// Note a consent of a person
///
/// That a form was signed, or a guardian agreed. Users who are the person agree for themselves alone, now, and to the words of now. What was
/// given before the last withdrawal or objection counts as withdrawn with it; what was given before the text was valid was not given to it.
#[utoipa::path(tag = "people", params(PersonPath), request_body = ConsentEntryCreate,
    extensions(("x-authz" = json!({"from": "guest", "scope": "organisations:write", "own": true}))),
    responses((status = 201, description = "Noted.", body = ConsentEntryBody)))]
#[post("/people/{person_id}/consents")]
pub async fn create_person_consent(
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    _query: NoQuery,
    body: Json<ConsentEntryCreate>,
) -> Result<HttpResponse, Problem> {
    let (person, id, now) = (path.0, state.id(), state.now());
    let reader = reader(&state, &caller);
    let given = state::write(&state, caller.actor(), move |unit| {
        let administered = may_see(unit.db(), &reader, person)?;
        let mut consent = body.0.into_domain(id, Subject::Person(person), now)?;
        let oneself = reader.is(&administered);
        if oneself {
            for_oneself(&mut consent, now)?;
        } else if consent.source == Source::Api {
            return Err(at("/source", Rule::Malformed("form, letter")));
        }
        Ok(ConsentEntryBody::from(&give(unit, consent, oneself)?))
    });
    answer::created(format!("/v1/people/{person}/consents/{id}"), &given.await?)
}

/// Withdraw a consent of a person
///
/// With every other one to the same purpose. What it allowed ends at once: the profile becomes private, the contact details do, nothing of
/// the person is considered any more; of a guardian's consent to an account, the account is suspended.
#[utoipa::path(tag = "people", params(PersonPath, ConsentPath),
    extensions(("x-authz" = json!({"from": "guest", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Withdrawn.", body = ConsentEntryBody)))]
#[post("/people/{person_id}/consents/{consent_id}/withdrawal")]
pub async fn withdraw_person_consent(
    state: web::Data<State>,
    caller: Caller,
    path: Path<Ids>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (person_id, consent_id) = path.0;
    let reader = reader(&state, &caller);
    let withdrawn = state::write(&state, caller.actor(), move |unit| {
        let person = may_see(unit.db(), &reader, person_id)?;
        // Nobody becomes the person meanwhile.
        persons::lock(unit, person_id)?;
        let whose = Whose::is(unit.db(), person_id)?;
        if let Some(user) = whose.user {
            users::lock(unit, user)?;
        }
        let entry = find(unit.db(), whose, consent_id)?;
        if entry.consent.purpose == Purpose::MinorAccount && !reader.administers(&person) {
            return Err(Problem::new(Code::Forbidden));
        }
        withdraw(unit, whose, &entry)
    });
    answer::private_page(&withdrawn.await?, None)
}

/// Checks that the reader may see what the person agreed to.
fn may_see(db: &mut Db, reader: &Reader, id: PersonId) -> Result<Person, Problem> {
    let stored = persons::find(db, id)?;
    if reader.sees(&stored).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    if reader.may_change(&stored.record) {
        Ok(stored.record)
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// Nobody notes for themselves that somebody else agreed, nor by what form or when: they agree now.
fn for_oneself(consent: &mut Consent, now: DateTime<Utc>) -> Result<(), Problem> {
    if consent.by == ConsentGiver::Guardian {
        return Err(Problem::new(Code::Forbidden));
    }
    (consent.source, consent.given_at) = (Source::Api, now);
    match consent.expires_at {
        Some(end) if end <= now => Err(at("/expires_at", Rule::Reversed)),
        _ => Ok(()),
    }
}
