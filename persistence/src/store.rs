//! The store: connection pools, and the only transactions there are.

use std::fs::File;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::r2d2::{NopErrorHandler, Pool, PooledConnection};
use uuid::Uuid;

use crate::audit::{self, AuditKey, AuditSecret, Author};
use crate::changes::{self, Actor, Operation, Touched};
use crate::compare;
use crate::connection::{self, Connections, DatabaseUrl, Purpose};
use crate::db::Db;
use crate::dialect::{self, Position};
use crate::error::{Error, Result};
use crate::history;
use crate::migrations;
use crate::refresh::{Listener, Refresh};
use crate::remains;
use crate::sqltypes::SqlInstant;
use crate::work::{Done, UnitOfWork};

/// How to open a store.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Tells this process's changes from those of others; a new one for every start.
    pub instance: Uuid,
    /// Connections to PostgreSQL, or readers of SQLite (which has one writer beside them).
    pub connections: u32,
    /// How long a request waits for a connection before it is told [`Error::Unavailable`].
    pub patience: Duration,
    /// The half of the audit log's key that lies outside the database.
    pub audit_secret: Option<AuditSecret>,
}

impl StoreOptions {
    /// The usual options: 8 connections, 5 seconds.
    pub const fn new(instance: Uuid) -> Self {
        Self {
            instance,
            connections: 8,
            patience: Duration::from_secs(5),
            audit_secret: None,
        }
    }
}

/// The database. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    url: DatabaseUrl,
    instance: Uuid,
    readers: Pool<Connections>,
    writers: Pool<Connections>,
    /// They see what was committed last, beside a writer that has not committed yet.
    witnesses: Pool<Connections>,
    refresh: Refresh,
    audit_secret: Option<AuditSecret>,
    audit_key: OnceLock<AuditKey>,
    /// Held as long as the store lives.
    _file: Option<File>,
}

