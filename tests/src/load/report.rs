//! One run: fill, start, ask, compare.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::client::{Connection, Measured, measure};
use super::data::{Numbers, WORDS, word};
use super::fill::{fill, record_bytes};
use super::operations::{DIFFERENT, Operation, operations, request};
use super::process::Part;
use crate::local::Failure;

/// How large and how long.
#[derive(Clone, Debug)]
pub struct Size {
    /// Organisations: a run for each number.
    pub organisations: Vec<u64>,
    /// Connections at a time.
    pub connections: usize,
    /// Seconds of each measurement.
    pub seconds: u64,
    /// Names of the operations to measure; empty for all.
    pub only: Vec<String>,
    /// Where databases stay for the next run; none to fill new ones.
    pub data: Option<PathBuf>,
}

/// Runs everything, and says how much slower the last size is than the first.
///
/// # Errors
/// When a part does not do what it should.
pub fn run(size: &Size) -> Result<Value, Failure> {
    let mut runs = Vec::new();
    for organisations in &size.organisations {
        runs.push(run_one(size, *organisations)?);
    }
    let growth = match (runs.first(), runs.last()) {
        (Some(first), Some(last)) if runs.len() > 1 => growth(first, last),
        _ => Value::Null,
    };
    Ok(json!({"connections": size.connections, "runs": runs, "growth_of_p50": growth}))
}

fn run_one(size: &Size, organisations: u64) -> Result<Value, Failure> {
    let temporary = tempfile::tempdir()?;
    let folder = match &size.data {
        Some(data) => data.join(organisations.to_string()),
        None => temporary.path().to_owned(),
    };
    std::fs::create_dir_all(&folder)?;
    let import = filled(&folder, organisations)?;
    let empty = start(temporary.path().join("empty"))?.0.memory();
    let (mut server, ready) = start(folder)?;
    let memory = server.memory().saturating_sub(empty);
    let index = server.index_bytes()?;
    let per = |bytes: u64| bytes / organisations.max(1);
    let records = record_bytes(organisations)?;
    let ids = ids(server.address, organisations)?;
    let mut rows = Vec::new();
    let wanted = |operation: &Operation| size.only.is_empty() || size.only.iter().any(|only| only == operation.name);
    for operation in operations(&ids).into_iter().filter(wanted) {
        rows.push(compare(&server, &operation, size, temporary.path())?);
    }
    let warm = server.memory().saturating_sub(empty);
    Ok(json!({
        "organisations": organisations,
        "import": import,
        "ready_seconds": (ready.as_secs_f64() * 100.0).round() / 100.0,
        "bytes_per_organisation": {
            "memory": per(memory),
            "memory_under_load": per(warm),
            "record": per(records),
            "beside_the_record": per(memory.saturating_sub(records)),
            "index": per(index),
        },
        "operations": rows,
    }))
}

/// Fills the database of a folder unless that was done before: organisations per second, and memory at the end of the import.
fn filled(folder: &Path, organisations: u64) -> Result<Value, Failure> {
    if folder.join("filled").exists() {
        return Ok(Value::Null);
    }
    let server = Part::start(&["--part", "server", "--data", &folder.to_string_lossy()])?;
    let empty = server.memory();
    let begin = Instant::now();
    fill(&server, &server.said, organisations)?;
    let loading = begin.elapsed().as_secs_f64();
    std::fs::write(folder.join("filled"), "")?;
    Ok(json!({
        "per_second": (organisations as f64 / loading).round(),
        "memory_per_organisation": server.memory().saturating_sub(empty) / organisations.max(1),
    }))
}

/// Starts the server on the database of a folder; the time until it says that it is ready.
fn start(folder: PathBuf) -> Result<(Part, Duration), Failure> {
    std::fs::create_dir_all(&folder)?;
    let begin = Instant::now();
    let server = Part::start(&["--part", "server", "--data", &folder.to_string_lossy()])?;
    let (status, _) = Connection::open(server.address)?.send(&request("GET", "/readyz", "", b""))?;
    match status {
        200 => Ok((server, begin.elapsed())),
        _ => Err("the server is not ready".into()),
    }
}

