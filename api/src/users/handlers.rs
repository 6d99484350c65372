//! The operations on users; for managers.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::account::{Role, User, UserId};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::Rule;
use werkstadt_persistence::{FOREIGN_KEY, Noun, action_tokens, guardianships, persons, sessions, users};

use super::link::{self, Link};
use super::wire::{BASE, UserBody, UserCreate, UserPage, UserPatch};
use crate::answer;
use crate::audit::Disclosures;
use crate::auth::second_factor::take_off;
use crate::auth::{Caller, Hashing, minors, own_words};
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{Json, MergePatch, NoQuery, Path, Query};
use crate::invitations::pass_on;
use crate::letters::{self, Kind, To};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::patch;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::{self, State};

/// The part of the path that names a user.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UserPath {
    /// The user's id.
    #[param(format = Uuid)]
    pub user_id: String,
}

/// List users
///
/// All of them for managers, those of the own organisation for owners.
#[utoipa::path(tag = "admin", params(PageQuery), extensions(("x-authz" = json!({"from": "owner", "scope": "admin"}))),
    responses((status = 200, description = "A page of users, in order of creation.", body = UserPage)))]
#[get("/users")]
pub async fn list_users(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let own = caller.owns();
    let list = List::new(&request, &state, caller.audience());
    let after = list.after::<Uuid>(&page.0)?.map(UserId::new);
    let limit = page.0.limit();
    let found = state::read(&state, move |db| Ok(users::list(db, own, after, and_one_more(limit))?));
    let (found, after) = cut(found.await?, limit, |last| last.record.id.uuid());
    let told = Disclosures::to(&state, &caller);
    told.note(Noun::User, found.iter().map(|one| one.record.id.uuid()))?;
    list.answer(&caller, found.iter().map(UserBody::from).collect(), after)
}

/// Add a user
#[utoipa::path(tag = "admin", request_body = UserCreate, extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 201, description = "Added.", body = UserBody)))]
#[post("/users")]
pub async fn create_user(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<UserCreate>,
) -> Result<HttpResponse, Problem> {
    let user = body.0.to_domain(state.id())?;
    let own = own_words(&body.0.email, &body.0.name);
    let hash = hashed(&state.hashing, body.0.password, own).await?;
    let (shared, asking) = (state.clone(), caller.clone());
    let written = state::write(&state, caller.actor(), move |unit| {
        if let Some(person) = user.person {
            persons::lock(unit, person)?;
        }
        let person = Link {
            email: &user.email,
            is_own: false,
            before: None,
            after: user.person,
        };
        link::check(unit.db(), (&shared, &asking), &person, None)?;
        let now = unit.now();
        let said = minors::said_of(unit.db(), &user.email, now)?;
        if said.as_ref().is_some_and(|said| !said.stands()) {
            return Err(minors::missing_guardian("/email"));
        }
        let stored = users::insert(unit, user, hash.as_deref()).map_err(no_such_organisation)?;
        if let Some(said) = said {
            guardianships::bind(unit, said.id, stored.record.id)?;
        }
        Ok(stored)
    });
    let stored = written.await?;
    answer::created(format!("/v1/users/{}", stored.record.id), &UserBody::from(&stored))
}

/// One user
#[utoipa::path(tag = "admin", params(UserPath), extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true}))),
    responses((status = 200, description = "The user.", body = UserBody), (status = 304, description = "The client has it already.")))]
#[get("/users/{user_id}")]
pub async fn get_user(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let stored = state::read(&state, move |db| Ok(users::find(db, id.0)?)).await?;
    may_manage(&caller, &stored.record)?;
    Disclosures::to(&state, &caller).note(Noun::User, [stored.record.id.uuid()])?;
    answer::record(&request, &caller, &UserBody::from(&stored))
}

/// Change a user
///
/// `active: false` suspends: from the next request on, tokens and keys of the user are refused, and all sessions have ended. Owners
/// change name, role, language and suspension of who belongs to their organisation; who moves to another organisation or signs in with
/// another address is for managers. Nobody chooses the password of somebody else: `POST /v1/users/{user_id}/password-reset` has the
/// user choose a new one. The account of a minor stays suspended while no guardian agrees. The last active manager stays one.
#[utoipa::path(tag = "admin", params(UserPath, IfMatchHeader),
    request_body(content = UserPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true}))),
    responses((status = 200, description = "Changed.", body = UserBody)))]
#[patch("/users/{user_id}")]
pub async fn update_user(
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    condition: IfMatch,
    _query: NoQuery,
    body: MergePatch,
) -> Result<HttpResponse, Problem> {
    let (Path(id), MergePatch(change)) = (id, body);
    let asking = caller.clone();
    let shared = state.clone();
    let written = state::write(&state, caller.actor(), move |unit| {
        let before = users::find(unit.db(), id)?;
        may_manage(&asking, &before.record)?;
        let present = UserBody::from(&before);
        condition.check(&answer::tag(&present)?)?;
        let changed: UserCreate = patch::apply(&shared, &BASE, &present, &change)?;
        let after = changed.to_domain(id)?;
        if asking.audience() != Audience::Manager {
            may_become(&before.record, &after)?;
        }
        if let Some(person) = after.person {
            persons::lock(unit, person)?;
        }
        let guardian = guardianships::of_user(unit.db(), id)?;
        let person = Link {
            email: &before.record.email,
            is_own: asking.user().is_some_and(|user| user.id == id),
            before: before.record.person,
            after: after.person,
        };
        link::check(unit.db(), (&shared, &asking), &person, guardian.as_ref())?;
        let now = unit.now();
        minors::check_account(unit.db(), &after, now)?;
        let after = users::update(unit, &before, after).map_err(no_such_organisation)?;
        // Whoever signed in before a suspension must not come back by an old session.
        if !after.record.active {
            sessions::revoke_all(unit, id, None)?;
            action_tokens::withdraw(unit, id, None)?;
        }
        Ok(UserBody::from(&after))
    });
    answer::changed(&written.await?)
}

