//! Starting: the database opened and migrated, the read model filled, the keys at hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web;
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::Semaphore;
use uuid::Uuid;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::feed::Feed;
use werkstadt_persistence::{Follower, ReadModel, Store, StoreOptions, settings};

use crate::app;
use crate::audit::notes::Notes;
use crate::auth::{self, ActionKey, Attempts, Hashing};
use crate::config::Config;
use crate::contract::{Body, Contract, Defect};
use crate::cursor::Cursors;
use crate::document;
use crate::imports::report;
use crate::imports::run::LineSchemas;
use crate::letters;
use crate::problem::Problem;
use crate::rates::Rates;
use crate::rendered::Renderings;
use crate::settings::Configured;
use crate::state::{Limits, State, World};

/// A server that is ready to serve, and what keeps it fresh.
pub struct Booted {
    /// What the workers share.
    pub state: web::Data<State>,
    /// Follows the changes of other processes; stops when dropped.
    pub follower: Follower,
}

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] werkstadt_persistence::Error),
    /// The program's own document.
    #[error(transparent)]
    Contract(#[from] Defect),
    /// Keys or random numbers.
    #[error("keys: {0}")]
    Keys(String),
    /// How letters leave.
    #[error("mail: {0}")]
    Mail(String),
    /// Files.
    #[error("files: {0}")]
    Files(#[from] std::io::Error),
}

/// The operating system's clock and random numbers.
pub struct System;

impl World for System {
    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        Utc::now()
    }

    fn id(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
        Uuid::now_v7()
    }

    fn secret(&self) -> Result<[u8; 32], Problem> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Problem::internal)?;
        Ok(bytes)
    }
}

/// Opens and migrates the database and fills the read model.
///
/// # Errors
/// [`BootError`].
pub fn boot(config: &Config, world: Arc<dyn World>) -> Result<Booted, BootError> {
    let options = StoreOptions {
        audit_secret: config.audit_secret.clone(),
        ..StoreOptions::new(world.id())
    };
    let store = Store::open(&config.database, &options)?;
    let applied = store.migrate()?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.len(), "schema brought up to date");
    }
    let ended = report::end_interrupted(&store, world.now())?;
    if ended > 0 {
        tracing::warn!(jobs = ended, "jobs were cut off; they are ended");
    }
    let keys = Keys::of(&store, &*world)?;
    let post = letters::open(&config.mail, &config.mail_from).map_err(BootError::Mail)?;
    let read_model = Arc::new(ReadModel::default());
    // Before it is filled: what has expired is not indexed at all then.
    read_model.directory.turn_to(world.now().date_naive());
    // Neither needs the other, and both take time.
    let (filled, documents) = std::thread::scope(|scope| {
        let documents = scope.spawn(documents);
        let filled = store.attach(Arc::clone(&read_model) as Arc<_>);
        (
            filled,
            documents
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    filled?;
    let (contract, documents, lines) = documents?;
    let follower = Follower::start(store.clone())?;
    let signing = auth::keys::at_start(&store, &*world).map_err(|problem| BootError::Keys(in_words(&problem)))?;
    let tokens = auth::keys::tokens(&config.public_url, &signing, world.now());
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let limits = Limits {
        concurrent: config.concurrency,
        time: Duration::from_secs(config.request_seconds),
        body_time: Duration::from_secs(config.body_seconds),
        ..Limits::default()
    };
    let state = State {
        store,
        read_model,
        renderings: Renderings::default(),
        feed: Feed::default(),
        lines,
        contract,
        documents,
        tokens: ArcSwap::from_pointee(tokens.map_err(|problem| BootError::Keys(in_words(&problem)))?),
        public_url: config.public_url.clone(),
        cursors: Cursors::new(keys.cursors),
        action_key: keys.action,
        attempts: Attempts::default(),
        configured: Configured::new(config),
        trusted_proxies: config.trusted_proxies.clone(),
        app_url: config.app_url.clone(),
        rates: Rates::new(config.rate_anonymous, config.rate_signed_in),
        uses: Mutex::default(),
        post,
        // One core stays free for readers.
        hashing: Hashing::new(cores.saturating_sub(1)).map_err(|error| BootError::Keys(error.to_string()))?,
        places: Arc::new(Semaphore::new(limits.concurrent)),
        arriving: Arc::new(Semaphore::new(limits.arriving_bytes)),
        limits,
        origins: config.origins.clone(),
        notes: Notes::default(),
        audit_heads: config.audit_heads.clone(),
        world,
    };
    Ok(Booted {
        state: web::Data::new(state),
        follower,
    })
}

type Documents = (Contract, (web::Bytes, web::Bytes), LineSchemas);

fn documents() -> Result<Documents, Defect> {
    let document = app::published()?;
    let text = |document: &Value| {
        serde_json::to_vec(document)
            .map(web::Bytes::from)
            .map_err(|error| Defect::new("document", error))
    };
    let texts = (text(&document)?, text(&document::downgrade(&document))?);
    let schema = |name: &str| Body::of_component(&document, name);
    let lines = LineSchemas {
        skill: schema("ImportSkill")?,
        organisation: schema("ImportOrganisation")?,
        opportunity: schema("ImportOpportunity")?,
        solution: schema("ImportSolution")?,
        person: schema("ImportPerson")?,
        membership_type: schema("ImportMembershipType")?,
    };
    Ok((Contract::compile(&document)?, texts, lines))
}

fn in_words(problem: &Problem) -> String {
    format!("{problem}: {}", problem.cause().unwrap_or_default())
}

/// The keys of the server, made at the first start; replicas share them through the database.
struct Keys {
    cursors: [u8; 32],
    action: ActionKey,
}

impl Keys {
    fn of(store: &Store, world: &dyn World) -> Result<Self, BootError> {
        let secret = || world.secret().map_err(|problem| BootError::Keys(problem.to_string()));
        let fresh = [("cursor_key", secret()?), ("action_key", secret()?)];
        let stored = store.write(Author::task("start"), world.now(), |unit| {
            let mut keys = Vec::new();
            for (name, fresh) in fresh {
                keys.push(settings::find_or_insert(unit, name, fresh.to_vec())?);
            }
            Ok::<_, werkstadt_persistence::Error>(keys)
        })?;
        let mut keys = stored.into_iter().map(<[u8; 32]>::try_from);
        let mut next = || match keys.next() {
            Some(Ok(key)) => Ok(key),
            _ => Err(BootError::Keys("a stored key is not of 32 bytes".to_owned())),
        };
        Ok(Self {
            cursors: next()?,
            action: ActionKey(next()?),
        })
    }
}
