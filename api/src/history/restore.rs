//! Bringing an earlier state back: it is read like a change or a creation of today, with the same checks.

use actix_web::{HttpResponse, web};
use serde_json::Value;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::opportunity::{Opportunity, Status};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::person::Person;
use werkstadt_domain::skill::Skill;
use werkstadt_domain::solution::Solution;
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::history::{self, Record, Returned, Scope};
use werkstadt_persistence::{
    Error, UnitOfWork, logos, opportunities, organisations, persons, profiles, skills, solutions,
};

use super::wire::{RestoredBody, body};
use crate::answer;
use crate::auth::{Caller, minors};
use crate::extract::VersionNumber;
use crate::moderation;
use crate::opportunities::wire::OpportunityCreate;
use crate::organisations::taken::refuse_taken;
use crate::organisations::wire::OrganisationCreate;
use crate::part::{Around, Part};
use crate::patch;
use crate::people;
use crate::people::wire::{ConsentBody, PersonBody, PersonCreate};
use crate::problem::{Code, Problem};
use crate::skills::wire::SkillCreate;
use crate::solutions::wire::{Kept, SolutionCreate};
use crate::state::{self, State};
use crate::wire::Choose;

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
        let with_it = work.restore(unit, &record)?;
        Ok(RestoredBody::new(&record, &with_it, &snapshot))
    });
    answer::changed(&restored.await?)
}

struct Work<'a> {
    state: &'a State,
    snapshot: &'a Snapshot,
    caller: &'a Caller,
}

impl Work<'_> {
    /// Tells what came back with the record.
    fn restore(&self, unit: &mut UnitOfWork<'_>, record: &Record) -> Result<Returned, Problem> {
        match record {
            Record::Organisation(was) => return self.organisation(unit, was, record),
            Record::Logo(owner, logo) => logos::put(unit, *owner, logo.clone()).map_err(Problem::from),
            Record::Unit(was) => self.part(unit, was.record.organisation, was),
            Record::Claim(owner, was) => self.part(unit, *owner, was),
            Record::Reference(owner, was) => self.part(unit, *owner, was),
            Record::Opportunity(was) => self.opportunity(unit, was, record),
            Record::Skill(was) => self.skill(unit, was, record),
            Record::Solution(was) => self.solution(unit, was, record),
            Record::Person(was) => self.person(unit, was),
        }?;
        Ok(Returned::default())
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
    ) -> Result<Returned, Problem> {
        let (id, base) = (was.record.id, &crate::organisations::wire::BASE);
        let create: OrganisationCreate = patch::read(self.state, base, self.creation(base, record)?)?;
        let after = create.into_domain(id)?;
        refuse_taken(unit.db(), &after, self.caller)?;
        match organisations::find(unit.db(), id) {
            Ok(present) => {
                // Whether it objects to matching, it says today.
                let mut after = after;
                after.visibility.matching = present.record.visibility.matching;
                let after = organisations::update(unit, &present, after)?;
                moderation::note_change(unit, self.caller, self.state.id(), &present, &after)?;
                Ok(Returned::default())
            }
            Err(Error::NotFound { .. }) => {
                organisations::put_back(unit, was, after)?;
                Ok(history::bring_back(unit, id)?)
            }
            Err(error) => Err(error.into()),
        }
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
            None => P::put_back(unit, owner, was, after)?,
        };
        Ok(())
    }

    /// What a review has not seen is not published: an opportunity that is there stays where it is in its life, or is reviewed
    /// anew as after an edit; one that was removed begins as a draft unless a manager brings it back.
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
        let mut after = create.into_domain(id, status, self.snapshot, self.caller)?;
        self.caller.must_edit(after.organisation)?;
        if let Some(present) = &present {
            after.status = present.record.status_after_edit(&after, self.caller.audience());
        }
        match present {
            Some(present) => opportunities::update(unit, &present, after)?,
            None => opportunities::put_back(unit, was, after)?,
        };
        Ok(())
    }

    /// Whether it holds today, its maintainer says today: one that is there is as confirmed as it is now, one that was removed
    /// as it was then.
    fn solution(&self, unit: &mut UnitOfWork<'_>, was: &Stored<Solution>, record: &Record) -> Result<(), Problem> {
        let base = &crate::solutions::wire::BASE;
        let create: SolutionCreate = patch::read(self.state, base, self.creation(base, record)?)?;
        let present = match solutions::find(unit.db(), was.record.id) {
            Ok(present) => Some(present),
            Err(Error::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let kept = Kept::of(present.as_ref().map_or(&was.record, |present| &present.record));
        let after = create.into_domain(kept, self.snapshot, self.caller)?;
        self.caller.must_edit(after.organisation)?;
        match present {
            Some(present) => solutions::update(unit, &present, after)?,
            None => solutions::put_back(unit, was, after)?,
        };
        Ok(())
    }

    /// What somebody has agreed to today counts, not what was agreed to then: consent and visibility stay as they are.
    fn person(&self, unit: &mut UnitOfWork<'_>, was: &Stored<Person>) -> Result<(), Problem> {
        let (base, reader) = (&people::wire::BASE, people::reader(self.state, self.caller));
        persons::lock(unit, was.record.id)?;
        let present = persons::find(unit.db(), was.record.id)?;
        let seen = reader.wrote(was).ok_or_else(|| Problem::new(Code::NotFound))?;
        let creation = base.creation(&PersonBody::new(&seen, self.snapshot))?;
        let mut create: PersonCreate = patch::read(self.state, base, creation)?;
        let now = &present.record;
        create.consent = now.consent.as_ref().map(ConsentBody::from);
        create.visibility = Some(Choose(now.visibility));
        create.contact_visibility = Some(Choose(now.contact_visibility));
        create.matching = Some(now.matching);
        let around = people::around(self.snapshot, &reader, unit.now());
        let after = create.into_domain(now.id, Some(now), &around)?;
        people::must_administer(&reader, Some(now), &after)?;
        minors::check_record(unit, now, &after)?;
        persons::update(unit, &present, after)?;
        Ok(())
    }

    fn skill(&self, unit: &mut UnitOfWork<'_>, was: &Stored<Skill>, record: &Record) -> Result<(), Problem> {
        let (id, base) = (was.record.id, &crate::skills::BASE);
        let create: SkillCreate = patch::read(self.state, base, self.creation(base, record)?)?;
        let after = create.into_domain(id, self.snapshot)?;
        match skills::find(unit.db(), id) {
            Ok(present) => skills::update(unit, &present, after)?,
            Err(Error::NotFound { .. }) => skills::put_back(unit, was, after)?,
            Err(error) => return Err(error.into()),
        };
        Ok(())
    }
}
