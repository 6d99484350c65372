//! What was acknowledged is there: the real program is killed again and again while it writes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;
use werkstadt_api::state::World;
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus};
use werkstadt_persistence::{Actor, Error};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::Request;
use werkstadt_tests::load::data::Numbers;
use werkstadt_tests::world::TestWorld;

/// How often the program is killed.
const KILLS: u64 = 50;
/// Who writes at the same time.
const WRITERS: usize = 3;

#[test]
fn every_acknowledged_write_survives_fifty_kills() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let key = program.manager_key();
    let acknowledged: Mutex<Vec<(String, String)>> = Mutex::default();
    let mut numbers = Numbers::new(2026);
    for round in 0..KILLS {
        let mut running = program.start();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (stop, key, address, acknowledged) = (&stop, &key, running.address, &acknowledged);
                scope.spawn(move || write(address, key, &format!("Firma {round}-{writer}"), stop, acknowledged));
            }
            std::thread::sleep(Duration::from_millis(20 + numbers.below(150)));
            running.kill();
            stop.store(true, Ordering::Relaxed);
        });
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(
        acknowledged.len() > 100,
        "only {} writes were acknowledged",
        acknowledged.len()
    );
    let running = program.start();
    for (id, name) in &acknowledged {
        let request = Request::new("GET", &format!("/v1/organisations/{id}"));
        let (status, body) = call(running.address, &request).expect("an answer");
        assert_eq!(status, 200, "{name} was acknowledged and is gone");
        // Nothing half written: the skill came with the name, in one transaction.
        assert_eq!(body["name"], name.as_str());
        assert_eq!(body["summary"]["de"], format!("Über {name}"));
    }
}

/// Adds organisations until told to stop; notes those that the server said it has.
fn write(address: SocketAddr, key: &str, name: &str, stop: &AtomicBool, acknowledged: &Mutex<Vec<(String, String)>>) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("{name}-{number} GmbH");
        let body = json!({"kind": "company", "name": name, "summary": {"de": format!("Über {name}")}});
        let request = Request::new("POST", "/v1/organisations")
            .header("Authorization", &format!("Bearer {key}"))
            .json(&body);
        if let Some((201, made)) = call(address, &request) {
            let id = made["id"].as_str().unwrap_or_default().to_owned();
            acknowledged.lock().unwrap().push((id, name));
        }
    }
}

/// The answer, or nothing if the connection broke before it was whole.
fn call(address: SocketAddr, request: &Request) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(&request.to_bytes(address)).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

/// The program and its database.
struct Program {
    binary: PathBuf,
    database: String,
}

/// A running program; killed when dropped.
struct Running {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn new(folder: &Path) -> Self {
        Self {
            binary: binary(),
            database: format!("sqlite://{}", folder.join("network.db").display()),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .env("DATABASE_URL", &self.database)
            .env("WERKSTADT_LOG", "error")
            // It asks faster than people do, and has no device.
            .env("WERKSTADT_RATE_SIGNED_IN", "0")
            .env("WERKSTADT_RATE_ANONYMOUS", "0")
            .env("WERKSTADT_SECOND_FACTOR", "nobody");
        command
    }

    /// A manager's API key, so that no password is hashed while the server is being killed.
    fn manager_key(&self) -> String {
        let made = self
            .command(&["user", "--email", "manager@example.org"])
            .output()
            .unwrap();
        let said = String::from_utf8(made.stdout).unwrap();
        let password = said
            .lines()
            .find_map(|line| line.strip_prefix("password:"))
            .expect("a password")
            .trim();
        let running = self.start();
        let login = json!({"email": "manager@example.org", "password": password});
        let (_, tokens) = call(running.address, &Request::new("POST", "/v1/auth/login").json(&login)).expect("a login");
        let token = tokens["access_token"].as_str().expect("a token");
        let wanted = json!({"name": "Writers", "scopes": ["directory:read", "organisations:write"]});
        let request = Request::new("POST", "/v1/me/api-keys")
            .header("Authorization", &format!("Bearer {token}"))
            .json(&wanted);
        let (_, key) = call(running.address, &request).expect("a key");
        key["secret"].as_str().expect("a secret").to_owned()
    }

    fn start(&self) -> Running {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = self
            .command(&["serve", "--workers", "2"])
            .args(["--listen", &address.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut running = Running { child, address };
        let begin = Instant::now();
        while call(address, &Request::new("GET", "/readyz")).is_none_or(|(status, _)| status != 200) {
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "the server does not become ready"
            );
            assert!(
                running.child.try_wait().unwrap().is_none(),
                "the server does not start after a kill"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        running
    }
}

impl Running {
    /// SIGKILL: the program has no chance to tidy up.
    fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program beside this test, built if it is not there yet.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).expect("the folder of the profile");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "-p", "werkstadt-api", "--bin", "werkstadt"]);
    build
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
    build
        .arg("--target-dir")
        .arg(folder.parent().expect("the target folder"));
    if folder.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success(), "the program does not build");
    folder.join("werkstadt")
}

#[test]
fn jobs_that_were_cut_off_are_ended_by_the_next_server() {
    on_each(|database| {
        let ids = [1, 2].map(|number| JobId::new(Uuid::from_u128(number)));
        let now = TestWorld::new(0).now();
        let store = database.store(7);
        let write = |job: JobId, result: serde_json::Value| {
            let earlier = now - chrono::TimeDelta::hours(1);
            let written = store.write::<_, Error>(Actor::System, earlier, |unit| {
                let before = jobs::insert(unit, job, "import", None)?;
                let after = Job {
                    status: JobStatus::Running,
                    result,
                    ..before.clone()
                };
                jobs::update(unit, &before, after)
            });
            written.unwrap();
        };
        write(ids[0], serde_json::json!({}));
        write(ids[1], serde_json::json!({"organisations": 3}));
        drop(store);
        let app = TestApp::on(database);
        let read = |id: JobId| app.as_manager().read(&format!("/v1/jobs/{id}"));
        assert_eq!(read(ids[0])["status"], "failed");
        assert_eq!(read(ids[1])["status"], "succeeded", "what it wrote is there");
    });
}
