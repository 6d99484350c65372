//! The terms of a membership, and how they change: type, days, representatives, and the membership that covers it.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::membership::representative::Representative;
use werkstadt_domain::membership::{Covering, Leaving, Membership, MembershipId, MembershipStatus};
use werkstadt_domain::text::line;
use werkstadt_persistence::memberships::{self, Why, representatives};
use werkstadt_persistence::{Db, Error, UnitOfWork, dues};

use super::wire::representative::{RepresentativeBody, RepresentativePatch, both, named_persons};
use super::{charging, notices};
use crate::patch::Base;
use crate::problem::Problem;
use crate::state::State;
use crate::wire::{day, in_order, optional};

/// A change of a membership's terms: the members given replace, null removes, the rest stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipTermsPatch, example = json!({"type": "supporting", "dues_representative": {"name": "Erik Beispiel", "email": "erik@example.org"}}))]
pub struct TermsPatch {
    /// The type. It cannot be removed.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub r#type: Option<String>,
    /// First day.
    #[schema(format = Date)]
    pub since_on: Option<String>,
    /// Last day of a term, after which the days of grace begin.
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// The last day of a member who has resigned; null takes the resignation back.
    #[schema(format = Date)]
    pub resigns_on: Option<String>,
    /// The membership that covers this one, as a company's covers its subsidiaries. It must not be covered itself.
    #[schema(format = Uuid)]
    pub covered_by: Option<String>,
    /// Who speaks for the member.
    pub representative: Option<RepresentativePatch>,
    /// Who pays its dues, if that is another.
    pub dues_representative: Option<RepresentativePatch>,
}

/// How changed terms are read.
pub const BASE: Base = Base {
    create: "update_membership",
    derived: &[
        "id",
        "organisation_id",
        "status",
        "member",
        "resign_reason",
        "history",
        "type_changes",
        "created_at",
        "updated_at",
    ],
    by_id: &[],
};

/// Terms as they are to be.
pub struct Terms {
    /// The membership.
    pub membership: Membership,
    /// Its representatives.
    pub representatives: Vec<Representative>,
}

impl TermsPatch {
    /// The membership on these terms.
    ///
    /// # Errors
    /// [`crate::problem::Code::Invalid`] with every fault.
    pub fn read(self, db: &mut Db, before: &Membership, today: NaiveDate) -> Result<Terms, Problem> {
        let mut faults = Faults::new();
        let kind = self.r#type.as_deref().ok_or(Rule::Required);
        let kind = faults.take("/type", kind.and_then(|text| line(text, 60)));
        let since_on = optional(&mut faults, "/since_on", self.since_on.as_ref(), day);
        let until_on = optional(&mut faults, "/until_on", self.until_on.as_ref(), day);
        in_order(&mut faults, "/until_on", since_on, until_on);
        let resigns_on = optional(&mut faults, "/resigns_on", self.resigns_on.as_ref(), day);
        let leaving = resigns_on.and_then(|on| leaving(&mut faults, before, on, today));
        let covered = covering(&mut faults, db, before.id, self.covered_by.as_ref())?;
        let mut whole = |pointer: &str, given: Option<&RepresentativePatch>| given?.whole(&mut faults, pointer);
        let main = whole("/representative", self.representative.as_ref());
        let paying = whole("/dues_representative", self.dues_representative.as_ref());
        let bodies: [Option<&RepresentativeBody>; 2] = [main.as_ref(), paying.as_ref()];
        let persons = named_persons(db, &bodies)?;
        let representatives = both(&mut faults, bodies, &persons);
        let terms = kind.map(|kind| Terms {
            membership: Membership {
                kind,
                since_on,
                until_on,
                leaving,
                covered,
                ..before.clone()
            },
            representatives,
        });
        Ok(faults.finish(terms)?)
    }
}

/// A resignation that was there may move to another day that is to come.
fn leaving(faults: &mut Faults, before: &Membership, on: NaiveDate, today: NaiveDate) -> Option<Leaving> {
    let present = before.leaving.as_ref();
    if present.is_some_and(|leaving| leaving.on == on) {
        return present.cloned();
    }
    if on < today || !before.status.next().contains(&MembershipStatus::Resigned) {
        faults.note("/resigns_on", Rule::Conflicts("status"));
    }
    Some(Leaving {
        on,
        reason: present.and_then(|leaving| leaving.reason.clone()),
    })
}

/// The membership that is to cover another one. Two writers at once are told apart by the database.
///
/// # Errors
/// As every read.
pub fn covering(
    faults: &mut Faults,
    db: &mut Db,
    id: MembershipId,
    given: Option<&String>,
) -> Result<Option<Covering>, Problem> {
    let Some(given) = given else { return Ok(None) };
    let by = MembershipId::parse(given).ok();
    let above = match by.map(|by| memberships::find(db, by)) {
        None | Some(Err(Error::NotFound { .. })) => {
            faults.note("/covered_by", Rule::UnknownReference);
            return Ok(None);
        }
        Some(found) => found?.record,
    };
    if above.id == id {
        faults.note("/covered_by", Rule::Cycle);
    } else if above.covered.is_some() {
        faults.note("/covered_by", Rule::Conflicts("its own covered_by"));
    } else if !memberships::covered(db, id)?.is_empty() {
        faults.note("/covered_by", Rule::Conflicts("the memberships that it covers"));
    }
    Ok(Some(Covering {
        by: above.id,
        status: above.status,
    }))
}

/// Changes the terms of a membership. Who is covered from now on owes nothing for the present; who stands alone from now on does.
///
/// # Errors
/// As [`memberships::update`].
pub fn change(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    before: &Stored<Membership>,
    terms: Terms,
) -> Result<(), Problem> {
    let id = before.record.id;
    if representatives::of(unit.db(), id)? != terms.representatives {
        representatives::put(unit, id, &terms.representatives)?;
    }
    // Also where only representatives change, so that of two changes at once the second is told.
    let after = memberships::update(unit, before, terms.membership, Why::default())?;
    notices::of_step(unit, state, &before.record, &after.record)?;
    let today = unit.now().date_naive();
    match (before.record.covered, after.record.covered) {
        (None, Some(_)) => {
            for due in dues::of_memberships(unit.db(), &[id])? {
                charging::waive_if(unit, &due, |due| due.span.last >= today)?;
            }
        }
        (Some(_), None) if after.record.status == MembershipStatus::Active => {
            charging::begin(unit, state, &after.record, MembershipStatus::Applied)?;
        }
        _ => {}
    }
    Ok(())
}
