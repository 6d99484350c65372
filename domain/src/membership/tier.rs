//! Types of membership: what they cost, for how long, and what an application must come with.

use chrono::NaiveDate;

use super::period::{FirstDue, Period, Span, later};
use crate::id::Id;
use crate::invalid::Rule;
use crate::named::Named;
use crate::organisation::{Kind, SizeClass};
use crate::text::Text;

/// The id of a type of membership.
pub type TierId = Id<Tier>;

/// The most that a year may cost, in cents: ten million euros.
pub const MOST_CENTS: i64 = 1_000_000_000;
/// Days of grace of a membership whose type the association has not described.
pub const USUAL_GRACE_DAYS: u16 = 30;

/// A type of membership that the association has.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// Its id.
    pub id: TierId,
    /// The code by which memberships name it.
    pub code: String,
    /// What it is called.
    pub name: Text,
    /// What it is for.
    pub description: Text,
    /// What a year costs, in cents of a euro.
    pub fee_cents: i64,
    /// What it costs organisations of some size classes instead.
    pub fees: Vec<(SizeClass, i64)>,
    /// When its periods begin.
    pub period: Period,
    /// What whoever joins within a period owes for it.
    pub first_due: FirstDue,
    /// Days from the beginning of a period, or from entry, until its due is payable.
    pub due_days: u16,
    /// Days from then on after which an unpaid membership ends.
    pub grace_days: u16,
    /// The kinds of organisations that may apply; all, if none is named.
    pub kinds: Vec<Kind>,
    /// What an application must tell beyond the least.
    pub fields: Vec<Field>,
    /// The documents that it must bring.
    pub documents: Vec<Document>,
    /// Whether it can be applied for.
    pub is_open: bool,
}

/// A document that an application must bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The code by which the application names it.
    pub code: String,
    /// What it is called.
    pub name: Text,
}

/// What a type of membership may ask an applicant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The organisation's legal form.
    LegalForm,
    /// Its entry in a register.
    Register,
    /// Its VAT id.
    VatId,
    /// Its address.
    Address,
    /// Its website.
    Website,
    /// Its size class.
    Size,
    /// The contact's telephone number.
    Phone,
    /// The contact's function.
    Function,
    /// Some words on why.
    Message,
}

impl Named for Field {
    const NAME: &'static str = "ApplicationField";
    const ALL: &'static [Self] = &[
        Self::LegalForm,
        Self::Register,
        Self::VatId,
        Self::Address,
        Self::Website,
        Self::Size,
        Self::Phone,
        Self::Function,
        Self::Message,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::LegalForm => "legal_form",
            Self::Register => "register",
            Self::VatId => "vat_id",
            Self::Address => "address",
            Self::Website => "website",
            Self::Size => "size",
            Self::Phone => "phone",
            Self::Function => "function",
            Self::Message => "message",
        }
    }
}

impl Field {
    /// Where an application has it, as a JSON pointer.
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::LegalForm => "/organisation/legal_form",
            Self::Register => "/organisation/register",
            Self::VatId => "/organisation/vat_id",
            Self::Address => "/organisation/address",
            Self::Website => "/organisation/website",
            Self::Size => "/organisation/size",
            Self::Phone => "/contact/phone",
            Self::Function => "/contact/function",
            Self::Message => "/message",
        }
    }
}

impl Tier {
    /// What a year costs an organisation of this size class.
    pub fn fee(&self, size: Option<SizeClass>) -> i64 {
        let graded = self.fees.iter().find(|(of, _)| Some(*of) == size);
        graded.map_or(self.fee_cents, |(_, cents)| *cents)
    }

    /// True if organisations of this kind may apply.
    pub fn admits(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// When the due of a period is payable that is entered on a day: who comes late has the same time as everyone.
    pub fn payable_on(&self, span: Span, entered: NaiveDate) -> NaiveDate {
        later(span.first.max(entered), self.due_days)
    }
}

/// Reads the code of a type or of a document: lower-case letters, digits, `-` and `_`, at most 60.
///
/// # Errors
/// The rule it breaks.
pub fn slug(text: &str) -> Result<String, Rule> {
    const FORM: Rule = Rule::Malformed("lower-case letters, digits, - and _");
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    match text {
        "" => Err(Rule::Required),
        long if long.len() > 60 => Err(Rule::TooLong(60)),
        text if text.chars().all(fits) => Ok(text.to_owned()),
        _ => Err(FORM),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_fee_may_depend_on_the_size() {
        let mut tier = Tier {
            id: Id::new(Uuid::nil()),
            code: "full".to_owned(),
            name: Text::default(),
            description: Text::default(),
            fee_cents: 60_000,
            fees: vec![(SizeClass::Micro, 12_000), (SizeClass::Large, 240_000)],
            period: Period::CalendarYear,
            first_due: FirstDue::Full,
            due_days: 30,
            grace_days: 60,
            kinds: vec![],
            fields: vec![],
            documents: vec![],
            is_open: true,
        };
        let sizes = [
            None,
            Some(SizeClass::Micro),
            Some(SizeClass::Medium),
            Some(SizeClass::Large),
        ];
        assert_eq!(sizes.map(|size| tier.fee(size)), [60_000, 12_000, 60_000, 240_000]);
        assert!(tier.admits(Kind::School));
        tier.kinds = vec![Kind::Company];
        assert!(!tier.admits(Kind::School) && tier.admits(Kind::Company));
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).expect("a day");
        let year = Period::CalendarYear.around(None, day(5, 1));
        assert_eq!(tier.payable_on(year, day(5, 1)), day(5, 31));
        assert_eq!(tier.payable_on(year, NaiveDate::MIN), day(1, 31));
    }

    #[test]
    fn codes_are_plain() {
        assert_eq!(slug("full-member_2").as_deref(), Ok("full-member_2"));
        for bad in ["", "Full", "a b", "ä", &"a".repeat(61)] {
            assert!(slug(bad).is_err(), "{bad}");
        }
    }
}
