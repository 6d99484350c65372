//! Settings as JSON.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::account::SecondFactorPolicy;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::invalid::{Faults, Invalid};
use werkstadt_domain::membership::MembershipStatus;
use werkstadt_domain::named::Named;
use werkstadt_domain::settings::{ReadAs, Reading, Settings, Standing};
use werkstadt_domain::text::{Language, Text, email, line};

use super::Configured;
use crate::patch::Base;
use crate::wire::{Choose, TextBody, optional};

/// Whose sign-in needs a second factor, by name.
pub type SecondFactorPolicyName = Choose<SecondFactorPolicy>;
/// As whom somebody reads, by name.
pub type ReadAsName = Choose<ReadAs>;

/// The settings in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Settings, example = json!({"network_name": {"de": "Jena Digital", "en": "Jena Digital"}, "contact": "info@example.org",
    "opportunity_days": 180, "solution_days": 365, "confirm_skills_days": 365, "confirm_profiles_days": 180, "notice_days": 30,
    "remind_dues_days": 7, "remind_dues_again_days": 14, "remind_dues_at_most": 3, "second_factor": "managers", "read_as": {"applied": "member", "under_review": "member", "rejected": "member", "active": "member",
    "grace": "member", "lapsed": "anonymous", "suspended": "anonymous", "resigned": "anonymous", "none": "member"},
    "set": ["network_name", "contact", "read_as"], "updated_at": "2026-11-27T09:00:00Z"}))]
pub struct SettingsBody {
    /// What the network is called in letters and in authenticator apps.
    pub network_name: TextBody,
    /// The e-mail address to which letters point for questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Days that an opportunity is open unless it says until when.
    pub opportunity_days: u16,
    /// Days after which a solution that its maintainer has not confirmed again is hidden.
    pub solution_days: u16,
    /// Days after which a skill that nobody confirmed is due.
    pub confirm_skills_days: i64,
    /// Days after which a profile that nobody confirmed or changed is due.
    pub confirm_profiles_days: i64,
    /// Days of notice before a certificate or an opportunity ends.
    pub notice_days: i64,
    /// Days after the last day to pay until a member is reminded of a due by letter.
    pub remind_dues_days: u16,
    /// Days from one reminder of a due to the next.
    pub remind_dues_again_days: u16,
    /// How often a member is reminded of a due, at most; 0: never.
    pub remind_dues_at_most: u16,
    /// Whose sign-in needs a second factor.
    #[schema(examples("managers", "everyone", "nobody"))]
    pub second_factor: String,
    /// As whom the people of an organisation read.
    pub read_as: ReadAsBody,
    /// The members that managers set; the others are as the server was configured, or as they always were.
    pub set: Vec<String>,
    /// The last change, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// As whom the people of an organisation read what others show, by the state of its membership: `member`, or `anonymous` like everyone.
/// Their own organisation's records they see and edit as before. A covered membership stands where the one above it does.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReadAsByStanding, example = json!({"applied": "member", "under_review": "member", "rejected": "member", "active": "member",
    "grace": "member", "lapsed": "anonymous", "suspended": "anonymous", "resigned": "anonymous", "none": "member"}))]
pub struct ReadAsBody {
    /// Applied for.
    #[schema(examples("member", "anonymous"))]
    pub applied: String,
    /// Being decided.
    #[schema(examples("member", "anonymous"))]
    pub under_review: String,
    /// Turned down.
    #[schema(examples("member", "anonymous"))]
    pub rejected: String,
    /// A member.
    #[schema(examples("member", "anonymous"))]
    pub active: String,
    /// A member whose renewal is due.
    #[schema(examples("member", "anonymous"))]
    pub grace: String,
    /// No longer renewed.
    #[schema(examples("member", "anonymous"))]
    pub lapsed: String,
    /// Rights withheld for now.
    #[schema(examples("member", "anonymous"))]
    pub suspended: String,
    /// Left.
    #[schema(examples("member", "anonymous"))]
    pub resigned: String,
    /// Without a membership.
    #[schema(examples("member", "anonymous"))]
    pub none: String,
}

