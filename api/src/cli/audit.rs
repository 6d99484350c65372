//! The command that checks the audit log.
#![expect(clippy::print_stdout, reason = "commands answer the person who gave them")]

use std::path::PathBuf;

use clap::Subcommand;
use werkstadt_domain::named::Named;
use werkstadt_persistence::audit::{self, Scope};

use super::{CommandError, open, start_log};
use crate::audit::heads::{self, Told};
use crate::boot::BootError;
use crate::config::Config;

/// What to do with the audit log.
#[derive(Subcommand)]
pub(super) enum Audit {
    /// Check that no entry was changed, put in, taken out or cut off
    Verify {
        /// A file of heads that were exported before, a line each
        #[arg(long)]
        heads: Option<PathBuf>,
    },
    /// Print where the log ends, as a line for such a file
    Head,
}

pub(super) fn run(config: &Config, what: &Audit) -> Result<(), CommandError> {
    start_log(config);
    let known = match what {
        Audit::Verify { heads: Some(file) } => {
            let not_read = |line: usize| CommandError::Other(format!("{}: line {line} is no head", file.display()));
            heads::read(&std::fs::read_to_string(file)?).map_err(not_read)?
        }
        Audit::Verify { heads: None } | Audit::Head => Vec::new(),
    };
    let booted = open(config)?;
    booted.follower.stop();
    let store = &booted.state.store;
    let in_words = |error| CommandError::from(BootError::from(error));
    if matches!(what, Audit::Head) {
        let head = store.read(audit::head).map_err(in_words)?;
        let told = Told::new(head, Some(booted.state.now()));
        println!(
            "{}",
            serde_json::to_string(&told).map_err(|error| CommandError::Other(error.to_string()))?
        );
        return Ok(());
    }
    let key = store.audit_key().map_err(in_words)?;
    let found = store
        .read(|db| audit::verify(db, &key, Scope::WHOLE, &known))
        .map_err(in_words)?;
    for fault in &found.faults {
        println!("entry {}: {}", fault.seq, fault.wrong.code());
    }
    if found.faults.is_empty() {
        println!(
            "{} entries are sound; the last is number {}.",
            found.checked, found.until
        );
        Ok(())
    } else {
        Err(CommandError::Other("the audit log is not what was written".to_owned()))
    }
}
