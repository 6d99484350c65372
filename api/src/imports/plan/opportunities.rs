//! Rows that are offers and requests.

use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::opportunity::{Budget, Opportunity, Sought, Status};
use werkstadt_domain::place::{Circle, Point};
use werkstadt_domain::text::{language_code, line};

use super::{Planner, finish};
use crate::imports::lines::{ImportBudget, ImportOpportunity, ImportSought};
use crate::wire::{Writing, chosen, day, list, optional, required_text, text};

impl Planner<'_> {
    pub(super) fn opportunities(&mut self, rows: Vec<(usize, ImportOpportunity)>) {
        for (row, given) in rows {
            let record = self.opportunity(&given);
            if let Some(opportunity) = self.accept(row, record) {
                self.plan.opportunities.push(opportunity);
            }
        }
    }

    fn opportunity(&mut self, given: &ImportOpportunity) -> Result<Opportunity, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        let organisation = faults.take("/organisation", self.names.organisation(&given.organisation));
        let unit = organisation.zip(given.unit.as_ref());
        let unit = unit.and_then(|(organisation, unit)| faults.take("/unit", self.names.unit(organisation, unit)));
        let starts_on = optional(faults, "/starts_on", given.starts_on.as_ref(), day);
        let ends_on = optional(faults, "/ends_on", given.ends_on.as_ref(), day);
        if starts_on.zip(ends_on).is_some_and(|(start, end)| end < start) {
            faults.note("/ends_on", Rule::Reversed);
        }
        let required = self.needs(faults, "/required", &given.required);
        let preferred = self.needs(faults, "/preferred", &given.preferred);
        let opportunity = organisation.map(|organisation| Opportunity {
            id: self.id(),
            organisation,
            unit,
            direction: given.direction.0,
            cooperation: given.cooperation.0,
            title: required_text(faults, "/title", &given.title, Writing::Line(200)),
            summary: text(faults, "/summary", given.summary.as_ref(), Writing::Paragraphs(1000)),
            description: text(
                faults,
                "/description",
                given.description.as_ref(),
                Writing::Paragraphs(20_000),
            ),
            required,
            preferred,
            sought: given
                .sought
                .as_ref()
                .map(|sought| read_sought(faults, sought))
                .unwrap_or_default(),
            stage: optional(faults, "/stage", given.stage.as_ref(), |text| line(text, 60)),
            ipr: optional(faults, "/ipr", given.ipr.as_ref(), |text| line(text, 60)),
            budget: given.budget.as_ref().map(|budget| read_budget(faults, budget)),
            starts_on,
            ends_on,
            expires_on: optional(faults, "/expires_on", given.expires_on.as_ref(), day),
            anonymous: given.anonymous,
            status: given.status.map_or(Status::Draft, |status| status.0),
            visibility: given.visibility.map(|level| level.0).unwrap_or_default(),
        });
        finish(found, opportunity)
    }
}

fn read_sought(faults: &mut Faults, given: &ImportSought) -> Sought {
    let near = given.near.as_ref().and_then(|near| {
        let centre = faults.take("/sought/near", Point::new(near.lat, near.lon))?;
        Some(Circle {
            centre,
            radius_km: near.radius_km,
        })
    });
    Sought {
        kinds: chosen(&given.kinds),
        helix: chosen(&given.helix),
        sizes: chosen(&given.sizes),
        languages: list(
            faults,
            "/sought/languages",
            &given.languages,
            20,
            |faults, place, code: &String| faults.take(place, language_code(code)),
        ),
        near,
    }
}

fn read_budget(faults: &mut Faults, given: &ImportBudget) -> Budget {
    if given.min.zip(given.max).is_some_and(|(min, max)| max < min) {
        faults.note("/budget/max", Rule::Reversed);
    }
    Budget {
        min: given.min,
        max: given.max,
        currency: given.currency.clone(),
    }
}
