//! Small worlds made by chance.

use chrono::{DateTime, Duration, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;
use werkstadt_domain::audience::{ChangedAt, Stored, Visibility};
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus};
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Cooperation, Direction, Opportunity, OpportunityId, SkillNeed, Sought, Status};
use werkstadt_domain::organisation::{
    ExternalId, FieldGroups, Identifiers, IndustryCode, Kind, Organisation, OrganisationId, SizeClass,
};
use werkstadt_domain::place::{Location, Point};
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::{Partner, Reference, ReferenceId, ReferenceKind};
use werkstadt_domain::skill::{Claim, ClaimId, Level, Skill, SkillId, SkillKind, SkillStatus};
use werkstadt_domain::text::Text;

use crate::directory::{Delta, Directory};

/// Words of which all texts are made; few, so that they meet.
pub(super) const WORDS: [&str; 12] = [
    "Laser", "Optik", "Müller", "Mueller", "Messung", "messen", "software", "Daten", "analysis", "Technik", "Netz",
    "und",
];

pub(super) const CITIES: [&str; 4] = ["Jena", "JENA", "Weimar", "Köln"];

/// How many skills there are: 1…9, each n below n/2.
pub(super) const SKILLS: u128 = 9;

/// Everything in a directory.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) profiles: Vec<Profile>,
    pub(super) opportunities: Vec<Stored<Opportunity>>,
}

impl World {
    /// The world as one delta.
    pub(super) fn delta(&self) -> Delta {
        Delta {
            profiles: self.profiles.clone(),
            skills: skills(),
            opportunities: self.opportunities.clone(),
            ..Delta::default()
        }
    }

    /// A directory of this world.
    pub(super) fn directory(&self) -> Directory {
        let directory = Directory::new();
        directory.rebuild(self.delta());
        directory
    }

    /// A directory of this world, its profiles loaded in chunks, in order of id.
    pub(super) fn loaded(&self) -> Directory {
        let directory = Directory::new();
        let mut profiles = self.profiles.clone();
        profiles.sort_by_key(Profile::id);
        let rest = Delta {
            profiles: vec![],
            ..self.delta()
        };
        let chunks = profiles
            .chunks(5)
            .map(|chunk| Ok::<_, std::convert::Infallible>(chunk.to_vec()));
        directory.load(rest, chunks).unwrap();
        directory
    }
}

pub(super) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

pub(super) fn organisation_id(n: u128) -> OrganisationId {
    OrganisationId::new(Uuid::from_u128(0x1000 + n))
}

pub(super) fn skill_id(n: u128) -> SkillId {
    SkillId::new(Uuid::from_u128(0x2000 + n))
}

pub(super) fn stored<T>(record: T, day: i64) -> Stored<T> {
    let at = DateTime::UNIX_EPOCH + Duration::days(day);
    Stored {
        record,
        version: 1,
        created_at: DateTime::UNIX_EPOCH.into(),
        changed_at: ChangedAt::all(at.into()),
    }
}

pub(super) fn skills() -> Vec<Stored<Skill>> {
    let label = |n: u128| WORDS.get(n as usize % WORDS.len()).map(|word| format!("{word} {n}"));
    let skill = |n: u128| Skill {
        id: skill_id(n),
        uri: format!("urn:skill:{n}"),
        kind: SkillKind::Skill,
        status: SkillStatus::Accepted,
        label: Text {
            de: label(n),
            en: label(n + 3),
        },
        alt_de: vec![],
        alt_en: vec![],
        broader: if n > 1 { vec![skill_id(n / 2)] } else { vec![] },
        related: vec![],
        replaced_by: None,
    };
    (1..=SKILLS).map(|n| stored(skill(n), 0)).collect()
}

fn text(most: usize) -> impl Strategy<Value = Text> {
    let words = || {
        proptest::option::of(proptest::collection::vec(
            proptest::sample::select(&WORDS[..]),
            1..=most,
        ))
    };
    (words(), words()).prop_map(|(de, en)| Text {
        de: de.map(|words| words.join(" ")),
        en: en.map(|words| words.join(" ")),
    })
}

