//! Organisations as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{FieldGroups, Organisation, OrganisationId};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::text::{language_code, line, paragraphs, web_address};

use super::logo::LogoBody;
use crate::patch::Base;
use crate::wire::{
    Choose, KindName, MergePatchOf, SizeClassName, TextBody, VisibilityName, Writing, day, list, optional, text,
};

mod parts;

pub use parts::{ContactBody, ExternalIdBody, IndustryBody, LinkBody, LocationBody, RegisterBody, external_id, link};

/// An organisation as the caller may see it. Members that are hidden or unknown are left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Organisation, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000aa", "kind": "company", "helix": "business", "name": "Beispiel Optik GmbH",
    "summary": {"de": "Präzisionsoptik", "en": "Precision optics"}, "languages": ["de", "en"],
    "locations": [{"city": "Jena", "country": "DE", "postcode": "07743", "lat": 50.927, "lon": 11.586}],
    "member": true, "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct OrganisationBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What it is.
    #[schema(examples("company", "university"))]
    pub kind: String,
    /// The sector of the quadruple helix that follows from the kind.
    #[schema(examples("business", "science", "administration", "society"))]
    pub helix: String,
    /// Legal name.
    pub name: String,
    /// The name people use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
    /// Legal form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_form: Option<String>,
    /// Register entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<RegisterBody>,
    /// VAT id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// Wirtschafts-Identifikationsnummer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub w_idnr: Option<String>,
    /// Legal Entity Identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lei: Option<String>,
    /// ROR id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ror_id: Option<String>,
    /// Wikidata item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wikidata_id: Option<String>,
    /// Ids in other systems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub external_ids: Vec<ExternalIdBody>,
    /// Day of foundation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub founded_on: Option<String>,
    /// EU size class.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("micro", "small", "medium", "large"))]
    pub size: Option<String>,
    /// Number of people working there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount: Option<u32>,
    /// Industry codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub industries: Vec<IndustryBody>,
    /// One or two sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<TextBody>,
    /// The long description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<TextBody>,
    /// Main web address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Further addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub links: Vec<LinkBody>,
    /// Places, the seat first.
    pub locations: Vec<LocationBody>,
    /// Working languages.
    pub languages: Vec<String>,
    /// Whom to write to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub contacts: Vec<ContactBody>,
    /// Notes of the association.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// How far the field groups are visible; for the organisation's own people and managers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<FieldGroupsBody>,
    /// Where its logo is, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<LogoBody>,
    /// True if it is a member of the association.
    pub member: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// The last change that the caller can see.
    pub updated_at: DateTime<Utc>,
}

/// A new organisation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "company", "name": "Beispiel Optik GmbH", "summary": {"de": "Präzisionsoptik"},
    "locations": [{"city": "Jena", "postcode": "07743", "country": "DE"}], "languages": ["de", "en"]}))]
pub struct OrganisationCreate {
    /// What it is.
    pub kind: KindName,
    /// Legal name, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// The name people use.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub short_name: Option<String>,
    /// Legal form.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub legal_form: Option<String>,
    /// Register entry.
    pub register: Option<RegisterBody>,
    /// VAT id.
    #[schema(format = "vat-id", min_length = 4, max_length = 30)]
    pub vat_id: Option<String>,
    /// Wirtschafts-Identifikationsnummer.
    #[schema(format = "w-idnr", min_length = 17, max_length = 20)]
    pub w_idnr: Option<String>,
    /// Legal Entity Identifier.
    #[schema(format = "lei", min_length = 20, max_length = 20)]
    pub lei: Option<String>,
    /// ROR id, bare or as an address.
    #[schema(format = "ror-id", min_length = 9, max_length = 30)]
    pub ror_id: Option<String>,
    /// Wikidata item.
    #[schema(format = "wikidata-id", min_length = 2, max_length = 11)]
    pub wikidata_id: Option<String>,
    /// Ids in other systems.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub external_ids: Vec<ExternalIdBody>,
    /// Day of foundation.
    #[schema(format = Date)]
    pub founded_on: Option<String>,
    /// EU size class.
    pub size: Option<SizeClassName>,
    /// Number of people working there.
    #[schema(maximum = 10_000_000)]
    pub headcount: Option<u32>,
    /// Industry codes.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub industries: Vec<IndustryBody>,
    /// One or two sentences.
    pub summary: Option<TextBody>,
    /// The long description.
    pub description: Option<TextBody>,
    /// Main web address.
    #[schema(format = "web-address", min_length = 1, max_length = 500)]
    pub website: Option<String>,
    /// Further addresses.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub links: Vec<LinkBody>,
    /// Places, the seat first.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub locations: Vec<LocationBody>,
    /// Working languages, ISO 639-1.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub languages: Vec<String>,
    /// Whom to write to.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub contacts: Vec<ContactBody>,
    /// Notes of the association.
    #[schema(format = "paragraphs", min_length = 1, max_length = 5000)]
    pub notes: Option<String>,
    /// How far the field groups are visible.
    pub visibility: Option<FieldGroupsBody>,
}

/// A change of an organisation.
pub type OrganisationPatch = MergePatchOf<OrganisationCreate>;

/// The visibility of each field group. Left out: core, profile and register public, contacts members, notes managers.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FieldGroups, example = json!({"core": "public", "profile": "public", "contacts": "members", "register": "public", "notes": "managers"}))]
pub struct FieldGroupsBody {
    /// Existence, names, kind, size, places, languages. Hiding it hides the organisation.
    pub core: Option<VisibilityName>,
    /// Summary, description, industries, links, foundation, headcount.
    pub profile: Option<VisibilityName>,
    /// Contacts.
    pub contacts: Option<VisibilityName>,
    /// Register entry and other numbers.
    pub register: Option<VisibilityName>,
    /// Notes.
    pub notes: Option<VisibilityName>,
    /// False if the organisation objects to being found by matching: nobody gets it as a partner, and an explanation knows nothing of it. It
    /// may still ask itself. True if left out.
    pub matching: Option<bool>,
}

