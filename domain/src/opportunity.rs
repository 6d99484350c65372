//! Opportunities: structured offers and requests, with quality review and an end date.

use chrono::NaiveDate;

use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::institution::UnitId;
use crate::named::Named;
use crate::organisation::{Helix, Kind, OrganisationId, SizeClass};
use crate::place::Circle;
use crate::skill::{Level, SkillId};
use crate::text::Text;

mod status;

pub use status::{Refused, Review, Status};

/// The id of an opportunity.
pub type OpportunityId = Id<Opportunity>;

/// A structured offer or request of an organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Opportunity {
    /// Its id.
    pub id: OpportunityId,
    /// Who offers or seeks.
    pub organisation: OrganisationId,
    /// The unit that does.
    pub unit: Option<UnitId>,
    /// Offer or request.
    pub direction: Direction,
    /// What sort of working together.
    pub cooperation: Cooperation,
    /// Title, at least in one language.
    pub title: Text,
    /// One or two sentences.
    pub summary: Text,
    /// The long description.
    pub description: Text,
    /// Skills without which it does not work.
    pub required: Vec<SkillNeed>,
    /// Skills that help.
    pub preferred: Vec<SkillNeed>,
    /// Who is wanted.
    pub sought: Sought,
    /// Development stage, for example `concept`, `prototype`, `market`.
    pub stage: Option<String>,
    /// Intellectual property: `none`, `secret`, `copyright`, `patent_applied`, `patent_granted`.
    pub ipr: Option<String>,
    /// What may be spent.
    pub budget: Option<Budget>,
    /// First day of the work.
    pub starts_on: Option<NaiveDate>,
    /// Last day of the work.
    pub ends_on: Option<NaiveDate>,
    /// Last day on which it is open.
    pub expires_on: Option<NaiveDate>,
    /// The organisation is not named until an introduction is accepted.
    pub anonymous: bool,
    /// Where it stands.
    pub status: Status,
    /// Who sees it once published. Before that, only its owner and managers do.
    pub visibility: Visibility,
}

impl Opportunity {
    /// Who may see it now.
    pub fn effective_visibility(&self) -> Visibility {
        if self.status.is_public() {
            self.visibility
        } else {
            Visibility::Managers
        }
    }

    /// True while it can be answered on `today`.
    pub fn is_open(&self, today: NaiveDate) -> bool {
        self.status == Status::Published && self.expires_on.is_none_or(|last| last >= today)
    }

    /// Open until this day, from today on or again.
    ///
    /// # Errors
    /// [`Refused`] unless it is published or has expired.
    pub fn renewed(&self, until: NaiveDate) -> Result<Self, Refused> {
        // What is in review is published by its review alone.
        if !matches!(self.status, Status::Published | Status::Expired) {
            return Err(Refused {
                from: self.status,
                to: Status::Published,
            });
        }
        Ok(Self {
            status: Status::Published,
            expires_on: Some(until),
            ..self.clone()
        })
    }

    /// Where it stands after an edit. What others read was reviewed: with another text it is reviewed anew, unless a manager
    /// wrote it.
    pub fn status_after_edit(&self, edited: &Self, editor: Audience) -> Status {
        let texts = |one: &Self| [one.title.clone(), one.summary.clone(), one.description.clone()];
        match self.status {
            Status::Published | Status::Expired if editor != Audience::Manager && texts(self) != texts(edited) => {
                Status::InReview
            }
            status => status,
        }
    }

    /// Whether the audience may know whose it is.
    pub fn names_its_organisation_to(&self, audience: Audience) -> bool {
        !self.anonymous || audience == Audience::Manager
    }
}

impl Project for Opportunity {
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        if !audience.sees(self.effective_visibility()) {
            return None;
        }
        let mut seen = self.clone();
        if !self.names_its_organisation_to(audience) {
            // A record cannot be without its organisation: the nil id is nobody's, and the wire omits it.
            seen.organisation = OrganisationId::new(uuid::Uuid::nil());
            seen.unit = None;
        }
        Some(Seen::new(seen))
    }
}

/// A skill that is wanted, from a minimum level on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkillNeed {
    /// The skill.
    pub skill: SkillId,
    /// The least level that will do.
    pub min_level: Level,
}

/// Who is wanted as a partner. Empty lists want anyone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sought {
    /// Kinds of organisations.
    pub kinds: Vec<Kind>,
    /// Helix sectors.
    pub helix: Vec<Helix>,
    /// Size classes.
    pub sizes: Vec<SizeClass>,
    /// Languages of which one must be spoken.
    pub languages: Vec<String>,
    /// Where the partner must be.
    pub near: Option<Circle>,
}

/// A range of money in whole units of a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// At least.
    pub min: Option<i64>,
    /// At most.
    pub max: Option<i64>,
    /// ISO 4217.
    pub currency: String,
}

/// Offer or request: which way the help flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The organisation offers.
    Offer,
    /// The organisation seeks.
    Request,
}

impl Named for Direction {
    const NAME: &'static str = "Direction";
    const ALL: &'static [Self] = &[Self::Offer, Self::Request];

    fn code(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Request => "request",
        }
    }
}

/// Sorts of working together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cooperation {
    /// Buying and selling.
    Commercial,
    /// Technology.
    Technology,
    /// Research.
    Research,
    /// A pilot.
    Pilot,
    /// Knowledge transfer.
    KnowledgeTransfer,
    /// Thesis or internship.
    ThesisOrInternship,
    /// Mentoring.
    Mentoring,
    /// Investment.
    Investment,
    /// Space or equipment.
    SpaceOrEquipment,
}

impl Named for Cooperation {
    const NAME: &'static str = "Cooperation";
    const ALL: &'static [Self] = &[
        Self::Commercial,
        Self::Technology,
        Self::Research,
        Self::Pilot,
        Self::KnowledgeTransfer,
        Self::ThesisOrInternship,
        Self::Mentoring,
        Self::Investment,
        Self::SpaceOrEquipment,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Commercial => "commercial",
            Self::Technology => "technology",
            Self::Research => "research",
            Self::Pilot => "pilot",
            Self::KnowledgeTransfer => "knowledge_transfer",
            Self::ThesisOrInternship => "thesis_or_internship",
            Self::Mentoring => "mentoring",
            Self::Investment => "investment",
            Self::SpaceOrEquipment => "space_or_equipment",
        }
    }
}
