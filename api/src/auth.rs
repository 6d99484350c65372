//! Who is calling, and what that caller may do.

mod access;
mod caller;
pub mod handlers;
mod password;
mod secret;
mod token;
pub mod wire;

pub use access::Access;
pub use caller::Caller;
pub use password::{Hashing, Password, own_words};
pub use secret::{ApiKeySecret, RefreshSecret, digest};
pub use token::{SigningKey, Tokens};
