//! Measures the quality of matching over HTTP and prints one JSON object.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
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
struct Arguments {
    /// Folder with `members.jsonl`, `queries.jsonl`, `qrels.tsv`, `missing.jsonl` and `train_consortia.json`.
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
    let collection = Collection::read(&arguments.data)?;
    let server = Local::start(2)?;
    eprintln!("loading {} MiB", collection.network.len() >> 20);
    let job = server.import(&collection.network)?;
    eprintln!("loaded: {}", job["created"]);
    println!("{}", evaluation::run(&server, &collection)?);
    Ok(())
}
