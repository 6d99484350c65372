//! Persons as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::{Audience, Stored, Visibility};
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::person::{Person, PersonId, Reader, SeenPerson};
use werkstadt_domain::text::{email, language_code, line, phone};
use werkstadt_domain::timestamp::Timestamp;
use werkstadt_persistence::directory::Snapshot;

use crate::page::Page;
use crate::patch::Base;
use crate::problem::Problem;
use crate::wire::{MergePatchOf, VisibilityName, list, optional, shown_visibility};

mod parts;

pub use parts::{
    AffiliationBody, ConsentBody, PersonSkillBody, PersonSkillCreate, RestrictionBody, RestrictionRequest, consent,
    roles_sought,
};

/// A person of the network.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Person, example = json!({
    "id": "01936d3e-7f10-7000-8000-0000000000e1", "given_name": "Erika", "family_name": "Musterfrau", "titles": "Dr.-Ing.",
    "languages": ["de", "en"], "affiliations": [{"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "role": "Head of research"}],
    "skills": [], "roles_sought": ["Mentorin"], "invented": true,
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub struct PersonBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Academic titles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub titles: Option<String>,
    /// E-mail address, for those to whom the contacts of the person are visible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number, for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Languages, ISO 639-1.
    pub languages: Vec<String>,
    /// Where the person works or worked, as far as the caller may see these places.
    pub affiliations: Vec<AffiliationBody>,
    /// What the person can do.
    pub skills: Vec<PersonSkillBody>,
    /// What the person looks for.
    pub roles_sought: Vec<String>,
    /// The year of birth; for those who administer the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_year: Option<i32>,
    /// The consent to be seen; for those who administer the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentBody>,
    /// Who sees the person; for those who administer it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("public", "members", "managers"))]
    pub visibility: Option<String>,
    /// Who sees e-mail address and telephone number; for those who administer the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("public", "members", "managers"))]
    pub contact_visibility: Option<String>,
    /// Set while the record is restricted: kept, and seen by managers and the person alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restriction: Option<RestrictionBody>,
    /// False if the person objects to being considered where skills are looked for; for those who administer the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matching: Option<bool>,
    /// True for persons made up for demonstrations.
    pub invented: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// The last change that the caller can see.
    pub updated_at: DateTime<Utc>,
}

/// A page of persons.
pub type PersonPage = Page<PersonBody>;

/// A new person. Only managers, and the owner of the organisation, see it unless there is a consent to more.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"given_name": "Erika", "family_name": "Musterfrau",
    "affiliations": [{"organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "role": "Head of research", "from_on": "2024-01-01"}],
    "consent": {"by": "person", "how": "signed form of 20 November 2026"}, "visibility": "members"}))]
pub struct PersonCreate {
    /// Given names.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub given_name: String,
    /// Family name.
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub family_name: String,
    /// Academic titles.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub titles: Option<String>,
    /// E-mail address.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: Option<String>,
    /// Telephone number.
    #[schema(format = "phone", min_length = 3, max_length = 40)]
    pub phone: Option<String>,
    /// Languages, ISO 639-1.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub languages: Vec<String>,
    /// Where the person works or worked. Owners name their own organisation only.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub affiliations: Vec<AffiliationBody>,
    /// What the person can do.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub skills: Vec<PersonSkillCreate>,
    /// What the person looks for, a line each, for example `Mentorin`.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub roles_sought: Vec<String>,
    /// The year of birth, only where it tells that someone is a minor: then a guardian consents, whoever sees the person.
    #[schema(minimum = 1900, maximum = 2100)]
    pub birth_year: Option<i32>,
    /// The consent to be seen by others than managers. Without one `visibility` cannot be wider than `managers`; who takes it
    /// away makes the person private again.
    pub consent: Option<ConsentBody>,
    /// Who sees the person, `managers` unless said otherwise.
    pub visibility: Option<VisibilityName>,
    /// Who of them sees e-mail address and telephone number, `members` unless said otherwise.
    pub contact_visibility: Option<VisibilityName>,
    /// False if the person objects to being considered where skills are looked for; true unless said otherwise.
    pub matching: Option<bool>,
}

/// A change of a person.
pub type PersonPatch = MergePatchOf<PersonCreate>;

/// How a changed person is read.
pub const BASE: Base = Base {
    create: "create_person",
    derived: &["id", "restriction", "invented", "created_at", "updated_at"],
    by_id: &["skill"],
};

