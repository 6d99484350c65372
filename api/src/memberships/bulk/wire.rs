//! Many memberships at once, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::applications::content::ApplicantBody;
use super::super::wire::StartName;
use super::super::wire::representative::RepresentativeBody;
use crate::history::wire::MemberChangeBody;
use crate::upkeep::duplicates::NamedOrganisation;

/// Memberships to be entered or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipBulkRequest, example = json!({"items": [{"organisation": {"kind": "company", "name": "Beispiel Optik GmbH"},
    "type": "full", "since_on": "2020-01-01", "representative": {"name": "Erika Beispiel", "email": "erika@example.org"}}]}))]
pub struct BulkRequest {
    /// The memberships.
    #[schema(min_items = 1, max_items = 1000)]
    pub items: Vec<BulkItem>,
}

/// A membership to be entered, or changed where the organisation has one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipBulkItem, example = json!({"organisation": {"kind": "company", "name": "Beispiel Optik GmbH"}, "type": "full",
    "since_on": "2020-01-01", "representative": {"name": "Erika Beispiel", "email": "erika@example.org"}}))]
pub struct BulkItem {
    /// An organisation of the directory. Either this or `organisation`.
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// An organisation that is looked up by its numbers, and by name and town, and entered if it is not there.
    pub organisation: Option<ApplicantBody>,
    /// The type.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub r#type: String,
    /// Where it begins: `active`, unless said otherwise. One that is there stays where it is, unless said otherwise.
    pub status: Option<StartName>,
    /// First day.
    #[schema(format = Date)]
    pub since_on: Option<String>,
    /// Last day of a term.
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// The membership that covers it.
    #[schema(format = Uuid)]
    pub covered_by: Option<String>,
    /// Who speaks for the member.
    pub representative: Option<RepresentativeBody>,
    /// Who pays its dues, if that is another.
    pub dues_representative: Option<RepresentativeBody>,
    /// Why, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

/// What has become, or would become, of memberships.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MembershipBulk, example = json!({"dry_run": true, "created": 1, "changed": 0, "unchanged": 0, "items": [
    {"outcome": "created", "organisation_name": "Beispiel Optik GmbH", "new_organisation": true, "changes": [{"pointer": "/type", "after": "full"}], "warnings": []}]}))]
pub struct BulkBody {
    /// True if nothing was changed.
    pub dry_run: bool,
    /// How many are new.
    pub created: usize,
    /// How many are different.
    pub changed: usize,
    /// How many stay as they are.
    pub unchanged: usize,
    /// Each of them, in the order of the request.
    pub items: Vec<BulkOutcome>,
}

/// What has become, or would become, of a membership.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MembershipBulkOutcome, example = json!({"outcome": "created", "organisation_name": "Beispiel Optik GmbH", "new_organisation": true,
    "changes": [{"pointer": "/type", "after": "full"}], "warnings": []}))]
pub struct BulkOutcome {
    /// What it is.
    #[schema(examples("created", "changed", "unchanged"))]
    pub outcome: String,
    /// The membership; left out where it would be new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub membership_id: Option<String>,
    /// The organisation; left out where it would be new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// Its name.
    pub organisation_name: String,
    /// True if the directory did not have it.
    pub new_organisation: bool,
    /// An organisation that may be the same, though it was not taken for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible_duplicate: Option<NamedOrganisation>,
    /// What is different.
    pub changes: Vec<MemberChangeBody>,
    /// What is odd, and entered nevertheless.
    pub warnings: Vec<BulkWarning>,
}

/// What is odd in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MembershipBulkWarning, example = json!({"pointer": "/type", "code": "type_not_described"}))]
pub struct BulkWarning {
    /// The member of the row, as a JSON pointer.
    #[schema(examples("/type"))]
    pub pointer: String,
    /// What is odd: the association has not described the type, so that nothing is asked for it, or the first day is more than a year
    /// ahead.
    #[schema(examples("type_not_described", "far_ahead"))]
    pub code: String,
}

