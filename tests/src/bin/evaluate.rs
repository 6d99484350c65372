//! Measures the quality of matching, or of the search for skills, over HTTP and prints one JSON object.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use werkstadt_tests::evaluation::skills::{self, Labels};
use werkstadt_tests::evaluation::{self, data::Collection};
use werkstadt_tests::local::{Failure, Local};

/// Starts the server on a fresh database, loads a folder of organisations through the import, asks through POST /v1/matches, and
/// prints the figures as one JSON object on standard output.
///
/// challenge: each later project of `queries.jsonl` asks with its title, text, keywords and topics; relevant are the organisations
/// that took part (`qrels.tsv`). map: mean over queries of the average precision over the full ranking. ndcg10: discounted gain
/// 1/log2(1+rank) of the first ten over that of the best order. r10, r50: share of the relevant ones among the first 10 and 50.
/// mrr: mean of 1/rank of the first relevant one.
///
/// missing: of each project of `missing.jsonl` all partners but one are on board; that one is to be found. mrr: mean of 1/rank;
/// hits1, hits10: share of projects where it is the first, or among the first ten.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Arguments {
    /// Folder with `members.jsonl`, `queries.jsonl`, `qrels.tsv`, `missing.jsonl` and `train_consortia.json`.
    #[arg(long, required = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    Skills(OfSkills),
}

/// Measures the search for skills, GET /v1/skills?q=…, and prints the figures as one JSON object on standard output.
///
/// Servers start on fresh databases and load concepts through the import, with only the labels that a task allows. The
/// candidates are all concepts of `concepts.csv` of the kinds that the questions ask for (with ESCO's skills: the skills, but
/// no groups and no occupations).
///
/// cross: each pair of `xling_*.tsv` (concept, German label, English label) asks twice: the German label where only English
/// preferred labels are indexed (also given alone, `de_to_en`), and the English label where only German ones are (`en_to_de`).
/// Pairs whose labels are equal but for case do not ask. `cross_with_taxonomy`: the same questions where the preferred labels
/// of both languages are indexed.
///
/// synonym: each alternative label of `synonym_*.tsv` (concept, language, label) asks where only the preferred labels of its
/// language are indexed; also given per language.
///
/// hits1, hits5: share of questions whose concept is the first, or among the first five. mrr: mean of 1/rank; 0 if not found.
#[derive(Args)]
struct OfSkills {
    /// Folder with `concepts.csv`, `xling_*.tsv` and `synonym_*.tsv`.
    #[arg(long)]
    data: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("evaluate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    match (&arguments.task, &arguments.data) {
        (Some(Task::Skills(task)), _) => println!("{}", skills::run(&Labels::read(&task.data)?)?),
        (None, Some(data)) => matching(data)?,
        (None, None) => return Err("--data is needed".into()),
    }
    Ok(())
}

fn matching(data: &Path) -> Result<(), Failure> {
    let collection = Collection::read(data)?;
    let server = Local::start(2)?;
    eprintln!("loading {} MiB", collection.network.len() >> 20);
    let job = server.import(&collection.network)?;
    eprintln!("loaded: {}", job["created"]);
    println!("{}", evaluation::run(&server, &collection)?);
    Ok(())
}
