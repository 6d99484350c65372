//! What the rows of a file call each other, and what the directory calls its records.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::id::Id;
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::invalid::Rule;
use werkstadt_domain::membership::due::DueId;
use werkstadt_domain::membership::tier::TierId;
use werkstadt_domain::membership::{Membership, MembershipId};
use werkstadt_domain::opportunity::OpportunityId;
use werkstadt_domain::organisation::{ExternalId, OrganisationId};
use werkstadt_domain::page::Limit;
use werkstadt_domain::person::PersonId;
use werkstadt_domain::skill::{Skill, SkillId, SkillKind, SkillStatus};
use werkstadt_domain::solution::SolutionId;
use werkstadt_domain::text::{Text, key, line};
use werkstadt_persistence::directory::Snapshot;

/// Names of the file first, then of the directory.
pub(super) struct Names<'a> {
    snapshot: &'a Snapshot,
    /// Organisations of the directory by the key of their name.
    known: HashMap<String, OrganisationId>,
    skill_uris: HashMap<String, SkillId>,
    skill_labels: HashMap<String, SkillId>,
    organisation_names: HashMap<String, OrganisationId>,
    external_ids: HashMap<ExternalId, OrganisationId>,
    organisation_ids: HashSet<OrganisationId>,
    units: HashMap<(OrganisationId, String), UnitId>,
    /// Ids of types of membership and of dues of the directory.
    taken: HashSet<Uuid>,
    /// Ids that the file gives to its records.
    given: HashSet<Uuid>,
    /// Ids of the parts of organisations of the directory, once somebody asks.
    parts: Option<HashSet<Uuid>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        known: HashMap<String, OrganisationId>,
        tiers: &[(TierId, String)],
        dues: &[DueId],
    ) -> Self {
        let taken = tiers.iter().map(|(id, _)| id.uuid());
        Self {
            taken: taken.chain(dues.iter().map(|id| id.uuid())).collect(),
            snapshot,
            known,
            skill_uris: HashMap::new(),
            skill_labels: HashMap::new(),
            organisation_names: HashMap::new(),
            external_ids: HashMap::new(),
            organisation_ids: HashSet::new(),
            units: HashMap::new(),
            given: HashSet::new(),
            parts: None,
        }
    }

    /// Whether a record of the file may have this id: no other has it, neither there nor in the directory.
    pub(super) fn take_id(&mut self, id: Uuid) -> bool {
        let snapshot = self.snapshot;
        let parts = self.parts.get_or_insert_with(|| ids_of_parts(snapshot));
        let is_known = parts.contains(&id)
            || self.taken.contains(&id)
            || snapshot.skill(Id::new(id)).is_some()
            || self.has_organisation(Id::new(id))
            || self.has_opportunity(Id::new(id))
            || self.has_solution(Id::new(id))
            || self.has_person(Id::new(id));
        !is_known && self.given.insert(id)
    }

    pub(super) fn has_opportunity(&self, id: OpportunityId) -> bool {
        self.snapshot.opportunity(Audience::Manager, id).is_some()
    }

    pub(super) fn has_solution(&self, id: SolutionId) -> bool {
        self.snapshot.solution(Audience::Manager, id).is_some()
    }

    pub(super) fn memberships(&self) -> HashMap<MembershipId, Membership> {
        memberships_of(self.snapshot)
    }

    pub(super) fn has_person(&self, id: PersonId) -> bool {
        self.snapshot.has_person(id)
    }

    pub(super) fn add_skill(&mut self, skill: &Skill) {
        self.skill_uris.insert(skill.uri.clone(), skill.id);
        for (_, label) in skill.labels() {
            self.skill_labels.entry(key(label)).or_insert(skill.id);
        }
    }

    /// Whether the directory has a concept of this URI, or the file one before.
    pub(super) fn skill_by_uri(&self, uri: &str) -> Option<SkillId> {
        self.skill_uris
            .get(uri)
            .copied()
            .or_else(|| self.snapshot.skill_by_uri(uri))
    }

    pub(super) fn is_skill_of_directory(&self, uri: &str) -> bool {
        self.snapshot.skill_by_uri(uri).is_some()
    }

    /// The concept that a URI or a label means. A label that no concept has becomes a proposed one, for managers to accept or
    /// merge: a spreadsheet must not be refused because of its wording.
    pub(super) fn skill(
        &mut self,
        text: &str,
        new_id: impl FnOnce() -> SkillId,
        proposed: &mut Vec<Skill>,
    ) -> Result<SkillId, Rule> {
        if let Some(known) = self.skill_by_uri(text) {
            return Ok(known);
        }
        let is_address = text.starts_with("urn:") || text.contains("://");
        if is_address {
            return Err(Rule::UnknownReference);
        }
        let label = line(text, 200)?;
        let known = self
            .skill_labels
            .get(&key(&label))
            .copied()
            .or_else(|| self.snapshot.skill_by_label(&label));
        if let Some(known) = known {
            return Ok(known);
        }
        let id = new_id();
        let skill = Skill {
            id,
            uri: format!("urn:uuid:{id}"),
            kind: SkillKind::Skill,
            status: SkillStatus::Proposed,
            // Which language a bare label is in is not known; it is found in both.
            label: Text {
                de: Some(label.clone()),
                en: Some(label),
            },
            alt_de: vec![],
            alt_en: vec![],
            broader: vec![],
            related: vec![],
            replaced_by: None,
        };
        self.add_skill(&skill);
        proposed.push(skill);
        Ok(id)
    }

    pub(super) fn add_organisation(&mut self, id: OrganisationId, name: &str, external: &[ExternalId]) {
        self.organisation_names.entry(key(name)).or_insert(id);
        self.organisation_ids.insert(id);
        for one in external {
            self.external_ids.insert(one.clone(), id);
        }
    }

    pub(super) fn forget_organisations(&mut self, dropped: &HashSet<OrganisationId>) {
        self.organisation_names.retain(|_, id| !dropped.contains(id));
        self.external_ids.retain(|_, id| !dropped.contains(id));
        self.organisation_ids.retain(|id| !dropped.contains(id));
    }

    pub(super) fn organisation_by_external(&self, wanted: &ExternalId) -> Option<OrganisationId> {
        let known = self.external_ids.get(wanted).copied();
        known.or_else(|| self.snapshot.organisation_by_external(Audience::Manager, wanted))
    }

    /// The organisation of this id, if the file or the directory has it.
    pub(super) fn organisation_by_id(&self, text: &str) -> Option<OrganisationId> {
        let id = OrganisationId::parse(text).ok()?;
        self.has_organisation(id).then_some(id)
    }

    fn has_organisation(&self, id: OrganisationId) -> bool {
        self.organisation_ids.contains(&id) || self.snapshot.organisation(Audience::Manager, id).is_some()
    }

    /// An organisation by its id, its name, or the value of an external id of any scheme in the file.
    pub(super) fn organisation(&self, text: &str) -> Result<OrganisationId, Rule> {
        if let Some(id) = self.organisation_by_id(text) {
            return Ok(id);
        }
        let name = key(text);
        let known = self
            .organisation_names
            .get(&name)
            .or_else(|| self.known.get(&name))
            .copied();
        let by_value = || {
            self.external_ids
                .iter()
                .find(|(external, _)| external.value == text)
                .map(|(_, id)| *id)
        };
        known.or_else(by_value).ok_or(Rule::UnknownReference)
    }

    pub(super) fn add_unit(&mut self, organisation: OrganisationId, unit_key: &str, id: UnitId) {
        self.units.insert((organisation, unit_key.to_owned()), id);
    }

    pub(super) fn unit(&self, organisation: OrganisationId, unit_key: &str) -> Result<UnitId, Rule> {
        let of_file = self.units.get(&(organisation, unit_key.to_owned())).copied();
        let of_directory = || {
            let (id, profile) = (
                UnitId::parse(unit_key).ok()?,
                self.snapshot.organisation(Audience::Manager, organisation)?,
            );
            profile
                .get()
                .units
                .iter()
                .any(|unit| unit.record.id == id)
                .then_some(id)
        };
        of_file.or_else(of_directory).ok_or(Rule::UnknownReference)
    }
}

