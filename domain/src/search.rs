//! Questions to the directory: filters, free text, facets, order.

mod question;

use chrono::{DateTime, NaiveDate, Utc};

pub use question::{Ending, Question};

use crate::named::Named;
use crate::opportunity::{Cooperation, Direction, OpportunityId, Status};
use crate::organisation::{Helix, Kind, OrganisationId, SizeClass};
use crate::person::PersonId;
use crate::place::{Circle, Point};
use crate::skill::{Level, SkillId, SkillKind, SkillStatus};
use crate::solution::{Maturity, SolutionId};

/// Which organisations are wanted. Empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrganisationFilter {
    /// Free text.
    pub q: Option<String>,
    /// One of these kinds.
    pub kinds: Vec<Kind>,
    /// One of these sectors.
    pub helix: Vec<Helix>,
    /// These skills; a narrower concept counts as the skill itself.
    pub skills: Vec<SkillId>,
    /// Whether one of the skills suffices.
    pub skill_mode: SkillMode,
    /// Level from which a claim counts.
    pub min_level: Option<Level>,
    /// Day since which the claim, or any claim where no skill is asked for, must have been confirmed.
    pub confirmed_since: Option<NaiveDate>,
    /// One of these industries: a section, a code or the beginning of one, of any edition or of the one before a colon.
    pub sectors: Vec<String>,
    /// One of these size classes.
    pub sizes: Vec<SizeClass>,
    /// One of these languages.
    pub languages: Vec<String>,
    /// Has an open opportunity of one of these sorts.
    pub cooperations: Vec<Cooperation>,
    /// One of these towns, compared by [`crate::text::key`].
    pub cities: Vec<String>,
    /// Members only, or everyone else only.
    pub member: Option<bool>,
    /// Within this circle.
    pub within: Option<Circle>,
    /// Changed, visibly for the audience, at this time or later.
    pub updated_since: Option<DateTime<Utc>>,
    /// One of these organisations.
    pub among: Option<Vec<OrganisationId>>,
}

/// How several skills combine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkillMode {
    /// Every skill.
    #[default]
    All,
    /// At least one.
    Any,
}

impl Named for SkillMode {
    const NAME: &'static str = "SkillMode";
    const ALL: &'static [Self] = &[Self::All, Self::Any];

    fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
        }
    }
}

/// The order of a list of organisations. Ties are broken by name, then by id.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum OrganisationSort {
    /// Best text hit first; by name where there is no text.
    #[default]
    Relevance,
    /// By [`crate::text::key`] of the name.
    Name,
    /// Nearest location first; organisations without coordinates last.
    Distance(Point),
    /// Most recent visible change first.
    UpdatedAt,
}

/// What values are to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    /// Kinds.
    Kind,
    /// Sectors of the quadruple helix.
    Helix,
    /// Size classes.
    Size,
    /// Languages.
    Language,
    /// Skills claimed, broader ones not included.
    Skill,
    /// Towns.
    City,
    /// Membership.
    Member,
    /// Industries: sections and divisions, each with its edition before a colon.
    Sector,
}

impl Named for Facet {
    const NAME: &'static str = "Facet";
    const ALL: &'static [Self] = &[
        Self::Kind,
        Self::Helix,
        Self::Size,
        Self::Language,
        Self::Skill,
        Self::City,
        Self::Member,
        Self::Sector,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Helix => "helix",
            Self::Size => "size",
            Self::Language => "language",
            Self::Skill => "skill",
            Self::City => "city",
            Self::Member => "member",
            Self::Sector => "sector",
        }
    }
}

/// How often a value of a facet occurs among what the other filters let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    /// The value: a code, a skill's id, a town's name, `true` or `false`.
    pub value: String,
    /// In how many organisations.
    pub count: u64,
}

/// A position in a sorted list of organisations: the sort value of the last item seen, and its tie breakers. Items inserted
/// or removed elsewhere do not move it.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The sort value: score, kilometres or microseconds since 1970, 0 when sorted by name.
    pub rank: f64,
    /// The name's key.
    pub name: String,
    /// The organisation.
    pub id: OrganisationId,
}

/// Which opportunities are wanted. Empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpportunityFilter {
    /// Free text.
    pub q: Option<String>,
    /// Offer or request.
    pub directions: Vec<Direction>,
    /// Sorts of working together.
    pub cooperations: Vec<Cooperation>,
    /// Required or preferred skills; narrower ones count.
    pub skills: Vec<SkillId>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// In one of these states.
    pub statuses: Vec<Status>,
    /// One of these opportunities.
    pub among: Option<Vec<OpportunityId>>,
}

/// A position in the list of opportunities: newest first, or best first with free text.
#[derive(Clone, Debug, PartialEq)]
pub struct OpportunityPosition {
    /// The score of the last item, 0 without free text.
    pub rank: f64,
    /// The last item.
    pub id: OpportunityId,
}

/// Which solutions are wanted. Empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SolutionFilter {
    /// Free text.
    pub q: Option<String>,
    /// Skills that it shows; narrower ones count.
    pub skills: Vec<SkillId>,
    /// So far along.
    pub maturities: Vec<Maturity>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// On display on that day, or not.
    pub on_display: Option<(NaiveDate, bool)>,
}

/// A position in the list of solutions: newest first, or best first with free text.
#[derive(Clone, Debug, PartialEq)]
pub struct SolutionPosition {
    /// The score of the last item, 0 without free text.
    pub rank: f64,
    /// The last item.
    pub id: SolutionId,
}

/// Which persons are wanted. Empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFilter {
    /// The beginning of each word of a name, a title or a role.
    pub q: Option<String>,
    /// One of these skills; narrower ones count.
    pub skills: Vec<SkillId>,
    /// Works or worked here.
    pub organisation: Option<OrganisationId>,
}

/// A position in the list of persons, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPosition {
    /// The key of the last item's name.
    pub name: String,
    /// The last item.
    pub id: PersonId,
}

/// Which skills are wanted. Empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkillFilter {
    /// The beginning of a word of any label, German or English.
    pub q: Option<String>,
    /// Sorts.
    pub kinds: Vec<SkillKind>,
    /// States.
    pub statuses: Vec<SkillStatus>,
    /// Directly below this concept.
    pub broader: Option<SkillId>,
    /// Only concepts with nothing above them.
    pub roots: bool,
}
