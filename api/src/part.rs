//! What belongs to an organisation (units, skill claims, references): one way to list, read, add, change and remove it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::id::Id;
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::{UnitOfWork, profiles};

use crate::answer;
use crate::auth::Caller;
use crate::etag::IfMatch;
use crate::organisations::handlers::may_edit;
use crate::page::{List, PageQuery, cut};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::known;

/// What the wire reads and writes a part against.
pub struct Around<'a> {
    /// The organisation with all its parts.
    pub profile: &'a Profile,
    /// The directory, for what lies outside the organisation.
    pub snapshot: &'a Snapshot,
    /// Who reads, or who writes: the class of the caller, however much of the own organisation it sees.
    pub audience: Audience,
}

/// An organisation and a part of it, as a path names them.
pub type Ids<P> = (OrganisationId, Id<P>);

/// What a write in the database comes to.
pub type Outcome<T> = werkstadt_persistence::Result<T>;

/// A part of an organisation.
pub trait Part: Clone + Send + Sized + 'static {
    /// How it is shown.
    type Body: Serialize + Send + 'static;
    /// How a new one is given.
    type Create: DeserializeOwned + Send + 'static;

    /// The segment of the path below the organisation.
    const SEGMENT: &'static str;
    /// How a changed one is read.
    const BASE: patch::Base;

    /// Its id.
    fn id(&self) -> Id<Self>;
    /// All of an organisation, in order of id.
    fn all(profile: &Profile) -> &[Stored<Self>];
    /// How an audience sees one of a profile that was projected for that audience.
    fn body(stored: &Stored<Self>, around: &Around<'_>) -> Self::Body;
    /// Reads one.
    ///
    /// # Errors
    /// Every fault.
    fn read(create: Self::Create, id: Id<Self>, around: &Around<'_>) -> Result<Self, Invalid>;
    /// Adds one.
    ///
    /// # Errors
    /// As every write.
    fn insert(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, part: Self) -> Outcome<Stored<Self>>;
    /// Adds one that was removed, under the id it had.
    ///
    /// # Errors
    /// As every write.
    fn put_back(
        unit: &mut UnitOfWork<'_>,
        organisation: OrganisationId,
        was: &Stored<Self>,
        part: Self,
    ) -> Outcome<Stored<Self>>;
    /// Changes one that is still as it was read.
    ///
    /// # Errors
    /// As every guarded write.
    fn update(
        unit: &mut UnitOfWork<'_>,
        organisation: OrganisationId,
        before: &Stored<Self>,
        after: Self,
    ) -> Outcome<Stored<Self>>;
    /// Removes one that is still as it was read.
    ///
    /// # Errors
    /// As every guarded write.
    fn remove(unit: &mut UnitOfWork<'_>, organisation: OrganisationId, before: &Stored<Self>) -> Outcome<()>;
}

/// Answers with a page of parts, in order of id.
///
/// # Errors
/// [`Code::NotFound`] for an organisation that the caller cannot see.
pub fn list<P: Part>(
    request: &HttpRequest,
    state: &State,
    caller: &Caller,
    organisation: OrganisationId,
    page: &PageQuery,
) -> Result<HttpResponse, Problem> {
    let (snapshot, audience) = (state.directory().snapshot(), caller.audience_at(organisation));
    let around = around(&snapshot, organisation, audience)?;
    let list = List::new(request, state, audience);
    let after = list.after::<Uuid>(page)?.map(Id::new);
    let follows = P::all(around.profile)
        .iter()
        .filter(|one| after.is_none_or(|after| one.record.id() > after));
    let (parts, after) = cut(follows, page.limit(), |last| last.record.id().uuid());
    let bodies = parts.into_iter().map(|part| P::body(part, &around)).collect();
    list.answer::<P::Body>(caller, bodies, after)
}

/// Answers with one part.
///
/// # Errors
/// [`Code::NotFound`] for what the caller cannot see.
pub fn get<P: Part>(
    request: &HttpRequest,
    state: &State,
    caller: &Caller,
    (organisation, id): Ids<P>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, audience) = (state.directory().snapshot(), caller.audience_at(organisation));
    let around = around(&snapshot, organisation, audience)?;
    answer::record(request, caller, &P::body(find(around.profile, id)?, &around))
}

/// Adds a part.
///
/// # Errors
/// [`Code::Invalid`], [`Code::Conflict`], and what keeps the caller from changing the organisation.
pub async fn create<P: Part>(
    state: &web::Data<State>,
    caller: &Caller,
    organisation: OrganisationId,
    body: P::Create,
) -> Result<HttpResponse, Problem> {
    let id = state.id::<P>();
    let created = write(state, caller, organisation, move |unit, around, _| {
        let stored = P::insert(unit, organisation, P::read(body, id, around)?)?;
        Ok(P::body(&stored, &around.for_editors()))
    });
    let location = format!("/v1/organisations/{organisation}/{}/{id}", P::SEGMENT);
    answer::created(location, &created.await?)
}

/// Changes a part.
///
/// # Errors
/// As [`create`], [`Code::NotFound`] and [`Code::Stale`].
pub async fn update<P: Part>(
    state: &web::Data<State>,
    caller: &Caller,
    (organisation, id): Ids<P>,
    condition: IfMatch,
    changes: Value,
) -> Result<HttpResponse, Problem> {
    let changed = write(state, caller, organisation, move |unit, around, state| {
        let before = find::<P>(around.profile, id)?;
        let present = P::body(before, &around.for_editors());
        condition.check(&answer::tag(&present)?)?;
        let after = P::read(patch::apply(state, &P::BASE, &present, &changes)?, id, around)?;
        let stored = P::update(unit, organisation, before, after)?;
        Ok(P::body(&stored, &around.for_editors()))
    });
    answer::changed(&changed.await?)
}

/// Removes a part.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Stale`], [`Code::Conflict`] while it is needed, and what keeps the caller from changing the
/// organisation.
pub async fn remove<P: Part>(
    state: &web::Data<State>,
    caller: &Caller,
    (organisation, id): Ids<P>,
    condition: IfMatch,
) -> Result<HttpResponse, Problem> {
    write(state, caller, organisation, move |unit, around, _| {
        let before = find::<P>(around.profile, id)?;
        condition.check(&answer::tag(&P::body(before, &around.for_editors()))?)?;
        Ok(P::remove(unit, organisation, before)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One unit of work on what belongs to an organisation, for someone who may change it.
async fn write<T: Send + 'static>(
    state: &web::Data<State>,
    caller: &Caller,
    organisation: OrganisationId,
    work: impl FnOnce(&mut UnitOfWork<'_>, &Around<'_>, &State) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    may_edit(&state.directory().snapshot(), caller, organisation)?;
    let (shared, audience) = (state.clone(), caller.audience());
    state::write(state, caller.actor(), move |unit| {
        let around = Around {
            profile: &profiles::find(unit.db(), organisation)?,
            snapshot: &shared.directory().snapshot(),
            audience,
        };
        work(unit, &around, &shared)
    })
    .await
}

impl Around<'_> {
    /// Reads the unit that a part belongs to, named by its member `unit_id`.
    pub fn unit(&self, faults: &mut Faults, given: Option<&String>) -> Option<UnitId> {
        let units = &self.profile.units;
        known(faults, "/unit_id", given, |id| {
            units.iter().any(|unit| unit.record.id == id)
        })
    }

    /// The same, as the organisation's own editors see it.
    pub const fn for_editors(&self) -> Self {
        Self {
            profile: self.profile,
            snapshot: self.snapshot,
            audience: Audience::Manager,
        }
    }
}

fn around(snapshot: &Snapshot, organisation: OrganisationId, audience: Audience) -> Result<Around<'_>, Problem> {
    let profile = snapshot.organisation(audience, organisation);
    Ok(Around {
        profile: profile.ok_or_else(|| Problem::new(Code::NotFound))?.get(),
        snapshot,
        audience,
    })
}

fn find<P: Part>(profile: &Profile, id: Id<P>) -> Result<&Stored<P>, Problem> {
    let found = P::all(profile).iter().find(|one| one.record.id() == id);
    found.ok_or_else(|| Problem::new(Code::NotFound))
}
