//! Measuring speed: a filled server and a bare handler, each a process of its own, asked in turn by the same client.

pub mod client;
pub mod data;
pub mod process;
pub mod report;
