//! Users and their API keys.

pub mod everyone;
pub mod handlers;
pub mod keys;
pub mod link;
pub mod wire;
