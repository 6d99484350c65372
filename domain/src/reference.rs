//! References: dated evidence of what an organisation has done. They carry most of the text that matching reads, and their
//! partners are the track record.

use chrono::NaiveDate;

use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::institution::UnitId;
use crate::named::Named;
use crate::organisation::{ExternalId, OrganisationId};
use crate::skill::SkillId;
use crate::text::Text;

/// The id of a reference.
pub type ReferenceId = Id<Reference>;

/// A project, publication, product, patent or customer case of one organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Its id.
    pub id: ReferenceId,
    /// The unit that did it, none for the organisation as a whole.
    pub unit: Option<UnitId>,
    /// What it is.
    pub kind: ReferenceKind,
    /// Its title, at least in one language.
    pub title: Text,
    /// What it was about.
    pub text: Text,
    /// Free keywords.
    pub keywords: Vec<String>,
    /// Skills that it shows.
    pub skills: Vec<SkillId>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Who else took part.
    pub partners: Vec<Partner>,
    /// Where the fact comes from, with attribution if its licence asks for one.
    pub source: Option<String>,
    /// Web address.
    pub link: Option<String>,
    /// The id of the project in the system it comes from. References of several organisations with the same id are the same
    /// project.
    pub project: Option<ExternalId>,
    /// Who sees it.
    pub visibility: Visibility,
}

impl Project for Reference {
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        audience.sees(self.visibility).then(|| Seen::new(self.clone()))
    }
}

/// A partner of a reference, known to the directory or only named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The organisation in this directory.
    pub organisation: Option<OrganisationId>,
    /// Its id elsewhere, resolved when such an organisation appears.
    pub external: Option<ExternalId>,
    /// Its name as the source gives it.
    pub name: Option<String>,
}

/// Sorts of references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// A project, alone or with partners.
    #[default]
    Project,
    /// A publication.
    Publication,
    /// A product.
    Product,
    /// A patent.
    Patent,
    /// Work for a customer.
    CustomerCase,
}

impl Named for ReferenceKind {
    const NAME: &'static str = "ReferenceKind";
    const ALL: &'static [Self] = &[
        Self::Project,
        Self::Publication,
        Self::Product,
        Self::Patent,
        Self::CustomerCase,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Publication => "publication",
            Self::Product => "product",
            Self::Patent => "patent",
            Self::CustomerCase => "customer_case",
        }
    }
}
