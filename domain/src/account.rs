//! Accounts: who may sign in, in which role, and what an API key may do.

use chrono::{DateTime, Utc};

use crate::consent::GuardianshipId;
use crate::id::Id;
use crate::named::Named;
use crate::organisation::OrganisationId;
use crate::person::PersonId;
use crate::text::Language;

/// The id of a user.
pub type UserId = Id<User>;
/// The id of an API key.
pub type ApiKeyId = Id<ApiKey>;

/// Someone with a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The login, an e-mail address, unique without regard to case.
    pub email: String,
    /// The name to show.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// The organisation that the user belongs to; always set for member, editor and owner, never for guests.
    pub organisation: Option<OrganisationId>,
    /// False while suspended.
    pub active: bool,
    /// In which letters are written to the user.
    pub language: Language,
    /// The person of the directory that the user is.
    pub person: Option<PersonId>,
}

/// The id of an invitation.
pub type InvitationId = Id<Invitation>;

/// Someone who is to have an account, and has it when the letter is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The login to be.
    pub email: String,
    /// The name to show.
    pub name: String,
    /// What the user will be allowed to do.
    pub role: Role,
    /// The organisation that the user will belong to.
    pub organisation: Option<OrganisationId>,
    /// In which letters are written.
    pub language: Language,
    /// Who invited; none for a guest who registered.
    pub invited_by: Option<UserId>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The person of the directory that the user will be.
    pub person: Option<PersonId>,
    /// The guardian who must agree first, for a minor.
    pub guardianship: Option<GuardianshipId>,
}

/// What a user may do. Each role may do what the ones before it may, within its own organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Has an account and belongs to no organisation: a founder, student, citizen or mentor. Reads what is public.
    Guest,
    /// Reads what members may see.
    Member,
    /// Edits the own organisation.
    Editor,
    /// Also its people and API keys.
    Owner,
    /// Everything about the network.
    Manager,
}

impl Named for Role {
    const NAME: &'static str = "Role";
    const ALL: &'static [Self] = &[Self::Guest, Self::Member, Self::Editor, Self::Owner, Self::Manager];

    fn code(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Member => "member",
            Self::Editor => "editor",
            Self::Owner => "owner",
            Self::Manager => "manager",
        }
    }
}

/// A key for programs. The secret itself is never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose rights it narrows.
    pub user: UserId,
    /// What it is for, in one line.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// How often it may be used in a minute, if less often than others.
    pub requests_per_minute: Option<u32>,
    /// When it was used last, to the minute or so.
    pub used_at: Option<DateTime<Utc>>,
}

/// What an API key may do, within the rights of its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Read the directory.
    DirectoryRead,
    /// Ask for matches.
    MatchesRead,
    /// Change organisations and what belongs to them.
    OrganisationsWrite,
    /// Change opportunities.
    OpportunitiesWrite,
    /// Change the taxonomy.
    SkillsWrite,
    /// Read and change memberships, users and imports.
    Admin,
}

impl Named for Scope {
    const NAME: &'static str = "Scope";
    const ALL: &'static [Self] = &[
        Self::DirectoryRead,
        Self::MatchesRead,
        Self::OrganisationsWrite,
        Self::OpportunitiesWrite,
        Self::SkillsWrite,
        Self::Admin,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::DirectoryRead => "directory:read",
            Self::MatchesRead => "matches:read",
            Self::OrganisationsWrite => "organisations:write",
            Self::OpportunitiesWrite => "opportunities:write",
            Self::SkillsWrite => "skills:write",
            Self::Admin => "admin",
        }
    }
}

/// Whose sign-in needs a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactorPolicy {
    /// That of managers: they see everything.
    #[default]
    Managers,
    /// That of everyone.
    Everyone,
    /// Nobody's; who has one needs it all the same.
    Nobody,
}

impl Named for SecondFactorPolicy {
    const NAME: &'static str = "SecondFactorPolicy";
    const ALL: &'static [Self] = &[Self::Managers, Self::Everyone, Self::Nobody];

    fn code(self) -> &'static str {
        match self {
            Self::Managers => "managers",
            Self::Everyone => "everyone",
            Self::Nobody => "nobody",
        }
    }
}

impl SecondFactorPolicy {
    /// True if the policy asks one of this role.
    pub fn demands(self, role: Role) -> bool {
        match self {
            Self::Managers => role == Role::Manager,
            Self::Everyone => true,
            Self::Nobody => false,
        }
    }
}
