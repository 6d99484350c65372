//! Planted leaks: places where the read model would tell what an audience may not see. Only tests can switch one on, to show that
//! the comparison of worlds that differ in hidden facts would notice it.

use werkstadt_domain::audience::Audience;

/// A defect that could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leak {
    /// The number of hits counts hidden organisations.
    Total,
    /// A facet counts hidden values.
    Facets,
    /// Words are known, and weighed by how rare they are, with hidden texts too.
    Rarity,
    /// The last change is the last one at all.
    Updated,
    /// Completions know hidden names.
    Completions,
    /// Skills are filtered by hidden claims.
    SkillFilter,
    /// Words of hidden texts match.
    Text,
    /// Hidden organisations take places on a page.
    Rows,
    /// Highlights read hidden texts.
    Highlights,
    /// Matching covers wishes by hidden claims.
    Coverage,
    /// Matching reads hidden references.
    References,
    /// Organisations are found by hidden numbers.
    Numbers,
    /// A hidden organisation is told from one that does not exist.
    Existence,
}

impl Leak {
    /// The audience whose view is read: the caller's, unless this leak is planted.
    pub(super) fn through(self, audience: Audience) -> Audience {
        if planted(self) { Audience::Manager } else { audience }
    }
}

#[cfg(not(test))]
const fn planted(_: Leak) -> bool {
    false
}

#[cfg(test)]
fn planted(leak: Leak) -> bool {
    PLANTED.get() == Some(leak)
}

#[cfg(test)]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Leak>> = const { std::cell::Cell::new(None) };
}

#[cfg(test)]
impl Leak {
    /// All of them.
    pub(super) const ALL: [Self; 13] = [
        Self::Total,
        Self::Facets,
        Self::Rarity,
        Self::Updated,
        Self::Completions,
        Self::SkillFilter,
        Self::Text,
        Self::Rows,
        Self::Highlights,
        Self::Coverage,
        Self::References,
        Self::Numbers,
        Self::Existence,
    ];

    /// Does something while this leak is planted in this thread.
    pub(super) fn planted<T>(self, work: impl FnOnce() -> T) -> T {
        PLANTED.set(Some(self));
        let done = work();
        PLANTED.set(None);
        done
    }
}
