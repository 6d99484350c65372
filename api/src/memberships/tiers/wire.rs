//! Types of membership as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::membership::due::CURRENCY;
use werkstadt_domain::membership::period::{FirstDue, Period};
use werkstadt_domain::membership::tier::{Document, Field, Tier, TierId, slug};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::SizeClass;

use crate::page::Page;
use crate::patch::Base;
use crate::wire::{
    Choose, KindName, MergePatchOf, SizeClassName, TextBody, Writing, chosen, list, required_text, text,
};

/// When periods begin, by name.
pub type PeriodName = Choose<Period>;
/// What whoever joins within a period owes for it, by name.
pub type FirstDueName = Choose<FirstDue>;
/// Something that an application must tell, by name.
pub type FieldName = Choose<Field>;

/// A type of membership.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MembershipType, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000b1", "code": "full",
    "name": {"de": "Vollmitglied", "en": "Full member"}, "fee_cents": 60000, "currency": "EUR",
    "fees": [{"size": "micro", "fee_cents": 24000}], "period": "calendar_year", "first_due": "full", "due_days": 30, "grace_days": 60, "kinds": ["company"],
    "required_fields": ["legal_form"], "required_documents": [{"code": "register", "name": {"de": "Registerauszug", "en": "Register extract"}}],
    "open": true, "created_at": "2026-11-26T09:00:00Z", "updated_at": "2026-11-26T09:00:00Z"}))]
pub struct TierBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The code by which memberships name it.
    #[schema(examples("full", "supporting"))]
    pub code: String,
    /// What it is called.
    pub name: TextBody,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<TextBody>,
    /// What a year costs, in cents.
    pub fee_cents: i64,
    /// The currency (ISO 4217).
    #[schema(examples("EUR"))]
    pub currency: String,
    /// What it costs organisations of some size classes instead.
    pub fees: Vec<FeeBody>,
    /// When its periods begin.
    #[schema(examples("calendar_year", "from_entry"))]
    pub period: String,
    /// What whoever joins within a period owes for it: all, a part by the months that are left, or nothing.
    #[schema(examples("full", "pro_rata", "none"))]
    pub first_due: String,
    /// Days from the beginning of a period, or from entry, until its due is payable.
    pub due_days: u16,
    /// Days from then on after which an unpaid membership lapses.
    pub grace_days: u16,
    /// The kinds of organisations that may apply; all, if none is named.
    pub kinds: Vec<String>,
    /// What an application must tell beyond the least.
    pub required_fields: Vec<String>,
    /// The documents that an application must bring.
    pub required_documents: Vec<RequiredDocumentBody>,
    /// Whether it can be applied for.
    pub open: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Its last change.
    pub updated_at: DateTime<Utc>,
}

/// A page of types.
pub type TierPage = Page<TierBody>;

/// What a year costs organisations of a size class.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipFee, example = json!({"size": "micro", "fee_cents": 24000}))]
pub struct FeeBody {
    /// The size class.
    pub size: SizeClassName,
    /// In cents.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub fee_cents: i64,
}

/// A document that an application must bring.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequiredDocument, example = json!({"code": "register", "name": {"de": "Registerauszug", "en": "Register extract"}}))]
pub struct RequiredDocumentBody {
    /// The code by which applications name it.
    #[schema(pattern = "^[a-z0-9_-]+$", min_length = 1, max_length = 60)]
    pub code: String,
    /// What it is called.
    pub name: TextBody,
}

/// A new type of membership.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MembershipTypeCreate, example = json!({"code": "full", "name": {"de": "Vollmitglied", "en": "Full member"}, "fee_cents": 60000,
    "fees": [{"size": "micro", "fee_cents": 24000}], "period": "calendar_year", "first_due": "pro_rata", "due_days": 30, "grace_days": 60, "open": true}))]
pub struct TierCreate {
    /// The code by which memberships name it. It stays while one does.
    #[schema(pattern = "^[a-z0-9_-]+$", min_length = 1, max_length = 60)]
    pub code: String,
    /// What it is called.
    pub name: TextBody,
    /// What it is for.
    pub description: Option<TextBody>,
    /// What a year costs, in cents; nothing unless said otherwise.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub fee_cents: Option<i64>,
    /// What it costs organisations of some size classes instead.
    #[serde(default)]
    #[schema(max_items = 4)]
    pub fees: Vec<FeeBody>,
    /// When its periods begin: with the calendar year, unless said otherwise.
    pub period: Option<PeriodName>,
    /// What whoever joins within a period owes for it: all of it (`full`), unless said otherwise; so many twelfths as months are left, the
    /// one begun among them, rounded to a cent, half a cent up (`pro_rata`); or nothing (`none`). Whoever has been a member since before
    /// the period owes all of it, and so does everyone for later periods.
    pub first_due: Option<FirstDueName>,
    /// Days from the beginning of a period, or from entry, until its due is payable; 30 unless said otherwise.
    #[schema(maximum = 365)]
    pub due_days: Option<u16>,
    /// Days from then on after which an unpaid membership lapses; 30 unless said otherwise.
    #[schema(maximum = 365)]
    pub grace_days: Option<u16>,
    /// The kinds of organisations that may apply; all, if none is named.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub kinds: Vec<KindName>,
    /// What an application must tell beyond the least.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub required_fields: Vec<FieldName>,
    /// The documents that an application must bring.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub required_documents: Vec<RequiredDocumentBody>,
    /// Whether it can be applied for; not unless said so.
    pub open: Option<bool>,
}

