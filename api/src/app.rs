//! The application: one builder for the program, the tests and the contract.

use std::net::TcpListener;

use actix_cors::Cors;
use actix_web::body::{BoxBody, EitherBody};
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use serde_json::Value;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::audit::occasion::REASON;
use crate::contract::Defect;
use crate::state::State;
use crate::{document, edge, routes};

/// The finished document, made without a server.
///
/// # Errors
/// [`Defect`] when it cannot be written as JSON.
pub fn published() -> Result<Value, Defect> {
    let (_, collected) = App::new()
        .into_utoipa_app()
        .openapi(document::frame())
        .configure(routes::all)
        .split_for_parts();
    document::finish(&collected).map_err(|error| Defect::new("document", error))
}

/// The application around a state.
pub fn app(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<EitherBody<BoxBody>>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let cors = cross_origin(&state.origins);
    let (app, _) = App::new()
        .app_data(state)
        .into_utoipa_app()
        .openapi(document::frame())
        .configure(routes::all)
        .split_for_parts();
    // The reference page brings its own styles and scripts with it; nothing is fetched from elsewhere.
    let page = web::scope("/docs")
        .wrap(from_fn(edge::page))
        .service(SwaggerUi::new("/{_:.*}").config(Config::from("/openapi.json").try_it_out_enabled(true)));
    app.service(web::redirect("/docs", "/docs/"))
        .service(page)
        .default_service(web::to(edge::nothing_here))
        .wrap(from_fn(edge::surround))
        .wrap(cors)
}

/// Browsers may call from these origins, and read these headers.
fn cross_origin(origins: &[String]) -> Cors {
    let exposed = [
        "Content-Disposition",
        "ETag",
        "Idempotent-Replayed",
        "Link",
        "Location",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        "X-Request-Id",
    ];
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PATCH", "PUT", "DELETE"])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::ACCEPT_LANGUAGE,
            header::HeaderName::from_static("idempotency-key"),
            REASON,
        ])
        .expose_headers(exposed)
        .block_on_origin_mismatch(false)
        .max_age(3600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// Serves on a listener until stopped.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(state: web::Data<State>, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let server = HttpServer::new(move || app(state.clone()))
        .workers(workers)
        .client_request_timeout(std::time::Duration::from_secs(10))
        .client_disconnect_timeout(std::time::Duration::from_secs(5))
        .shutdown_timeout(30)
        .listen(listener)?;
    Ok(server.run())
}
