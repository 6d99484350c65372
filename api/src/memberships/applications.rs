//! Applications for membership: taken in from everyone, and the inbox in which managers decide about them.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::membership::application::{ApplicationId, DocumentId};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::Language;
use werkstadt_persistence::applications::{self, NewApplication, StoredApplication};
use werkstadt_persistence::{Db, FOREIGN_KEY, Noun, imports, membership_types, organisations};

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::{Json, JsonWithFiles, NoQuery, Path, Query};
use crate::imports::duplicates::Index;
use crate::letters::{self, Kind as LetterKind, To};
use crate::origin;
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};
use crate::upkeep::duplicates::NamedOrganisation;

pub mod content;
mod decide;
pub mod wire;

use content::Content;
use wire::{
    ApplicationBody, ApplicationCreate, ApplicationPage, ApplicationStatusName, Decision, DocumentBody,
    PossibleDuplicate, ReceiptBody,
};

/// Possible duplicates that are shown.
const MOST_DUPLICATES: usize = 5;

/// The part of the path that names an application.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ApplicationPath {
    /// The application's id.
    #[param(format = Uuid)]
    pub application_id: String,
}

/// The parts of the path that name a document of an application.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DocumentPath {
    /// The application's id.
    #[param(format = Uuid)]
    pub application_id: String,
    /// The document's id.
    #[param(format = Uuid)]
    pub document_id: String,
}

/// An application and one of its documents.
type DocumentIds = (ApplicationId, DocumentId);

/// Which applications.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListApplications {
    /// In this state.
    pub status: Option<ApplicationStatusName>,
}

/// The bytes of a document.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct DocumentBytes(pub Vec<u8>);

/// Apply for membership
///
/// For one of the types that can be applied for, with what it asks for. The answer is the same whether or not the organisation is
/// known. Documents are PDF, PNG or JPEG, by what their bytes are.
#[utoipa::path(tag = "memberships", request_body = ApplicationCreate,
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 202, description = "Taken in.", body = ReceiptBody)))]
#[post("/memberships/apply")]
pub async fn apply_for_membership(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: JsonWithFiles<ApplicationCreate>,
) -> Result<HttpResponse, Problem> {
    let code = body.0.r#type.clone();
    let tier = state::read(&state, move |db| Ok(membership_types::by_code(db, &code)?)).await?;
    // What is on paper, managers enter for types that are closed, too.
    let any = caller.audience() == Audience::Manager;
    let tier = tier.map(|stored| stored.record).filter(|tier| any || tier.is_open);
    let shared = state.clone();
    let read = web::block(move || {
        let (content, documents) = content::read(body.0, tier.as_ref(), &shared)?;
        Ok::<_, Problem>((content, documents, tier.ok_or_else(unknown_type)?))
    });
    let (content, documents, tier) = read.await.map_err(Problem::internal)??;
    state.attempts.knock(&origin::network(&request, &state), state.now())?;
    let to = (
        content.contact.email.clone(),
        content.contact.language.map_or(Language::De, |choice| choice.0),
    );
    let letter = state.id();
    let new = NewApplication {
        id: state.id(),
        tier: tier.id,
        content: serde_json::to_value(content).map_err(Problem::internal)?,
        documents,
    };
    let taken = state::write(&state, caller.actor(), move |unit| {
        let taken = applications::insert(unit, new).map_err(|error| {
            if error.breaks(FOREIGN_KEY) {
                return unknown_type();
            }
            Problem::from(error)
        })?;
        let to = To {
            address: &to.0,
            language: to.1,
        };
        let details = json!({"reference": taken.id.to_string()});
        letters::enqueue(unit, letter, LetterKind::ApplicationReceived, to, details)?;
        Ok(taken)
    });
    Ok(HttpResponse::Accepted().json(ReceiptBody {
        reference: taken.await?.id.to_string(),
    }))
}

fn unknown_type() -> Problem {
    let breach = (Place::Body("/type".to_owned()), Breach::Rule(Rule::UnknownReference));
    Problem::new(Code::Invalid).with_breaches(vec![breach])
}

/// The inbox of applications
#[utoipa::path(tag = "memberships", params(ListApplications, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of applications, the oldest first.", body = ApplicationPage)))]
#[get("/membership-applications")]
pub async fn list_membership_applications(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListApplications>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, Audience::Manager);
    let after = list.after::<Uuid>(&page.0)?.map(Id::new);
    let (status, limit, shared) = (query.0.status.map(|one| one.0), page.0.limit(), state.clone());
    let found = state::read(&state, move |db| {
        let found = applications::list(db, status, after, and_one_more(limit))?;
        let (found, after) = cut(found, limit, |last| last.id.uuid());
        let ids: Vec<Uuid> = found.iter().map(|one| one.id.uuid()).collect();
        let bodies: Result<Vec<_>, Problem> = found.iter().map(|one| in_list(db, &shared, one)).collect();
        Ok((ids, bodies?, after))
    });
    let (ids, found, after) = found.await?;
    Disclosures::to(&state, &caller).note(Noun::MembershipApplication, ids)?;
    list.answer::<ApplicationBody>(&caller, found, after)
}

