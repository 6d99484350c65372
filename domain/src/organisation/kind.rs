//! What an organisation is: kind, helix sector, size class.

use crate::named::Named;

/// The kind of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A company.
    Company,
    /// A young company.
    Startup,
    /// A university or university of applied sciences.
    University,
    /// A research institute outside universities.
    ResearchInstitute,
    /// A public administration.
    PublicAdministration,
    /// An association or chamber.
    Association,
    /// A school.
    School,
    /// A civic initiative.
    CivicInitiative,
}

impl Named for Kind {
    const NAME: &'static str = "Kind";
    const ALL: &'static [Self] = &[
        Self::Company,
        Self::Startup,
        Self::University,
        Self::ResearchInstitute,
        Self::PublicAdministration,
        Self::Association,
        Self::School,
        Self::CivicInitiative,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Startup => "startup",
            Self::University => "university",
            Self::ResearchInstitute => "research_institute",
            Self::PublicAdministration => "public_administration",
            Self::Association => "association",
            Self::School => "school",
            Self::CivicInitiative => "civic_initiative",
        }
    }
}

impl Kind {
    /// The sector of the quadruple helix that it belongs to.
    pub const fn helix(self) -> Helix {
        match self {
            Self::Company | Self::Startup => Helix::Business,
            Self::University | Self::ResearchInstitute => Helix::Science,
            Self::PublicAdministration => Helix::Administration,
            Self::Association | Self::School | Self::CivicInitiative => Helix::Society,
        }
    }

    /// True for all but companies: institutions have inner structure.
    pub const fn is_institution(self) -> bool {
        !matches!(self, Self::Company | Self::Startup)
    }
}

/// The four sectors of the quadruple helix (Carayannis and Campbell, 2009).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Helix {
    /// Companies.
    Business,
    /// Universities and research institutes.
    Science,
    /// Public administration.
    Administration,
    /// Associations, schools, initiatives.
    Society,
}

impl Named for Helix {
    const NAME: &'static str = "Helix";
    const ALL: &'static [Self] = &[Self::Business, Self::Science, Self::Administration, Self::Society];

    fn code(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Science => "science",
            Self::Administration => "administration",
            Self::Society => "society",
        }
    }
}

/// Size of an enterprise (Commission Recommendation 2003/361/EC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SizeClass {
    /// Fewer than 10 people.
    Micro,
    /// Fewer than 50.
    Small,
    /// Fewer than 250.
    Medium,
    /// 250 or more.
    Large,
}

impl Named for SizeClass {
    const NAME: &'static str = "SizeClass";
    const ALL: &'static [Self] = &[Self::Micro, Self::Small, Self::Medium, Self::Large];

    fn code(self) -> &'static str {
        match self {
            Self::Micro => "micro",
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}