/// Memberships to be renewed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipRenewalsRequest, example = json!({"type": "full", "reason": "Annual invoices."}))]
pub struct RenewalsRequest {
    /// Which ones; all that are active or in their days of grace, if left out.
    #[schema(max_items = 1000)]
    pub membership_ids: Option<Vec<String>>,
    /// Of this type only.
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub r#type: Option<String>,
    /// Why, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

/// What has become, or would become, of renewals.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MembershipRenewals, example = json!({"dry_run": true, "renewed": 1, "skipped": 1, "items": [
    {"membership_id": "01936d3e-7f10-7000-8000-0000000000a1", "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "outcome": "renewed"},
    {"membership_id": "01936d3e-7f10-7000-8000-0000000000a2", "organisation_id": "01936d3e-7f10-7000-8000-0000000000ab", "outcome": "skipped", "reason": "owing"}]}))]
pub struct RenewalsBody {
    /// True if nothing was changed.
    pub dry_run: bool,
    /// How many were renewed.
    pub renewed: usize,
    /// How many were not.
    pub skipped: usize,
    /// Each of them.
    pub items: Vec<RenewalOutcome>,
}

/// What has become, or would become, of a renewal.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"membership_id": "01936d3e-7f10-7000-8000-0000000000a1", "organisation_id": "01936d3e-7f10-7000-8000-0000000000aa", "outcome": "renewed"}))]
pub struct RenewalOutcome {
    /// The membership.
    #[schema(format = Uuid)]
    pub membership_id: String,
    /// The organisation.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// What it is.
    #[schema(examples("renewed", "skipped"))]
    pub outcome: String,
    /// Why it was skipped; `changed` where somebody else has changed it at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("owing", "ahead", "endless", "covered", "status", "changed"))]
    pub reason: Option<String>,
}

/// Dues that were paid.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DuePaymentsRequest, example = json!({"items": [{"due_id": "01936d3e-7f10-7000-8000-0000000000b4", "paid_on": "2026-01-20"}]}))]
pub struct PaymentsRequest {
    /// The dues.
    #[schema(min_items = 1, max_items = 1000)]
    pub items: Vec<PaymentItem>,
}

/// A due that was paid.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DuePayment, example = json!({"due_id": "01936d3e-7f10-7000-8000-0000000000b4", "paid_on": "2026-01-20"}))]
pub struct PaymentItem {
    /// Which one.
    #[schema(format = Uuid)]
    pub due_id: String,
    /// When; today if left out.
    #[schema(format = Date)]
    pub paid_on: Option<String>,
}

/// What has become, or would become, of payments.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DuePayments, example = json!({"dry_run": true, "paid": 1, "unchanged": 0, "paid_cents": 60000, "currency": "EUR", "items": [
    {"due_id": "01936d3e-7f10-7000-8000-0000000000b4", "outcome": "paid", "amount_cents": 60000}]}))]
pub struct PaymentsBody {
    /// True if nothing was changed.
    pub dry_run: bool,
    /// How many are paid now.
    pub paid: usize,
    /// How many were paid before.
    pub unchanged: usize,
    /// What is paid now, in cents.
    pub paid_cents: i64,
    /// The currency (ISO 4217).
    #[schema(examples("EUR"))]
    pub currency: String,
    /// Each of them, in the order of the request.
    pub items: Vec<PaymentOutcome>,
}

/// What has become, or would become, of a payment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"due_id": "01936d3e-7f10-7000-8000-0000000000b4", "outcome": "paid", "amount_cents": 60000}))]
pub struct PaymentOutcome {
    /// The due.
    #[schema(format = Uuid)]
    pub due_id: String,
    /// What it is.
    #[schema(examples("paid", "unchanged"))]
    pub outcome: String,
    /// How much, in cents.
    pub amount_cents: i64,
}
