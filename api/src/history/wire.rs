//! Histories as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::named::Named;
use werkstadt_persistence::directory::Snapshot;
use werkstadt_persistence::history::{Change, Event, Record, Returned};
use werkstadt_persistence::{Accounts, Actor, Operation};

use crate::claims::wire::ClaimBody;
use crate::opportunities::wire::OpportunityBody;
use crate::organisations::wire::OrganisationBody;
use crate::page::Page;
use crate::people::wire::PersonBody;
use crate::problem::Problem;
use crate::references::wire::ReferenceBody;
use crate::skills::wire::{SkillBody, SkillSummary};
use crate::solutions::wire::SolutionBody;
use crate::units::wire::UnitBody;

/// A page of a history.
pub type HistoryEventPage = Page<HistoryEventBody>;

/// Something that happened to a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HistoryEvent, example = json!({"at": "2026-11-22T09:00:00Z",
    "by": {"kind": "user", "id": "01936d3e-7f10-7000-8000-000000000001", "name": "Erika Beispiel"},
    "record": {"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "label": "Beispiel Optik GmbH"},
    "operation": "updated", "version_id": "17",
    "changes": [{"pointer": "/summary/de", "before": "Optik", "after": "Präzisionsoptik"}]}))]
pub struct HistoryEventBody {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: ActorBody,
    /// To what.
    pub record: HistoryRecordBody,
    /// What was done.
    #[schema(examples("created", "updated", "removed"))]
    pub operation: String,
    /// Names the state before the event, for bringing it back. A creation has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Which members became another, by an update.
    pub changes: Vec<MemberChangeBody>,
}

/// Who did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Actor, example = json!({"kind": "user", "id": "01936d3e-7f10-7000-8000-000000000001", "name": "Erika Beispiel"}))]
pub struct ActorBody {
    /// What sort of actor. `system` is the program itself.
    #[schema(examples("system", "user", "api_key"))]
    pub kind: String,
    /// The id of the user or of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The user's name, while there is such a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The record that an event is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HistoryRecord, example = json!({"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "label": "Beispiel Optik GmbH"}))]
pub struct HistoryRecordBody {
    /// What it is.
    #[schema(examples(
        "organisation",
        "unit",
        "claim",
        "reference",
        "logo",
        "opportunity",
        "solution",
        "person",
        "skill"
    ))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Its name or title then.
    pub label: String,
}

/// A member of a record that became another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MemberChange, example = json!({"pointer": "/summary/de", "before": "Optik", "after": "Präzisionsoptik"}))]
pub struct MemberChangeBody {
    /// Where it stands in the record, as a JSON pointer (RFC 6901). Lists are compared as a whole.
    pub pointer: String,
    /// What it was; left out if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it became; left out if it went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What was brought back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Restored, example = json!({"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa",
    "href": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa",
    "with_it": [{"kind": "claim", "id": "01936d3e-7f10-7000-8000-0000000000ab", "label": "Lasertechnik"}], "left_out": []}))]
pub struct RestoredBody {
    /// What it is.
    #[schema(examples(
        "organisation",
        "unit",
        "claim",
        "reference",
        "logo",
        "opportunity",
        "solution",
        "person",
        "skill"
    ))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Where it can be read.
    pub href: String,
    /// What came back with an organisation that was removed: its units, skills, references, logo, opportunities and
    /// solutions. Its membership and the people who worked there are back, too.
    pub with_it: Vec<HistoryRecordBody>,
    /// What could not come back with it, because a skill or a unit that it names is gone by now.
    pub left_out: Vec<HistoryRecordBody>,
}

impl HistoryEventBody {
    /// An event as editors of the record see it.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if a state cannot be written; a defect.
    pub fn new(event: &Event, accounts: &Accounts, snapshot: &Snapshot) -> Result<Self, Problem> {
        let (operation, record, changes) = match &event.change {
            Change::Created(record) => (Operation::Created, record, Vec::new()),
            Change::Removed(record) => (Operation::Removed, record, Vec::new()),
            Change::Updated(states) => {
                let (before, after) = &**states;
                let mut changes = Vec::new();
                let (was, is) = (plain(before, snapshot)?, plain(after, snapshot)?);
                differences(&was, &is, &mut String::new(), &mut changes);
                (Operation::Updated, after, changes)
            }
        };
        Ok(Self {
            at: event.at,
            by: ActorBody::new(event.by, accounts),
            record: HistoryRecordBody::new(record, snapshot),
            operation: operation.code().to_owned(),
            version_id: event.ended.map(|number| number.to_string()),
            changes,
        })
    }
}

impl ActorBody {
    /// Who it was, with the name that the user has now.
    pub fn new(actor: Actor, accounts: &Accounts) -> Self {
        let (kind, id, name) = match actor {
            Actor::System => ("system", None, None),
            Actor::User(id) => (
                "user",
                Some(id.to_string()),
                accounts.user(id).map(|user| user.name.clone()),
            ),
            Actor::ApiKey(id) => ("api_key", Some(id.to_string()), None),
        };
        Self {
            kind: kind.to_owned(),
            id,
            name,
        }
    }
}

impl HistoryRecordBody {
    fn new(record: &Record, snapshot: &Snapshot) -> Self {
        Self {
            kind: record.noun().code().to_owned(),
            id: record.id().to_string(),
            label: label(record, snapshot),
        }
    }
}

