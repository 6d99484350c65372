//! Persons: private until they consent, administered by managers and by the owner of the organisation where they work.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use utoipa::IntoParams;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Affiliation, ConsentGiver, Own, Person, PersonId, Reader};
use werkstadt_domain::search::PersonPosition;
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::{Db, persons};

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::{Caller, minors};
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::organisations::handlers::OrganisationPath;
use crate::page::{List, PageQuery};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};

pub mod query;
pub mod restriction;
mod said;
pub mod wire;

use query::{ListPeople, PositionBody, WorksAt};
use wire::{Around, BASE, PersonBody, PersonCreate, PersonPage, PersonPatch};

/// The part of the path that names a person.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PersonPath {
    /// The person's id.
    #[param(format = Uuid)]
    pub person_id: String,
}

/// List and search persons
///
/// In order of family name. Persons show to managers only, unless they consented to more. With `organisation_id` of the own
/// organisation owners find all who work there.
#[utoipa::path(tag = "people", params(ListPeople, WorksAt, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of persons.", body = PersonPage)))]
#[get("/people")]
pub async fn list_people(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListPeople>,
    at: Query<WorksAt>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let organisation = at.0.read(&state.directory().snapshot(), &caller)?;
    list(&request, &state, &caller, organisation, &query.0, &page.0)
}

/// The people of an organisation
///
/// Who works or worked there, in order of family name, as far as the caller may see them; its owner sees all.
#[utoipa::path(tag = "people", params(OrganisationPath, ListPeople, PageQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A page of persons.", body = PersonPage)))]
#[get("/organisations/{organisation_id}/people")]
pub async fn list_organisation_people(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    query: Query<ListPeople>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    let snapshot = state.directory().snapshot();
    if snapshot.organisation(caller.audience_at(id), id).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    list(&request, &state, &caller, Some(id), &query.0, &page.0)
}

fn list(
    request: &HttpRequest,
    state: &web::Data<State>,
    caller: &Caller,
    organisation: Option<OrganisationId>,
    query: &ListPeople,
    page: &PageQuery,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let reader = Reader {
        // Elsewhere an owner reads lists as everyone of the same class does.
        owns: caller.owns().filter(|own| organisation == Some(*own)),
        own: None,
        ..reader(state, caller)
    };
    let audience = organisation.map_or(reader.audience, |id| reader.at(id));
    let list = List::new(request, state, audience);
    let after = list.after::<PositionBody>(page)?.map(PersonPosition::from);
    let filter = query.filter(&snapshot, organisation)?;
    let found = snapshot.persons(&reader, &filter, after.as_ref(), page.limit());
    Disclosures::to(state, caller).persons(&found.items)?;
    let bodies = found.items.iter().map(|seen| PersonBody::new(seen, &snapshot));
    list.answer(caller, bodies.collect(), found.after.map(PositionBody::from))
}

/// Add a person
///
/// Owners add people of their own organisation. Without a consent only they and managers see the person.
#[utoipa::path(tag = "people", request_body = PersonCreate,
    extensions(("x-authz" = json!({"from": "owner", "scope": "organisations:write", "own": true}))),
    responses((status = 201, description = "Added.", body = PersonBody)))]
#[post("/people")]
pub async fn create_person(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<PersonCreate>,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, id) = (state.clone(), caller.actor(), state.id());
    let created = state::write(&state, actor, move |unit| {
        let (snapshot, reader) = (shared.directory().snapshot(), reader(&shared, &caller));
        let around = around(&snapshot, &reader, unit.now());
        let person = body.0.into_domain(id, None, &around)?;
        must_administer(&reader, None, &person)?;
        PersonBody::for_writer(&persons::insert(unit, person)?, &snapshot, &reader)
    });
    answer::created(format!("/v1/people/{id}"), &created.await?)
}

/// One person
#[utoipa::path(tag = "people", params(PersonPath),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The person.", body = PersonBody),
        (status = 304, description = "The client has it already.")))]
#[get("/people/{person_id}")]
pub async fn get_person(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let found = snapshot.person(&reader(&state, &caller), path.0);
    let seen = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    Disclosures::to(&state, &caller).persons([&seen])?;
    answer::record(&request, &caller, &PersonBody::new(&seen, &snapshot))
}

/// Change a person
///
/// A JSON Merge Patch. `"consent": null` withdraws the consent and makes the person private again. Owners change where somebody
/// works at their own organisation only; affiliations that the caller does not see stay. Users change the person that they are: all but
/// the year of birth, and where they work only at an organisation that they edit; a consent is their own, and of now. What the person took
/// back, others do not give back: not an objection to matching, nor wider contact details, without a consent that was given later. Who has
/// an account is noted as a minor once a guardian agrees to that, or while the account is suspended.
#[utoipa::path(tag = "people", params(PersonPath, IfMatchHeader),
    request_body(content = PersonPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "guest", "scope": "organisations:write", "own": true}))),
    responses((status = 200, description = "Changed.", body = PersonBody)))]
