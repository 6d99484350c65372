//! The lines of an import: JSON, one record a line, `record` says which sort. Records name each other by URI, label, name or
//! external id, because most files know no ids of this directory; exports name them by id.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::memberships::tiers::wire::TierCreate;
use crate::opportunities::wire::{BudgetBody, SkillNeedCreate, SoughtBody};
use crate::organisations::wire::{LinkBody, OrganisationCreate};
use crate::people::wire::ConsentBody;
use crate::skills::wire::LabelsBody;
use crate::solutions::wire::DisplayBody;
use crate::wire::{
    CooperationName, DirectionName, MaturityName, OpportunityStatusName, SkillKindName, SkillStatusName, TextBody,
    VisibilityName,
};

mod parts;

pub use parts::{ImportClaim, ImportDue, ImportMembership, ImportPartner, ImportReference};

/// A skill of the taxonomy.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"uri": "urn:example:skill:lasers", "kind": "knowledge", "label": {"de": "Lasertechnik", "en": "laser technology"}}))]
pub struct ImportSkill {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// Stable address.
    #[schema(min_length = 1, max_length = 300)]
    pub uri: String,
    /// Sort; a skill if left out.
    pub kind: Option<SkillKindName>,
    /// State; accepted if left out.
    pub status: Option<SkillStatusName>,
    /// Preferred labels.
    pub label: TextBody,
    /// Other labels.
    #[serde(default)]
    #[schema(required = false)]
    pub alt_labels: LabelsBody,
    /// URIs of directly broader concepts.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub broader: Vec<String>,
    /// URIs of related concepts.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub related: Vec<String>,
    /// URI of the concept to use instead; deprecated concepts only.
    #[schema(min_length = 1, max_length = 300)]
    pub replaced_by: Option<String>,
}

/// What an organisation's line has beside the members of a new organisation.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"skills": [{"skill": "Lasertechnik", "level": 4}], "membership": {"type": "full", "status": "active"}}))]
pub struct ImportParts {
    /// The organisation's id; a new one if left out. A line whose id the directory has means that organisation.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// Units.
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub units: Vec<ImportUnit>,
    /// What the organisation can do.
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub skills: Vec<ImportClaim>,
    /// What it has done.
    #[serde(default)]
    #[schema(max_items = 20_000)]
    pub references: Vec<ImportReference>,
    /// Its membership.
    pub membership: Option<ImportMembership>,
    /// Its logo: a picture in base64, of the kinds and sizes that `PUT …/logo` takes.
    #[schema(min_length = 1, max_length = 6_000_000)]
    pub logo: Option<String>,
}

/// The members of an organisation's line that are read as [`ImportParts`]; the others as [`OrganisationCreate`].
pub const PARTS: [&str; 6] = ["id", "units", "skills", "references", "membership", "logo"];

/// A unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"key": "physics", "name": {"de": "Physikalisch-Astronomische Fakultät"}, "kind": "faculty"}))]
pub struct ImportUnit {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// Names the unit within its line.
    #[schema(min_length = 1, max_length = 60)]
    pub key: String,
    /// Its name.
    pub name: TextBody,
    /// What it is.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub kind: String,
    /// Key of the unit above.
    #[schema(min_length = 1, max_length = 60)]
    pub parent: Option<String>,
    /// One or two sentences.
    pub summary: Option<TextBody>,
    /// Web address.
    #[schema(format = "web-address", max_length = 500)]
    pub website: Option<String>,
    /// What it can do.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub skills: Vec<ImportClaim>,
    /// Who sees it.
    pub visibility: Option<VisibilityName>,
}

