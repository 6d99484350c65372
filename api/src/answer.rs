//! Answers: records with entity tags, pages, creations.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::auth::Caller;
use crate::etag::ETag;
use crate::problem::Problem;

/// A record with its entity tag, or 304 if the client has it.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if the body cannot be written; a defect.
pub fn record(request: &HttpRequest, caller: &Caller, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = Bytes::from(serde_json::to_vec(body).map_err(Problem::internal)?);
    Ok(bytes_of_record(request, caller, &ETag::of(&bytes), bytes))
}

/// A record that is written already, with its entity tag, or 304 if the client has it.
pub fn bytes_of_record(request: &HttpRequest, caller: &Caller, etag: &ETag, bytes: Bytes) -> HttpResponse {
    let known = etag.is_known_to(request);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(caching(caller))));
    if known {
        response.finish()
    } else {
        response
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
            .body(bytes)
    }
}

/// A picture with its entity tag, or 304 without one.
pub fn picture(caller: &Caller, etag: &ETag, png: Option<Vec<u8>>) -> HttpResponse {
    let mut response = match png {
        Some(_) => HttpResponse::Ok(),
        None => HttpResponse::NotModified(),
    };
    response
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(caching(caller))));
    match png {
        Some(png) => response.content_type("image/png").body(png),
        None => response.finish(),
    }
}

/// A record that was just changed, with its new entity tag.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if the body cannot be written; a defect.
pub fn changed(body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
    let etag = ETag::of(&bytes);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    Ok(response.content_type("application/json").body(bytes))
}

/// A record that was just created, at its address.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if the body cannot be written; a defect.
pub fn created(location: String, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
    let etag = ETag::of(&bytes);
    let mut response = HttpResponse::Created();
    response
        .insert_header((header::LOCATION, location))
        .insert_header((header::ETAG, etag.as_str()));
    Ok(response.content_type("application/json").body(bytes))
}

/// What was just created and has no address of its own: it is in a list, and shown in full this once.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if the body cannot be written; a defect.
pub fn made(body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
    let etag = ETag::of(&bytes);
    let mut response = HttpResponse::Created();
    response.insert_header((header::ETAG, etag.as_str()));
    Ok(response.content_type("application/json").body(bytes))
}

/// The entity tag that a record has in an answer.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if the body cannot be written; a defect.
pub fn tag(body: &impl Serialize) -> Result<ETag, Problem> {
    Ok(ETag::of(&serde_json::to_vec(body).map_err(Problem::internal)?))
}

/// An answer that is not a record: a list, matches. `next` becomes a `Link` (RFC 8288).
///
/// # Errors
/// [`crate::problem::Code::Internal`] if the body cannot be written; a defect.
pub fn page(caller: &Caller, body: &impl Serialize, next: Option<&str>) -> Result<HttpResponse, Problem> {
    // A page of a list is long; growing to it by doubling would copy it several times.
    let mut bytes = Vec::with_capacity(16 << 10);
    serde_json::to_writer(&mut bytes, body).map_err(Problem::internal)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, caching(caller)));
    if let Some(next) = next {
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.content_type("application/json").body(bytes))
}

/// An answer that is the caller's own and not a record.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if the body cannot be written; a defect.
pub fn private_page(body: &impl Serialize, next: Option<&str>) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    if let Some(next) = next {
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.content_type("application/json").body(bytes))
}

/// Nobody but the caller may keep what was made for a signed-in caller.
pub fn caching(caller: &Caller) -> &'static str {
    if caller.user().is_some() {
        "private, no-cache"
    } else {
        "public, no-cache"
    }
}
