//! The whole network as lines that an import reads: loaded into an empty directory they make the same network, ids included.

use std::collections::VecDeque;
use std::mem;

use chrono::SecondsFormat;
use serde_json::json;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::membership::tier::TierId;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Opportunity, SkillNeed};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::page::Limit;
use werkstadt_domain::person::Person;
use werkstadt_domain::search::{PersonFilter, PersonPosition, SolutionFilter, SolutionPosition};
use werkstadt_domain::skill::{Skill, SkillId};
use werkstadt_domain::solution::Solution;
use werkstadt_persistence::memberships::representatives;
use werkstadt_persistence::{Error, Store, dues, logos, membership_types};

use super::lines::{Kept, Line, Lines, Pictures, Told, uri};
use super::{Chunks, View, Writer};
use crate::memberships::tiers::wire::TierBody;
use crate::opportunities::wire::{BudgetBody, SoughtBody};
use crate::organisations::wire::LinkBody;
use crate::people::wire::ConsentBody;
use crate::problem::Problem;
use crate::skills::wire::LabelsBody;
use crate::solutions::wire::DisplayBody;
use crate::wire::TextBody;

/// What a line of a type of membership does not say.
const NOT_SAID_OF_TYPES: [&str; 3] = ["currency", "created_at", "updated_at"];

/// Records of a sort written at a time.
const CHUNK: usize = 200;

/// The network of a view, with pictures out of the store. What managers see is all of it.
pub fn network(view: View, store: Store) -> Box<dyn Chunks> {
    let mut skills: Vec<SkillId> = view.snapshot.all_skills().map(|skill| skill.record.id).collect();
    skills.sort_unstable();
    let steps = VecDeque::from([
        Step::Skills(skills.into()),
        Step::Tiers(None),
        Step::Organisations(None),
        Step::Opportunities(0),
        Step::Solutions(None),
        Step::Persons(None),
    ]);
    let told = Told::Whole(pictures(store.clone()), kept(store.clone()));
    let organisations = Lines::new(view.clone(), told);
    Box::new(Network {
        view,
        store,
        steps,
        organisations,
    })
}

fn pictures(store: Store) -> Pictures {
    Box::new(move |id| match store.read(|db| logos::find(db, id)) {
        Ok(logo) => Ok(Some(logo.large)),
        // It was taken away meanwhile.
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    })
}

fn kept(store: Store) -> Kept {
    Box::new(move |id| {
        store.read(|db| {
            let owed = dues::of_memberships(db, &[id])?.into_iter();
            Ok((representatives::of(db, id)?, owed.map(|due| due.record).collect()))
        })
    })
}

struct Network {
    view: View,
    store: Store,
    /// What is left to write.
    steps: VecDeque<Step>,
    organisations: Lines,
}

enum Step {
    Skills(VecDeque<SkillId>),
    /// Behind this one.
    Tiers(Option<TierId>),
    /// Behind this one.
    Organisations(Option<OrganisationId>),
    /// How many are written.
    Opportunities(usize),
    /// Behind this one.
    Solutions(Option<SolutionPosition>),
    /// Behind this one.
    Persons(Option<PersonPosition>),
}

impl Chunks for Network {
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let mut out = Vec::new();
        let Some(step) = self.steps.pop_front() else {
            return Ok(None);
        };
        let rest = match step {
            Step::Skills(left) => self.skills(left, &mut out)?,
            Step::Tiers(after) => self.tiers(after, &mut out)?,
            Step::Organisations(after) => self.organisations(after, &mut out)?,
            Step::Opportunities(done) => self.opportunities(done, &mut out)?,
            Step::Solutions(after) => self.solutions(after, &mut out)?,
            Step::Persons(after) => self.persons(after, &mut out)?,
        };
        if let Some(rest) = rest {
            self.steps.push_front(rest);
        }
        Ok(Some(out))
    }
}

