//! The REST API of a member network.
//!
//! In reading order:
//! - [`routes`]: the whole URL table. [`app`](mod@app): the application that the program, the tests and the contract share.
//! - [`edge`]: what surrounds every request. [`problem`]: how everything fails.
//! - [`document`]: the published contract. [`contract`]: the same, compiled, by which [`extract`] reads requests.
//! - [`auth`]: who is calling. [`state`]: what the workers share, and the bridge to the database.
//! - [`page`]: lists and their cursors. [`patch`]: changes. [`part`]: what belongs to an organisation.
//! - [`organisations`] with [`units`], [`claims`] and [`references`](mod@references), [`skills`], [`people`],
//!   [`opportunities`], [`solutions`], [`memberships`]: handlers, and the wire types beside them.

pub mod answer;
pub mod app;
pub mod audit;
pub mod auth;
pub mod boot;
pub mod catalogue;
pub mod changes;
pub mod claims;
pub mod cli;
pub mod config;
pub mod consents;
pub mod contract;
pub mod cursor;
pub mod daily;
pub mod document;
pub mod edge;
pub mod etag;
pub mod exports;
pub mod extract;
pub mod health;
pub mod history;
pub mod idempotency;
pub mod imports;
pub mod invitations;
pub mod letters;
pub mod matches;
pub mod memberships;
pub mod moderation;
pub mod opportunities;
pub mod organisations;
pub mod origin;
pub mod page;
pub mod part;
pub mod patch;
pub mod people;
pub mod places;
pub mod privacy;
pub mod problem;
pub mod rates;
pub mod references;
pub mod rendered;
pub mod routes;
pub mod saved_searches;
pub mod search;
pub mod settings;
pub mod skills;
pub mod solutions;
pub mod state;
pub mod statistics;
pub mod throttle;
pub mod units;
pub mod upkeep;
pub mod users;
pub mod vocabularies;
pub mod wire;
