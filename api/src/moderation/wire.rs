//! Cases as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;
use werkstadt_domain::id::Id;
use werkstadt_domain::invalid::{Faults, Rule};
use werkstadt_domain::moderation::{CaseKind, CaseStatus};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Number, OrganisationId};
use werkstadt_domain::text::paragraphs;
use werkstadt_persistence::Noun;
use werkstadt_persistence::moderation::StoredCase;

use crate::auth::Caller;
use crate::history::wire::{ActorBody, MemberChangeBody};
use crate::page::Page;
use crate::people::reader;
use crate::problem::Problem;
use crate::solutions::audience_of;
use crate::state::State;
use crate::wire::Choose;

/// Where the content of a flagged change has its changes.
pub const CHANGES: &str = "changes";
/// Where the content of a proposal has the visibility that it wishes.
pub const WISHED_VISIBILITY: &str = "visibility";

/// Where the content of a proposal has the numbers that others have.
pub const TAKEN: &str = "taken";

/// A kind of case.
pub type CaseKindName = Choose<CaseKind>;
/// A state of a case.
pub type CaseStatusName = Choose<CaseStatus>;
/// What is reported.
pub type ReportedKindName = Choose<ReportedKind>;
/// Why it is reported.
pub type ReportReasonName = Choose<ReportReason>;

/// Something that managers should look at.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ModerationCase, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000f5", "kind": "report", "status": "open",
    "record": {"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "href": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa"},
    "by": {"kind": "user", "id": "01936d3e-7f10-7000-8000-000000000001", "name": "Erika Beispiel"},
    "reason": "outdated", "text": "Umgezogen nach Gera.", "changes": [], "taken": [], "created_at": "2026-11-24T09:00:00Z"}))]
pub struct CaseBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What it is.
    #[schema(examples("flagged_change", "proposal", "report"))]
    pub kind: String,
    /// Where it stands.
    #[schema(examples("open", "accepted", "rejected"))]
    pub status: String,
    /// The record that it is about.
    pub record: CaseRecordBody,
    /// Who caused it.
    pub by: ActorBody,
    /// Why a record was reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("incorrect", "outdated", "duplicate", "abuse", "privacy", "other"))]
    pub reason: Option<String>,
    /// What its reporter says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What a flagged change changed.
    pub changes: Vec<MemberChangeBody>,
    /// Numbers of a proposed organisation that were left out, because others have them.
    pub taken: Vec<TakenNumberBody>,
    /// When it came up.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub decided_by: Option<String>,
    /// What the decision says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A page of cases.
pub type CasePage = Page<CaseBody>;

/// The record that a case is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CaseRecord, example = json!({"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa",
    "href": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa"}))]
pub struct CaseRecordBody {
    /// What it is.
    #[schema(examples("organisation", "opportunity", "solution", "person", "skill"))]
    pub kind: String,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Where it can be read, while it is there.
    pub href: String,
}

/// A number that was left out of a proposal.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = TakenNumber, example = json!({"pointer": "/vat_id", "value": "DE136695976",
    "held_by": "/v1/organisations/01936d3e-7f10-7000-8000-0000000000aa"}))]
pub struct TakenNumberBody {
    /// The member of the organisation that it was meant for, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The number.
    pub value: String,
    /// The organisation that has it: perhaps the proposed one.
    pub held_by: String,
}

impl From<&(Number, OrganisationId)> for TakenNumberBody {
    fn from((number, holder): &(Number, OrganisationId)) -> Self {
        Self {
            pointer: number.pointer().to_owned(),
            value: number.text(),
            held_by: format!("/v1/organisations/{holder}"),
        }
    }
}

/// What somebody is told whose report or proposal was taken in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CaseReceipt, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000f5", "status": "open", "created_at": "2026-11-24T09:00:00Z"}))]
pub struct CaseReceiptBody {
    /// The id under which managers find it.
    #[schema(format = Uuid)]
    pub id: String,
    /// Where it stands.
    #[schema(examples("open"))]
    pub status: String,
    /// When it was taken in.
    pub created_at: DateTime<Utc>,
}

/// A report of a record.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "organisation", "id": "01936d3e-7f10-7000-8000-0000000000aa", "reason": "outdated", "text": "Umgezogen nach Gera."}))]
pub struct ReportCreate {
    /// What is reported.
    pub kind: ReportedKindName,
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Why.
    pub reason: ReportReasonName,
    /// What is wrong, in a few lines.
    #[schema(format = "paragraphs", min_length = 1, max_length = 2000)]
    pub text: Option<String>,
}

/// A manager's decision about a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "accepted", "note": "Geprüft."}))]
pub struct CaseDecision {
    /// `accepted` or `rejected`.
    pub status: CaseStatusName,
    /// Why, in a few lines.
    #[schema(format = "paragraphs", min_length = 1, max_length = 2000)]
    pub note: Option<String>,
}

