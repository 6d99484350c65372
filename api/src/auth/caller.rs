//! The caller of an operation: authenticated, and allowed by the operation's access rule.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use werkstadt_domain::account::{ApiKeyId, Role, Scope, User, UserId};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_persistence::Actor;

use super::{Access, ApiKeySecret};
use crate::extract::{operation, state};
use crate::problem::{Code, Problem};
use crate::state::State;

/// Who is calling. A handler that takes it has been allowed by its `x-authz`.
#[derive(Clone, Debug)]
pub struct Caller {
    user: Option<Arc<User>>,
    key: Option<(ApiKeyId, Vec<Scope>)>,
}

impl Caller {
    /// The class of viewers that the caller belongs to.
    pub fn audience(&self) -> Audience {
        match self.user.as_ref().map(|user| user.role) {
            None => Audience::Anonymous,
            Some(Role::Manager) => Audience::Manager,
            Some(_) => Audience::Member,
        }
    }

    /// The audience to which the caller belongs when reading a record of this organisation directly: an owner or editor
    /// sees all of the own record.
    pub fn audience_at(&self, organisation: OrganisationId) -> Audience {
        if self.edits(organisation) {
            Audience::Manager
        } else {
            self.audience()
        }
    }

    /// True for the organisation's own editors and owners, and for managers.
    pub fn edits(&self, organisation: OrganisationId) -> bool {
        self.user.as_ref().is_some_and(|user| match user.role {
            Role::Manager => true,
            Role::Owner | Role::Editor => user.organisation == Some(organisation),
            Role::Member => false,
        })
    }

    /// The organisation that the caller owns.
    pub fn owns(&self) -> Option<OrganisationId> {
        let user = self.user.as_ref().filter(|user| user.role == Role::Owner)?;
        user.organisation
    }

    /// Checks that the caller may change what belongs to the organisation.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub fn must_edit(&self, organisation: OrganisationId) -> Result<(), Problem> {
        if self.edits(organisation) {
            Ok(())
        } else {
            Err(Problem::new(Code::Forbidden))
        }
    }

    /// Checks that the caller owns the organisation or manages the network.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub fn must_own(&self, organisation: OrganisationId) -> Result<(), Problem> {
        let editor = self.user.as_ref().is_some_and(|user| user.role == Role::Editor);
        if editor {
            Err(Problem::new(Code::Forbidden))
        } else {
            self.must_edit(organisation)
        }
    }

    /// The user, if signed in.
    pub fn user(&self) -> Option<&User> {
        self.user.as_deref()
    }

    /// The scopes of the API key, `None` when a person called.
    pub fn scopes(&self) -> Option<&[Scope]> {
        self.key.as_ref().map(|(_, scopes)| scopes.as_slice())
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`].
    pub fn signed_in(&self) -> Result<&User, Problem> {
        self.user().ok_or_else(|| Problem::new(Code::Unauthenticated))
    }

    /// Who is written into the change log.
    pub fn actor(&self) -> Actor {
        match (&self.key, &self.user) {
            (Some((key, _)), _) => Actor::ApiKey(*key),
            (None, Some(user)) => Actor::User(user.id),
            (None, None) => Actor::System,
        }
    }

    fn authenticate(request: &HttpRequest, state: &State) -> Result<Self, Problem> {
        let Some(value) = request.headers().get(header::AUTHORIZATION) else {
            return Ok(Self { user: None, key: None });
        };
        let refused = || Problem::new(Code::Unauthenticated);
        let text = value.to_str().map_err(|_| refused())?;
        let (scheme, credential) = text.split_once(' ').ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused());
        }
        let now = state.now();
        if let Some(secret) = ApiKeySecret::parse(credential) {
            let (key, user) = state.accounts().by_key(&secret.digest(), now).ok_or_else(refused)?;
            return Ok(Self {
                user: Some(user),
                key: Some((key.id, key.scopes.clone())),
            });
        }
        let id: UserId = state.tokens.verify(credential, now).ok_or_else(refused)?;
        let user = state.accounts().user(id).ok_or_else(refused)?;
        Ok(Self {
            user: Some(user),
            key: None,
        })
    }

    fn allowed(&self, access: &Access) -> Result<(), Problem> {
        let Some(user) = &self.user else {
            return if access.anonymous {
                Ok(())
            } else {
                Err(Problem::new(Code::Unauthenticated))
            };
        };
        let role = access.roles.contains(&user.role);
        let key = self
            .key
            .as_ref()
            .is_none_or(|(_, scopes)| access.scope.is_some_and(|scope| scopes.contains(&scope)));
        if role && key {
            Ok(())
        } else {
            Err(Problem::new(Code::Forbidden))
        }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = state(request).and_then(|state| {
            let caller = Self::authenticate(request, state)?;
            caller.allowed(&operation(request)?.access)?;
            Ok(caller)
        });
        ready(caller)
    }
}
