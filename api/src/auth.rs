//! Who is calling, and what that caller may do.

mod access;
mod attempts;
mod caller;
pub mod guardians;
pub mod handlers;
pub mod joining;
pub mod keys;
pub mod minors;
pub mod own_account;
pub mod own_email;
pub mod own_password;
pub mod own_sessions;
mod password;
pub mod second_factor;
mod secret;
pub mod sign_in;
mod threads;
mod token;
pub mod wire;

pub use access::Access;
pub use attempts::{Attempt, Attempts};
pub use caller::{Caller, count};
pub use password::{Hashing, Password, own_words};
pub use secret::{ActionKey, ActionSecret, ApiKeySecret, RecoveryCode, RefreshSecret, digest, readable};
pub use token::{Bearer, SigningKey, Tokens};

pub use crate::config::SecondFactorPolicy;
