//! Steps that a life cycle does not list.

use werkstadt_domain::membership::MembershipRefused;
use werkstadt_domain::membership::application::ApplicationRefused;
use werkstadt_domain::moderation::CaseRefused;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::Refused;

use super::{Code, Problem};

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        step_refused(refused.from, refused.from.next())
    }
}

impl From<MembershipRefused> for Problem {
    fn from(refused: MembershipRefused) -> Self {
        step_refused(refused.from, refused.from.next())
    }
}

impl From<CaseRefused> for Problem {
    fn from(refused: CaseRefused) -> Self {
        step_refused(refused.from, refused.from.next())
    }
}

impl From<ApplicationRefused> for Problem {
    fn from(refused: ApplicationRefused) -> Self {
        step_refused(refused.from, refused.from.next())
    }
}

/// Names the present state and the states that may follow.
fn step_refused<S: Named>(current: S, allowed: &[S]) -> Problem {
    let allowed: Vec<&str> = allowed.iter().map(|state| state.code()).collect();
    Problem::new(Code::StepRefused)
        .with_fact("current", current.code())
        .with_fact("allowed", allowed)
}