impl RestoredBody {
    /// What was brought back, and where it is.
    pub fn new(record: &Record, with_it: &Returned, snapshot: &Snapshot) -> Self {
        let (id, owner) = (
            record.id(),
            record.owner().map(|owner| owner.to_string()).unwrap_or_default(),
        );
        let href = match record {
            Record::Organisation(_) => format!("/v1/organisations/{id}"),
            Record::Unit(_) => format!("/v1/organisations/{owner}/units/{id}"),
            Record::Claim(..) => format!("/v1/organisations/{owner}/skills/{id}"),
            Record::Reference(..) => format!("/v1/organisations/{owner}/references/{id}"),
            Record::Logo(..) => format!("/v1/organisations/{owner}/logo"),
            Record::Opportunity(_) => format!("/v1/opportunities/{id}"),
            Record::Solution(_) => format!("/v1/solutions/{id}"),
            Record::Person(_) => format!("/v1/people/{id}"),
            Record::Skill(_) => format!("/v1/skills/{id}"),
        };
        let bodies = |records: &[Record]| {
            let body = |record| HistoryRecordBody::new(record, snapshot);
            records.iter().map(body).collect()
        };
        Self {
            kind: record.noun().code().to_owned(),
            id: id.to_string(),
            href,
            with_it: bodies(&with_it.back),
            left_out: bodies(&with_it.left),
        }
    }
}

/// The body of a state as editors see it.
///
/// # Errors
/// [`crate::problem::Code::Internal`] if it cannot be written; a defect.
pub fn body(record: &Record, snapshot: &Snapshot) -> Result<Value, Problem> {
    let audience = Audience::Manager;
    let written = match record {
        Record::Organisation(stored) => serde_json::to_value(OrganisationBody::new(stored, false, audience)),
        Record::Unit(stored) => serde_json::to_value(UnitBody::new(stored, audience)),
        Record::Claim(_, stored) => serde_json::to_value(ClaimBody::new(stored, snapshot, audience)),
        Record::Reference(_, stored) => serde_json::to_value(ReferenceBody::new(stored, snapshot, audience)),
        Record::Logo(_, logo) => Ok(serde_json::json!({"digest": logo.digest})),
        Record::Opportunity(stored) => {
            let mut body = OpportunityBody::for_editors(stored, snapshot)?;
            // Named even when the organisation itself is gone.
            body.organisation_id = Some(stored.record.organisation.to_string());
            serde_json::to_value(body)
        }
        Record::Solution(stored) => {
            let mut body = SolutionBody::for_editors(stored, snapshot)?;
            // Named even when they are gone.
            body.organisation_id = Some(stored.record.organisation.to_string());
            body.unit_id = stored.record.unit.map(|unit| unit.to_string());
            serde_json::to_value(body)
        }
        Record::Person(stored) => serde_json::to_value(PersonBody::kept(stored, snapshot)),
        Record::Skill(stored) => serde_json::to_value(SkillBody::in_list(stored, snapshot)),
    };
    written.map_err(Problem::internal)
}

/// What of the body is the record's own: no derived members, no times.
fn plain(record: &Record, snapshot: &Snapshot) -> Result<Value, Problem> {
    let mut value = body(record, snapshot)?;
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !["created_at", "updated_at", "member", "helix", "narrower"].contains(&name.as_str()));
    }
    Ok(value)
}

/// The name or title of a record, in German if it has one.
fn label(record: &Record, snapshot: &Snapshot) -> String {
    let text = |text: &werkstadt_domain::text::Text| text.de.clone().or_else(|| text.en.clone()).unwrap_or_default();
    match record {
        Record::Organisation(stored) => stored.record.name.clone(),
        Record::Unit(stored) => text(&stored.record.name),
        Record::Claim(_, stored) => {
            let skill = SkillSummary::of(snapshot, stored.record.skill);
            skill.label.de.or(skill.label.en).unwrap_or(skill.uri)
        }
        Record::Reference(_, stored) => text(&stored.record.title),
        Record::Logo(..) => "Logo".to_owned(),
        Record::Opportunity(stored) => text(&stored.record.title),
        Record::Solution(stored) => text(&stored.record.title),
        Record::Person(stored) => format!("{} {}", stored.record.given_name, stored.record.family_name),
        Record::Skill(stored) => text(&stored.record.label),
    }
}

/// Every place where two JSON values differ.
pub fn differences(before: &Value, after: &Value, pointer: &mut String, found: &mut Vec<MemberChangeBody>) {
    let (Value::Object(was), Value::Object(is)) = (before, after) else {
        if before != after {
            found.push(change(pointer, Some(before), Some(after)));
        }
        return;
    };
    let gone = was.iter().filter(|(name, _)| !is.contains_key(name.as_str()));
    for (name, before, after) in gone
        .map(|(name, before)| (name, Some(before), None))
        .chain(is.iter().map(|(name, after)| (name, was.get(name), Some(after))))
    {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        match (before, after) {
            (Some(before), Some(after)) => differences(before, after, pointer, found),
            (before, after) => found.push(change(pointer, before, after)),
        }
        pointer.truncate(length);
    }
}

fn change(pointer: &str, before: Option<&Value>, after: Option<&Value>) -> MemberChangeBody {
    MemberChangeBody {
        pointer: pointer.to_owned(),
        before: before.cloned(),
        after: after.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_name_every_place() {
        let was = json!({"a": 1, "b": {"c": [1], "d": "x"}, "e/~": true, "same": null});
        let is = json!({"a": 2, "b": {"c": [1, 2], "f": {}}, "same": null});
        let mut found = Vec::new();
        differences(&was, &is, &mut String::new(), &mut found);
        let told: Vec<_> = found
            .into_iter()
            .map(|one| (one.pointer, one.before.is_some(), one.after.is_some()))
            .collect();
        let expected = [
            ("/e~1~0", true, false),
            ("/a", true, true),
            ("/b/d", true, false),
            ("/b/c", true, true),
            ("/b/f", false, true),
        ];
        assert_eq!(told, expected.map(|(pointer, was, is)| (pointer.to_owned(), was, is)));
    }
}
