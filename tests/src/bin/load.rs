//! Measures speed and memory against a bare handler in one run, and prints one JSON object.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use werkstadt_tests::load::{process, report};
use werkstadt_tests::local::Failure;

/// Fills a server with generated organisations through the import, and asks it in turn with a bare actix-web handler that returns
/// the same bytes. Client, server and bare handler are processes of their own on this machine. Build with --release.
#[derive(Parser)]
struct Arguments {
    /// Organisations to generate; a run for each number.
    #[arg(long, default_values_t = [10_000, 100_000])]
    organisations: Vec<u64>,
    /// Connections at a time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Measure only these operations; all without.
    #[arg(long)]
    only: Vec<String>,
    /// Where the databases stay for the next run; without, they are filled anew.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Which part to be; the program starts its parts itself.
    #[arg(long, hide = true)]
    part: Option<Role>,
    /// What a bare handler returns.
    #[arg(long, hide = true)]
    file: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Server,
    Bare,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments.part {
        Some(Role::Server) => process::be_server(arguments.data.as_deref().ok_or("a server needs --data")?),
        Some(Role::Bare) => process::be_bare(&arguments.file),
        None => {
            let size = report::Size {
                organisations: arguments.organisations.clone(),
                connections: arguments.connections,
                seconds: arguments.seconds,
                only: arguments.only.clone(),
                data: arguments.data.clone(),
            };
            println!("{:#}", report::run(&size)?);
            Ok(())
        }
    }
}