/// One application
///
/// With its documents and the organisations of the directory that it may be about.
#[utoipa::path(tag = "memberships", params(ApplicationPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The application.", body = ApplicationBody),
        (status = 304, description = "The client has it already.")))]
#[get("/membership-applications/{application_id}")]
pub async fn get_membership_application(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<ApplicationId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    let body = state::read(&state, move |db| find(db, &shared, path.0)).await?;
    Disclosures::to(&state, &caller).note(Noun::MembershipApplication, [path.0.uuid()])?;
    answer::record(&request, &caller, &body)
}

/// A document of an application
#[utoipa::path(tag = "memberships", params(DocumentPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The file, to be saved.", content((DocumentBytes = "application/pdf"),
        (DocumentBytes = "image/png"), (DocumentBytes = "image/jpeg")))))]
#[get("/membership-applications/{application_id}/documents/{document_id}")]
pub async fn get_application_document(
    state: web::Data<State>,
    caller: Caller,
    path: Path<DocumentIds>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path((application, document)) = path;
    let (head, bytes) = state::read(&state, move |db| Ok(applications::document(db, application, document)?)).await?;
    Disclosures::to(&state, &caller).note(Noun::MembershipApplication, [application.uuid()])?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, head.media_type.code()))
        .insert_header((header::CONTENT_DISPOSITION, attachment(&head.file_name)))
        // Nothing in a file from outside may run, wherever it is opened.
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox"))
        .insert_header((header::CACHE_CONTROL, answer::caching(&caller)))
        .body(bytes))
}

/// Decide an application
///
/// applied → `under_review` (`review`) → accepted or rejected. To accept makes the organisation, unless one of the directory is named,
/// its membership, active from `since_on`, the first due that the type asks for, and its representative, all at once.
#[utoipa::path(tag = "memberships", params(ApplicationPath), request_body = Decision,
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "Decided.", body = ApplicationBody)))]
#[post("/membership-applications/{application_id}/decide")]
pub async fn decide_membership_application(
    state: web::Data<State>,
    caller: Caller,
    path: Path<ApplicationId>,
    _query: NoQuery,
    body: Json<Decision>,
) -> Result<HttpResponse, Problem> {
    let (shared, by, Path(id)) = (state.clone(), caller.clone(), path);
    let decided = state::write(&state, caller.actor(), move |unit| {
        decide::decide(unit, &shared, &by, id, &body.0)?;
        find(unit.db(), &shared, id)
    });
    answer::changed(&decided.await?)
}

fn in_list(db: &mut Db, state: &State, stored: &StoredApplication) -> Result<ApplicationBody, Problem> {
    let tier = membership_types::find(db, stored.tier)?;
    ApplicationBody::in_list(stored, &tier.record.code, state.accounts())
}

fn find(db: &mut Db, state: &State, id: ApplicationId) -> Result<ApplicationBody, Problem> {
    let stored = applications::find(db, id)?;
    let documents = applications::documents(db, id)?;
    let documents = documents.iter().map(|head| DocumentBody::new(&stored, head)).collect();
    let possible_duplicates = if stored.status.is_decided() {
        None
    } else {
        Some(possible_duplicates(db, state, &stored)?)
    };
    Ok(ApplicationBody {
        documents: Some(documents),
        possible_duplicates,
        ..in_list(db, state, &stored)?
    })
}

/// Organisations of the directory that an application may be about, found as an import finds them.
fn possible_duplicates(
    db: &mut Db,
    state: &State,
    stored: &StoredApplication,
) -> Result<Vec<PossibleDuplicate>, Problem> {
    let organisation = Content::of(stored)?.organisation.to_domain(state.id())?;
    let mut alike = Index::new(&imports::known(db)?).alike(&organisation);
    alike.truncate(MOST_DUPLICATES);
    let ids: Vec<_> = alike.iter().map(|(_, id)| *id).collect();
    let records = organisations::load(db, &ids)?;
    let body = |(reason, id): (crate::imports::duplicates::Reason, _)| {
        let known = records.iter().find(|one| one.record.id == id)?;
        Some(PossibleDuplicate {
            reason: reason.code().to_owned(),
            organisation: NamedOrganisation {
                id: id.to_string(),
                name: known.record.name.clone(),
            },
        })
    };
    Ok(alike.into_iter().filter_map(body).collect())
}

/// To be saved under this name (RFC 6266), whatever is in it.
fn attachment(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match char::from(byte) {
            c if plain(c) => c.to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_so_that_nothing_in_it_ends_the_header() {
        let expected = "attachment; filename=\"Ausz_ge___.pdf\"; filename*=UTF-8''Ausz%C3%BCge%20%22%3B.pdf";
        assert_eq!(attachment("Auszüge \";.pdf"), expected);
    }
}
