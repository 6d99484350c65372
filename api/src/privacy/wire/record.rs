//! The record of processing activities as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use werkstadt_domain::named::Named;
use werkstadt_domain::privacy::{Category, Purpose};
use werkstadt_domain::text::Language;
use werkstadt_persistence::personal::{Erased, Kept, TABLES, Table};

use crate::state::State;
use crate::wire::TextBody;

/// The record of processing activities.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"controller": "Werkstadt", "activities": []}))]
pub struct ProcessingRecord {
    /// Who answers for it: the network's name.
    pub controller: String,
    /// The activities.
    pub activities: Vec<ProcessingActivity>,
}

/// An activity: what personal data is processed for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"purpose": "access", "label": {"de": "Zugang", "en": "Access"}, "legal_bases": ["contract"], "recipients": ["managers"],
    "categories": ["contact"], "tables": []}))]
pub struct ProcessingActivity {
    /// The purpose.
    #[schema(examples("directory", "access", "membership"))]
    pub purpose: String,
    /// In words.
    pub label: TextBody,
    /// What it rests on (Article 6 of the GDPR).
    pub legal_bases: Vec<String>,
    /// Who gets the data.
    pub recipients: Vec<String>,
    /// What sorts of data.
    pub categories: Vec<String>,
    /// Where it is kept.
    pub tables: Vec<ProcessingTable>,
}

/// A table with personal data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "letters", "columns": [{"name": "recipient", "category": "contact"}], "kept_days": 30,
    "on_erasure": "removed"}))]
pub struct ProcessingTable {
    /// Its name.
    pub name: String,
    /// Its columns with personal data.
    pub columns: Vec<ProcessingColumn>,
    /// Days after which a row is removed; left out where it is kept as long as what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_days: Option<u32>,
    /// What erasure does: `with_record`, `removed`, `scrubbed`, `emptied`, `pseudonym` (the id stays and stands for nobody), `told` (free
    /// words, which are for people to change), `nothing`.
    #[schema(examples("with_record", "removed", "pseudonym"))]
    pub on_erasure: String,
}

/// A column with personal data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "recipient", "category": "contact"}))]
pub struct ProcessingColumn {
    /// Its name.
    pub name: String,
    /// What sort of data it holds.
    #[schema(examples(
        "identity",
        "contact",
        "profession",
        "account",
        "credential",
        "trace",
        "words",
        "pseudonym"
    ))]
    pub category: String,
}

impl ProcessingRecord {
    /// The record of this network.
    pub fn new(state: &State) -> Self {
        let activities = Purpose::ALL.iter().copied().map(ProcessingActivity::new);
        Self {
            controller: state.network_name(Language::De),
            activities: activities.filter(|activity| !activity.tables.is_empty()).collect(),
        }
    }
}

impl ProcessingActivity {
    fn new(purpose: Purpose) -> Self {
        let tables = TABLES.iter().copied().flatten();
        let tables: Vec<&Table> = tables
            .filter(|table| table.purpose == purpose && table.is_personal())
            .collect();
        let held = |category: Category| {
            let columns = tables.iter().flat_map(|table| table.columns);
            columns.into_iter().any(|(_, held)| *held == Some(category))
        };
        Self {
            purpose: purpose.code().to_owned(),
            label: TextBody::from(&purpose.label()),
            legal_bases: codes(purpose.bases()),
            recipients: codes(purpose.recipients()),
            categories: codes(
                &Category::ALL
                    .iter()
                    .copied()
                    .filter(|one| held(*one))
                    .collect::<Vec<_>>(),
            ),
            tables: tables.into_iter().map(ProcessingTable::from).collect(),
        }
    }
}

impl From<&Table> for ProcessingTable {
    fn from(table: &Table) -> Self {
        let columns = table.columns.iter().filter_map(|(name, category)| {
            Some(ProcessingColumn {
                name: (*name).to_owned(),
                category: (*category)?.code().to_owned(),
            })
        });
        Self {
            name: table.name.to_owned(),
            columns: columns.collect(),
            kept_days: match table.kept {
                Kept::Days { days, .. } | Kept::Elsewhere(days) => Some(days),
                Kept::WithRecord | Kept::Forever => None,
            },
            on_erasure: match table.erased {
                Erased::With => "with_record",
                Erased::Removed => "removed",
                Erased::Scrubbed(_) => "scrubbed",
                Erased::Emptied(_) => "emptied",
                Erased::Pseudonym => "pseudonym",
                Erased::Told => "told",
                Erased::Nothing => "nothing",
            }
            .to_owned(),
        }
    }
}

fn codes<T: Named>(values: &[T]) -> Vec<String> {
    values.iter().map(|value| value.code().to_owned()).collect()
}
