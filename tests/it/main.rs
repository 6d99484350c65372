//! The suite: one binary, one file per part.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod conflicts;
mod contract;
mod durability;
mod follower;
mod forgery;
mod health;
mod hostile;
mod matching;
mod parity;
mod records;
mod replicas;
mod sample;
mod skills_in_use;
mod store;
