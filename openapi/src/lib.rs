//! The committed contract: where it is, how it is written, and its rules.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use werkstadt_api::{app, document};

pub mod promises;
pub mod rules;

/// The files of the contract with their content, as the program would publish it.
///
/// # Errors
/// When the document cannot be made; a defect.
pub fn published() -> Result<Vec<(PathBuf, String)>, Box<dyn std::error::Error>> {
    let new = app::published()?;
    let old = document::downgrade(&new);
    let promises: String = promises::of(&new).into_iter().map(|line| line + "\n").collect();
    Ok(vec![
        (file("openapi.json"), text(&new)?),
        (file("openapi-3.0.json"), text(&old)?),
        (file(PROMISES), promises),
    ])
}

/// The promises in the committed contract that the program no longer keeps.
///
/// # Errors
/// When the document cannot be made, a defect, or the committed promises cannot be read.
pub fn broken_promises() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let committed = std::fs::read_to_string(file(PROMISES))?;
    let old: BTreeSet<String> = committed.lines().map(str::to_owned).collect();
    let new = promises::of(&app::published()?);
    Ok(promises::broken(&old, &new).into_iter().map(str::to_owned).collect())
}

/// The file of the promises, see [`promises`].
const PROMISES: &str = "promises.txt";

/// A file of the contract.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(document: &Value) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(document).map(|text| text + "\n")
}
