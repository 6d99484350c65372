//! A client that costs little: blocking connections kept alive, requests written beforehand, bodies skipped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::local::Failure;

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Requests answered per second.
    pub rate: f64,
    /// Half of the requests took at most this long.
    pub p50: Duration,
    /// All but one in a hundred took at most this long.
    pub p99: Duration,
    /// Requests answered.
    pub requests: usize,
    /// Answers that were no success.
    pub failures: usize,
    /// Bytes of an answer's body, on average.
    pub bytes: usize,
}

/// A connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            stream: BufReader::with_capacity(64 << 10, stream),
            body: Vec::new(),
        })
    }

    /// Sends a request and reads the answer: its status and its body.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send(&mut self, request: &[u8]) -> Result<(u16, &[u8]), Failure> {
        self.stream.get_mut().write_all(request)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .ok_or("no status")?;
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok((status, &self.body))
    }
}

/// Sends the requests in turn over so many connections for so long.
///
/// # Errors
/// When a connection breaks.
pub fn measure(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
) -> Result<Measured, Failure> {
    let barrier = Barrier::new(connections);
    let results: Vec<Result<Tally, Failure>> = std::thread::scope(|scope| {
        let run = |first: usize| {
            let barrier = &barrier;
            scope.spawn(move || one(address, requests, first, barrier, time))
        };
        let threads: Vec<_> = (0..connections).map(run).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a client thread died".into())))
            .collect()
    });
    let mut all = Tally::default();
    for result in results {
        let tally = result?;
        all.times.extend(tally.times);
        all.failures += tally.failures;
        all.bytes += tally.bytes;
    }
    all.times.sort_unstable();
    let at = |share: f64| {
        let index = (all.times.len() as f64 * share) as usize;
        all.times
            .get(index.min(all.times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    Ok(Measured {
        rate: all.times.len() as f64 / time.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
        requests: all.times.len(),
        failures: all.failures,
        bytes: all.bytes / all.times.len().max(1),
    })
}

#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    failures: usize,
    bytes: usize,
}

fn one(
    address: SocketAddr,
    requests: &[Vec<u8>],
    first: usize,
    barrier: &Barrier,
    time: Duration,
) -> Result<Tally, Failure> {
    let mut connection = Connection::open(address)?;
    let mut tally = Tally::default();
    barrier.wait();
    let begin = Instant::now();
    // Each connection walks through the requests at its own place.
    for request in requests.iter().cycle().skip(first * 101) {
        let sent = Instant::now();
        if sent - begin >= time {
            break;
        }
        let (status, body) = connection.send(request)?;
        tally.bytes += body.len();
        tally.failures += usize::from(status != 200);
        tally.times.push(sent.elapsed());
    }
    Ok(tally)
}
