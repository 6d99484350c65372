//! Representatives as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::membership::representative::{Representative, RepresentativeRole};
use werkstadt_domain::person::PersonId;
use werkstadt_domain::text::{email, line, phone};
use werkstadt_persistence::{Db, persons};

use crate::problem::Problem;
use crate::wire::{known, optional};

/// Who speaks for a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Representative, example = json!({"name": "Erika Beispiel", "email": "erika@example.org", "phone": "+49 3641 123"}))]
pub struct RepresentativeBody {
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// The e-mail address.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
    /// The telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "phone", min_length = 3, max_length = 40)]
    pub phone: Option<String>,
    /// The person of the directory. Who is removed there is removed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
}

impl From<&Representative> for RepresentativeBody {
    fn from(one: &Representative) -> Self {
        Self {
            name: one.name.clone(),
            email: one.email.clone(),
            phone: one.phone.clone(),
            person_id: one.person.map(|id| id.to_string()),
        }
    }
}

/// The representative of a role among those of a membership.
pub fn of_role(all: &[Representative], role: RepresentativeRole) -> Option<RepresentativeBody> {
    all.iter().find(|one| one.role == role).map(RepresentativeBody::from)
}

/// The persons that representatives name, as far as the directory has them.
///
/// # Errors
/// As every read.
pub fn named_persons(db: &mut Db, bodies: &[Option<&RepresentativeBody>]) -> Result<Vec<PersonId>, Problem> {
    let named = bodies.iter().flatten().filter_map(|body| body.person_id.as_deref());
    let named: Vec<PersonId> = named.filter_map(|text| PersonId::parse(text).ok()).collect();
    Ok(persons::load(db, &named)?
        .iter()
        .map(|stored| stored.record.id)
        .collect())
}

/// Reads a representative. `persons` are those of the directory that it may name.
pub fn representative(
    faults: &mut Faults,
    pointer: &str,
    role: RepresentativeRole,
    body: &RepresentativeBody,
    persons: &[PersonId],
) -> Option<Representative> {
    let at = |member: &str| format!("{pointer}/{member}");
    let name = faults.take(at("name"), line(&body.name, 200));
    let email = faults.take(at("email"), email(&body.email));
    let phone = optional(faults, at("phone"), body.phone.as_ref(), phone);
    let person = known(faults, &at("person_id"), body.person_id.as_ref(), |id| {
        persons.contains(&id)
    });
    Some(Representative {
        role,
        name: name?,
        email: email?,
        phone,
        person,
    })
}

/// Reads both representatives, those that there are.
pub fn both(
    faults: &mut Faults,
    bodies: [Option<&RepresentativeBody>; 2],
    persons: &[PersonId],
) -> Vec<Representative> {
    let roles = [
        (RepresentativeRole::Main, "/representative"),
        (RepresentativeRole::Dues, "/dues_representative"),
    ];
    let given = roles.into_iter().zip(bodies);
    let read = given.filter_map(|((role, pointer), body)| representative(faults, pointer, role, body?, persons));
    read.collect()
}

/// A change of a representative: the members given replace, null removes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "erika@example.org"}))]
pub struct RepresentativePatch {
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// The e-mail address.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: Option<String>,
    /// The telephone number.
    #[schema(format = "phone", min_length = 3, max_length = 40)]
    pub phone: Option<String>,
    /// The person of the directory.
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
}

impl RepresentativePatch {
    /// The representative that comes of it.
    pub fn whole(&self, faults: &mut Faults, pointer: &str) -> Option<RepresentativeBody> {
        for (member, given) in [("name", &self.name), ("email", &self.email)] {
            if given.is_none() {
                faults.note(format!("{pointer}/{member}"), Rule::Required);
            }
        }
        Some(RepresentativeBody {
            name: self.name.clone()?,
            email: self.email.clone()?,
            phone: self.phone.clone(),
            person_id: self.person_id.clone(),
        })
    }
}
