//! Units as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::institution::{Unit, UnitId, check_parent};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::text::{line, web_address};

use crate::page::Page;
use crate::wire::{
    MergePatchOf, TextBody, VisibilityName, Writing, known, optional, required_text, shown_visibility, text, visibility,
};

/// A part of an institution: a faculty, a chair, a laboratory, a department, an office.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Unit, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000b1", "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa",
    "name": {"de": "Institut für Optik", "en": "Institute of Optics"}, "kind": "institute",
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct UnitBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The institution it belongs to.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// The unit above, left out for one directly below the institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub parent_id: Option<String>,
    /// Its name.
    pub name: TextBody,
    /// What it is.
    #[schema(examples("faculty", "chair", "office"))]
    pub kind: String,
    /// One or two sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<TextBody>,
    /// Web address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Who sees it; for the organisation's own people and managers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("public", "members", "managers"))]
    pub visibility: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// The last change that the caller can see.
    pub updated_at: DateTime<Utc>,
}

/// A page of units.
pub type UnitPage = Page<UnitBody>;

/// A new unit.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": {"de": "Institut für Optik", "en": "Institute of Optics"}, "kind": "institute"}))]
pub struct UnitCreate {
    /// The unit above.
    #[schema(format = Uuid)]
    pub parent_id: Option<String>,
    /// Its name in at least one language, up to 200 characters.
    pub name: TextBody,
    /// What it is, for example `faculty`, `chair`, `office`.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub kind: String,
    /// One or two sentences, up to 1000 characters.
    pub summary: Option<TextBody>,
    /// Web address.
    #[schema(format = "web-address", min_length = 1, max_length = 500)]
    pub website: Option<String>,
    /// Who sees it, `public` unless said otherwise.
    pub visibility: Option<VisibilityName>,
}

/// A change of a unit.
pub type UnitPatch = MergePatchOf<UnitCreate>;

impl UnitBody {
    /// The unit as an audience sees it.
    pub fn new(stored: &Stored<Unit>, audience: Audience) -> Self {
        let unit = &stored.record;
        Self {
            id: unit.id.to_string(),
            organisation_id: unit.organisation.to_string(),
            parent_id: unit.parent.map(|parent| parent.to_string()),
            name: TextBody::from(&unit.name),
            kind: unit.kind.clone(),
            summary: TextBody::some(&unit.summary),
            website: unit.website.clone(),
            visibility: shown_visibility(unit.visibility, audience),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.seen_by(audience).utc(),
        }
    }
}

impl UnitCreate {
    /// The unit under an id, in the tree of its institution.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: UnitId, profile: &Profile) -> Result<Unit, Invalid> {
        let mut faults = Faults::new();
        if !profile.organisation.record.kind.is_institution() {
            // The fault is in no single member: an organisation of this kind has no units at all.
            faults.note("", Rule::Conflicts("kind"));
        }
        let parent = known(&mut faults, "/parent_id", self.parent_id.as_ref(), |_| true);
        if let Some(parent) = parent {
            let units: Vec<Unit> = profile.units.iter().map(|unit| unit.record.clone()).collect();
            faults.take("/parent_id", check_parent(&units, id, parent));
        }
        let name = required_text(&mut faults, "/name", &self.name, Writing::Line(200));
        let unit = Unit {
            id,
            organisation: profile.id(),
            parent,
            name,
            kind: faults.take("/kind", line(&self.kind, 60)).unwrap_or_default(),
            summary: text(
                &mut faults,
                "/summary",
                self.summary.as_ref(),
                Writing::Paragraphs(1000),
            ),
            website: optional(&mut faults, "/website", self.website.as_ref(), web_address),
            visibility: visibility(self.visibility),
        };
        faults.finish(Some(unit))
    }
}
