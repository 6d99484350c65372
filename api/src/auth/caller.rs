//! The caller of an operation: authenticated, and allowed by the operation's access rule.

use std::future::{Ready, ready};
use std::sync::{Arc, PoisonError};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::{Either, LocalBoxFuture};
use werkstadt_domain::account::{ApiKey, Role, Scope, User};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::PersonId;
use werkstadt_persistence::sessions::Session;
use werkstadt_persistence::{Actor, Noun, Touched};

use super::{Access, ApiKeySecret, Bearer, SecondFactorPolicy};
use crate::audit::occasion;
use crate::extract::{operation, state};
use crate::origin;
use crate::problem::{Code, Problem};
use crate::rates::Who;
use crate::state::State;

/// Who is calling. A handler that takes it has been allowed by its `x-authz`.
#[derive(Clone, Debug)]
pub struct Caller {
    user: Option<Arc<User>>,
    key: Option<Arc<ApiKey>>,
    session: Option<Arc<Session>>,
    audience: Audience,
}

/// What a credential leads to.
enum Found {
    Caller(Caller),
    /// A genuine token of a session that is not known here.
    Unknown(Bearer),
}

impl Caller {
    /// A user with what the user showed. What members of organisations read depends on where the organisation stands now.
    fn new(state: &State, user: Arc<User>, key: Option<Arc<ApiKey>>, session: Option<Arc<Session>>) -> Self {
        let audience = match (user.role, user.organisation) {
            (Role::Manager, _) => Audience::Manager,
            (Role::Guest, _) => Audience::Anonymous,
            (Role::Member | Role::Editor | Role::Owner, Some(organisation)) => state.audience_of_people(organisation),
            (Role::Member | Role::Editor | Role::Owner, None) => Audience::Member,
        };
        Self {
            user: Some(user),
            key,
            session,
            audience,
        }
    }

    /// The class of viewers that the caller belongs to.
    pub const fn audience(&self) -> Audience {
        self.audience
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
            Role::Guest | Role::Member => false,
        })
    }

    /// The organisation that the caller owns.
    pub fn owns(&self) -> Option<OrganisationId> {
        let user = self.user.as_ref().filter(|user| user.role == Role::Owner)?;
        user.organisation
    }

    /// The organisation of which the caller is an editor or the owner.
    pub fn edited(&self) -> Option<OrganisationId> {
        let user = self.user.as_ref()?;
        user.organisation
            .filter(|_| matches!(user.role, Role::Editor | Role::Owner))
    }

    /// The person of the directory that the caller is.
    pub fn person(&self) -> Option<PersonId> {
        self.user.as_ref()?.person
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
        self.key.as_ref().map(|key| key.scopes.as_slice())
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`].
    pub fn signed_in(&self) -> Result<&User, Problem> {
        self.user().ok_or_else(|| Problem::new(Code::Unauthenticated))
    }

    /// The signed-in user with the session; operations on the own account are for people, not for keys.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`].
    pub fn in_session(&self) -> Result<(&User, &Session), Problem> {
        let session = self.session.as_deref();
        self.user()
            .zip(session)
            .ok_or_else(|| Problem::new(Code::Unauthenticated))
    }

    /// Who is written into the change log.
    pub fn actor(&self) -> Actor {
        match (&self.key, &self.user) {
            (Some(key), _) => Actor::ApiKey(key.id),
            (None, Some(user)) => Actor::User(user.id),
            (None, None) => Actor::System,
        }
    }

    /// Who makes a request, before it is routed; none if the credential is none.
    pub fn who(request: &HttpRequest, state: &State) -> Option<Who> {
        match Self::authenticate(request, state).ok()? {
            Found::Unknown(bearer) => Some(Who::User(bearer.user)),
            Found::Caller(caller) => Some(caller.counted_as(request, state)),
        }
    }

    fn counted_as(&self, request: &HttpRequest, state: &State) -> Who {
        match (&self.key, &self.user) {
            (Some(key), _) => Who::Key(key.id, key.requests_per_minute),
            (None, Some(user)) => Who::User(user.id),
            (None, None) => Who::Network(origin::network(request, state)),
        }
    }

    fn authenticate(request: &HttpRequest, state: &State) -> Result<Found, Problem> {
        let Some(value) = request.headers().get(header::AUTHORIZATION) else {
            return Ok(Found::Caller(Self {
                user: None,
                key: None,
                session: None,
                audience: Audience::Anonymous,
            }));
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
            return Ok(Found::Caller(Self::new(state, user, Some(key), None)));
        }
        let bearer = state.tokens.load().verify(credential, now).ok_or_else(refused)?;
        match Self::of_session(state, bearer) {
            Some(caller) => Ok(Found::Caller(caller)),
            None => Ok(Found::Unknown(bearer)),
        }
    }

    fn of_session(state: &State, bearer: Bearer) -> Option<Self> {
        let (session, user) = state.accounts().by_session(bearer.session, state.now())?;
        (user.id == bearer.user).then(|| Self::new(state, user, None, Some(session)))
    }

    /// The session may have begun at another server a moment ago: asks the database, once.
    async fn look_up(state: Arc<State>, bearer: Bearer) -> Result<Self, Problem> {
        let shared = Arc::clone(&state);
        let touched = [(Noun::Session, bearer.session.uuid()), (Noun::User, bearer.user.uuid())];
        let touched = touched.map(|(noun, id)| Touched { noun, id });
        web::block(move || shared.store.bring_in(touched))
            .await
            .map_err(Problem::internal)??;
        Self::of_session(&state, bearer).ok_or_else(|| Problem::new(Code::Unauthenticated))
    }

    fn admitted(self, request: &HttpRequest) -> Result<Self, Problem> {
        let state = state(request)?;
        count(request, state, &self.counted_as(request, state))?;
        if self.user.is_some() {
            occasion::note_caller(self.actor());
        }
        if let Some(key) = &self.key {
            let mut uses = state.uses.lock().unwrap_or_else(PoisonError::into_inner);
            uses.insert(key.id, state.now());
        }
        self.allowed(&operation(request)?.access, state.second_factor())?;
        Ok(self)
    }

    fn allowed(&self, access: &Access, policy: SecondFactorPolicy) -> Result<(), Problem> {
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
            .is_none_or(|key| access.scope.is_some_and(|scope| key.scopes.contains(&scope)));
        if !role || !key {
            return Err(Problem::new(Code::Forbidden));
        }
        let shown = self.session.as_ref().is_none_or(|session| session.second_factor);
        if policy.demands(user.role) && !shown && !access.enrolment {
            return Err(Problem::new(Code::SecondFactorMissing));
        }
        Ok(())
    }
}

