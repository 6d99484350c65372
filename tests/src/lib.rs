//! What the tests of the whole share: databases on both engines.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]

pub mod database;
pub mod evaluation;
pub mod load;
pub mod local;
pub mod postgres;
