//! Matching: who should work with whom on what, and why.

pub mod handlers;
pub mod requirement;
pub mod wire;
