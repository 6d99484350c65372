//! References as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::reference::{Partner, Reference, ReferenceId, ReferenceKind};
use werkstadt_domain::text::{line, web_address};
use werkstadt_persistence::directory::Snapshot;

use crate::organisations::wire::{ExternalIdBody, external_id};
use crate::page::Page;
use crate::part::Around;
use crate::skills::given;
use crate::skills::wire::SkillSummary;
use crate::wire::{
    MergePatchOf, ReferenceKindName, TextBody, VisibilityName, Writing, day, in_order, known, list, optional,
    required_text, shown_visibility, text, visibility,
};

/// A project, publication, product, patent or customer case of an organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Reference, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000e1", "kind": "project", "title": {"en": "Laser cutting of glass"},
    "from_on": "2023-01-01", "to_on": "2025-12-31", "partners": [{"name": "Beispiel Glas AG"}],
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct ReferenceBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The unit that did it, left out for the organisation as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// What it is.
    #[schema(examples("project", "publication", "product", "patent", "customer_case"))]
    pub kind: String,
    /// Its title.
    pub title: TextBody,
    /// What it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextBody>,
    /// Free keywords.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub keywords: Vec<String>,
    /// Skills that it shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub skills: Vec<SkillSummary>,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub from_on: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub to_on: Option<String>,
    /// Who else took part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub partners: Vec<PartnerBody>,
    /// Where the fact comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Web address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The project's id in the system it comes from; the same at every organisation that took part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<ExternalIdBody>,
    /// Who sees it; for the organisation's own people and managers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("public", "members", "managers"))]
    pub visibility: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// The last change that the caller can see.
    pub updated_at: DateTime<Utc>,
}

/// A page of references.
pub type ReferencePage = Page<ReferenceBody>;

/// A partner of a reference: known to the directory, known elsewhere, or only named.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Partner, example = json!({"external_id": {"scheme": "pic", "value": "999989359"}, "name": "Beispiel Glas AG"}))]
pub struct PartnerBody {
    /// The organisation in this directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// Its id elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalIdBody>,
    /// Its name as the source gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: Option<String>,
}

/// A new reference.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": {"en": "Laser cutting of glass"}, "text": {"en": "Cutting of thin glass with short pulses."},
    "from_on": "2023-01-01", "to_on": "2025-12-31", "partners": [{"name": "Beispiel Glas AG"}]}))]
pub struct ReferenceCreate {
    /// The unit that did it, none for the organisation as a whole.
    #[schema(format = Uuid)]
    pub unit_id: Option<String>,
    /// What it is, `project` unless said otherwise.
    pub kind: Option<ReferenceKindName>,
    /// Its title in at least one language, up to 500 characters.
    pub title: TextBody,
    /// What it was about.
    pub text: Option<TextBody>,
    /// Free keywords, each up to 200 characters.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub keywords: Vec<String>,
    /// Skills that it shows, by id or URI.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub skills: Vec<String>,
    /// First day.
    #[schema(format = Date)]
    pub from_on: Option<String>,
    /// Last day.
    #[schema(format = Date)]
    pub to_on: Option<String>,
    /// Who else took part.
    #[serde(default)]
    #[schema(max_items = 300)]
    pub partners: Vec<PartnerBody>,
    /// Where the fact comes from, with attribution if its licence asks for one.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub source: Option<String>,
    /// Web address.
    #[schema(format = "web-address", min_length = 1, max_length = 500)]
    pub link: Option<String>,
    /// The project's id in the system it comes from.
    pub project: Option<ExternalIdBody>,
    /// Who sees it, `public` unless said otherwise.
    pub visibility: Option<VisibilityName>,
}

/// A change of a reference.
pub type ReferencePatch = MergePatchOf<ReferenceCreate>;

impl ReferenceBody {
    /// The reference as the audience sees it: a partner that is hidden from it is only named.
    pub fn new(stored: &Stored<Reference>, snapshot: &Snapshot, audience: Audience) -> Self {
        let reference = &stored.record;
        let partners = reference.partners.iter();
        Self {
            id: reference.id.to_string(),
            unit_id: reference.unit.map(|unit| unit.to_string()),
            kind: reference.kind.code().to_owned(),
            title: TextBody::from(&reference.title),
            text: TextBody::some(&reference.text),
            keywords: reference.keywords.clone(),
            skills: SkillSummary::all_current(snapshot, &reference.skills),
            from_on: reference.from.map(|day| day.to_string()),
            to_on: reference.to.map(|day| day.to_string()),
            partners: partners
                .filter_map(|one| PartnerBody::seen(one, snapshot, audience))
                .collect(),
            source: reference.source.clone(),
            link: reference.link.clone(),
            project: reference.project.as_ref().map(ExternalIdBody::from),
            visibility: shown_visibility(reference.visibility, audience),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(audience).utc(),
        }
    }
}

