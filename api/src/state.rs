//! What all workers share: the store, the read model, the clock, the keys.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web;
use arc_swap::ArcSwap;
use chrono::{DateTime, Days, NaiveDate, SubsecRound, Utc};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use uuid::Uuid;
use werkstadt_domain::account::ApiKeyId;
use werkstadt_domain::id::Id;
use werkstadt_persistence::directory::Directory;
use werkstadt_persistence::feed::Feed;
use werkstadt_persistence::signing_keys::StoredKey;
use werkstadt_persistence::{Accounts, Actor, Db, ReadModel, Store, UnitOfWork};

use crate::audit::notes::Notes;
use crate::audit::occasion;
use crate::auth::{ActionKey, Attempts, Hashing, Tokens, keys};
use crate::contract::Contract;
use crate::cursor::Cursors;
use crate::idempotency::Once;
use crate::imports::run::LineSchemas;
use crate::letters::Way;
use crate::problem::Problem;
use crate::rates::Rates;
use crate::rendered::Renderings;
use crate::settings::Configured;

/// Where time and chance come from; tests bring their own.
pub trait World: Send + Sync {
    /// The present.
    fn now(&self) -> DateTime<Utc>;
    /// A new id, a UUIDv7.
    fn id(&self) -> Uuid;
    /// 32 random bytes for a secret.
    ///
    /// # Errors
    /// When the operating system has none.
    fn secret(&self) -> Result<[u8; 32], Problem>;
}

/// Bounds of what one request may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a JSON body.
    pub body_bytes: usize,
    /// Bytes of an application for membership with its documents.
    pub application_bytes: usize,
    /// Bytes of an import.
    pub import_bytes: usize,
    /// Bytes of a picture.
    pub picture_bytes: usize,
    /// Bytes of all bodies that are on their way at a time.
    pub arriving_bytes: usize,
    /// Bytes of path and query.
    pub address_bytes: usize,
    /// Requests handled at a time; more are turned away.
    pub concurrent: usize,
    /// How long a request may take.
    pub time: Duration,
    /// How long its body may take to arrive.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            application_bytes: 6 << 20,
            import_bytes: 64 << 20,
            picture_bytes: 4 << 20,
            arriving_bytes: 256 << 20,
            address_bytes: 8 << 10,
            concurrent: 512,
            time: Duration::from_secs(30),
            body_time: Duration::from_secs(20),
        }
    }
}

/// How long things last unless someone says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// Days that an opportunity is open.
    pub opportunity_days: u16,
    /// Days after which a solution must be confirmed again.
    pub solution_days: u16,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            opportunity_days: 180,
            solution_days: 365,
        }
    }
}

impl Periods {
    /// The last day of an opportunity that is published today.
    pub fn opportunity_ends(&self, today: NaiveDate) -> NaiveDate {
        let days = Days::new(u64::from(self.opportunity_days));
        today.checked_add_days(days).unwrap_or(NaiveDate::MAX)
    }
}

/// The state of the server.
pub struct State {
    /// The database.
    pub store: Store,
    /// What is served from memory.
    pub read_model: Arc<ReadModel>,
    /// Organisations as they were last served.
    pub renderings: Renderings,
    /// Reads the feed of changes.
    pub feed: Feed,
    /// The schemas of the lines of an import.
    pub lines: LineSchemas,
    /// The published document, compiled.
    pub contract: Contract,
    /// The published document as JSON text, 3.1 and 3.0.
    pub documents: (web::Bytes, web::Bytes),
    /// Signs and checks access tokens, by the keys of now.
    pub tokens: ArcSwap<Tokens>,
    /// The issuer of access tokens: where clients reach the server.
    pub public_url: String,
    /// Signs cursors.
    pub cursors: Cursors,
    /// Hashes passwords.
    pub hashing: Hashing,
    /// The key of the tokens in letters.
    pub action_key: ActionKey,
    /// Failed attempts to sign in.
    pub attempts: Attempts,
    /// What holds where managers set nothing.
    pub configured: Configured,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Address of the pages that answer letters.
    pub app_url: Option<String>,
    /// How many requests callers may make.
    pub rates: Rates,
    /// When keys were used last, to be written down.
    pub uses: Mutex<HashMap<ApiKeyId, DateTime<Utc>>>,
    /// How letters leave.
    pub post: Way,
    /// Bounds.
    pub limits: Limits,
    /// Places for requests being handled.
    pub places: Arc<Semaphore>,
    /// Room for bodies that are on their way, in bytes.
    pub arriving: Arc<Semaphore>,
    /// Origins from which browsers may call.
    pub origins: Vec<String>,
    /// What was read of people and is not in the audit log yet.
    pub notes: Notes,
    /// The file into which heads of the audit log are written.
    pub audit_heads: Option<PathBuf>,
    /// Clock and ids.
    pub world: Arc<dyn World>,
}

