//! How letters leave: to a mail server, or into a folder.

use std::path::Path;
use std::sync::Arc;

use lettre::message::{Mailbox, header};
use lettre::{FileTransport, Message, SmtpTransport, Transport};

use super::{Way, Written};
use crate::config::Mail;

/// Takes letters away.
pub trait Post: Send + Sync {
    /// Sends one. May take as long as the mail server does.
    ///
    /// # Errors
    /// [`PostFault`].
    fn send(&self, letter: &Written) -> Result<(), PostFault>;
}

/// Why a letter could not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostFault {
    /// True if another try would not help.
    pub is_final: bool,
    /// For the log and the queue.
    pub words: String,
}

impl PostFault {
    fn last(error: impl std::fmt::Display) -> Self {
        Self {
            is_final: true,
            words: error.to_string(),
        }
    }

    fn for_now(error: impl std::fmt::Display) -> Self {
        Self {
            is_final: false,
            words: error.to_string(),
        }
    }
}

struct Smtp {
    transport: SmtpTransport,
    from: Mailbox,
}

struct Folder {
    transport: FileTransport,
    from: Mailbox,
}

/// Opens the way that the settings name. Does not connect yet.
///
/// # Errors
/// What is wrong with the settings, or with the folder.
pub fn open(mail: &Mail, from: &str) -> Result<Way, String> {
    let sender = || from.parse::<Mailbox>().map_err(|error| format!("mail_from: {error}"));
    match mail {
        Mail::Nowhere => Ok(None),
        Mail::Smtp { url, patience } => {
            let transport = SmtpTransport::from_url(url).map_err(|error| format!("smtp_url: {error}"))?;
            let transport = transport.timeout(Some(*patience)).build();
            Ok(Some(Arc::new(Smtp {
                transport,
                from: sender()?,
            })))
        }
        Mail::Folder(path) => Ok(Some(Arc::new(Folder {
            transport: folder(path)?,
            from: sender()?,
        }))),
        Mail::Given(post) => Ok(Some(Arc::clone(post))),
    }
}

fn folder(path: &Path) -> Result<FileTransport, String> {
    std::fs::create_dir_all(path).map_err(|error| format!("mail_folder: {error}"))?;
    Ok(FileTransport::new(path))
}

impl Post for Smtp {
    fn send(&self, letter: &Written) -> Result<(), PostFault> {
        let sent = self.transport.send(&message(&self.from, letter)?);
        sent.map(drop).map_err(|error| {
            if error.is_permanent() && self.is_about_the_letter(&error) {
                PostFault::last(error)
            } else {
                PostFault::for_now(error)
            }
        })
    }
}

impl Smtp {
    /// False where the mail server refuses us, whatever the letter: a login that is wrong, or a server that takes nothing from us. No
    /// letter is to be lost by that; the settings can be mended.
    fn is_about_the_letter(&self, error: &lettre::transport::smtp::Error) -> bool {
        /// RFC 4954, section 6.
        const NOT_LET_IN: [u16; 4] = [530, 534, 535, 538];
        let not_let_in = error.status().is_some_and(|code| NOT_LET_IN.contains(&u16::from(code)));
        !not_let_in && self.transport.test_connection().is_ok()
    }
}

impl Post for Folder {
    fn send(&self, letter: &Written) -> Result<(), PostFault> {
        let sent = self.transport.send(&message(&self.from, letter)?);
        sent.map(drop).map_err(PostFault::for_now)
    }
}

fn message(from: &Mailbox, letter: &Written) -> Result<Message, PostFault> {
    let to: Mailbox = letter.to.parse().map_err(PostFault::last)?;
    // The same for every try, so that mail servers can tell that it is one letter.
    let id = format!("<{}@{}>", letter.id, from.email.domain());
    Message::builder()
        .from(from.clone())
        .to(to)
        .message_id(Some(id))
        .subject(&letter.subject)
        .raw_header(header::HeaderValue::new(
            header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .header(header::ContentType::TEXT_PLAIN)
        .body(letter.body.clone())
        .map_err(PostFault::last)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use werkstadt_persistence::letters::LetterId;

    use super::*;

    #[test]
    fn a_letter_names_no_second_recipient_whatever_its_words_are() {
        let letter = Written {
            id: LetterId::new(Uuid::from_u128(7)),
            to: "erika@example.org".to_owned(),
            subject: "Grüße\r\nBcc: other@example.org".to_owned(),
            body: "Grüß Gott\n".to_owned(),
        };
        let from = "Netzwerk <noreply@example.org>".parse().unwrap();
        let bytes = message(&from, &letter).unwrap().formatted();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"), "{text}");
        assert!(text.contains("@example.org>\r\n"), "{text}");
    }
}
