//! One run: fill, ask, compare.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Connection, Measured, measure};
use super::data::{Numbers, SKILLS, organisation, skill, skill_uri, word};
use super::process::Part;
use crate::local::Failure;

/// How large and how long.
#[derive(Clone, Debug)]
pub struct Size {
    /// Organisations.
    pub organisations: u64,
    /// Connections at a time.
    pub connections: usize,
    /// Seconds of each measurement.
    pub seconds: u64,
    /// Names of the operations to measure; empty for all.
    pub only: Vec<String>,
}

/// An operation that is measured.
struct Operation {
    name: &'static str,
    requests: Vec<Vec<u8>>,
}

/// Different requests of each operation.
const DIFFERENT: u64 = 2000;
/// Organisations in one import.
const BATCH: u64 = 20_000;

/// Runs everything and returns a row per operation.
///
/// # Errors
/// When a part does not do what it should.
pub fn run(size: &Size) -> Result<Value, Failure> {
    let server = Part::start(&["--part", "server"])?;
    let key = server.said.clone();
    let empty = server.memory();
    let begin = Instant::now();
    fill(&server, &key, size.organisations)?;
    let loading = begin.elapsed().as_secs_f64();
    let ids = ids(server.address, size.organisations)?;
    let filled = server.memory();
    let folder = tempfile::tempdir()?;
    let mut rows = Vec::new();
    let wanted = |operation: &Operation| size.only.is_empty() || size.only.iter().any(|only| only == operation.name);
    for operation in operations(&ids).into_iter().filter(wanted) {
        rows.push(compare(&server, &operation, size, folder.path())?);
    }
    Ok(json!({
        "organisations": size.organisations,
        "connections": size.connections,
        "import_per_second": (size.organisations as f64 / loading).round(),
        "memory_per_organisation": filled.saturating_sub(empty) / size.organisations.max(1),
        "operations": rows,
    }))
}

