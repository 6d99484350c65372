//! Cursors: positions in a list, opaque and signed. One made for another list, another filter or another audience is
//! refused, so that a position cannot be used to ask about what is hidden.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use crate::problem::{Breach, Code, Place, Problem};

/// Signs cursors. Replicas share the key.
pub struct Cursors {
    key: [u8; 32],
}

/// Bytes of the signature kept: 128 bits.
const SIGNATURE: usize = 16;

impl Cursors {
    /// Signs with this key.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Writes a position in the list that `scope` names: the operation, its filter, its order and its audience.
    ///
    /// # Errors
    /// [`Code::Internal`] if the position cannot be written as JSON; a defect.
    pub fn write(&self, scope: &str, position: &impl Serialize) -> Result<String, Problem> {
        let mut bytes = serde_json::to_vec(position).map_err(Problem::internal)?;
        let signature = self.sign(scope, &bytes)?;
        bytes.extend_from_slice(&signature);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a position in the list that `scope` names.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] if it was not written for that list by this network.
    pub fn read<T: DeserializeOwned>(&self, scope: &str, cursor: &str) -> Result<T, Problem> {
        let forged = || {
            let breach = (Place::Parameter("cursor".to_owned()), Breach::ForgedCursor);
            Problem::new(Code::InvalidQuery).with_breaches(vec![breach])
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| forged())?;
        let (position, signature) = bytes
            .len()
            .checked_sub(SIGNATURE)
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or_else(forged)?;
        let mut mac = self.mac(scope)?;
        mac.update(position);
        mac.verify_truncated_left(signature).map_err(|_| forged())?;
        serde_json::from_slice(position).map_err(|_| forged())
    }

    fn sign(&self, scope: &str, bytes: &[u8]) -> Result<Vec<u8>, Problem> {
        let mut mac = self.mac(scope)?;
        mac.update(bytes);
        Ok(mac.finalize().into_bytes().iter().take(SIGNATURE).copied().collect())
    }

    fn mac(&self, scope: &str) -> Result<Hmac<Sha256>, Problem> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).map_err(Problem::internal)?;
        mac.update(scope.as_bytes());
        // Ends the scope, so that no scope and position can be split in two ways.
        mac.update(&[0]);
        Ok(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_fits_its_own_list_only() {
        let cursors = Cursors::new([1; 32]);
        let cursor = cursors.write("list q=laser", &("name", 3)).expect("a cursor");
        assert_eq!(
            cursors.read::<(String, u32)>("list q=laser", &cursor).expect("read"),
            ("name".to_owned(), 3)
        );
        assert!(cursors.read::<(String, u32)>("list q=other", &cursor).is_err());
        assert!(
            Cursors::new([2; 32])
                .read::<(String, u32)>("list q=laser", &cursor)
                .is_err()
        );
        for bad in ["", "AAAA", "ä", &cursor[1..]] {
            assert!(cursors.read::<(String, u32)>("list q=laser", bad).is_err(), "{bad}");
        }
    }
}
