//! Who sees what: visibility levels, audiences, and the one projection that everything reads through.

use crate::named::Named;
use crate::timestamp::Timestamp;

/// How far a field group or a fact is visible. Ordered: what the public sees, members see; what members see, managers see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Visibility {
    /// Everyone.
    #[default]
    Public,
    /// Persons of member organisations, and managers.
    Members,
    /// The association's managers, and the owner of the record.
    Managers,
}

impl Named for Visibility {
    const NAME: &'static str = "Visibility";
    const ALL: &'static [Self] = &[Self::Public, Self::Members, Self::Managers];

    fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Members => "members",
            Self::Managers => "managers",
        }
    }
}

/// A class of viewers. What an audience may see depends on the class alone, never on the person, so that answers can be
/// compared, cached and proved equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Anyone without an account.
    Anonymous,
    /// A person of a member organisation.
    Member,
    /// A manager of the association; also an owner reading the own record directly.
    Manager,
}

impl Named for Audience {
    const NAME: &'static str = "Audience";
    const ALL: &'static [Self] = &[Self::Anonymous, Self::Member, Self::Manager];

    fn code(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Member => "member",
            Self::Manager => "manager",
        }
    }
}

impl Audience {
    /// All audiences, the one that sees least first.
    pub const ALL: [Self; 3] = [Self::Anonymous, Self::Member, Self::Manager];

    /// True if something of this visibility may be shown.
    pub const fn sees(self, visibility: Visibility) -> bool {
        visibility as u8 <= self as u8
    }

    /// Position in arrays kept per audience: 0, 1, 2.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A record as one audience sees it. Only projections build it, so a function that takes `Seen<T>` cannot be handed what
/// its reader may not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<T>(T);

impl<T> Seen<T> {
    pub(crate) const fn new(projected: T) -> Self {
        Self(projected)
    }

    /// The record, hidden parts emptied.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// The record, hidden parts emptied.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// A record that can be shown to an audience.
pub trait Project: Clone + PartialEq {
    /// The record as the audience sees it, or `None` if it does not exist for that audience.
    fn project(&self, audience: Audience) -> Option<Seen<Self>>;
}

/// When a record last changed, as each audience may know it: an edit of hidden fields must not show in `updated_at`.
#[derive(Clone, PartialEq, Eq)]
pub struct ChangedAt {
    last: Timestamp,
    /// The last change that anyone can see, and the last one that members can see; nothing where both are the last one at all. That
    /// is so of nearly every fact, and there are many of them.
    earlier: Option<Box<[Timestamp; 2]>>,
}

impl ChangedAt {
    /// The last change that anyone can see, the last one that members can see, and the last one at all.
    pub fn new([public, members, last]: [Timestamp; 3]) -> Self {
        let earlier = (public != last || members != last).then(|| Box::new([public, members]));
        Self { last, earlier }
    }

    /// Changed for everyone at once, as on creation.
    pub const fn all(at: Timestamp) -> Self {
        Self {
            last: at,
            earlier: None,
        }
    }

    /// The last change that the audience can see.
    pub fn seen_by(&self, audience: Audience) -> Timestamp {
        let [public, members] = self.earlier.as_deref().copied().unwrap_or([self.last; 2]);
        match audience {
            Audience::Anonymous => public,
            Audience::Member => members,
            Audience::Manager => self.last,
        }
    }

    /// The last change at all.
    pub const fn last(&self) -> Timestamp {
        self.last
    }

    /// The times after a change that only managers see.
    #[must_use]
    pub fn for_managers(&self, at: Timestamp) -> Self {
        Self::new([self.seen_by(Audience::Anonymous), self.seen_by(Audience::Member), at])
    }

    /// The times after a change from `before` to `after`: an audience's time moves only if its view did.
    #[must_use]
    pub fn after<T: Project>(&self, before: &T, after: &T, at: Timestamp) -> Self {
        let differs = |audience| before.project(audience) != after.project(audience);
        let time = |audience: Audience, differs: bool| if differs { at } else { self.seen_by(audience) };
        Self::new([
            time(Audience::Anonymous, differs(Audience::Anonymous)),
            time(Audience::Member, differs(Audience::Member)),
            time(Audience::Manager, before != after),
        ])
    }
}

impl std::fmt::Debug for ChangedAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(Audience::ALL.map(|audience| self.seen_by(audience)))
            .finish()
    }
}

/// A record with what the store knows about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<T> {
    /// The record itself.
    pub record: T,
    /// Counts the changes, from 1; guards updates.
    pub version: i64,
    /// When it was first stored.
    pub created_at: Timestamp,
    /// When it last changed, per audience.
    pub changed_at: ChangedAt,
}

impl<T: Project> Stored<T> {
    /// The record as the audience sees it with its times, or `None` if it does not exist for that audience.
    pub fn project(&self, audience: Audience) -> Option<Stored<Seen<T>>> {
        let record = self.record.project(audience)?;
        Some(Stored {
            record,
            version: self.version,
            created_at: self.created_at,
            changed_at: self.changed_at.clone(),
        })
    }
}

impl<T> Stored<T> {
    /// The same without what its audience cannot know: the version counts hidden changes too, and other audiences' times
    /// tell of them.
    #[must_use]
    pub fn without_traces(self, audience: Audience) -> Self {
        Self {
            version: 0,
            changed_at: ChangedAt::all(self.changed_at.seen_by(audience)),
            ..self
        }
    }
}

/// Whether the audience sees a difference between two states of a record; `None` is its absence.
pub fn differs<T: Project>(before: Option<&Stored<T>>, after: Option<&Stored<T>>, audience: Audience) -> bool {
    let face = |state: Option<&Stored<T>>| state?.project(audience).map(|seen| seen.without_traces(audience));
    face(before) != face(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_audience_sees_its_own_level_and_the_wider_ones() {
        let seen = Audience::ALL.map(|audience| {
            Visibility::ALL
                .iter()
                .map(|level| audience.sees(*level))
                .collect::<Vec<_>>()
        });
        assert_eq!(seen, [[true, false, false], [true, true, false], [true, true, true]]);
    }
}
