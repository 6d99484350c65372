//! Proves promises that take too long for the suite: what signing in gives away by its times, what a flood of logins or thousands of slow
//! connections do to everyone else. Prints one JSON object.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clap::{Args, Parser};
use serde_json::{Value, json};
use werkstadt_domain::account::Role;
use werkstadt_tests::accounts;
use werkstadt_tests::local::{Failure, Local};

/// Starts the server on a fresh database and measures it.
#[derive(Parser)]
enum Task {
    /// Compares the times of answers that must be alike: known and unknown accounts, wrong and empty passwords. Welch's t of each pair
    /// of classes; beyond 4.5 they can be told apart.
    Times(Times),
    /// Compares the times of reading an organisation without and with a flood of logins.
    Flood(Flood),
    /// Compares the times of reading an organisation without and with thousands of connections that never finish their request. Needs
    /// two file descriptors for each of them (`ulimit -n`).
    Slow(Slow),
}

#[derive(Args)]
struct Slow {
    /// Connections that never finish their headers.
    #[arg(long, default_value_t = 10_000)]
    heads: usize,
    /// Connections that never finish their body.
    #[arg(long, default_value_t = 1000)]
    bodies: usize,
    /// Seconds of each half.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

#[derive(Args)]
struct Times {
    /// Answers per class.
    #[arg(long, default_value_t = 2000)]
    answers: usize,
    /// Leaves out logins, each of which takes as long as a hash.
    #[arg(long)]
    letters_only: bool,
}

#[derive(Args)]
struct Flood {
    /// Connections that sign in without pause.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of each half.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Times(times) => compare(&times),
        Task::Flood(flood) => under_flood(&flood),
        Task::Slow(slow) => beside_slow(&slow),
    };
    match done {
        Ok(figures) => {
            println!("{figures:#}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("proof: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A network of its own for every request, so that nobody is slowed down.
fn network(number: u32) -> String {
    Ipv4Addr::from(0x0a00_0000 + (number << 8)).to_string()
}

/// Times of one class of answers.
struct Class {
    name: &'static str,
    path: &'static str,
    status: u16,
    body: fn(&str, usize) -> Value,
    seconds: Vec<f64>,
}

fn classes() -> Vec<Class> {
    let class = |name, path, status, body| Class {
        name,
        path,
        status,
        body,
        seconds: Vec::new(),
    };
    vec![
        class(
            "login: unknown account",
            "/v1/auth/login",
            401,
            |_, number| json!({"email": format!("nobody{number}@example.org"), "password": "Regenschirm tanzt leise"}),
        ),
        class(
            "login: wrong password",
            "/v1/auth/login",
            401,
            |known, _| json!({"email": known, "password": "Regenschirm tanzt leise"}),
        ),
        class(
            "login: empty password",
            "/v1/auth/login",
            401,
            |known, _| json!({"email": known, "password": ""}),
        ),
        class(
            "forgotten password: unknown account",
            "/v1/auth/password/forgot",
            202,
            |_, number| json!({"email": format!("nobody{number}@example.org")}),
        ),
        class(
            "forgotten password: known account",
            "/v1/auth/password/forgot",
            202,
            |known, _| json!({"email": known}),
        ),
        class(
            "registration: unknown account",
            "/v1/auth/register",
            202,
            |_, number| json!({"email": format!("nobody{number}@example.org"), "name": "Somebody"}),
        ),
        class(
            "registration: known account",
            "/v1/auth/register",
            202,
            |known, _| json!({"email": known, "name": "Somebody"}),
        ),
    ]
}

fn compare(task: &Times) -> Result<Value, Failure> {
    let server = Local::start(2)?;
    let mut known = Vec::with_capacity(task.answers);
    for _ in 0..task.answers {
        let id = accounts::user(server.state(), Role::Guest, None);
        known.push(format!("guest-{id}@example.org"));
    }
    let mut classes = classes();
    classes.retain(|class| !task.letters_only || class.status == 202);
    let mut asked = 0;
    let mut chance = 2026;
    for (number, known) in known.iter().enumerate() {
        // In an order that changes: what comes after a hash finds other caches than what comes after a quick answer.
        for place in shuffled(classes.len(), &mut chance) {
            let Some(class) = classes.get_mut(place) else { continue };
            asked += 1;
            let (status, took) = server.timed(class.path, &(class.body)(known, number), &network(asked))?;
            if status != class.status {
                return Err(format!("{}: {status}", class.name).into());
            }
            class.seconds.push(took.as_secs_f64());
        }
    }
    let mut pairs = Vec::new();
    for (index, one) in classes.iter().enumerate() {
        for other in classes.iter().skip(index + 1).filter(|other| other.path == one.path) {
            pairs.push(json!({"one": one.name, "other": other.name, "t": welch(&one.seconds, &other.seconds)}));
        }
    }
    let means: Vec<Value> = classes
        .iter()
        .map(|class| json!({"class": class.name, "mean_ms": moments(&class.seconds).0 * 1000.0}))
        .collect();
    Ok(json!({"answers": task.answers, "means": means, "pairs": pairs}))
}

/// The numbers below `count` in an order by chance (Fisher and Yates), from a generator of Lehmer's.
fn shuffled(count: usize, chance: &mut u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        *chance = *chance * 48_271 % 0x7fff_ffff;
        order.swap(last, usize::try_from(*chance).unwrap_or_default() % (last + 1));
    }
    order
}

/// Mean and variance of the mean. Times beyond the 99th percentile are the machine's, not the program's, and are left out of all alike.
fn moments(seconds: &[f64]) -> (f64, f64) {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(sorted.len() * 99 / 100);
    let count = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / count;
    let variance = sorted.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance / count)
}

/// Welch's t: the difference of the means in units of its standard error.
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let ((first, of_first), (second, of_second)) = (moments(one), moments(other));
    (first - second) / (of_first + of_second).sqrt()
}

fn under_flood(task: &Flood) -> Result<Value, Failure> {
    let server = Local::start(2)?;
    let organisation = server.post("/v1/organisations", &json!({"kind": "company", "name": "Optik Weber"}))?;
    let path = format!("/v1/organisations/{}", organisation["id"].as_str().unwrap_or_default());
    let quiet = read_for(&server, &path, task.seconds)?;
    let stop = AtomicBool::new(false);
    let (number, answered, refused) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    let flooded = std::thread::scope(|scope| {
        for _ in 0..task.connections {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = number.fetch_add(1, Ordering::Relaxed);
                    let body =
                        json!({"email": format!("nobody{number}@example.org"), "password": "Regenschirm tanzt leise"});
                    match server.timed("/v1/auth/login", &body, &network(number)) {
                        Ok((401, _)) => answered.fetch_add(1, Ordering::Relaxed),
                        _ => refused.fetch_add(1, Ordering::Relaxed),
                    };
                }
            });
        }
        let flooded = read_for(&server, &path, task.seconds);
        stop.store(true, Ordering::Relaxed);
        flooded
    })?;
    let ratio = flooded["p99_ms"].as_f64().unwrap_or_default() / quiet["p99_ms"].as_f64().unwrap_or(1.0);
    let logins = json!({"answered": answered.into_inner(), "turned_away": refused.into_inner()});
    Ok(json!({"quiet": quiet, "flooded": flooded, "logins": logins, "p99_ratio": ratio}))
}

