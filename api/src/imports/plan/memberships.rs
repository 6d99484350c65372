//! Types of membership, and what memberships bring with them: dues, representatives, and what covers them.

use std::collections::{HashMap, HashSet};

use werkstadt_domain::invalid::{Fault, Faults, Invalid, Rule};
use werkstadt_domain::membership::due::{Due, Reminded};
use werkstadt_domain::membership::representative::{Representative, RepresentativeRole};
use werkstadt_domain::membership::tier::TierId;
use werkstadt_domain::membership::{Covering, Leaving, Membership, MembershipId};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::PersonId;
use werkstadt_domain::text::line;

use super::{Planner, RowFault};
use crate::imports::lines::{ImportDue, ImportMembership};
use crate::memberships::dues::wire::DueCreate;
use crate::memberships::tiers::wire::TierCreate;
use crate::memberships::wire::representative::{RepresentativeBody, representative};
use crate::problem::Breach;
use crate::wire::{day, in_order, optional};

/// Who speaks for a membership.
#[derive(Debug)]
pub struct Representing {
    /// The row that says so.
    pub row: usize,
    /// The membership.
    pub membership: MembershipId,
    /// All of them.
    pub all: Vec<Representative>,
}

/// A membership with what belongs to it.
pub(super) struct Owing {
    membership: Membership,
    dues: Vec<Due>,
    representatives: Vec<Representative>,
    covered_by: Option<MembershipId>,
}

/// A membership that another one is to cover.
pub(super) struct Covered {
    row: usize,
    membership: MembershipId,
    by: MembershipId,
}

