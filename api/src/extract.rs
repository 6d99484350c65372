//! What handlers take from a request: path, query and body as the contract says, or a problem that names every fault.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use werkstadt_domain::id::Id;

use crate::audit::occasion;
use crate::contract::{Operation, parameters};
use crate::places::Place;
use crate::problem::{Breach, Code, Place as At, Problem};
use crate::state::{Limits, State};

mod json;

pub use json::parse as parse_json;

/// The query, read by the operation's parameters.
pub struct Query<T>(pub T);

/// The JSON body, checked against the operation's schema.
pub struct Json<T>(pub T);

/// The JSON body of an operation that takes files in it, checked against the operation's schema.
pub struct JsonWithFiles<T>(pub T);

/// The body of a PATCH: a JSON Merge Patch (RFC 7396), checked against the operation's schema.
pub struct MergePatch(pub Value);

/// The body as it came.
pub struct Raw {
    /// The bytes.
    pub bytes: web::Bytes,
    /// The media type without parameters, in lower case.
    pub media_type: String,
}

/// The bytes of a picture, whatever they claim to be.
pub struct Picture(pub web::Bytes);

impl FromRequest for Picture {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let limit = state(&request)?.limits.picture_bytes;
            read_bytes(&request, payload, limit).await.map(Self)
        })
    }
}

/// The state of the server.
///
/// # Errors
/// [`Problem`] if the application was built without one.
pub fn state(request: &HttpRequest) -> Result<&Arc<State>, Problem> {
    request
        .app_data::<web::Data<State>>()
        .map(|data| &**data)
        .ok_or_else(|| Problem::internal("the application has no state"))
}

/// The operation that the request was routed to.
///
/// # Errors
/// [`Problem`] if a route is missing from the document.
pub fn operation(request: &HttpRequest) -> Result<&Operation, Problem> {
    let pattern = request.match_pattern().unwrap_or_default();
    let found = state(request)?.contract.operation(request.method(), &pattern);
    found.ok_or_else(|| Problem::internal(format!("no operation for {} {pattern}", request.method())))
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_query(request).map(Self))
    }
}

fn read_query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    // Handlers may take it in several parts; it is read once.
    if let Some(Given(known)) = request.extensions().get::<Given>() {
        return T::deserialize(known).map_err(Problem::internal);
    }
    let given = parameters::read(request.query_string(), &operation(request)?.query)
        .map_err(|breaches| Problem::new(Code::InvalidQuery).with_breaches(breaches))?;
    let given = Value::Object(given);
    let read = T::deserialize(&given).map_err(Problem::internal);
    request.extensions_mut().insert(Given(given));
    read
}

/// The query of a request, checked.
struct Given(Value);

/// Refuses any query, for operations that have no parameters.
pub struct NoQuery;

impl FromRequest for NoQuery {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_query::<serde::de::IgnoredAny>(request).map(|_| Self))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = checked_body(request, payload, |limits| limits.body_bytes);
        Box::pin(async move { serde_json::from_value(body.await?).map(Self).map_err(Problem::internal) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonWithFiles<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = checked_body(request, payload, |limits| limits.application_bytes);
        Box::pin(async move { serde_json::from_value(body.await?).map(Self).map_err(Problem::internal) })
    }
}

impl FromRequest for MergePatch {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = checked_body(request, payload, |limits| limits.body_bytes);
        Box::pin(async move { body.await.map(Self) })
    }
}

impl FromRequest for Raw {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let limit = state(&request)?.limits.import_bytes;
            let media_type = media_type(&request);
            Ok(Self {
                bytes: read_bytes(&request, payload, limit).await?,
                media_type,
            })
        })
    }
}

