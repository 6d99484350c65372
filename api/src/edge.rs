//! What surrounds every request: an id, bounds on time and number, problem documents for every failure, the headers that
//! every answer has, and one line in the log.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use werkstadt_domain::text::Language;

use crate::audit::notes;
use crate::audit::occasion::Asked as Occasion;
use crate::idempotency;
use crate::places::Place;
use crate::problem::{Code, Problem};
use crate::rates::Standing;
use crate::state::State;

/// The header that carries the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware.
///
/// # Errors
/// Failures leave as problem documents; those that came before routing as an error that renders itself as one.
pub async fn surround<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let id = request_id(&request, &state);
    let asked = Asked::new(&request);
    let occasion = Occasion::of(&request, &state, &id);
    let handled = Occasion::scope(occasion.clone(), bounded(request, next, &state)).await;
    if let Some(occasion) = occasion {
        if is_denied(&handled) {
            occasion.note_denial(&state);
        }
        if occasion.has_noted() {
            notes::settle(&state).await;
        }
    }
    let mut response = match handled {
        Ok(response) => tell_standing(finish(response, &asked, &id)),
        // Only what failed before it was routed, or ran out of time, comes without a response.
        Err(error) => return Err(Failed::new(&asked, &error, &id).into()),
    };
    decorate(response.response_mut(), &id);
    if state.public_url.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    Ok(response)
}

/// What an answer needs to know of its request. The request itself must not be held while it is routed.
struct Asked {
    method: Method,
    path: String,
    language: Language,
}

impl Asked {
    fn new(request: &ServiceRequest) -> Self {
        let wanted = request
            .headers()
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let language = preferred(wanted.unwrap_or_default());
        Self {
            method: request.method().clone(),
            path: request.path().to_owned(),
            language,
        }
    }
}

/// A request that failed outside its handler, with the answer made for it.
#[derive(Debug)]
struct Failed {
    status: StatusCode,
    problem: Problem,
    body: Vec<u8>,
    id: HeaderValue,
}

impl Failed {
    fn new(asked: &Asked, error: &actix_web::Error, id: &HeaderValue) -> Self {
        let problem = problem_of(error);
        let body = body(asked, &problem, id);
        Self {
            status: problem.code().status(),
            problem,
            body,
            id: id.clone(),
        }
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.problem)
    }
}

impl ResponseError for Failed {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = answer(&self.problem, self.body.clone());
        decorate(&mut response, &self.id);
        response
    }
}

async fn bounded<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    state: &web::Data<State>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |address| address.as_str().len());
    if address > state.limits.address_bytes {
        return Err(Problem::new(Code::AddressTooLong).into());
    }
    if request.method() != Method::OPTIONS && state.contract.refuses(request.path(), request.method()) {
        let methods = state.contract.methods(request.path());
        return Err(Problem::method_not_allowed(allow(&methods)).into());
    }
    let place = Place::take(&state.places)?;
    request.extensions_mut().insert(place);
    match actix_web::rt::time::timeout(state.limits.time, idempotency::once(state, request, next)).await {
        Ok(answer) => answer,
        Err(_) => Err(Problem::new(Code::Unavailable)
            .retry_after(5)
            .because("out of time")
            .into()),
    }
}

/// Tells a caller who is counted how many requests are left.
fn tell_standing(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let standing = response.request().extensions().get::<Standing>().copied();
    if let Some(standing) = standing {
        standing.write(response.headers_mut());
    }
    response
}

/// True if the caller was known and may not do that.
fn is_denied(handled: &Result<ServiceResponse<BoxBody>, actix_web::Error>) -> bool {
    let status = match handled {
        Ok(response) => response.status(),
        Err(error) => problem_of(error).code().status(),
    };
    status == StatusCode::FORBIDDEN
}

/// Turns an answer that failed below the handlers, or in one, into a problem document.
fn finish(response: ServiceResponse<BoxBody>, asked: &Asked, id: &HeaderValue) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (request, inner) = response.into_parts();
    let problem = inner
        .error()
        .map_or_else(|| Problem::new(Code::for_status(status)), problem_of);
    let body = body(asked, &problem, id);
    let made = answer(&problem, body);
    ServiceResponse::new(request, made)
}