/// How a changed organisation is read.
pub const BASE: Base = Base {
    create: "create_organisation",
    derived: &["id", "helix", "logo", "member", "created_at", "updated_at"],
    by_id: &[],
};

impl OrganisationBody {
    /// The organisation as an audience sees it, without its logo.
    pub fn new(stored: &Stored<Organisation>, member: bool, audience: Audience) -> Self {
        let Stored {
            record,
            created_at,
            changed_at,
            ..
        } = stored;
        let identifiers = &record.identifiers;
        Self {
            id: record.id.to_string(),
            kind: record.kind.code().to_owned(),
            helix: record.kind.helix().code().to_owned(),
            name: record.name.clone(),
            short_name: record.short_name.clone(),
            legal_form: record.legal_form.clone(),
            register: identifiers.register.as_deref().map(RegisterBody::from),
            vat_id: identifiers.vat_id.clone(),
            w_idnr: identifiers.w_idnr.clone(),
            lei: identifiers.lei.clone(),
            ror_id: identifiers.ror_id.clone(),
            wikidata_id: identifiers.wikidata_id.clone(),
            external_ids: identifiers.external.iter().map(ExternalIdBody::from).collect(),
            founded_on: record.founded_on.map(|day| day.to_string()),
            size: record.size.map(|size| size.code().to_owned()),
            headcount: record.headcount,
            industries: record.industries.iter().map(IndustryBody::from).collect(),
            summary: TextBody::some(&record.summary),
            description: TextBody::some(&record.description),
            website: record.website.clone(),
            links: record.links.iter().map(LinkBody::from).collect(),
            locations: record.locations.iter().map(LocationBody::from).collect(),
            languages: record.languages.clone(),
            contacts: record.contacts.iter().map(ContactBody::from).collect(),
            notes: record.notes.clone(),
            visibility: (audience == Audience::Manager).then(|| FieldGroupsBody::from(record.visibility)),
            logo: None,
            member,
            created_at: created_at.utc(),
            updated_at: changed_at.seen_by(audience).utc(),
        }
    }

    /// The organisation of a profile that was projected for the audience.
    pub fn of(profile: &Profile, audience: Audience) -> Self {
        Self {
            logo: profile.logo.as_ref().map(|digest| LogoBody::new(profile.id(), digest)),
            ..Self::new(&profile.organisation, profile.is_member(), audience)
        }
    }
}

impl OrganisationCreate {
    /// The organisation under an id.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: OrganisationId) -> Result<Organisation, Invalid> {
        let mut faults = Faults::new();
        let organisation = Organisation {
            id,
            kind: self.kind.0,
            name: faults.take("/name", line(&self.name, 200)).unwrap_or_default(),
            short_name: optional(&mut faults, "/short_name", self.short_name.as_ref(), |text| {
                line(text, 100)
            }),
            legal_form: optional(&mut faults, "/legal_form", self.legal_form.as_ref(), |text| {
                line(text, 60)
            }),
            identifiers: parts::identifiers(&mut faults, &self),
            founded_on: optional(&mut faults, "/founded_on", self.founded_on.as_ref(), day),
            size: self.size.map(|size| size.0),
            headcount: self.headcount,
            industries: list(&mut faults, "/industries", &self.industries, 20, parts::industry),
            summary: text(
                &mut faults,
                "/summary",
                self.summary.as_ref(),
                Writing::Paragraphs(1000),
            ),
            description: text(
                &mut faults,
                "/description",
                self.description.as_ref(),
                Writing::Paragraphs(20_000),
            ),
            website: optional(&mut faults, "/website", self.website.as_ref(), web_address),
            links: list(&mut faults, "/links", &self.links, 20, parts::link),
            locations: list(&mut faults, "/locations", &self.locations, 50, parts::location),
            languages: list(&mut faults, "/languages", &self.languages, 20, |faults, place, code| {
                faults.take(place, language_code(code))
            }),
            contacts: list(&mut faults, "/contacts", &self.contacts, 20, parts::contact),
            notes: optional(&mut faults, "/notes", self.notes.as_ref(), |text| {
                paragraphs(text, 5000)
            }),
            visibility: self.visibility.map_or_else(FieldGroups::default, FieldGroups::from),
        };
        faults.finish(Some(organisation))
    }
}

impl From<FieldGroups> for FieldGroupsBody {
    fn from(groups: FieldGroups) -> Self {
        Self {
            core: Some(Choose(groups.core)),
            profile: Some(Choose(groups.profile)),
            contacts: Some(Choose(groups.contacts)),
            register: Some(Choose(groups.register)),
            notes: Some(Choose(groups.notes)),
            matching: Some(groups.matching),
        }
    }
}

impl From<FieldGroupsBody> for FieldGroups {
    fn from(body: FieldGroupsBody) -> Self {
        let usual = Self::default();
        let or = |given: Option<VisibilityName>, usual| given.map_or(usual, |choice| choice.0);
        Self {
            core: or(body.core, usual.core),
            profile: or(body.profile, usual.profile),
            contacts: or(body.contacts, usual.contacts),
            register: or(body.register, usual.register),
            notes: or(body.notes, usual.notes),
            matching: body.matching.unwrap_or(usual.matching),
        }
    }
}
