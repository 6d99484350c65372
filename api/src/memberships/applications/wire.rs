//! Applications for membership as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::membership::application::{ApplicationStatus, MediaType};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::line;
use werkstadt_persistence::Accounts;
use werkstadt_persistence::applications::{DocumentHead, StoredApplication};

use super::content::{ApplicantBody, ApplicantContactBody, Content};
use crate::history::wire::ActorBody;
use crate::page::Page;
use crate::problem::Problem;
use crate::upkeep::duplicates::NamedOrganisation;
use crate::wire::{Choose, day, optional};

/// A state of an application, by name.
pub type ApplicationStatusName = Choose<ApplicationStatus>;
/// What a document may be, by name.
pub type MediaTypeName = Choose<MediaType>;
/// What a manager decides, by name.
pub type VerdictName = Choose<Verdict>;

/// An application for membership.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipApplicationCreate, example = json!({"type": "full",
    "organisation": {"kind": "company", "name": "Beispiel Optik GmbH", "legal_form": "GmbH"},
    "contact": {"name": "Erika Beispiel", "email": "erika@example.org"}, "consent": true}))]
pub struct ApplicationCreate {
    /// The code of the type of membership.
    #[schema(pattern = "^[a-z0-9_-]+$", min_length = 1, max_length = 60)]
    pub r#type: String,
    /// Who wants to become a member.
    pub organisation: ApplicantBody,
    /// Who writes, and will represent the member.
    pub contact: ApplicantContactBody,
    /// Some words on why.
    #[schema(format = "paragraphs", min_length = 1, max_length = 5000)]
    pub message: Option<String>,
    /// The documents that the type of membership asks for; 4 MB together.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub documents: Vec<DocumentCreate>,
    /// That the association may process all this to decide the application. Must be true.
    pub consent: bool,
}

/// A document of an application.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApplicationDocumentCreate, example = json!({"code": "register", "file_name": "Registerauszug.pdf",
    "media_type": "application/pdf", "content": "JVBERi0xLjcK"}))]
pub struct DocumentCreate {
    /// What it is, by a code of the type of membership.
    #[schema(pattern = "^[a-z0-9_-]+$", min_length = 1, max_length = 60)]
    pub code: String,
    /// What it is called.
    #[schema(format = "single-line", min_length = 1, max_length = 120)]
    pub file_name: String,
    /// What its bytes are.
    pub media_type: MediaTypeName,
    /// The bytes in Base64 (RFC 4648, section 4).
    #[schema(min_length = 1, max_length = 5_600_000)]
    pub content: String,
}

/// What an applicant is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApplicationReceipt, example = json!({"reference": "01936d3e-7f10-7000-8000-0000000000b2"}))]
pub struct ReceiptBody {
    /// The reference under which the association finds it.
    pub reference: String,
}

/// An application as managers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MembershipApplication, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000b2", "type": "full", "status": "applied",
    "organisation": {"kind": "company", "name": "Beispiel Optik GmbH"}, "contact": {"name": "Erika Beispiel", "email": "erika@example.org"},
    "by": {"kind": "system"}, "created_at": "2026-11-26T09:00:00Z", "updated_at": "2026-11-26T09:00:00Z"}))]
pub struct ApplicationBody {
    /// Its id, which is the applicant's reference.
    #[schema(format = Uuid)]
    pub id: String,
    /// The code of the type of membership.
    #[schema(examples("full", "supporting"))]
    pub r#type: String,
    /// Where it stands.
    #[schema(examples("applied", "under_review", "accepted", "rejected"))]
    pub status: String,
    /// Who wants to become a member.
    pub organisation: ApplicantBody,
    /// Who writes.
    pub contact: ApplicantContactBody,
    /// Some words on why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Its documents; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Vec<DocumentBody>>,
    /// Organisations of the directory that it may be about, the surest first; left out in lists and once it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible_duplicates: Option<Vec<PossibleDuplicate>>,
    /// Who sent it.
    pub by: ActorBody,
    /// Why it stands where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub decided_by: Option<String>,
    /// The membership that it led to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub membership_id: Option<String>,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Its last change.
    pub updated_at: DateTime<Utc>,
}

/// A page of applications.
pub type ApplicationPage = Page<ApplicationBody>;

/// A document of an application.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApplicationDocument, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000b3", "code": "register",
    "file_name": "Registerauszug.pdf", "media_type": "application/pdf",
    "href": "/v1/membership-applications/01936d3e-7f10-7000-8000-0000000000b2/documents/01936d3e-7f10-7000-8000-0000000000b3"}))]
