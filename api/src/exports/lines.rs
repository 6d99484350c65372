//! The lines that an import reads: records with their ids, so that they can be told again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::institution::{Unit, UnitId};
use werkstadt_domain::membership::due::{Due, Settled};
use werkstadt_domain::membership::representative::{Representative, RepresentativeRole};
use werkstadt_domain::membership::{Membership, MembershipId};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::profile::Profile;
use werkstadt_domain::reference::{Partner, Reference};
use werkstadt_domain::skill::{Claim, SkillId};
use werkstadt_persistence::Noun;

use super::{View, Writer};
use crate::claims::wire::EvidenceBody;
use crate::memberships::dues::wire::SettledAs;
use crate::memberships::wire::representative::of_role;
use crate::organisations::wire::{ExternalIdBody, OrganisationBody};
use crate::problem::Problem;
use crate::wire::TextBody;

/// What a line of an organisation does not say, because it follows from the rest or belongs to this directory.
const NOT_SAID: [&str; 4] = ["helix", "member", "created_at", "updated_at"];

/// Writes JSON Lines.
pub(super) struct Lines {
    view: View,
    told: Told,
}

/// Where the pictures of logos are, which no directory in memory has: the large one of an organisation, if there is one.
pub type Pictures = Box<dyn Fn(OrganisationId) -> Result<Option<Vec<u8>>, Problem> + Send>;

/// Who speaks for a membership, and what it owes, by the periods.
pub type Kept = Box<dyn Fn(MembershipId) -> Result<(Vec<Representative>, Vec<Due>), Problem> + Send>;

/// How much a file tells.
pub(super) enum Told {
    /// Some organisations; their partners may not be among them, and are named.
    Some,
    /// Everything.
    Whole(Pictures, Kept),
}

impl Lines {
    /// For a view.
    pub(super) const fn new(view: View, told: Told) -> Self {
        Self { view, told }
    }
}

impl Writer for Lines {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<(), Problem> {
        Ok(())
    }

    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem> {
        let mut line = Line::new("organisation");
        let body = OrganisationBody::of(profile, self.view.audience);
        let body = serde_json::to_value(&body).map_err(Problem::internal)?;
        for (name, value) in body.as_object().into_iter().flatten() {
            if !NOT_SAID.contains(&name.as_str()) {
                line.put(name, value.clone());
            }
        }
        line.all("units", in_order(profile).map(|unit| self.unit(unit, profile)));
        line.all("skills", self.claims(profile, None));
        let references = profile.references.iter().map(|one| self.reference(one));
        line.all("references", references);
        if let Told::Whole(pictures, kept) = &self.told {
            if let Some(membership) = &profile.membership {
                line.put("membership", self.membership(&membership.record, kept)?);
            }
            if profile.logo.is_some() {
                let picture = pictures(profile.id())?;
                line.some("logo", picture.map(|picture| BASE64.encode(picture)));
            }
        }
        line.write(out)
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), Problem> {
        Ok(())
    }
}

impl Lines {
    /// A membership, which only the whole network tells: others see no more than that there is one.
    fn membership(&self, membership: &Membership, kept: &Kept) -> Result<Value, Problem> {
        let mut part = Line::default();
        part.put("id", membership.id.to_string());
        part.put("type", membership.kind.as_str());
        part.put("status", membership.status.code());
        part.some("since_on", membership.since_on.map(|day| day.to_string()));
        part.some("until_on", membership.until_on.map(|day| day.to_string()));
        if let Some(leaving) = &membership.leaving {
            part.put("resigns_on", leaving.on.to_string());
            part.some("resign_reason", leaving.reason.clone());
        }
        part.some("covered_by", membership.covered.map(|covering| covering.by.to_string()));
        if !self.is_manager() {
            return Ok(part.0.into());
        }
        let (representatives, dues) = kept(membership.id)?;
        if !representatives.is_empty() {
            self.view.told.note(Noun::Membership, [membership.id.uuid()])?;
        }
        for (name, role) in [
            ("representative", RepresentativeRole::Main),
            ("dues_representative", RepresentativeRole::Dues),
        ] {
            part.some(name, of_role(&representatives, role).map(|one| json!(one)));
        }
        part.all("dues", dues.iter().map(due));
        Ok(part.0.into())
    }

    fn is_manager(&self) -> bool {
        self.view.audience == Audience::Manager
    }

    fn unit(&self, unit: &Unit, profile: &Profile) -> Value {
        let mut part = Line::default();
        part.put("id", unit.id.to_string());
        part.put("key", unit.id.to_string());
        part.text("name", Some(TextBody::from(&unit.name)));
        part.put("kind", unit.kind.as_str());
        part.some("parent", unit.parent.map(|id| id.to_string()));
        part.text("summary", TextBody::some(&unit.summary));
        part.some("website", unit.website.clone());
        part.all("skills", self.claims(profile, Some(unit.id)));
        if self.is_manager() {
            part.put("visibility", unit.visibility.code());
        }
        part.0.into()
    }

    fn claims(&self, profile: &Profile, unit: Option<UnitId>) -> Vec<Value> {
        let claims = profile.claims.iter().map(|claim| &claim.record);
        claims
            .filter(|claim| claim.unit == unit)
            .map(|claim| self.claim(claim))
            .collect()
    }

