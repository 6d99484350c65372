//! The ledger for managers: who agrees to what, by purpose and by user.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::consent::{ConsentId, Subject};
use werkstadt_persistence::consents::{self, Whose};
use werkstadt_persistence::{Db, Noun, users};

use super::wire::{ConsentEntryBody, ConsentEntryPage, PurposeName};
use super::{ConsentPath, find, list, own, withdraw};
use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::{NoQuery, Path, Query};
use crate::page::{List, PageQuery, and_one_more, cut};
use crate::problem::Problem;
use crate::state::{self, State};
use crate::users::handlers::UserPath;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListConsents {
    /// To this purpose.
    pub purpose: Option<PurposeName>,
    /// Those that hold now, or those that were withdrawn or are over; both if left out.
    pub standing: Option<bool>,
}

/// A user and an entry.
type Ids = (UserId, ConsentId);

/// List consents
///
/// Of everyone: with `purpose=newsletter&standing=true`, who gets the newsletter.
#[utoipa::path(tag = "people", params(ListConsents, PageQuery),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of the ledger, in order of id.", body = ConsentEntryPage)))]
#[get("/consents")]
pub async fn list_consents(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    query: Query<ListConsents>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, caller.audience());
    let after = list.after::<Uuid>(&page.0)?.map(ConsentId::new);
    let (limit, now) = (page.0.limit(), state.now());
    let which = (query.0.purpose.map(|purpose| purpose.0), query.0.standing);
    let found = state::read(&state, move |db| {
        Ok(consents::of_everyone(db, which, now, after, and_one_more(limit))?)
    });
    let (found, after) = cut(found.await?, limit, |last| last.consent.id.uuid());
    let told = Disclosures::to(&state, &caller);
    let subjects = || found.iter().map(|entry| entry.consent.subject);
    told.note(
        Noun::User,
        subjects().filter_map(|subject| match subject {
            Subject::User(id) => Some(id.uuid()),
            Subject::Person(_) | Subject::Minor(_) => None,
        }),
    )?;
    told.note(
        Noun::Person,
        subjects().filter_map(|subject| match subject {
            Subject::Person(id) => Some(id.uuid()),
            Subject::User(_) | Subject::Minor(_) => None,
        }),
    )?;
    list.answer(&caller, found.iter().map(ConsentEntryBody::from).collect(), after)
}

/// The consents of a user
///
/// With those of the person who the user is.
#[utoipa::path(tag = "admin", params(UserPath, PageQuery), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A page of the ledger, in order of id.", body = ConsentEntryPage)))]
#[get("/users/{user_id}/consents")]
pub async fn list_user_consents(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<UserId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    let whose = state::read(&state, move |db| of_user(db, id)).await?;
    Disclosures::to(&state, &caller).note(Noun::User, [id.uuid()])?;
    list(&request, &state, &caller, whose, &page.0).await
}

/// Withdraw a consent of a user
///
/// When the user said so by other means. As when the user does it.
#[utoipa::path(tag = "admin", params(UserPath, ConsentPath), extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "Withdrawn.", body = ConsentEntryBody)))]
#[post("/users/{user_id}/consents/{consent_id}/withdrawal")]
pub async fn withdraw_user_consent(
    state: web::Data<State>,
    caller: Caller,
    path: Path<Ids>,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let (user, consent) = path.0;
    let withdrawn = state::write(&state, caller.actor(), move |unit| {
        let whose = of_user(unit.db(), user)?;
        whose.lock(unit)?;
        let entry = find(unit.db(), whose, consent)?;
        withdraw(unit, whose, &entry)
    });
    answer::private_page(&withdrawn.await?, None)
}

fn of_user(db: &mut Db, id: UserId) -> Result<Whose, Problem> {
    Ok(own(&users::find(db, id)?.record))
}
