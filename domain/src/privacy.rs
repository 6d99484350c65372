//! Personal data: what for it is kept, of what sort it is, who gets it. The words of a record of processing activities (Article 30 of
//! the GDPR).

use crate::named::Named;
use crate::text::Text;

/// What personal data is kept for: an activity of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// The directory, search and matching.
    Directory,
    /// Signing in, and its safety.
    Access,
    /// Looking after members: applications, memberships, dues.
    Membership,
    /// Writing letters.
    Correspondence,
    /// Taking over lists from elsewhere.
    Import,
    /// Keeping the directory right: reports, reviews, reminders.
    Quality,
    /// Proving what was done and read, and with whose consent.
    Accountability,
    /// Running the server; no personal data.
    Operation,
}

impl Named for Purpose {
    const NAME: &'static str = "ProcessingPurpose";
    const ALL: &'static [Self] = &[
        Self::Directory,
        Self::Access,
        Self::Membership,
        Self::Correspondence,
        Self::Import,
        Self::Quality,
        Self::Accountability,
        Self::Operation,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Access => "access",
            Self::Membership => "membership",
            Self::Correspondence => "correspondence",
            Self::Import => "import",
            Self::Quality => "quality",
            Self::Accountability => "accountability",
            Self::Operation => "operation",
        }
    }
}

impl Purpose {
    /// What it is, in words.
    pub fn label(self) -> Text {
        let (de, en) = match self {
            Self::Directory => (
                "Verzeichnis des Netzwerks: Suche, Kontakt und Vermittlung von Partnern",
                "Directory of the network: search, contact and finding partners",
            ),
            Self::Access => (
                "Zugang: Konten, Anmeldung und ihre Sicherheit",
                "Access: accounts, signing in and its safety",
            ),
            Self::Membership => (
                "Mitgliederverwaltung: Anträge, Mitgliedschaften, Beiträge, Vertretung",
                "Members: applications, memberships, dues, representatives",
            ),
            Self::Correspondence => ("Schriftverkehr per E-Mail", "Letters by e-mail"),
            Self::Import => ("Übernahme von Listen", "Taking over lists"),
            Self::Quality => (
                "Pflege des Verzeichnisses: Hinweise, Prüfungen, Bestätigungen",
                "Keeping the directory right: reports, reviews, confirmations",
            ),
            Self::Accountability => (
                "Rechenschaft: Protokoll der Änderungen und Zugriffe, Einwilligungen",
                "Accountability: log of changes and accesses, consents",
            ),
            Self::Operation => ("Betrieb des Servers", "Running the server"),
        };
        Text {
            de: Some(de.to_owned()),
            en: Some(en.to_owned()),
        }
    }

    /// What it rests on (Article 6 of the GDPR).
    pub const fn bases(self) -> &'static [LegalBasis] {
        match self {
            Self::Directory => &[LegalBasis::Consent, LegalBasis::LegitimateInterest],
            Self::Access | Self::Correspondence => &[LegalBasis::Contract, LegalBasis::LegitimateInterest],
            Self::Membership => &[LegalBasis::Contract, LegalBasis::LegalObligation],
            Self::Import | Self::Quality | Self::Operation => &[LegalBasis::LegitimateInterest],
            Self::Accountability => &[LegalBasis::LegalObligation],
        }
    }

    /// Who gets the data.
    pub const fn recipients(self) -> &'static [Recipient] {
        match self {
            Self::Directory => &[
                Recipient::Public,
                Recipient::Members,
                Recipient::OwnOrganisation,
                Recipient::Managers,
            ],
            Self::Access | Self::Membership => &[Recipient::OwnOrganisation, Recipient::Managers],
            Self::Correspondence => &[Recipient::MailServer],
            Self::Import | Self::Quality | Self::Accountability => &[Recipient::Managers],
            Self::Operation => &[],
        }
    }
}

/// What processing rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LegalBasis {
    /// Article 6 (1) (a).
    Consent,
    /// Article 6 (1) (b).
    Contract,
    /// Article 6 (1) (c).
    LegalObligation,
    /// Article 6 (1) (f).
    LegitimateInterest,
}

impl Named for LegalBasis {
    const NAME: &'static str = "LegalBasis";
    const ALL: &'static [Self] = &[
        Self::Consent,
        Self::Contract,
        Self::LegalObligation,
        Self::LegitimateInterest,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Contract => "contract",
            Self::LegalObligation => "legal_obligation",
            Self::LegitimateInterest => "legitimate_interest",
        }
    }
}

/// Who gets personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recipient {
    /// Everyone, of those who consented to it.
    Public,
    /// Members of the network, of those who consented to it.
    Members,
    /// The owner of the organisation where somebody works.
    OwnOrganisation,
    /// The association's managers.
    Managers,
    /// The mail server.
    MailServer,
}

impl Named for Recipient {
    const NAME: &'static str = "Recipient";
    const ALL: &'static [Self] = &[
        Self::Public,
        Self::Members,
        Self::OwnOrganisation,
        Self::Managers,
        Self::MailServer,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Members => "members",
            Self::OwnOrganisation => "own_organisation",
            Self::Managers => "managers",
            Self::MailServer => "mail_server",
        }
    }
}

/// What sort of personal data something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Who somebody is: names, titles, year of birth.
    Identity,
    /// How somebody is reached.
    Contact,
    /// What somebody works, can and seeks.
    Profession,
    /// What somebody may do, and wants of the service.
    Account,
    /// Secrets, as far as they are kept: hashes and seeds. Never exported.
    Credential,
    /// What use leaves behind: times, networks, programs.
    Trace,
    /// What somebody wrote, or others wrote that may name somebody.
    Words,
    /// An id that stands for somebody who is described elsewhere.
    Pseudonym,
}

impl Named for Category {
    const NAME: &'static str = "DataCategory";
    const ALL: &'static [Self] = &[
        Self::Identity,
        Self::Contact,
        Self::Profession,
        Self::Account,
        Self::Credential,
        Self::Trace,
        Self::Words,
        Self::Pseudonym,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contact => "contact",
            Self::Profession => "profession",
            Self::Account => "account",
            Self::Credential => "credential",
            Self::Trace => "trace",
            Self::Words => "words",
            Self::Pseudonym => "pseudonym",
        }
    }
}
