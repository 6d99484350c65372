//! Invitations as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::account::{Invitation, InvitationId, UserId};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::{Language, email, line};

use crate::page::Page;
use crate::users::wire::place;
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
}

/// A page of invitations.
pub type InvitationPage = Page<InvitationBody>;

impl From<&Stored<Invitation>> for InvitationBody {
    fn from(stored: &Stored<Invitation>) -> Self {
        let invitation = &stored.record;
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.clone(),
            name: invitation.name.clone(),
            role: invitation.role.code().to_owned(),
            organisation_id: invitation.organisation.map(|id| id.to_string()),
            language: invitation.language.code().to_owned(),
            invited_by: invitation.invited_by.map(|id| id.to_string()),
            created_at: stored.created_at.utc(),
            expires_at: invitation.expires_at,
        }
    }
}

impl InvitationCreate {
    /// The invitation under an id, from a user, until a time.
    ///
    /// # Errors
    /// Every fault. That the organisation exists, the database checks.
    pub fn to_domain(&self, id: InvitationId, by: UserId, until: DateTime<Utc>) -> Result<Invitation, Invalid> {
        let mut faults = Faults::new();
        let login = faults.take("/email", email(&self.email));
        let name = faults.take("/name", line(&self.name, 200));
        let organisation = place(&mut faults, self.role.0, self.organisation_id.as_ref());
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
        });
        faults.finish(invitation)
    }
}
