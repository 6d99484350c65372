//! Rows that are persons.

use werkstadt_domain::audience::Visibility;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::person::{Affiliation, Person, PersonId, Restriction};
use werkstadt_domain::text::{email, language_code, line, phone};

use super::{Planner, finish, parts};
use crate::imports::lines::{ImportAffiliation, ImportPerson};
use crate::people::wire::{consent, roles_sought};
use crate::wire::{day, list, optional};

impl Planner<'_> {
    pub(super) fn persons(&mut self, rows: Vec<(usize, ImportPerson)>) {
        for (row, given) in rows {
            let id = given.id.as_deref().map(PersonId::parse);
            if matches!(id, Some(Ok(id)) if self.names.has_person(id)) {
                self.plan.unchanged += 1;
                continue;
            }
            let record = self.person(&given);
            if let Some(person) = self.accept(row, record) {
                self.plan.persons.push(person);
            }
        }
    }

    fn person(&mut self, given: &ImportPerson) -> Result<Person, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        let given_name = faults.take("/given_name", line(&given.given_name, 100));
        let family_name = faults.take("/family_name", line(&given.family_name, 100));
        let affiliations = list(
            faults,
            "/affiliations",
            &given.affiliations,
            20,
            |faults, place, one| self.affiliation(faults, place, one),
        );
        let mut skills = Vec::with_capacity(given.skills.len());
        for (index, one) in given.skills.iter().enumerate() {
            let place = format!("/skills/{index}");
            let skill = self.skill_named(faults, &format!("{place}/skill"), &one.skill);
            skills.extend(skill.zip(parts::level(faults, &place, one.level)));
        }
        let id = self.given_id(faults, "/id", given.id.as_ref());
        if self.erased.contains(&id) {
            faults.note("/id", Rule::Erased);
        }
        let person = given_name.zip(family_name).map(|(given_name, family_name)| Person {
            id,
            given_name,
            family_name,
            titles: optional(faults, "/titles", given.titles.as_ref(), |text| line(text, 60)),
            email: optional(faults, "/email", given.email.as_ref(), email),
            languages: list(
                faults,
                "/languages",
                &given.languages,
                20,
                |faults, place, code: &String| faults.take(place, language_code(code)),
            ),
            affiliations,
            skills,
            phone: optional(faults, "/phone", given.phone.as_ref(), phone),
            roles_sought: roles_sought(faults, &given.roles_sought),
            birth_year: given.birth_year,
            consent: given.consent.as_ref().and_then(|body| consent(faults, body, self.now)),
            // Private until the person consents.
            visibility: given.visibility.map_or(Visibility::Managers, |level| level.0),
            contact_visibility: given.contact_visibility.map_or(Visibility::Members, |level| level.0),
            invented: given.invented,
            restriction: given.restricted.as_ref().and_then(|reason| {
                Some(Restriction {
                    reason: faults.take("/restricted", line(reason, 500))?,
                    by: None,
                    since: self.now,
                })
            }),
            matching: given.matching.unwrap_or(true),
            objected_at: (given.matching == Some(false)).then_some(self.now),
        });
        if let Some(person) = &person {
            person.check_consent(faults, self.now);
        }
        finish(found, person)
    }

    fn affiliation(&self, faults: &mut Faults, place: &str, given: &ImportAffiliation) -> Option<Affiliation> {
        let at = |member: &str| format!("{place}/{member}");
        let organisation = faults.take(at("organisation"), self.names.organisation(&given.organisation));
        let unit = organisation.zip(given.unit.as_ref());
        let unit = unit.and_then(|(organisation, unit)| faults.take(at("unit"), self.names.unit(organisation, unit)));
        let from = optional(faults, at("from"), given.from.as_ref(), day);
        let to = optional(faults, at("to"), given.to.as_ref(), day);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            faults.note(at("to"), Rule::Reversed);
        }
        let role = optional(faults, at("role"), given.role.as_ref(), |text| line(text, 200));
        Some(Affiliation {
            organisation: organisation?,
            unit,
            role,
            from,
            to,
            place: Visibility::Managers,
        })
    }
}