fn visibility() -> impl Strategy<Value = Visibility> {
    prop_oneof![
        4 => Just(Visibility::Public),
        1 => Just(Visibility::Members),
        1 => Just(Visibility::Managers),
    ]
}

fn claim() -> impl Strategy<Value = (u128, u8, Visibility, Option<i64>)> {
    (
        1..=SKILLS,
        1_u8..=5,
        visibility(),
        proptest::option::of(15_000_i64..20_000),
    )
}

fn reference(organisations: u128) -> impl Strategy<Value = Reference> {
    let partner = (0..organisations, any::<bool>()).prop_map(|(n, known)| Partner {
        organisation: known.then(|| organisation_id(n)),
        external: (!known).then(|| external(n)),
        name: None,
    });
    let partners = proptest::collection::vec(partner, 0..3);
    (
        any::<u64>(),
        text(4),
        text(8),
        partners,
        proptest::option::of(0_u8..4),
        visibility(),
    )
        .prop_map(|(id, title, text, partners, project, visibility)| Reference {
            id: ReferenceId::new(Uuid::from_u128(u128::from(id))),
            unit: None,
            kind: ReferenceKind::Project,
            title,
            text,
            keywords: vec![],
            skills: vec![],
            from: None,
            to: None,
            partners,
            source: None,
            link: None,
            project: project.map(|n| ExternalId {
                scheme: "project".to_owned(),
                value: n.to_string(),
            }),
            visibility,
        })
}

pub(super) fn external(n: u128) -> ExternalId {
    ExternalId {
        scheme: "register".to_owned(),
        value: n.to_string(),
    }
}

/// The VAT id of the n-th organisation.
pub(super) fn vat_id(n: u128) -> String {
    format!("DE1000000{n:02}")
}

fn location() -> impl Strategy<Value = Location> {
    let point = proptest::option::of((50.0..52.0_f64, 10.0..13.0_f64));
    (proptest::sample::select(&CITIES[..]), point).prop_map(|(city, point)| Location {
        city: city.to_owned(),
        country: "DE".to_owned(),
        point: point.map(|(lat, lon)| Point { lat, lon }),
        ..Location::default()
    })
}

/// Industries of organisations, some within others.
const INDUSTRIES: [(&str, &str); 6] = [
    ("wz2008", "62.01"),
    ("wz2008", "62"),
    ("wz2008", "J"),
    ("wz2025", "62.10"),
    ("wz2025", "K"),
    ("nace2", "26.7"),
];

fn industry((scheme, code): (&str, &str)) -> IndustryCode {
    IndustryCode {
        scheme: scheme.to_owned(),
        code: code.to_owned(),
    }
}

fn organisation(n: u128) -> impl Strategy<Value = (Organisation, i64)> {
    let names = proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..3);
    let kind = proptest::sample::select(Kind::ALL);
    let size = proptest::option::of(proptest::sample::select(SizeClass::ALL));
    let languages = proptest::sample::subsequence(vec!["de".to_owned(), "en".to_owned()], 0..=2);
    let locations = proptest::collection::vec(location(), 0..3);
    let groups = (visibility(), visibility(), visibility());
    let more = (
        0..5_i64,
        proptest::sample::subsequence(INDUSTRIES.map(industry).to_vec(), 0..3),
    );
    (names, kind, size, languages, locations, text(8), groups, more).prop_map(
        move |(names, kind, size, languages, locations, summary, (core, profile, register), (day, industries))| {
            let organisation = Organisation {
                id: organisation_id(n),
                kind,
                name: names.join(" "),
                short_name: None,
                legal_form: None,
                identifiers: Identifiers {
                    external: vec![external(n)],
                    vat_id: Some(vat_id(n)),
                    ..Identifiers::default()
                },
                founded_on: None,
                size,
                headcount: None,
                industries,
                summary,
                description: Text::default(),
                website: None,
                links: vec![],
                locations,
                languages,
                contacts: vec![],
                notes: (day % 2 == 0).then(|| "Notiz".to_owned()),
                visibility: FieldGroups {
                    core,
                    profile,
                    register,
                    ..FieldGroups::default()
                },
            };
            (organisation, day)
        },
    )
}

