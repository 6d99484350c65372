//! Passwords: argon2id, off the async workers, a bounded number at a time.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use werkstadt_domain::invalid::Rule;

use crate::problem::{Code, Problem};

/// A password as typed: 12 to 128 characters when set. Never shown, not even in `Debug`.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A password to compare, of any length up to 1,000 bytes, so that hashing time is bounded.
    pub fn typed(text: String) -> Self {
        Self(text.chars().take(250).collect())
    }

    /// A password to set.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn chosen(text: String) -> Result<Self, Rule> {
        match text.chars().count() {
            0..12 => Err(Rule::Malformed("at least 12 characters")),
            12..=128 => Ok(Self(text)),
            _ => Err(Rule::TooLong(128)),
        }
    }
}

/// Hashes and verifies passwords. A flood of logins waits or is turned away; it does not take the cores from readers.
pub struct Hashing {
    permits: Arc<Semaphore>,
    nobody: String,
}

/// How long a login waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

impl Hashing {
    /// At most `parallel` computations at a time, 19 MiB and about 25 ms each.
    ///
    /// # Errors
    /// When the parameters are refused; a defect of the program.
    pub fn new(parallel: usize) -> Result<Self, argon2::password_hash::Error> {
        let nobody = argon2()?.hash_password(b"nobody has this password")?.to_string();
        Ok(Self {
            permits: Arc::new(Semaphore::new(parallel.max(1))),
            nobody,
        })
    }

    /// Computes the hash to store, a PHC string.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when too many wait.
    pub async fn hash(&self, password: Password) -> Result<String, Problem> {
        self.run(move || Self::hash_now(&password)).await?
    }

    /// Computes the hash on this thread. For the command line.
    ///
    /// # Errors
    /// [`Code::Internal`] when the system has no random numbers.
    pub fn hash_now(password: &Password) -> Result<String, Problem> {
        let hash = argon2().and_then(|argon2| argon2.hash_password(password.0.as_bytes()));
        hash.map(|hash| hash.to_string()).map_err(Problem::internal)
    }

    /// True if the password fits the stored hash. Without a hash (no such user) it takes as long and says no.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when too many wait.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool, Problem> {
        let known = stored.is_some();
        let hash = stored.unwrap_or_else(|| self.nobody.clone());
        let fits = move || {
            let parsed = PasswordHash::new(&hash).ok()?;
            argon2().ok()?.verify_password(password.0.as_bytes(), &parsed).ok()
        };
        Ok(self.run(fits).await?.is_some() && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let busy = || {
            Problem::new(Code::Unavailable)
                .retry_after(2)
                .because("too many logins wait for hashing")
        };
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| busy())?.map_err(Problem::internal)?;
        let done = web::block(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(Problem::internal)
    }
}

/// OWASP's least for argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| argon2::password_hash::Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
