//! Representatives: who speaks for a member, and who pays its dues.

use crate::named::Named;
use crate::person::PersonId;

/// Who speaks for a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Representative {
    /// What for.
    pub role: RepresentativeRole,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// The person of the directory.
    pub person: Option<PersonId>,
}

/// What a representative is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RepresentativeRole {
    /// For everything.
    Main,
    /// For dues.
    Dues,
}

impl Named for RepresentativeRole {
    const NAME: &'static str = "RepresentativeRole";
    const ALL: &'static [Self] = &[Self::Main, Self::Dues];

    fn code(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Dues => "dues",
        }
    }
}
