//! What is kept of people: the record of processing, what is kept of one, and its erasure.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::TimeDelta;
use serde_json::{Value, json};
use utoipa::IntoParams;
use werkstadt_domain::account::UserId;
use werkstadt_domain::person::PersonId;
use werkstadt_persistence::action_tokens::{self, ActionToken, ActionTokenId};
use werkstadt_persistence::personal::{self, Erasure, ErasureId};
use werkstadt_persistence::users;

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::sign_in::reauthenticate;
use crate::auth::wire::LetterToken;
use crate::auth::{ActionSecret, Caller};
use crate::extract::{Json, NoQuery, Path, Query};
use crate::letters::{self, ERASE_ACCOUNT, Kind, To};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::people::PersonPath;
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::users::handlers::UserPath;

mod file;
pub mod subject;
pub mod wire;

use subject::Whom;
use wire::{AddressBody, ErasureBody, ErasureCreate, ErasurePage, ErasureRequest, PersonalData, ProcessingRecord};

/// How long somebody who wants to be erased may take to confirm it.
const PATIENCE: TimeDelta = TimeDelta::days(2);

/// The part of the path that names an erasure.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ErasurePath {
    /// The erasure's id.
    #[param(format = Uuid)]
    pub erasure_id: String,
}

/// The record of processing activities
///
/// What personal data there is (Article 30 of the GDPR): of every purpose the tables and columns, what sort of data they hold, on what
/// that rests, who gets it, how long it is kept and what erasure does to it. Made from the register that export, erasure and purge
/// work by.
#[utoipa::path(tag = "privacy", extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The record.", body = ProcessingRecord)))]
#[get("/privacy/record-of-processing")]
pub async fn get_record_of_processing(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    answer::page(&caller, &ProcessingRecord::new(&state), None)
}

/// Export what is kept of me
///
/// Everything, table by table as it is kept, and who was told of it (Articles 15 and 20 of the GDPR). What checks passwords and codes is
/// not in it.
#[utoipa::path(tag = "privacy", extensions(("x-authz" = json!({"from": "guest", "enrolment": true}))),
    responses((status = 200, description = "The data.", body = PersonalData)))]
#[get("/me/export")]
pub async fn export_me(state: web::Data<State>, caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let (user, _) = caller.in_session()?;
    let told = Disclosures::to(&state, &caller);
    let data = subject::data(&state, told, Whom::Oneself(user.id)).await?;
    answer::private_page(&data, None)
}

/// Export what is kept of me as a table
///
/// As `GET /v1/me/export`, a line for each value.
#[utoipa::path(tag = "privacy", extensions(("x-authz" = json!({"from": "guest", "enrolment": true}))),
    responses((status = 200, description = "The table.", body = String, content_type = "text/csv",
        example = "section,row,field,value\r\n")))]
#[get("/me/export.csv")]
pub async fn export_me_csv(state: web::Data<State>, caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let (user, _) = caller.in_session()?;
    let told = Disclosures::to(&state, &caller);
    let data = subject::data(&state, told, Whom::Oneself(user.id)).await?;
    file::answer(&data)
}

/// Export what is kept of a person
///
/// For somebody who asks and has no account.
#[utoipa::path(tag = "privacy", params(PersonPath), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The data.", body = PersonalData)))]
#[get("/people/{person_id}/export")]
pub async fn export_person(
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let data = of_person(&state, &caller, path.0).await?;
    answer::private_page(&data, None)
}

/// Export what is kept of a person as a table
#[utoipa::path(tag = "privacy", params(PersonPath), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The table.", body = String, content_type = "text/csv",
        example = "section,row,field,value\r\n")))]
#[get("/people/{person_id}/export.csv")]
pub async fn export_person_csv(
    state: web::Data<State>,
    caller: Caller,
    path: Path<PersonId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    file::answer(&of_person(&state, &caller, path.0).await?)
}

async fn of_person(state: &web::Data<State>, caller: &Caller, id: PersonId) -> Result<PersonalData, Problem> {
    subject::data(state, Disclosures::to(state, caller), Whom::Person(id)).await
}

/// Export what is kept of a user
///
/// For somebody who asks and can no longer sign in.
#[utoipa::path(tag = "privacy", params(UserPath), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The data.", body = PersonalData)))]
#[get("/users/{user_id}/export")]
pub async fn export_user(
    state: web::Data<State>,
    caller: Caller,
    path: Path<UserId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let told = Disclosures::to(&state, &caller);
    let data = subject::data(&state, told, Whom::User(path.0)).await?;
    answer::private_page(&data, None)
}

/// Export what is kept of an address
///
/// For somebody who is neither a user nor in the directory: who applied, represents a member, agreed as a guardian, or is a contact.
#[utoipa::path(tag = "privacy", request_body = AddressBody,
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The data.", body = PersonalData)))]
#[post("/privacy/export")]
pub async fn export_address(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<AddressBody>,
) -> Result<HttpResponse, Problem> {
    let whom = body.0.read()?;
    let data = subject::data(&state, Disclosures::to(&state, &caller), whom).await?;
    answer::private_page(&data, None)
}

/// Ask to be erased
///
/// Sends a letter to the own address; who answers it within two days is erased: the account, the person that goes with it, and all copies.
/// The last active manager has to make somebody else one first.
#[utoipa::path(tag = "privacy", request_body = ErasureRequest,
    extensions(("x-authz" = json!({"from": "guest", "enrolment": true})), ("x-errors" = json!([429]))),
    responses((status = 202, description = "A letter is on its way.")))]
