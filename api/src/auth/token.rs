//! Access tokens: short-lived JWTs signed with Ed25519, checked in every claim.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_persistence::sessions::SessionId;

use super::digest;

/// How long an access token is good.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

const AUDIENCE: &str = "werkstadt";
/// RFC 9068: tells access tokens from any other JWT signed with the same key.
const TYPE: &str = "at+jwt";

/// An Ed25519 key: the 32 bytes that everything else follows from.
#[derive(Clone)]
pub struct SigningKey(pub [u8; 32]);

impl SigningKey {
    /// Its `kid`: the thumbprint of its public half (RFC 7638).
    ///
    /// # Errors
    /// When the key is refused; a defect.
    pub fn id(&self) -> Result<String, jsonwebtoken::errors::Error> {
        let jwk = Jwk::from_encoding_key(&EncodingKey::from_ed_der(&pkcs8(&self.0)), Algorithm::EdDSA)?;
        jwk.thumbprint(ThumbprintHash::SHA256)
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// The session, as the front-channel logout of `OpenID` names it.
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

/// Whom a token names. Whether the session still lives is for the reader to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

/// Issues and checks access tokens.
pub struct Tokens {
    issuer: String,
    key_id: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    published: JwkSet,
    seen: Cache<[u8; 32], (Bearer, i64)>,
}

impl Tokens {
    /// Signs with the first key; accepts tokens of all, so that keys can be changed without signing everyone out.
    ///
    /// # Errors
    /// When there is no key or one is refused.
    pub fn new(issuer: String, keys: &[SigningKey]) -> Result<Self, jsonwebtoken::errors::Error> {
        let mut published = JwkSet { keys: Vec::new() };
        let mut verifying = HashMap::new();
        let mut first = None;
        for key in keys {
            let signing = EncodingKey::from_ed_der(&pkcs8(&key.0));
            let mut jwk = Jwk::from_encoding_key(&signing, Algorithm::EdDSA)?;
            let key_id = key.id()?;
            jwk.common.key_id = Some(key_id.clone());
            jwk.common.public_key_use = Some(PublicKeyUse::Signature);
            verifying.insert(key_id.clone(), DecodingKey::from_jwk(&jwk)?);
            published.keys.push(jwk);
            first.get_or_insert((key_id, signing));
        }
        let missing = jsonwebtoken::errors::ErrorKind::InvalidEcdsaKey;
        let (key_id, signing) = first.ok_or(missing)?;
        let seen = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(Duration::from_secs(600))
            .build();
        Ok(Self {
            issuer,
            key_id,
            signing,
            verifying,
            published,
            seen,
        })
    }

    /// True if it signs with the same key as the other, and accepts the same.
    pub fn is_like(&self, other: &Self) -> bool {
        let ids = |tokens: &Self| tokens.verifying.keys().cloned().collect::<BTreeSet<String>>();
        self.key_id == other.key_id && ids(self) == ids(other)
    }

    /// The public keys, for `/.well-known/jwks.json`.
    pub const fn jwks(&self) -> &JwkSet {
        &self.published
    }

    /// A token for a user within a session; `id` is its own.
    ///
    /// # Errors
    /// When signing fails; a defect.
    pub fn issue(&self, bearer: Bearer, id: Uuid, now: DateTime<Utc>) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.key_id.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: bearer.user.to_string(),
            sid: bearer.session.to_string(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti: id.to_string(),
        };
        encode(&header, &claims, &self.signing)
    }

    /// Whom a token names, if the token is genuine and good at `now`.
    ///
    /// The signature of a token is computed once: 50 µs would be most of a read.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Bearer> {
        let key = digest(token);
        let (bearer, expires) = match self.seen.get(&key) {
            Some(known) => known,
            None => {
                let claims = self.check(token)?;
                let bearer = Bearer {
                    user: UserId::parse(&claims.sub).ok()?,
                    session: SessionId::parse(&claims.sid).ok()?,
                };
                if claims.nbf > now.timestamp() + 30 {
                    return None;
                }
                self.seen.insert(key, (bearer, claims.exp));
                (bearer, claims.exp)
            }
        };
        (expires > now.timestamp()).then_some(bearer)
    }

    fn check(&self, token: &str) -> Option<Claims> {
        let header = decode_header(token).ok()?;
        let typed = header.typ.as_deref() == Some(TYPE) && header.alg == Algorithm::EdDSA;
        let key = self.verifying.get(header.kid.as_deref().filter(|_| typed)?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // Times are judged by the injected clock, in `verify`.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        decode::<Claims>(token, key, &validation).ok().map(|data| data.claims)
    }
}

/// PKCS#8 version 1 of an Ed25519 private key (RFC 8410): a fixed head and the 32 bytes.
fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    const HEAD: [u8; 16] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    HEAD.iter().chain(seed).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(seed: u8) -> Tokens {
        Tokens::new("https://network.example".into(), &[SigningKey([seed; 32])]).expect("a key")
    }

    #[test]
    fn a_token_is_good_for_its_time_and_its_key_only() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let user = Bearer {
            user: UserId::new(Uuid::from_u128(7)),
            session: SessionId::new(Uuid::from_u128(9)),
        };
        let ours = tokens(1);
        let token = ours.issue(user, Uuid::from_u128(8), now).expect("a token");
        assert_eq!(ours.verify(&token, now), Some(user));
        assert_eq!(ours.verify(&token, now), Some(user), "from the cache");
        assert_eq!(ours.verify(&token, now + LIFETIME), None, "expired");
        assert_eq!(tokens(2).verify(&token, now), None, "another key");
        assert_eq!(ours.verify(&format!("{token}x"), now), None);
        assert_eq!(
            tokens(1).verify(&token, now - TimeDelta::minutes(5)),
            None,
            "not yet good"
        );
    }

    #[test]
    fn other_algorithms_and_types_are_refused() {
        let ours = tokens(1);
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let claims = serde_json::json!({"iss": ours.issuer, "aud": AUDIENCE, "sub": Uuid::from_u128(7), "sid": Uuid::from_u128(9), "iat": 0, "nbf": 0, "exp": 4_000_000_000_i64, "jti": "x"});
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.into());
        header.kid = Some(ours.key_id.clone());
        let forged = encode(&header, &claims, &EncodingKey::from_secret(&[1; 32])).expect("a token");
        assert_eq!(ours.verify(&forged, now), None, "key confusion");
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(ours.key_id.clone());
        let untyped = encode(&header, &claims, &ours.signing).expect("a token");
        assert_eq!(ours.verify(&untyped, now), None, "another type of token");
        for text in ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(ours.verify(text, now), None, "{text}");
        }
    }
}
