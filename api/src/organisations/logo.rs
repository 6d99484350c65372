//! The logo of an organisation.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_persistence::{Error, UnitOfWork, logos};

use super::handlers::{OrganisationPath, may_edit};
use super::picture;
use crate::answer;
use crate::auth::Caller;
use crate::etag::{ETag, IfMatch, IfMatchHeader};
use crate::extract::{NoQuery, Path, Picture, Query};
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::Choose;

/// The bytes of a picture.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PictureBytes(pub Vec<u8>);

/// How large a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoSize {
    /// At most 512 pixels along a side.
    Large,
    /// At most 128 pixels along a side.
    Small,
}

impl Named for LogoSize {
    const NAME: &'static str = "LogoSize";
    const ALL: &'static [Self] = &[Self::Large, Self::Small];

    fn code(self) -> &'static str {
        match self {
            Self::Large => "large",
            Self::Small => "small",
        }
    }
}

/// Name of a size.
pub type LogoSizeName = Choose<LogoSize>;

/// Which size.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogoQuery {
    /// `large`, at most 512 pixels along a side, or `small`, at most 128; large if left out.
    pub size: Option<LogoSizeName>,
}

/// Where the logo of an organisation is, as PNG.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Logo, example = json!({"large": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa/logo",
    "small": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa/logo?size=small", "digest": "5f0c5b1de5b1c5d0a3f1f0b2f1d0c0ff"}))]
pub struct LogoBody {
    /// At most 512 pixels along a side.
    pub large: String,
    /// At most 128 pixels along a side.
    pub small: String,
    /// Another one for another picture.
    pub digest: String,
}

impl LogoBody {
    /// The logo of an organisation.
    pub fn new(organisation: OrganisationId, digest: &str) -> Self {
        let large = format!("/v1/organisations/{organisation}/logo");
        Self {
            small: format!("{large}?size=small"),
            large,
            digest: digest.to_owned(),
        }
    }
}

/// The logo of an organisation
#[utoipa::path(tag = "organisations", params(OrganisationPath, LogoQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The picture.", body = PictureBytes, content_type = "image/png"),
        (status = 304, description = "The client has it already.")))]
#[get("/organisations/{organisation_id}/logo")]
pub async fn get_organisation_logo(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    query: Query<LogoQuery>,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    let snapshot = state.directory().snapshot();
    let profile = snapshot.organisation(caller.audience_at(id), id);
    let digest = profile.and_then(|profile| profile.get().logo.clone());
    let digest = digest.ok_or_else(|| Problem::new(Code::NotFound))?;
    if tag(&digest).is_known_to(&request) {
        return Ok(answer::picture(&caller, &tag(&digest), None));
    }
    let logo = state::read(&state, move |db| Ok(logos::find(db, id)?)).await?;
    let bytes = match query.0.size.map(|size| size.0) {
        Some(LogoSize::Small) => logo.small,
        _ => logo.large,
    };
    Ok(answer::picture(&caller, &tag(&logo.digest), Some(bytes)))
}

/// Set the logo of an organisation
///
/// PNG, JPEG, WebP or GIF, by what the bytes are; at most 4 MB and 16 million pixels. It is drawn anew as PNG in two sizes, without
/// whatever else the file holds. `If-Match: *` also where there is none yet.
#[utoipa::path(tag = "organisations", params(OrganisationPath, IfMatchHeader),
    request_body(content((PictureBytes = "image/png"), (PictureBytes = "image/jpeg"), (PictureBytes = "image/webp"), (PictureBytes = "image/gif"))),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true})), ("x-errors" = json!([422]))),
    responses((status = 200, description = "Set.", body = LogoBody)))]
#[put("/organisations/{organisation_id}/logo")]
pub async fn put_organisation_logo(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    condition: IfMatch,
    _query: NoQuery,
    body: Picture,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    may_edit(&state.directory().snapshot(), &caller, id)?;
    // Not within the transaction: it takes its time.
    let logo = web::block(move || picture::logo(&body.0)).await;
    let logo = logo.map_err(Problem::internal)??;
    let digest = logo.digest.clone();
    state::write(&state, caller.actor(), move |unit| {
        check(unit, id, &condition)?;
        Ok(logos::put(unit, id, logo)?)
    })
    .await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag(&digest).as_str()));
    Ok(response.json(LogoBody::new(id, &digest)))
}

/// Remove the logo of an organisation
#[utoipa::path(tag = "organisations", params(OrganisationPath, IfMatchHeader),
    extensions(("x-authz" = json!({"from": "editor", "scope": "organisations:write", "own": true}))),
    responses((status = 204, description = "Removed.")))]
#[delete("/organisations/{organisation_id}/logo")]
pub async fn delete_organisation_logo(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OrganisationId>,
    condition: IfMatch,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let Path(id) = path;
    may_edit(&state.directory().snapshot(), &caller, id)?;
    state::write(&state, caller.actor(), move |unit| {
        check(unit, id, &condition)?;
        Ok(logos::remove(unit, id)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The picture's own tag: a path and a size have one picture at a time.
fn tag(digest: &str) -> ETag {
    ETag::of(digest.as_bytes())
}

/// Checks the condition against the present picture, or against there being none.
fn check(unit: &mut UnitOfWork<'_>, id: OrganisationId, condition: &IfMatch) -> Result<(), Problem> {
    match logos::find(unit.db(), id) {
        Ok(logo) => condition.check(&tag(&logo.digest)),
        Err(Error::NotFound { .. }) => condition.check(&tag("")),
        Err(error) => Err(error.into()),
    }
}
