//! What a seeker asks for.

use crate::opportunity::{Cooperation, Direction, Opportunity, OpportunityId, SkillNeed, Sought};
use crate::organisation::OrganisationId;
use crate::reference::Partner;
use crate::text::{Language, Text};

/// What the partner should be and be able to do. What is empty is not asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requirement {
    /// What it is about, each text with its language where that is known.
    pub texts: Vec<(Option<Language>, String)>,
    /// Skills without which it does not work.
    pub required: Vec<SkillNeed>,
    /// Skills that help.
    pub preferred: Vec<SkillNeed>,
    /// Hard constraints on the partner.
    pub sought: Sought,
    /// Sorts of working together, one of which the partner offers at best.
    pub cooperations: Vec<Cooperation>,
    /// Members only, or everyone else only.
    pub member: Option<bool>,
    /// Who is on board already: context for the track record, never returned.
    pub partners: Vec<Partner>,
    /// Who is not wanted.
    pub excluded: Vec<OrganisationId>,
}

/// Who asks, and for what.
#[derive(Clone, Debug, PartialEq)]
pub struct Seeker {
    /// What is asked for.
    pub requirement: Requirement,
    /// On whose behalf; never returned. Its profile answers the wishes of the candidates.
    pub organisation: Option<OrganisationId>,
    /// The opportunity that asks.
    pub opportunity: Option<OpportunityId>,
    /// Which way the help flows: a request is answered by offers, an offer by requests.
    pub direction: Direction,
}

/// Whose wishes count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Both sides', where both have wishes.
    #[default]
    Reciprocal,
    /// The seeker's only.
    OneSided,
}

impl Mode {
    /// The name in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reciprocal => "reciprocal",
            Self::OneSided => "one_sided",
        }
    }
}

impl Seeker {
    /// A requirement on nobody's behalf.
    pub const fn ad_hoc(requirement: Requirement) -> Self {
        Self {
            requirement,
            organisation: None,
            opportunity: None,
            direction: Direction::Request,
        }
    }

    /// The seeker that an opportunity is. Its organisation must be withheld by the caller where the opportunity is anonymous.
    pub fn opportunity(opportunity: &Opportunity) -> Self {
        let texts = [&opportunity.title, &opportunity.summary, &opportunity.description];
        let requirement = Requirement {
            texts: texts.into_iter().flat_map(passages).collect(),
            required: opportunity.required.clone(),
            preferred: opportunity.preferred.clone(),
            sought: opportunity.sought.clone(),
            cooperations: vec![opportunity.cooperation],
            ..Requirement::default()
        };
        Self {
            requirement,
            organisation: Some(opportunity.organisation),
            opportunity: Some(opportunity.id),
            direction: opportunity.direction,
        }
    }

    /// The direction of the candidates' opportunities that answer this seeker.
    pub const fn answered_by(&self) -> Direction {
        match self.direction {
            Direction::Offer => Direction::Request,
            Direction::Request => Direction::Offer,
        }
    }
}

/// Each language's text as a passage.
pub fn passages(text: &Text) -> impl Iterator<Item = (Option<Language>, String)> + '_ {
    text.each().map(|(language, text)| (Some(language), text.to_owned()))
}