/// Sign a user out everywhere
///
/// From the next request on, tokens of the user's sessions are refused. API keys stay.
#[utoipa::path(tag = "admin", params(UserPath), extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true}))),
    responses((status = 204, description = "Signed out.")))]
#[delete("/users/{user_id}/sessions")]
pub async fn end_user_sessions(
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let asking = caller.clone();
    state::write(&state, caller.actor(), move |unit| {
        may_manage(&asking, &users::find(unit.db(), id.0)?.record)?;
        Ok(sessions::revoke_all(unit, id.0, None)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Have a user choose a new password
///
/// For a password that may have come into wrong hands. From the next request on, the old password opens nothing and the tokens of the
/// user's sessions are refused; API keys stay. The user gets a letter with a token for `POST /v1/auth/password/reset`, good for two
/// days, and may ask for another at `POST /v1/auth/password/forgot`. Managers do not learn the new password. Whoever is suspended
/// has to be let in again first; the own password is changed at `POST /v1/me/password`.
#[utoipa::path(tag = "admin", params(UserPath),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 202, description = "The old password is void, and a letter is on its way.")))]
#[post("/users/{user_id}/password-reset")]
pub async fn reset_user_password(
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    // Who is asked for the password before it is changed must not be spared that here.
    if caller.signed_in()?.id == id.0 {
        return Err(Problem::new(Code::Forbidden));
    }
    let shared = state.clone();
    state::write(&state, caller.actor(), move |unit| {
        let user = users::find(unit.db(), id.0)?.record;
        if !user.active {
            return Err(Problem::new(Code::StepRefused)
                .with_fact("current", "suspended")
                .with_fact("allowed", Vec::<String>::new()));
        }
        users::end_password(unit, user.id)?;
        sessions::revoke_all(unit, user.id, None)?;
        action_tokens::withdraw(unit, user.id, None)?;
        let to = To {
            address: &user.email,
            language: user.language,
        };
        letters::enqueue(unit, shared.id(), Kind::PasswordEnded, to, json!({}))
    })
    .await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Take the second factor from a user
///
/// For who lost the device and the recovery codes. The user is told by letter; where the role needs a second factor, another must be
/// set up at the next sign-in. Make sure first that it is the user who asks.
#[utoipa::path(tag = "admin", params(UserPath), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 204, description = "Taken, or there was none.")))]
#[delete("/users/{user_id}/second-factor")]
pub async fn delete_user_second_factor(
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    // The own one is taken off with the password and a code.
    if caller.signed_in()?.id == id.0 {
        return Err(Problem::new(Code::Forbidden));
    }
    let shared = state.clone();
    state::write(&state, caller.actor(), move |unit| {
        let user = users::find(unit.db(), id.0)?.record;
        take_off(unit, &shared, &user).map(drop)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Remove a user
///
/// The last active manager cannot be removed. Invitations that a manager gave and nobody answered yet are offered by the caller from then on; those of others end.
#[utoipa::path(tag = "admin", params(UserPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "owner", "scope": "admin", "own": true, "absent": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/users/{user_id}")]
pub async fn delete_user(
    state: web::Data<State>,
    caller: Caller,
    id: Path<UserId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let asking = caller.clone();
    state::write(&state, caller.actor(), move |unit| {
        let before = users::find(unit.db(), id.0)?;
        may_manage(&asking, &before.record)?;
        condition.check(&answer::tag(&UserBody::from(&before))?)?;
        pass_on(unit, &before.record, asking.signed_in()?)?;
        Ok(users::remove(unit, &before)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Owners manage who belongs to their organisation and is no manager. Everyone else is not there for them.
pub(crate) fn may_manage(caller: &Caller, user: &User) -> Result<(), Problem> {
    if caller.audience() == Audience::Manager {
        return Ok(());
    }
    match user.organisation {
        Some(organisation) if user.role < Role::Manager && caller.owns() == Some(organisation) => Ok(()),
        _ => Err(Problem::new(Code::NotFound)),
    }
}

/// What an owner may make of a user.
fn may_become(before: &User, after: &User) -> Result<(), Problem> {
    let same = before.organisation == after.organisation && before.email == after.email;
    if same && (Role::Member..=Role::Owner).contains(&after.role) {
        Ok(())
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// The hash of a password that was chosen, if one was.
async fn hashed(hashing: &Hashing, password: Option<String>, own: Vec<String>) -> Result<Option<String>, Problem> {
    let Some(password) = password else { return Ok(None) };
    hashing.hash_chosen("/password", password, own).await.map(Some)
}

pub(crate) fn no_such_organisation(error: werkstadt_persistence::Error) -> Problem {
    if error.breaks(FOREIGN_KEY) {
        let breach = (
            Place::Body("/organisation_id".to_owned()),
            Breach::Rule(Rule::UnknownReference),
        );
        return Problem::new(Code::Invalid).with_breaches(vec![breach]);
    }
    error.into()
}
