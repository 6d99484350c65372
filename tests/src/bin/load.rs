//! Measures speed and memory against a bare handler in one run, and prints one JSON object.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use werkstadt_tests::load::{process, report};
use werkstadt_tests::local::Failure;

/// Fills a server with generated organisations through the import, and asks it in turn with a bare actix-web handler that returns
/// the same bytes. Client, server and bare handler are processes of their own on this machine. Build with --release.
#[derive(Parser)]
struct Arguments {
    /// Organisations to generate.
    #[arg(long, default_value_t = 100_000)]
    organisations: u64,
    /// Connections at a time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Measure only these operations; all without.
    #[arg(long)]
    only: Vec<String>,
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
        Some(Role::Server) => process::be_server(),
        Some(Role::Bare) => process::be_bare(&arguments.file),
        None => {
            let Arguments {
                organisations,
                connections,
                seconds,
                ref only,
                ..
            } = *arguments;
            println!(
                "{:#}",
                report::run(&report::Size {
                    organisations,
                    connections,
                    seconds,
                    only: only.clone(),
                })?
            );
            Ok(())
        }
    }
}