impl Network {
    fn skills(&self, mut left: VecDeque<SkillId>, out: &mut Vec<u8>) -> Result<Option<Step>, Problem> {
        let rest = left.split_off(left.len().min(CHUNK));
        for id in mem::take(&mut left) {
            if let Some(stored) = self.view.snapshot.skill(id) {
                skill(&self.view, &stored.record, out)?;
            }
        }
        Ok((!rest.is_empty()).then_some(Step::Skills(rest)))
    }

    /// The types of membership, which managers see all.
    fn tiers(&self, after: Option<TierId>, out: &mut Vec<u8>) -> Result<Option<Step>, Problem> {
        if self.view.audience != Audience::Manager {
            return Ok(None);
        }
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let page = self.store.read(|db| membership_types::list(db, None, after, limit))?;
        for stored in &page {
            let body = serde_json::to_value(TierBody::from(stored)).map_err(Problem::internal)?;
            let mut line = Line::new("membership_type");
            for (name, value) in body.as_object().into_iter().flatten() {
                if !NOT_SAID_OF_TYPES.contains(&name.as_str()) {
                    line.put(name, value.clone());
                }
            }
            line.write(out)?;
        }
        Ok(page.last().map(|last| Step::Tiers(Some(last.record.id))))
    }

    fn organisations(&mut self, after: Option<OrganisationId>, out: &mut Vec<u8>) -> Result<Option<Step>, Problem> {
        let limit = Limit::clamped(CHUNK);
        let page = self.view.snapshot.organisations_by_id(self.view.audience, after, limit);
        self.view.told.contacts(page.iter().map(|profile| profile.get()))?;
        for profile in &page {
            self.organisations.organisation(out, profile.get())?;
        }
        let last = page.last().map(|profile| profile.get().id());
        Ok(last.map(|last| Step::Organisations(Some(last))))
    }

    /// The oldest first.
    fn opportunities(&self, done: usize, out: &mut Vec<u8>) -> Result<Option<Step>, Problem> {
        let all = self.view.snapshot.all_opportunities(self.view.audience).rev();
        let mut written = 0;
        for seen in all.skip(done).take(CHUNK) {
            opportunity(&self.view, seen.record.get(), out)?;
            written += 1;
        }
        Ok((written > 0).then_some(Step::Opportunities(done + written)))
    }

    /// The newest first.
    fn solutions(&self, after: Option<SolutionPosition>, out: &mut Vec<u8>) -> Result<Option<Step>, Problem> {
        let (all, limit) = (SolutionFilter::default(), Limit::clamped(CHUNK));
        let page = self
            .view
            .snapshot
            .solutions(self.view.audience, &all, after.as_ref(), limit);
        for hit in &page.items {
            solution(&self.view, hit.solution.record.get(), out)?;
        }
        Ok(page.after.map(|last| Step::Solutions(Some(last))))
    }

    fn persons(&self, after: Option<PersonPosition>, out: &mut Vec<u8>) -> Result<Option<Step>, Problem> {
        let limit = Limit::clamped(CHUNK);
        let page = self
            .view
            .snapshot
            .persons(&self.view.reader(), &PersonFilter::default(), after.as_ref(), limit);
        self.view.told.persons(&page.items)?;
        for seen in &page.items {
            person(&self.view, seen.stored.record.get(), out)?;
        }
        Ok(page.after.map(|last| Step::Persons(Some(last))))
    }
}

fn skill(view: &View, skill: &Skill, out: &mut Vec<u8>) -> Result<(), Problem> {
    let mut line = Line::new("skill");
    line.put("id", skill.id.to_string());
    line.put("uri", skill.uri.as_str());
    line.put("kind", skill.kind.code());
    line.put("status", skill.status.code());
    line.text("label", Some(TextBody::from(&skill.label)));
    let labels = LabelsBody {
        de: skill.alt_de.clone(),
        en: skill.alt_en.clone(),
    };
    if !labels.de.is_empty() || !labels.en.is_empty() {
        line.put("alt_labels", json!(labels));
    }
    for (name, ids) in [("broader", &skill.broader), ("related", &skill.related)] {
        line.all(name, ids.iter().map(|id| json!(uri(view, *id))));
    }
    line.some("replaced_by", skill.replaced_by.map(|id| uri(view, id)));
    line.write(out)
}

