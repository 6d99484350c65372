//! Where the audit log ends, told to the outside now and then: a log that is cut off is found by what was told before.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use werkstadt_persistence::audit::{self, Head};

use crate::problem::Problem;
use crate::state::State;

/// How often it is told, if anything was added.
const PACE: TimeDelta = TimeDelta::minutes(5);

/// A head as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// The number of the last entry.
    pub sequence: i64,
    /// Its code, in base64url.
    pub code: String,
}

impl Told {
    /// A head as it is told at a time.
    pub fn new(head: Head, at: Option<DateTime<Utc>>) -> Self {
        Self {
            at,
            sequence: head.seq,
            code: code(&head.mac),
        }
    }

    /// The head; none if the code is none.
    pub fn head(&self) -> Option<Head> {
        let mac = URL_SAFE_NO_PAD.decode(&self.code).ok()?;
        Some(Head {
            seq: self.sequence,
            mac: mac.try_into().ok()?,
        })
    }
}

/// A code as text.
pub fn code(mac: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(mac)
}

/// Tells heads.
#[derive(Debug, Default)]
pub struct Heads {
    last: Option<(DateTime<Utc>, i64)>,
}

impl Heads {
    /// Tells where the log ends, if it is time, or at the end of the server: in the server's log, and in the file that
    /// settings name.
    ///
    /// # Errors
    /// [`crate::problem::Code::Unavailable`], or an internal one if the file cannot be written. It is tried again.
    pub fn export(&mut self, state: &State, at_the_end: bool) -> Result<(), Problem> {
        let now = state.now();
        let due = self.last.is_none_or(|(at, _)| now - at >= PACE);
        if !due && !at_the_end {
            return Ok(());
        }
        let head = state.store.read(audit::head)?;
        if self.last.is_none_or(|(_, seq)| seq != head.seq) {
            let told = Told::new(head, Some(now));
            tracing::info!(sequence = told.sequence, code = told.code, "the audit log ends here");
            if let Some(path) = &state.audit_heads {
                append(path, &told)?;
            }
        }
        self.last = Some((now, head.seq));
        Ok(())
    }
}

fn append(path: &Path, told: &Told) -> Result<(), Problem> {
    let mut line = serde_json::to_vec(told).map_err(Problem::internal)?;
    line.push(b'\n');
    let file = OpenOptions::new().create(true).append(true).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(&line)?;
        file.sync_data()
    });
    written.map_err(Problem::internal)
}

/// The heads in a file that this server, or another, has written. What is no head is told by its line.
///
/// # Errors
/// The number of the first line that is none.
pub fn read(text: &str) -> Result<Vec<Head>, usize> {
    let line = |(number, line): (usize, &str)| {
        let told: Option<Told> = serde_json::from_str(line).ok();
        told.and_then(|told| told.head()).ok_or(number + 1)
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_were_told() {
        let head = Head { seq: 7, mac: [9; 32] };
        let line = serde_json::to_string(&Told::new(head, None)).expect("a line");
        assert_eq!(read(&format!("{line}\n\n{line}\n")), Ok(vec![head, head]));
        assert_eq!(read(&format!("{line}\n{{}}\n")), Err(2));
        assert_eq!(read("{\"sequence\": 1, \"code\": \"AAAA\"}"), Err(1));
    }
}
