//! `werkstadt import FILE`.

use std::path::Path;

use werkstadt_persistence::Actor;

use super::{CommandError, bytes_of, open, start_log};
use crate::config::Config;
use crate::imports::run::{Format, import};

/// Imports a file into the database that no server has open.
pub(super) fn run(config: &Config, file: &Path) -> Result<(), CommandError> {
    start_log(config);
    let bytes = bytes_of(file)?;
    let format = if file.extension().is_some_and(|ending| ending == "csv") {
        Format::Csv
    } else {
        Format::JsonLines
    };
    let booted = open(config)?;
    let outcome = import(&booted.state, Actor::System, None, &bytes, format);
    let outcome = outcome.map_err(|problem| {
        CommandError::Other(format!(
            "nothing was written: {problem} {}",
            problem.cause().unwrap_or_default()
        ))
    })?;
    for fault in &outcome.faults {
        eprintln!("{fault}");
    }
    println!(
        "{} rows, {} faulty. Written: {}",
        outcome.rows, outcome.failed, outcome.created
    );
    booted.follower.stop();
    Ok(())
}
