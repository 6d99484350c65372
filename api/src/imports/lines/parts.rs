//! The parts of an organisation's line: what it can do, what it has done, its membership.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::claims::wire::EvidenceBody;
use crate::memberships::dues::wire::SettledName;
use crate::memberships::wire::representative::RepresentativeBody;
use crate::organisations::wire::ExternalIdBody;
use crate::wire::{MembershipStatusName, ReferenceKindName, TextBody, VisibilityName};

/// A skill that is claimed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"skill": "Lasertechnik", "level": 4}))]
pub struct ImportClaim {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The skill's URI or a label of it. An unknown label becomes a proposed concept.
    #[schema(min_length = 1, max_length = 300)]
    pub skill: String,
    /// 1 aware to 5 authority; 3 if left out.
    #[schema(minimum = 1, maximum = 5)]
    pub level: Option<u8>,
    /// What backs it.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub evidence: Vec<EvidenceBody>,
    /// When it was last confirmed.
    pub confirmed_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Last day on which it holds.
    #[schema(format = Date)]
    pub expires_on: Option<String>,
    /// Who sees it.
    pub visibility: Option<VisibilityName>,
}

/// A reference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "project", "title": {"en": "Adaptive optics for microscopy"}, "keywords": ["optics"]}))]
pub struct ImportReference {
    /// Its id; a new one if left out. With an id the partners are taken as they stand: names are not looked up.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// Sort; a project if left out.
    pub kind: Option<ReferenceKindName>,
    /// Title.
    pub title: TextBody,
    /// What it was about.
    pub text: Option<TextBody>,
    /// Keywords.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub keywords: Vec<String>,
    /// Skills that it shows, by URI or label.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub skills: Vec<String>,
    /// First day.
    #[schema(format = Date)]
    pub from: Option<String>,
    /// Last day.
    #[schema(format = Date)]
    pub to: Option<String>,
    /// Who else took part.
    #[serde(default)]
    #[schema(max_items = 300)]
    pub partners: Vec<ImportPartner>,
    /// Where the fact comes from.
    #[schema(format = "single-line", max_length = 500)]
    pub source: Option<String>,
    /// Web address.
    #[schema(format = "web-address", max_length = 500)]
    pub link: Option<String>,
    /// Key of the unit.
    #[schema(max_length = 60)]
    pub unit: Option<String>,
    /// The project's id elsewhere; references with the same one are the same project.
    pub project: Option<ExternalIdBody>,
    /// Who sees it.
    pub visibility: Option<VisibilityName>,
}

/// A partner of a reference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Beispiel Optik GmbH"}))]
pub struct ImportPartner {
    /// Its id, if it is in the directory or in the file.
    #[schema(format = Uuid)]
    pub organisation: Option<String>,
    /// Its name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Its id elsewhere.
    pub external_id: Option<ExternalIdBody>,
}

/// A membership. No due is made for it but those that are given: the first one comes with its renewal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"type": "full", "status": "active", "since_on": "2020-01-01"}))]
pub struct ImportMembership {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The type.
    #[serde(rename = "type")]
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub kind: String,
    /// Where it stands.
    pub status: MembershipStatusName,
    /// First day.
    #[schema(format = Date)]
    pub since_on: Option<String>,
    /// Last day.
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// The last day of a member who has resigned, until it has passed.
    #[schema(format = Date)]
    pub resigns_on: Option<String>,
    /// Why the member has resigned, until that takes effect.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub resign_reason: Option<String>,
    /// The id of the membership that covers it, of the file or of the directory. Left out if there is none, or it is covered itself.
    #[schema(format = Uuid)]
    pub covered_by: Option<String>,
    /// Who speaks for the member. A person who is neither in the file nor in the directory is left out: name and address stay.
    pub representative: Option<RepresentativeBody>,
    /// Who pays its dues, if that is another.
    pub dues_representative: Option<RepresentativeBody>,
    /// What it owes, and has paid.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub dues: Vec<ImportDue>,
}

/// A due.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"first_on": "2026-01-01", "last_on": "2026-12-31", "amount_cents": 60000, "due_on": "2026-01-31", "status": "paid",
    "paid_on": "2026-01-20"}))]
pub struct ImportDue {
    /// Its id; a new one if left out.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The first day that it is for. A membership has one due from there.
    #[schema(format = Date)]
    pub first_on: String,
    /// The last day that it is for.
    #[schema(format = Date)]
    pub last_on: String,
    /// How much, in cents.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub amount_cents: i64,
    /// The last day to pay.
    #[schema(format = Date)]
    pub due_on: String,
    /// Whether it is owed; it is unless said otherwise.
    pub status: Option<SettledName>,
    /// When it was paid; today unless said otherwise. Only for one that is paid.
    #[schema(format = Date)]
    pub paid_on: Option<String>,
    /// A remark.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub note: Option<String>,
    /// How often the member was reminded of it; once, if only the day is given.
    #[schema(minimum = 1, maximum = 65535)]
    pub reminders: Option<u16>,
    /// When that was last.
    #[schema(format = Date)]
    pub reminded_on: Option<String>,
}
