//! A reader that stops at a number of bytes, and at a text too long to be a cell.

use std::io::{self, BufRead, BufReader, Read};

/// Bytes between two angle brackets at most. Without this, a parser would hold a text of any length to hand it out whole.
const LONGEST_TOKEN: usize = 1 << 20;

/// Bytes of XML that end in an error where they should end.
pub(super) struct Bounded<R> {
    inner: BufReader<R>,
    left: u64,
    token: usize,
}

impl<R: Read> Bounded<R> {
    /// At most `limit` bytes of `inner`.
    pub(super) fn new(inner: R, limit: u64) -> Self {
        Self {
            inner: BufReader::with_capacity(1 << 15, inner),
            left: limit,
            token: 0,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        if let (Some(target), Some(source)) = (buffer.get_mut(..count), available.get(..count)) {
            target.copy_from_slice(source);
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("it inflates to more than a table may have"));
        }
        if self.token > LONGEST_TOKEN {
            return Err(io::Error::other("it has a text longer than a cell may be"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let consumed = self.inner.buffer().get(..count).unwrap_or_default();
        match consumed.iter().rposition(|byte| *byte == b'<' || *byte == b'>') {
            Some(last) => self.token = count - last,
            None => self.token += count,
        }
        self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        self.inner.consume(count);
    }
}
