//! Organisations as they were last served: the bytes and their entity tag, as long as the read model has the same profile.

use std::sync::Arc;

use actix_web::web::Bytes;
use moka::sync::Cache;
use werkstadt_domain::audience::{Audience, Seen};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;

use crate::etag::ETag;
use crate::organisations::wire::OrganisationBody;
use crate::problem::Problem;

/// A body that was written once.
#[derive(Clone)]
pub struct Rendered {
    /// What it was written from. Another profile, were it for the same organisation, is another body.
    profile: Arc<Seen<Profile>>,
    /// The bytes.
    pub bytes: Bytes,
    /// Their tag.
    pub etag: ETag,
}

/// Bodies by organisation and audience, the least used ones forgotten first.
pub struct Renderings {
    bodies: Cache<(OrganisationId, Audience), Rendered>,
}

/// Bytes kept at most.
const CAPACITY: u64 = 32 << 20;

impl Default for Renderings {
    fn default() -> Self {
        let weight = |_: &_, body: &Rendered| u32::try_from(body.bytes.len()).unwrap_or(u32::MAX);
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
    pub fn organisation(&self, profile: &Arc<Seen<Profile>>, audience: Audience) -> Result<Rendered, Problem> {
        let key = (profile.get().id(), audience);
        if let Some(kept) = self.bodies.get(&key).filter(|kept| Arc::ptr_eq(&kept.profile, profile)) {
            return Ok(kept);
        }
        let body = OrganisationBody::of(profile.get(), audience);
        let bytes = Bytes::from(serde_json::to_vec(&body).map_err(Problem::internal)?);
        let made = Rendered {
            profile: Arc::clone(profile),
            etag: ETag::of(&bytes),
            bytes,
        };
        self.bodies.insert(key, made.clone());
        Ok(made)
    }
}
