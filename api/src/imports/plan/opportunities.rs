//! Rows that are offers and requests.

use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::opportunity::{Opportunity, OpportunityId, Status};
use werkstadt_domain::text::line;

use super::{Planner, finish};
use crate::imports::lines::ImportOpportunity;
use crate::opportunities::wire::{budget, sought};
use crate::wire::{Writing, day, in_order, optional, required_text, text};

impl Planner<'_> {
    pub(super) fn opportunities(&mut self, rows: Vec<(usize, ImportOpportunity)>) {
        for (row, given) in rows {
            let id = given.id.as_deref().map(OpportunityId::parse);
            if matches!(id, Some(Ok(id)) if self.names.has_opportunity(id)) {
                self.plan.unchanged += 1;
                continue;
            }
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
        in_order(faults, "/ends_on", starts_on, ends_on);
        let required = self.needs(faults, "/required", &given.required);
        let preferred = self.needs(faults, "/preferred", &given.preferred);
        let id = self.given_id(faults, "/id", given.id.as_ref());
        let opportunity = organisation.map(|organisation| Opportunity {
            id,
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
                .map(|body| sought(faults, "/sought", body))
                .unwrap_or_default(),
            stage: optional(faults, "/stage", given.stage.as_ref(), |text| line(text, 60)),
            ipr: optional(faults, "/ipr", given.ipr.as_ref(), |text| line(text, 60)),
            budget: given.budget.as_ref().map(|body| budget(faults, "/budget", body)),
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
