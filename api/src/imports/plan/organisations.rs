//! Rows that are organisations with their parts.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use werkstadt_domain::institution::{Unit, UnitId};
use werkstadt_domain::invalid::{Fault, Faults, Invalid, Rule};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::Claim;
use werkstadt_domain::text::{line, web_address};
use werkstadt_persistence::logos::Logo;

use super::{Action, Match, Owing, Planner, RowFault, finish};
use crate::imports::duplicates::Verdict;
use crate::imports::lines::{ImportParts, ImportUnit};
use crate::organisations::picture;
use crate::organisations::wire::OrganisationCreate;
use crate::problem::Breach;
use crate::wire::{Writing, optional, required_text, text};

/// The parts of one organisation, planned.
#[derive(Default)]
struct Parts {
    units: Vec<Unit>,
    claims: Vec<Claim>,
    references: Vec<Reference>,
    membership: Option<Owing>,
    logo: Option<Logo>,
}

impl Planner<'_> {
    pub(super) fn organisations(&mut self, rows: Vec<(usize, OrganisationCreate, ImportParts)>) {
        let mut read: Vec<(usize, Organisation, ImportParts)> = Vec::with_capacity(rows.len());
        let mut updated: HashSet<OrganisationId> = HashSet::new();
        for (row, given, parts) in rows {
            let id = match parts.id.as_deref().map(OrganisationId::parse) {
                None => Ok(self.id()),
                Some(Ok(id)) => Ok(id),
                Some(Err(_)) => {
                    let fault = Fault {
                        pointer: "/id".to_owned(),
                        rule: Rule::Malformed("UUID"),
                    };
                    Err(Invalid(vec![fault]))
                }
            };
            let Some(id) = self.accept(row, id) else { continue };
            let record = given.into_domain(id);
            let Some(organisation) = self.accept(row, record) else {
                continue;
            };
            let taken = self.compare(row, organisation, &mut updated);
            self.remark_on_parts(row, &parts);
            if let Some(organisation) = taken {
                self.index.add(row, &organisation);
                self.names
                    .add_organisation(organisation.id, &organisation.name, &organisation.identifiers.external);
                read.push((row, organisation, parts));
            }
        }
        // Names of all rows first: partners may stand further down.
        let mut dropped = HashSet::new();
        for (row, organisation, parts) in read {
            let id = organisation.id;
            let planned = self.parts(&organisation, &parts);
            let planned = self.accept(row, planned);
            if planned.is_none() {
                dropped.insert(id);
            }
            if let Some(planned) = planned {
                self.plan.organisations.push(organisation);
                self.plan.units.extend(planned.units);
                self.plan
                    .claims
                    .extend(planned.claims.into_iter().map(|claim| (id, claim)));
                self.plan
                    .references
                    .extend(planned.references.into_iter().map(|reference| (id, reference)));
                if let Some(owing) = planned.membership {
                    self.take_membership(row, owing);
                }
                self.plan.logos.extend(planned.logo.map(|logo| (id, logo)));
            }
        }
        self.forget(&dropped);
    }

    /// Nothing may refer to an organisation whose row was faulty: a partner keeps its name or external id only.
    fn forget(&mut self, dropped: &HashSet<OrganisationId>) {
        self.names.forget_organisations(dropped);
        for (_, reference) in &mut self.plan.references {
            for partner in &mut reference.partners {
                partner.organisation = partner.organisation.filter(|id| !dropped.contains(id));
            }
        }
    }

    /// An update changes the organisation itself, not what belongs to it.
    fn remark_on_parts(&mut self, row: usize, parts: &ImportParts) {
        let last = self.plan.matches.last();
        let is_update = last.is_some_and(|one| one.row == row && one.action == Action::Updated);
        let given = [
            ("/units", parts.units.is_empty()),
            ("/skills", parts.skills.is_empty()),
            ("/references", parts.references.is_empty()),
            ("/membership", parts.membership.is_none()),
            ("/logo", parts.logo.is_none()),
        ];
        for (place, _) in given.iter().filter(|(_, is_empty)| is_update && !is_empty) {
            let why = Breach::LeftOut("an update does not change it".to_owned());
            self.plan.faults.push(RowFault::warning(row, (*place).to_owned(), why));
        }
    }

    /// The organisation if it is to be added. One that is there already is noted, and rows further down that name it mean
    /// the one that is there.
    fn compare(
        &mut self,
        row: usize,
        organisation: Organisation,
        updated: &mut HashSet<OrganisationId>,
    ) -> Option<Organisation> {
        let (found, action, known) = match self.index.judge(&organisation, self.mode) {
            Verdict::New(None) => return Some(organisation),
            Verdict::New(Some(found)) => (found, Action::Created, None),
            Verdict::Skip(found, id) => (found, Action::Skipped, Some(id)),
            // A second row about the same one would undo what the first one says.
            Verdict::Update(found, id) if !updated.insert(id) => (found, Action::Skipped, Some(id)),
            Verdict::Update(found, id) => (found, Action::Updated, Some(id)),
            Verdict::Fault(found) => (found, Action::Refused, None),
        };
        if let Some(id) = known {
            self.names
                .add_organisation(id, &organisation.name, &organisation.identifiers.external);
            self.plan.unchanged += usize::from(action == Action::Skipped);
        }
        if action == Action::Refused {
            let fault = Fault {
                pointer: format!("/{}", found.reason.code()),
                rule: Rule::Duplicate,
            };
            self.accept::<()>(row, Err(Invalid(vec![fault])));
        }
        self.plan.matches.push(Match {
            row,
            found,
            action,
            given: Box::new(organisation.clone()),
        });
        (action == Action::Created).then_some(organisation)
    }

    fn parts(&mut self, organisation: &Organisation, given: &ImportParts) -> Result<Parts, Invalid> {
        let mut faults = Faults::new();
        let mut planned = Parts::default();
        for (index, unit) in given.units.iter().enumerate() {
            let place = format!("/units/{index}");
            planned.units.push(self.unit(&mut faults, &place, organisation, unit));
            let claims = self.claims(
                &mut faults,
                &format!("{place}/skills"),
                planned.units.last(),
                &unit.skills,
            );
            planned.claims.extend(claims);
        }
        if !given.units.is_empty() && !organisation.kind.is_institution() {
            faults.note("/units", Rule::Conflicts("kind"));
        }
        planned
            .claims
            .extend(self.claims(&mut faults, "/skills", None, &given.skills));
        for (index, reference) in given.references.iter().enumerate() {
            let place = format!("/references/{index}");
            planned
                .references
                .push(self.reference(&mut faults, &place, organisation.id, reference));
        }
        planned.membership = given
            .membership
            .as_ref()
            .map(|given| self.membership(&mut faults, organisation.id, given));
        planned.logo = optional(&mut faults, "/logo", given.logo.as_ref(), logo);
        finish(faults, Some(planned))
    }

    /// The units above a unit stand before it in the file, so no cycle can be written.
    fn unit(&mut self, faults: &mut Faults, place: &str, organisation: &Organisation, given: &ImportUnit) -> Unit {
        let id: UnitId = self.given_id(faults, &format!("{place}/id"), given.id.as_ref());
        let parent = given.parent.as_ref().and_then(|parent| {
            let known = self.names.unit(organisation.id, parent);
            faults.take(format!("{place}/parent"), known)
        });
        if self.names.unit(organisation.id, &given.key).is_ok() {
            faults.note(format!("{place}/key"), Rule::Duplicate);
        }
        self.names.add_unit(organisation.id, &given.key, id);
        let kind = faults.take(format!("{place}/kind"), line(&given.kind, 60));
        Unit {
            id,
            organisation: organisation.id,
            parent,
            name: required_text(faults, &format!("{place}/name"), &given.name, Writing::Line(200)),
            kind: kind.unwrap_or_default(),
            summary: text(
                faults,
                &format!("{place}/summary"),
                given.summary.as_ref(),
                Writing::Paragraphs(1000),
            ),
            website: optional(faults, format!("{place}/website"), given.website.as_ref(), web_address),
            visibility: given.visibility.map(|level| level.0).unwrap_or_default(),
        }
    }
}

fn logo(text: &str) -> Result<Logo, Rule> {
    let bytes = BASE64.decode(text).map_err(|_| Rule::Malformed("base64"))?;
    picture::logo(&bytes).map_err(|_| Rule::Malformed("PNG, JPEG, WebP, GIF, at most 16 million pixels"))
}
