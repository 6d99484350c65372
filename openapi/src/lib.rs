//! The committed contract: where it is, how it is written, and its rules.

use std::path::{Path, PathBuf};

use serde_json::Value;
use werkstadt_api::{app, document};

pub mod rules;

/// The files of the contract with their content, as the program would publish it.
///
/// # Errors
/// When the document cannot be made; a defect.
pub fn published() -> Result<Vec<(PathBuf, String)>, Box<dyn std::error::Error>> {
    let new = app::published()?;
    let old = document::downgrade(&new);
    Ok(vec![
        (file("openapi.json"), text(&new)?),
        (file("openapi-3.0.json"), text(&old)?),
    ])
}

/// A file of the contract.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(document: &Value) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(document).map(|text| text + "\n")
}