impl Store {
    /// Opens the database; creates the file of an SQLite database that is not there yet. Does not migrate.
    ///
    /// # Errors
    /// [`Error::Refused`] if another process uses the SQLite file or it cannot be opened; [`Error::Unavailable`] if the
    /// server cannot be reached.
    pub fn open(url: &DatabaseUrl, options: &StoreOptions) -> Result<Self> {
        let file = match url {
            DatabaseUrl::Sqlite(path) => Some(connection::lock_file(path)?),
            DatabaseUrl::Postgres(_) => None,
        };
        // The pool would only say that it timed out; one connection made directly says why.
        drop(url.connect(Purpose::Write)?);
        let writers = match url {
            DatabaseUrl::Postgres(_) => pool(url, Purpose::Write, options.connections, options.patience)?,
            DatabaseUrl::Sqlite(_) => pool(url, Purpose::Write, 1, options.patience)?,
        };
        let readers = match url {
            DatabaseUrl::Postgres(_) => writers.clone(),
            DatabaseUrl::Sqlite(_) => pool(url, Purpose::Read, options.connections, options.patience)?,
        };
        // Not from the writers' pool: writers that hold all of it would wait for each other.
        let witnesses = match url {
            DatabaseUrl::Postgres(_) => pool(url, Purpose::Read, (options.connections / 2).max(1), options.patience)?,
            DatabaseUrl::Sqlite(_) => readers.clone(),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                url: url.clone(),
                instance: options.instance,
                readers,
                writers,
                witnesses,
                refresh: Refresh::default(),
                audit_secret: options.audit_secret.clone(),
                audit_key: OnceLock::new(),
                _file: file,
            }),
        })
    }

    /// Brings the schema up to date and returns the versions of the migrations applied. Several processes may do this at
    /// once.
    ///
    /// # Errors
    /// [`Error::Refused`] if a newer program has used the database, or if its audit log was begun with another secret.
    pub fn migrate(&self) -> Result<Vec<String>> {
        let applied = match &self.shared.url {
            DatabaseUrl::Postgres(_) => migrations::run(&mut self.shared.url.connect(Purpose::Migrate)?),
            DatabaseUrl::Sqlite(_) => migrations::run(&mut *self.writer()?),
        }?;
        let mut db = self.writer()?;
        dialect::begin_write(&mut db)?;
        match AuditKey::prepare(&mut db, self.shared.audit_secret.as_ref(), EPOCH.into()) {
            Ok(_) => dialect::commit(&mut db)?,
            Err(error) => {
                abandon(&mut db);
                return Err(error);
            }
        }
        Ok(applied)
    }

    /// The versions of the migrations that the database lacks.
    ///
    /// # Errors
    /// [`Error::Refused`] if a newer program has used the database.
    pub fn pending_migrations(&self) -> Result<Vec<String>> {
        migrations::pending(&mut *self.writer()?)
    }

    /// Reads in one consistent snapshot.
    ///
    /// # Errors
    /// What `work` returns, and [`Error::Unavailable`].
    pub fn read<T, E>(&self, work: impl FnOnce(&mut Db) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let mut db = self.shared.readers.get().map_err(Error::unavailable)?;
        snapshot(&mut db, work)
    }

    /// Writes: all that `work` does happens, or nothing. Commits when it returns `Ok`; then the read model follows before
    /// this returns, so that a writer reads its own write.
    ///
    /// Transactions may run side by side on PostgreSQL: what `work` decides must rest on constraints and guarded updates,
    /// never on what it read before.
    ///
    /// # Errors
    /// What `work` returns, and [`Error::Unavailable`]. When it is unavailable at the commit, the write may have happened.
    pub fn write<T, E>(
        &self,
        author: impl Into<Author>,
        now: DateTime<Utc>,
        work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Error>,
    {
        let author = author.into();
        let actor = author.actor;
        let mut db = self.writer()?;
        dialect::begin_write(&mut db)?;
        let mut unit = UnitOfWork::new(&mut db, author, now);
        let done = work(&mut unit);
        let at = SqlInstant::from(unit.now());
        let Done { touched, drafts } = unit.into_done();
        let value = match done {
            Ok(value) => value,
            Err(error) => {
                abandon(&mut db);
                return Err(error);
            }
        };
        let logged = match touched.is_empty() {
            true => Ok(()),
            false => self.log(&mut db, actor, at, &touched),
        };
        if let Err(error) = logged.and_then(|()| self.audit(&mut db, drafts)) {
            abandon(&mut db);
            return Err(error.into());
        }
        let touching = !touched.is_empty();
        let committed = dialect::commit(&mut db);
        // Even if the commit failed: the connection may have gone after it was done, and to refresh is never wrong.
        self.shared.refresh.add(touched.into_iter().map(|(touched, _)| touched));
        if let Err(error) = committed {
            abandon(&mut db);
            return Err(error.into());
        }
        if touching {
            self.shared.refresh.run(&mut db);
        }
        Ok(value)
    }

    /// Writes down what a unit of work did: what it changed for whom, and what was there before.
    fn log(&self, db: &mut Db, actor: Actor, at: SqlInstant, touched: &[(Touched, Operation)]) -> Result<()> {
        let known: Vec<Uuid> = touched
            .iter()
            .filter(|(touched, operation)| compare::is_compared(touched.noun) && *operation != Operation::Created)
            .map(|(touched, _)| touched.id)
            .collect();
        let outcome = if known.is_empty() {
            compare::compare(None, db, touched)?
        } else {
            // From here to the commit, nobody else commits a change of these records: what is read before and after
            // differs by this unit of work alone.
            dialect::lock_records(db, &known)?;
            let mut witness = self.shared.witnesses.get().map_err(Error::unavailable)?;
            snapshot(&mut witness, |before| compare::compare(Some(before), db, touched))?
        };
        history::insert(db, &outcome.ended, actor, at)?;
        remains::keep(db, outcome.remains, at)?;
        changes::insert(db, self.shared.instance, actor, at, &outcome.changes)
    }

    /// Chains the entries of the audit log, the last thing before the commit.
    fn audit(&self, db: &mut Db, drafts: Vec<audit::Draft>) -> Result<()> {
        if drafts.is_empty() {
            return Ok(());
        }
        let key = self.audit_key_by(db)?;
        audit::append(db, &key, drafts)
    }

    /// The key of the audit log.
    ///
    /// # Errors
    /// [`Error::Refused`] if the log was begun with another secret, or the schema is not up to date.
    pub fn audit_key(&self) -> Result<AuditKey> {
        let mut db = self.reader()?;
        self.audit_key_by(&mut db)
    }

    fn audit_key_by(&self, db: &mut Db) -> Result<AuditKey> {
        if let Some(key) = self.shared.audit_key.get() {
            return Ok(key.clone());
        }
        let key = AuditKey::load(db, self.shared.audit_secret.as_ref())?;
        Ok(self.shared.audit_key.get_or_init(|| key).clone())
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn ping(&self) -> Result<()> {
        self.read(|db| Ok(diesel::connection::SimpleConnection::batch_execute(db, "SELECT 1")?))
    }

    /// Attaches the read model: it is built now and follows every write from here on.
    ///
    /// # Errors
    /// What [`Listener::rebuild`] returns.
    pub fn attach(&self, listener: Arc<dyn Listener>) -> Result<()> {
        let mut db = self.shared.readers.get().map_err(Error::unavailable)?;
        self.shared.refresh.attach(&mut db, listener)
    }

    /// Brings these records into the read model as the database has them now. For readers who learn of a change from the
    /// database, where it may be seen a moment earlier.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn bring_in(&self, touched: impl IntoIterator<Item = Touched>) -> Result<()> {
        self.shared.refresh.add(touched);
        let mut db = self.shared.readers.get().map_err(Error::unavailable)?;
        self.shared.refresh.run(&mut db);
        Ok(())
    }

    /// Empties the log beside an SQLite file, so that nothing erased is left in it. True if that is done; readers may keep it from
    /// being done for a moment.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn empty_log(&self) -> Result<bool> {
        dialect::plain::empty_log(&mut *self.writer()?)
    }

    pub(crate) fn refresh(&self) -> &Refresh {
        &self.shared.refresh
    }

    pub(crate) fn instance(&self) -> Uuid {
        self.shared.instance
    }

    pub(crate) fn reader(&self) -> Result<PooledConnection<Connections>> {
        self.shared.readers.get().map_err(Error::unavailable)
    }

    /// A connection outside the pools, or none where there is nothing to follow.
    pub(crate) fn connect_follower(&self) -> Result<Option<Db>> {
        match self.shared.url {
            DatabaseUrl::Postgres(_) => self.shared.url.connect(Purpose::Read).map(Some),
            DatabaseUrl::Sqlite(_) => Ok(None),
        }
    }

    /// Where the log stands now.
    pub(crate) fn position(&self) -> Result<Option<Position>> {
        self.read(dialect::position)
    }

    fn writer(&self) -> Result<PooledConnection<Connections>> {
        self.shared.writers.get().map_err(Error::unavailable)
    }
}

/// When the key of the audit log was made is of no account, and there is no clock here.
const EPOCH: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn pool(url: &DatabaseUrl, purpose: Purpose, size: u32, patience: Duration) -> Result<Pool<Connections>> {
    let connections = Connections {
        url: url.clone(),
        purpose,
    };
    Pool::builder()
        .max_size(size.max(1))
        .min_idle(Some(1))
        .connection_timeout(patience)
        .error_handler(Box::new(NopErrorHandler))
        .build(connections)
        .map_err(Error::unavailable)
}

/// Runs `work` in a transaction that reads one state and ends without a trace.
pub(crate) fn snapshot<T, E>(db: &mut Db, work: impl FnOnce(&mut Db) -> Result<T, E>) -> Result<T, E>
where
    E: From<Error>,
{
    dialect::begin_read(db)?;
    let done = work(db);
    abandon(db);
    done
}

/// Rolls back. Where that fails, the pool throws the connection away, and the database rolls back by itself.
fn abandon(db: &mut Db) {
    if let Err(error) = dialect::roll_back(db) {
        tracing::debug!(%error, "a transaction could not be rolled back");
    }
}
