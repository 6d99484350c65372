//! SQLite and PostgreSQL through diesel.
//!
//! In reading order:
//! - [`connection`]: which database, how it is opened. [`dialect`]: all that differs between the two.
//! - [`store`]: [`Store::read`] and [`Store::write`], the only transactions. [`work`]: what a write has at hand.
//! - [`changes`]: the log that every write appends to. [`refresh`] and [`follower`]: how the read model follows it.
//! - [`directory`]: the read model itself.
//! - [`sqltypes`] and [`schema`]: columns. [`migrations`]: how they come to be.

mod changes;
mod connection;
mod db;
mod dialect;
pub mod directory;
mod error;
mod follower;
mod migrations;
mod refresh;
mod schema;
mod sqltypes;
mod store;
mod work;

pub use changes::{Actor, Noun, Operation, Touched};
pub use connection::DatabaseUrl;
pub use db::Db;
pub use error::{Error, FOREIGN_KEY, Result};
pub use follower::Follower;
pub use refresh::Listener;
pub use store::{Store, StoreOptions};
pub use work::UnitOfWork;