/// A change of settings: members given are set, null returns to what the server was configured with, the rest stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"opportunity_days": 90, "read_as": {"suspended": "anonymous", "lapsed": "anonymous"}}))]
pub struct SettingsPatch {
    /// What the network is called in letters and in authenticator apps; one language does for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_name: Option<NetworkNamePatch>,
    /// The e-mail address to which letters point for questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "email", max_length = 254)]
    pub contact: Option<String>,
    /// Days that an opportunity is open unless it says until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub opportunity_days: Option<u16>,
    /// Days after which a solution that its maintainer has not confirmed again is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub solution_days: Option<u16>,
    /// Days after which a skill that nobody confirmed is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub confirm_skills_days: Option<u16>,
    /// Days after which a profile that nobody confirmed or changed is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub confirm_profiles_days: Option<u16>,
    /// Days of notice before a certificate or an opportunity ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub notice_days: Option<u16>,
    /// Days after the last day to pay until a member is reminded of a due by letter; 7 where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 365)]
    pub remind_dues_days: Option<u16>,
    /// Days from one reminder of a due to the next; 14 where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 365)]
    pub remind_dues_again_days: Option<u16>,
    /// How often a member is reminded of a due, at most; 0: never; 3 where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 20)]
    pub remind_dues_at_most: Option<u16>,
    /// Whose sign-in needs a second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactorPolicyName>,
    /// As whom the people of an organisation read; `member` where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_as: Option<ReadAsPatch>,
}

/// A change of the network's name.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"de": "Jena Digital"}))]
pub struct NetworkNamePatch {
    /// In German.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub de: Option<String>,
    /// In English.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 100)]
    pub en: Option<String>,
}

/// A change of what people of organisations read, by the state of the membership.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"suspended": "anonymous", "lapsed": "anonymous"}))]
pub struct ReadAsPatch {
    /// Applied for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<ReadAsName>,
    /// Being decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under_review: Option<ReadAsName>,
    /// Turned down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<ReadAsName>,
    /// A member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<ReadAsName>,
    /// A member whose renewal is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace: Option<ReadAsName>,
    /// No longer renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lapsed: Option<ReadAsName>,
    /// Rights withheld for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended: Option<ReadAsName>,
    /// Left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resigned: Option<ReadAsName>,
    /// Without a membership.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none: Option<ReadAsName>,
}

/// How changed settings are read: what is set is patched, not what is in force.
pub const BASE: Base = Base {
    create: "update_settings",
    derived: &[],
    by_id: &[],
};

impl SettingsBody {
    /// What is in force on a server that is configured like this.
    pub fn new(configured: &Configured, stored: &Stored<Settings>) -> Self {
        let settings = &stored.record;
        let name = |language| Some(configured.network_name(&settings.network_name, language));
        let periods = configured.periods(settings);
        let reminding = configured.reminding(settings);
        let dues = Configured::reminding_of_dues(settings);
        let days = |period: TimeDelta| period.num_days();
        Self {
            network_name: TextBody {
                de: name(Language::De),
                en: name(Language::En),
            },
            contact: settings.contact.clone(),
            opportunity_days: periods.opportunity_days,
            solution_days: periods.solution_days,
            confirm_skills_days: days(reminding.claims),
            confirm_profiles_days: days(reminding.profiles),
            notice_days: days(reminding.notice),
            remind_dues_days: dues.first_days,
            remind_dues_again_days: dues.again_days,
            remind_dues_at_most: dues.at_most,
            second_factor: settings
                .second_factor
                .unwrap_or(configured.second_factor)
                .code()
                .to_owned(),
            read_as: ReadAsBody::from(&settings.reading),
            set: set(settings),
            updated_at: (stored.version > 1).then(|| stored.changed_at.last().utc()),
        }
    }
}

/// The names of what was set.
fn set(settings: &Settings) -> Vec<String> {
    let each = [
        ("network_name", !settings.network_name.is_empty()),
        ("contact", settings.contact.is_some()),
        ("opportunity_days", settings.opportunity_days.is_some()),
        ("solution_days", settings.solution_days.is_some()),
        ("confirm_skills_days", settings.confirm_skills_days.is_some()),
        ("confirm_profiles_days", settings.confirm_profiles_days.is_some()),
        ("notice_days", settings.notice_days.is_some()),
        ("remind_dues_days", settings.remind_dues_days.is_some()),
        ("remind_dues_again_days", settings.remind_dues_again_days.is_some()),
        ("remind_dues_at_most", settings.remind_dues_at_most.is_some()),
        ("second_factor", settings.second_factor.is_some()),
        ("read_as", settings.reading.said().next().is_some()),
    ];
    let named = each.into_iter().filter(|(_, is_set)| *is_set);
    named.map(|(name, _)| name.to_owned()).collect()
}

