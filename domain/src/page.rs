//! Pages of a list.

/// How many items a page holds: 1 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(usize);

impl Limit {
    /// Largest page.
    pub const MAX: usize = 200;

    /// A limit, brought into 1 to 200.
    pub const fn clamped(items: usize) -> Self {
        if items == 0 {
            return Self(1);
        }
        if items > Self::MAX {
            Self(Self::MAX)
        } else {
            Self(items)
        }
    }

    /// The number of items.
    pub const fn get(self) -> usize {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

/// A page of a list. `after` continues it.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T, K> {
    /// The items in order.
    pub items: Vec<T>,
    /// The position of the last item if more follow.
    pub after: Option<K>,
}
