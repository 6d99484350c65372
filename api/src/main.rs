//! The program `werkstadt`.

use std::process::ExitCode;

use clap::Parser;
use werkstadt_api::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "the last word of a command goes to the person who gave it"
            )]
            {
                eprintln!("werkstadt: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
