//! Attempts to sign in, slowed down where they fail. Nobody is ever locked out: who comes from a network where the account is in use
//! is slowed down by failures from there alone.

use chrono::{DateTime, TimeDelta, Utc};

use crate::problem::{Code, Problem};
use crate::throttle::{Pace, Throttle};

/// Counts failed attempts: per account and network, per network, and loosely per account.
pub struct Attempts {
    here: Throttle,
    network: Throttle,
    account: Throttle,
    second: Throttle,
    letters: Throttle,
}

/// An attempt under way. It counts unless it is taken back.
pub struct Attempt<'a> {
    attempts: &'a Attempts,
    account: String,
    network: String,
    counted: Vec<(&'a Throttle, String)>,
}

impl Default for Attempts {
    /// Ten per account and network, then one a minute; a hundred and twenty per network, then one a second; two hundred per account, then one in
    /// ten seconds. Of one-time passwords, that a guesser who has the password would try: five, then one in five minutes.
    fn default() -> Self {
        let throttle = |burst, seconds| {
            Throttle::new(Pace {
                burst,
                every: TimeDelta::seconds(seconds),
            })
        };
        Self {
            here: throttle(10, 60),
            network: throttle(120, 1),
            account: throttle(200, 10),
            second: throttle(5, 300),
            letters: throttle(5, 600),
        }
    }
}

impl Attempts {
    /// An attempt on an account, known or not, from a network.
    ///
    /// # Errors
    /// [`Code::TooManyRequests`].
    pub fn begin(&self, account: &str, network: String, now: DateTime<Utc>) -> Result<Attempt<'_>, Problem> {
        let account = account.to_lowercase();
        let here = here(&account, &network);
        let mut attempt = Attempt {
            attempts: self,
            account,
            network: network.clone(),
            counted: Vec::new(),
        };
        attempt.count(&self.network, network, now)?;
        attempt.count(&self.here, here, now)?;
        Ok(attempt)
    }

    /// Something that anyone may do, and nobody often.
    ///
    /// # Errors
    /// [`Code::TooManyRequests`].
    pub fn knock(&self, network: &str, now: DateTime<Utc>) -> Result<(), Problem> {
        self.network.take(network, now).map_err(too_many)
    }

    /// A letter that somebody wants to have sent to an address.
    ///
    /// # Errors
    /// [`Code::TooManyRequests`].
    pub fn letter(&self, address: &str, network: &str, now: DateTime<Utc>) -> Result<(), Problem> {
        self.network.take(network, now).map_err(too_many)?;
        self.letters.take(&address.to_lowercase(), now).map_err(too_many)
    }
}

impl<'a> Attempt<'a> {
    /// Also counts it among those on the account from everywhere, unless the account is in use from this network.
    ///
    /// # Errors
    /// [`Code::TooManyRequests`].
    pub fn count_everywhere(&mut self, in_use_here: bool, now: DateTime<Utc>) -> Result<(), Problem> {
        if in_use_here {
            return Ok(());
        }
        self.count(&self.attempts.account, self.account.clone(), now)
    }

    /// Counts a one-time password that is about to be tried.
    ///
    /// # Errors
    /// [`Code::TooManyRequests`].
    pub fn count_second_factor(&mut self, in_use_here: bool, now: DateTime<Utc>) -> Result<(), Problem> {
        let key = if in_use_here {
            here(&self.account, &self.network)
        } else {
            self.account.clone()
        };
        self.count(&self.attempts.second, key, now)
    }

    /// It did not fail.
    pub fn take_back(self) {
        for (throttle, key) in self.counted {
            throttle.give_back(&key);
        }
    }

    fn count(&mut self, throttle: &'a Throttle, key: String, now: DateTime<Utc>) -> Result<(), Problem> {
        throttle.take(&key, now).map_err(too_many)?;
        self.counted.push((throttle, key));
        Ok(())
    }
}

fn here(account: &str, network: &str) -> String {
    format!("{network} {account}")
}

fn too_many(seconds: u32) -> Problem {
    Problem::new(Code::TooManyRequests).retry_after(seconds)
}
