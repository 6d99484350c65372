//! The operations of matching.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::matching::{Explanation, Matches, Mode, RuleSet, Seeker};
use werkstadt_domain::opportunity::OpportunityId;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::page::Limit;
use werkstadt_persistence::directory::{MatchQuery, Snapshot};

use super::requirement::{MatchRequest, ModeName};
use super::wire::{ExplanationBody, LiftBody, MatchBody, MatchPage, NoResultBody, names};
use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path, Query};
use crate::opportunities::OpportunityPath;
use crate::organisations::handlers::OrganisationPath;
use crate::problem::{Breach, Code, Place, Problem};
use crate::state::State;

/// Which page of the partners of a record.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListMatches {
    /// Whose wishes count; both sides' if left out.
    pub mode: Option<ModeName>,
    /// Where to go on: `cursor` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
    /// Organisations on a page.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

/// A question about one organisation: why is it in the list, or why not?
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "request": {"text": {"en": "image processing"}}}))]
pub struct ExplainRequest {
    /// The organisation asked about.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The question that was or would be asked.
    pub request: MatchRequest,
}

/// What one page of an answer needs.
struct Asked<'a> {
    seeker: &'a Seeker,
    mode: Option<ModeName>,
    limit: Option<usize>,
    cursor: Option<&'a str>,
    scope: String,
}

/// Find partners for a requirement
///
/// Every entry proves its score: the contributions add up to it, and name the facts that they used.
#[utoipa::path(tag = "matching", request_body = MatchRequest,
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "anonymous", "scope": "matches:read"}))),
    responses((status = 200, description = "The partners, best first.", body = MatchPage)))]
#[post("/matches")]
pub async fn create_matches(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<MatchRequest>,
) -> Result<HttpResponse, Problem> {
    let Json(asked) = body;
    let told = Disclosures::to(&state, &caller);
    // Ranking takes milliseconds: not on a worker that others wait for.
    let answered = web::block(move || {
        let snapshot = state.directory().snapshot();
        let audience = caller.audience();
        let seeker = Seeker::ad_hoc(asked.requirement(&snapshot, audience)?);
        let scope = format!("matches {audience:?} {:?} {:?}", seeker.requirement, asked.mode);
        let cursor = asked.cursor.as_deref();
        let asked = Asked {
            seeker: &seeker,
            mode: asked.mode,
            limit: asked.limit,
            cursor,
            scope,
        };
        let page = one_page((&state, &told), &snapshot, audience, &asked)?;
        Ok::<_, Problem>((caller, page))
    });
    let (caller, page) = answered.await.map_err(Problem::internal)??;
    answer::page(&caller, &page, None)
}

/// Who fits this organisation?
///
/// The organisation's own requests and profile ask.
#[utoipa::path(tag = "matching", params(OrganisationPath, ListMatches),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "matches:read"}))),
    responses((status = 200, description = "The partners, best first.", body = MatchPage)))]
#[get("/organisations/{organisation_id}/matches")]
pub async fn list_organisation_matches(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<OrganisationId>,
    query: Query<ListMatches>,
) -> Result<HttpResponse, Problem> {
    let (path, today) = (request.path().to_owned(), state.now().date_naive());
    of_record(state, caller, path, query.0, move |snapshot, audience| {
        snapshot.seeker_of_organisation(audience, id.0, today)
    })
    .await
}

/// Who fits this opportunity?
#[utoipa::path(tag = "matching", params(OpportunityPath, ListMatches),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "matches:read"}))),
    responses((status = 200, description = "The partners, best first.", body = MatchPage)))]
#[get("/opportunities/{opportunity_id}/matches")]
pub async fn list_opportunity_matches(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    id: Path<OpportunityId>,
    query: Query<ListMatches>,
) -> Result<HttpResponse, Problem> {
    let path = request.path().to_owned();
    of_record(state, caller, path, query.0, move |snapshot, audience| {
        snapshot.seeker_of_opportunity(audience, id.0)
    })
    .await
}

async fn of_record(
    state: web::Data<State>,
    caller: Caller,
    path: String,
    query: ListMatches,
    seeker: impl FnOnce(&Snapshot, Audience) -> Option<Seeker> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let told = Disclosures::to(&state, &caller);
    let answered = web::block(move || {
        let snapshot = state.directory().snapshot();
        let audience = caller.audience();
        let seeker = seeker(&snapshot, audience).ok_or_else(|| Problem::new(Code::NotFound))?;
        let scope = format!("{path} {audience:?} {:?}", query.mode);
        let cursor = query.cursor.as_deref();
        let asked = Asked {
            seeker: &seeker,
            mode: query.mode,
            limit: query.limit,
            cursor,
            scope,
        };
        let page = one_page((&state, &told), &snapshot, audience, &asked)?;
        Ok::<_, Problem>((caller, page))
    });
    let (caller, page) = answered.await.map_err(Problem::internal)??;
    answer::page(&caller, &page, None)
}

