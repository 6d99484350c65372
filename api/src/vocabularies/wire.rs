//! Vocabularies as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use werkstadt_domain::vocabulary::{Crossing, Extent, Scheme, Term, industry, scheme};

use crate::wire::TextBody;

/// A vocabulary.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vocabulary, example = json!({"scheme": "wz2025", "label": {"de": "Klassifikation der Wirtschaftszweige 2025",
    "en": "Classification of Economic Activities 2025"}, "source": "Statistisches Bundesamt", "count": 109}))]
pub struct VocabularyBody {
    /// Its name, as paths and records have it.
    #[schema(examples("wz2008", "wz2025", "legal-forms"))]
    pub scheme: String,
    /// What it lists.
    pub label: TextBody,
    /// Who keeps it.
    pub source: String,
    /// How many codes it has.
    #[schema(minimum = 0)]
    pub count: u32,
}

/// A code in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TermSummary, example = json!({"code": "62", "parent": "K", "label": {"de": "Erbringung von Dienstleistungen der Informationstechnologie",
    "en": "Computer programming, consultancy and related activities"}}))]
pub struct TermSummary {
    /// The code.
    pub code: String,
    /// The code above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What it means.
    pub label: TextBody,
    /// How it is abbreviated in German.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abbreviation: Option<String>,
}

/// A code with its neighbours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Term, example = json!({"scheme": "wz2008", "code": "62", "label": {"de": "Erbringung von Dienstleistungen der Informationstechnologie",
    "en": "Computer programming, consultancy and related activities"}, "narrower": [],
    "crosswalk": [{"scheme": "wz2025", "code": "62", "extent": "whole", "label": {"en": "Computer programming, consultancy and related activities"}}]}))]
pub struct TermBody {
    /// The vocabulary.
    pub scheme: String,
    /// The code.
    pub code: String,
    /// What it means.
    pub label: TextBody,
    /// How it is abbreviated in German.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abbreviation: Option<String>,
    /// The code above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broader: Option<TermSummary>,
    /// The codes directly below it.
    pub narrower: Vec<TermSummary>,
    /// What corresponds to it in other vocabularies.
    pub crosswalk: Vec<CrossingBody>,
}

/// A code of another vocabulary that corresponds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crossing, example = json!({"scheme": "wz2025", "code": "62", "extent": "whole", "label": {"en": "Computer programming, consultancy and related activities"}}))]
pub struct CrossingBody {
    /// The other vocabulary.
    pub scheme: String,
    /// The code there.
    pub code: String,
    /// `whole` where neither has another counterpart, `part` where they share some of what they mean.
    #[schema(examples("whole", "part"))]
    pub extent: String,
    /// What it means.
    pub label: TextBody,
}

impl From<&Scheme> for VocabularyBody {
    fn from(scheme: &Scheme) -> Self {
        Self {
            scheme: scheme.name.to_owned(),
            label: both(scheme.de, scheme.en),
            source: scheme.source.to_owned(),
            count: u32::try_from(scheme.terms().len()).unwrap_or(u32::MAX),
        }
    }
}

impl From<&Term> for TermSummary {
    fn from(term: &Term) -> Self {
        Self {
            code: term.code.to_owned(),
            parent: term.parent.map(str::to_owned),
            label: both(term.de, term.en),
            abbreviation: term.abbreviation.map(str::to_owned),
        }
    }
}

impl TermBody {
    /// A code of a vocabulary.
    pub fn new(scheme: &Scheme, term: &Term) -> Self {
        let above = term.parent.and_then(|parent| scheme.find(parent));
        let crossings = industry::crossings(scheme.name, term.code);
        Self {
            scheme: scheme.name.to_owned(),
            code: term.code.to_owned(),
            label: both(term.de, term.en),
            abbreviation: term.abbreviation.map(str::to_owned),
            broader: above.map(TermSummary::from),
            narrower: scheme.below(term.code).map(TermSummary::from).collect(),
            crosswalk: crossings.into_iter().filter_map(CrossingBody::new).collect(),
        }
    }
}

impl CrossingBody {
    fn new(crossing: Crossing) -> Option<Self> {
        let term = scheme(crossing.scheme)?.find(crossing.code)?;
        Some(Self {
            scheme: crossing.scheme.to_owned(),
            code: crossing.code.to_owned(),
            extent: match crossing.extent {
                Extent::Whole => "whole",
                Extent::Part => "part",
            }
            .to_owned(),
            label: both(term.de, term.en),
        })
    }
}

fn both(de: &str, en: &str) -> TextBody {
    TextBody {
        de: Some(de.to_owned()),
        en: Some(en.to_owned()),
    }
}
