//! The words of the letters, German and English.

use chrono::{DateTime, NaiveDate, Utc};
use werkstadt_domain::membership::due::{CURRENCY, Due};
use werkstadt_domain::text::Language;

mod english;
mod german;

/// What a letter says.
#[derive(Clone, Debug)]
pub enum Say {
    /// Somebody invited you.
    Invitation {
        /// Who.
        from: String,
        /// You.
        name: String,
        /// How to accept.
        link: Link,
        /// How long.
        until: DateTime<Utc>,
    },
    /// You registered. Without the name: whoever registers could write anything to anyone.
    Registration {
        /// How to confirm.
        link: Link,
        /// How long.
        until: DateTime<Utc>,
    },
    /// You have an account already.
    AccountExists,
    /// You forgot your password.
    Reset {
        /// You.
        name: String,
        /// How to set another.
        link: Link,
        /// How long.
        until: DateTime<Utc>,
    },
    /// A manager ended your password.
    PasswordEnded {
        /// You.
        name: String,
        /// How to set another.
        link: Link,
        /// How long.
        until: DateTime<Utc>,
    },
    /// Your password was changed.
    PasswordChanged,
    /// You want another address, and this is the present one.
    OldAddress(String, Link),
    /// You want another address, and this is it.
    NewAddress(String, Link),
    /// You have another address.
    AddressChanged(String),
    /// You have a second factor.
    SecondFactorOn,
    /// You have none any more.
    SecondFactorOff,
    /// A recovery code was used; so many are left.
    RecoveryCodeUsed(String),
    /// Your application has arrived, under this reference. Without your words: whoever applies could write anything to anyone.
    ApplicationReceived(String),
    /// You are a member.
    ApplicationAccepted {
        /// The member.
        organisation: String,
        /// How to sign in, and how long that is possible.
        invited: Option<(Link, DateTime<Utc>)>,
    },
    /// You are not, and why.
    ApplicationRejected(String),
    /// There is a due to pay.
    DueAsked {
        /// The member.
        organisation: String,
        /// What is owed.
        due: Due,
    },
    /// The days of grace have begun.
    GraceBegun {
        /// The member.
        organisation: String,
        /// The day on which the membership lapses, if there is one.
        lapses_on: Option<NaiveDate>,
    },
    /// The membership of an organisation has lapsed.
    MembershipLapsed(String),
    /// A resignation is noted.
    ResignationNoted {
        /// The member.
        organisation: String,
        /// The last day of membership.
        last_on: NaiveDate,
    },
    /// A due has not been paid.
    DueReminder {
        /// The member.
        organisation: String,
        /// What is owed.
        due: Due,
    },
    /// You want to be erased.
    Erasure(Link),
    /// You are named as the guardian of a minor. With nothing that was written freely: whoever registers names anyone.
    GuardianAsked {
        /// The minor's address.
        minor: String,
        /// How to agree.
        link: Link,
        /// How long.
        until: DateTime<Utc>,
    },
    /// You, or somebody who has your address, said to be a minor; the guardian has not agreed.
    GuardianAwaited,
    /// You agreed.
    GuardianConsented {
        /// The minor's address.
        minor: String,
        /// How to take it back.
        link: Link,
    },
}

impl Say {
    /// Whom it greets by name.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Invitation { name, .. } | Self::Reset { name, .. } | Self::PasswordEnded { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// How to answer a letter: by a page that the network names, or else by the token alone.
#[derive(Clone, Debug)]
pub struct Link {
    page: Option<String>,
    token: String,
}

impl Link {
    /// A link to the page of this purpose below an address. The token stands behind `#`: browsers send that to no server.
    pub fn new(app_url: Option<&str>, purpose: &str, token: String) -> Self {
        Self {
            page: app_url.map(|base| format!("{base}/{}#token={token}", purpose.replace('_', "-"))),
            token,
        }
    }

