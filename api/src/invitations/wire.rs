//! Invitations as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::account::{Invitation, InvitationId, UserId};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::consent::{Guardian, Guardianship, GuardianshipId, may_be_minor};
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::{Language, email, line};

use crate::page::Page;
use crate::users::wire::{person, place};
use crate::wire::{LanguageName, RoleName};

/// Someone who is to have an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Invitation, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "email": "erika@example.org", "name": "Erika Musterfrau",
    "role": "editor", "organisation_id": "01936d3e-7f10-7000-8000-0000000000bb", "language": "de",
    "invited_by": "01936d3e-7f10-7000-8000-0000000000cc", "created_at": "2026-11-22T09:00:00Z", "expires_at": "2026-12-06T09:00:00Z"}))]
pub struct InvitationBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The login to be.
    pub email: String,
    /// The name.
    pub name: String,
    /// What the user will be allowed to do.
    #[schema(examples("guest", "member", "editor", "owner", "manager"))]
    pub role: String,
    /// The user's organisation to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// In which letters are written.
    #[schema(examples("de", "en"))]
    pub language: String,
    /// The person of the directory that the user will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
    /// The guardian who must agree first, for a minor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardian: Option<GuardianBody>,
    /// Who invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub invited_by: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
}

/// A new invitation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "erika@example.org", "name": "Erika Musterfrau", "role": "editor",
    "organisation_id": "01936d3e-7f10-7000-8000-0000000000bb"}))]
pub struct InvitationCreate {
    /// The login to be.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// What the user will be allowed to do.
    pub role: RoleName,
    /// The user's organisation; needed for every role but guest and manager.
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// In which letters are written; German if left out.
    pub language: Option<LanguageName>,
    /// The person of the directory that the user will be.
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
    /// The year of birth, only where it tells that someone is a minor: then a guardian is asked first.
    #[schema(minimum = 1900, maximum = 2100)]
    pub birth_year: Option<i32>,
    /// The guardian of a minor. The letter to the minor is sent when the guardian has agreed.
    pub guardian: Option<GuardianCreate>,
}

/// Who answers for a minor.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Guardian, example = json!({"name": "Grete Musterfrau", "email": "grete@example.org", "consented_at": "2026-11-23T09:00:00Z"}))]
pub struct GuardianBody {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// When the guardian agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consented_at: Option<DateTime<Utc>>,
    /// When the guardian took that back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Who answers for a minor: who has parental responsibility.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Grete Musterfrau", "email": "grete@example.org"}))]
pub struct GuardianCreate {
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// The e-mail address, another one than the minor's.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
}

impl From<&Guardianship> for GuardianBody {
    fn from(asked: &Guardianship) -> Self {
        Self {
            name: asked.guardian.name.clone(),
            email: asked.guardian.email.clone(),
            consented_at: asked.consented_at,
            withdrawn_at: asked.withdrawn_at,
        }
    }
}

/// Reads who answers for somebody born in a year, who has or will have this address: a minor has a guardian, and nobody else.
pub fn guardian(
    faults: &mut Faults,
    (address, birth_year): (&str, Option<i32>),
    given: Option<&GuardianCreate>,
    now: DateTime<Utc>,
) -> Option<Guardian> {
    let minor = birth_year.is_some_and(|year| may_be_minor(year, now));
    match given {
        None if minor => faults.note("/guardian", Rule::Required),
        Some(_) if birth_year.is_none() => faults.note("/birth_year", Rule::Required),
        Some(_) if !minor => faults.note("/guardian", Rule::Conflicts("birth_year")),
        _ => {}
    }
    let given = given?;
    let name = faults.take("/guardian/name", line(&given.name, 200));
    let login = faults.take("/guardian/email", email(&given.email));
    if login
        .as_ref()
        .is_some_and(|login| login.to_lowercase() == address.to_lowercase())
    {
        faults.note("/guardian/email", Rule::Conflicts("email"));
    }
    let (name, email) = name.zip(login)?;
    Some(Guardian { name, email })
}

/// A page of invitations.
pub type InvitationPage = Page<InvitationBody>;

impl InvitationBody {
    /// The invitation, with the guardian whom it waits for.
    pub fn new(stored: &Stored<Invitation>, guardianship: Option<&Guardianship>) -> Self {
        let invitation = &stored.record;
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.clone(),
            name: invitation.name.clone(),
            role: invitation.role.code().to_owned(),
            organisation_id: invitation.organisation.map(|id| id.to_string()),
            language: invitation.language.code().to_owned(),
            person_id: invitation.person.map(|id| id.to_string()),
            guardian: guardianship.map(GuardianBody::from),
            invited_by: invitation.invited_by.map(|id| id.to_string()),
            created_at: stored.created_at.utc(),
            expires_at: invitation.expires_at,
        }
    }
}

impl InvitationCreate {
    /// The invitation under an id, from a user, until a time; and the guardianship that it waits for, under the same id.
    ///
    /// # Errors
    /// Every fault. That the organisation exists, the database checks.
    pub fn to_domain(
        &self,
        id: InvitationId,
        by: UserId,
        (now, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(Invitation, Option<Guardianship>), Invalid> {
        let mut faults = Faults::new();
        let login = faults.take("/email", email(&self.email));
        let name = faults.take("/name", line(&self.name, 200));
        let organisation = place(&mut faults, self.role.0, self.organisation_id.as_ref());
        let person = person(&mut faults, self.person_id.as_ref());
        let birth_year = self.birth_year;
        let guardian = guardian(&mut faults, (&self.email, birth_year), self.guardian.as_ref(), now);
        let asked = guardian.zip(birth_year);
        let invitation = login.zip(name).map(|(email, name)| Invitation {
            id,
            email,
            name,
            role: self.role.0,
            organisation,
            language: self.language.map_or(Language::De, |choice| choice.0),
            invited_by: Some(by),
            expires_at: until,
            accepted_at: None,
            person,
            guardianship: asked.as_ref().map(|_| GuardianshipId::new(id.uuid())),
        });
        let invitation = faults.finish(invitation)?;
        let guardianship = asked.map(|(guardian, birth_year)| Guardianship {
            id: GuardianshipId::new(id.uuid()),
            email: invitation.email.clone(),
            name: invitation.name.clone(),
            language: invitation.language,
            birth_year,
            guardian,
            expires_at: until,
            consented_at: None,
            withdrawn_at: None,
            user: None,
            invited: true,
        });
        Ok((invitation, guardianship))
    }
}
