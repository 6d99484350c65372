//! Filling a server through its import.

use std::time::Duration;

use serde_json::Value;

use super::client::Connection;
use super::data::{SKILLS, organisation, skill};
use super::operations::request;
use super::process::Part;
use crate::local::Failure;

/// Organisations in one import.
const BATCH: u64 = 20_000;

/// Imports the taxonomy and so many organisations.
///
/// # Errors
/// When a line is refused.
pub fn fill(server: &Part, key: &str, organisations: u64) -> Result<(), Failure> {
    let mut connection = Connection::open(server.address)?;
    let mut import = |lines: Vec<Value>| -> Result<(), Failure> {
        let mut body = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut body, &line)?;
            body.push(b'\n');
        }
        let head = format!("Authorization: Bearer {key}\r\nContent-Type: application/x-ndjson\r\n");
        let (status, answer) = connection.send(&request("POST", "/v1/imports", &head, &body))?;
        let mut job: Value = serde_json::from_slice(answer)?;
        if status != 202 {
            return Err(format!("import refused: {job}").into());
        }
        while job["status"] == "queued" || job["status"] == "running" {
            std::thread::sleep(Duration::from_millis(200));
            let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap_or_default());
            let head = format!("Authorization: Bearer {key}\r\n");
            job = serde_json::from_slice(connection.send(&request("GET", &path, &head, b""))?.1)?;
        }
        if job["status"] == "succeeded" && job["failed"] == 0 {
            Ok(())
        } else {
            Err(format!("import failed: {job}").into())
        }
    };
    import((0..SKILLS).map(skill).collect())?;
    for first in (0..organisations).step_by(usize::try_from(BATCH)?) {
        import((first..organisations.min(first + BATCH)).map(organisation).collect())?;
    }
    Ok(())
}

/// The bytes of so many organisations as lines of an import, with their claims: the records themselves.
///
/// # Errors
/// When one cannot be written.
pub fn record_bytes(organisations: u64) -> Result<u64, Failure> {
    let mut bytes = 0;
    for number in 0..organisations {
        bytes += serde_json::to_vec(&organisation(number))?.len() as u64;
    }
    Ok(bytes)
}