fn opportunity(view: &View, one: &Opportunity, out: &mut Vec<u8>) -> Result<(), Problem> {
    let mut line = Line::new("opportunity");
    line.put("id", one.id.to_string());
    line.put("organisation", one.organisation.to_string());
    line.some("unit", one.unit.map(|id| id.to_string()));
    line.put("direction", one.direction.code());
    line.put("cooperation", one.cooperation.code());
    line.text("title", Some(TextBody::from(&one.title)));
    line.text("summary", TextBody::some(&one.summary));
    line.text("description", TextBody::some(&one.description));
    let need = |need: &SkillNeed| json!({"skill": uri(view, need.skill), "min_level": need.min_level.get()});
    line.all("required", one.required.iter().map(need));
    line.all("preferred", one.preferred.iter().map(need));
    line.some("sought", SoughtBody::some(&one.sought).map(|sought| json!(sought)));
    line.some("stage", one.stage.clone());
    line.some("ipr", one.ipr.clone());
    let budget = one.budget.as_ref().map(BudgetBody::from);
    line.some("budget", budget.map(|budget| json!(budget)));
    for (name, day) in [
        ("starts_on", one.starts_on),
        ("ends_on", one.ends_on),
        ("expires_on", one.expires_on),
    ] {
        line.some(name, day.map(|day| day.to_string()));
    }
    line.put("anonymous", one.anonymous);
    line.put("status", one.status.code());
    line.put("visibility", one.visibility.code());
    line.write(out)
}

fn solution(view: &View, one: &Solution, out: &mut Vec<u8>) -> Result<(), Problem> {
    let mut line = Line::new("solution");
    line.put("id", one.id.to_string());
    line.put("organisation", one.organisation.to_string());
    line.some("unit", one.unit.map(|id| id.to_string()));
    line.text("title", Some(TextBody::from(&one.title)));
    line.text("summary", TextBody::some(&one.summary));
    line.text("description", TextBody::some(&one.description));
    line.all("skills", one.skills.iter().map(|id| json!(uri(view, *id))));
    line.put("maturity", one.maturity.code());
    line.all("links", one.links.iter().map(|link| json!(LinkBody::from(link))));
    line.some(
        "display",
        one.display.as_ref().map(|display| json!(DisplayBody::from(display))),
    );
    line.put(
        "confirmed_at",
        one.confirmed_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    );
    line.put("lapsed", one.lapsed);
    line.put("visibility", one.visibility.code());
    line.write(out)
}

fn person(view: &View, person: &Person, out: &mut Vec<u8>) -> Result<(), Problem> {
    let mut line = Line::new("person");
    line.put("id", person.id.to_string());
    line.put("given_name", person.given_name.as_str());
    line.put("family_name", person.family_name.as_str());
    line.some("titles", person.titles.clone());
    line.some("email", person.email.clone());
    line.some("phone", person.phone.clone());
    line.all("languages", person.languages.iter().map(|code| json!(code)));
    let affiliations = person.affiliations.iter().map(|one| {
        let mut part = Line::default();
        part.put("organisation", one.organisation.to_string());
        part.some("unit", one.unit.map(|id| id.to_string()));
        part.some("role", one.role.clone());
        part.some("from", one.from.map(|day| day.to_string()));
        part.some("to", one.to.map(|day| day.to_string()));
        part.0.into()
    });
    line.all("affiliations", affiliations);
    let skills = person.skills.iter();
    line.all(
        "skills",
        skills.map(|(skill, level)| json!({"skill": uri(view, *skill), "level": level.get()})),
    );
    line.all("roles_sought", person.roles_sought.iter().map(|role| json!(role)));
    line.some("birth_year", person.birth_year);
    line.some(
        "consent",
        person.consent.as_ref().map(|consent| json!(ConsentBody::from(consent))),
    );
    line.put("visibility", person.visibility.code());
    line.put("contact_visibility", person.contact_visibility.code());
    line.some("restricted", person.restriction.as_ref().map(|one| one.reason.clone()));
    if !person.matching {
        line.put("matching", false);
    }
    line.put("invented", person.invented);
    line.write(out)
}
