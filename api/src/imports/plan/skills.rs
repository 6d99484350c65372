//! Rows that are concepts of the taxonomy.

use std::collections::HashMap;

use werkstadt_domain::invalid::{Fault, Faults, Invalid, Rule};
use werkstadt_domain::skill::{Skill, SkillId, SkillKind, SkillStatus, Taxonomy};
use werkstadt_domain::text::line;

use super::Planner;
use crate::imports::lines::ImportSkill;
use crate::wire::{Writing, list, required_text};

impl Planner<'_> {
    pub(super) fn skills(&mut self, rows: Vec<(usize, ImportSkill)>) {
        let mut read: Vec<(usize, Skill, ImportSkill)> = Vec::with_capacity(rows.len());
        let mut in_file: HashMap<String, SkillId> = HashMap::new();
        for (row, line) in rows {
            if self.names.is_skill_of_directory(&line.uri) {
                self.plan.unchanged += 1;
                continue;
            }
            let mut faults = Faults::new();
            let skill = self.skill(&mut faults, &line);
            if in_file.contains_key(&line.uri) {
                faults.note("/uri", Rule::Duplicate);
            }
            if line.replaced_by.is_some() && skill.status != SkillStatus::Deprecated {
                faults.note("/replaced_by", Rule::Conflicts("status"));
            }
            if let Some(skill) = self.accept(row, faults.finish(Some(skill))) {
                in_file.insert(skill.uri.clone(), skill.id);
                read.push((row, skill, line));
            }
        }
        self.drop_unresolved(&mut read, &mut in_file);
        self.drop_cycles(&mut read);
        for (_, skill, _) in read {
            self.names.add_skill(&skill);
            self.plan.skills.push(skill);
        }
    }

    fn skill(&mut self, faults: &mut Faults, given: &ImportSkill) -> Skill {
        let label = |faults: &mut Faults, place: &str, text: &String| faults.take(place, line(text, 200));
        Skill {
            id: self.given_id(faults, "/id", given.id.as_ref()),
            uri: faults.take("/uri", line(&given.uri, 300)).unwrap_or_default(),
            kind: given.kind.map_or_else(SkillKind::default, |kind| kind.0),
            status: given.status.map_or_else(SkillStatus::default, |status| status.0),
            label: required_text(faults, "/label", &given.label, Writing::Line(200)),
            alt_de: list(faults, "/alt_labels/de", &given.alt_labels.de, 100, label),
            alt_en: list(faults, "/alt_labels/en", &given.alt_labels.en, 100, label),
            broader: vec![],
            related: vec![],
            replaced_by: None,
        }
    }

    /// Resolves the links. A row that names an unknown concept is dropped, and with it every row that named that row.
    fn drop_unresolved(&mut self, read: &mut Vec<(usize, Skill, ImportSkill)>, in_file: &mut HashMap<String, SkillId>) {
        loop {
            let mut faulty = Vec::new();
            for (row, skill, given) in read.iter_mut() {
                let mut faults = Vec::new();
                let mut resolve = |member: &str, uris: &[String]| {
                    let mut ids = Vec::with_capacity(uris.len());
                    for (index, uri) in uris.iter().enumerate() {
                        match in_file.get(uri).copied().or_else(|| self.names.skill_by_uri(uri)) {
                            Some(id) => ids.push(id),
                            None => faults.push(Fault {
                                pointer: format!("/{member}/{index}"),
                                rule: Rule::UnknownReference,
                            }),
                        }
                    }
                    ids
                };
                skill.broader = resolve("broader", &given.broader);
                skill.related = resolve("related", &given.related);
                let successor = resolve("replaced_by", given.replaced_by.as_slice());
                skill.replaced_by = successor.first().copied();
                if !faults.is_empty() {
                    faulty.push((*row, skill.uri.clone(), faults));
                }
            }
            if faulty.is_empty() {
                return;
            }
            for (row, uri, faults) in faulty {
                in_file.remove(&uri);
                read.retain(|(other, ..)| *other != row);
                self.accept::<()>(row, Err(Invalid(faults)));
            }
        }
    }

    fn drop_cycles(&mut self, read: &mut Vec<(usize, Skill, ImportSkill)>) {
        let taxonomy = Taxonomy::new(read.iter().map(|(_, skill, _)| skill).collect::<Vec<_>>());
        let mut cyclic = Vec::new();
        for (row, skill, _) in read.iter() {
            if skill.broader.iter().any(|above| taxonomy.would_cycle(skill.id, *above)) {
                cyclic.push((*row, "/broader"));
            }
            // The successor of the last one would be one before it.
            let last = skill.replaced_by.map(|successor| taxonomy.current(successor));
            if last.is_some_and(|last| {
                read.iter()
                    .any(|(_, one, _)| one.id == last && one.replaced_by.is_some())
            }) {
                cyclic.push((*row, "/replaced_by"));
            }
        }
        for (row, pointer) in &cyclic {
            let fault = Fault {
                pointer: (*pointer).to_owned(),
                rule: Rule::Cycle,
            };
            self.accept::<()>(*row, Err(Invalid(vec![fault])));
        }
        read.retain(|(row, ..)| !cyclic.iter().any(|(other, _)| other == row));
    }
}
