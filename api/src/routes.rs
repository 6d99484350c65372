//! The whole URL table.

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{auth, health, imports, matches, organisations, users};

/// Everything below `/v1`, and what operators need beside it.
pub fn all(config: &mut ServiceConfig<'_>) {
    config.configure(operations).service(scope::scope("/v1").configure(v1));
}

fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(health::livez)
        .service(health::readyz)
        .service(health::get_jwks)
        .service(health::get_document)
        .service(health::get_document_30);
}

fn v1(config: &mut ServiceConfig<'_>) {
    config
        .service(auth::handlers::login)
        .service(auth::handlers::refresh)
        .service(auth::handlers::logout)
        .service(auth::handlers::get_me)
        .service(users::keys::list_api_keys)
        .service(users::keys::create_api_key)
        .service(users::keys::delete_api_key)
        .service(organisations::handlers::list_organisations)
        .service(organisations::handlers::create_organisation)
        .service(organisations::handlers::get_organisation)
        .service(organisations::handlers::update_organisation)
        .service(organisations::handlers::delete_organisation)
        .service(matches::handlers::create_matches)
        .service(matches::handlers::explain_match)
        .service(matches::handlers::list_organisation_matches)
        .service(matches::handlers::list_opportunity_matches)
        .service(users::handlers::list_users)
        .service(users::handlers::create_user)
        .service(users::handlers::get_user)
        .service(users::handlers::update_user)
        .service(users::handlers::delete_user)
        .service(imports::handlers::create_import)
        .service(imports::handlers::get_job)
        .service(imports::handlers::list_job_errors);
}