/// One organisation of a world of `organisations`.
pub(in crate::directory) fn profile(n: u128, organisations: u128) -> impl Strategy<Value = Profile> {
    let claims = proptest::collection::vec(claim(), 0..4);
    let references = proptest::collection::vec(reference(organisations), 0..3);
    let status = proptest::option::of(proptest::sample::select(MembershipStatus::ALL));
    (organisation(n), claims, references, status).prop_map(move |((organisation, day), claims, references, status)| {
        let claims = (0_u128..)
            .zip(claims)
            .map(|(number, (skill, level, visibility, confirmed))| {
                let claim = Claim {
                    id: ClaimId::new(Uuid::from_u128(n * 100 + number)),
                    skill: skill_id(skill),
                    unit: None,
                    level: Level::new(level).unwrap(),
                    evidence: Box::default(),
                    confirmed_at: confirmed.map(|day| DateTime::UNIX_EPOCH + Duration::days(day)),
                    expires_on: None,
                    visibility,
                };
                stored(claim, 0)
            });
        let membership = status.map(|status| Membership {
            id: MembershipId::new(Uuid::from_u128(n)),
            organisation: organisation_id(n),
            kind: "full".to_owned(),
            status,
            since_on: None,
            until_on: None,
            leaving: None,
            covered: None,
        });
        Profile {
            organisation: stored(organisation, day),
            units: [].into(),
            claims: claims.collect(),
            references: references.into_iter().map(|reference| stored(reference, 0)).collect(),
            membership: membership.map(|membership| std::sync::Arc::new(stored(membership, 0))),
            logo: None,
        }
    })
}

fn opportunity(n: u128, organisations: u128) -> impl Strategy<Value = Stored<Opportunity>> {
    let direction = proptest::sample::select(Direction::ALL);
    let cooperation = proptest::sample::select(&Cooperation::ALL[..3]);
    let skills = proptest::collection::vec((1..=SKILLS, 1_u8..=5), 0..3);
    (
        0..organisations,
        direction,
        cooperation,
        text(5),
        skills,
        visibility(),
        any::<bool>(),
    )
        .prop_map(
            move |(organisation, direction, cooperation, title, skills, visibility, anonymous)| {
                let need = |(skill, level): (u128, u8)| SkillNeed {
                    skill: skill_id(skill),
                    min_level: Level::new(level).unwrap(),
                };
                let opportunity = Opportunity {
                    id: OpportunityId::new(Uuid::from_u128(0x3000 + n)),
                    organisation: organisation_id(organisation),
                    unit: None,
                    direction,
                    cooperation,
                    title,
                    summary: Text::default(),
                    description: Text::default(),
                    required: skills.into_iter().map(need).collect(),
                    preferred: vec![],
                    sought: Sought::default(),
                    stage: None,
                    ipr: None,
                    budget: None,
                    starts_on: None,
                    ends_on: None,
                    expires_on: None,
                    anonymous,
                    status: Status::Published,
                    visibility,
                };
                stored(opportunity, 0)
            },
        )
}

/// A world of up to `most` organisations.
pub(super) fn world(most: u128) -> impl Strategy<Value = World> {
    (1..=most).prop_flat_map(|organisations| {
        let profiles: Vec<_> = (0..organisations).map(|n| profile(n, organisations)).collect();
        let opportunities: Vec<_> = (0..organisations / 2).map(|n| opportunity(n, organisations)).collect();
        (profiles, opportunities).prop_map(|(profiles, opportunities)| World {
            profiles,
            opportunities,
        })
    })
}