pub struct DocumentBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// What it is, by a code of the type of membership.
    #[schema(examples("register"))]
    pub code: String,
    /// What its sender calls it.
    pub file_name: String,
    /// What its bytes are.
    #[schema(examples("application/pdf", "image/png", "image/jpeg"))]
    pub media_type: String,
    /// Where it can be read.
    pub href: String,
}

/// An organisation of the directory that an application may be about.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"reason": "name_and_town", "organisation": {"id": "01936d3e-7f10-7000-8000-0000000000aa", "name": "Beispiel Optik GmbH"}}))]
pub struct PossibleDuplicate {
    /// Why, the surest reason.
    #[schema(examples("vat_id", "name_and_town", "domain", "name"))]
    pub reason: String,
    /// Which one.
    pub organisation: NamedOrganisation,
}

/// A manager's decision about an application.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipDecision, example = json!({"decision": "accept", "reason": "Decided by the board.", "since_on": "2027-01-01"}))]
pub struct Decision {
    /// What is decided.
    pub decision: VerdictName,
    /// Why, in one line; needed to reject.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub reason: Option<String>,
    /// The organisation of the directory that becomes a member; a new one if left out.
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// The first day of membership; today if left out.
    #[schema(format = Date)]
    pub since_on: Option<String>,
}

/// What a manager decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// To look at it.
    Review,
    /// To take the applicant in.
    Accept,
    /// To turn the applicant down.
    Reject,
}

impl Named for Verdict {
    const NAME: &'static str = "ApplicationVerdict";
    const ALL: &'static [Self] = &[Self::Review, Self::Accept, Self::Reject];

    fn code(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Accept => "accept",
            Self::Reject => "reject",
        }
    }
}

impl Verdict {
    /// The state to which it leads.
    pub const fn status(self) -> ApplicationStatus {
        match self {
            Self::Review => ApplicationStatus::UnderReview,
            Self::Accept => ApplicationStatus::Accepted,
            Self::Reject => ApplicationStatus::Rejected,
        }
    }
}

impl Decision {
    /// Why, and from when on; what is about the organisation is for who looks it up.
    ///
    /// # Errors
    /// Every fault.
    pub fn read(&self) -> Result<(Option<String>, Option<NaiveDate>), Invalid> {
        use werkstadt_domain::invalid::Rule;
        let mut faults = Faults::new();
        let reason = optional(&mut faults, "/reason", self.reason.as_ref(), |text| line(text, 500));
        let since_on = optional(&mut faults, "/since_on", self.since_on.as_ref(), day);
        if self.decision.0 == Verdict::Reject && self.reason.is_none() {
            faults.note("/reason", Rule::Required);
        }
        if self.decision.0 != Verdict::Accept {
            let only_to_accept = [
                ("/organisation_id", &self.organisation_id),
                ("/since_on", &self.since_on),
            ];
            for (pointer, _) in only_to_accept.into_iter().filter(|(_, given)| given.is_some()) {
                faults.note(pointer, Rule::Conflicts("decision"));
            }
        }
        faults.finish(Some((reason, since_on)))
    }
}

impl ApplicationBody {
    /// The application as a list shows it.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if what is kept cannot be read; a defect.
    pub fn in_list(stored: &StoredApplication, tier: &str, accounts: &Accounts) -> Result<Self, Problem> {
        let content = Content::of(stored)?;
        let decision = stored.decision;
        Ok(Self {
            id: stored.id.to_string(),
            r#type: tier.to_owned(),
            status: stored.status.code().to_owned(),
            organisation: content.organisation,
            contact: content.contact,
            message: content.message,
            documents: None,
            possible_duplicates: None,
            by: ActorBody::new(stored.by, accounts),
            reason: stored.reason.clone(),
            decided_at: decision.map(|decision| decision.at),
            decided_by: decision.and_then(|decision| decision.by).map(|id| id.to_string()),
            membership_id: stored.membership.map(|id| id.to_string()),
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        })
    }
}

impl DocumentBody {
    /// A document of an application.
    pub fn new(application: &StoredApplication, head: &DocumentHead) -> Self {
        let (id, application) = (head.id, application.id);
        Self {
            id: id.to_string(),
            code: head.code.clone(),
            file_name: head.file_name.clone(),
            media_type: head.media_type.code().to_owned(),
            href: format!("/v1/membership-applications/{application}/documents/{id}"),
        }
    }
}