impl State {
    /// Organisations, skills, opportunities, persons, as of today.
    pub fn directory(&self) -> &Directory {
        let directory = &self.read_model.directory;
        directory.turn_to(self.world.now().date_naive());
        directory
    }

    /// Users and API keys.
    pub fn accounts(&self) -> &Accounts {
        &self.read_model.accounts
    }

    /// Signs and checks access tokens by these keys from here on.
    ///
    /// # Errors
    /// When a key is none; a defect.
    pub fn use_keys(&self, keys: &[StoredKey]) -> Result<(), Problem> {
        let tokens = keys::tokens(&self.public_url, keys, self.now())?;
        // Tokens that were checked before would have to be checked again.
        if !tokens.is_like(&self.tokens.load()) {
            self.tokens.store(Arc::new(tokens));
        }
        Ok(())
    }

    /// The present, in whole microseconds: what both databases can store.
    pub fn now(&self) -> DateTime<Utc> {
        self.world.now().trunc_subsecs(6)
    }

    /// A new id.
    pub fn id<N>(&self) -> Id<N> {
        Id::new(self.world.id())
    }
}

/// Reads from the database on a blocking thread.
///
/// # Errors
/// What the work fails with, or [`crate::problem::Code::Unavailable`].
pub async fn read<T: Send + 'static>(
    state: &web::Data<State>,
    work: impl FnOnce(&mut Db) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let state = state.clone();
    web::block(move || state.store.read(work))
        .await
        .map_err(Problem::internal)?
}

/// One unit of work on a blocking thread: committed if it returns a value, rolled back if it fails. When this returns, the
/// read model of this process has it.
///
/// # Errors
/// What the work fails with, or [`crate::problem::Code::Unavailable`].
pub async fn write<T: Send + 'static>(
    state: &web::Data<State>,
    actor: Actor,
    work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    attempt(state, actor, work).await
}

/// As [`write`](fn@write), for work that fails with more than a problem.
///
/// # Errors
/// What the work fails with, or [`crate::problem::Code::Unavailable`].
pub async fn attempt<T, E>(
    state: &web::Data<State>,
    actor: Actor,
    work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<werkstadt_persistence::Error> + From<Problem> + Send + 'static,
{
    let state = state.clone();
    let now = state.now();
    let (once, author) = (Once::current(), occasion::author(actor));
    let done = web::block(move || {
        let done = state.store.write(author, now, |unit| {
            if let Some(once) = &once {
                once.mark(unit)?;
            }
            work(unit)
        });
        if let (Ok(_), Some(once)) = (&done, &once) {
            once.committed();
        }
        done
    });
    done.await.map_err(Problem::internal)?
}

impl From<werkstadt_persistence::Error> for Problem {
    fn from(error: werkstadt_persistence::Error) -> Self {
        use crate::problem::Code;
        use werkstadt_persistence::Error;
        use werkstadt_persistence::users::LAST_MANAGER;
        match error {
            Error::NotFound { .. } => Self::new(Code::NotFound),
            Error::Conflict { constraint } if constraint == LAST_MANAGER => Self::new(Code::LastManager),
            Error::Conflict { constraint } => Self::new(Code::Conflict).with_fact("constraint", constraint),
            Error::Stale { .. } => Self::new(Code::Stale),
            Error::Unavailable(_) => Self::new(Code::Unavailable).retry_after(1).because(&error),
            _ => Self::internal(&error),
        }
    }
}
