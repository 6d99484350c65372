//! Upkeep of the taxonomy by managers: concepts merged, labels added and taken away.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_domain::skill::merge::{self, MOST_LABELS, add_label, remove_label};
use werkstadt_domain::skill::{Claim, Skill, SkillId, SkillStatus};
use werkstadt_domain::text::{Language, line};
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::{Error, UnitOfWork, claims, skills};

use super::wire::{LabelsBody, SkillBody};
use super::{SkillPath, given};
use crate::answer;
use crate::auth::Caller;
use crate::extract::{Json, NoQuery, Path};
use crate::problem::{Code, Problem};
use crate::state::{self, State};
use crate::wire::list;

/// Concepts that become one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"sources": ["urn:example:skill:laser"], "target": "urn:example:skill:lasers"}))]
pub struct SkillMergeRequest {
    /// The concepts that are given up, by id or URI.
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
    /// The concept that stays, by id or URI.
    #[schema(min_length = 1, max_length = 300)]
    pub target: String,
}

/// Alternative labels that come and go.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add": {"de": ["Laserbearbeitung"]}}))]
pub struct SkillAliasesRequest {
    /// Labels to add; those that the skill has already stay once.
    #[serde(default)]
    #[schema(required = false)]
    pub add: LabelsBody,
    /// Labels to take away; those that it does not have are no fault.
    #[serde(default)]
    #[schema(required = false)]
    pub remove: LabelsBody,
}

/// Merge skills into one
///
/// The sources become deprecated and are replaced by the target. Their labels become alternative labels of it, and what lies
/// below them lies below it. Claims, references, offers and filters that name a source count as naming the target, at once. Who
/// claimed several of them claims the target once: at the highest level, with all evidence.
/// 409 if a skill below a source lies above the target.
#[utoipa::path(tag = "skills", request_body = SkillMergeRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "skills:write"})), ("x-errors" = json!([409]))),
    responses((status = 200, description = "The skill that stays.", body = SkillBody)))]
#[post("/skills/merge")]
pub async fn merge_skills(
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
    body: Json<SkillMergeRequest>,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    let target = state::write(&state, caller.actor(), move |unit| {
        let snapshot = shared.directory().snapshot();
        let (sources, target) = body.0.read(&snapshot)?;
        merge_all(unit, &snapshot, &sources, target)?;
        Ok(target)
    });
    let target = target.await?;
    let snapshot = state.directory().snapshot();
    let merged = snapshot.skill(target).ok_or_else(|| Problem::new(Code::NotFound))?;
    answer::changed(&SkillBody::new(merged, &snapshot))
}

/// Add and remove alternative labels of a skill
///
/// Unlike a change of the whole list this needs no `If-Match`: labels of others stay.
#[utoipa::path(tag = "skills", params(SkillPath), request_body = SkillAliasesRequest,
    extensions(("x-authz" = json!({"from": "manager", "scope": "skills:write"}))),
    responses((status = 200, description = "The skill with its labels.", body = SkillBody)))]
#[post("/skills/{skill_id}/aliases")]
pub async fn change_skill_aliases(
    state: web::Data<State>,
    caller: Caller,
    path: Path<SkillId>,
    _query: NoQuery,
    body: Json<SkillAliasesRequest>,
) -> Result<HttpResponse, Problem> {
    let (shared, Path(id)) = (state.clone(), path);
    let changed = state::write(&state, caller.actor(), move |unit| {
        let before = skills::find(unit.db(), id)?;
        let after = body.0.applied(&before.record)?;
        let stored = if after == before.record {
            before
        } else {
            skills::update(unit, &before, after).map_err(retried)?
        };
        Ok(SkillBody::new(&stored, &shared.directory().snapshot()))
    });
    answer::changed(&changed.await?)
}

impl SkillMergeRequest {
    /// The sources and the target; a target that was replaced gives its successor.
    fn read(&self, snapshot: &Snapshot) -> Result<(Vec<SkillId>, SkillId), Invalid> {
        let mut faults = Faults::new();
        let sources = given::as_given(&mut faults, "/sources", &self.sources, 50, snapshot);
        let target = faults.take("/target", given::current(snapshot, &self.target));
        let is_deprecated = |id: &SkillId| {
            let skill = snapshot.skill(*id);
            skill.is_some_and(|skill| skill.record.status == SkillStatus::Deprecated)
        };
        if target.as_ref().is_some_and(is_deprecated) {
            faults.note("/target", Rule::Conflicts("status"));
        }
        for (index, source) in sources.iter().enumerate() {
            if Some(*source) == target {
                faults.note(format!("/sources/{index}"), Rule::Conflicts("target"));
            }
        }
        faults.finish(target.map(|target| (sources, target)))
    }
}

