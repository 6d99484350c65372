//! A mail server that takes letters by SMTP (RFC 5321), and has its moods.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::base64url;

/// How it treats who comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Takes everything.
    Willing,
    /// Asks to come again later, at every recipient.
    Busy,
    /// Has no mailbox of this address.
    Without(String),
    /// Turns everybody away at the door.
    Shut,
    /// Takes the call and says nothing.
    Silent,
    /// Hangs up in the middle of a letter.
    HangsUp,
    /// Takes a letter and hangs up before it says so.
    Forgetful,
}

/// A letter as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailed {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body.
    pub text: String,
}

/// The server. It stops when this goes.
pub struct SmtpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    mood: Mutex<Mood>,
    letters: Mutex<Vec<Mailed>>,
    stopped: AtomicBool,
}

impl SmtpServer {
    /// Starts, on a port of its own.
    ///
    /// # Panics
    /// If there is no port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            mood: Mutex::new(Mood::Willing),
            letters: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for call in listener.incoming().flatten() {
                if own.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let own = Arc::clone(&own);
                // Ends with the connection, which ends with the client.
                std::thread::spawn(move || drop(own.talk(&call)));
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    /// Its address for the settings.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// From now on.
    pub fn is(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// What came to an address, the last one last.
    pub fn letters_to(&self, address: &str) -> Vec<Mailed> {
        let letters = self.shared.letters.lock().unwrap_or_else(PoisonError::into_inner);
        let of = letters.iter().filter(|letter| letter.to.iter().any(|to| to == address));
        of.cloned().collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Shared {
    fn mood(&self) -> Mood {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One connection, from the greeting to the end.
    fn talk(&self, call: &TcpStream) -> std::io::Result<()> {
        let say = |words: &str| (&*call).write_all(format!("{words}\r\n").as_bytes());
        let mut lines = BufReader::new(call).lines();
        match self.mood() {
            // Until the client gives up.
            Mood::Silent => return lines.try_for_each(|line| line.map(drop)),
            Mood::Shut => return say("554 no service here"),
            _ => say("220 mail.example ready")?,
        }
        let mut letter = empty();
        while let Some(line) = lines.next().transpose()? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            match verb.as_str() {
                "EHLO" => say("250-mail.example\r\n250 8BITMIME")?,
                "MAIL" => {
                    letter = empty();
                    letter.from = path(&line);
                    say("250 fine")?;
                }
                "RCPT" => match self.mood() {
                    Mood::Busy => say("451 later, please")?,
                    Mood::Without(address) if address == path(&line) => say("550 no such mailbox")?,
                    _ => {
                        letter.to.push(path(&line));
                        say("250 fine")?;
                    }
                },
                "DATA" => {
                    say("354 go on")?;
                    let hangs_up = self.mood() == Mood::HangsUp;
                    loop {
                        let Some(line) = lines.next().transpose()? else {
                            return Ok(());
                        };
                        if line == "." {
                            break;
                        }
                        if hangs_up && line.starts_with("Subject") {
                            return call.shutdown(std::net::Shutdown::Both);
                        }
                        letter.text.push_str(line.strip_prefix('.').unwrap_or(&line));
                        letter.text.push('\n');
                    }
                    let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
                    letters.push(std::mem::replace(&mut letter, empty()));
                    drop(letters);
                    if self.mood() == Mood::Forgetful {
                        return call.shutdown(std::net::Shutdown::Both);
                    }
                    say("250 taken")?;
                }
                "RSET" | "NOOP" => say("250 fine")?,
                "QUIT" => return say("221 bye"),
                _ => say("502 what?")?,
            }
        }
        Ok(())
    }
}

const fn empty() -> Mailed {
    Mailed {
        from: String::new(),
        to: Vec::new(),
        text: String::new(),
    }
}

/// The address between the angle brackets of `MAIL FROM:<…>` and `RCPT TO:<…>`.
fn path(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

impl Mailed {
    /// A header, its encoded words (RFC 2047) decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.text.split_once("\n\n")?;
        let head = head.replace("\n ", " ");
        let mut lines = head.lines();
        let value = lines.find_map(|line| line.strip_prefix(&format!("{name}: ")))?;
        Some(decoded_words(value))
    }

    /// The text, decoded.
    ///
    /// # Panics
    /// If it is encoded in another way than mail is.
    pub fn body(&self) -> String {
        let (_, body) = self.text.split_once("\n\n").unwrap_or_default();
        let bytes = match self.header("Content-Transfer-Encoding").as_deref() {
            Some("base64") => base64(body),
            Some("quoted-printable") => quoted(&body.replace("=\n", "")),
            Some("7bit" | "8bit") | None => body.as_bytes().to_vec(),
            Some(other) => panic!("{other}"),
        };
        String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
    }
}

/// Encoded words and what stands between them; only white space between two of them is none.
fn decoded_words(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some((before, word)) = rest.split_once("=?") {
        if !(after_word && before.trim().is_empty()) {
            text.push_str(before);
        }
        let parts: Vec<&str> = word.splitn(4, '?').collect();
        let [_, encoding, content, end] = parts.as_slice() else {
            break;
        };
        let bytes = match encoding.to_lowercase().as_str() {
            "b" => base64(content),
            _ => quoted(&content.replace('_', " ")),
        };
        text.push_str(&String::from_utf8_lossy(&bytes));
        rest = end.strip_prefix('=').unwrap_or(end);
        after_word = true;
    }
    text + rest
}

fn quoted(text: &str) -> Vec<u8> {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).expect("two digits"));
        bytes.extend(rest.as_bytes());
    }
    bytes
}

fn base64(text: &str) -> Vec<u8> {
    base64url::decode(&text.replace('+', "-").replace('/', "_"))
}
