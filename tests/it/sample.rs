//! Records for the tests of the store: everything that can be filled in is.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use werkstadt_domain::account::{Role, User, UserId};
use werkstadt_domain::audience::Visibility;
use werkstadt_domain::institution::{Unit, UnitId};
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus};
use werkstadt_domain::opportunity::{
    Budget, Cooperation, Direction, Opportunity, OpportunityId, SkillNeed, Sought, Status,
};
use werkstadt_domain::organisation::{
    Contact, ExternalId, FieldGroups, Helix, Identifiers, IndustryCode, Kind, Link, Organisation, OrganisationId,
    RegisterEntry, SizeClass,
};
use werkstadt_domain::person::{Affiliation, Consent, ConsentGiver, Person, PersonId};
use werkstadt_domain::place::{Circle, Location, Point};
use werkstadt_domain::reference::{Partner, Reference, ReferenceId, ReferenceKind};
use werkstadt_domain::skill::{Claim, ClaimId, Evidence, Level, Skill, SkillId, SkillKind, SkillStatus};
use werkstadt_domain::text::Text;

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// The `step`th microsecond of the test's time.
pub(crate) fn at(step: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_760_000_000_000_000 + step).unwrap()
}

fn day(day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2026, 3, day)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn text(words: &str) -> Text {
    Text {
        de: Some(format!("{words} ä\"\\\n🙂")),
        en: None,
    }
}

fn level(number: u8) -> Level {
    Level::new(number).unwrap()
}

pub(crate) fn external(number: u128) -> ExternalId {
    ExternalId {
        scheme: "test".to_owned(),
        value: number.to_string(),
    }
}

pub(crate) fn bare_organisation(number: u128) -> Organisation {
    Organisation {
        id: OrganisationId::new(id(number)),
        kind: Kind::Company,
        name: format!("Organisation {number}"),
        short_name: None,
        legal_form: None,
        identifiers: Identifiers::default(),
        founded_on: None,
        size: None,
        headcount: None,
        industries: Vec::new(),
        summary: Text::default(),
        description: Text::default(),
        website: None,
        links: Vec::new(),
        locations: Vec::new(),
        languages: Vec::new(),
        contacts: Vec::new(),
        notes: None,
        visibility: FieldGroups::default(),
    }
}

pub(crate) fn organisation(number: u128) -> Organisation {
    Organisation {
        kind: Kind::University,
        short_name: some("O"),
        legal_form: some("e. V."),
        identifiers: Identifiers {
            register: Some(Box::new(RegisterEntry {
                court: "Jena".to_owned(),
                register: "VR".to_owned(),
                number: number.to_string(),
            })),
            vat_id: Some(format!("DE{number:09}")),
            w_idnr: Some(format!("w{number}")),
            lei: Some(format!("lei{number}")),
            ror_id: Some(format!("ror{number}")),
            wikidata_id: Some(format!("Q{number}")),
            external: vec![external(number), external(number + 1_000_000)],
        },
        founded_on: day(1),
        size: Some(SizeClass::Small),
        headcount: Some(u32::MAX),
        industries: vec![IndustryCode {
            scheme: "wz2025".to_owned(),
            code: "62.01".to_owned(),
        }],
        summary: text("summary"),
        description: text("description"),
        website: some("https://example.org"),
        links: vec![Link {
            rel: "careers".to_owned(),
            url: "https://example.org/jobs".to_owned(),
        }],
        locations: vec![Location {
            label: some("Werk 2"),
            street: some("Engelplatz 8"),
            postcode: some("07743"),
            city: "Jena".to_owned(),
            country: "DE".to_owned(),
            ags: some("16053000"),
            point: Some(Point {
                lat: 50.927_054_1,
                lon: -11.589_237_1,
            }),
        }],
        languages: vec!["de".to_owned(), "en".to_owned()],
        contacts: vec![Contact {
            name: some("Ada"),
            ..Contact::default()
        }],
        notes: some("notes"),
        visibility: FieldGroups {
            profile: Visibility::Members,
            ..FieldGroups::default()
        },
        ..bare_organisation(number)
    }
}

pub(crate) fn skill(number: u128) -> Skill {
    Skill {
        id: SkillId::new(id(number)),
        uri: format!("https://example.org/skill/{number}"),
        kind: SkillKind::Knowledge,
        status: SkillStatus::Accepted,
        label: text("label"),
        alt_de: vec!["andere".to_owned()],
        alt_en: vec!["other".to_owned()],
        broader: Vec::new(),
        related: vec![SkillId::new(id(77))],
        replaced_by: None,
    }
}

