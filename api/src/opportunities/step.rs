//! Steps in the life of an opportunity.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::opportunity::{Opportunity, Refused, Review, Status};
use werkstadt_domain::text::Text;

use crate::problem::{Code, Problem};
use crate::wire::{OpportunityStatusName, TextBody, Writing, day, optional, text};

/// The days that matter to a step.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// The day it is taken.
    pub today: NaiveDate,
    /// The last day of what is published today without one.
    pub usual_end: NaiveDate,
}

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
#[schema(as = Review, example = json!({"clarity": 4, "advantage": 3, "expectations": 3, "language": 5,
    "remark": {"de": "Bitte den Nutzen für Partner nennen."}}))]
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
    /// What its owner should know, up to 2000 characters.
    pub remark: Option<TextBody>,
}

impl OpportunityStep {
    /// The opportunity after the step of someone who may change it, a manager or not.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what does not go together, [`Code::StepRefused`], [`Code::Forbidden`] for a review by anyone but
    /// a manager.
    pub fn take(&self, before: &Opportunity, audience: Audience, days: Days) -> Result<Opportunity, Problem> {
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
            if audience != Audience::Manager {
                return Err(Problem::new(Code::Forbidden));
            }
            if self.review.is_none() {
                faults.note("/review", Rule::Required);
            }
        }
        match (from == Status::Expired, expires_on) {
            (true, Some(day)) if day < days.today => faults.note("/expires_on", Rule::Reversed),
            (true, Some(day)) => after.expires_on = Some(day),
            (true, None) => faults.note("/expires_on", Rule::Required),
            (false, Some(_)) => faults.note("/expires_on", Rule::Conflicts("status")),
            // Nothing stays on offer for ever.
            (false, None) if to == Status::Published => after.expires_on = after.expires_on.or(Some(days.usual_end)),
            (false, None) => {}
        }
        Ok(faults.finish(Some(after))?)
    }

    /// The review and its remark, if the step is one.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a remark that is not a text.
    pub fn given_review(&self) -> Result<Option<(Review, Text)>, Problem> {
        let Some(review) = &self.review else { return Ok(None) };
        let mut faults = Faults::new();
        let writing = Writing::Paragraphs(2000);
        let remark = text(&mut faults, "/review/remark", review.remark.as_ref(), writing);
        Ok(Some((review.read(), faults.finish(Some(remark))?)))
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use werkstadt_domain::audience::Visibility;
    use werkstadt_domain::id::Id;
    use werkstadt_domain::opportunity::{Cooperation, Direction, Sought};

    use super::*;

    fn opportunity(status: Status) -> Opportunity {
        Opportunity {
            id: Id::new(Uuid::nil()),
            organisation: Id::new(Uuid::nil()),
            unit: None,
            direction: Direction::Request,
            cooperation: Cooperation::Pilot,
            title: Text::default(),
            summary: Text::default(),
            description: Text::default(),
            required: vec![],
            preferred: vec![],
            sought: Sought::default(),
            stage: None,
            ipr: None,
            budget: None,
            starts_on: None,
            ends_on: None,
            expires_on: None,
            anonymous: false,
            status,
            visibility: Visibility::Public,
        }
    }

    fn step(from: Status, audience: Audience, step: &str) -> Result<Status, Code> {
        let step: OpportunityStep = serde_json::from_str(step).expect("a step");
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        let usual_end = NaiveDate::from_ymd_opt(2027, 5, 21).expect("a day");
        let taken = step.take(&opportunity(from), audience, Days { today, usual_end });
        if let Ok(after) = &taken {
            assert_eq!(after.expires_on.is_some(), after.status == Status::Published);
        }
        taken.map(|after| after.status).map_err(|problem| problem.code())
    }

    #[test]
    fn only_the_review_of_a_manager_leads_out_of_review() {
        let good = r#"{"review": {"clarity": 3, "advantage": 3, "expectations": 2, "language": 2}}"#;
        let poor = r#"{"review": {"clarity": 1, "advantage": 1, "expectations": 1, "language": 1}}"#;
        let plain = r#"{"status": "published"}"#;
        let (manager, member) = (Audience::Manager, Audience::Member);
        assert_eq!(step(Status::InReview, manager, good), Ok(Status::Published));
        assert_eq!(step(Status::InReview, manager, poor), Ok(Status::Rejected));
        assert_eq!(step(Status::InReview, member, good), Err(Code::Forbidden));
        assert_eq!(step(Status::InReview, manager, plain), Err(Code::Invalid));
        assert_eq!(step(Status::Expired, manager, good), Err(Code::StepRefused));
        assert_eq!(step(Status::Draft, manager, plain), Err(Code::StepRefused));
        assert_eq!(step(Status::Draft, manager, "{}"), Err(Code::Invalid));
    }

    #[test]
    fn an_expired_opportunity_is_renewed_with_a_later_end() {
        let renew = |expires_on: &str| {
            let body = format!(r#"{{"status": "published", "expires_on": "{expires_on}"}}"#);
            step(Status::Expired, Audience::Member, &body)
        };
        assert_eq!(renew("2026-11-22"), Ok(Status::Published));
        assert_eq!(renew("2026-11-21"), Err(Code::Invalid));
        let without = r#"{"status": "published"}"#;
        assert_eq!(step(Status::Expired, Audience::Member, without), Err(Code::Invalid));
        let elsewhere = r#"{"status": "in_review", "expires_on": "2030-01-01"}"#;
        assert_eq!(step(Status::Draft, Audience::Member, elsewhere), Err(Code::Invalid));
    }
}
