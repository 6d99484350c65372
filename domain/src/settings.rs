//! Settings: what managers set while the network runs, in place of what the server was started with.

use std::collections::BTreeMap;

use crate::account::SecondFactorPolicy;
use crate::audience::Audience;
use crate::membership::MembershipStatus;
use crate::named::Named;
use crate::text::Text;

/// What was set; what was not is as the server was configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What the network is called in letters.
    pub network_name: Text,
    /// The e-mail address to which letters point for questions.
    pub contact: Option<String>,
    /// Days that an opportunity is open unless it says until when.
    pub opportunity_days: Option<u16>,
    /// Days after which a solution must be confirmed again.
    pub solution_days: Option<u16>,
    /// Days after which a claim that nobody confirmed is due.
    pub confirm_skills_days: Option<u16>,
    /// Days after which a profile that nobody confirmed or changed is due.
    pub confirm_profiles_days: Option<u16>,
    /// Days of notice before a certificate or an opportunity ends.
    pub notice_days: Option<u16>,
    /// Days after the last day to pay until a member is reminded of a due.
    pub remind_dues_days: Option<u16>,
    /// Days from one reminder of a due to the next.
    pub remind_dues_again_days: Option<u16>,
    /// How often a member is reminded of a due, at most.
    pub remind_dues_at_most: Option<u16>,
    /// Whose sign-in needs a second factor.
    pub second_factor: Option<SecondFactorPolicy>,
    /// What members of organisations see.
    pub reading: Reading,
}

/// Where an organisation stands: the state of its membership, or none without one.
pub type Standing = Option<MembershipStatus>;

/// What the people of an organisation see, by where it stands. What is not said reads as a member does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading(BTreeMap<Standing, ReadAs>);

/// As whom somebody reads what others show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadAs {
    /// As a member of the network.
    #[default]
    Member,
    /// As anyone.
    Anonymous,
}

impl Named for ReadAs {
    const NAME: &'static str = "ReadAs";
    const ALL: &'static [Self] = &[Self::Member, Self::Anonymous];

    fn code(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Anonymous => "anonymous",
        }
    }
}

impl ReadAs {
    /// The audience.
    pub const fn audience(self) -> Audience {
        match self {
            Self::Member => Audience::Member,
            Self::Anonymous => Audience::Anonymous,
        }
    }
}

impl Reading {
    /// What was said.
    pub fn new(said: impl IntoIterator<Item = (Standing, ReadAs)>) -> Self {
        Self(said.into_iter().collect())
    }

    /// Each standing of which something was said.
    pub fn said(&self) -> impl Iterator<Item = (Standing, ReadAs)> {
        self.0.iter().map(|(standing, read_as)| (*standing, *read_as))
    }

    /// What was said of a standing.
    pub fn said_of(&self, standing: Standing) -> Option<ReadAs> {
        self.0.get(&standing).copied()
    }

    /// As whom the people of an organisation read that stands there.
    pub fn of(&self, standing: Standing) -> ReadAs {
        self.said_of(standing).unwrap_or_default()
    }

    /// True if it is the same wherever an organisation stands: everyone reads as a member.
    pub fn is_alike(&self) -> bool {
        self.0.values().all(|read_as| *read_as == ReadAs::Member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_reads_as_a_member_unless_said_otherwise() {
        let usual = Reading::default();
        let all = || MembershipStatus::ALL.iter().copied().map(Some).chain([None]);
        assert!(usual.is_alike() && all().all(|standing| usual.of(standing) == ReadAs::Member));
        let strict = Reading::new([
            (Some(MembershipStatus::Lapsed), ReadAs::Anonymous),
            (None, ReadAs::Member),
        ]);
        assert!(!strict.is_alike());
        let hidden: Vec<Standing> = all()
            .filter(|standing| strict.of(*standing) == ReadAs::Anonymous)
            .collect();
        assert_eq!(hidden, [Some(MembershipStatus::Lapsed)]);
        assert_eq!(strict.said_of(Some(MembershipStatus::Active)), None);
    }
}
