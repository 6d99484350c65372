//! The ESCO classification as concepts of the taxonomy: its tables are read, every fault is named, nothing is written yet.
//!
//! Skills and skill groups are taken. Occupations are not: an organisation has skills, and people have occupations.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::skill::{Skill, SkillId, SkillKind, SkillStatus};
use werkstadt_domain::text::{Language, Text, line};

/// What everyone who uses the classification must say.
pub const ATTRIBUTION: &str = "This service uses the ESCO classification of the European Commission.";

/// The table of concepts, and the table of what is below what.
pub const CONCEPTS: &str = "concepts.csv";
/// See [`CONCEPTS`].
pub const BROADER: &str = "broader.csv";

/// A row of a table that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The table.
    pub file: &'static str,
    /// The row, the header being row 1.
    pub row: usize,
    /// The column, empty if it is the whole row.
    pub column: &'static str,
    /// Why, in words.
    pub reason: String,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.column.is_empty() { "" } else { " " };
        write!(
            f,
            "{} row {}{space}{}: {}",
            self.file, self.row, self.column, self.reason
        )
    }
}

/// What an import of the classification will write.
#[derive(Debug, Default)]
pub struct Plan {
    /// New concepts with all that is above them.
    pub new: Vec<Skill>,
    /// What new concepts are above concepts that the taxonomy has already.
    pub links: HashMap<SkillId, Vec<SkillId>>,
    /// Concepts that the taxonomy has already; they stay as people made them.
    pub unchanged: usize,
    /// Rows of occupations and their groups, and links to them or to concepts that are not in the table.
    pub left_out: usize,
    /// Rows that cannot be used.
    pub faults: Vec<RowFault>,
}

/// What the taxonomy knows already.
pub struct Known<'a> {
    /// Its concepts by URI.
    pub by_uri: &'a dyn Fn(&str) -> Option<SkillId>,
    /// Makes ids for new ones.
    pub new_id: &'a dyn Fn() -> Uuid,
}

#[derive(Deserialize)]
struct ConceptRow {
    uri: String,
    kind: String,
    #[serde(default, rename = "skillType")]
    skill_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    collections: String,
    label_de: String,
    label_en: String,
    #[serde(default)]
    alt_de: String,
    #[serde(default)]
    alt_en: String,
}

#[derive(Deserialize)]
struct BroaderRow {
    child: String,
    broader: String,
}

/// Most alternative labels of a language, and most directly broader concepts; as everywhere in the taxonomy.
const MOST_LABELS: usize = 100;
const MOST_BROADER: usize = 20;

/// Reads both tables and plans what to write.
pub fn plan(concepts: &[u8], broader: &[u8], known: &Known<'_>) -> Plan {
    let mut planner = Planner {
        plan: Plan::default(),
        known,
        ids: HashMap::new(),
        places: HashMap::new(),
    };
    for (row, read) in rows::<ConceptRow>(concepts) {
        match read {
            Ok(concept) => planner.concept(row, &concept),
            Err(reason) => planner.fault(CONCEPTS, row, "", reason),
        }
    }
    for (row, read) in rows::<BroaderRow>(broader) {
        match read {
            Ok(link) => planner.link(row, &link),
            Err(reason) => planner.fault(BROADER, row, "", reason),
        }
    }
    planner.plan
}

struct Planner<'a> {
    plan: Plan,
    known: &'a Known<'a>,
    /// Every concept of the table.
    ids: HashMap<String, SkillId>,
    /// Where the new ones are in the plan.
    places: HashMap<SkillId, usize>,
}

