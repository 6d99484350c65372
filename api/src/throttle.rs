//! How often something may happen: the generic cell rate algorithm (ITU-T I.371), one number per key, in bounded memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::auth::digest;

/// Keys remembered at a time.
const KEYS: u64 = 100_000;

/// So many at once, then one in each span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many at once.
    pub burst: u32,
    /// After how long one more.
    pub every: TimeDelta,
}

/// What came of counting one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// How many more there may be at once; none says that this one was too much, and was not counted.
    pub remaining: Option<u32>,
    /// Seconds until one more may happen.
    pub next: u32,
    /// Seconds until as many may happen as at first.
    pub full: u32,
}

/// Counts what happens under keys, and says when it is too much. Each server counts by itself.
pub struct Throttle {
    pace: Pace,
    /// For each key the time, in microseconds, at which all that happened would have happened at an even pace.
    even: Cache<[u8; 32], Arc<AtomicI64>>,
}

impl Throttle {
    /// Nothing has happened yet.
    pub fn new(pace: Pace) -> Self {
        let forgotten = pace.every * i32::try_from(pace.burst).unwrap_or(i32::MAX) + TimeDelta::seconds(61);
        let even = Cache::builder()
            .max_capacity(KEYS)
            // The usual policy keeps out keys that are new while there are many; an attacker's are.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(forgotten.to_std().unwrap_or_default())
            .build();
        Self { pace, even }
    }

    /// Counts one under a key.
    ///
    /// # Errors
    /// After how many seconds to try again; then nothing is counted.
    pub fn take(&self, key: &str, now: DateTime<Utc>) -> Result<(), u32> {
        let counted = self.count(key, self.pace, now);
        counted.remaining.map(drop).ok_or(counted.next)
    }

    /// Counts one under a key that has a pace of its own.
    pub fn count(&self, key: &str, pace: Pace, now: DateTime<Utc>) -> Counted {
        let cell = self.even.get_with(digest(key), Arc::default);
        let (now, every) = (now.timestamp_micros(), micros(pace.every).max(1));
        let allowance = every * i64::from(pace.burst);
        let counted = cell.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |even| {
            let next = even.max(now) + every;
            (next - now <= allowance).then_some(next)
        });
        let ahead = |even: i64| even.max(now) - now;
        let (ahead, admitted) = match counted {
            Ok(before) => (ahead(before) + every, true),
            Err(present) => (ahead(present), false),
        };
        let seconds = |micros: i64| u32::try_from((micros.max(0) + 999_999) / 1_000_000).unwrap_or(u32::MAX);
        Counted {
            remaining: admitted.then(|| u32::try_from((allowance - ahead) / every).unwrap_or(u32::MAX)),
            next: seconds(ahead + every - allowance),
            full: seconds(ahead),
        }
    }

    /// Takes one back that should not count.
    pub fn give_back(&self, key: &str) {
        if let Some(cell) = self.even.get(&digest(key)) {
            cell.fetch_sub(micros(self.pace.every), Ordering::SeqCst);
        }
    }
}

fn micros(time: TimeDelta) -> i64 {
    time.num_microseconds().unwrap_or(i64::MAX / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn a_burst_then_an_even_pace() {
        let throttle = Throttle::new(Pace {
            burst: 3,
            every: TimeDelta::seconds(10),
        });
        for _ in 0..3 {
            assert_eq!(throttle.take("a", at(0)), Ok(()));
        }
        assert_eq!(throttle.take("a", at(0)), Err(10));
        assert_eq!(throttle.take("b", at(0)), Ok(()), "another key");
        assert_eq!(throttle.take("a", at(9)), Err(1));
        assert_eq!(throttle.take("a", at(10)), Ok(()));
        assert!(throttle.take("a", at(10)).is_err());
        throttle.give_back("a");
        assert_eq!(throttle.take("a", at(10)), Ok(()));
        for _ in 0..3 {
            assert_eq!(
                throttle.take("a", at(1000)),
                Ok(()),
                "no more than the burst is saved up"
            );
        }
        assert!(throttle.take("a", at(1000)).is_err());
    }
}
