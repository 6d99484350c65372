//! Measuring speed: a filled server and a bare handler, each a process of its own, asked in turn by the same client.

pub mod client;
pub mod data;
pub mod fill;
pub mod operations;
pub mod process;
pub mod report;