/// A change of a type.
pub type TierPatch = MergePatchOf<TierCreate>;

/// How a changed type is read.
pub const BASE: Base = Base {
    create: "create_membership_type",
    derived: &["id", "currency", "created_at", "updated_at"],
    by_id: &[],
};

impl From<&Stored<Tier>> for TierBody {
    fn from(stored: &Stored<Tier>) -> Self {
        let tier = &stored.record;
        Self {
            id: tier.id.to_string(),
            code: tier.code.clone(),
            name: TextBody::from(&tier.name),
            description: TextBody::some(&tier.description),
            fee_cents: tier.fee_cents,
            currency: CURRENCY.to_owned(),
            fees: tier.fees.iter().map(FeeBody::from).collect(),
            period: tier.period.code().to_owned(),
            first_due: tier.first_due.code().to_owned(),
            due_days: tier.due_days,
            grace_days: tier.grace_days,
            kinds: tier.kinds.iter().map(|kind| kind.code().to_owned()).collect(),
            required_fields: tier.fields.iter().map(|field| field.code().to_owned()).collect(),
            required_documents: tier.documents.iter().map(RequiredDocumentBody::from).collect(),
            open: tier.is_open,
            created_at: stored.created_at.utc(),
            updated_at: stored.changed_at.last().utc(),
        }
    }
}

impl From<&(SizeClass, i64)> for FeeBody {
    fn from((size, fee_cents): &(SizeClass, i64)) -> Self {
        Self {
            size: Choose(*size),
            fee_cents: *fee_cents,
        }
    }
}

impl From<&Document> for RequiredDocumentBody {
    fn from(document: &Document) -> Self {
        Self {
            code: document.code.clone(),
            name: TextBody::from(&document.name),
        }
    }
}

impl TierCreate {
    /// The type under an id.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self, id: TierId) -> Result<Tier, Invalid> {
        let mut faults = Faults::new();
        let tier = Tier {
            id,
            code: faults.take("/code", slug(&self.code)).unwrap_or_default(),
            name: required_text(&mut faults, "/name", &self.name, Writing::Line(200)),
            description: text(
                &mut faults,
                "/description",
                self.description.as_ref(),
                Writing::Paragraphs(5000),
            ),
            fee_cents: self.fee_cents.unwrap_or(0),
            fees: fees(&mut faults, &self.fees),
            period: self.period.map_or(Period::CalendarYear, |period| period.0),
            first_due: self.first_due.map_or(FirstDue::Full, |choice| choice.0),
            due_days: self.due_days.unwrap_or(30),
            grace_days: self.grace_days.unwrap_or(30),
            kinds: chosen(&self.kinds),
            fields: chosen(&self.required_fields),
            documents: documents(&mut faults, &self.required_documents),
            is_open: self.open.unwrap_or(false),
        };
        faults.finish(Some(tier))
    }
}

/// One fee for each size class at most.
fn fees(faults: &mut Faults, given: &[FeeBody]) -> Vec<(SizeClass, i64)> {
    let mut fees: Vec<(SizeClass, i64)> = Vec::new();
    for (index, fee) in given.iter().enumerate() {
        if fees.iter().any(|(size, _)| *size == fee.size.0) {
            faults.note(format!("/fees/{index}/size"), Rule::Duplicate);
        } else {
            fees.push((fee.size.0, fee.fee_cents));
        }
    }
    fees
}

fn documents(faults: &mut Faults, given: &[RequiredDocumentBody]) -> Vec<Document> {
    let mut codes: Vec<String> = Vec::new();
    list(faults, "/required_documents", given, 10, |faults, place, one| {
        let code = faults.take(format!("{place}/code"), slug(&one.code));
        let name = required_text(faults, &format!("{place}/name"), &one.name, Writing::Line(200));
        let code = code?;
        if codes.contains(&code) {
            faults.note(format!("{place}/code"), Rule::Duplicate);
        }
        codes.push(code.clone());
        Some(Document { code, name })
    })
}
