//! Time and chance for tests: a clock that moves when told, ids and secrets in a fixed order.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use werkstadt_api::problem::Problem;
use werkstadt_api::state::World;

/// 2026-11-22T09:00:00Z, where every test world begins.
const BEGINNING: i64 = 1_795_338_000_000_000;

/// A world in which the same calls in the same order have the same outcome.
pub struct TestWorld {
    /// Tells apart the worlds of servers that share a database.
    number: u16,
    micros: AtomicI64,
    drawn: AtomicU64,
}

impl TestWorld {
    /// World number so and so.
    pub const fn new(number: u16) -> Self {
        Self {
            number,
            micros: AtomicI64::new(BEGINNING),
            drawn: AtomicU64::new(0),
        }
    }

    /// Lets time pass.
    pub fn advance(&self, time: TimeDelta) {
        self.micros
            .fetch_add(time.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
    }

    fn draw(&self) -> u64 {
        self.drawn.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl World for TestWorld {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap_or_default()
    }

    /// The time as in any UUIDv7, then the number of the world, then a counter.
    fn id(&self) -> Uuid {
        let millis = u128::try_from(self.now().timestamp_millis()).unwrap_or_default();
        let version = 0x7_u128 << 76;
        let variant = 0b10_u128 << 62;
        let world = u128::from(self.number) << 40;
        Uuid::from_u128(millis << 80 | version | variant | world | u128::from(self.draw()))
    }

    /// A secret that only a test would use: `SplitMix64` (Steele, Lea, Flood 2014) from the number of the draw.
    fn secret(&self) -> Result<[u8; 32], Problem> {
        let mut state = u64::from(self.number) << 48 | self.draw();
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        Ok(bytes)
    }
}
