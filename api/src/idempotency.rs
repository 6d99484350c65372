//! POST once: who sends an `Idempotency-Key` may send a request again, and it is done once.
//!
//! That it is done is written down in the transaction that does it, so that of two servers one succeeds. The answer is kept after it, and
//! given again for a day.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use sha2::{Digest, Sha256};
use werkstadt_persistence::idempotency::{self, Answer, Key, Known, ONCE};
use werkstadt_persistence::{Actor, UnitOfWork};

use crate::auth::{self, Caller};
use crate::extract::read_bytes;
use crate::problem::{Breach, Code, Place, Problem};
use crate::rates::Who;
use crate::state::{self, State};

/// The header that carries the client's key.
pub const HEADER: &str = "Idempotency-Key";
/// The header that marks an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Headers that are kept with an answer.
const KEPT: [&str; 6] = [
    "content-type",
    "location",
    "etag",
    "cache-control",
    "link",
    "content-disposition",
];
/// Bytes of an answer that are kept at most.
const LONGEST: usize = 1 << 20;

tokio::task_local! {
    static ONE: Arc<Once>;
}

/// A request that is to be done once.
pub struct Once {
    key: Key,
    fingerprint: [u8; 32],
    done: AtomicBool,
}

impl Once {
    /// The one that is being handled by this task.
    pub fn current() -> Option<Arc<Self>> {
        ONE.try_with(Arc::clone).ok()
    }

    /// Notes with the first thing that is done that it is done.
    ///
    /// # Errors
    /// [`Code::InFlight`] if another request with this key does it.
    pub fn mark(&self, unit: &mut UnitOfWork<'_>) -> Result<(), Problem> {
        if self.done.load(Ordering::SeqCst) {
            return Ok(());
        }
        idempotency::begin(unit, &self.key, &self.fingerprint).map_err(|error| {
            if error.breaks(ONCE) {
                Problem::new(Code::InFlight).retry_after(1)
            } else {
                error.into()
            }
        })
    }

    /// What was marked is committed.
    pub fn committed(&self) {
        self.done.store(true, Ordering::SeqCst);
    }
}

/// Handles a request; once, if it asks for that.
///
/// # Errors
/// [`Problem`]s, and what the handler fails with.
pub async fn once<B: MessageBody + 'static>(
    state: &web::Data<State>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let operation = state.contract.at(request.path(), request.method());
    let wanted = request.headers().get(HEADER).cloned();
    let wanted = wanted.filter(|_| request.method() == Method::POST && operation.is_some_and(|one| one.idempotent));
    let Some(wanted) = wanted else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    // Who may not call at all is told so by the handler.
    let Some(who) = Caller::who(request.request(), state) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    // Nor is a body read for who is not signed in where that is needed.
    if matches!(who, Who::Network(_)) && !operation.is_some_and(|one| one.access.anonymous) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let limit = operation.map_or(0, |one| one.body_limit(&state.limits));
    let key = Key {
        owner: who.to_string(),
        key: read_key(&wanted)?,
    };
    let payload = request.take_payload();
    let body = read_bytes(request.request(), payload, limit).await?;
    let one = Arc::new(Once {
        fingerprint: fingerprint(&request, &body),
        key,
        done: AtomicBool::new(false),
    });
    request.set_payload(Payload::from(body));
    let (key, now) = (one.key.clone(), state.now());
    let known = state::read(state, move |db| Ok(idempotency::find(db, &key, now)?)).await?;
    if let Some(known) = known {
        auth::count(request.request(), state, &who)?;
        let again = replay(&one, known)?;
        return Ok(request.into_response(again));
    }
    let handled = ONE.scope(Arc::clone(&one), next.call(request)).await?;
    keep(state, &one, handled.map_into_boxed_body()).await
}

/// The answer that was given before, unless something else was asked under the key, or the answer is not there.
fn replay(one: &Once, known: Known) -> Result<HttpResponse, Problem> {
    if known.fingerprint != one.fingerprint {
        return Err(Problem::new(Code::KeyReused));
    }
    let answer = known.answer.ok_or_else(|| Problem::new(Code::DoneAlready))?;
    let mut response = HttpResponse::Ok();
    response.status(answer.status.try_into().map_err(|_| Problem::internal("no status"))?);
    for (name, value) in answer.headers {
        response.insert_header((name, value));
    }
    response.insert_header((REPLAYED, "true"));
    Ok(if answer.body.is_empty() {
        response.finish()
    } else {
        response.body(answer.body)
    })
}

/// Keeps the answer to something that was done, unless nobody may keep it, and passes it on.
async fn keep(
    state: &web::Data<State>,
    one: &Once,
    handled: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let kept = |name: &str| {
        let value = handled.headers().get(name)?.to_str().ok()?;
        Some((name.to_owned(), value.to_owned()))
    };
    let headers: Vec<(String, String)> = KEPT.iter().filter_map(|name| kept(name)).collect();
    let secret = headers
        .iter()
        .any(|(name, value)| name == "cache-control" && value.contains("no-store"));
    let done = one.done.load(Ordering::SeqCst) && handled.status().is_success();
    if !done || secret {
        return Ok(handled);
    }
    let (request, response) = handled.into_parts();
    let (response, body) = response.into_parts();
    let bytes = to_bytes(body)
        .await
        .map_err(|error| Problem::internal(error.to_string()))?;
    if bytes.len() <= LONGEST {
        let answer = Answer {
            status: response.status().as_u16(),
            headers,
            body: bytes.to_vec(),
        };
        let key = one.key.clone();
        let shared = state.clone();
        let stored = web::block(move || {
            shared.store.write::<_, Problem>(Actor::System, shared.now(), |unit| {
                Ok(idempotency::keep(unit, &key, answer)?)
            })
        });
        if let Ok(Err(problem)) | Err(problem) = stored.await.map_err(Problem::internal) {
            // It is done; that its answer cannot be given again is no reason to hide it now.
            tracing::error!(cause = problem.cause().unwrap_or_default(), "an answer was not kept");
        }
    }
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(bytes))))
}

/// SHA-256 of what is asked: method, address and body.
fn fingerprint(request: &ServiceRequest, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    for part in [request.method().as_str().as_bytes(), address.as_bytes(), body] {
        hash.update(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A key: 1 to 255 visible characters.
fn read_key(value: &HeaderValue) -> Result<String, Problem> {
    let text = value.to_str().unwrap_or_default().trim();
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if visible && (1..=255).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    let place = Place::Parameter(HEADER.to_owned());
    let breach = Breach::Form("1 to 255 visible ASCII characters".to_owned());
    Err(Problem::new(Code::InvalidQuery).with_breaches(vec![(place, breach)]))
}
