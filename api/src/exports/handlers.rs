//! The addresses of exports.

use actix_web::{HttpResponse, get, web};

use super::options::{Format, TableOptions};
use super::{View, answer, network, organisations, people};
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::{NoQuery, Query};
use crate::organisations::query::FilterOrganisations;
use crate::problem::Problem;
use crate::state::State;

/// Organisations as a table
///
/// Everything that `GET /v1/organisations` finds with this query, in its order, as CSV in UTF-8; `Accept: text/csv` there is the
/// same. The columns are those that an import knows; of several places or contacts the first. A text that a spreadsheet would take
/// for a formula begins with an apostrophe.
#[utoipa::path(tag = "organisations", params(FilterOrganisations, TableOptions),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The table.", body = String, content_type = "text/csv", example = "id,kind,name\r\n")))]
#[get("/organisations.csv")]
pub async fn export_organisations_csv(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<FilterOrganisations>,
    Query(table): Query<TableOptions>,
) -> Result<HttpResponse, Problem> {
    file(&state, &caller, &query, Format::Csv, table)
}

/// Organisations as a workbook
///
/// As `GET /v1/organisations.csv`, for office programs (XLSX).
#[utoipa::path(tag = "organisations", params(FilterOrganisations),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The workbook.", body = super::options::Workbook,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/organisations.xlsx")]
pub async fn export_organisations_xlsx(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<FilterOrganisations>,
) -> Result<HttpResponse, Problem> {
    file(&state, &caller, &query, Format::Xlsx, TableOptions::default())
}

/// Organisations as lines for an import
///
/// Everything that `GET /v1/organisations` finds with this query, in its order, each with its units, skills and references as
/// the caller sees them: JSON Lines as `POST /v1/imports` reads them.
#[utoipa::path(tag = "organisations", params(FilterOrganisations),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A line for each.", body = String, content_type = "application/x-ndjson",
        example = "{\"record\": \"organisation\", \"kind\": \"company\", \"name\": \"Beispiel Optik GmbH\"}\n")))]
#[get("/organisations.jsonl")]
pub async fn export_organisations_jsonl(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<FilterOrganisations>,
) -> Result<HttpResponse, Problem> {
    file(&state, &caller, &query, Format::JsonLines, TableOptions::default())
}

/// Organisations as cards for an address book
///
/// Everything that `GET /v1/organisations` finds with this query, in its order, as vCards 4.0 (RFC 6350).
#[utoipa::path(tag = "organisations", params(FilterOrganisations),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A card for each.", body = String, content_type = "text/vcard",
        example = "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Beispiel Optik GmbH\r\nEND:VCARD\r\n")))]
#[get("/organisations.vcf")]
pub async fn export_organisations_vcf(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<FilterOrganisations>,
) -> Result<HttpResponse, Problem> {
    file(&state, &caller, &query, Format::Cards, TableOptions::default())
}

/// Organisations on a map
///
/// Those that `GET /v1/organisations` finds with this query and that have coordinates, in its order, as a feature collection
/// (RFC 7946): longitude before latitude, one feature for each organisation, several places as a multi-point.
#[utoipa::path(tag = "organisations", params(FilterOrganisations),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The collection.", body = super::options::GeoJson, content_type = "application/geo+json")))]
#[get("/organisations.geojson")]
pub async fn export_organisations_geojson(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<FilterOrganisations>,
) -> Result<HttpResponse, Problem> {
    file(&state, &caller, &query, Format::GeoJson, TableOptions::default())
}

/// Organisations as linked data
///
/// Everything that `GET /v1/organisations` finds with this query, in its order, in the words of schema.org: what they know, offer
/// and seek. The context stands in the document.
#[utoipa::path(tag = "organisations", params(FilterOrganisations),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The graph.", body = super::options::JsonLd, content_type = "application/ld+json")))]
#[get("/organisations.jsonld")]
pub async fn export_organisations_jsonld(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<FilterOrganisations>,
) -> Result<HttpResponse, Problem> {
    file(&state, &caller, &query, Format::JsonLd, TableOptions::default())
}

/// Persons as cards for an address book
///
/// Persons who consented to be seen by more than managers, as far as the caller sees them, as vCards 4.0 (RFC 6350).
#[utoipa::path(tag = "organisations", extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "A card for each.", body = String, content_type = "text/vcard",
        example = "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:individual\r\nFN:Erika Musterfrau\r\nEND:VCARD\r\n")))]
#[get("/people.vcf")]
pub async fn export_people_vcf(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &caller);
    let told = view.told.clone();
    let cards = people::people(view);
    Ok(answer(
        &caller,
        Some(told),
        cards,
        Format::Cards.media_type(),
        "people.vcf",
    ))
}

/// The whole network
///
/// Skills, types of membership, organisations with everything that belongs to them, their logos, memberships, dues and representatives too,
/// opportunities, solutions and persons, as JSON Lines.
/// `POST /v1/imports` of the file into an empty directory makes the same network, ids included; into this one it changes nothing. Not in it: accounts with what
/// they keep, consents beyond those that persons are shown by, applications for membership, jobs, what moderates, earlier states, steps of
/// memberships, times of changes.
#[utoipa::path(tag = "admin", extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "A line for each record.", body = String, content_type = "application/x-ndjson",
        example = "{\"record\": \"skill\", \"uri\": \"urn:example:skill:lasers\", \"label\": {\"de\": \"Lasertechnik\"}}\n")))]
#[get("/exports/network.jsonl")]
pub async fn export_network(state: web::Data<State>, caller: Caller, _query: NoQuery) -> Result<HttpResponse, Problem> {
    let view = view(&state, &caller);
    let told = view.told.clone();
    let lines = network::network(view, state.store.clone());
    Ok(answer(
        &caller,
        Some(told),
        lines,
        Format::JsonLines.media_type(),
        "network.jsonl",
    ))
}

/// The file of everything that a query finds.
///
/// # Errors
/// Every parameter that names nothing or does not fit another.
pub fn file(
    state: &web::Data<State>,
    caller: &Caller,
    query: &FilterOrganisations,
    format: Format,
    table: TableOptions,
) -> Result<HttpResponse, Problem> {
    let view = view(state, caller);
    let (told, asked) = (view.told.clone(), query.asked(&view.snapshot)?);
    let chunks = organisations(view, asked, format, table);
    let name = format!("organisations.{}", format.ending());
    Ok(answer(caller, Some(told), chunks, format.media_type(), &name))
}

fn view(state: &web::Data<State>, caller: &Caller) -> View {
    View {
        snapshot: state.directory().snapshot(),
        audience: caller.audience(),
        today: state.now().date_naive(),
        told: Disclosures::to(state, caller),
    }
}