#[post("/me/erasure")]
pub async fn request_erasure(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<ErasureRequest>,
) -> Result<HttpResponse, Problem> {
    let (user, _) = caller.in_session()?;
    reauthenticate(&request, &state, user, ("/password", body.0.password)).await?;
    let (user, id, now) = (user.clone(), state.id(), state.now());
    state::write(&state, caller.actor(), move |unit| {
        // Told now; what counts is whether it is so when the letter is answered.
        if users::is_last_manager(unit.db(), &user)? {
            return Err(Problem::new(Code::LastManager));
        }
        action_tokens::withdraw(unit, user.id, Some(ERASE_ACCOUNT))?;
        let token = ActionToken {
            id,
            purpose: ERASE_ACCOUNT.to_owned(),
            user: user.id,
            details: Value::Null,
            expires_at: now + PATIENCE,
            used_at: None,
        };
        action_tokens::insert(unit, token)?;
        let to = To {
            address: &user.email,
            language: user.language,
        };
        letters::enqueue(unit, letters::LetterId::new(id.uuid()), Kind::Erasure, to, json!({}))
    })
    .await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Confirm to be erased
///
/// By the token of the letter. There is no way back. The last active manager cannot be erased.
#[utoipa::path(tag = "privacy", request_body = LetterToken,
    extensions(("x-authz" = json!({"from": "anonymous"})), ("x-errors" = json!([401]))),
    responses((status = 204, description = "Erased.")))]
#[post("/auth/erasure")]
pub async fn confirm_erasure(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
    body: Json<LetterToken>,
) -> Result<HttpResponse, Problem> {
    let refused = || Problem::new(Code::InvalidCredentials);
    let token = ActionSecret::read(&state.action_key, ERASE_ACCOUNT, &body.0.token).ok_or_else(refused)?;
    let token = ActionTokenId::new(token);
    let now = state.now();
    let user = state::read(&state, move |db| {
        let open = action_tokens::find(db, token)?.filter(|token| token.used_at.is_none() && token.expires_at > now);
        Ok(users::find(db, open.ok_or_else(refused)?.user)?.record)
    })
    .await?;
    let (id, by) = (state.id(), user.id);
    let begun = state::write(&state, werkstadt_persistence::Actor::User(by), move |unit| {
        if action_tokens::consume(unit, token, ERASE_ACCOUNT)?.is_none() {
            return Err(refused());
        }
        let subject = subject::of(unit.db(), &Whom::Oneself(by))?;
        Ok(personal::begin(unit, id, &subject)?)
    });
    subject::finish(&state, begun.await?.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Erase somebody
///
/// A user, a person, or both where they are one; or who is neither, by e-mail address. The record with its history, and every copy:
/// letters, answers that are kept, files that were imported, contacts and earlier states of organisations, words in the audit log. Ids
/// stay in logs and stand for nobody. The answer tells where others still name the person in free words, for people to change; so it
/// does of an address that somebody else has, too, which is left alone. After a backup was played back, the same ids are to be erased
/// again. The last active manager cannot be erased.
#[utoipa::path(tag = "privacy", request_body = ErasureCreate,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 201, description = "Erased.", body = ErasureBody)))]
#[post("/erasures")]
pub async fn create_erasure(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<ErasureCreate>,
) -> Result<HttpResponse, Problem> {
    let whom = body.0.read()?;
    let id: ErasureId = state.id();
    let begun = state::write(&state, caller.actor(), move |unit| {
        let subject = subject::of(unit.db(), &whom).map_err(unknown)?;
        Ok(personal::begin(unit, id, &subject)?)
    });
    begun.await?;
    let done = subject::finish(&state, id).await?;
    answer::created(format!("/v1/erasures/{id}"), &ErasureBody::from(&done))
}

/// List erasures
///
/// The newest first. Keep the ids where backups are kept: what is played back is to be erased again.
#[utoipa::path(tag = "privacy", params(PageQuery), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of erasures.", body = ErasurePage)))]
#[get("/erasures")]
pub async fn list_erasures(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, caller.audience());
    let (before, limit) = (list.after::<uuid::Uuid>(&page.0)?.map(ErasureId::new), page.0.limit());
    let found = state::read(&state, move |db| Ok(personal::list(db, before, and_one_more(limit))?));
    let (found, after) = cut(found.await?, limit, |last: &Erasure| last.id.uuid());
    let bodies = found.iter().map(ErasureBody::from);
    list.answer(&caller, bodies.collect(), after)
}

/// One erasure
#[utoipa::path(tag = "privacy", params(ErasurePath), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The erasure.", body = ErasureBody), (status = 304, description = "The client has it already.")))]
#[get("/erasures/{erasure_id}")]
pub async fn get_erasure(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<ErasureId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let found = state::read(&state, move |db| Ok(personal::find(db, path.0)?)).await?;
    answer::record(&request, &caller, &ErasureBody::from(&found))
}

/// Who is named in a body and is not there.
fn unknown(problem: Problem) -> Problem {
    if problem.code() == Code::NotFound {
        Problem::new(Code::Invalid).with_breaches(vec![subject::nobody()])
    } else {
        problem
    }
}
