//! What surrounds every request: an id, bounds on time and number, problem documents for every failure, the headers that
//! every answer has, and one line in the log.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use werkstadt_domain::text::Language;

use crate::problem::{Code, Problem};
use crate::state::State;

/// The header that carries the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware.
///
/// # Errors
/// Never: failures leave as problem documents.
pub async fn surround<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let id = request_id(&request, &state);
    let http = request.request().clone();
    let answer = bounded(request, next, &state).await;
    let mut response = match answer {
        Ok(response) => finish(response, &id),
        Err(error) => {
            let response = render(&http, &error, &id);
            ServiceResponse::new(http, response)
        }
    };
    decorate(response.response_mut(), &id);
    Ok(response)
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
    let Ok(_place) = state.places.try_acquire() else {
        return Err(Problem::new(Code::Unavailable)
            .retry_after(1)
            .because("too many requests at a time")
            .into());
    };
    match actix_web::rt::time::timeout(state.limits.time, next.call(request)).await {
        Ok(answer) => answer.map(ServiceResponse::map_into_boxed_body),
        Err(_) => Err(Problem::new(Code::Unavailable)
            .retry_after(5)
            .because("out of time")
            .into()),
    }
}

/// Turns an answer that failed below the handlers, or in one, into a problem document.
fn finish(response: ServiceResponse<BoxBody>, id: &HeaderValue) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == PROBLEM);
    if !failed || problem {
        return response;
    }
    let (request, inner) = response.into_parts();
    let fallback = || Problem::new(Code::for_status(status));
    let rendered = match inner.error() {
        Some(error) => render(&request, error, id),
        None => write(&request, &fallback(), id),
    };
    ServiceResponse::new(request, rendered)
}

const PROBLEM: &str = "application/problem+json";

fn render(request: &HttpRequest, error: &actix_web::Error, id: &HeaderValue) -> HttpResponse {
    match error.as_error::<Problem>() {
        Some(problem) => write(request, problem, id),
        None => {
            let status = error.as_response_error().status_code();
            write(request, &Problem::new(Code::for_status(status)).because(error), id)
        }
    }
}

fn write(request: &HttpRequest, problem: &Problem, id: &HeaderValue) -> HttpResponse {
    let id = id.to_str().unwrap_or_default();
    log(request, problem, id);
    let body = problem.body(language(request), request.path(), id);
    let mut response = problem.error_response();
    // A body that was not read would be taken for the next request on this connection.
    if matches!(problem.code(), Code::PayloadTooLarge | Code::AddressTooLong) {
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
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    response.set_body(BoxBody::new(bytes))
}

fn log(request: &HttpRequest, problem: &Problem, id: &str) {
    let (method, path, code) = (request.method(), request.path(), problem.code().slug());
    let cause = problem.cause().unwrap_or_default();
    if problem.code().status() == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(%method, path, id, cause, "{method} {path} failed");
    } else {
        tracing::debug!(%method, path, id, code, cause, "{method} {path} refused");
    }
}

/// The language of problem texts: the first of German and English that the caller prefers, else English.
fn language(request: &HttpRequest) -> Language {
    let wanted = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    preferred(wanted)
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
        HeaderValue::from_static("Authorization, Accept-Language, Accept-Encoding, Origin"),
    );
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
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
    let own = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
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
