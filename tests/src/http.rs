//! HTTP/1.1 by hand: tests send what no well-behaved client would, byte for byte, and see every byte that comes back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A request, as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query, sent as they are.
    pub target: String,
    /// Headers beside `Host`, `Connection` and `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without a body.
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With another header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With bytes of a media type.
    #[must_use]
    pub fn bytes(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// With JSON, as a merge patch where the method is PATCH.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let media_type = if self.method == "PATCH" {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        self.bytes(media_type, body.to_string())
    }

    /// With another media type.
    #[must_use]
    pub fn with_type(mut self, media_type: &str) -> Self {
        self.headers.retain(|(name, _)| name != "Content-Type");
        self.header("Content-Type", media_type)
    }

    /// The whole request.
    pub fn to_bytes(&self, host: SocketAddr) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n",
            self.method, self.target
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() || ["POST", "PUT", "PATCH"].contains(&self.method.as_str()) {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// This reply, which must have that status.
    ///
    /// # Panics
    /// If it has another one.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The entity tag.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn etag(&self) -> String {
        let tag = self.header("etag");
        tag.unwrap_or_else(|| panic!("no ETag: {} {}", self.status, self.text()))
            .to_owned()
    }

    /// The code of the problem.
    #[track_caller]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Where and what the faults are, as `place code`, sorted.
    #[track_caller]
    pub fn faults(&self) -> Vec<String> {
        let problem = self.json();
        let faults = problem["errors"].as_array().into_iter().flatten();
        let mut faults: Vec<String> = faults
            .map(|fault| {
                let place = fault["pointer"].as_str().or(fault["parameter"].as_str());
                let code = fault["code"].as_str().unwrap_or_default();
                format!("{} {code}", place.unwrap_or_default())
            })
            .collect();
        faults.sort_unstable();
        faults
    }
}

/// Sends a request on a connection of its own.
///
/// # Panics
/// If no answer comes.
#[track_caller]
pub fn send(address: SocketAddr, request: &Request) -> Reply {
    exchange(address, request.to_bytes(address))
        .unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.target))
}

/// Sends bytes and reads the answer until the server closes the connection.
///
/// # Errors
/// When there is no connection, or no answer that can be read.
pub fn exchange(address: SocketAddr, bytes: Vec<u8>) -> std::io::Result<Reply> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_write_timeout(Some(Duration::from_secs(60)))?;
    let mut answer = Vec::new();
    if bytes.len() < 1 << 16 {
        stream.write_all(&bytes)?;
        read_to_end(&mut stream, &mut answer)?;
    } else {
        // A server that refuses a long body answers before it has read it, and closes.
        let mut writer = stream.try_clone()?;
        let writing = std::thread::spawn(move || drop(writer.write_all(&bytes)));
        read_to_end(&mut stream, &mut answer)?;
        drop(stream.shutdown(std::net::Shutdown::Both));
        drop(writing.join());
    }
    parse(&answer).ok_or_else(|| {
        let begin = String::from_utf8_lossy(answer.get(..200.min(answer.len())).unwrap_or_default()).into_owned();
        std::io::Error::other(format!("not an answer: {begin:?}"))
    })
}

/// Reads until the answer is complete or the connection ends; a reset after an answer has come is an end too.
fn read_to_end(stream: &mut TcpStream, answer: &mut Vec<u8>) -> std::io::Result<()> {
    let mut chunk = [0; 1 << 14];
    while !is_complete(answer) {
        match stream.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => answer.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset && !answer.is_empty() => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// True if the answer says how long it is, and is as long.
fn is_complete(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length
        .and_then(|length| length.trim().parse::<usize>().ok())
        .is_some_and(|length| answer.len() >= end + 4 + length)
}

/// Reads an answer that is complete.
pub fn parse(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (bytes.get(..end)?, bytes.get(end + 4..)?);
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunk(body)? } else { body.to_vec() };
    Some(Reply { status, headers, body })
}

fn unchunk(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(bytes.get(..end)?).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(bytes.get(end + 2..end + 2 + size)?);
        bytes = bytes.get(end + 4 + size..)?;
    }
}
