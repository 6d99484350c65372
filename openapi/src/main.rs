//! Writes the committed contract; with `--check` only compares. A change that breaks a promise to clients is refused and named,
//! unless `--break` says that it is meant.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "answers the person who runs it"
)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let has = |flag: &str| std::env::args().any(|argument| argument == flag);
    let done = if has("--check") { check() } else { write(has("--break")) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn check() -> Outcome {
    unbroken()?;
    for (file, text) in werkstadt_openapi::published()? {
        if std::fs::read_to_string(&file).is_ok_and(|committed| committed == text) {
            continue;
        }
        let file = file.display();
        return Err(format!("{file} is not what the program serves. Run: cargo run -p werkstadt-openapi").into());
    }
    Ok(())
}

fn write(breaks: bool) -> Outcome {
    if !breaks {
        unbroken()?;
    }
    for (file, text) in werkstadt_openapi::published()? {
        if std::fs::read_to_string(&file).is_ok_and(|committed| committed == text) {
            continue;
        }
        std::fs::write(&file, text)?;
        println!("wrote {}", file.display());
    }
    Ok(())
}

fn unbroken() -> Outcome {
    let broken = werkstadt_openapi::broken_promises()?;
    if broken.is_empty() {
        return Ok(());
    }
    let broken = broken.join("\n  ");
    Err(format!(
        "Clients of the committed contract would break; these promises are gone or ask for more:\n  {broken}\n\
         If that is meant: cargo run -p werkstadt-openapi -- --break, and say it in CHANGELOG.md."
    )
    .into())
}
