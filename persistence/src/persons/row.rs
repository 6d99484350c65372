//! The rows of a person.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::{Stored, Visibility};
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Affiliation, Consent, Person, Restriction};
use werkstadt_domain::skill::{Level, SkillId};

use crate::error::{Error, Result};
use crate::guard;
use crate::history::Kept;
use crate::schema::{affiliations, persons};
use crate::shapes::{Fault, LevelShape, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = persons, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct PersonRow {
    pub(super) id: SqlId,
    given_name: String,
    family_name: String,
    titles: Option<String>,
    email: Option<String>,
    languages: Json<Vec<String>>,
    skills: Json<Vec<LevelShape>>,
    visibility: String,
    invented: bool,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
    // From here on younger than the history: an earlier state may have been kept without them.
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    roles_sought: Json<Vec<String>>,
    #[serde(default)]
    birth_year: Option<i32>,
    #[serde(default)]
    consent: Json<Option<ConsentShape>>,
    #[serde(default = "usual_contact_visibility")]
    contact_visibility: String,
    #[serde(default)]
    restriction: Json<Option<RestrictionShape>>,
    #[serde(default = "yes")]
    matching: bool,
    #[serde(default)]
    objected_at: Option<SqlInstant>,
}

const fn yes() -> bool {
    true
}

fn usual_contact_visibility() -> String {
    Visibility::Members.code().to_owned()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RestrictionShape {
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Uuid>,
    since: DateTime<Utc>,
}

impl From<Restriction> for RestrictionShape {
    fn from(restriction: Restriction) -> Self {
        Self {
            reason: restriction.reason,
            by: restriction.by.map(UserId::uuid),
            since: restriction.since,
        }
    }
}

impl From<RestrictionShape> for Restriction {
    fn from(shape: RestrictionShape) -> Self {
        Self {
            reason: shape.reason,
            by: shape.by.map(UserId::new),
            since: shape.since,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ConsentShape {
    by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    how: String,
    at: DateTime<Utc>,
}

impl From<Consent> for ConsentShape {
    fn from(consent: Consent) -> Self {
        Self {
            by: consent.by.code().to_owned(),
            name: consent.name,
            how: consent.how,
            at: consent.at,
        }
    }
}

impl TryFrom<ConsentShape> for Consent {
    type Error = Fault;

    fn try_from(shape: ConsentShape) -> Result<Self, Fault> {
        Ok(Self {
            by: named(&shape.by)?,
            name: shape.name,
            how: shape.how,
            at: shape.at,
        })
    }
}

impl From<&Stored<Person>> for PersonRow {
    fn from(stored: &Stored<Person>) -> Self {
        let person = stored.record.clone();
        let skill = |(skill, level): (SkillId, Level)| LevelShape {
            skill: skill.uuid(),
            level: level.get(),
        };
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: person.id.into(),
            given_name: person.given_name,
            family_name: person.family_name,
            titles: person.titles,
            email: person.email,
            languages: Json(person.languages),
            skills: Json(person.skills.into_iter().map(skill).collect()),
            visibility: person.visibility.code().to_owned(),
            invented: person.invented,
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
            phone: person.phone,
            roles_sought: Json(person.roles_sought),
            birth_year: person.birth_year,
            consent: Json(person.consent.map(ConsentShape::from)),
            contact_visibility: person.contact_visibility.code().to_owned(),
            restriction: Json(person.restriction.map(RestrictionShape::from)),
            matching: person.matching,
            objected_at: guard::instant(person.objected_at),
        }
    }
}

impl PersonRow {
    pub(super) fn into_stored(self, affiliations: Vec<Affiliation>) -> Result<Stored<Person>> {
        let id = self.id.0;
        self.read(affiliations)
            .map_err(|fault| Error::inconsistent("persons", id, fault))
    }

    fn read(self, affiliations: Vec<Affiliation>) -> Result<Stored<Person>, Fault> {
        let skill = |shape: LevelShape| match Level::new(shape.level) {
            Ok(level) => Ok((SkillId::new(shape.skill), level)),
            Err(_) => Err(format!("level {}", shape.level)),
        };
        let record = Person {
            id: self.id.into(),
            given_name: self.given_name,
            family_name: self.family_name,
            titles: self.titles,
            email: self.email,
            languages: self.languages.0,
            affiliations,
            skills: self.skills.0.into_iter().map(skill).collect::<Result<_, Fault>>()?,
            visibility: named(&self.visibility)?,
            invented: self.invented,
            phone: self.phone,
            roles_sought: self.roles_sought.0,
            birth_year: self.birth_year,
            consent: self.consent.0.map(Consent::try_from).transpose()?,
            contact_visibility: named(&self.contact_visibility)?,
            restriction: self.restriction.0.map(Restriction::from),
            matching: self.matching,
            objected_at: self.objected_at.map(SqlInstant::utc),
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

#[derive(Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = affiliations, treat_none_as_default_value = false)]
pub(super) struct AffiliationRow {
    pub(super) person_id: SqlId,
    position: i32,
    organisation_id: SqlId,
    unit_id: Option<SqlId>,
    role: Option<String>,
    from_on: Option<NaiveDate>,
    to_on: Option<NaiveDate>,
}

impl AffiliationRow {
    pub(super) fn all(person: &Person) -> impl Iterator<Item = Self> {
        let person_id = person.id.into();
        (0..)
            .zip(&person.affiliations)
            .map(move |(position, affiliation)| Self {
                person_id,
                position,
                organisation_id: affiliation.organisation.into(),
                unit_id: affiliation.unit.map(SqlId::from),
                role: affiliation.role.clone(),
                from_on: affiliation.from,
                to_on: affiliation.to,
            })
    }

    /// The affiliation, hidden as far as can be until its place is looked at.
    pub(super) fn into_affiliation(self) -> Affiliation {
        Affiliation {
            organisation: self.organisation_id.into(),
            unit: self.unit_id.map(UnitId::from),
            role: self.role,
            from: self.from_on,
            to: self.to_on,
            place: Visibility::Managers,
        }
    }
}

/// All rows of a person, as its history keeps them.
#[derive(Serialize, Deserialize)]
pub(crate) struct PersonRows {
    person: PersonRow,
    affiliations: Vec<AffiliationRow>,
}

impl Kept for Person {
    type Rows = PersonRows;

    fn rows(stored: &Stored<Self>, _: OrganisationId) -> PersonRows {
        PersonRows {
            person: PersonRow::from(stored),
            affiliations: AffiliationRow::all(&stored.record).collect(),
        }
    }

    fn revive(rows: PersonRows) -> Result<Stored<Self>> {
        let affiliations = rows.affiliations.into_iter().map(AffiliationRow::into_affiliation);
        rows.person.into_stored(affiliations.collect())
    }
}