/// An opportunity.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "Beispiel Optik GmbH", "direction": "request", "cooperation": "pilot", "title": {"de": "Pilotpartner gesucht"}}))]
pub struct ImportOpportunity {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The organisation's id, its name or the value of an external id.
    #[schema(min_length = 1, max_length = 200)]
    pub organisation: String,
    /// Id of the unit, or its key for organisations of the same file.
    #[schema(max_length = 60)]
    pub unit: Option<String>,
    /// Offer or request.
    pub direction: DirectionName,
    /// Sort of working together.
    pub cooperation: CooperationName,
    /// Title.
    pub title: TextBody,
    /// One or two sentences.
    pub summary: Option<TextBody>,
    /// The long description.
    pub description: Option<TextBody>,
    /// Skills without which it does not work.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub required: Vec<SkillNeedCreate>,
    /// Skills that help.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub preferred: Vec<SkillNeedCreate>,
    /// Who is wanted.
    pub sought: Option<SoughtBody>,
    /// Development stage.
    #[schema(format = "single-line", max_length = 60)]
    pub stage: Option<String>,
    /// Intellectual property.
    #[schema(format = "single-line", max_length = 60)]
    pub ipr: Option<String>,
    /// What may be spent.
    pub budget: Option<BudgetBody>,
    /// First day of the work.
    #[schema(format = Date)]
    pub starts_on: Option<String>,
    /// Last day of the work.
    #[schema(format = Date)]
    pub ends_on: Option<String>,
    /// Last day on which it is open.
    #[schema(format = Date)]
    pub expires_on: Option<String>,
    /// Not named until an introduction is accepted.
    #[serde(default)]
    pub anonymous: bool,
    /// Where it stands; a draft if left out.
    pub status: Option<OpportunityStatusName>,
    /// Who sees it.
    pub visibility: Option<VisibilityName>,
    /// A remark for readers of the file; not stored.
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// A solution.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "Beispiel Optik GmbH", "title": {"de": "Linsenprüfung"}, "maturity": "beta"}))]
pub struct ImportSolution {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The organisation's id, its name or the value of an external id.
    #[schema(min_length = 1, max_length = 200)]
    pub organisation: String,
    /// Id of the unit, or its key for organisations of the same file.
    #[schema(max_length = 60)]
    pub unit: Option<String>,
    /// Title.
    pub title: TextBody,
    /// One or two sentences.
    pub summary: Option<TextBody>,
    /// The long description.
    pub description: Option<TextBody>,
    /// Skills that it shows, by URI or label.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub skills: Vec<String>,
    /// How far it is.
    pub maturity: MaturityName,
    /// Where to read on.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub links: Vec<LinkBody>,
    /// Where it is on display, and when.
    pub display: Option<DisplayBody>,
    /// When its maintainer last said that all this holds; now if left out.
    #[schema(format = DateTime)]
    pub confirmed_at: Option<String>,
    /// True if it was not confirmed in time.
    #[serde(default)]
    pub lapsed: bool,
    /// Who sees it.
    pub visibility: Option<VisibilityName>,
}

/// A person. `managers` see it unless it says otherwise.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"given_name": "Erika", "family_name": "Musterfrau", "invented": true}))]
pub struct ImportPerson {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// Given names.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub given_name: String,
    /// Family name.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub family_name: String,
    /// Academic titles.
    #[schema(format = "single-line", max_length = 60)]
    pub titles: Option<String>,
    /// E-mail address.
    #[schema(format = "email", max_length = 254)]
    pub email: Option<String>,
    /// Languages.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub languages: Vec<String>,
    /// Where the person works.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub affiliations: Vec<ImportAffiliation>,
    /// What the person can do.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub skills: Vec<ImportPersonSkill>,
    /// Telephone number.
    #[schema(format = "phone", max_length = 40)]
    pub phone: Option<String>,
    /// What the person looks for, a line each.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub roles_sought: Vec<String>,
    /// The year of birth, where it tells that someone is a minor.
    #[schema(minimum = 1900, maximum = 2100)]
    pub birth_year: Option<i32>,
    /// The consent to be seen; needed for a wider `visibility` than `managers`, except for invented persons.
    pub consent: Option<ConsentBody>,
    /// Who sees the person.
    pub visibility: Option<VisibilityName>,
    /// Who sees e-mail address and telephone number, `members` if left out.
    pub contact_visibility: Option<VisibilityName>,
    /// Why the record is restricted: kept, and seen by managers and the person alone.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub restricted: Option<String>,
    /// False if the person objects to being considered where skills are looked for; true if left out.
    pub matching: Option<bool>,
    /// True for invented persons.
    #[serde(default)]
    pub invented: bool,
}

/// A person works in an organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "Beispiel Optik GmbH", "role": "Head of research"}))]
pub struct ImportAffiliation {
    /// The organisation's id, its name or the value of an external id.
    #[schema(min_length = 1, max_length = 200)]
    pub organisation: String,
    /// Id of the unit, or its key for organisations of the same file.
    #[schema(max_length = 60)]
    pub unit: Option<String>,
    /// The role.
    #[schema(format = "single-line", max_length = 200)]
    pub role: Option<String>,
    /// First day.
    #[schema(format = Date)]
    pub from: Option<String>,
    /// Last day.
    #[schema(format = Date)]
    pub to: Option<String>,
}

/// A skill of a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"skill": "Lasertechnik", "level": 4}))]
pub struct ImportPersonSkill {
    /// The skill's URI or label.
    #[schema(min_length = 1, max_length = 300)]
    pub skill: String,
    /// 1 to 5; 3 if left out.
    #[schema(minimum = 1, maximum = 5)]
    pub level: Option<u8>,
}

/// The schema of a line. Here it is only named; its sorts are filled in when the document is finished.
#[derive(ToSchema)]
#[schema(example = json!({}))]
pub struct ImportLine {}

/// The bytes of a workbook (XLSX).
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct ImportWorkbook(pub Vec<u8>);

/// One line, read.
pub enum Line {
    /// `"record": "skill"`.
    Skill(ImportSkill),
    /// `"record": "membership_type"`, with the id that it gives.
    MembershipType(Option<String>, Box<TierCreate>),
    /// `"record": "organisation"`.
    Organisation(Box<OrganisationCreate>, ImportParts),
    /// `"record": "opportunity"`.
    Opportunity(Box<ImportOpportunity>),
    /// `"record": "solution"`.
    Solution(Box<ImportSolution>),
    /// `"record": "person"`.
    Person(ImportPerson),
}

impl Line {
    /// The names by which the line calls organisations.
    pub fn organisations_named(&self) -> Vec<&str> {
        match self {
            Self::Skill(_) | Self::MembershipType(..) => Vec::new(),
            Self::Organisation(_, parts) => {
                let partners = parts.references.iter().flat_map(|reference| &reference.partners);
                partners.filter_map(|partner| partner.name.as_deref()).collect()
            }
            Self::Opportunity(opportunity) => vec![&opportunity.organisation],
            Self::Solution(solution) => vec![&solution.organisation],
            Self::Person(person) => person
                .affiliations
                .iter()
                .map(|one| one.organisation.as_str())
                .collect(),
        }
    }
}

/// The names of the sorts of lines.
pub const RECORDS: [&str; 6] = [
    "skill",
    "organisation",
    "opportunity",
    "solution",
    "person",
    "membership_type",
];
