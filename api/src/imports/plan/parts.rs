//! Claims, references and wishes: the parts of records that name skills and partners.

use werkstadt_domain::institution::Unit;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::opportunity::SkillNeed;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::reference::{Partner, Reference, ReferenceKind};
use werkstadt_domain::skill::{Claim, Level, SkillId};
use werkstadt_domain::text::{line, web_address};

use super::Planner;
use crate::claims::wire::evidence;
use crate::imports::lines::{ImportClaim, ImportPartner, ImportReference};
use crate::opportunities::wire::{SkillNeedCreate, needs};
use crate::organisations::wire::external_id;
use crate::references::wire::keywords;
use crate::wire::{Writing, day, list, optional, required_text, text};

/// The level of a claim that names none: experienced.
const USUAL_LEVEL: u8 = 3;

/// Whether a record was in a directory before: then it is told as it was, and nothing is added.
#[derive(Clone, Copy)]
enum Telling {
    First,
    Again,
}

impl Planner<'_> {
    /// The skill that a URI or a label means.
    pub(super) fn skill_named(&mut self, faults: &mut Faults, place: &str, given: &str) -> Option<SkillId> {
        let new_id = self.new_id;
        let found = self
            .names
            .skill(given, || SkillId::new(new_id()), &mut self.plan.skills);
        faults.take(place, found)
    }

    pub(super) fn claims(
        &mut self,
        faults: &mut Faults,
        place: &str,
        unit: Option<&Unit>,
        given: &[ImportClaim],
    ) -> Vec<Claim> {
        let mut claims: Vec<Claim> = Vec::with_capacity(given.len());
        for (index, one) in given.iter().enumerate() {
            let place = format!("{place}/{index}");
            let Some(skill) = self.skill_named(faults, &format!("{place}/skill"), &one.skill) else {
                continue;
            };
            if claims.iter().any(|claim| claim.skill == skill) {
                faults.note(format!("{place}/skill"), Rule::Duplicate);
                continue;
            }
            let Some(level) = level(faults, &place, one.level) else {
                continue;
            };
            claims.push(Claim {
                id: self.given_id(faults, &format!("{place}/id"), one.id.as_ref()),
                skill,
                unit: unit.map(|unit| unit.id),
                level,
                evidence: list(faults, &format!("{place}/evidence"), &one.evidence, 20, evidence).into(),
                confirmed_at: one.confirmed_at,
                expires_on: optional(faults, format!("{place}/expires_on"), one.expires_on.as_ref(), day),
                visibility: one.visibility.map(|level| level.0).unwrap_or_default(),
            });
        }
        claims
    }

    pub(super) fn reference(
        &mut self,
        faults: &mut Faults,
        place: &str,
        organisation: OrganisationId,
        given: &ImportReference,
    ) -> Reference {
        let at = |member: &str| format!("{place}/{member}");
        let unit = given
            .unit
            .as_ref()
            .and_then(|unit| faults.take(at("unit"), self.names.unit(organisation, unit)));
        let mut skills = Vec::with_capacity(given.skills.len());
        for (index, skill) in given.skills.iter().enumerate() {
            let found = self.skill_named(faults, &format!("{place}/skills/{index}"), skill);
            skills.extend(found.filter(|skill| !skills.contains(skill)));
        }
        let from = optional(faults, at("from"), given.from.as_ref(), day);
        let to = optional(faults, at("to"), given.to.as_ref(), day);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            faults.note(at("to"), Rule::Reversed);
        }
        let telling = if given.id.is_some() {
            Telling::Again
        } else {
            Telling::First
        };
        Reference {
            id: self.given_id(faults, &at("id"), given.id.as_ref()),
            unit,
            kind: given.kind.map_or_else(ReferenceKind::default, |kind| kind.0),
            title: required_text(faults, &at("title"), &given.title, Writing::Line(500)),
            text: text(faults, &at("text"), given.text.as_ref(), Writing::Paragraphs(20_000)),
            keywords: keywords(faults, &at("keywords"), &given.keywords),
            skills,
            from,
            to,
            partners: list(
                faults,
                &at("partners"),
                &given.partners,
                300,
                |faults, place, partner| self.partner(faults, (place, telling), partner),
            ),
            source: optional(faults, at("source"), given.source.as_ref(), |text| line(text, 500)),
            link: optional(faults, at("link"), given.link.as_ref(), web_address),
            project: given
                .project
                .as_ref()
                .and_then(|id| external_id(faults, &at("project"), id)),
            visibility: given.visibility.map(|level| level.0).unwrap_or_default(),
        }
    }

    fn partner(
        &self,
        faults: &mut Faults,
        (place, telling): (&str, Telling),
        given: &ImportPartner,
    ) -> Option<Partner> {
        let name = optional(faults, format!("{place}/name"), given.name.as_ref(), |text| {
            line(text, 200)
        });
        let external = given
            .external_id
            .as_ref()
            .and_then(|id| external_id(faults, &format!("{place}/external_id"), id));
        let by_own_id = given.organisation.as_ref();
        let by_own_id = by_own_id.and_then(|text| self.names.organisation_by_id(text));
        let is_named = given.name.is_some() || given.external_id.is_some();
        if !is_named && by_own_id.is_none() {
            match given.organisation {
                // A file may tell of some organisations only, and name others as their partners.
                Some(_) => faults.note(format!("{place}/organisation"), Rule::UnknownReference),
                None => faults.note(place, Rule::Required),
            }
            return None;
        }
        let looked_up = || {
            let by_id = external.as_ref().and_then(|id| self.names.organisation_by_external(id));
            by_id.or_else(|| name.as_ref().and_then(|name| self.names.organisation(name).ok()))
        };
        let organisation = match telling {
            Telling::First => by_own_id.or_else(looked_up),
            Telling::Again => by_own_id,
        };
        Some(Partner {
            organisation,
            external,
            name,
        })
    }

    pub(super) fn needs(&mut self, faults: &mut Faults, place: &str, given: &[SkillNeedCreate]) -> Vec<SkillNeed> {
        let new_id = self.new_id;
        needs(faults, place, given, |text| {
            self.names.skill(text, || SkillId::new(new_id()), &mut self.plan.skills)
        })
    }
}

pub(super) fn level(faults: &mut Faults, place: &str, given: Option<u8>) -> Option<Level> {
    faults.take(format!("{place}/level"), Level::new(given.unwrap_or(USUAL_LEVEL)))
}
