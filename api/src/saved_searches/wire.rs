//! Saved searches as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::named::Named;
use werkstadt_domain::saved_search::{SavedSearch, SearchTarget};

use crate::page::Page;
use crate::wire::{Choose, MergePatchOf, TextBody};

/// A search that its owner keeps.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SavedSearch, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000f1", "name": "Laser in Jena", "target": "organisations",
    "query": "q=laser&city=Jena", "href": "/v1/organisations?q=laser&city=Jena",
    "created_at": "2026-11-24T09:00:00Z", "updated_at": "2026-11-24T09:00:00Z"}))]
pub struct SavedSearchBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What is searched.
    #[schema(examples("organisations", "opportunities"))]
    pub target: String,
    /// The query string of that list.
    pub query: String,
    /// The list as it is now.
    pub href: String,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, or its hits marked as seen.
    pub updated_at: DateTime<Utc>,
}

/// A page of saved searches.
pub type SavedSearchPage = Page<SavedSearchBody>;

/// A search to be kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Laser in Jena", "target": "organisations", "query": "q=laser&city=Jena"}))]
pub struct SavedSearchCreate {
    /// What to call it, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub name: String,
    /// What is searched.
    pub target: SearchTargetName,
    /// The query string of that list, filters only: no order, pages, counts or explanations. A fault in it is named with the
    /// parameter as the last part of the pointer, as in `/query/kind`.
    #[schema(max_length = 2000)]
    pub query: String,
}

/// A change of a saved search.
pub type SavedSearchPatch = MergePatchOf<SavedSearchCreate>;

/// What is searched.
pub type SearchTargetName = Choose<SearchTarget>;

/// Up to where the hits are known.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"place": "eyJuIjo0Mn0"}))]
pub struct SavedSearchSeen {
    /// `place` of a page of hits.
    #[schema(min_length = 1, max_length = 200)]
    pub place: String,
}

/// A page of hits.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "self": "/v1/saved-searches/01936d3e-7f10-7000-8000-0000000000f1/hits",
    "next": "/v1/saved-searches/01936d3e-7f10-7000-8000-0000000000f1/hits?after=eyJuIjo0Mn0", "more": false, "place": "eyJuIjo0Mn0"}))]
pub struct SavedSearchHitsPage {
    /// Records that the search finds, in the order of their last change; each once.
    pub items: Vec<SavedSearchHitBody>,
    /// Address of this page.
    #[serde(rename = "self")]
    pub itself: String,
    /// Address of the page after this one; on the last page too, for later.
    pub next: String,
    /// Whether more follows at once.
    pub more: bool,
    /// The place after this page, for marking it as seen.
    pub place: String,
}

/// A record that a saved search finds.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SavedSearchHit, example = json!({"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Beispiel Optik GmbH",
    "at": "2026-11-24T09:30:00Z", "href": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa"}))]
pub struct SavedSearchHitBody {
    /// What it is.
    #[schema(examples("organisation", "opportunity"))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The name of an organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The title of an opportunity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<TextBody>,
    /// When it changed.
    pub at: DateTime<Utc>,
    /// Where it can be read.
    pub href: String,
}

impl From<&Stored<SavedSearch>> for SavedSearchBody {
    fn from(stored: &Stored<SavedSearch>) -> Self {
        let search = &stored.record;
        let target = search.target.code();
        let joint = if search.query.is_empty() { "" } else { "?" };
        Self {
            id: search.id.to_string(),
            name: search.name.clone(),
            target: target.to_owned(),
            query: search.query.clone(),
            href: format!("/v1/{target}{joint}{}", search.query),
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.last().utc(),
        }
    }
}
