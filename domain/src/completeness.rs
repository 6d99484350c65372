//! Completeness: how much of a profile is there that others search and match by, and what to add next.

use chrono::NaiveDate;

use crate::named::Named;
use crate::profile::Profile;
use crate::text::Text;

/// How complete a profile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completeness {
    /// 0 to 100: the weights of what is there, of all weights that apply to this kind of organisation.
    pub score: u8,
    /// What is missing, the most useful first.
    pub missing: Vec<Gap>,
}

/// Something that a profile can lack. The weights say how much search and matching gain by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gap {
    /// Three skills that hold today.
    Skills,
    /// A summary in German.
    SummaryDe,
    /// A summary in English.
    SummaryEn,
    /// A description in either language.
    Description,
    /// A reference: something that was done.
    References,
    /// A place with coordinates.
    Location,
    /// A contact with an e-mail address.
    Contact,
    /// A web address.
    Website,
    /// An industry code.
    Industry,
    /// A size class.
    Size,
    /// Working languages.
    Languages,
    /// Evidence for a skill.
    Evidence,
    /// A skill that was confirmed.
    Confirmed,
    /// A number that no two organisations have.
    Identifier,
    /// Units, for institutions.
    Units,
}

impl Named for Gap {
    const NAME: &'static str = "CompletenessGap";
    const ALL: &'static [Self] = &[
        Self::Skills,
        Self::SummaryDe,
        Self::References,
        Self::Description,
        Self::Location,
        Self::Contact,
        Self::Units,
        Self::SummaryEn,
        Self::Website,
        Self::Industry,
        Self::Evidence,
        Self::Confirmed,
        Self::Size,
        Self::Languages,
        Self::Identifier,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Skills => "skills",
            Self::SummaryDe => "summary_de",
            Self::SummaryEn => "summary_en",
            Self::Description => "description",
            Self::References => "references",
            Self::Location => "location",
            Self::Contact => "contact",
            Self::Website => "website",
            Self::Industry => "industry",
            Self::Size => "size",
            Self::Languages => "languages",
            Self::Evidence => "evidence",
            Self::Confirmed => "confirmed",
            Self::Identifier => "identifier",
            Self::Units => "units",
        }
    }
}

impl Gap {
    /// How much it counts.
    pub const fn weight(self) -> u32 {
        match self {
            Self::Skills => 20,
            Self::SummaryDe | Self::References => 12,
            Self::Description | Self::Location | Self::Contact | Self::Units => 8,
            Self::SummaryEn | Self::Website | Self::Industry => 6,
            Self::Evidence | Self::Confirmed => 5,
            Self::Size | Self::Languages | Self::Identifier => 3,
        }
    }

    /// What to add, for people.
    pub fn hint(self) -> Text {
        let (de, en) = match self {
            Self::Skills => (
                "Mindestens drei Fähigkeiten angeben, die heute gelten.",
                "Name at least three skills that hold today.",
            ),
            Self::SummaryDe => (
                "In ein, zwei Sätzen auf Deutsch zusammenfassen, was die Organisation tut.",
                "Summarise in one or two German sentences what the organisation does.",
            ),
            Self::SummaryEn => (
                "Die Zusammenfassung auch auf Englisch schreiben.",
                "Write the summary in English, too.",
            ),
            Self::Description => (
                "Ausführlich beschreiben, was angeboten und gesucht wird.",
                "Describe in detail what is offered and sought.",
            ),
            Self::References => (
                "Ein Projekt, Produkt oder eine Veröffentlichung als Referenz eintragen.",
                "Enter a project, product or publication as a reference.",
            ),
            Self::Location => (
                "Einen Ort mit Koordinaten angeben, damit die Umkreissuche ihn findet.",
                "Give a place with coordinates, so that searches by distance find it.",
            ),
            Self::Contact => (
                "Einen Kontakt mit E-Mail-Adresse nennen.",
                "Name a contact with an e-mail address.",
            ),
            Self::Website => ("Die Webadresse angeben.", "Give the web address."),
            Self::Industry => ("Einen Wirtschaftszweig angeben.", "Give an industry code."),
            Self::Size => ("Die Größenklasse angeben.", "Give the size class."),
            Self::Languages => ("Die Arbeitssprachen angeben.", "Give the working languages."),
            Self::Evidence => (
                "Eine Fähigkeit belegen: durch Projekt, Zertifikat, Lösung oder Veranstaltung.",
                "Back a skill by a project, certificate, solution or event.",
            ),
            Self::Confirmed => (
                "Bestätigen, dass die Fähigkeiten noch gelten.",
                "Confirm that the skills still hold.",
            ),
            Self::Identifier => (
                "Registereintrag oder eine andere eindeutige Nummer angeben.",
                "Give the register entry or another unique number.",
            ),
            Self::Units => (
                "Fakultäten, Lehrstühle, Ämter oder Abteilungen eintragen.",
                "Enter faculties, chairs, offices or departments.",
            ),
        };
        Text {
            de: Some(de.to_owned()),
            en: Some(en.to_owned()),
        }
    }

    fn applies(self, profile: &Profile) -> bool {
        let kind = profile.organisation.record.kind;
        match self {
            Self::Units => kind.is_institution(),
            Self::Industry | Self::Size => !kind.is_institution(),
            _ => true,
        }
    }

    fn is_filled(self, profile: &Profile, today: NaiveDate) -> bool {
        let organisation = &profile.organisation.record;
        let mut held = profile.claims.iter().filter(|claim| claim.record.holds_on(today));
        match self {
            Self::Skills => held.count() >= 3,
            Self::SummaryDe => organisation.summary.de.is_some(),
            Self::SummaryEn => organisation.summary.en.is_some(),
            Self::Description => !organisation.description.is_empty(),
            Self::References => !profile.references.is_empty(),
            Self::Location => organisation.locations.iter().any(|place| place.point.is_some()),
            Self::Contact => organisation.contacts.iter().any(|contact| contact.email.is_some()),
            Self::Website => organisation.website.is_some(),
            Self::Industry => !organisation.industries.is_empty(),
            Self::Size => organisation.size.is_some() || organisation.headcount.is_some(),
            Self::Languages => !organisation.languages.is_empty(),
            Self::Evidence => held.any(|claim| !claim.record.evidence.is_empty()),
            Self::Confirmed => held.any(|claim| claim.record.confirmed_at.is_some()),
            Self::Identifier => organisation.identifiers != Default::default(),
            Self::Units => !profile.units.is_empty(),
        }
    }
}

/// How complete a profile is on a day.
pub fn completeness(profile: &Profile, today: NaiveDate) -> Completeness {
    let applying = || Gap::ALL.iter().copied().filter(|gap| gap.applies(profile));
    let missing: Vec<Gap> = applying().filter(|gap| !gap.is_filled(profile, today)).collect();
    let all: u32 = applying().map(Gap::weight).sum();
    let lacking: u32 = missing.iter().map(|gap| gap.weight()).sum();
    // Rounded down: 100 means that nothing is missing.
    let score = (all - lacking) * 100 / all.max(1);
    Completeness {
        score: u8::try_from(score).unwrap_or(100),
        missing,
    }
}
