//! Skills as requests name them: by id or by URI.

use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::skill::SkillId;
use werkstadt_persistence::directory::Snapshot;

use crate::problem::{Breach, Place};
use crate::wire::list;

/// The skill that an id or a URI names.
pub fn resolve(snapshot: &Snapshot, text: &str) -> Option<SkillId> {
    match SkillId::parse(text) {
        Ok(id) => snapshot.skill(id).map(|_| id),
        Err(_) => snapshot.skill_by_uri(text),
    }
}

/// The skill that an id or a URI names, or the one that replaced it.
///
/// # Errors
/// [`Rule::UnknownReference`].
pub fn current(snapshot: &Snapshot, text: &str) -> Result<SkillId, Rule> {
    let found = resolve(snapshot, text).ok_or(Rule::UnknownReference)?;
    Ok(snapshot.taxonomy().current(found))
}

/// Reads a list of skills, none given twice; those that were replaced become their successors, once each.
pub fn all_current(
    faults: &mut Faults,
    pointer: &str,
    given: &[String],
    max: usize,
    snapshot: &Snapshot,
) -> Vec<SkillId> {
    let mut skills: Vec<SkillId> = Vec::with_capacity(given.len());
    for skill in as_given(faults, pointer, given, max, snapshot) {
        let current = snapshot.taxonomy().current(skill);
        if !skills.contains(&current) {
            skills.push(current);
        }
    }
    skills
}

/// Reads a list of skills, none given twice, replaced ones included.
pub fn as_given(faults: &mut Faults, pointer: &str, given: &[String], max: usize, snapshot: &Snapshot) -> Vec<SkillId> {
    list(faults, pointer, given, max, |faults, place, text| {
        faults.take(place, resolve(snapshot, text).ok_or(Rule::UnknownReference))
    })
}

/// The skills that a parameter of the query names.
pub fn in_query(
    snapshot: &Snapshot,
    parameter: &str,
    given: &[String],
    found: &mut Vec<(Place, Breach)>,
) -> Vec<SkillId> {
    let mut skills = Vec::with_capacity(given.len());
    for text in given {
        match resolve(snapshot, text) {
            Some(skill) => skills.push(skill),
            None => found.push(unknown(parameter)),
        }
    }
    skills
}

/// The fault of a parameter that names nothing the caller may see.
pub fn unknown(parameter: &str) -> (Place, Breach) {
    (
        Place::Parameter(parameter.to_owned()),
        Breach::Rule(Rule::UnknownReference),
    )
}
