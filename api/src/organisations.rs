//! Organisations: the directory's main noun, and what belongs to it.

pub mod handlers;
pub mod list;
pub mod logo;
pub mod picture;
pub mod query;
pub mod taken;
pub mod wire;
