//! What the tests of the whole share.
//!
//! In reading order: [`database`] and [`postgres`] make fresh databases; [`app`] runs the real application on one, with the
//! clock and ids of a [`world`]; a [`caller`] talks to it by [`http`], and the [`document`] checks every answer. [`local`],
//! [`evaluation`] and [`load`] are what the measuring programs are made of.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]

pub mod accounts;
pub mod app;
pub mod base64url;
pub mod caller;
pub mod calls;
pub mod database;
pub mod document;
pub mod evaluation;
pub mod http;
pub mod load;
pub mod local;
pub mod mailbox;
pub mod postgres;
pub mod smtp;
pub mod world;
