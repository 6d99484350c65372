//! Organisations as they were last served: the bytes and their entity tag, as long as the read model has the same profile.

use std::sync::Arc;

use actix_web::web::Bytes;
use moka::sync::Cache;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use werkstadt_domain::audience::{Audience, Seen};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;

use crate::etag::ETag;
use crate::organisations::wire::OrganisationBody;
use crate::problem::Problem;

/// A body that was written once.
#[derive(Debug)]
pub struct Rendered {
    /// What it was written from. Another profile, were it for the same organisation, is another body.
    profile: Arc<Seen<Profile>>,
    /// The JSON.
    pub json: Written,
    /// The same as the body of an answer.
    pub bytes: Bytes,
    /// Their tag.
    pub etag: ETag,
}

/// JSON that is copied into other JSON as it is, without reading it again.
#[derive(Clone, Debug)]
pub struct Written(Arc<RawValue>);

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl AsRef<[u8]> for Written {
    fn as_ref(&self) -> &[u8] {
        self.0.get().as_bytes()
    }
}

/// Bodies by organisation and audience, the least used ones forgotten first.
pub struct Renderings {
    bodies: Cache<(OrganisationId, Audience), Arc<Rendered>>,
}

/// Bytes kept at most.
const CAPACITY: u64 = 32 << 20;

impl Default for Renderings {
    fn default() -> Self {
        let weight = |_: &_, body: &Arc<Rendered>| u32::try_from(body.bytes.len()).unwrap_or(u32::MAX);
        Self {
            bodies: Cache::builder().max_capacity(CAPACITY).weigher(weight).build(),
        }
    }
}

impl Renderings {
    /// The body of this very profile: the one kept, or one written now.
    ///
    /// # Errors
    /// When it cannot be written; a defect.
    pub fn organisation(&self, profile: &Arc<Seen<Profile>>, audience: Audience) -> Result<Arc<Rendered>, Problem> {
        let key = (profile.get().id(), audience);
        if let Some(kept) = self.bodies.get(&key).filter(|kept| Arc::ptr_eq(&kept.profile, profile)) {
            return Ok(kept);
        }
        let body = OrganisationBody::of(profile.get(), audience);
        let json = Written(to_raw_value(&body).map_err(Problem::internal)?.into());
        let made = Arc::new(Rendered {
            profile: Arc::clone(profile),
            etag: ETag::of(json.as_ref()),
            bytes: Bytes::from_owner(json.clone()),
            json,
        });
        self.bodies.insert(key, Arc::clone(&made));
        Ok(made)
    }
}
