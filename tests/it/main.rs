//! The suite: one binary, one file per part.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod audit;
mod auth;
mod changes;
mod conflicts;
mod consents;
mod contract;
mod daily;
mod durability;
mod exports;
mod follower;
mod forgery;
mod freshness;
mod guardians;
mod health;
mod hidden;
mod history;
mod hostile;
mod idempotency;
mod imports;
mod joining;
mod letters;
mod life_cycles;
mod logos;
mod mail_server;
mod managers;
mod matching;
mod memberships;
mod merging;
mod moderation;
mod opportunities;
mod organisations;
mod overload;
mod own_record;
mod parity;
mod people;
mod privacy;
mod rates;
mod records;
mod replicas;
mod sample;
mod saved_searches;
mod search;
mod second_factor;
mod sessions;
mod settings;
mod signing_keys;
mod skills;
mod skills_in_use;
mod solutions;
mod split;
mod statistics;
mod store;
mod tidy;
mod upkeep;
mod vocabularies;
