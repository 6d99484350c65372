//! The reviews of an opportunity, for its owner and for managers.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::OpportunityId;
use werkstadt_persistence::reviews::{self, Given};

use super::{OpportunityPath, find};
use crate::auth::Caller;
use crate::extract::{Path, Query};
use crate::history::wire::ActorBody;
use crate::page::{List, Page, PageQuery, and_one_more, cut};
use crate::problem::Problem;
use crate::state::{self, State};
use crate::wire::TextBody;

/// A review that was given.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OpportunityReview, example = json!({"at": "2026-11-22T09:00:00Z",
    "by": {"kind": "user", "id": "01936d3e-7f10-7000-8000-000000000001", "name": "Erika Beispiel"},
    "clarity": 2, "advantage": 1, "expectations": 2, "language": 4, "sum": 9, "decision": "on_hold",
    "remark": {"de": "Bitte den Nutzen für Partner nennen."}}))]
pub struct OpportunityReviewBody {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: ActorBody,
    /// Is it clear what is offered or sought? 0 to 5.
    pub clarity: u8,
    /// Is the advantage named? 0 to 5.
    pub advantage: u8,
    /// Is it clear what is expected of the partner? 0 to 5.
    pub expectations: u8,
    /// Is the language good? 0 to 5.
    pub language: u8,
    /// All four together.
    pub sum: u8,
    /// The state that it led to.
    #[schema(examples("published", "on_hold", "rejected"))]
    pub decision: String,
    /// What the reviewer adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<TextBody>,
}

/// A page of reviews.
pub type OpportunityReviewPage = Page<OpportunityReviewBody>;

/// The reviews of an opportunity
///
/// The newest first, with scores, decision and remark.
#[utoipa::path(tag = "opportunities", params(OpportunityPath, PageQuery),
    extensions(("x-authz" = json!({"from": "editor", "scope": "directory:read", "own": true}))),
    responses((status = 200, description = "A page of reviews.", body = OpportunityReviewPage)))]
#[get("/opportunities/{opportunity_id}/reviews")]
pub async fn list_opportunity_reviews(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    path: Path<OpportunityId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let list = List::new(&request, &state, Audience::Manager);
    let (before, limit, asking) = (list.after::<i64>(&page.0)?, page.0.limit(), caller.clone());
    let found = state::read(&state, move |db| {
        find(db, &asking, path.0)?;
        Ok(reviews::list(db, path.0, before, and_one_more(limit))?)
    });
    let (given, after) = cut(found.await?, limit, |last| last.version);
    let bodies = given.iter().map(|one| OpportunityReviewBody::new(one, &state));
    list.answer(&caller, bodies.collect::<Vec<_>>(), after)
}

impl OpportunityReviewBody {
    fn new(given: &Given, state: &State) -> Self {
        let review = given.review;
        Self {
            at: given.at,
            by: ActorBody::new(given.by, state.accounts()),
            clarity: review.clarity,
            advantage: review.advantage,
            expectations: review.expectations,
            language: review.language,
            sum: review.sum(),
            decision: given.decision.code().to_owned(),
            remark: TextBody::some(&given.remark),
        }
    }
}
