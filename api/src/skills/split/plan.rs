//! What a split will do: every fault found, nothing written.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::opportunity::{Opportunity, OpportunityId, SkillNeed};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::page::Limit;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::Reference;
use werkstadt_domain::skill::split::{Part, Split, instead, split};
use werkstadt_domain::skill::{Claim, Skill, SkillId, SkillStatus};
use werkstadt_domain::text::line;
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::{Db, opportunities, profiles};

use super::{SkillPart, SkillSplitRequest};
use crate::problem::{Code, Problem};
use crate::skills::given;
use crate::skills::wire::LabelsBody;
use crate::wire::{Writing, list, required_text};

/// What will change.
pub struct Plan {
    /// The taxonomy.
    pub split: Split,
    /// Everything that follows a part.
    pub changes: Vec<Change>,
}

/// A record that names a part afterwards.
pub enum Change {
    /// A claim of an organisation, before and after.
    Claim(OrganisationId, Box<Stored<Claim>>, Box<Claim>),
    /// A reference of an organisation, before and after.
    Reference(OrganisationId, Box<Stored<Reference>>, Box<Reference>),
    /// An opportunity, before and after.
    Opportunity(Box<Stored<Opportunity>>, Box<Opportunity>),
}

/// Makes ids.
type NewId<'a> = &'a dyn Fn() -> SkillId;

impl Plan {
    /// Plans a split.
    ///
    /// # Errors
    /// Every fault of the request, [`Code::Conflict`] for a successor in the wrong place, and what the database fails with.
    pub fn new(
        db: &mut Db,
        snapshot: &Snapshot,
        (old, below): (&Stored<Skill>, &[Stored<Skill>]),
        given: &SkillSplitRequest,
        new_id: NewId<'_>,
    ) -> Result<Self, Problem> {
        let mut faults = Faults::new();
        if old.record.status == SkillStatus::Deprecated {
            faults.note("/parts", Rule::Conflicts("status"));
        }
        let parts = parts(&mut faults, snapshot, &old.record, &given.parts, new_id);
        let successor = given.successor.and_then(|place| {
            let part = given
                .parts
                .get(place)
                .and(parts.get(place))
                .ok_or(Rule::UnknownReference);
            faults.take("/successor", part).map(Part::id)
        });
        let mut following = Following::new(db, snapshot, old.record.id, given)?;
        for (place, part) in given.parts.iter().enumerate() {
            // A part that is faulty has none to follow; its records are looked at all the same.
            let target = parts.get(place).map_or_else(|| old.record.id, Part::id);
            following.all(&mut faults, &format!("/parts/{place}"), part, target);
        }
        let changes = std::mem::take(&mut following.changes);
        faults.finish(Some(()))?;
        let below: Vec<Skill> = below.iter().map(|one| one.record.clone()).collect();
        let split = split(&old.record, parts, successor, (&below, snapshot.taxonomy()));
        let split = split.map_err(|_| Problem::new(Code::Conflict).with_fact("constraint", "skill_hierarchy"))?;
        Ok(Self { split, changes })
    }
}

fn parts(faults: &mut Faults, snapshot: &Snapshot, old: &Skill, given: &[SkillPart], new_id: NewId<'_>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(given.len());
    for (place, one) in given.iter().enumerate() {
        let at = |member: &str| format!("/parts/{place}/{member}");
        let part = match (&one.skill, &one.label) {
            (Some(_), Some(_)) => {
                faults.note(at("label"), Rule::Conflicts("skill"));
                continue;
            }
            (None, None) => {
                faults.note(at("label"), Rule::Required);
                continue;
            }
            (Some(text), None) => {
                let Some(known) = faults.take(at("skill"), given::current(snapshot, text)) else {
                    continue;
                };
                Part::Known(known)
            }
            (None, Some(label)) => {
                let id = new_id();
                let labels = one.alt_labels.clone().unwrap_or_default();
                let LabelsBody { de, en } = &labels;
                let alternative = |faults: &mut Faults, place: &str, text: &String| faults.take(place, line(text, 200));
                Part::New(Skill {
                    id,
                    uri: format!("urn:uuid:{id}"),
                    status: SkillStatus::Accepted,
                    label: required_text(faults, &at("label"), label, Writing::Line(200)),
                    alt_de: list(faults, &at("alt_labels/de"), de, 100, alternative),
                    alt_en: list(faults, &at("alt_labels/en"), en, 100, alternative),
                    broader: Vec::new(),
                    related: Vec::new(),
                    replaced_by: None,
                    kind: old.kind,
                })
            }
        };
        if part.id() == old.id || parts.iter().any(|other| other.id() == part.id()) {
            faults.note(at("skill"), Rule::Duplicate);
        }
        parts.push(part);
    }
    parts
}

/// The records that follow parts, as they are found.
struct Following {
    /// The organisations of all named claims and references, as they are stored.
    profiles: Vec<Profile>,
    /// The named opportunities, as they are stored.
    opportunities: Vec<Stored<Opportunity>>,
    /// What named the old concept, were it by another one that it replaced.
    names: Box<dyn Fn(SkillId) -> bool>,
    /// Records that follow a part already.
    taken: HashSet<Uuid>,
    /// Holders with the concepts that they claim after the split.
    held: HashSet<(OrganisationId, Option<Uuid>, SkillId)>,
    changes: Vec<Change>,
}