impl PartnerBody {
    /// The partner as the audience sees it, `None` if nothing of it may be seen.
    fn seen(partner: &Partner, snapshot: &Snapshot, audience: Audience) -> Option<Self> {
        // Editors see what they have entered, even if the partner has been hidden since.
        let shown =
            |id: &OrganisationId| audience == Audience::Manager || snapshot.organisation(audience, *id).is_some();
        let body = Self {
            organisation_id: partner.organisation.filter(shown).map(|id| id.to_string()),
            external_id: partner.external.as_ref().map(ExternalIdBody::from),
            name: partner.name.clone(),
        };
        let says_nothing = body.organisation_id.is_none() && body.external_id.is_none() && body.name.is_none();
        (!says_nothing).then_some(body)
    }
}

impl ReferenceCreate {
    /// The reference under an id.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: ReferenceId, around: &Around<'_>) -> Result<Reference, Invalid> {
        let mut faults = Faults::new();
        let known_before = partners_before(id, around);
        let reference = Reference {
            id,
            unit: around.unit(&mut faults, self.unit_id.as_ref()),
            kind: self.kind.map_or_else(ReferenceKind::default, |kind| kind.0),
            title: required_text(&mut faults, "/title", &self.title, Writing::Line(500)),
            text: text(&mut faults, "/text", self.text.as_ref(), Writing::Paragraphs(20_000)),
            keywords: keywords(&mut faults, "/keywords", &self.keywords),
            skills: given::all_current(&mut faults, "/skills", &self.skills, 100, around.snapshot),
            from: optional(&mut faults, "/from_on", self.from_on.as_ref(), day),
            to: optional(&mut faults, "/to_on", self.to_on.as_ref(), day),
            partners: list(&mut faults, "/partners", &self.partners, 300, |faults, place, body| {
                partner(faults, place, body, |id| {
                    known_before.contains(&id) || around.snapshot.organisation(around.audience, id).is_some()
                })
            }),
            source: optional(&mut faults, "/source", self.source.as_ref(), |text| line(text, 500)),
            link: optional(&mut faults, "/link", self.link.as_ref(), web_address),
            project: self
                .project
                .as_ref()
                .and_then(|project| external_id(&mut faults, "/project", project)),
            visibility: visibility(self.visibility),
        };
        in_order(&mut faults, "/to_on", reference.from, reference.to);
        faults.finish(Some(reference))
    }
}

/// The partners that the reference has already: they stay, even if they have been hidden from its editors since.
fn partners_before(id: ReferenceId, around: &Around<'_>) -> Vec<OrganisationId> {
    let before = around.profile.references.iter().find(|one| one.record.id == id);
    let partners = before.into_iter().flat_map(|one| &one.record.partners);
    partners.filter_map(|partner| partner.organisation).collect()
}

/// Reads a partner; `is_known` says which organisations the caller may name.
pub fn partner(
    faults: &mut Faults,
    place: &str,
    body: &PartnerBody,
    is_known: impl Fn(OrganisationId) -> bool,
) -> Option<Partner> {
    let at = |member: &str| format!("{place}/{member}");
    if body.organisation_id.is_none() && body.external_id.is_none() && body.name.is_none() {
        faults.note(place, Rule::Required);
        return None;
    }
    let organisation = known(faults, &at("organisation_id"), body.organisation_id.as_ref(), is_known);
    let external = body.external_id.as_ref();
    let partner = Partner {
        organisation,
        external: external.and_then(|id| external_id(faults, &at("external_id"), id)),
        name: optional(faults, at("name"), body.name.as_ref(), |text| line(text, 200)),
    };
    // Two that are both unknown are two faults, but not a third one for being alike.
    let unknown = body.organisation_id.is_some() && organisation.is_none();
    (!unknown).then_some(partner)
}

/// Reads free words; one that comes twice counts once.
pub fn keywords(faults: &mut Faults, pointer: &str, given: &[String]) -> Vec<String> {
    let mut words: Vec<String> = Vec::with_capacity(given.len());
    for (index, word) in given.iter().enumerate() {
        let word = faults.take(format!("{pointer}/{index}"), line(word, 200));
        words.extend(word.filter(|word| !words.contains(word)));
    }
    words
}