#[patch("/people/{person_id}")]
pub async fn update_person(
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    let changed = state::write(&state, actor, move |unit| {
        let (snapshot, reader) = (shared.directory().snapshot(), reader(&shared, &caller));
        persons::lock(unit, id)?;
        let (before, present) = find(unit.db(), &snapshot, &reader, id)?;
        condition.check(&answer::tag(&present)?)?;
        let changed: PersonCreate = patch::apply(&shared, &BASE, &present, &withdrawing(body.0))?;
        let around = around(&snapshot, &reader, unit.now());
        let mut after = changed.into_domain(id, Some(&before.record), &around)?;
        must_administer(&reader, Some(&before.record), &after)?;
        may_say(&reader, &before.record, &after)?;
        minors::check_record(unit, &before.record, &after)?;
        said::check(unit, &reader, &before.record, &mut after)?;
        PersonBody::for_writer(&persons::update(unit, &before, after)?, &snapshot, &reader)
    });
    answer::changed(&changed.await?)
}

/// Remove a person
///
/// With the history. What others keep of them, in contacts, letters, applications, goes by `POST /v1/erasures` (before, or by address after).
/// Owners remove who works nowhere else.
#[utoipa::path(tag = "people", params(PersonPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "owner", "scope": "organisations:write", "own": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/people/{person_id}")]
pub async fn delete_person(
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    state::write(&state, actor, move |unit| {
        let (snapshot, reader) = (shared.directory().snapshot(), reader(&shared, &caller));
        let (before, present) = find(unit.db(), &snapshot, &reader, id)?;
        condition.check(&answer::tag(&present)?)?;
        if !reader.administers(&before.record) || !elsewhere(&reader, &before.record).is_empty() {
            return Err(Problem::new(Code::Forbidden));
        }
        Ok(persons::remove(unit, id, before.version)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The caller as a reader of persons.
pub fn reader(state: &State, caller: &Caller) -> Reader {
    Reader {
        audience: caller.audience(),
        owns: caller.owns(),
        own: caller.person().map(|person| Own {
            person,
            edits: caller.edited(),
        }),
        today: state.now().date_naive(),
    }
}

/// What a person is read against.
pub const fn around<'a>(snapshot: &'a Snapshot, reader: &'a Reader, now: DateTime<Utc>) -> Around<'a> {
    Around { snapshot, reader, now }
}

/// The stored person and its body, for someone who may change it. One that the reader does not see does not exist.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`].
pub fn find(
    db: &mut Db,
    snapshot: &Snapshot,
    reader: &Reader,
    id: PersonId,
) -> Result<(Stored<Person>, PersonBody), Problem> {
    let stored = persons::find(db, id)?;
    let seen = reader.sees(&stored).ok_or_else(|| Problem::new(Code::NotFound))?;
    if reader.may_change(&stored.record) {
        let body = PersonBody::new(&seen, snapshot);
        Ok((stored, body))
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// Checks that the reader may turn one into the other: owners have a say about the own organisation only.
///
/// # Errors
/// [`Code::Forbidden`].
pub fn must_administer(reader: &Reader, before: Option<&Person>, after: &Person) -> Result<(), Problem> {
    let (was, is) = (
        before.map(|before| elsewhere(reader, before)).unwrap_or_default(),
        elsewhere(reader, after),
    );
    let same = was.len() == is.len() && is.iter().all(|one| was.iter().any(|other| other.says_the_same(one)));
    // Who is new must be one of the own people; who is there already may leave.
    if same && (before.is_some() || reader.administers(after)) {
        Ok(())
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// Checks that somebody who changes the own record says nothing that is for others to say: whether a guardian agreed, and whether one
/// is needed.
fn may_say(reader: &Reader, before: &Person, after: &Person) -> Result<(), Problem> {
    let guardian = after
        .consent
        .as_ref()
        .is_some_and(|one| one.by == ConsentGiver::Guardian);
    let consents = guardian && before.consent != after.consent;
    if !reader.administers(before) && (consents || before.birth_year != after.birth_year) {
        return Err(Problem::new(Code::Forbidden));
    }
    Ok(())
}

/// Where else the person works, as far as an owner sees it; nowhere for managers, who administer everyone. Who edits an organisation says
/// what the own person does there.
fn elsewhere<'a>(reader: &Reader, person: &'a Person) -> Vec<&'a Affiliation> {
    let edits = reader.own.filter(|_| reader.is(person)).and_then(|own| own.edits);
    let other = |one: &&Affiliation| {
        reader.at(one.organisation) != Audience::Manager && edits != Some(one.organisation) && reader.sees_place(one)
    };
    person.affiliations.iter().filter(other).collect()
}

/// Who withdraws a consent is private from then on, without having to say so.
fn withdrawing(mut patch: Value) -> Value {
    if let Some(members) = patch.as_object_mut()
        && members.get("consent").is_some_and(Value::is_null)
        && !members.contains_key("visibility")
    {
        members.insert("visibility".to_owned(), json!("managers"));
    }
    patch
}
