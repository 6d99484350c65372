//! What is sought beside what is on offer, concept by concept.

use super::SkillId;
use crate::named::Named;

/// How much a concept is offered and how much it is sought. A concept that was replaced counts as what replaced it; narrower and broader
/// ones count by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The concept.
    pub skill: SkillId,
    /// Organisations with a claim of it that has not expired.
    pub organisations: u64,
    /// Persons who have it.
    pub persons: u64,
    /// Open opportunities, offers and requests, that ask a partner for it.
    pub opportunities: u64,
    /// Users with a saved search for organisations that have it.
    pub searches: u64,
}

/// By what concepts are put in order, the largest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BalanceSort {
    /// What is sought beyond what is on offer.
    #[default]
    Gap,
    /// What is sought.
    Demand,
    /// What is on offer.
    Offer,
}

impl Named for BalanceSort {
    const NAME: &'static str = "SkillBalanceSort";
    const ALL: &'static [Self] = &[Self::Gap, Self::Demand, Self::Offer];

    fn code(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Demand => "demand",
            Self::Offer => "offer",
        }
    }
}

impl Balance {
    /// A concept that nobody offers or seeks.
    pub const fn none(skill: SkillId) -> Self {
        Self {
            skill,
            organisations: 0,
            persons: 0,
            opportunities: 0,
            searches: 0,
        }
    }

    /// Organisations and persons who have it.
    pub const fn offer(&self) -> u64 {
        self.organisations + self.persons
    }

    /// Opportunities and users who seek it.
    pub const fn demand(&self) -> u64 {
        self.opportunities + self.searches
    }

    /// Demand without offer; negative where more is on offer than is sought.
    pub const fn gap(&self) -> i64 {
        self.demand().cast_signed() - self.offer().cast_signed()
    }

    /// By what it stands in an order.
    pub const fn measure(&self, sort: BalanceSort) -> i64 {
        match sort {
            BalanceSort::Gap => self.gap(),
            BalanceSort::Demand => self.demand().cast_signed(),
            BalanceSort::Offer => self.offer().cast_signed(),
        }
    }
}

/// A page of an order, the largest first, equals by id: behind the position `after`, at most `limit`. Whether more follow.
pub fn page(
    mut all: Vec<Balance>,
    sort: BalanceSort,
    after: Option<(i64, SkillId)>,
    limit: usize,
) -> (Vec<Balance>, bool) {
    let behind = |one: &Balance| {
        after.is_none_or(|(measure, id)| {
            let own = one.measure(sort);
            own < measure || own == measure && one.skill > id
        })
    };
    all.retain(behind);
    all.sort_by_key(|one| (std::cmp::Reverse(one.measure(sort)), one.skill));
    let more = all.len() > limit;
    all.truncate(limit);
    (all, more)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn balance(id: u128, offer: u64, demand: u64) -> Balance {
        Balance {
            organisations: offer,
            opportunities: demand,
            ..Balance::none(SkillId::new(Uuid::from_u128(id)))
        }
    }

    #[test]
    fn pages_go_on_where_the_last_one_ended_and_leave_nothing_out() {
        let all = vec![
            balance(1, 5, 0),
            balance(2, 0, 3),
            balance(3, 2, 2),
            balance(4, 0, 3),
            balance(5, 0, 0),
        ];
        for (sort, expected) in [
            (BalanceSort::Gap, [2, 4, 3, 5, 1]),
            (BalanceSort::Demand, [2, 4, 3, 1, 5]),
            (BalanceSort::Offer, [1, 3, 2, 4, 5]),
        ] {
            for limit in 1..=5 {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let (items, more) = page(all.clone(), sort, after, limit);
                    assert!(items.len() <= limit);
                    after = items.last().map(|last| (last.measure(sort), last.skill));
                    seen.extend(items.into_iter().map(|one| one.skill.uuid().as_u128()));
                    if !more {
                        break;
                    }
                }
                assert_eq!(seen, expected, "{sort:?}, {limit} a page");
            }
        }
    }
}