fn beside_slow(task: &Slow) -> Result<Value, Failure> {
    const HEAD: &[u8] = b"GET /v1/organisations HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    const BODY: &[u8] = b"POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{";
    let server = Local::start(2)?;
    let organisation = server.post("/v1/organisations", &json!({"kind": "company", "name": "Optik Weber"}))?;
    let path = format!("/v1/organisations/{}", organisation["id"].as_str().unwrap_or_default());
    let quiet = read_for(&server, &path, task.seconds)?;
    let memory = resident_mib();
    let mut streams = Vec::with_capacity(task.heads + task.bodies);
    for number in 0..task.heads + task.bodies {
        let mut stream = TcpStream::connect(server.address)?;
        stream.write_all(if number < task.heads { HEAD } else { BODY })?;
        streams.push(stream);
    }
    let opened = Instant::now();
    let beside = read_for(&server, &path, task.seconds)?;
    let grown = resident_mib() - memory;
    // Each of them is ended by the server, sooner or later.
    let mut open = 0;
    for stream in &mut streams {
        stream.set_read_timeout(Some(
            Duration::from_secs(40)
                .saturating_sub(opened.elapsed())
                .max(Duration::from_millis(1)),
        ))?;
        let mut answer = Vec::new();
        open += usize::from(
            stream
                .read_to_end(&mut answer)
                .is_err_and(|error| error.kind() != std::io::ErrorKind::ConnectionReset),
        );
    }
    let ended = json!({"open_after_40_s": open, "seconds_until_all_ended": opened.elapsed().as_secs_f64()});
    Ok(json!({"quiet": quiet, "beside": beside, "slow": ended, "memory_grown_mib": grown}))
}

/// Memory of this process, the server and its clients together.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// Reads a record two hundred times a second, and tells how long the answers took.
fn read_for(server: &Local, path: &str, seconds: u64) -> Result<Value, Failure> {
    let mut taken = Vec::new();
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        let started = Instant::now();
        server.get(path)?;
        taken.push(started.elapsed());
        std::thread::sleep(Duration::from_millis(5).saturating_sub(started.elapsed()));
    }
    taken.sort_unstable();
    let at = |share: usize| {
        let one = taken.get(taken.len() * share / 100).copied().unwrap_or_default();
        one.as_secs_f64() * 1000.0
    };
    Ok(json!({"requests": taken.len(), "p50_ms": at(50), "p99_ms": at(99)}))
}
