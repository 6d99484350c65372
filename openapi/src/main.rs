//! Writes the committed contract; with `--check` only compares.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "answers the person who runs it"
)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let check = std::env::args().any(|argument| argument == "--check");
    match run(check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("The committed contract is not what the program serves. Run: cargo run -p werkstadt-openapi");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// True if the files are, now, what the program serves.
fn run(check: bool) -> Result<bool, Box<dyn std::error::Error>> {
    let mut same = true;
    for (file, text) in werkstadt_openapi::published()? {
        if std::fs::read_to_string(&file).is_ok_and(|committed| committed == text) {
            continue;
        }
        if check {
            same = false;
        } else {
            std::fs::write(&file, text)?;
            println!("wrote {}", file.display());
        }
    }
    Ok(same)
}