fn one_page(
    (state, told): (&State, &Disclosures),
    snapshot: &Snapshot,
    audience: Audience,
    asked: &Asked<'_>,
) -> Result<MatchPage, Problem> {
    let offset: usize = asked
        .cursor
        .map_or(Ok(0), |cursor| state.cursors.read(&asked.scope, cursor))?;
    let limit = asked.limit.map_or_else(Limit::default, Limit::clamped).get();
    let rules = RuleSet::standard();
    let query = MatchQuery {
        seeker: asked.seeker,
        rules: &rules,
        mode: mode(asked.mode),
        offset,
        // One more tells whether a page follows.
        limit: limit + 1,
        today: state.now().date_naive(),
    };
    let mut found = snapshot.matches(audience, &query);
    let more = found.items.len() > limit;
    found.items.truncate(limit);
    let shown = found.items.iter();
    let shown = shown.filter_map(|entry| snapshot.organisation(audience, entry.organisation));
    told.contacts(shown.map(|profile| profile.get()))?;
    let cursor = more
        .then(|| state.cursors.write(&asked.scope, &(offset + limit)))
        .transpose()?;
    Ok(MatchPage::new(&found, snapshot, audience, cursor))
}

fn mode(given: Option<ModeName>) -> Mode {
    given.map_or_else(Mode::default, |mode| mode.0.0)
}

impl MatchPage {
    fn new(found: &Matches, snapshot: &Snapshot, audience: Audience, cursor: Option<String>) -> Self {
        Self {
            items: found
                .items
                .iter()
                .filter_map(|entry| MatchBody::new(entry, snapshot, audience))
                .collect(),
            rule_set: found.rule_set.clone(),
            mode: found.mode.code().to_owned(),
            candidates: found.candidates,
            cursor,
            no_result: found.no_result.as_ref().map(NoResultBody::from),
        }
    }
}

/// Why, or why not?
///
/// Which hard constraint removed an organisation, or which contributions put it where it is, and the smallest change that
/// would have brought it into the list.
#[utoipa::path(tag = "matching", request_body = ExplainRequest,
    extensions(("x-safe" = json!(true)), ("x-authz" = json!({"from": "anonymous", "scope": "matches:read"})), ("x-errors" = json!([404]))),
    responses((status = 200, description = "The explanation.", body = ExplanationBody)))]
#[post("/matches/explain")]
pub async fn explain_match(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<ExplainRequest>,
) -> Result<HttpResponse, Problem> {
    let Json(ExplainRequest {
        organisation_id,
        request,
    }) = body;
    let told = Disclosures::to(&state, &caller);
    let answered = web::block(move || {
        let snapshot = state.directory().snapshot();
        let audience = caller.audience();
        let candidate = OrganisationId::parse(&organisation_id).map_err(|_| unknown())?;
        let seeker = Seeker::ad_hoc(request.requirement(&snapshot, audience).map_err(below_request)?);
        let rules = RuleSet::standard();
        let query = MatchQuery {
            seeker: &seeker,
            rules: &rules,
            mode: mode(request.mode),
            offset: 0,
            limit: request.limit.map_or_else(Limit::default, Limit::clamped).get(),
            today: state.now().date_naive(),
        };
        let found = snapshot
            .explain(audience, &query, candidate)
            .ok_or_else(|| Problem::new(Code::NotFound))?;
        if matches!(found, Explanation::Ranked { .. }) {
            told.contacts(snapshot.organisation(audience, candidate).map(|profile| profile.get()))?;
        }
        let body = ExplanationBody::new(&found, &rules, &snapshot, audience);
        Ok::<_, Problem>((caller, body))
    });
    let (caller, body) = answered.await.map_err(Problem::internal)??;
    answer::page(&caller, &body, None)
}

fn unknown() -> Problem {
    let breach = (
        Place::Body("/organisation_id".to_owned()),
        Breach::Rule(Rule::UnknownReference),
    );
    Problem::new(Code::Invalid).with_breaches(vec![breach])
}

fn below_request(mut invalid: werkstadt_domain::invalid::Invalid) -> Problem {
    for fault in &mut invalid.0 {
        fault.pointer.insert_str(0, "/request");
    }
    invalid.into()
}

impl ExplanationBody {
    fn new(found: &Explanation, rules: &RuleSet, snapshot: &Snapshot, audience: Audience) -> Self {
        let empty = Self {
            outcome: "removed".to_owned(),
            rule_set: rules.version.clone(),
            broken: Vec::new(),
            rank: None,
            entry: None,
            cut_off: None,
            lifts: Vec::new(),
        };
        match found {
            Explanation::Removed { broken } => Self {
                broken: names(broken),
                ..empty
            },
            Explanation::Ranked {
                rank,
                entry,
                cut_off,
                lifts,
            } => Self {
                outcome: "ranked".to_owned(),
                rank: Some(*rank),
                entry: MatchBody::new(entry, snapshot, audience),
                cut_off: Some(*cut_off),
                lifts: lifts.iter().map(LiftBody::from).collect(),
                ..empty
            },
        }
    }
}
