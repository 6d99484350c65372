//! Solutions: what an organisation has made and shows, in the directory and in the showroom.

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::audience::{Audience, Project, Seen, Visibility};
use crate::id::Id;
use crate::institution::UnitId;
use crate::named::Named;
use crate::organisation::{Link, OrganisationId};
use crate::skill::SkillId;
use crate::text::Text;

/// The id of a solution.
pub type SolutionId = Id<Solution>;

/// A digital solution of an organisation, an exhibit of the showroom.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// Its id.
    pub id: SolutionId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The unit that made it.
    pub unit: Option<UnitId>,
    /// Title, at least in one language.
    pub title: Text,
    /// One or two sentences.
    pub summary: Text,
    /// The long description.
    pub description: Text,
    /// Skills that it shows.
    pub skills: Vec<SkillId>,
    /// How far it is.
    pub maturity: Maturity,
    /// Where to read on, and what there is to see and hear.
    pub links: Vec<Link>,
    /// Where it is on display, and when.
    pub display: Option<Display>,
    /// When its maintainer last said that all this holds.
    pub confirmed_at: DateTime<Utc>,
    /// True when it was not confirmed in time: then only its owner and managers see it.
    pub lapsed: bool,
    /// Who sees it.
    pub visibility: Visibility,
}

/// A place in the showroom, or elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    /// Where, in one line.
    pub place: String,
    /// The first day.
    pub since: NaiveDate,
    /// The last day, none while it is open.
    pub until: Option<NaiveDate>,
}

impl Display {
    /// True if it is to be seen on that day.
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.since <= day && self.until.is_none_or(|last| last >= day)
    }
}

impl Solution {
    /// Who may see it now.
    pub fn effective_visibility(&self) -> Visibility {
        if self.lapsed {
            Visibility::Managers
        } else {
            self.visibility
        }
    }

    /// Confirmed by its maintainer.
    #[must_use]
    pub fn confirmed(&self, at: DateTime<Utc>) -> Self {
        Self {
            confirmed_at: at,
            lapsed: false,
            ..self.clone()
        }
    }

    /// When it lapses, if it must be confirmed again after so many days.
    pub fn lapses_at(&self, days: u64) -> DateTime<Utc> {
        let last = self.confirmed_at.checked_add_days(Days::new(days));
        last.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl Project for Solution {
    fn project(&self, audience: Audience) -> Option<Seen<Self>> {
        if !audience.sees(self.effective_visibility()) {
            return None;
        }
        let mut seen = self.clone();
        if audience != Audience::Manager {
            // How far others see the same is not for them to know.
            seen.visibility = Visibility::Public;
        }
        Some(Seen::new(seen))
    }
}

/// How far a solution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Maturity {
    /// Thought out.
    Concept,
    /// Being made.
    Development,
    /// To be tried.
    Beta,
    /// In use.
    Stable,
    /// No longer kept up.
    Obsolete,
}

impl Named for Maturity {
    const NAME: &'static str = "Maturity";
    const ALL: &'static [Self] = &[
        Self::Concept,
        Self::Development,
        Self::Beta,
        Self::Stable,
        Self::Obsolete,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Concept => "concept",
            Self::Development => "development",
            Self::Beta => "beta",
            Self::Stable => "stable",
            Self::Obsolete => "obsolete",
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn solution() -> Solution {
        Solution {
            id: Id::new(Uuid::nil()),
            organisation: Id::new(Uuid::nil()),
            unit: None,
            title: Text::default(),
            summary: Text::default(),
            description: Text::default(),
            skills: vec![],
            maturity: Maturity::Beta,
            links: vec![],
            display: None,
            confirmed_at: DateTime::UNIX_EPOCH,
            lapsed: false,
            visibility: Visibility::Public,
        }
    }

    #[test]
    fn what_has_lapsed_is_for_its_owner_until_it_is_confirmed() {
        let lapsed = Solution {
            lapsed: true,
            ..solution()
        };
        let seen = |solution: &Solution| Audience::ALL.map(|audience| solution.project(audience).is_some());
        assert_eq!(seen(&lapsed), [false, false, true]);
        let later = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(400);
        assert_eq!(seen(&lapsed.confirmed(later)), [true; 3]);
        assert_eq!(
            solution().lapses_at(365),
            DateTime::UNIX_EPOCH + chrono::TimeDelta::days(365)
        );
    }

    #[test]
    fn a_display_lasts_from_its_first_to_its_last_day() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).expect("a day");
        let display = |until| Display {
            place: "Werkstadt".to_owned(),
            since: day(10),
            until,
        };
        let on = |display: Display| [9, 10, 20, 21].map(|number| display.is_on(day(number)));
        assert_eq!(on(display(Some(day(20)))), [false, true, true, false]);
        assert_eq!(on(display(None)), [false, true, true, true]);
    }
}
