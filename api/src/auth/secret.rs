//! Secrets that clients hold: API keys and refresh tokens. 256 random bits each; the database has only their digests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// SHA-256 of a secret. Enough for secrets of 256 random bits; passwords need more.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// An API key: `wk_live_`, 43 characters, and a checksum of 6 so that a mistyped or truncated key is told apart from a
/// revoked one without a look-up, and leaked keys can be found by their form.
#[derive(Clone)]
pub struct ApiKeySecret(String);

const KEY_PREFIX: &str = "wk_live_";

impl ApiKeySecret {
    /// Makes a key from 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        let body = URL_SAFE_NO_PAD.encode(random);
        Self(format!("{KEY_PREFIX}{body}{}", checksum(&body)))
    }

    /// Reads a key; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(KEY_PREFIX)?;
        let (body, check) = rest.split_at_checked(43)?;
        (checksum(body) == check).then(|| Self(text.to_owned()))
    }

    /// The key, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.0)
    }
}

fn checksum(body: &str) -> String {
    URL_SAFE_NO_PAD
        .encode(Sha256::digest(body.as_bytes()))
        .chars()
        .take(6)
        .collect()
}

/// A refresh token.
pub struct RefreshSecret(String);

impl RefreshSecret {
    /// Makes a token from 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(format!("wr_{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// The token, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_key_is_no_key() {
        let key = ApiKeySecret::new([7; 32]);
        assert!(ApiKeySecret::parse(key.reveal()).is_some());
        let mistyped = key.reveal().replace('B', "C");
        assert!(ApiKeySecret::parse(&mistyped).is_none());
        for bad in ["", "wk_live_", "wk_live_ä", &key.reveal()[..40]] {
            assert!(ApiKeySecret::parse(bad).is_none(), "{bad}");
        }
    }
}