impl From<&Reading> for ReadAsBody {
    fn from(reading: &Reading) -> Self {
        use MembershipStatus::{Active, Applied, Grace, Lapsed, Rejected, Resigned, Suspended, UnderReview};
        let of = |standing: Standing| reading.of(standing).code().to_owned();
        Self {
            applied: of(Some(Applied)),
            under_review: of(Some(UnderReview)),
            rejected: of(Some(Rejected)),
            active: of(Some(Active)),
            grace: of(Some(Grace)),
            lapsed: of(Some(Lapsed)),
            suspended: of(Some(Suspended)),
            resigned: of(Some(Resigned)),
            none: of(None),
        }
    }
}

impl From<&Settings> for SettingsPatch {
    fn from(settings: &Settings) -> Self {
        let name = &settings.network_name;
        Self {
            network_name: (!name.is_empty()).then(|| NetworkNamePatch {
                de: name.de.clone(),
                en: name.en.clone(),
            }),
            contact: settings.contact.clone(),
            opportunity_days: settings.opportunity_days,
            solution_days: settings.solution_days,
            confirm_skills_days: settings.confirm_skills_days,
            confirm_profiles_days: settings.confirm_profiles_days,
            notice_days: settings.notice_days,
            remind_dues_days: settings.remind_dues_days,
            remind_dues_again_days: settings.remind_dues_again_days,
            remind_dues_at_most: settings.remind_dues_at_most,
            second_factor: settings.second_factor.map(Choose),
            read_as: Some(ReadAsPatch::from(&settings.reading)),
        }
    }
}

impl From<&Reading> for ReadAsPatch {
    fn from(reading: &Reading) -> Self {
        use MembershipStatus::{Active, Applied, Grace, Lapsed, Rejected, Resigned, Suspended, UnderReview};
        let of = |standing: Standing| reading.said_of(standing).map(Choose);
        Self {
            applied: of(Some(Applied)),
            under_review: of(Some(UnderReview)),
            rejected: of(Some(Rejected)),
            active: of(Some(Active)),
            grace: of(Some(Grace)),
            lapsed: of(Some(Lapsed)),
            suspended: of(Some(Suspended)),
            resigned: of(Some(Resigned)),
            none: of(None),
        }
    }
}

impl ReadAsPatch {
    fn into_domain(self) -> Reading {
        use MembershipStatus::{Active, Applied, Grace, Lapsed, Rejected, Resigned, Suspended, UnderReview};
        let each = [
            (Some(Applied), self.applied),
            (Some(UnderReview), self.under_review),
            (Some(Rejected), self.rejected),
            (Some(Active), self.active),
            (Some(Grace), self.grace),
            (Some(Lapsed), self.lapsed),
            (Some(Suspended), self.suspended),
            (Some(Resigned), self.resigned),
            (None, self.none),
        ];
        let said = each.into_iter();
        Reading::new(said.filter_map(|(standing, read_as)| Some((standing, read_as?.0))))
    }
}

impl SettingsPatch {
    /// What is set.
    ///
    /// # Errors
    /// Every fault.
    pub fn into_domain(self) -> Result<Settings, Invalid> {
        let mut faults = Faults::new();
        let name = self.network_name.unwrap_or_default();
        let mut named =
            |pointer: &str, given: Option<&String>| optional(&mut faults, pointer, given, |text| line(text, 100));
        let network_name = Text {
            de: named("/network_name/de", name.de.as_ref()),
            en: named("/network_name/en", name.en.as_ref()),
        };
        let settings = Settings {
            network_name,
            contact: optional(&mut faults, "/contact", self.contact.as_ref(), email),
            opportunity_days: self.opportunity_days,
            solution_days: self.solution_days,
            confirm_skills_days: self.confirm_skills_days,
            confirm_profiles_days: self.confirm_profiles_days,
            notice_days: self.notice_days,
            remind_dues_days: self.remind_dues_days,
            remind_dues_again_days: self.remind_dues_again_days,
            remind_dues_at_most: self.remind_dues_at_most,
            second_factor: self.second_factor.map(|policy| policy.0),
            reading: self.read_as.unwrap_or_default().into_domain(),
        };
        faults.finish(Some(settings))
    }
}