/// The memberships of the directory.
fn memberships_of(snapshot: &Snapshot) -> HashMap<MembershipId, Membership> {
    let mut found = HashMap::new();
    let (mut after, limit) = (None, Limit::clamped(Limit::MAX));
    loop {
        let page = snapshot.organisations_by_id(Audience::Manager, after, limit);
        let Some(last) = page.last() else { return found };
        after = Some(last.get().id());
        let stored = page.iter().filter_map(|profile| profile.get().membership.clone());
        found.extend(stored.map(|stored| (stored.record.id, stored.record.clone())));
    }
}

fn ids_of_parts(snapshot: &Snapshot) -> HashSet<Uuid> {
    let mut ids = HashSet::new();
    let (mut after, limit) = (None, Limit::clamped(Limit::MAX));
    loop {
        let page = snapshot.organisations_by_id(Audience::Manager, after, limit);
        let Some(last) = page.last() else { return ids };
        after = Some(last.get().id());
        for profile in page.iter().map(|profile| profile.get()) {
            ids.extend(profile.units.iter().map(|part| part.record.id.uuid()));
            ids.extend(profile.claims.iter().map(|part| part.record.id.uuid()));
            ids.extend(profile.references.iter().map(|part| part.record.id.uuid()));
            ids.extend(profile.membership.iter().map(|part| part.record.id.uuid()));
        }
    }
}
