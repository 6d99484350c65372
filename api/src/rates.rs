//! How many requests a caller may make: counted per user, per key, and per network for everyone else; told in every answer
//! (draft-ietf-httpapi-ratelimit-headers).

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use werkstadt_domain::account::{ApiKeyId, UserId};

use crate::throttle::{Pace, Throttle};

/// Seconds for which requests are counted.
const WINDOW: u32 = 60;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everyone in a network who is not signed in.
    Network(String),
    /// A user.
    User(UserId),
    /// A key, with a rate of its own if it has one.
    Key(ApiKeyId, Option<u32>),
}

impl fmt::Display for Who {
    /// The same for all requests of one, whatever tokens they bear.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => write!(f, "network {network}"),
            Self::User(id) => write!(f, "user {id}"),
            Self::Key(id, _) => write!(f, "key {id}"),
        }
    }
}

/// The rates of a server.
pub struct Rates {
    anonymous: Option<u32>,
    signed_in: Option<u32>,
    throttle: Throttle,
}

/// Where a caller stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Requests in a minute.
    pub quota: u32,
    /// Requests left now.
    pub remaining: u32,
    /// Seconds until all of them are left again.
    pub reset: u32,
}

impl Rates {
    /// Requests in a minute, for who is not signed in and for who is; none for as many as they like.
    pub fn new(anonymous: Option<u32>, signed_in: Option<u32>) -> Self {
        let most = anonymous.max(signed_in).unwrap_or(1);
        Self {
            anonymous,
            signed_in,
            throttle: Throttle::new(pace(most)),
        }
    }

    /// Counts a request; where the caller stands then, if somebody counts.
    ///
    /// # Errors
    /// That it is one too many: where the caller stands, and the seconds to wait.
    pub fn count(&self, who: &Who, now: DateTime<Utc>) -> Result<Option<Standing>, (Standing, u32)> {
        let quota = match who {
            Who::Network(_) => self.anonymous,
            Who::User(_) => self.signed_in,
            Who::Key(_, own) => own.or(self.signed_in),
        };
        let Some(quota) = quota else { return Ok(None) };
        let counted = self.throttle.count(&who.to_string(), pace(quota), now);
        let standing = Standing {
            quota,
            remaining: counted.remaining.unwrap_or(0),
            reset: counted.full,
        };
        match counted.remaining {
            Some(_) => Ok(Some(standing)),
            None => Err((standing, counted.next.max(1))),
        }
    }
}

impl Standing {
    /// Tells it in the headers of an answer.
    pub fn write(self, headers: &mut HeaderMap) {
        let policy = format!("\"requests\";q={};w={WINDOW}", self.quota);
        let left = format!("\"requests\";r={};t={}", self.remaining, self.reset);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

fn pace(quota: u32) -> Pace {
    Pace {
        burst: quota.max(1),
        every: TimeDelta::microseconds(i64::from(WINDOW) * 1_000_000 / i64::from(quota.max(1))),
    }
}
