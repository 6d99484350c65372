//! A fresh database for a test, on either engine.

use tempfile::TempDir;
use uuid::Uuid;
use werkstadt_persistence::{Store, StoreOptions};

use crate::postgres;

/// A fresh database with the current schema, removed with this.
pub enum TestDatabase {
    /// A file in a folder of its own.
    Sqlite(TempDir),
    /// A database in the throw-away cluster.
    Postgres(postgres::Database),
}

impl TestDatabase {
    /// A fresh SQLite database.
    ///
    /// # Panics
    /// If there is no room for it.
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a folder"))
    }

    /// A fresh PostgreSQL database, or `None` where PostgreSQL is not installed.
    pub fn postgres() -> Option<Self> {
        postgres::Database::fresh().map(Self::Postgres)
    }

    /// Its address.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("werkstadt.db").display()),
            Self::Postgres(database) => database.url(),
        }
    }

    /// A store on it, as a process of its own would have one.
    ///
    /// # Panics
    /// If it does not open.
    pub fn store(&self, instance: u128) -> Store {
        let url = self.url().parse().expect("a URL");
        let store = Store::open(&url, &StoreOptions::new(Uuid::from_u128(instance))).expect("the store opens");
        store.migrate().expect("the migrations run");
        store
    }
}

/// Runs a test on SQLite and, where it is installed, on PostgreSQL.
pub fn on_each(test: impl Fn(&TestDatabase)) {
    test(&TestDatabase::sqlite());
    if let Some(database) = TestDatabase::postgres() {
        test(&database);
    }
}