const PROBLEM: &str = "application/problem+json";

/// The problem that an error is, or stands for.
fn problem_of(error: &actix_web::Error) -> Problem {
    match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => Problem::new(Code::for_status(error.as_response_error().status_code())).because(error),
    }
}

fn body(asked: &Asked, problem: &Problem, id: &HeaderValue) -> Vec<u8> {
    let id = id.to_str().unwrap_or_default();
    log(asked, problem, id);
    serde_json::to_vec(&problem.body(asked.language, &asked.path, id)).unwrap_or_default()
}

fn answer(problem: &Problem, body: Vec<u8>) -> HttpResponse {
    let mut response = problem.error_response();
    // A body that was not read would be taken for the next request on this connection.
    if matches!(
        problem.code(),
        Code::PayloadTooLarge | Code::AddressTooLong | Code::BodyTooSlow
    ) {
        response
            .head_mut()
            .set_connection_type(actix_web::http::ConnectionType::Close);
    }
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.set_body(BoxBody::new(body))
}

fn log(asked: &Asked, problem: &Problem, id: &str) {
    let (method, path, code) = (&asked.method, &asked.path, problem.code().slug());
    let cause = problem.cause().unwrap_or_default();
    if problem.code().status() == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(%method, path, id, cause, "{method} {path} failed");
    } else if is_refusal(problem.code()) {
        tracing::info!(%method, path, id, code, cause, "{method} {path} refused");
    } else {
        tracing::debug!(%method, path, id, code, cause, "{method} {path} refused");
    }
}

/// True for what somebody may want to know of who tries what is not allowed.
const fn is_refusal(code: Code) -> bool {
    matches!(
        code,
        Code::Unauthenticated
            | Code::InvalidCredentials
            | Code::SecondFactorMissing
            | Code::Forbidden
            | Code::TooManyRequests
    )
}

/// The better accepted one of the two languages (RFC 9110, 12.5.4).
pub fn preferred(accept_language: &str) -> Language {
    let mut best = (0.0, Language::En);
    for entry in accept_language.split(',') {
        let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let weight = parameters
            .trim()
            .strip_prefix("q=")
            .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_lowercase();
        let language = match primary.as_str() {
            "de" => Language::De,
            "en" => Language::En,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

/// The caller's id for the request if it is a plain one, else a new one.
fn request_id(request: &ServiceRequest, state: &State) -> HeaderValue {
    let plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (8..=64).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    if let Some(given) = request.headers().get(&REQUEST_ID).filter(plain) {
        return given.clone();
    }
    let mut text = uuid::Uuid::encode_buffer();
    let text = state.world.id().hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("none"))
}

fn decorate(response: &mut HttpResponse<BoxBody>, id: &HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Authorization, Accept, Accept-Language"),
    );
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let nothing =
            HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
}

/// The reference page may run the scripts and styles that it brings.
///
/// # Errors
/// What the page fails with.
pub async fn page<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let own = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
               base-uri 'none'; frame-ancestors 'none'";
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(own));
    Ok(response)
}

/// Answers what no route took: 405 with `Allow` if the path has other methods, else 404.
///
/// # Errors
/// Always.
pub async fn nothing_here(request: HttpRequest, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let methods = state.contract.methods(request.path());
    if methods.is_empty() {
        return Err(Problem::new(Code::NotFound));
    }
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow(&methods)))
            .finish());
    }
    Err(Problem::method_not_allowed(allow(&methods)))
}

fn allow(methods: &[&Method]) -> String {
    let mut names: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
    names.push("OPTIONS");
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_accepted_language_is_chosen() {
        for (header, language) in [
            ("", Language::En),
            ("de", Language::De),
            ("de-DE,de;q=0.9,en;q=0.8", Language::De),
            ("fr, en;q=0.5, de;q=0.7", Language::De),
            ("*", Language::En),
            ("de;q=x", Language::En),
        ] {
            assert_eq!(preferred(header), language, "{header}");
        }
    }
}
