//! The words of the letters, German and English.

use chrono::{DateTime, Utc};
use werkstadt_domain::text::Language;

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
}

impl Say {
    /// Whom it greets by name.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Invitation { name, .. } | Self::Reset { name, .. } => Some(name),
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

/// Subject and text of a letter from this network.
pub fn of(said: &Say, language: Language, network: &str) -> (String, String) {
    let (subject, paragraphs) = match language {
        Language::De => german(said, network),
        Language::En => english(said, network),
    };
    let greeting = match language {
        Language::De => "Guten Tag",
        Language::En => "Hello",
    };
    let greeting = match said.name() {
        Some(name) => format!("{greeting} {name},"),
        None => format!("{greeting},"),
    };
    let body = format!("{greeting}\n\n{}\n\n-- \n{network}\n", paragraphs.join("\n\n"));
    (format!("{network}: {subject}"), body)
}

/// A time as both languages write it, in UTC: where the reader is, nobody knows.
fn when(at: &DateTime<Utc>, language: Language) -> String {
    match language {
        Language::De => at.format("%d.%m.%Y, %H:%M Uhr (UTC)").to_string(),
        Language::En => at.format("%Y-%m-%d at %H:%M UTC").to_string(),
    }
}

fn german(said: &Say, network: &str) -> (&'static str, Vec<String>) {
    let de = Language::De;
    let not_you =
        "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihre Antwort geschieht nichts.".to_owned();
    let alarm = "Wenn Sie das nicht waren, setzen Sie bitte sofort ein neues Passwort und melden Sie sich bei der Verwaltung des Netzwerks.".to_owned();
    match said {
        Say::Invitation { from, link, until, .. } => (
            "Einladung",
            vec![
                format!(
                    "{from} lädt Sie ein, im Verzeichnis von {network} mitzuarbeiten. Mit der Annahme wählen Sie ein Passwort."
                ),
                link.words(de),
                format!("Die Einladung gilt bis {}.", when(until, de)),
            ],
        ),
        Say::Registration { link, until } => (
            "Bitte bestätigen Sie Ihre Anmeldung",
            vec![
                format!(
                    "jemand hat mit dieser Adresse ein Konto bei {network} angelegt. Mit der Bestätigung wählen Sie ein Passwort."
                ),
                link.words(de),
                format!("Die Bestätigung ist möglich bis {}.", when(until, de)),
                not_you,
            ],
        ),
        Say::AccountExists => (
            "Sie haben schon ein Konto",
            vec![
                format!(
                    "jemand wollte mit dieser Adresse ein Konto bei {network} anlegen oder sie für ein Konto eintragen. Es gibt schon eines mit dieser Adresse."
                ),
                "Wenn Sie Ihr Passwort nicht mehr wissen, können Sie ein neues anfordern.".to_owned(),
                not_you,
            ],
        ),
        Say::Reset { link, until, .. } => (
            "Neues Passwort",
            vec![
                "jemand hat für Ihr Konto ein neues Passwort angefordert. Hier wählen Sie es:".to_owned(),
                link.words(de),
                format!("Das geht bis {}, und einmal.", when(until, de)),
                not_you,
            ],
        ),
        Say::PasswordChanged => (
            "Ihr Passwort wurde geändert",
            vec![
                "das Passwort Ihres Kontos wurde geändert. Alle anderen Sitzungen sind beendet.".to_owned(),
                alarm,
            ],
        ),
        Say::OldAddress(address, link) => (
            "Ihre Adresse soll geändert werden",
            vec![
                format!(
                    "die Adresse Ihres Kontos soll künftig {address} sein. Wenn das stimmt, bestätigen Sie es bitte hier und unter der neuen Adresse:"
                ),
                link.words(de),
                alarm,
            ],
        ),
        Say::NewAddress(address, link) => (
            "Bitte bestätigen Sie Ihre neue Adresse",
            vec![
                format!(
                    "{address} soll die neue Adresse eines Kontos bei {network} sein. Wenn das stimmt, bestätigen Sie es bitte:"
                ),
                link.words(de),
                not_you,
            ],
        ),
        Say::AddressChanged(address) => (
            "Ihre Adresse wurde geändert",
            vec![format!("die Adresse Ihres Kontos ist jetzt {address}."), alarm],
        ),
        Say::SecondFactorOn => (
            "Zweiter Faktor eingerichtet",
            vec![
                "Ihr Konto hat jetzt einen zweiten Faktor: Die Anmeldung verlangt auch ein Einmalpasswort.".to_owned(),
                alarm,
            ],
        ),
        Say::SecondFactorOff => (
            "Zweiter Faktor entfernt",
            vec!["Ihr Konto hat keinen zweiten Faktor mehr.".to_owned(), alarm],
        ),
        Say::RecoveryCodeUsed(left) => (
            "Ein Wiederherstellungscode wurde benutzt",
            vec![
                format!(
                    "bei der Anmeldung an Ihrem Konto wurde ein Wiederherstellungscode benutzt. Noch {left} sind übrig."
                ),
                alarm,
            ],
        ),
    }
}

fn english(said: &Say, network: &str) -> (&'static str, Vec<String>) {
    let en = Language::En;
    let not_you = "If this was not you, there is nothing to do: without your answer nothing happens.".to_owned();
    let alarm =
        "If this was not you, please set a new password at once and tell the managers of the network.".to_owned();
    match said {
        Say::Invitation { from, link, until, .. } => (
            "Invitation",
            vec![
                format!(
                    "{from} invites you to take part in the directory of {network}. When you accept, you choose a password."
                ),
                link.words(en),
                format!("The invitation is good until {}.", when(until, en)),
            ],
        ),
        Say::Registration { link, until } => (
            "Please confirm your registration",
            vec![
                format!(
                    "Somebody made an account with {network} with this address. When you confirm it, you choose a password."
                ),
                link.words(en),
                format!("You can confirm it until {}.", when(until, en)),
                not_you,
            ],
        ),
        Say::AccountExists => (
            "You have an account already",
            vec![
                format!(
                    "Somebody wanted to make an account with {network} with this address, or to use it for an account. There is one with this address already."
                ),
                "If you do not know your password any more, you can ask for a new one.".to_owned(),
                not_you,
            ],
        ),
        Say::Reset { link, until, .. } => (
            "New password",
            vec![
                "Somebody asked for a new password for your account. This is where you choose it:".to_owned(),
                link.words(en),
                format!("It works until {}, and once.", when(until, en)),
                not_you,
            ],
        ),
        Say::PasswordChanged => (
            "Your password was changed",
            vec![
                "The password of your account was changed. All other sessions have ended.".to_owned(),
                alarm,
            ],
        ),
        Say::OldAddress(address, link) => (
            "Your address is to be changed",
            vec![
                format!(
                    "The address of your account is to be {address}. If that is right, please confirm it here and at the new address:"
                ),
                link.words(en),
                alarm,
            ],
        ),
        Say::NewAddress(address, link) => (
            "Please confirm your new address",
            vec![
                format!(
                    "{address} is to be the new address of an account with {network}. If that is right, please confirm it:"
                ),
                link.words(en),
                not_you,
            ],
        ),
        Say::AddressChanged(address) => (
            "Your address was changed",
            vec![format!("The address of your account is {address} now."), alarm],
        ),
        Say::SecondFactorOn => (
            "Second factor set up",
            vec![
                "Your account has a second factor now: signing in asks for a one-time password, too.".to_owned(),
                alarm,
            ],
        ),
        Say::SecondFactorOff => (
            "Second factor removed",
            vec!["Your account has no second factor any more.".to_owned(), alarm],
        ),
        Say::RecoveryCodeUsed(left) => (
            "A recovery code was used",
            vec![
                format!("Somebody signed in to your account with a recovery code. {left} are left."),
                alarm,
            ],
        ),
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
        let said = Say::Reset {
            name: "Erika".to_owned(),
            link: link(),
            until,
        };
        let (subject, body) = of(&said, Language::De, "Netzwerk");
        assert_eq!(subject, "Netzwerk: Neues Passwort");
        assert!(body.starts_with("Guten Tag Erika,\n\njemand hat"), "{body}");
        assert!(
            body.contains("\nhttps://network.example/account/reset-password#token=wa_x\n"),
            "{body}"
        );
        assert!(body.contains("bis 15.01.2027, 08:00 Uhr (UTC)"), "{body}");
        let (subject, body) = of(&said, Language::En, "Network");
        assert_eq!(subject, "Network: New password");
        assert!(body.contains("until 2027-01-15 at 08:00 UTC"), "{body}");
        let bare = Say::NewAddress(
            "e@example.org".to_owned(),
            Link::new(None, "new_address", "wa_y".to_owned()),
        );
        assert!(of(&bare, Language::En, "Network").1.contains("one-time token: wa_y\n"));
    }
}