impl Planner<'_> {
    fn fault(&mut self, file: &'static str, row: usize, column: &'static str, reason: impl Into<String>) {
        let reason = reason.into();
        self.plan.faults.push(RowFault {
            file,
            row,
            column,
            reason,
        });
    }

    fn concept(&mut self, row: usize, given: &ConceptRow) {
        if given.kind == "occupation" || given.kind == "iscoGroup" {
            self.plan.left_out += 1;
            return;
        }
        let mut found: Vec<(&'static str, String)> = Vec::new();
        if given.kind != "skill" && given.kind != "skillGroup" {
            found.push(("kind", "Must be skill, skillGroup, occupation or iscoGroup.".to_owned()));
        }
        let mut take = |column, read: Result<String, Rule>| {
            read.map_err(|rule| found.push((column, rule.detail(Language::En))))
                .ok()
        };
        let uri = take("uri", line(&given.uri, 300)).unwrap_or_default();
        let mut label = |column, text: &str| {
            (!text.trim().is_empty())
                .then(|| take(column, line(text, 200)))
                .flatten()
        };
        let label = Text {
            de: label("label_de", &given.label_de),
            en: label("label_en", &given.label_en),
        };
        let mut others = |column, text: &str, preferred: Option<&str>| {
            let (labels, faults) = alternatives(text, preferred);
            found.extend(faults.into_iter().map(|reason| (column, reason)));
            labels
        };
        let alt_de = others("alt_de", &given.alt_de, label.de.as_deref());
        let alt_en = others("alt_en", &given.alt_en, label.en.as_deref());
        if label.is_empty() && found.is_empty() {
            found.push(("label_de", Rule::Required.detail(Language::En)));
        }
        if self.ids.contains_key(&uri) {
            found.push(("uri", Rule::Duplicate.detail(Language::En)));
        }
        if !found.is_empty() {
            return found
                .into_iter()
                .for_each(|(column, reason)| self.fault(CONCEPTS, row, column, reason));
        }
        if let Some(id) = (self.known.by_uri)(&uri) {
            self.plan.unchanged += 1;
            self.ids.insert(uri, id);
            return;
        }
        let id = SkillId::new((self.known.new_id)());
        self.ids.insert(uri.clone(), id);
        self.places.insert(id, self.plan.new.len());
        self.plan.new.push(Skill {
            id,
            uri,
            kind: kind(given),
            status: SkillStatus::Accepted,
            label,
            alt_de,
            alt_en,
            broader: vec![],
            related: vec![],
            replaced_by: None,
        });
    }

    fn link(&mut self, row: usize, given: &BroaderRow) {
        let ends = self.ids.get(given.child.trim()).zip(self.ids.get(given.broader.trim()));
        let Some((child, above)) = ends.map(|(child, above)| (*child, *above)) else {
            self.plan.left_out += 1;
            return;
        };
        if self.reaches(above, child) {
            return self.fault(BROADER, row, "broader", Rule::Cycle.detail(Language::En));
        }
        let broader = match self.places.get(&child) {
            Some(place) => self.plan.new.get_mut(*place).map(|skill| &mut skill.broader),
            // A concept that was there before stays where people put it, but for places that were not there before.
            None if self.places.contains_key(&above) => Some(self.plan.links.entry(child).or_default()),
            None => None,
        };
        let Some(broader) = broader.filter(|broader| !broader.contains(&above)) else {
            return;
        };
        if broader.len() < MOST_BROADER {
            broader.push(above);
        } else {
            self.fault(BROADER, row, "child", Rule::TooLong(MOST_BROADER).detail(Language::En));
        }
    }

    /// True if the new links lead upwards from one concept to the other.
    fn reaches(&self, from: SkillId, to: SkillId) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![from];
        while let Some(next) = open.pop() {
            if next == to {
                return true;
            }
            if seen.insert(next) {
                let new = self.places.get(&next).and_then(|place| self.plan.new.get(*place));
                open.extend(new.into_iter().flat_map(|skill| &skill.broader));
                open.extend(self.plan.links.get(&next).into_iter().flatten());
            }
        }
        false
    }
}

/// The sort of a concept: by its collections and its type; of a group by the pillar that its code begins with.
fn kind(given: &ConceptRow) -> SkillKind {
    let within = |name: &str| given.collections.split('|').any(|one| one.trim() == name);
    let is_group = given.kind == "skillGroup";
    let pillar = given.code.chars().next().filter(|_| is_group);
    match (given.skill_type.as_str(), pillar) {
        _ if within("language") => SkillKind::Language,
        _ if within("transversal") => SkillKind::Transversal,
        ("knowledge", _) => SkillKind::Knowledge,
        (_, Some('L')) => SkillKind::Language,
        (_, Some('T')) => SkillKind::Transversal,
        // Groups of knowledge have ISCED-F numbers.
        (_, Some('K' | '0'..='9')) => SkillKind::Knowledge,
        _ => SkillKind::Skill,
    }
}

/// The labels of a cell, separated by bars or lines, none twice and none the preferred one; and what is wrong with the rest.
fn alternatives(text: &str, preferred: Option<&str>) -> (Vec<String>, Vec<String>) {
    let (mut labels, mut faults): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut seen: HashSet<String> = preferred.map(str::to_lowercase).into_iter().collect();
    for part in text.split(['|', '\n']).filter(|part| !part.trim().is_empty()) {
        match line(part, 200) {
            Ok(label) if seen.insert(label.to_lowercase()) => labels.push(label),
            Ok(_) => {}
            Err(rule) => faults.push(rule.detail(Language::En)),
        }
    }
    if labels.len() > MOST_LABELS {
        faults.push(Rule::TooLong(MOST_LABELS).detail(Language::En));
    }
    (labels, faults)
}

/// The rows of a table with their number, or why one cannot be read.
fn rows<T: DeserializeOwned>(table: &[u8]) -> Vec<(usize, Result<T, String>)> {
    let table = table.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(table);
    let mut reader = csv::Reader::from_reader(table);
    let read = reader.deserialize().map(|row| row.map_err(|error| error.to_string()));
    (2..).zip(read).collect()
}

#[cfg(test)]
mod tests;