fn checked_body(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: fn(&Limits) -> usize,
) -> impl Future<Output = Result<Value, Problem>> + use<> {
    let (request, payload) = (Rc::new(request.clone()), payload.take());
    async move {
        let schema = operation(&request)?
            .body
            .as_ref()
            .ok_or_else(|| Problem::internal("operation has no body"))?;
        if !schema.media_types.contains(&media_type(&request)) {
            let accepted = schema.media_types.clone();
            return Err(Problem::new(Code::UnsupportedMediaType).with_fact("accepted", accepted));
        }
        let bytes = read_bytes(&request, payload, limit(&state(&request)?.limits)).await?;
        let body = parse_json(&bytes).map_err(|breach| {
            Problem::new(Code::MalformedBody).with_breaches(vec![(At::Body(String::new()), breach)])
        })?;
        let breaches = schema.check(&body);
        if breaches.is_empty() {
            occasion::note_body(&body);
            Ok(body)
        } else {
            Err(Problem::new(Code::Invalid).with_breaches(breaches))
        }
    }
}

/// The bytes of a body, up to a limit. While they are on their way, the request's place is free for others.
///
/// # Errors
/// [`Code::PayloadTooLarge`], [`Code::MalformedBody`], [`Code::BodyTooSlow`].
pub(crate) async fn read_bytes(request: &HttpRequest, payload: Payload, limit: usize) -> Result<web::Bytes, Problem> {
    let place = Place::of(request);
    if let Some(place) = &place {
        place.leave();
    }
    let patience = state(request)?.limits.body_time;
    let bytes = actix_web::rt::time::timeout(patience, arriving(request, payload, limit)).await;
    let bytes = bytes.map_err(|_| Problem::new(Code::BodyTooSlow))??;
    if let Some(place) = &place {
        place.take_again()?;
    }
    Ok(bytes)
}

/// Room for bytes that have arrived, as long as their request holds no place: together no more than a server has.
fn room_for(request: &HttpRequest, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
    let room = Arc::clone(&state(request)?.arriving);
    let taken = u32::try_from(bytes)
        .ok()
        .and_then(|bytes| room.try_acquire_many_owned(bytes).ok());
    taken.ok_or_else(|| {
        Problem::new(Code::Unavailable)
            .retry_after(1)
            .because("too many bodies at a time")
    })
}

async fn arriving(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<web::Bytes, Problem> {
    let too_large = || Problem::new(Code::PayloadTooLarge).with_fact("limit_bytes", limit);
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = web::BytesMut::new();
    let mut room: Option<OwnedSemaphorePermit> = None;
    while let Some(chunk) = payload.next().await {
        let unreadable = |error: actix_web::error::PayloadError| {
            let breach = Breach::Unreadable(error.to_string());
            Problem::new(Code::MalformedBody).with_breaches(vec![(At::Body(String::new()), breach)])
        };
        let chunk = chunk.map_err(unreadable)?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        let more = room_for(request, chunk.len())?;
        match &mut room {
            Some(room) => room.merge(more),
            None => room = Some(more),
        }
        if bytes.is_empty() {
            // No more than half a mebibyte on trust: what is only announced has no room yet.
            bytes.reserve(announced.unwrap_or(0).min(1 << 19).max(chunk.len()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn media_type(request: &HttpRequest) -> String {
    let given = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// The id in a segment of the path. A text that is no id names nothing, so it is not found.
pub struct Path<T>(pub T);

impl<A> FromRequest for Path<Id<A>> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, 0).map(Self))
    }
}

impl<A, B> FromRequest for Path<(Id<A>, Id<B>)> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, 0).and_then(|first| Ok(Self((first, segment(request, 1)?)))))
    }
}

/// The number of an earlier state in a segment of the path.
#[derive(Clone, Copy, Debug)]
pub struct VersionNumber(pub i64);

/// A record and one of its earlier states, as a path names them.
pub type Versioned<N> = (Id<N>, VersionNumber);

impl<A> FromRequest for Path<Versioned<A>> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let number = || text(request, 1).parse().map_err(|_| Problem::new(Code::NotFound));
        ready(segment(request, 0).and_then(|first| Ok(Self((first, VersionNumber(number()?))))))
    }
}

fn segment<N>(request: &HttpRequest, index: usize) -> Result<Id<N>, Problem> {
    Id::parse(text(request, index)).map_err(|_| Problem::new(Code::NotFound))
}

fn text(request: &HttpRequest, index: usize) -> &str {
    let segment = request.match_info().iter().nth(index);
    segment.map(|(_, text)| text).unwrap_or_default()
}