/// What a person is read against.
pub struct Around<'a> {
    /// The directory.
    pub snapshot: &'a Snapshot,
    /// Who writes.
    pub reader: &'a Reader,
    /// When.
    pub now: DateTime<Utc>,
}

impl PersonBody {
    /// A person as its reader sees it.
    pub fn new(seen: &SeenPerson, snapshot: &Snapshot) -> Self {
        let (stored, audience) = (&seen.stored, seen.audience);
        let times = (stored.created_at, stored.changed_at.seen_by(audience));
        Self::of(stored.record.get(), times, snapshot, audience)
    }

    /// A kept state of a person, for those who administer it.
    pub fn kept(stored: &Stored<Person>, snapshot: &Snapshot) -> Self {
        let times = (stored.created_at, stored.changed_at.last());
        Self::of(&stored.record, times, snapshot, Audience::Manager)
    }

    fn of(
        person: &Person,
        (created_at, updated_at): (Timestamp, Timestamp),
        snapshot: &Snapshot,
        audience: Audience,
    ) -> Self {
        Self {
            id: person.id.to_string(),
            given_name: person.given_name.clone(),
            family_name: person.family_name.clone(),
            titles: person.titles.clone(),
            email: person.email.clone(),
            phone: person.phone.clone(),
            languages: person.languages.clone(),
            affiliations: person.affiliations.iter().map(AffiliationBody::from).collect(),
            skills: PersonSkillBody::all(&person.skills, snapshot),
            roles_sought: person.roles_sought.clone(),
            birth_year: person.birth_year,
            consent: person.consent.as_ref().map(ConsentBody::from),
            visibility: shown_visibility(person.visibility, audience),
            contact_visibility: shown_visibility(person.contact_visibility, audience),
            restriction: person.restriction.as_ref().map(RestrictionBody::from),
            matching: (audience == Audience::Manager).then_some(person.matching),
            invented: person.invented,
            created_at: created_at.utc(),
            updated_at: updated_at.utc(),
        }
    }

    /// The person for a reader who has just written it.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if it is hidden from its writer; a defect.
    pub fn for_writer(stored: &Stored<Person>, snapshot: &Snapshot, reader: &Reader) -> Result<Self, Problem> {
        let seen = reader.wrote(stored);
        let seen = seen.ok_or_else(|| Problem::internal("a person is hidden from its writer"))?;
        Ok(Self::new(&seen, snapshot))
    }
}

impl PersonCreate {
    /// The person under an id, in place of the one before. Affiliations that the writer does not see stay.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: PersonId, before: Option<&Person>, around: &Around<'_>) -> Result<Person, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        let name = |faults: &mut Faults, pointer, text: &str| faults.take(pointer, line(text, 100)).unwrap_or_default();
        let mut affiliations = parts::affiliations(faults, &self.affiliations, around);
        let hidden = before.into_iter().flat_map(|before| &before.affiliations);
        affiliations.extend(hidden.filter(|one| !around.reader.sees_place(one)).cloned());
        let mut person = Person {
            id,
            given_name: name(faults, "/given_name", &self.given_name),
            family_name: name(faults, "/family_name", &self.family_name),
            titles: optional(faults, "/titles", self.titles.as_ref(), |text| line(text, 60)),
            email: optional(faults, "/email", self.email.as_ref(), email),
            phone: optional(faults, "/phone", self.phone.as_ref(), phone),
            languages: list(faults, "/languages", &self.languages, 20, |faults, place, code| {
                faults.take(place, language_code(code))
            }),
            affiliations,
            skills: parts::skills(faults, &self.skills, around.snapshot),
            roles_sought: roles_sought(faults, &self.roles_sought),
            birth_year: self.birth_year,
            consent: self.consent.as_ref().and_then(|body| consent(faults, body, around.now)),
            visibility: self.visibility.map_or(Visibility::Managers, |level| level.0),
            contact_visibility: self.contact_visibility.map_or(Visibility::Members, |level| level.0),
            invented: before.is_some_and(|before| before.invented),
            restriction: before.and_then(|before| before.restriction.clone()),
            matching: before.is_none_or(|before| before.matching),
            objected_at: before.and_then(|before| before.objected_at),
        };
        person.set_matching(self.matching.unwrap_or(true), around.now);
        person.check_consent(faults, around.now);
        found.finish(Some(person))
    }
}
