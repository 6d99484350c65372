//! `werkstadt import FILE`.

use std::path::Path;

use werkstadt_persistence::audit::Author;

use super::{CommandError, bytes_of, open, start_log};
use crate::config::Config;
use crate::imports::options::{Choices, ImportOptions};
use crate::imports::run::{import, queue};
use crate::imports::source::{Format, Source};
use crate::problem::Problem;
use crate::state::Limits;

/// Imports a file into the database that no server has open.
pub(super) fn run(config: &Config, file: &Path) -> Result<(), CommandError> {
    start_log(config);
    let is = |ending: &str| file.extension().is_some_and(|given| given.eq_ignore_ascii_case(ending));
    let format = if is("jsonl") || is("ndjson") || is("json") {
        Format::JsonLines
    } else {
        Format::Table
    };
    // A table of more bytes is refused anyway; better before they are in memory.
    let size = std::fs::metadata(file).map_or(0, |file| file.len());
    if format == Format::Table && size > Limits::default().import_bytes as u64 {
        return Err(CommandError::Other(format!(
            "{} is too long for a table",
            file.display()
        )));
    }
    let bytes = bytes_of(file)?.into();
    let source = Source::open(bytes, format, &ImportOptions::default()).map_err(|problem| refused(&problem))?;
    let booted = open(config)?;
    let (state, id) = (&booted.state, booted.state.id());
    let author = Author::task("import");
    // A job, so that managers find the import among the others and can take it back.
    let queued = state
        .store
        .write(author.clone(), state.now(), |unit| queue(unit, id, None));
    queued.map_err(|problem| refused(&problem))?;
    let outcome = import(state, &author, Some(id), &source, &Choices::default());
    let outcome = outcome.map_err(|problem| refused(&problem))?;
    for fault in &outcome.faults {
        eprintln!("{fault}");
    }
    let created = outcome.created.iter().filter(|(_, count)| **count > 0);
    let created: Vec<String> = created.map(|(noun, count)| format!("{count} {noun}")).collect();
    println!(
        "{} rows, {} faulty. Written: {}",
        outcome.rows,
        outcome.failed,
        created.join(", ")
    );
    booted.follower.stop();
    Ok(())
}

fn refused(problem: &Problem) -> CommandError {
    let body = problem.body(werkstadt_domain::text::Language::En, "", "");
    let why: Vec<String> = body.errors.into_iter().map(|fault| fault.detail).collect();
    let cause = problem.cause().unwrap_or_default();
    CommandError::Other(format!("nothing was written: {problem} {} {cause}", why.join(" ")))
}
