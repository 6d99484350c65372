//! What a caller may say about an import: how the file is to be read, and what to do with faults and duplicates.

use serde::Deserialize;
use utoipa::IntoParams;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::Kind;

use super::columns::{Assignment, Field};
use super::table::{Encoding, Hints, Separator};
use crate::problem::{Breach, Code, Place, Problem};
use crate::wire::{Choose, KindName};

/// The query of an import and of its preview.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportOptions {
    /// What a column holds, as `HEADER:field` or `#POSITION:field`, once for each column that the preview got wrong. Fields are
    /// those of the preview, `external_id:scheme` for an id of another system, and `ignore`.
    #[serde(default)]
    #[param(max_items = 200, example = json!(["Betrieb:name", "#5:ignore"]))]
    pub column: Vec<String>,
    /// `skip` writes the good rows, `abort` all rows or none. Left out: `skip`.
    pub on_fault: Option<OnFaultName>,
    /// What to do with rows that mean an organisation of the directory, by a number that no two have or by name and town:
    /// `skip` leaves them out, `update` puts what they say over what is there, `create` adds another one where names allow.
    /// Left out: `skip`.
    pub duplicates: Option<OnDuplicateName>,
    /// The kind of organisations whose row does not tell it and whose name does not either. Left out: `company`.
    pub kind: Option<KindName>,
    /// How characters are written. Left out: detected.
    pub encoding: Option<EncodingName>,
    /// What stands between cells. Left out: detected.
    pub separator: Option<SeparatorName>,
    /// The sheet of a workbook. Left out: the first one that can be seen.
    #[param(min_length = 1, max_length = 100)]
    pub sheet: Option<String>,
    /// The row with the names of the columns, from 1. Left out: detected.
    #[param(minimum = 1, maximum = 100_000)]
    pub header_row: Option<usize>,
}

/// How characters are written.
pub type EncodingName = Choose<Encoding>;
/// What stands between cells.
pub type SeparatorName = Choose<Separator>;
/// What to do about faults.
pub type OnFaultName = Choose<OnFault>;
/// What to do about duplicates.
pub type OnDuplicateName = Choose<OnDuplicate>;

/// What to do about faulty rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFault {
    /// Leave them out.
    #[default]
    Skip,
    /// Write nothing.
    Abort,
}

impl Named for OnFault {
    const NAME: &'static str = "ImportOnFault";
    const ALL: &'static [Self] = &[Self::Skip, Self::Abort];

    fn code(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Abort => "abort",
        }
    }
}

/// What to do about rows that mean an organisation of the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// Leave them out.
    #[default]
    Skip,
    /// Change the organisation.
    Update,
    /// Add another one.
    Create,
}

impl Named for OnDuplicate {
    const NAME: &'static str = "ImportOnDuplicate";
    const ALL: &'static [Self] = &[Self::Skip, Self::Update, Self::Create];

    fn code(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Update => "update",
            Self::Create => "create",
        }
    }
}

/// What to do with the rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    /// Faulty ones.
    pub on_fault: OnFault,
    /// Those that are there already.
    pub duplicates: OnDuplicate,
    /// Those that do not tell their kind.
    pub kind: Option<Kind>,
}

impl ImportOptions {
    /// What to do with the rows.
    pub fn choices(&self) -> Choices {
        Choices {
            on_fault: self.on_fault.map(|choice| choice.0).unwrap_or_default(),
            duplicates: self.duplicates.map(|choice| choice.0).unwrap_or_default(),
            kind: self.kind.map(|choice| choice.0),
        }
    }

    /// How the file is made.
    pub fn hints(&self) -> Hints {
        Hints {
            encoding: self.encoding.map(|choice| choice.0),
            separator: self.separator.map(|choice| choice.0),
            sheet: self.sheet.clone(),
        }
    }

    /// What the columns hold.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] for what names no field.
    pub fn assignments(&self) -> Result<Vec<Assignment>, Problem> {
        let read = |text: &String| Assignment::parse(text).ok_or(());
        self.column.iter().map(read).collect::<Result<_, ()>>().map_err(|()| {
            let fields = Field::ALL.iter().map(|field| field.code().to_owned());
            let fields = fields.chain(["external_id:scheme".to_owned(), "ignore".to_owned()]);
            let form = format!(
                "HEADER:field, where field is one of: {}",
                fields.collect::<Vec<_>>().join(", ")
            );
            Problem::new(Code::InvalidQuery)
                .with_breaches(vec![(Place::Parameter("column".to_owned()), Breach::Form(form))])
        })
    }
}
