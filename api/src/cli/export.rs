//! `werkstadt export`: the network, or its organisations, as a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use werkstadt_domain::audience::Audience;
use werkstadt_persistence::Store;
use werkstadt_persistence::directory::OrganisationQuery;

use super::user::in_words;
use super::{CommandError, open, start_log};
use crate::audit::Disclosures;
use crate::config::Config;
use crate::exports::{self, Chunks, Format, TableOptions, View};
use crate::imports::table::Separator;
use crate::wire::Choose;

/// What to write, and where.
#[derive(Args)]
pub(super) struct Export {
    /// The file; `-` writes to standard output
    file: PathBuf,
    /// What to write; left out, what the file's ending says
    #[arg(long, value_enum)]
    format: Option<Sort>,
    /// Whose eyes to write with: `managers` see everything
    #[arg(long, value_enum, default_value_t = Eyes::Managers)]
    audience: Eyes,
    /// CSV as German office programs open it: with semicolons and a byte order mark
    #[arg(long)]
    german: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sort {
    /// The whole network as JSON Lines; an import into an empty directory makes the same
    Network,
    /// Organisations as a table
    Csv,
    /// Organisations as a workbook
    Xlsx,
    /// Organisations with all that belongs to them, as JSON Lines
    Jsonl,
    /// Organisations as vCards
    Vcf,
    /// Persons who consented to be seen by more than managers, as vCards
    People,
    /// Organisations on a map
    Geojson,
    /// Organisations in the words of schema.org
    Jsonld,
}

#[derive(Clone, Copy, ValueEnum)]
enum Eyes {
    Public,
    Members,
    Managers,
}

/// Writes an export of the database that no server has open.
pub(super) fn run(config: &Config, export: &Export) -> Result<(), CommandError> {
    start_log(config);
    let sort = export.format.or_else(|| by_ending(&export.file));
    let sort = sort.ok_or_else(|| CommandError::Other("the file's ending names no format; say --format".into()))?;
    let booted = open(config)?;
    let view = View {
        snapshot: booted.state.directory().snapshot(),
        audience: match export.audience {
            Eyes::Public => Audience::Anonymous,
            Eyes::Members => Audience::Member,
            Eyes::Managers => Audience::Manager,
        },
        today: booted.state.now().date_naive(),
        told: Disclosures::to_nobody(&booted.state),
    };
    let table = TableOptions {
        bom: Some(export.german),
        separator: export.german.then_some(Choose(Separator::Semicolon)),
    };
    let store = booted.state.store.clone();
    let written = write(&export.file, chunks(view, store, sort, table));
    booted.follower.stop();
    written
}

fn chunks(view: View, store: Store, sort: Sort, table: TableOptions) -> Box<dyn Chunks> {
    let format = match sort {
        Sort::Network => return exports::network::network(view, store),
        Sort::People => return exports::people::people(view),
        Sort::Csv => Format::Csv,
        Sort::Xlsx => Format::Xlsx,
        Sort::Jsonl => Format::JsonLines,
        Sort::Vcf => Format::Cards,
        Sort::Geojson => Format::GeoJson,
        Sort::Jsonld => Format::JsonLd,
    };
    exports::organisations(view, OrganisationQuery::default(), format, table)
}

fn by_ending(file: &Path) -> Option<Sort> {
    let ending = file.extension()?.to_str()?.to_lowercase();
    match ending.as_str() {
        // What can be read again is worth more than a part of it.
        "jsonl" | "ndjson" => Some(Sort::Network),
        ending => Sort::from_str(ending, true).ok(),
    }
}

/// Writes all pieces. A file appears under its name when it is complete.
fn write(file: &Path, mut chunks: Box<dyn Chunks>) -> Result<(), CommandError> {
    if file.as_os_str() == "-" {
        return write_to(io::stdout().lock(), &mut *chunks);
    }
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".part");
    let unfinished = PathBuf::from(unfinished);
    write_to(BufWriter::new(File::create(&unfinished)?), &mut *chunks)?;
    std::fs::rename(&unfinished, file)?;
    Ok(())
}

fn write_to(mut out: impl Write, chunks: &mut dyn Chunks) -> Result<(), CommandError> {
    while let Some(piece) = chunks.next().map_err(in_words)? {
        out.write_all(&piece)?;
    }
    Ok(out.flush()?)
}