impl Following {
    fn new(db: &mut Db, snapshot: &Snapshot, old: SkillId, given: &SkillSplitRequest) -> Result<Self, Problem> {
        let named = given
            .parts
            .iter()
            .flat_map(|part| part.claims.iter().chain(&part.references));
        let named: HashSet<Uuid> = named.filter_map(|text| Uuid::try_parse(text).ok()).collect();
        let owners = owners(snapshot, &named);
        let offers = given.parts.iter().flat_map(|part| &part.opportunities);
        let offers: Vec<OpportunityId> = offers.filter_map(|text| Id::parse(text).ok()).collect();
        let profiles = profiles::load(db, &owners)?;
        let replaced: HashMap<SkillId, SkillId> = snapshot
            .all_skills()
            .map(|skill| (skill.record.id, snapshot.taxonomy().current(skill.record.id)))
            .filter(|(skill, current)| skill != current)
            .collect();
        let claims = profiles.iter().flat_map(|profile| {
            let claims = profile.claims.iter().map(|claim| &claim.record);
            claims.map(|claim| (profile.id(), claim.unit.map(Id::uuid), claim.skill))
        });
        Ok(Self {
            held: claims.collect(),
            opportunities: opportunities::load(db, &offers)?,
            names: Box::new(move |skill| skill == old || replaced.get(&skill) == Some(&old)),
            taken: HashSet::new(),
            changes: Vec::new(),
            profiles,
        })
    }

    fn all(&mut self, faults: &mut Faults, place: &str, part: &SkillPart, target: SkillId) {
        for (index, text) in part.claims.iter().enumerate() {
            let moved = self.claim(text, target);
            self.changes
                .extend(faults.take(format!("{place}/claims/{index}"), moved));
        }
        for (index, text) in part.references.iter().enumerate() {
            let moved = self.reference(text, target);
            self.changes
                .extend(faults.take(format!("{place}/references/{index}"), moved));
        }
        for (index, text) in part.opportunities.iter().enumerate() {
            let moved = self.opportunity(text, target);
            self.changes
                .extend(faults.take(format!("{place}/opportunities/{index}"), moved));
        }
    }

    fn claim(&mut self, text: &str, target: SkillId) -> Result<Change, Rule> {
        let id = Id::parse(text).map_err(|_| Rule::UnknownReference)?;
        let claims = |profile: &Profile| profile.claims.iter().find(|claim| claim.record.id == id).cloned();
        let found = self
            .profiles
            .iter()
            .find_map(|profile| Some((profile.id(), claims(profile)?)));
        let (owner, before) = found.ok_or(Rule::UnknownReference)?;
        if !(self.names)(before.record.skill) {
            return Err(Rule::UnknownReference);
        }
        self.take(id.uuid())?;
        let unit = before.record.unit.map(Id::uuid);
        // A holder claims each concept once.
        if !self.held.insert((owner, unit, target)) {
            return Err(Rule::Duplicate);
        }
        let after = Claim {
            skill: target,
            ..before.record.clone()
        };
        Ok(Change::Claim(owner, Box::new(before), Box::new(after)))
    }

    fn reference(&mut self, text: &str, target: SkillId) -> Result<Change, Rule> {
        let id = Id::parse(text).map_err(|_| Rule::UnknownReference)?;
        let references = |profile: &Profile| profile.references.iter().find(|one| one.record.id == id).cloned();
        let found = self
            .profiles
            .iter()
            .find_map(|profile| Some((profile.id(), references(profile)?)));
        let (owner, before) = found.ok_or(Rule::UnknownReference)?;
        let named = self
            .named_in(before.record.skills.iter().copied())
            .ok_or(Rule::UnknownReference)?;
        self.take(id.uuid())?;
        let after = Reference {
            skills: instead(&before.record.skills, |skill| *skill, named, |_| target),
            ..before.record.clone()
        };
        Ok(Change::Reference(owner, Box::new(before), Box::new(after)))
    }

    fn opportunity(&mut self, text: &str, target: SkillId) -> Result<Change, Rule> {
        let id: OpportunityId = Id::parse(text).map_err(|_| Rule::UnknownReference)?;
        let found = self.opportunities.iter().find(|one| one.record.id == id).cloned();
        let before = found.ok_or(Rule::UnknownReference)?;
        let record = &before.record;
        let wishes = record.required.iter().chain(&record.preferred);
        let named = self
            .named_in(wishes.map(|need| need.skill))
            .ok_or(Rule::UnknownReference)?;
        self.take(id.uuid())?;
        let follow = |needs: &[SkillNeed]| {
            instead(
                needs,
                |need| need.skill,
                named,
                |need| SkillNeed { skill: target, ..need },
            )
        };
        let after = Opportunity {
            required: follow(&record.required),
            preferred: follow(&record.preferred),
            ..record.clone()
        };
        Ok(Change::Opportunity(Box::new(before), Box::new(after)))
    }

    /// The concept by which a record names the old one.
    fn named_in(&self, mut skills: impl Iterator<Item = SkillId>) -> Option<SkillId> {
        skills.find(|skill| (self.names)(*skill))
    }

    /// A record follows one part.
    fn take(&mut self, id: Uuid) -> Result<(), Rule> {
        let is_first = self.taken.insert(id);
        is_first.then_some(()).ok_or(Rule::Duplicate)
    }
}

/// Whose claims and references these are.
fn owners(snapshot: &Snapshot, named: &HashSet<Uuid>) -> Vec<OrganisationId> {
    let mut owners = Vec::new();
    let (mut after, limit) = (None, Limit::clamped(Limit::MAX));
    while !named.is_empty() {
        let page = snapshot.organisations_by_id(Audience::Manager, after, limit);
        let Some(last) = page.last() else { break };
        after = Some(last.get().id());
        let has = |profile: &&Profile| {
            let claims = profile.claims.iter().map(|claim| claim.record.id.uuid());
            let references = profile.references.iter().map(|one| one.record.id.uuid());
            claims.chain(references).any(|id| named.contains(&id))
        };
        owners.extend(page.iter().map(|profile| profile.get()).filter(has).map(Profile::id));
    }
    owners
}
