//! SQLite and PostgreSQL through diesel, one query text for both.
//!
//! In reading order:
//! - `connection`: which database, and how it is opened; `db`: the connection that queries are written on; `dialect`: all
//!   that differs between the two engines.
//! - `store`: [`Store::read`] and [`Store::write`], the only transactions; `work`: what a write has at hand;
//!   `guard`: versions and times of records.
//! - `changes`: the log that every write appends to; `refresh` and `follower`: how the read model follows it.
//! - `compare`: what a write changed for whom, which makes the [`feed`]; [`history`] and
//!   `remains`: what it replaced.
//! - [`audit`]: who did and who read what, chained.
//! - `sqltypes`, `schema`, `shapes`: columns; `migrations`: how they come to be.
//! - `read_model`: [`ReadModel`], what is served from memory: the [`directory`], and [`accounts`].
//! - One module per noun, each with `find`, `list`, `insert`, `update`, `remove` as far as they make sense. What reads takes
//!   a [`Db`], what writes takes a [`UnitOfWork`] and records the change itself. [`profiles`] gathers all that belongs to
//!   an organisation.

pub mod accounts;
pub mod action_tokens;
pub mod api_keys;
pub mod applications;
pub mod audit;
pub mod claims;
pub mod confirmations;
pub mod consent_texts;
pub mod consents;
pub mod directory;
pub mod dues;
pub mod duplicates;
pub mod feed;
pub mod guardianships;
pub mod history;
pub mod idempotency;
pub mod imports;
pub mod invitations;
pub mod jobs;
pub mod letters;
pub mod logos;
pub mod membership_types;
pub mod memberships;
pub mod moderation;
pub mod network_settings;
pub mod opportunities;
pub mod organisations;
pub mod personal;
pub mod persons;
pub mod profiles;
pub mod references;
pub mod reviews;
pub mod saved_searches;
pub mod second_factors;
pub mod sessions;
pub mod settings;
pub mod signing_keys;
pub mod skills;
pub mod solutions;
pub mod statistics;
pub mod units;
pub mod users;

mod changes;
mod compare;
mod connection;
mod db;
mod dialect;
mod error;
mod follower;
mod guard;
mod migrations;
mod read_model;
mod refresh;
mod remains;
mod schema;
mod shapes;
mod sqltypes;
mod store;
mod work;

pub use accounts::Accounts;
pub use changes::{Actor, Noun, Operation, Touched};
pub use connection::DatabaseUrl;
pub use db::Db;
pub use error::{Error, FOREIGN_KEY, Result};
pub use follower::Follower;
pub use read_model::ReadModel;
pub use refresh::Listener;
pub use store::{Store, StoreOptions};
pub use work::UnitOfWork;
