//! Users, sessions, API keys and settings in memory: every request is authenticated without a query, and a suspension or another setting
//! holds from the next one on.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use werkstadt_domain::account::{ApiKey, ApiKeyId, User, UserId};
use werkstadt_domain::settings::Settings;

use crate::api_keys::{self, SecretHash};
use crate::changes::{Noun, Touched};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::network_settings;
use crate::sessions::{self, Session, SessionId};
use crate::users;

/// Users, sessions, API keys and what managers set, as the database has it.
#[derive(Default)]
pub struct Accounts {
    current: ArcSwap<Known>,
    /// Those that have not ended. Apart from the rest, because there is a new one with each login.
    sessions: RwLock<HashMap<SessionId, Arc<Session>>>,
    settings: ArcSwap<Settings>,
}

#[derive(Clone, Default)]
struct Known {
    users: HashMap<UserId, Arc<User>>,
    keys: HashMap<SecretHash, Arc<ApiKey>>,
    hashes: HashMap<ApiKeyId, SecretHash>,
}

/// Users read at a time.
const CHUNK: i64 = 1000;

impl Accounts {
    /// The user, unless suspended or removed.
    pub fn user(&self, id: UserId) -> Option<Arc<User>> {
        self.current.load().users.get(&id).filter(|user| user.active).cloned()
    }

    /// What managers set.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// A session that has not ended, and its user, unless suspended.
    pub fn by_session(&self, id: SessionId, now: DateTime<Utc>) -> Option<(Arc<Session>, Arc<User>)> {
        let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get(&id).filter(|session| now < session.expires_at)?;
        Some((Arc::clone(session), self.user(session.user)?))
    }

    /// Forgets the sessions whose time is over.
    pub fn forget_ended(&self, now: DateTime<Utc>) {
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| now < session.expires_at);
    }

    /// The key with this secret and its user, unless the key has ended or the user is suspended.
    pub fn by_key(&self, secret: &SecretHash, now: DateTime<Utc>) -> Option<(Arc<ApiKey>, Arc<User>)> {
        let known = self.current.load();
        let key = known
            .keys
            .get(secret)
            .filter(|key| key.expires_at.is_none_or(|end| now < end))?;
        let user = known.users.get(&key.user).filter(|user| user.active)?;
        Some((Arc::clone(key), Arc::clone(user)))
    }

    /// The key, whether or not it has ended.
    pub fn key(&self, id: ApiKeyId) -> Option<Arc<ApiKey>> {
        let known = self.current.load();
        known.keys.get(known.hashes.get(&id)?).cloned()
    }

    /// Reads everything anew.
    pub(crate) fn rebuild(&self, db: &mut Db) -> Result<()> {
        let mut known = Known::default();
        let mut after = None;
        loop {
            let page = users::list(db, None, after, CHUNK)?;
            let Some(last) = page.last() else { break };
            after = Some(last.record.id);
            known.users.extend(
                page.into_iter()
                    .map(|stored| (stored.record.id, Arc::new(stored.record))),
            );
        }
        for (hash, key) in api_keys::with_hashes(db, None)? {
            known.add_key(hash, key);
        }
        let open = by_id(sessions::open(db, None)?);
        let settings = network_settings::find(db)?.record;
        self.settings.store(Arc::new(settings));
        self.current.store(Arc::new(known));
        *self.sessions.write().unwrap_or_else(PoisonError::into_inner) = open;
        Ok(())
    }

    /// Reads these records anew.
    pub(crate) fn refresh(&self, db: &mut Db, touched: &[Touched]) -> Result<()> {
        let of = |noun: Noun| touched.iter().filter(move |one| one.noun == noun).map(|one| one.id);
        let users: Vec<UserId> = of(Noun::User).map(UserId::new).collect();
        let keys: Vec<ApiKeyId> = of(Noun::ApiKey).map(ApiKeyId::new).collect();
        if of(Noun::Setting).next().is_some() {
            self.settings.store(Arc::new(network_settings::find(db)?.record));
        }
        let touched: Vec<SessionId> = of(Noun::Session).map(SessionId::new).collect();
        if !touched.is_empty() {
            let open = by_id(sessions::open(db, Some(&touched))?);
            let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
            for id in &touched {
                sessions.remove(id);
            }
            sessions.extend(open);
        }
        if users.is_empty() && keys.is_empty() {
            return Ok(());
        }
        let mut known = Known::clone(&self.current.load());
        for id in users {
            match users::find(db, id) {
                Ok(user) => drop(known.users.insert(id, Arc::new(user.record))),
                // Its keys went with it; without their user they are not accepted.
                Err(Error::NotFound { .. }) => drop(known.users.remove(&id)),
                Err(error) => return Err(error),
            }
        }
        for id in &keys {
            known.remove_key(*id);
        }
        for (hash, key) in api_keys::with_hashes(db, Some(&keys))? {
            known.add_key(hash, key);
        }
        self.current.store(Arc::new(known));
        Ok(())
    }
}

fn by_id(sessions: Vec<Session>) -> HashMap<SessionId, Arc<Session>> {
    sessions
        .into_iter()
        .map(|session| (session.id, Arc::new(session)))
        .collect()
}

impl Known {
    fn add_key(&mut self, hash: SecretHash, key: ApiKey) {
        self.hashes.insert(key.id, hash);
        self.keys.insert(hash, Arc::new(key));
    }

    fn remove_key(&mut self, id: ApiKeyId) {
        if let Some(hash) = self.hashes.remove(&id) {
            self.keys.remove(&hash);
        }
    }
}
