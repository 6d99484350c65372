//! Passwords: argon2id, off the async workers, a bounded number at a time.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use werkstadt_domain::invalid::Rule;
use zxcvbn::Score;

use super::threads::Threads;
use crate::problem::{Breach, Code, Place, Problem};

/// A password as typed: 12 to 128 characters when set. Never shown, not even in `Debug`.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A password to compare, of any length up to 1,000 bytes, so that hashing time is bounded.
    pub fn typed(text: String) -> Self {
        Self(text.chars().take(250).collect())
    }

    /// A password to set. What is known of its owner (the words of `own`) makes it no harder to guess. Takes milliseconds.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn chosen(text: String, own: &[String]) -> Result<Self, Rule> {
        match text.chars().count() {
            0..12 => return Err(Rule::Malformed("at least 12 characters")),
            12..=128 => {}
            _ => return Err(Rule::TooLong(128)),
        }
        if !is_hard(&text, own) {
            return Err(Rule::Guessable);
        }
        Ok(Self(text))
    }
}

/// Hashes and verifies passwords. A flood of logins waits or is turned away; it does not take the cores from readers.
pub struct Hashing {
    threads: Threads,
    nobody: String,
}

impl Hashing {
    /// At most `parallel` computations at a time, 19 MiB and about 25 ms each, in threads of their own.
    ///
    /// # Errors
    /// When there are no threads to be had, or the parameters are refused, which is a defect of the program.
    pub fn new(parallel: usize) -> std::io::Result<Self> {
        let nobody = argon2().and_then(|argon2| argon2.hash_password(b"nobody has this password"));
        let nobody = nobody.map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self {
            threads: Threads::start(parallel)?,
            nobody: nobody.to_string(),
        })
    }

    /// Computes the hash to store, a PHC string.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when too many wait.
    pub async fn hash(&self, password: Password) -> Result<String, Problem> {
        self.threads.run(move || Self::hash_now(&password)).await?
    }

    /// Computes the hash of a password that somebody chose, if it may be chosen; `own` as in [`Password::chosen`].
    ///
    /// # Errors
    /// [`Code::Invalid`] with the rule that the password breaks; [`Code::Unavailable`] when too many wait.
    pub async fn hash_chosen(&self, pointer: &str, text: String, own: Vec<String>) -> Result<String, Problem> {
        let place = Place::Body(pointer.to_owned());
        let hashed = move || match Password::chosen(text, &own) {
            Ok(password) => Self::hash_now(&password),
            Err(rule) => Err(Problem::new(Code::Invalid).with_breaches(vec![(place, Breach::Rule(rule))])),
        };
        self.threads.run(hashed).await?
    }

    /// True if a stored hash was computed with other parameters than new ones are.
    pub fn is_outdated(stored: &str) -> bool {
        let today = format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}$");
        !stored.starts_with(&today)
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
        Ok(self.threads.run(fits).await?.is_some() && known)
    }
}

/// OWASP's least for argon2id: 19 MiB, two passes, one lane. A hash with others is computed anew at the next login.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

fn argon2() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| argon2::password_hash::Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// True if a password takes at least 10^8 guesses, and what is left of it without the own words of its user still does.
fn is_hard(text: &str, own: &[String]) -> bool {
    let mut own: Vec<&str> = own.iter().map(String::as_str).collect();
    own.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let hard = |text: &str| zxcvbn::zxcvbn(text, &own).score() >= Score::Three;
    let whole = text.to_lowercase();
    // Several of them in a row would pass for a long password.
    let rest = own.iter().fold(whole.clone(), |rest, word| rest.replace(word, ""));
    hard(text) && (rest == whole || hard(&rest))
}

/// What somebody who knows a user would try first: words of the login, of the name, of where it is.
pub fn own_words(login: &str, name: &str) -> Vec<String> {
    let parts = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| word.chars().count() > 2)
            .map(str::to_lowercase)
            .collect()
    };
    let mut words = vec![login.to_lowercase(), name.to_lowercase(), "werkstadt".to_owned()];
    words.extend(parts(login));
    words.extend(parts(name));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> Result<(), Rule> {
        let own = own_words("erika.musterfrau@optik-weber.example", "Erika Musterfrau");
        Password::chosen(text.to_owned(), &own).map(drop)
    }

    #[test]
    fn passwords_that_others_would_guess_are_refused() {
        for weak in [
            "passwort1234",
            "aaaaaaaaaaaaaaaa",
            "qwertzuiop123",
            "Erika-Musterfrau",
            "musterfrauerika",
            "erika.musterfrau@optik-weber.example",
            "werkstadt2026",
            "123456789012345",
        ] {
            assert_eq!(chosen(weak), Err(Rule::Guessable), "{weak}");
        }
        for strong in [
            "Regenschirm tanzt leise",
            "a password for one run",
            "correct horse battery staple",
            "wapu2a-cw2qqb-r4mxng-yn4mdg",
            "kX9!vQ2#mR7z",
        ] {
            assert_eq!(chosen(strong), Ok(()), "{strong}");
        }
        assert!(chosen("short").is_err() && chosen(&"lang ".repeat(30)).is_err());
    }

    #[test]
    fn hashes_of_other_parameters_are_outdated() {
        let now = Hashing::hash_now(&Password("x".to_owned())).unwrap();
        assert!(!Hashing::is_outdated(&now), "{now}");
        for old in [
            "$argon2id$v=19$m=8192,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
            "$argon2i$v=19$m=19456,t=2,p=1$a$b",
            "$2b$12$abc",
        ] {
            assert!(Hashing::is_outdated(old), "{old}");
        }
    }
}
