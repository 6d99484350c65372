//! A server of one's own: the real application on a fresh SQLite database, for programs that measure it over HTTP.

use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::web;
use serde_json::Value;
use tempfile::TempDir;
use ureq::Agent;
use werkstadt_api::app;
use werkstadt_api::auth::ApiKeySecret;
use werkstadt_api::boot::{self, Booted, System};
use werkstadt_api::config::Settings;
use werkstadt_api::state::State;
use werkstadt_domain::account::{ApiKey, Role, Scope, User};
use werkstadt_domain::named::Named;
use werkstadt_persistence::{Actor, api_keys, users};

/// What these programs fail with.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A running server with a manager's key.
pub struct Local {
    /// Where it listens.
    pub address: SocketAddr,
    /// A manager's API key with every scope; empty on a database that was there before, of which nobody knows the key.
    pub key: String,
    agent: Agent,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    state: web::Data<State>,
    /// Removed with the server.
    folder: Option<TempDir>,
}

impl Local {
    /// Starts a server on a database that nobody has used.
    ///
    /// # Errors
    /// When the server cannot start.
    pub fn start(workers: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut local = Self::on(folder.path(), workers)?;
        local.folder = Some(folder);
        Ok(local)
    }

    /// Starts a server on the database in a folder, a new one if there is none.
    ///
    /// # Errors
    /// When the server cannot start.
    pub fn on(folder: &Path, workers: usize) -> Result<Self, Failure> {
        let file = folder.join("network.db");
        let known = file.exists();
        // Whoever measures asks more often than people do.
        let mut config = Settings::default()
            .for_trial(folder.join("outbox"))
            .on_database(format!("sqlite://{}", file.display()))
            .check()?;
        // Whoever measures comes from many networks.
        config.trusted_proxies = vec!["127.0.0.1/32".parse()?];
        let Booted { state, follower } = boot::boot(&config, Arc::new(System))?;
        let key = if known { String::new() } else { manager_key(&state)? };
        let shared = state.clone();
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let served = actix_web::rt::System::new().block_on(async {
                let server = app::serve(shared, listener, workers)?;
                drop(sender.send(server.handle()));
                server.await
            });
            drop(served);
            follower.stop();
        });
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .new_agent();
        let handle = receiver.recv()?;
        Ok(Self {
            address,
            key,
            agent,
            handle,
            thread: Some(thread),
            state,
            folder: None,
        })
    }

    /// Bytes of the read model's index on the heap, the records not counted.
    pub fn index_bytes(&self) -> usize {
        self.state.directory().snapshot().index_bytes()
    }

    /// What the workers of the server share.
    pub const fn state(&self) -> &web::Data<State> {
        &self.state
    }

    /// Posts JSON as nobody, from an address; the status, and how long the answer took.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn timed(&self, path: &str, body: &Value, from: &str) -> Result<(u16, Duration), Failure> {
        let url = format!("http://{}{path}", self.address);
        let bytes = serde_json::to_vec(body)?;
        let request = self.agent.post(&url).header("X-Forwarded-For", from);
        let request = request.header("Content-Type", "application/json");
        let started = Instant::now();
        let mut answer = request.send(&bytes[..])?;
        answer.body_mut().read_to_vec()?;
        Ok((answer.status().as_u16(), started.elapsed()))
    }

    /// Posts JSON as the manager and reads the JSON answer.
    ///
    /// # Errors
    /// When the answer is not a success, with its body.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send(path, "application/json", &serde_json::to_vec(body)?)
    }

    /// Imports JSON Lines and waits for the end of the job.
    ///
    /// # Errors
    /// When the job failed or any row was faulty.
    pub fn import(&self, lines: &[u8]) -> Result<Value, Failure> {
        let mut job = self.send("/v1/imports", "application/x-ndjson", lines)?;
        while job["status"] == "queued" || job["status"] == "running" {
            std::thread::sleep(Duration::from_millis(100));
            job = self.get(&format!("/v1/jobs/{}", job["id"].as_str().unwrap_or_default()))?;
        }
        if job["status"] != "succeeded" || job["failed"] != 0 {
            let id = job["id"].as_str().unwrap_or_default();
            let errors = self.get(&format!("/v1/jobs/{id}/errors?limit=5"))?;
            return Err(format!("the import went wrong: {job} {errors}").into());
        }
        Ok(job)
    }

    /// Reads JSON as the manager.
    ///
    /// # Errors
    /// When the answer is not a success, with its body.
    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        let url = format!("http://{}{path}", self.address);
        let call = self
            .agent
            .get(&url)
            .header("Authorization", format!("Bearer {}", self.key))
            .call()?;
        read(call)
    }

    fn send(&self, path: &str, media_type: &str, body: &[u8]) -> Result<Value, Failure> {
        let url = format!("http://{}{path}", self.address);
        let request = self
            .agent
            .post(&url)
            .header("Authorization", format!("Bearer {}", self.key));
        read(request.header("Content-Type", media_type).send(body)?)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Value, Failure> {
    let status = response.status();
    let text = response.body_mut().with_config().limit(256 << 20).read_to_string()?;
    if status.is_success() {
        Ok(serde_json::from_str(&text)?)
    } else {
        Err(format!("{status}: {text}").into())
    }
}

fn manager_key(state: &web::Data<State>) -> Result<String, Failure> {
    let secret = ApiKeySecret::new(state.world.secret().map_err(|problem| problem.to_string())?);
    let user = User {
        id: state.id(),
        email: "manager@example.org".to_owned(),
        name: "Manager".to_owned(),
        role: Role::Manager,
        organisation: None,
        active: true,
        language: werkstadt_domain::text::Language::De,
        person: None,
    };
    let key = ApiKey {
        id: state.id(),
        user: user.id,
        name: "Measurements".to_owned(),
        scopes: Scope::ALL.to_vec(),
        expires_at: None,
        requests_per_minute: None,
        used_at: None,
    };
    let hash = secret.digest();
    state
        .store
        .write::<_, werkstadt_persistence::Error>(Actor::System, state.now(), |unit| {
            users::insert(unit, user, None)?;
            api_keys::insert(unit, key, &hash)?;
            Ok(())
        })?;
    Ok(secret.reveal().to_owned())
}
