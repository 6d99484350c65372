//! The keys that sign access tokens, changed without signing anyone out: the next one is published an hour before it signs, the last one
//! accepted until its tokens have ended.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::signing_keys::{self, StoredKey};
use werkstadt_persistence::{Error, Store, UnitOfWork, settings};

use super::token::LIFETIME;
use super::{Caller, SigningKey, Tokens};
use crate::extract::{Json, NoQuery};
use crate::problem::{Code, Problem};
use crate::state::{self, State, World};

/// How long a key signs.
const LIFE: TimeDelta = TimeDelta::days(90);
/// How long a key is published before it signs: others may keep `/.well-known/jwks.json` for that long.
const LEAD: TimeDelta = TimeDelta::hours(1);

/// The keys that sign access tokens.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"keys": [{"id": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "use": "signs", "created_at": "2026-11-22T09:00:00Z",
    "active_at": "2026-11-22T09:00:00Z"}]}))]
pub struct SigningKeys {
    /// The keys, the newest first.
    pub keys: Vec<SigningKeyBody>,
}

/// A key that signs access tokens; never the key itself.
#[derive(Serialize, ToSchema)]
#[schema(as = SigningKey, example = json!({"id": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "use": "signs", "created_at": "2026-11-22T09:00:00Z",
    "active_at": "2026-11-22T09:00:00Z"}))]
pub struct SigningKeyBody {
    /// Its `kid`: the thumbprint of RFC 7638.
    pub id: String,
    /// What it does now.
    #[schema(examples("next", "signs", "accepted"))]
    pub r#use: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it signs.
    pub active_at: DateTime<Utc>,
}

/// How keys are changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"at_once": false}))]
pub struct KeyRotation {
    /// True when a key may have become known: the new one signs at once, and what others signed is refused. Everyone renews the access
    /// token; other servers follow within a minute. False if left out.
    pub at_once: Option<bool>,
}

/// List signing keys
#[utoipa::path(tag = "admin", extensions(("x-authz" = json!({"from": "manager"}))),
    responses((status = 200, description = "The keys, without their secrets.", body = SigningKeys)))]
#[get("/signing-keys")]
pub async fn list_signing_keys(
    state: web::Data<State>,
    _caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let keys = state::read(&state, |db| Ok(signing_keys::list(db)?)).await?;
    answer(&state, &keys)
}

/// Change the signing key
///
/// It changes by itself every ninety days. The next key is published an hour before it signs.
#[utoipa::path(tag = "admin", request_body = KeyRotation, extensions(("x-authz" = json!({"from": "manager"}))),
    responses((status = 200, description = "The keys after the change.", body = SigningKeys)))]
#[post("/signing-keys/rotate")]
pub async fn rotate_signing_keys(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<KeyRotation>,
) -> Result<HttpResponse, Problem> {
    let at_once = body.0.at_once == Some(true);
    let seed = state.world.secret()?;
    let keys = state::write(&state, caller.actor(), move |unit| {
        let (now, newest) = (unit.now(), newest(unit)?);
        signing_keys::insert(unit, newest + 1, &seed, if at_once { now } else { now + LEAD })?;
        if at_once {
            signing_keys::remove_before(unit, newest + 1)?;
        }
        Ok(signing_keys::list(unit.db())?)
    })
    .await?;
    state.use_keys(&keys)?;
    answer(&state, &keys)
}

/// The keys at the start of a server: the first one is made, or taken over from where the only one used to be kept.
///
/// # Errors
/// [`Code::Unavailable`]; [`Code::Internal`] when there are no random numbers.
pub fn at_start(store: &Store, world: &dyn World) -> Result<Vec<StoredKey>, Problem> {
    let fresh = world.secret()?;
    let made = store.write(Author::task("signing_keys"), world.now(), |unit| {
        let known = signing_keys::list(unit.db())?;
        if !known.is_empty() {
            return Ok(known);
        }
        // Servers that start together agree on this one, whoever is first to make a key of it.
        let seed = settings::find_or_insert(unit, "signing_key", fresh.to_vec())?;
        let now = unit.now();
        signing_keys::insert(unit, 1, &seed, now)?;
        signing_keys::list(unit.db())
    });
    match made {
        // A server that starts at the same time was faster.
        Err(Error::Conflict { .. }) => Ok(store.read(signing_keys::list)?),
        made => Ok(made?),
    }
}

/// What is due by date: a new key, and the end of old ones. Then uses the keys as they are.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn keep(state: &State) -> Result<(), Problem> {
    let now = state.now();
    let known = state.store.read(signing_keys::list)?;
    let last = known.iter().map(|key| key.number).max().unwrap_or_default();
    let stale = known.iter().all(|key| key.active_at + LIFE <= now);
    let ended = signing(&known, now).filter(|key| key.active_at + LIFETIME + LEAD <= now);
    let ended = ended
        .map(|key| key.number)
        .filter(|number| known.iter().any(|key| key.number < *number));
    if stale || ended.is_some() {
        let seed = state.world.secret()?;
        let done = state.store.write(Author::task("signing_keys"), now, |unit| {
            if stale {
                signing_keys::insert(unit, last + 1, &seed, now + LEAD)?;
            }
            if let Some(number) = ended {
                signing_keys::remove_before(unit, number)?;
            }
            Ok(())
        });
        match done {
            // Somebody else was faster.
            Ok(()) | Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let keys = state.store.read(signing_keys::list)?;
    state.use_keys(&keys)
}

/// Tokens by these keys at a time.
///
/// # Errors
/// [`Code::Internal`] when a key is none; a defect.
pub fn tokens(issuer: &str, keys: &[StoredKey], now: DateTime<Utc>) -> Result<Tokens, Problem> {
    let mut ordered: Vec<&StoredKey> = keys.iter().collect();
    let signs = signing(keys, now).map(|key| key.number);
    ordered.sort_by_key(|key| (Some(key.number) != signs, -key.number));
    let seeds: Result<Vec<SigningKey>, Problem> = ordered.into_iter().map(seed).collect();
    Tokens::new(issuer.to_owned(), &seeds?).map_err(Problem::internal)
}

/// The one that signs: the newest whose time has come.
fn signing(keys: &[StoredKey], now: DateTime<Utc>) -> Option<&StoredKey> {
    let active = keys.iter().filter(|key| key.active_at <= now);
    active.max_by_key(|key| key.number)
}

fn newest(unit: &mut UnitOfWork<'_>) -> Result<i64, Problem> {
    let keys = signing_keys::list(unit.db())?;
    Ok(keys.iter().map(|key| key.number).max().unwrap_or_default())
}

fn seed(key: &StoredKey) -> Result<SigningKey, Problem> {
    let seed = <[u8; 32]>::try_from(key.seed.as_slice());
    seed.map(SigningKey)
        .map_err(|_| Problem::new(Code::Internal).because("a stored key is not of 32 bytes"))
}

fn answer(state: &State, keys: &[StoredKey]) -> Result<HttpResponse, Problem> {
    let now = state.now();
    let signs = signing(keys, now).map(|key| key.number);
    let mut bodies = Vec::with_capacity(keys.len());
    for key in keys {
        let r#use = match signs {
            Some(number) if number == key.number => "signs",
            _ if key.active_at > now => "next",
            _ => "accepted",
        };
        bodies.push(SigningKeyBody {
            id: seed(key)?.id().map_err(Problem::internal)?,
            r#use: r#use.to_owned(),
            created_at: key.created_at,
            active_at: key.active_at,
        });
    }
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-cache"))
        .json(SigningKeys { keys: bodies }))
}