/// Counts a request whose credential is none: who tries many is slowed down.
fn refused<T>(request: &HttpRequest, state: &State, problem: Problem) -> Result<T, Problem> {
    count(request, state, &Who::Network(origin::network(request, state)))?;
    Err(problem)
}

/// Counts a request, and keeps where the caller stands for the answer. Those who watch the server ask outside `/v1`, uncounted.
///
/// # Errors
/// [`Code::TooManyRequests`].
pub fn count(request: &HttpRequest, state: &State, who: &Who) -> Result<(), Problem> {
    if !request.path().starts_with("/v1/") {
        return Ok(());
    }
    let (standing, problem) = match state.rates.count(who, state.now()) {
        Ok(standing) => (standing, None),
        Err((standing, wait)) => {
            let problem = Problem::new(Code::TooManyRequests).retry_after(wait);
            (Some(standing), Some(problem))
        }
    };
    if let Some(standing) = standing {
        request.extensions_mut().insert(standing);
    }
    problem.map_or(Ok(()), Err)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Either<Ready<Result<Self, Problem>>, LocalBoxFuture<'static, Result<Self, Problem>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = state(request).and_then(|state| match Self::authenticate(request, state) {
            Ok(Found::Caller(caller)) => caller.admitted(request).map(Ok),
            Ok(Found::Unknown(bearer)) => Ok(Err(bearer)),
            Err(problem) => refused(request, state, problem),
        });
        match found {
            Err(problem) => Either::Left(ready(Err(problem))),
            Ok(Ok(caller)) => Either::Left(ready(Ok(caller))),
            Ok(Err(bearer)) => {
                let request = request.clone();
                Either::Right(Box::pin(async move {
                    // Before the database is asked: who goes on with the token of a session that has ended is slowed down.
                    let shared = Arc::clone(state(&request)?);
                    count(&request, &shared, &Who::Network(origin::network(&request, &shared)))?;
                    Self::look_up(shared, bearer).await?.admitted(&request)
                }))
            }
        }
    }
}