/// What can be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportedKind {
    /// An organisation, or something of its profile.
    Organisation,
    /// An opportunity.
    Opportunity,
    /// A solution.
    Solution,
    /// A person.
    Person,
    /// A concept of the taxonomy.
    Skill,
}

impl Named for ReportedKind {
    const NAME: &'static str = "ReportedKind";
    const ALL: &'static [Self] = &[
        Self::Organisation,
        Self::Opportunity,
        Self::Solution,
        Self::Person,
        Self::Skill,
    ];

    fn code(self) -> &'static str {
        self.noun().code()
    }
}

impl ReportedKind {
    const fn noun(self) -> Noun {
        match self {
            Self::Organisation => Noun::Organisation,
            Self::Opportunity => Noun::Opportunity,
            Self::Solution => Noun::Solution,
            Self::Person => Noun::Person,
            Self::Skill => Noun::Skill,
        }
    }
}

/// Why a record is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportReason {
    /// It says something that is not so.
    Wrong,
    /// It was so.
    Outdated,
    /// It is there twice.
    Duplicate,
    /// It should not be there.
    Abuse,
    /// It tells of a person who does not want it.
    Privacy,
    /// Something else.
    Other,
}

impl Named for ReportReason {
    const NAME: &'static str = "ReportReason";
    const ALL: &'static [Self] = &[
        Self::Wrong,
        Self::Outdated,
        Self::Duplicate,
        Self::Abuse,
        Self::Privacy,
        Self::Other,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Wrong => "incorrect",
            Self::Outdated => "outdated",
            Self::Duplicate => "duplicate",
            Self::Abuse => "abuse",
            Self::Privacy => "privacy",
            Self::Other => "other",
        }
    }
}

impl ReportCreate {
    /// The record and what is said about it.
    ///
    /// # Errors
    /// [`crate::problem::Code::Invalid`] with every fault; what the caller cannot see does not exist.
    pub fn read(&self, state: &State, caller: &Caller) -> Result<((Noun, Uuid), Value), Problem> {
        let (snapshot, audience) = (state.directory().snapshot(), caller.audience());
        let mut faults = Faults::new();
        let id = Id::<()>::parse(&self.id).ok().map(|id| id.uuid());
        let exists = |id: &Uuid| match self.kind.0 {
            ReportedKind::Organisation => {
                let id = Id::new(*id);
                snapshot.organisation(caller.audience_at(id), id).is_some()
            }
            ReportedKind::Opportunity => snapshot.opportunity(audience, Id::new(*id)).is_some(),
            ReportedKind::Solution => {
                let id = Id::new(*id);
                snapshot.solution(audience_of(&snapshot, caller, id), id).is_some()
            }
            ReportedKind::Person => snapshot.person(&reader(state, caller), Id::new(*id)).is_some(),
            ReportedKind::Skill => snapshot.skill(Id::new(*id)).is_some(),
        };
        let id = faults.take("/id", id.filter(exists).ok_or(Rule::UnknownReference));
        let text = self
            .text
            .as_ref()
            .and_then(|text| faults.take("/text", paragraphs(text, 2000)));
        let id = faults.finish(id)?;
        let content = json!({"reason": self.reason.0.code(), "text": text});
        Ok(((self.kind.0.noun(), id), content))
    }
}

impl From<&StoredCase> for CaseReceiptBody {
    fn from(stored: &StoredCase) -> Self {
        Self {
            id: stored.case.id.to_string(),
            status: stored.case.status.code().to_owned(),
            created_at: stored.created_at,
        }
    }
}

impl CaseBody {
    /// A case as managers see it.
    pub fn new(stored: &StoredCase, state: &State) -> Self {
        let (case, content) = (&stored.case, &stored.content);
        let said = |name: &str| content[name].as_str().map(str::to_owned);
        let folder = match stored.noun {
            Noun::Opportunity => "opportunities",
            Noun::Solution => "solutions",
            Noun::Person => "people",
            Noun::Skill => "skills",
            _ => "organisations",
        };
        let decision = case.decision.as_ref();
        Self {
            id: case.id.to_string(),
            kind: case.kind.code().to_owned(),
            status: case.status.code().to_owned(),
            record: CaseRecordBody {
                kind: stored.noun.code().to_owned(),
                id: case.record.to_string(),
                href: format!("/v1/{folder}/{}", case.record),
            },
            by: ActorBody::new(stored.by, state.accounts()),
            reason: said("reason"),
            text: said("text"),
            changes: serde_json::from_value(content[CHANGES].clone()).unwrap_or_default(),
            taken: serde_json::from_value(content[TAKEN].clone()).unwrap_or_default(),
            created_at: stored.created_at,
            decided_at: decision.map(|decision| decision.at),
            decided_by: decision.and_then(|decision| decision.by).map(|id| id.to_string()),
            note: decision.and_then(|decision| decision.note.clone()),
        }
    }
}
