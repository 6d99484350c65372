//! Secrets that clients hold: API keys and refresh tokens. 256 random bits each; the database has only their digests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

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

/// The key from which the tokens in letters are computed.
#[derive(Clone)]
pub struct ActionKey(pub [u8; 32]);

/// A token in a letter. It is an id and its authentication code, so that nothing of it needs to be stored, and a letter that is sent
/// once more says the same.
pub struct ActionSecret(String);

const ACTION_PREFIX: &str = "wa_";

impl ActionSecret {
    /// The token of this purpose and id.
    pub fn new(key: &ActionKey, purpose: &str, id: Uuid) -> Self {
        let code = action_code(key, purpose, id).finalize().into_bytes();
        let bytes: Vec<u8> = id.as_bytes().iter().copied().chain(code).collect();
        Self(format!("{ACTION_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The token, for the letter.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The id in a token of this purpose; none if the token is not genuine.
    pub fn read(key: &ActionKey, purpose: &str, text: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim().strip_prefix(ACTION_PREFIX)?).ok()?;
        let (id, code) = bytes.split_at_checked(16)?;
        let id = Uuid::from_slice(id).ok()?;
        action_code(key, purpose, id).verify_slice(code).ok().map(|()| id)
    }
}

fn action_code(key: &ActionKey, purpose: &str, id: Uuid) -> Hmac<Sha256> {
    // HMAC fills a short key up with zeros (RFC 2104); a whole block cannot be of the wrong length.
    let mut block = [0; 64];
    block.iter_mut().zip(key.0).for_each(|(place, byte)| *place = byte);
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into());
    mac.update(purpose.as_bytes());
    mac.update(id.as_bytes());
    mac
}

/// Groups of letters and digits that people can type, without look-alikes: 5 bits each, 32 of them at most.
pub fn readable(random: [u8; 32], groups: usize, letters: usize) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = |byte: u8| char::from(LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'a'));
    let all: Vec<char> = random.into_iter().take(groups * letters).map(letter).collect();
    let groups: Vec<String> = all.chunks(letters.max(1)).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// A code for who lost the device of the second factor: four groups of six letters and digits without look-alikes, 120 bits.
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// Makes a code from random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(readable(random, 4, 6))
    }

    /// A code as somebody typed it, in capitals or without the dashes; none if it cannot be one.
    pub fn typed(text: &str) -> Option<Self> {
        let letters: Vec<char> = text
            .to_lowercase()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .collect();
        let groups: Vec<String> = letters.chunks(6).map(|group| group.iter().collect()).collect();
        (letters.len() == 24).then(|| Self(groups.join("-")))
    }

    /// The code, to be shown once.
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
    fn a_token_of_a_letter_is_good_for_its_purpose() {
        let (key, other) = (ActionKey([1; 32]), ActionKey([2; 32]));
        let id = Uuid::from_u128(7);
        let token = ActionSecret::new(&key, "reset_password", id);
        assert_eq!(ActionSecret::read(&key, "reset_password", token.reveal()), Some(id));
        assert_eq!(ActionSecret::read(&key, "invitation", token.reveal()), None);
        assert_eq!(ActionSecret::read(&other, "reset_password", token.reveal()), None);
        for bad in ["", "wa_", "wa_AAAA", &token.reveal()[..60]] {
            assert_eq!(ActionSecret::read(&key, "reset_password", bad), None, "{bad}");
        }
    }

    #[test]
    fn a_recovery_code_may_be_typed_carelessly() {
        let code = RecoveryCode::new([9; 32]);
        let typed = RecoveryCode::typed(&code.reveal().to_uppercase().replace('-', " ")).unwrap();
        assert_eq!(typed.digest(), code.digest());
        assert!(RecoveryCode::typed("123456").is_none());
    }

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
