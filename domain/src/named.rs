//! Closed lists of names: what every enumeration of the domain has, for the borders that write it as text.

/// An enumeration with a stable name for each value, used in JSON and in the database.
pub trait Named: Copy + Eq + 'static {
    /// The name of the list itself.
    const NAME: &'static str;

    /// Every value, in order.
    const ALL: &'static [Self];

    /// The name of the value.
    fn code(self) -> &'static str;

    /// The value with this name.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }
}