    fn claim(&self, claim: &Claim) -> Value {
        let mut part = Line::default();
        part.put("id", claim.id.to_string());
        part.put("skill", uri(&self.view, claim.skill));
        part.put("level", claim.level.get());
        let evidence = claim.evidence.iter().map(|one| json!(EvidenceBody::from(one)));
        part.all("evidence", evidence);
        part.some("confirmed_at", claim.confirmed_at.map(|at| json!(at)));
        part.some("expires_on", claim.expires_on.map(|day| day.to_string()));
        if self.is_manager() {
            part.put("visibility", claim.visibility.code());
        }
        part.0.into()
    }

    fn reference(&self, stored: &Stored<Reference>) -> Value {
        let reference = &stored.record;
        let mut part = Line::default();
        part.put("id", reference.id.to_string());
        part.put("kind", reference.kind.code());
        part.text("title", Some(TextBody::from(&reference.title)));
        part.text("text", TextBody::some(&reference.text));
        part.all("keywords", reference.keywords.iter().map(|word| json!(word)));
        part.all(
            "skills",
            reference.skills.iter().map(|skill| json!(uri(&self.view, *skill))),
        );
        part.some("from", reference.from.map(|day| day.to_string()));
        part.some("to", reference.to.map(|day| day.to_string()));
        part.all(
            "partners",
            reference.partners.iter().filter_map(|one| self.partner(one)),
        );
        part.some("source", reference.source.clone());
        part.some("link", reference.link.clone());
        part.some("unit", reference.unit.map(|id| id.to_string()));
        let project = reference.project.as_ref().map(ExternalIdBody::from);
        part.some("project", project.map(|project| json!(project)));
        if self.is_manager() {
            part.put("visibility", reference.visibility.code());
        }
        part.0.into()
    }

    /// A partner that is hidden from the audience is only named, or left out.
    fn partner(&self, partner: &Partner) -> Option<Value> {
        let shown = |id: &OrganisationId| {
            self.is_manager() || self.view.snapshot.organisation(self.view.audience, *id).is_some()
        };
        let mut part = Line::default();
        part.some(
            "organisation",
            partner.organisation.filter(shown).map(|id| id.to_string()),
        );
        let external = partner.external.as_ref().map(ExternalIdBody::from);
        part.some("external_id", external.map(|id| json!(id)));
        part.some("name", partner.name.clone());
        if matches!(self.told, Told::Some) && partner.name.is_none() {
            let known = partner.organisation;
            let known = known.and_then(|id| self.view.snapshot.organisation(self.view.audience, id));
            part.some(
                "name",
                known.map(|profile| profile.get().organisation.record.name.clone()),
            );
        }
        (!part.0.is_empty()).then(|| part.0.into())
    }
}

fn due(due: &Due) -> Value {
    let mut part = Line::default();
    part.put("id", due.id.to_string());
    part.put("first_on", due.span.first.to_string());
    part.put("last_on", due.span.last.to_string());
    part.put("amount_cents", due.amount_cents);
    part.put("due_on", due.due_on.to_string());
    let (settled, paid_on) = match due.settled {
        Settled::Open => (SettledAs::Open, None),
        Settled::Paid(on) => (SettledAs::Paid, Some(on)),
        Settled::Waived => (SettledAs::Waived, None),
    };
    part.put("status", settled.code());
    part.some("paid_on", paid_on.map(|day| day.to_string()));
    part.some("note", due.note.clone());
    part.some("reminders", due.reminded.map(|reminded| reminded.times));
    part.some("reminded_on", due.reminded.map(|reminded| reminded.last_on.to_string()));
    part.0.into()
}

/// The units, each behind the one above it.
fn in_order(profile: &Profile) -> impl Iterator<Item = &Unit> {
    let find = |id: UnitId| profile.units.iter().map(|unit| &unit.record).find(|unit| unit.id == id);
    let depth = |unit: &Unit| {
        let above = std::iter::successors(unit.parent.and_then(find), |unit| unit.parent.and_then(find));
        // A tree of n units has no path longer than n.
        above.take(profile.units.len()).count()
    };
    let mut units: Vec<&Unit> = profile.units.iter().map(|unit| &unit.record).collect();
    units.sort_by_cached_key(|unit| (depth(unit), unit.id));
    units.into_iter()
}

/// The address of a concept, by which lines name it.
pub(super) fn uri(view: &View, skill: SkillId) -> String {
    let known = view.snapshot.skill(skill);
    known.map_or_else(|| format!("urn:uuid:{skill}"), |skill| skill.record.uri.clone())
}

/// A record, member by member; what says nothing is left out.
#[derive(Default)]
pub(super) struct Line(pub(super) Map<String, Value>);

impl Line {
    /// A line of a sort.
    pub(super) fn new(record: &str) -> Self {
        let mut line = Self::default();
        line.put("record", record);
        line
    }

    pub(super) fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    pub(super) fn text(&mut self, name: &str, text: Option<TextBody>) {
        self.some(name, text.map(|text| json!(text)));
    }

    pub(super) fn all(&mut self, name: &str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        if !values.is_empty() {
            self.put(name, values);
        }
    }

    /// Writes the line.
    ///
    /// # Errors
    /// When it cannot be written; a defect.
    pub(super) fn write(self, out: &mut Vec<u8>) -> Result<(), Problem> {
        serde_json::to_writer(&mut *out, &self.0).map_err(Problem::internal)?;
        out.push(b'\n');
        Ok(())
    }
}
