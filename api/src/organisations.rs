//! Organisations: the directory's main noun, and what belongs to it.

pub mod handlers;
pub mod query;
pub mod wire;
