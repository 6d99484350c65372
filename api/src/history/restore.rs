//! Bringing an earlier state back: it is read like a change or a creation of today, with the same checks.

use actix_web::{HttpResponse, web};
use serde_json::Value;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::opportunity::{Opportunity, Status};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::skill::Skill;
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::history::{self, Record, Scope};
use werkstadt_persistence::{Error, UnitOfWork, opportunities, organisations, profiles, skills};

use super::wire::{RestoredBody, body};
use crate::answer;
use crate::auth::Caller;
use crate::extract::VersionNumber;
use crate::moderation;
use crate::opportunities::wire::OpportunityCreate;
use crate::organisations::wire::OrganisationCreate;
use crate::part::{Around, Part};
use crate::patch;
use crate::problem::{Code, Problem};
use crate::skills::wire::SkillCreate;
use crate::state::{self, State};

/// Brings the state with this number back.
///
/// # Errors
/// [`Code::NotFound`] for a number that is not in the scope's history; [`Code::Invalid`] and [`Code::Conflict`] where the state
/// no longer fits what is around it.
pub async fn version(
    state: &web::Data<State>,
    caller: &Caller,
    scope: Scope,
    VersionNumber(number): VersionNumber,
) -> Result<HttpResponse, Problem> {
    let (shared, by) = (state.clone(), caller.clone());
    let restored = state::write(state, caller.actor(), move |unit| {
        let record = history::version(unit.db(), scope, number)?;
        let snapshot = shared.directory().snapshot();
        let work = Work {
            state: &shared,
            snapshot: &snapshot,
            caller: &by,
        };
        work.restore(unit, &record)?;
        Ok(RestoredBody::new(&record))
    });
    answer::changed(&restored.await?)
}

struct Work<'a> {
    state: &'a State,
    snapshot: &'a Snapshot,
    caller: &'a Caller,
}

impl Work<'_> {
    fn restore(&self, unit: &mut UnitOfWork<'_>, record: &Record) -> Result<(), Problem> {
        match record {
            Record::Organisation(was) => self.organisation(unit, was, record),
            Record::Unit(was) => self.part(unit, was.record.organisation, was),
            Record::Claim(owner, was) => self.part(unit, *owner, was),
            Record::Reference(owner, was) => self.part(unit, *owner, was),
            Record::Opportunity(was) => self.opportunity(unit, was, record),
            Record::Skill(was) => self.skill(unit, was, record),
            Record::Person(_) => Err(Problem::new(Code::NotFound)),
        }
    }

    /// The creation that would make the record as it was.
    fn creation(&self, base: &patch::Base, record: &Record) -> Result<Value, Problem> {
        base.creation(&body(record, self.snapshot)?)
    }

    fn organisation(
        &self,
        unit: &mut UnitOfWork<'_>,
        was: &Stored<Organisation>,
        record: &Record,
    ) -> Result<(), Problem> {
        let (id, base) = (was.record.id, &crate::organisations::wire::BASE);
        let create: OrganisationCreate = patch::read(self.state, base, self.creation(base, record)?)?;
        let after = create.into_domain(id)?;
        match organisations::find(unit.db(), id) {
            Ok(present) => {
                let after = organisations::update(unit, &present, after)?;
                moderation::note_change(unit, self.caller, self.state.id(), &present, &after)?;
            }
            Err(Error::NotFound { .. }) => drop(organisations::insert(unit, after)?),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn part<P: Part>(&self, unit: &mut UnitOfWork<'_>, owner: OrganisationId, was: &Stored<P>) -> Result<(), Problem> {
        let profile = profiles::find(unit.db(), owner)?;
        let around = Around {
            profile: &profile,
            snapshot: self.snapshot,
            audience: self.caller.audience(),
        };
        let creation = P::BASE.creation(&P::body(was, &around.for_editors()))?;
        let id = was.record.id();
        let after = P::read(patch::read(self.state, &P::BASE, creation)?, id, &around)?;
        match P::all(&profile).iter().find(|one| one.record.id() == id) {
            Some(present) => P::update(unit, owner, present, after)?,
            None => P::insert(unit, owner, after)?,
        };
        Ok(())
    }

    /// What a review has not seen is not published: an opportunity that is there stays where it is in its life, one that was
    /// removed begins as a draft unless a manager brings it back.
    fn opportunity(
        &self,
        unit: &mut UnitOfWork<'_>,
        was: &Stored<Opportunity>,
        record: &Record,
    ) -> Result<(), Problem> {
        let (id, base) = (was.record.id, &crate::opportunities::wire::BASE);
        let create: OpportunityCreate = patch::read(self.state, base, self.creation(base, record)?)?;
        let present = match opportunities::find(unit.db(), id) {
            Ok(present) => Some(present),
            Err(Error::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let status = match &present {
            Some(present) => present.record.status,
            None if self.caller.audience() == Audience::Manager => was.record.status,
            None => Status::Draft,
        };
        let after = create.into_domain(id, status, self.snapshot, self.caller)?;
        self.caller.must_edit(after.organisation)?;
        match present {
            Some(present) => opportunities::update(unit, &present, after)?,
            None => opportunities::insert(unit, after)?,
        };
        Ok(())
    }

    fn skill(&self, unit: &mut UnitOfWork<'_>, was: &Stored<Skill>, record: &Record) -> Result<(), Problem> {
        let (id, base) = (was.record.id, &crate::skills::BASE);
        let create: SkillCreate = patch::read(self.state, base, self.creation(base, record)?)?;
        let after = create.into_domain(id, self.snapshot)?;
        match skills::find(unit.db(), id) {
            Ok(present) => skills::update(unit, &present, after)?,
            Err(Error::NotFound { .. }) => skills::insert(unit, after)?,
            Err(error) => return Err(error.into()),
        };
        Ok(())
    }
}
