//! Steps in the life of an opportunity.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::opportunity::{Opportunity, Refused, Review, Status};

use crate::auth::Caller;
use crate::problem::{Code, Problem};
use crate::wire::{OpportunityStatusName, day, optional};

/// A step in the life of an opportunity: `status` names the next state, or a manager's `review` decides it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "in_review"}))]
pub struct OpportunityStep {
    /// The next state. Not for an opportunity in review: its review decides.
    pub status: Option<OpportunityStatusName>,
    /// The review of an opportunity that is `in_review`, by a manager.
    pub review: Option<ReviewBody>,
    /// The new last day on which it is open; needed when an expired one is published again, and only then.
    #[schema(format = Date)]
    pub expires_on: Option<String>,
}

/// Four criteria, each 0 to 5. A sum of 10 or more publishes, 5 to 9 holds, less rejects; any 0 holds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Review, example = json!({"clarity": 4, "advantage": 3, "expectations": 3, "language": 5}))]
pub struct ReviewBody {
    /// Is it clear what is offered or sought?
    #[schema(minimum = 0, maximum = 5)]
    pub clarity: u8,
    /// Is the advantage named?
    #[schema(minimum = 0, maximum = 5)]
    pub advantage: u8,
    /// Is it clear what is expected of the partner?
    #[schema(minimum = 0, maximum = 5)]
    pub expectations: u8,
    /// Is the language good?
    #[schema(minimum = 0, maximum = 5)]
    pub language: u8,
}

impl OpportunityStep {
    /// The opportunity after the step.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what does not go together, [`Code::StepRefused`], [`Code::Forbidden`] for a review by anyone but
    /// a manager.
    pub fn take(&self, before: &Opportunity, caller: &Caller, today: NaiveDate) -> Result<Opportunity, Problem> {
        let mut faults = Faults::new();
        let wanted = self.wanted(&mut faults);
        let expires_on = optional(&mut faults, "/expires_on", self.expires_on.as_ref(), day);
        let to = faults.finish(wanted)?;
        let from = before.status;
        if self.review.is_some() && from != Status::InReview {
            return Err(Refused { from, to }.into());
        }
        let mut after = before.clone();
        after.status = from.step(to)?;
        let mut faults = Faults::new();
        if from == Status::InReview {
            if caller.audience() != Audience::Manager {
                return Err(Problem::new(Code::Forbidden));
            }
            if self.review.is_none() {
                faults.note("/review", Rule::Required);
            }
        }
        match (from == Status::Expired, expires_on) {
            (true, Some(day)) if day < today => faults.note("/expires_on", Rule::Reversed),
            (true, Some(day)) => after.expires_on = Some(day),
            (true, None) => faults.note("/expires_on", Rule::Required),
            (false, Some(_)) => faults.note("/expires_on", Rule::Conflicts("status")),
            (false, None) => {}
        }
        Ok(faults.finish(Some(after))?)
    }

    /// The state that the step leads to.
    fn wanted(&self, faults: &mut Faults) -> Option<Status> {
        match (&self.status, &self.review) {
            (Some(status), None) => Some(status.0),
            (None, Some(review)) => Some(review.read().decision()),
            (Some(_), Some(_)) => {
                faults.note("/status", Rule::Conflicts("review"));
                None
            }
            (None, None) => {
                faults.note("/status", Rule::Required);
                None
            }
        }
    }
}

impl ReviewBody {
    const fn read(&self) -> Review {
        Review {
            clarity: self.clarity,
            advantage: self.advantage,
            expectations: self.expectations,
            language: self.language,
        }
    }
}