fn fill(server: &Part, key: &str, organisations: u64) -> Result<(), Failure> {
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

/// Ids of organisations all over the list.
fn ids(address: SocketAddr, organisations: u64) -> Result<Vec<String>, Failure> {
    let mut connection = Connection::open(address)?;
    let mut numbers = Numbers::new(1);
    let mut ids = Vec::new();
    for _ in 0..DIFFERENT.min(organisations) / 20 {
        let path = format!(
            "/v1/organisations?q={}&limit=20",
            word(numbers.skewed(super::data::WORDS))
        );
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

fn operations(ids: &[String]) -> Vec<Operation> {
    let get = |path: String| request("GET", &path, "", b"");
    let mut numbers = Numbers::new(7);
    let by_id = ids.iter().map(|id| get(format!("/v1/organisations/{id}"))).collect();
    let text = (0..DIFFERENT).map(|_| get(search(&two_words(&mut numbers).join("+"))));
    let text = text.collect();
    let typo = (0..DIFFERENT).map(|_| {
        let [one, mut other] = two_words(&mut numbers);
        // One letter is left out.
        other.remove(usize::try_from(1 + numbers.below(6)).unwrap_or(1));
        get(search(&format!("{other}+{one}")))
    });
    let typo = typo.collect();
    let suggest = (0..DIFFERENT).map(|_| {
        let [word, _] = two_words(&mut numbers);
        let letters = usize::try_from(3 + numbers.below(4)).unwrap_or(3);
        get(format!("/v1/suggest?q={}", &word[..letters]))
    });
    let suggest = suggest.collect();
    let near = (0..DIFFERENT).map(|_| {
        let [word, _] = two_words(&mut numbers);
        get(search(&word) + "&near=50.927,11.586&radius_km=50")
    });
    let near = near.collect();
    let faceted = (0..DIFFERENT).map(|_| {
        let (one, other) = (skill_uri(numbers.skewed(200)), skill_uri(numbers.skewed(200)));
        get(format!(
            "/v1/organisations?skill={one}&skill={other}&skill_mode=any&kind=company&facets=helix&facets=size&facets=city&limit=20"
        ))
    });
    let faceted = faceted.collect();
    let matches = (0..DIFFERENT).map(|_| {
        let words: Vec<String> = (0..8).map(|_| word(30 + numbers.skewed(5000))).collect();
        let mut needs = vec![numbers.skewed(500), numbers.skewed(500), numbers.skewed(500)];
        needs.sort_unstable();
        needs.dedup();
        let needs: Vec<Value> = needs
            .iter()
            .map(|skill| json!({"skill": skill_uri(*skill), "min_level": 2}))
            .collect();
        let body =
            json!({"text": {"de": words.join(" ")}, "required_skills": needs, "helix": ["business"], "limit": 20});
        request(
            "POST",
            "/v1/matches",
            "Content-Type: application/json\r\n",
            body.to_string().as_bytes(),
        )
    });
    vec![
        Operation {
            name: "get",
            requests: by_id,
        },
        Operation {
            name: "text",
            requests: text,
        },
        Operation {
            name: "typo",
            requests: typo,
        },
        Operation {
            name: "geo_text",
            requests: near,
        },
        Operation {
            name: "suggest",
            requests: suggest,
        },
        Operation {
            name: "facets",
            requests: faceted,
        },
        Operation {
            name: "match",
            requests: matches.collect(),
        },
    ]
}

/// Not the very commonest words: people do not search for those.
fn two_words(numbers: &mut Numbers) -> [String; 2] {
    [(); 2].map(|()| word(30 + numbers.skewed(5000)))
}

fn search(q: &str) -> String {
    format!("/v1/organisations?q={q}&limit=20")
}

/// The server between two measurements of the bare handler, all on the same bytes.
fn compare(server: &Part, operation: &Operation, size: &Size, folder: &std::path::Path) -> Result<Value, Failure> {
    let body = folder.join(operation.name);
    let first = operation.requests.first().ok_or("no requests")?;
    std::fs::write(&body, Connection::open(server.address)?.send(first)?.1)?;
    let bare = Part::start(&["--part", "bare", "--file", &body.to_string_lossy()])?;
    let same = [request("GET", "/0", "", b"")];
    let time = Duration::from_secs(size.seconds);
    measure(
        server.address,
        &operation.requests,
        size.connections,
        Duration::from_secs(1),
    )?;
    measure(bare.address, &same, size.connections, Duration::from_secs(1))?;
    let (before, bare_cpu) = timed(&bare, || measure(bare.address, &same, size.connections, time / 2))?;
    let (real, real_cpu) = timed(server, || {
        measure(server.address, &operation.requests, size.connections, time)
    })?;
    let (after, _) = timed(&bare, || measure(bare.address, &same, size.connections, time / 2))?;
    let bare_rate = f64::midpoint(before.rate, after.rate);
    Ok(json!({
        "operation": operation.name,
        "requests_per_second": real.rate.round(),
        "p50_ms": milliseconds(real.p50),
        "p99_ms": milliseconds(real.p99),
        "bytes": real.bytes,
        "failures": real.failures,
        "cpu_us": (real_cpu * 1e6 / real.requests.max(1) as f64).round(),
        "bare_requests_per_second": bare_rate.round(),
        "bare_cpu_us": (bare_cpu * 1e6 / before.requests.max(1) as f64).round(),
        "of_bare": (real.rate / bare_rate * 1000.0).round() / 1000.0,
    }))
}

fn timed(part: &Part, work: impl FnOnce() -> Result<Measured, Failure>) -> Result<(Measured, f64), Failure> {
    let before = part.cpu();
    let measured = work()?;
    Ok((measured, part.cpu() - before))
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn request(method: &str, path: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let length = if method == "POST" {
        format!("Content-Length: {}\r\n", body.len())
    } else {
        String::new()
    };
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}{length}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
