//! The codes that chain the entries.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{AuditKey, EntryRow};

/// What the code of an entry covers, beside the code of the one before.
pub(super) struct Link<'a> {
    entry: &'a EntryRow,
}

impl<'a> Link<'a> {
    pub(super) const fn of(entry: &'a EntryRow) -> Self {
        Self { entry }
    }

    /// The code of the entry after one with the code `before`.
    pub(super) fn mac(&self, key: &AuditKey, before: &[u8]) -> [u8; 32] {
        let entry = self.entry;
        let mut bytes = Vec::with_capacity(256);
        let actor = entry.actor_id.map(|id| id.0);
        put(&mut bytes, Some(before));
        put(&mut bytes, Some(&entry.seq.to_le_bytes()));
        put(&mut bytes, Some(&entry.at.utc().timestamp_micros().to_le_bytes()));
        put(&mut bytes, Some(entry.kind.as_bytes()));
        put(&mut bytes, Some(entry.actor_kind.as_bytes()));
        put(&mut bytes, actor.as_ref().map(|id| id.as_bytes().as_slice()));
        put(&mut bytes, entry.operation.as_deref().map(str::as_bytes));
        put(
            &mut bytes,
            entry.upto.map(i64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice),
        );
        put(&mut bytes, entry.anchor.as_deref());
        put(&mut bytes, Some(&entry.records_digest));
        put(&mut bytes, Some(&entry.details_digest));
        code(key, &bytes)
    }
}

/// HMAC-SHA-256.
pub(super) fn code(key: &AuditKey, bytes: &[u8]) -> [u8; 32] {
    // HMAC fills a short key up with zeros (RFC 2104); a whole block cannot be of the wrong length.
    let mut block = [0; 64];
    block.iter_mut().zip(key.0).for_each(|(place, byte)| *place = byte);
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into());
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// Writes a field so that no two lists of fields are written alike.
fn put(bytes: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => bytes.push(0),
        Some(field) => {
            bytes.push(1);
            bytes.extend_from_slice(&(field.len() as u64).to_le_bytes());
            bytes.extend_from_slice(field);
        }
    }
}

/// SHA-256 of the records of an entry, in their order.
pub(super) fn digest_records<'a>(records: impl Iterator<Item = (&'a str, Uuid, &'a str)>) -> [u8; 32] {
    let (mut hash, mut bytes) = (Sha256::new(), Vec::with_capacity(64));
    for (noun, id, deed) in records {
        bytes.clear();
        put(&mut bytes, Some(noun.as_bytes()));
        put(&mut bytes, Some(id.as_bytes()));
        put(&mut bytes, Some(deed.as_bytes()));
        hash.update(&bytes);
    }
    hash.finalize().into()
}

/// SHA-256 of the words of an entry; of nothing if it says none.
pub(super) fn digest_details(content: Option<&str>) -> [u8; 32] {
    Sha256::digest(content.unwrap_or_default().as_bytes()).into()
}
