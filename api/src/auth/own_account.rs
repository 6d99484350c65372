//! The own account: what it says, and setting that right.

use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use werkstadt_domain::account::User;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::{Language, line};
use werkstadt_persistence::users;

use super::Caller;
use super::wire::Me;
use crate::answer;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{MergePatch, NoQuery};
use crate::problem::Problem;
use crate::state::{self, State};
use crate::wire::{LanguageName, MergePatchOf};

/// What users say of themselves.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Erika Musterfrau", "language": "de"}))]
pub struct MeCreate {
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// In which letters are written.
    pub language: LanguageName,
}

/// A change of the own account.
pub type MePatch = MergePatchOf<MeCreate>;

/// The caller's own account
#[utoipa::path(tag = "auth", extensions(("x-authz" = json!({"from": "guest", "scope": "directory:read", "enrolment": true}))),
    responses((status = 200, description = "The account.", body = Me),
        (status = 304, description = "The client has it already.")))]
#[get("/me")]
pub async fn get_me(request: HttpRequest, caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?;
    let scopes = caller
        .scopes()
        .map(|scopes| scopes.iter().map(|scope| scope.code().to_owned()).collect());
    answer::record(&request, &caller, &Me::new(user, scopes))
}

/// Set the own account right
///
/// The name and the language of letters, as a JSON Merge Patch. The address changes with [its own
/// operation](#/auth/change_email), role and organisation are for others to say.
#[utoipa::path(tag = "auth", params(IfMatchHeader),
    request_body(content = MePatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "guest"}))),
    responses((status = 200, description = "Changed.", body = Me)))]
#[patch("/me")]
pub async fn update_me(
    state: web::Data<State>,
    caller: Caller,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let id = caller.in_session()?.0.id;
    let changed = state::write(&state, caller.actor(), move |unit| {
        let before = users::find(unit.db(), id)?;
        condition.check(&answer::tag(&Me::new(&before.record, None))?)?;
        let after = changed(&before.record, &body.0)?;
        Ok(Me::new(&users::update(unit, &before, after)?.record, None))
    });
    answer::changed(&changed.await?)
}

/// The user with the name and language of the patch; neither can be taken away.
fn changed(before: &User, patch: &Value) -> Result<User, Problem> {
    let mut faults = Faults::new();
    let mut after = before.clone();
    match patch.get("name") {
        Some(Value::String(name)) => after.name = faults.take("/name", line(name, 200)).unwrap_or_default(),
        Some(_) => faults.note("/name", Rule::Required),
        None => {}
    }
    match patch
        .get("language")
        .map(|given| given.as_str().and_then(Language::from_code))
    {
        Some(Some(language)) => after.language = language,
        Some(None) => faults.note("/language", Rule::Required),
        None => {}
    }
    Ok(faults.finish(Some(after))?)
}

impl Me {
    fn new(user: &User, scopes: Option<Vec<String>>) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.code().to_owned(),
            organisation_id: user.organisation.map(|id| id.to_string()),
            language: user.language.code().to_owned(),
            person_id: user.person.map(|id| id.to_string()),
            scopes,
        }
    }
}
