//! The ledger of consents: who agreed to what, to which words, and until when. Beside it guardians, who agree for minors.

use chrono::{DateTime, Datelike, Utc};

use crate::account::UserId;
use crate::id::Id;
use crate::named::Named;
use crate::person::{ConsentGiver, PersonId};
use crate::text::Language;

/// The id of an entry of the ledger.
pub type ConsentId = Id<Consent>;
/// The id of a text.
pub type ConsentTextId = Id<ConsentText>;
/// The id of a guardianship.
pub type GuardianshipId = Id<Guardianship>;

/// What somebody agrees to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// To be shown to others than managers.
    ProfilePublication,
    /// That others see e-mail address and telephone number.
    ContactPublication,
    /// To be considered where partners are looked for.
    Matching,
    /// To get the newsletter.
    Newsletter,
    /// Pictures taken at events.
    EventPhotos,
    /// That a minor has an account; guardians alone agree to that, by a letter.
    MinorAccount,
}

impl Named for Purpose {
    const NAME: &'static str = "ConsentPurpose";
    const ALL: &'static [Self] = &[
        Self::ProfilePublication,
        Self::ContactPublication,
        Self::Matching,
        Self::Newsletter,
        Self::EventPhotos,
        Self::MinorAccount,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::ProfilePublication => "profile_publication",
            Self::ContactPublication => "contact_publication",
            Self::Matching => "matching",
            Self::Newsletter => "newsletter",
            Self::EventPhotos => "event_photos",
            Self::MinorAccount => "minor_account",
        }
    }
}

/// How a consent was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// On a form, on paper or in a program.
    Form,
    /// By a letter or mail.
    Letter,
    /// By a call of the API, by the person.
    Api,
    /// By the link in a letter to a guardian.
    GuardianLink,
    /// It was noted at the record of the person, which says how it was given.
    Record,
}

impl Named for Source {
    const NAME: &'static str = "ConsentSource";
    const ALL: &'static [Self] = &[Self::Form, Self::Letter, Self::Api, Self::GuardianLink, Self::Record];

    fn code(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Letter => "letter",
            Self::Api => "api",
            Self::GuardianLink => "guardian_link",
            Self::Record => "record",
        }
    }
}

/// Whom a consent concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Somebody with a login.
    User(UserId),
    /// A person of the directory.
    Person(PersonId),
    /// A minor who has no account yet.
    Minor(GuardianshipId),
}

/// Which text was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The version of the text.
    pub version: i64,
    /// In which language.
    pub language: Language,
    /// SHA-256 of the words, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// An entry of the ledger. Only its withdrawal is added later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Whom it concerns.
    pub subject: Subject,
    /// To what.
    pub purpose: Purpose,
    /// The text that was shown, where it is one of the network's.
    pub shown: Option<Shown>,
    /// How it was given.
    pub source: Source,
    /// How it can be proved, in one line.
    pub evidence: Option<String>,
    /// Who gave it.
    pub by: ConsentGiver,
    /// The guardian's name.
    pub guardian: Option<String>,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl Consent {
    /// True while it holds: neither withdrawn nor over.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.withdrawn_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// All that somebody said to a purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The last no: what was agreed to before allows nothing any more.
    pub refused_at: Option<DateTime<Utc>>,
    /// True if something is over, withdrawn or past its end.
    pub ended: bool,
    /// True if something holds.
    pub stands: bool,
}

impl Word {
    /// What these entries come to.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Consent>, now: DateTime<Utc>) -> Self {
        entries.into_iter().fold(Self::default(), |word, entry| Self {
            refused_at: word.refused_at.max(entry.withdrawn_at),
            ended: word.ended || !entry.holds(now),
            stands: word.stands || entry.holds(now),
        })
    }
}

/// Words to which people agree. A version is never changed; there is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentText {
    /// Its id.
    pub id: ConsentTextId,
    /// To what.
    pub purpose: Purpose,
    /// Counts the texts of the purpose, from 1.
    pub version: i64,
    /// The German words.
    pub de: String,
    /// The English words.
    pub en: String,
    /// From when it may be shown.
    pub valid_from: DateTime<Utc>,
}

impl ConsentText {
    /// The words in a language.
    pub fn words(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

/// A guardian is asked, or has agreed, that a minor has an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardianship {
    /// Its id.
    pub id: GuardianshipId,
    /// The minor's login to be.
    pub email: String,
    /// The minor's name.
    pub name: String,
    /// In which letters are written.
    pub language: Language,
    /// The minor's year of birth.
    pub birth_year: i32,
    /// The guardian as the minor, or who invites, names them.
    pub guardian: Guardian,
    /// Until when the guardian can answer.
    pub expires_at: DateTime<Utc>,
    /// When the guardian agreed.
    pub consented_at: Option<DateTime<Utc>>,
    /// When the guardian took that back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The minor's account.
    pub user: Option<UserId>,
    /// True if somebody invited the minor; without the invitation there is nothing to agree to.
    pub invited: bool,
}

/// Who answers for a minor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardian {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

impl Guardianship {
    /// True if the account is one of somebody who may still be a minor, and the guardian does not agree, or no more.
    pub fn forbids(&self, now: DateTime<Utc>) -> bool {
        !self.stands() && self.of_minor(now)
    }

    /// True while the guardian is asked.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.consented_at.is_none() && self.withdrawn_at.is_none() && now < self.expires_at
    }

    /// True if the account concerns somebody who may still be a minor: guardians have no say about others.
    pub fn of_minor(&self, now: DateTime<Utc>) -> bool {
        may_be_minor(self.birth_year, now)
    }

    /// True once the guardian has agreed, unless that was taken back.
    pub const fn stands(&self) -> bool {
        self.consented_at.is_some() && self.withdrawn_at.is_none()
    }
}

/// The age at which people decide for themselves.
const OF_AGE: i32 = 18;

/// Who was born in this year or later may still be a minor.
pub fn youngest(now: DateTime<Utc>) -> i32 {
    now.year() - OF_AGE
}

/// Whether who was born in a year may still be a minor. Only the year is known, so one who comes of age this year counts as one.
pub fn may_be_minor(birth_year: i32, now: DateTime<Utc>) -> bool {
    birth_year >= youngest(now)
}
