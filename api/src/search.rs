//! Search across all nouns, and completions while somebody types.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use werkstadt_domain::page::Limit;
use werkstadt_domain::person::Reader;
use werkstadt_domain::search::{OpportunityFilter, OrganisationFilter, PersonFilter, SkillFilter, SolutionFilter};
use werkstadt_persistence::directory::{OrganisationQuery, Suggestion};

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::extract::Query;
use crate::opportunities::wire::OpportunityHitBody;
use crate::organisations::list::OrganisationHit;
use crate::people::wire::PersonBody;
use crate::problem::Problem;
use crate::skills::wire::SkillBody;
use crate::solutions::wire::SolutionHitBody;
use crate::state::State;
use crate::wire::TextBody;

/// What to look for everywhere.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Free text, read as in the list of organisations.
    #[param(min_length = 1, max_length = 500, example = "Lasertechnik")]
    pub q: String,
    /// How many of each noun.
    #[param(minimum = 1, maximum = 20)]
    pub limit: Option<usize>,
}

/// The best hits of each noun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"organisations": [], "opportunities": [], "solutions": [], "people": [], "skills": []}))]
pub struct SearchResults {
    /// Organisations, the best first; all of them are in the list of organisations with the same `q`.
    pub organisations: Vec<OrganisationHit>,
    /// Opportunities, the best first; all of them are in the list of opportunities.
    pub opportunities: Vec<OpportunityHitBody>,
    /// Solutions, the best first; all of them are in the list of solutions.
    pub solutions: Vec<SolutionHitBody>,
    /// People by name, title or role, in order of name; all of them are in the list of people.
    pub people: Vec<PersonBody>,
    /// Skills, the best first; all of them are in the list of skills.
    pub skills: Vec<SkillBody>,
    /// Where no organisation was found: other texts for `q` that find some, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub suggestions: Vec<String>,
}

/// What somebody is typing.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestQuery {
    /// What was typed so far. The last word may go on.
    #[param(min_length = 1, max_length = 100, example = "las")]
    pub q: String,
    /// How many completions.
    #[param(minimum = 1, maximum = 20)]
    pub limit: Option<usize>,
}

/// Completions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Laser Jena GmbH"}]}))]
pub struct Suggestions {
    /// Organisations first, then skills.
    pub items: Vec<SuggestionBody>,
}

/// A completion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suggestion, example = json!({"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Laser Jena GmbH"}))]
pub struct SuggestionBody {
    /// What it is.
    #[schema(examples("organisation", "skill"))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The name of an organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The label of a skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<TextBody>,
}

/// How many of each noun, or completions, where nothing is said.
const USUAL: usize = 8;

/// Search everything
///
/// The first hits of each noun for one text. Filters, facets and pages are with the lists.
#[utoipa::path(tag = "search", params(SearchQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "The best hits.", body = SearchResults)))]
#[get("/search")]
pub async fn search_everything(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, audience, today) = (
        state.directory().snapshot(),
        caller.audience(),
        state.now().date_naive(),
    );
    let limit = Limit::clamped(query.limit.unwrap_or(USUAL));
    let q = Some(query.q);
    let asked = OrganisationQuery {
        filter: OrganisationFilter {
            q: q.clone(),
            ..OrganisationFilter::default()
        },
        limit,
        ..OrganisationQuery::default()
    };
    let organisations = snapshot.organisations(audience, &asked, today).items;
    let filter = OpportunityFilter {
        q: q.clone(),
        ..OpportunityFilter::default()
    };
    let opportunities = snapshot.opportunities(audience, &filter, None, limit).items;
    let filter = SolutionFilter {
        q: q.clone(),
        ..SolutionFilter::default()
    };
    let solutions = snapshot.solutions(audience, &filter, None, limit).items;
    let filter = PersonFilter {
        q: q.clone(),
        ..PersonFilter::default()
    };
    let reader = Reader {
        audience,
        owns: None,
        own: None,
        today,
    };
    let people = snapshot.persons(&reader, &filter, None, limit).items;
    let told = Disclosures::to(&state, &caller);
    told.persons(&people)?;
    told.contacts(organisations.iter().map(|hit| hit.profile.get()))?;
    let filter = SkillFilter {
        q,
        ..SkillFilter::default()
    };
    let skills = snapshot.skills(&filter, None, limit).items;
    let opportunities = opportunities.iter();
    let opportunities = opportunities.map(|hit| OpportunityHitBody::new(hit, &snapshot, audience));
    let hit = |hit| OrganisationHit::plain(hit, audience, &state.renderings);
    let body = SearchResults {
        suggestions: if organisations.is_empty() {
            snapshot.suggestions(audience, &asked, today)
        } else {
            Vec::new()
        },
        organisations: organisations.iter().map(hit).collect::<Result<_, Problem>>()?,
        opportunities: opportunities.collect(),
        solutions: solutions
            .iter()
            .map(|hit| SolutionHitBody::new(hit, &snapshot, audience))
            .collect(),
        people: people.iter().map(|seen| PersonBody::new(seen, &snapshot)).collect(),
        skills: skills
            .iter()
            .map(|skill| SkillBody::in_list(skill, &snapshot))
            .collect(),
    };
    answer::page(&caller, &body, None)
}

/// Complete what is being typed
///
/// Organisations by the words of their names, skills by the words of their labels in either language.
#[utoipa::path(tag = "search", params(SuggestQuery),
    extensions(("x-authz" = json!({"from": "anonymous", "scope": "directory:read"}))),
    responses((status = 200, description = "Completions.", body = Suggestions)))]
#[get("/suggest")]
pub async fn list_suggestions(
    state: web::Data<State>,
    caller: Caller,
    Query(query): Query<SuggestQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.directory().snapshot();
    let found = snapshot.suggest(caller.audience(), &query.q, query.limit.unwrap_or(USUAL));
    let body = Suggestions {
        items: found.iter().map(SuggestionBody::new).collect(),
    };
    answer::page(&caller, &body, None)
}

impl SuggestionBody {
    fn new(suggestion: &Suggestion) -> Self {
        match suggestion {
            Suggestion::Organisation(profile) => Self {
                kind: "organisation".to_owned(),
                id: profile.get().id().to_string(),
                name: Some(profile.get().organisation.record.name.clone()),
                label: None,
            },
            Suggestion::Skill(skill) => Self {
                kind: "skill".to_owned(),
                id: skill.record.id.to_string(),
                name: None,
                label: Some(TextBody::from(&skill.record.label)),
            },
        }
    }
}