    fn words(&self, language: Language) -> String {
        match (&self.page, language) {
            (Some(page), _) => page.clone(),
            (None, Language::De) => format!("Ihr einmaliges Token: {}", self.token),
            (None, Language::En) => format!("Your one-time token: {}", self.token),
        }
    }
}

/// What all letters have in common.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// What the network is called.
    pub network: String,
    /// The e-mail address for questions.
    pub contact: Option<String>,
}

/// Subject and text of a letter from a network.
pub fn of(said: &Say, language: Language, head: &Letterhead) -> (String, String) {
    let network = head.network.as_str();
    let (subject, paragraphs) = match language {
        Language::De => german::words(said, network),
        Language::En => english::words(said, network),
    };
    let greeting = match language {
        Language::De => "Guten Tag",
        Language::En => "Hello",
    };
    let greeting = match said.name() {
        Some(name) => format!("{greeting} {name},"),
        None => format!("{greeting},"),
    };
    let contact = match (&head.contact, language) {
        (None, _) => String::new(),
        (Some(contact), Language::De) => format!("Fragen an: {contact}\n"),
        (Some(contact), Language::En) => format!("Questions to: {contact}\n"),
    };
    let body = format!("{greeting}\n\n{}\n\n-- \n{network}\n{contact}", paragraphs.join("\n\n"));
    (format!("{network}: {subject}"), body)
}

/// Subject and paragraphs.
type Words = (&'static str, Vec<String>);

/// A time as both languages write it, in UTC: where the reader is, nobody knows.
fn when(at: &DateTime<Utc>, language: Language) -> String {
    match language {
        Language::De => at.format("%d.%m.%Y, %H:%M Uhr (UTC)").to_string(),
        Language::En => at.format("%Y-%m-%d at %H:%M UTC").to_string(),
    }
}

/// A day as both languages write it.
fn on(day: NaiveDate, language: Language) -> String {
    match language {
        Language::De => day.format("%d.%m.%Y").to_string(),
        Language::En => day.format("%Y-%m-%d").to_string(),
    }
}

/// An amount as both languages write it.
fn amount(cents: i64, language: Language) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    match language {
        Language::De => format!("{whole},{rest:02} {CURRENCY}"),
        Language::En => format!("{CURRENCY} {whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_written_in_both_languages() {
        let link = || {
            Link::new(
                Some("https://network.example/account"),
                "reset_password",
                "wa_x".to_owned(),
            )
        };
        let until = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let from = |network: &str, contact: Option<&str>| Letterhead {
            network: network.to_owned(),
            contact: contact.map(str::to_owned),
        };
        let said = Say::Reset {
            name: "Erika".to_owned(),
            link: link(),
            until,
        };
        let (subject, body) = of(&said, Language::De, &from("Netzwerk", Some("hallo@network.example")));
        assert_eq!(subject, "Netzwerk: Neues Passwort");
        assert!(body.starts_with("Guten Tag Erika,\n\njemand hat"), "{body}");
        assert!(
            body.contains("\nhttps://network.example/account/reset-password#token=wa_x\n"),
            "{body}"
        );
        assert!(body.contains("bis 15.01.2027, 08:00 Uhr (UTC)"), "{body}");
        assert!(
            body.ends_with("\n-- \nNetzwerk\nFragen an: hallo@network.example\n"),
            "{body}"
        );
        let (subject, body) = of(&said, Language::En, &from("Network", None));
        assert_eq!(subject, "Network: New password");
        assert!(body.contains("until 2027-01-15 at 08:00 UTC"), "{body}");
        assert!(body.ends_with("\n-- \nNetwork\n"), "{body}");
        let bare = Say::NewAddress(
            "e@example.org".to_owned(),
            Link::new(None, "new_address", "wa_y".to_owned()),
        );
        assert!(
            of(&bare, Language::En, &from("Network", None))
                .1
                .contains("one-time token: wa_y\n")
        );
    }
}
