//! Institutions have inner structure: a tree of units, each with skills and references of its own.

use std::collections::HashMap;

use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::invalid::Rule;
use crate::organisation::OrganisationId;
use crate::text::Text;

/// The id of a unit.
pub type UnitId = Id<Unit>;

/// A part of an institution: faculty → chair → lab, department → office.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// The unit above, none for a unit directly below the organisation.
    pub parent: Option<UnitId>,
    /// Its name, at least in one language.
    pub name: Text,
    /// What it is, for example `faculty`, `chair`, `office`.
    pub kind: String,
    /// One or two sentences.
    pub summary: Text,
    /// Web address.
    pub website: Option<String>,
    /// Who sees it.
    pub visibility: Visibility,
}

impl Project for Unit {
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        audience.sees(self.visibility).then(|| Seen::new(self.clone()))
    }
}

/// Checks that setting `parent` for `unit` keeps the tree a tree within one organisation.
///
/// # Errors
/// [`Rule::UnknownReference`] if the parent is not among `units`, [`Rule::Cycle`] if it is the unit itself or below it.
pub fn check_parent(units: &[Unit], unit: UnitId, parent: UnitId) -> Result<(), Rule> {
    let parents: HashMap<UnitId, Option<UnitId>> = units.iter().map(|unit| (unit.id, unit.parent)).collect();
    if !parents.contains_key(&parent) {
        return Err(Rule::UnknownReference);
    }
    let mut above = Some(parent);
    // A tree of n units has no path longer than n; a stored cycle must not hang the check.
    for _ in 0..=units.len() {
        match above {
            Some(current) if current == unit => return Err(Rule::Cycle),
            Some(current) => above = parents.get(&current).copied().flatten(),
            None => return Ok(()),
        }
    }
    Err(Rule::Cycle)
}
