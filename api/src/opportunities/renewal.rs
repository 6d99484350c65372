//! Renewal: an opportunity stays open longer, or is open again.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::opportunity::OpportunityId;
use werkstadt_persistence::opportunities;

use super::wire::OpportunityBody;
use super::{OpportunityPath, days, find};
use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path};
use crate::problem::Problem;
use crate::state::{self, State};
use crate::wire::{day, optional};

/// Until when an opportunity is open.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"expires_on": "2027-06-30"}))]
pub struct OpportunityRenewal {
    /// The new last day, today or later; the usual time from today, if left out.
    #[schema(format = Date)]
    pub expires_on: Option<String>,
}

/// Renew an opportunity
///
/// One that is published stays open longer; one that has expired is published again. Its text was reviewed and is not reviewed
/// anew.
#[utoipa::path(tag = "opportunities", params(OpportunityPath), request_body = OpportunityRenewal,
    extensions(("x-authz" = json!({"from": "editor", "scope": "opportunities:write", "own": true})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "Renewed.", body = OpportunityBody)))]
#[post("/opportunities/{opportunity_id}/renew")]
pub async fn renew_opportunity(
    state: web::Data<State>,
    caller: Caller,
    path: Path<OpportunityId>,
    _query: NoQuery,
    body: Json<OpportunityRenewal>,
) -> Result<HttpResponse, Problem> {
    let (shared, actor, Path(id)) = (state.clone(), caller.actor(), path);
    let renewed = state::write(&state, actor, move |unit| {
        let before = find(unit.db(), &caller, id)?;
        let (mut faults, days) = (Faults::new(), days(&shared));
        let given = optional(&mut faults, "/expires_on", body.0.expires_on.as_ref(), day);
        if given.is_some_and(|last| last < days.today) {
            faults.note("/expires_on", Rule::Reversed);
        }
        let until = faults.finish(Some(given.unwrap_or(days.usual_end)))?;
        let after = before.record.renewed(until)?;
        let stored = opportunities::update(unit, &before, after)?;
        OpportunityBody::for_editors(&stored, &shared.directory().snapshot())
    });
    answer::changed(&renewed.await?)
}