pub(crate) fn unit(number: u128, organisation: u128) -> Unit {
    Unit {
        id: UnitId::new(id(number)),
        organisation: OrganisationId::new(id(organisation)),
        parent: None,
        name: text("unit"),
        kind: "chair".to_owned(),
        summary: text("unit summary"),
        website: some("https://example.org/unit"),
        visibility: Visibility::Members,
    }
}

pub(crate) fn claim(number: u128, skill: u128) -> Claim {
    Claim {
        id: ClaimId::new(id(number)),
        skill: SkillId::new(id(skill)),
        unit: None,
        level: level(4),
        evidence: Box::new([Evidence {
            kind: "project".to_owned(),
            title: "Evidence".to_owned(),
            url: None,
        }]),
        confirmed_at: Some(at(5)),
        expires_on: day(9),
        visibility: Visibility::Managers,
    }
}

pub(crate) fn reference(number: u128, partner: u128) -> Reference {
    Reference {
        id: ReferenceId::new(id(number)),
        unit: None,
        kind: ReferenceKind::Patent,
        title: text("title"),
        text: text("text"),
        keywords: vec!["optics".to_owned()],
        skills: vec![SkillId::new(id(500))],
        from: day(2),
        to: day(3),
        partners: vec![
            Partner {
                organisation: None,
                external: Some(external(partner)),
                name: some("Partner"),
            },
            Partner {
                organisation: None,
                external: None,
                name: some("Only named"),
            },
        ],
        source: some("CORDIS"),
        link: some("https://example.org/ref"),
        project: Some(external(number)),
        visibility: Visibility::Public,
    }
}

pub(crate) fn membership(number: u128, organisation: u128) -> Membership {
    Membership {
        id: MembershipId::new(id(number)),
        organisation: OrganisationId::new(id(organisation)),
        kind: "full".to_owned(),
        status: MembershipStatus::Applied,
        since_on: day(1),
        until_on: None,
        leaving: None,
        covered: None,
    }
}

pub(crate) fn opportunity(number: u128, organisation: u128) -> Opportunity {
    let need = |skill| SkillNeed {
        skill: SkillId::new(id(skill)),
        min_level: level(2),
    };
    Opportunity {
        id: OpportunityId::new(id(number)),
        organisation: OrganisationId::new(id(organisation)),
        unit: None,
        direction: Direction::Request,
        cooperation: Cooperation::Pilot,
        title: text("title"),
        summary: text("summary"),
        description: text("description"),
        required: vec![need(500)],
        preferred: vec![need(501)],
        sought: Sought {
            kinds: vec![Kind::Startup],
            helix: vec![Helix::Science],
            sizes: vec![SizeClass::Micro],
            languages: vec!["en".to_owned()],
            near: Some(Circle {
                centre: Point { lat: 50.9, lon: 11.6 },
                radius_km: 12.5,
            }),
        },
        stage: some("concept"),
        ipr: some("patent_applied"),
        budget: Some(Budget {
            min: None,
            max: Some(i64::from(u32::MAX) * 2),
            currency: "EUR".to_owned(),
        }),
        starts_on: day(4),
        ends_on: day(5),
        expires_on: day(6),
        anonymous: true,
        status: Status::Published,
        visibility: Visibility::Members,
    }
}

pub(crate) fn person(number: u128, organisation: u128) -> Person {
    Person {
        id: PersonId::new(id(number)),
        given_name: "Ada".to_owned(),
        family_name: "Erfunden".to_owned(),
        titles: some("Dr.-Ing."),
        email: some("ada@example.org"),
        languages: vec!["de".to_owned()],
        affiliations: vec![Affiliation {
            organisation: OrganisationId::new(id(organisation)),
            unit: None,
            role: some("CTO"),
            from: day(1),
            to: None,
            place: Visibility::Public,
        }],
        skills: vec![(SkillId::new(id(500)), level(5))],
        visibility: Visibility::Members,
        invented: true,
        phone: some("+49 3641 123"),
        roles_sought: vec!["Mentorin".to_owned()],
        birth_year: Some(1990),
        consent: Some(Consent {
            by: ConsentGiver::Guardian,
            name: some("Grete Erfunden"),
            how: "signed form".to_owned(),
            at: at(3),
        }),
        contact_visibility: Visibility::Managers,
        restriction: Some(werkstadt_domain::person::Restriction {
            reason: "disputed".to_owned(),
            by: Some(UserId::new(id(900))),
            since: at(4),
        }),
        matching: false,
        objected_at: Some(at(5)),
    }
}

pub(crate) fn user(number: u128, organisation: Option<u128>) -> User {
    User {
        id: UserId::new(id(number)),
        email: format!("User{number}@example.org"),
        name: format!("User {number}"),
        role: Role::Owner,
        organisation: organisation.map(|organisation| OrganisationId::new(id(organisation))),
        active: true,
        language: werkstadt_domain::text::Language::De,
        person: None,
    }
}
