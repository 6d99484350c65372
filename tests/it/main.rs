//! The suite: one binary, one file per part.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod auth;
mod conflicts;
mod contract;
mod durability;
mod follower;
mod forgery;
mod health;
mod hidden;
mod hostile;
mod imports;
mod life_cycles;
mod logos;
mod matching;
mod opportunities;
mod organisations;
mod overload;
mod parity;
mod people;
mod records;
mod replicas;
mod sample;
mod search;
mod skills;
mod skills_in_use;
mod solutions;
mod store;
mod tidy;