impl SkillAliasesRequest {
    fn applied(&self, skill: &Skill) -> Result<Skill, Invalid> {
        let mut faults = Faults::new();
        let mut after = skill.clone();
        let labels = |faults: &mut Faults, place: &str, given: &[String]| {
            list(faults, place, given, MOST_LABELS, |faults, place, text: &String| {
                faults.take(place, line(text, 200))
            })
        };
        for (language, added, removed) in [
            (Language::De, &self.add.de, &self.remove.de),
            (Language::En, &self.add.en, &self.remove.en),
        ] {
            let code = language.code();
            for label in labels(&mut faults, &format!("/remove/{code}"), removed) {
                remove_label(&mut after, language, &label);
            }
            for label in labels(&mut faults, &format!("/add/{code}"), added) {
                add_label(&mut after, language, &label);
            }
        }
        for (place, labels) in [("/add/de", &after.alt_de), ("/add/en", &after.alt_en)] {
            if labels.len() > MOST_LABELS {
                faults.note(place, Rule::TooLong(MOST_LABELS));
            }
        }
        faults.finish(Some(after))
    }
}

fn merge_all(
    unit: &mut UnitOfWork<'_>,
    snapshot: &Snapshot,
    sources: &[SkillId],
    target: SkillId,
) -> Result<(), Problem> {
    let records = |stored: &[Stored<Skill>]| stored.iter().map(|one| one.record.clone()).collect::<Vec<_>>();
    join_claims(unit, snapshot, sources, target)?;
    let mut before = skills::load(unit.db(), sources)?;
    let target = skills::find(unit.db(), target)?;
    let neighbours = skills::neighbours(unit.db(), sources)?;
    let merged = merge::merge(
        &records(&before),
        &target.record,
        &records(&neighbours),
        snapshot.taxonomy(),
    );
    let changed = merged.map_err(|rule| match rule {
        Rule::Cycle => Problem::new(Code::Conflict).with_fact("constraint", "skill_hierarchy"),
        rule => {
            let mut faults = Faults::new();
            faults.note("/sources", rule);
            faults
                .finish::<()>(None)
                .map_or_else(Problem::from, |()| Problem::new(Code::Invalid))
        }
    })?;
    before.extend(neighbours);
    before.push(target);
    for after in changed {
        let known = before.iter().find(|one| one.record.id == after.id);
        if let Some(before) = known.filter(|before| before.record != after) {
            skills::update(unit, before, after).map_err(retried)?;
        }
    }
    Ok(())
}

/// Who claimed several of the concepts that become one claims it once.
fn join_claims(
    unit: &mut UnitOfWork<'_>,
    snapshot: &Snapshot,
    sources: &[SkillId],
    target: SkillId,
) -> Result<(), Problem> {
    let becomes = |skill: SkillId| skill == target || sources.contains(&skill);
    let all = snapshot.all_skills().map(|skill| skill.record.id);
    let one: Vec<SkillId> = all
        .filter(|skill| becomes(*skill) || becomes(snapshot.taxonomy().current(*skill)))
        .collect();
    let mut holders: BTreeMap<_, Vec<Stored<Claim>>> = BTreeMap::new();
    for (owner, claim) in claims::of_skills(unit.db(), &one)? {
        holders.entry((owner, claim.record.unit)).or_default().push(claim);
    }
    for ((owner, _), mut several) in holders.into_iter().filter(|(_, claims)| claims.len() > 1) {
        // One of the skill that stays if there is one.
        let place = several.iter().position(|claim| claim.record.skill == target);
        let kept = several.swap_remove(place.unwrap_or(0));
        let joined = several
            .iter()
            .fold(kept.record.clone(), |sum, claim| sum.joined(&claim.record));
        for claim in &several {
            claims::remove(unit, owner, claim.record.id, claim.version).map_err(retried)?;
        }
        if joined != kept.record {
            claims::update(unit, owner, &kept, joined).map_err(retried)?;
        }
    }
    Ok(())
}

/// Another writer was faster. Nothing was promised about a version, so the client just tries again.
pub fn retried(error: Error) -> Problem {
    match error {
        Error::Stale { .. } => Problem::new(Code::Unavailable).retry_after(1),
        error => Problem::from(error),
    }
}
