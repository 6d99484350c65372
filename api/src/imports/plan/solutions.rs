//! Rows that are solutions.

use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::solution::{Solution, SolutionId};

use super::{Planner, finish};
use crate::imports::lines::ImportSolution;
use crate::organisations::wire::link;
use crate::solutions::wire::display;
use crate::wire::{Writing, instant, list, optional, required_text, text, visibility};

impl Planner<'_> {
    pub(super) fn solutions(&mut self, rows: Vec<(usize, ImportSolution)>) {
        for (row, given) in rows {
            let id = given.id.as_deref().map(SolutionId::parse);
            if matches!(id, Some(Ok(id)) if self.names.has_solution(id)) {
                self.plan.unchanged += 1;
                continue;
            }
            let record = self.solution(&given);
            if let Some(solution) = self.accept(row, record) {
                self.plan.solutions.push(solution);
            }
        }
    }

    fn solution(&mut self, given: &ImportSolution) -> Result<Solution, Invalid> {
        let mut found = Faults::new();
        let faults = &mut found;
        let organisation = faults.take("/organisation", self.names.organisation(&given.organisation));
        let unit = organisation.zip(given.unit.as_ref());
        let unit = unit.and_then(|(organisation, unit)| faults.take("/unit", self.names.unit(organisation, unit)));
        let skills = list(faults, "/skills", &given.skills, 50, |faults, place, name: &String| {
            self.skill_named(faults, place, name)
        });
        let confirmed_at = optional(faults, "/confirmed_at", given.confirmed_at.as_ref(), instant);
        let id = self.given_id(faults, "/id", given.id.as_ref());
        let solution = organisation.map(|organisation| Solution {
            id,
            organisation,
            unit,
            title: required_text(faults, "/title", &given.title, Writing::Line(200)),
            summary: text(faults, "/summary", given.summary.as_ref(), Writing::Paragraphs(1000)),
            description: text(
                faults,
                "/description",
                given.description.as_ref(),
                Writing::Paragraphs(20_000),
            ),
            skills,
            maturity: given.maturity.0,
            links: list(faults, "/links", &given.links, 20, link),
            display: given.display.as_ref().and_then(|body| display(faults, body)),
            confirmed_at: confirmed_at.unwrap_or(self.now),
            lapsed: given.lapsed,
            visibility: visibility(given.visibility),
        });
        finish(found, solution)
    }
}