impl Planner<'_> {
    /// A type whose code or id the directory has is that type.
    pub(super) fn tiers(&mut self, rows: Vec<(usize, Option<String>, TierCreate)>) {
        let mut codes = HashSet::new();
        for (row, id, given) in rows {
            let named = id.as_deref().and_then(|text| TierId::parse(text).ok());
            let is_known = |(known, code): &(TierId, String)| *code == given.code || Some(*known) == named;
            if self.tiers.iter().any(is_known) {
                self.plan.unchanged += 1;
                continue;
            }
            let mut faults = Faults::new();
            let id = self.given_id(&mut faults, "/id", id.as_ref());
            if !codes.insert(given.code.clone()) {
                faults.note("/code", Rule::Duplicate);
            }
            let is_free = self.accept(row, faults.finish(Some(()))).is_some();
            let tier = self.accept(row, given.into_domain(id));
            self.plan.tiers.extend(tier.filter(|_| is_free));
        }
    }

    pub(super) fn membership(
        &mut self,
        faults: &mut Faults,
        organisation: OrganisationId,
        given: &ImportMembership,
    ) -> Owing {
        let since_on = optional(faults, "/membership/since_on", given.since_on.as_ref(), day);
        let until_on = optional(faults, "/membership/until_on", given.until_on.as_ref(), day);
        in_order(faults, "/membership/until_on", since_on, until_on);
        let resigns_on = optional(faults, "/membership/resigns_on", given.resigns_on.as_ref(), day);
        let reason = optional(
            faults,
            "/membership/resign_reason",
            given.resign_reason.as_ref(),
            |text| line(text, 500),
        );
        let covered_by = optional(faults, "/membership/covered_by", given.covered_by.as_ref(), |text| {
            MembershipId::parse(text).map_err(|_| Rule::Malformed("UUID"))
        });
        let kind = faults.take("/membership/type", line(&given.kind, 60));
        let membership = Membership {
            id: self.given_id(faults, "/membership/id", given.id.as_ref()),
            organisation,
            kind: kind.unwrap_or_default(),
            status: given.status.0,
            since_on,
            until_on,
            leaving: resigns_on.map(|on| Leaving { on, reason }),
            covered: None,
        };
        let speakers = [
            (
                RepresentativeRole::Main,
                "representative",
                given.representative.as_ref(),
            ),
            (
                RepresentativeRole::Dues,
                "dues_representative",
                given.dues_representative.as_ref(),
            ),
        ];
        let speakers = speakers.into_iter().filter_map(|(role, name, body)| {
            let place = format!("/membership/{name}");
            let body: &RepresentativeBody = body?;
            // Persons come last; whether this one does is seen then.
            let person = body.person_id.as_deref().and_then(|text| PersonId::parse(text).ok());
            representative(faults, &place, role, body, person.as_slice())
        });
        let representatives = speakers.collect();
        Owing {
            dues: self.dues(faults, membership.id, &given.dues),
            membership,
            representatives,
            covered_by,
        }
    }

    fn dues(&mut self, faults: &mut Faults, membership: MembershipId, given: &[ImportDue]) -> Vec<Due> {
        let mut dues: Vec<Due> = Vec::with_capacity(given.len());
        for (index, one) in given.iter().enumerate() {
            let place = format!("/membership/dues/{index}");
            let id = self.given_id(faults, &format!("{place}/id"), one.id.as_ref());
            let last_on = optional(faults, format!("{place}/reminded_on"), one.reminded_on.as_ref(), day);
            let times = one.reminders.unwrap_or(1).max(1);
            match created(one).to_domain(id, membership, self.now.date_naive()) {
                Ok(due) if dues.iter().any(|other| other.span.first == due.span.first) => {
                    faults.note(format!("{place}/first_on"), Rule::Duplicate);
                }
                Ok(due) => dues.push(Due {
                    reminded: last_on.map(|last_on| Reminded { times, last_on }),
                    ..due
                }),
                Err(Invalid(found)) => {
                    for Fault { pointer, rule } in found {
                        faults.note(format!("{place}{pointer}"), rule);
                    }
                }
            }
        }
        dues
    }

    pub(super) fn take_membership(&mut self, row: usize, owing: Owing) {
        let membership = owing.membership.id;
        self.covered
            .extend(owing.covered_by.map(|by| Covered { row, membership, by }));
        if !owing.representatives.is_empty() {
            self.plan.representatives.push(Representing {
                row,
                membership,
                all: owing.representatives,
            });
        }
        self.plan.dues.extend(owing.dues);
        self.plan.memberships.push(owing.membership);
    }

    /// Puts memberships below those that cover them, wherever these stand. One that is not there, or is covered itself, covers nobody.
    pub(super) fn cover(&mut self) {
        let covered = std::mem::take(&mut self.covered);
        if covered.is_empty() {
            return;
        }
        let mut above: HashMap<MembershipId, Membership> = self.names.memberships();
        above.retain(|_, membership| membership.covered.is_none());
        let of_file = self.plan.memberships.iter();
        above.extend(of_file.map(|membership| (membership.id, membership.clone())));
        for one in &covered {
            above.remove(&one.membership);
        }
        let places = self.plan.memberships.iter().enumerate();
        let places: HashMap<MembershipId, usize> = places.map(|(place, one)| (one.id, place)).collect();
        for one in covered {
            let by = above.get(&one.by).map(|above| Covering {
                by: one.by,
                status: above.status,
            });
            if by.is_none() {
                self.leave_out(
                    one.row,
                    "/membership/covered_by",
                    "no such membership can cover another one",
                );
            }
            let place = places.get(&one.membership).copied();
            if let Some(membership) = place.and_then(|place| self.plan.memberships.get_mut(place)) {
                membership.covered = by;
            }
        }
    }

    /// Representatives are persons of the directory or of the file, or none.
    pub(super) fn name_speakers(&mut self) {
        let planned: HashSet<PersonId> = self.plan.persons.iter().map(|person| person.id).collect();
        let mut unknown = Vec::new();
        let names = &self.names;
        for representing in &mut self.plan.representatives {
            for one in &mut representing.all {
                let before = one.person;
                one.person = before.filter(|id| planned.contains(id) || names.has_person(*id));
                if before != one.person {
                    unknown.push((representing.row, one.role));
                }
            }
        }
        for (row, role) in unknown {
            let place = match role {
                RepresentativeRole::Main => "/membership/representative/person_id",
                RepresentativeRole::Dues => "/membership/dues_representative/person_id",
            };
            self.leave_out(row, place, "there is no such person");
        }
    }

    fn leave_out(&mut self, row: usize, place: &str, why: &str) {
        let why = Breach::LeftOut(why.to_owned());
        self.plan.faults.push(RowFault::warning(row, place.to_owned(), why));
    }
}

/// A due as it is entered by hand.
fn created(given: &ImportDue) -> DueCreate {
    DueCreate {
        first_on: given.first_on.clone(),
        last_on: given.last_on.clone(),
        amount_cents: given.amount_cents,
        due_on: given.due_on.clone(),
        status: given.status,
        paid_on: given.paid_on.clone(),
        note: given.note.clone(),
    }
}