/// By which factor the median of each operation grew.
fn growth(first: &Value, last: &Value) -> Value {
    let rows = |run: &Value| run["operations"].as_array().cloned().unwrap_or_default();
    let pairs = rows(first).into_iter().zip(rows(last));
    let factor = |(small, large): (Value, Value)| {
        let p50 = |row: &Value| row["p50_ms"].as_f64().unwrap_or_default();
        let name = small["operation"].as_str().unwrap_or_default().to_owned();
        (name, json!(rounded(p50(&large) / p50(&small))))
    };
    Value::Object(pairs.map(factor).collect::<Map<_, _>>())
}

/// Ids of organisations all over the list.
fn ids(address: SocketAddr, organisations: u64) -> Result<Vec<String>, Failure> {
    let mut connection = Connection::open(address)?;
    let mut numbers = Numbers::new(1);
    let mut ids = Vec::new();
    for _ in 0..DIFFERENT.min(organisations) / 20 {
        let path = format!("/v1/organisations?q={}&limit=20", word(numbers.skewed(WORDS)));
        let page: Value = serde_json::from_slice(connection.send(&request("GET", &path, "", b""))?.1)?;
        let items = page["items"].as_array().into_iter().flatten();
        ids.extend(items.filter_map(|item| item["organisation"]["id"].as_str().map(str::to_owned)));
    }
    if ids.is_empty() {
        Err("the filled server finds nothing".into())
    } else {
        Ok(ids)
    }
}

/// The server between two measurements of the bare handler, all on the same bytes.
fn compare(server: &Part, operation: &Operation, size: &Size, folder: &std::path::Path) -> Result<Value, Failure> {
    let body = folder.join(operation.name);
    let first = operation.requests.first().ok_or("no requests")?;
    std::fs::write(&body, Connection::open(server.address)?.send(first)?.1)?;
    let handler = Part::start(&["--part", "bare", "--file", &body.to_string_lossy()])?;
    let same = [request("GET", "/0", "", b"")];
    let time = Duration::from_secs(size.seconds);
    measure(
        server.address,
        &operation.requests,
        size.connections,
        Duration::from_secs(1),
    )?;
    measure(handler.address, &same, size.connections, Duration::from_secs(1))?;
    let (before, bare_cpu) = timed(&handler, || measure(handler.address, &same, size.connections, time / 2))?;
    let (real, real_cpu) = timed(server, || {
        measure(server.address, &operation.requests, size.connections, time)
    })?;
    let (after, more_cpu) = timed(&handler, || measure(handler.address, &same, size.connections, time / 2))?;
    let bare_rate = f64::midpoint(before.rate, after.rate);
    let per_request = |cpu: f64, requests: usize| cpu * 1e6 / requests.max(1) as f64;
    let cpu = per_request(real_cpu, real.requests);
    let bare = per_request(bare_cpu + more_cpu, before.requests + after.requests);
    Ok(json!({
        "operation": operation.name,
        "requests_per_second": real.rate.round(),
        "p50_ms": milliseconds(real.p50),
        "p99_ms": milliseconds(real.p99),
        "bytes": real.bytes,
        "failures": real.failures,
        "p99_by_p50": rounded(real.p99.as_secs_f64() / real.p50.as_secs_f64()),
        "cpu_us": rounded(cpu),
        "bare_requests_per_second": bare_rate.round(),
        "bare_cpu_us": rounded(bare),
        "cpu_by_bare": rounded(cpu / bare),
        "of_bare": (real.rate / bare_rate * 1000.0).round() / 1000.0,
    }))
}

fn timed(part: &Part, work: impl FnOnce() -> Result<Measured, Failure>) -> Result<(Measured, f64), Failure> {
    let before = part.cpu();
    let measured = work()?;
    Ok((measured, part.cpu() - before))
}

fn rounded(factor: f64) -> f64 {
    (factor * 10.0).round() / 10.0
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
