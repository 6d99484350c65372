//! Settings: what managers set while the network runs holds from the next request on, on every server; what they did not set is as the
//! server was configured.

use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use chrono::TimeDelta;
use werkstadt_domain::account::SecondFactorPolicy;
use werkstadt_domain::audience::{Audience, Stored};
use werkstadt_domain::membership::due;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::settings::Settings;
use werkstadt_domain::text::{Language, Text};
use werkstadt_domain::upkeep::Periods as Reminding;
use werkstadt_persistence::network_settings;

use crate::answer;
use crate::auth::Caller;
use crate::config::Config;
use crate::etag::{IfMatch, IfMatchHeader};
use crate::extract::{MergePatch, NoQuery};
use crate::letters::Letterhead;
use crate::patch;
use crate::problem::Problem;
use crate::state::{self, Periods, State};

pub mod wire;

use wire::{BASE, SettingsBody, SettingsPatch};

/// What holds where managers set nothing.
#[derive(Clone, Debug)]
pub struct Configured {
    /// What the network is called, in both languages.
    pub network_name: String,
    /// How long things last.
    pub periods: Periods,
    /// When people are reminded.
    pub reminding: Reminding,
    /// Whose sign-in needs a second factor.
    pub second_factor: SecondFactorPolicy,
}

impl Configured {
    /// As the server was started.
    pub fn new(config: &Config) -> Self {
        Self {
            network_name: config.network_name.clone(),
            periods: config.periods,
            reminding: config.reminding,
            second_factor: config.second_factor,
        }
    }

    /// What the network is called, in a language.
    pub fn network_name(&self, set: &Text, language: Language) -> String {
        let name = set.best(language).unwrap_or(&self.network_name);
        name.to_owned()
    }

    /// How long things last.
    pub fn periods(&self, set: &Settings) -> Periods {
        let Periods {
            opportunity_days,
            solution_days,
        } = self.periods;
        Periods {
            opportunity_days: set.opportunity_days.unwrap_or(opportunity_days),
            solution_days: set.solution_days.unwrap_or(solution_days),
        }
    }

    /// When members are reminded of what they owe. A server is not started with that: what is not set is as usual.
    pub fn reminding_of_dues(set: &Settings) -> due::Reminding {
        let usual = due::Reminding::default();
        due::Reminding {
            first_days: set.remind_dues_days.unwrap_or(usual.first_days),
            again_days: set.remind_dues_again_days.unwrap_or(usual.again_days),
            at_most: set.remind_dues_at_most.unwrap_or(usual.at_most),
        }
    }

    /// When people are reminded.
    pub fn reminding(&self, set: &Settings) -> Reminding {
        let days = |set: Option<u16>, usual| set.map_or(usual, |days| TimeDelta::days(i64::from(days)));
        Reminding {
            claims: days(set.confirm_skills_days, self.reminding.claims),
            profiles: days(set.confirm_profiles_days, self.reminding.profiles),
            notice: days(set.notice_days, self.reminding.notice),
        }
    }
}

impl State {
    /// What the network is called in a language.
    pub fn network_name(&self, language: Language) -> String {
        let set = self.accounts().settings();
        self.configured.network_name(&set.network_name, language)
    }

    /// What letters in a language have in common.
    pub fn letterhead(&self, language: Language) -> Letterhead {
        let set = self.accounts().settings();
        Letterhead {
            network: self.configured.network_name(&set.network_name, language),
            contact: set.contact.clone(),
        }
    }

    /// How long things last unless someone says otherwise.
    pub fn periods(&self) -> Periods {
        self.configured.periods(&self.accounts().settings())
    }

    /// When people are reminded.
    pub fn reminding(&self) -> Reminding {
        self.configured.reminding(&self.accounts().settings())
    }

    /// When members are reminded of what they owe.
    pub fn reminding_of_dues(&self) -> due::Reminding {
        Configured::reminding_of_dues(&self.accounts().settings())
    }

    /// Whose sign-in needs a second factor.
    pub fn second_factor(&self) -> SecondFactorPolicy {
        let set = self.accounts().settings().second_factor;
        set.unwrap_or(self.configured.second_factor)
    }

    /// What the people of an organisation belong to when they read what others show: by where its membership stands now.
    pub fn audience_of_people(&self, organisation: OrganisationId) -> Audience {
        let set = self.accounts().settings();
        // As a rule it makes no difference, and nobody need be looked up.
        if set.reading.is_alike() {
            return Audience::Member;
        }
        let snapshot = self.read_model.directory.snapshot();
        let profile = snapshot.organisation(Audience::Manager, organisation);
        let membership = profile.and_then(|profile| profile.get().membership.as_deref());
        let standing = membership.map(|stored| stored.record.standing());
        set.reading.of(standing).audience()
    }
}

/// The settings in force
///
/// What managers set, and for the rest what the server was configured with; `set` names the former.
#[utoipa::path(tag = "admin", extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "The settings.", body = SettingsBody),
        (status = 304, description = "The client has it already.")))]
#[get("/settings")]
pub async fn get_settings(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    _query: NoQuery,
) -> Result<HttpResponse, Problem> {
    let found = state::read(&state, |db| Ok(network_settings::find(db)?)).await?;
    answer::record(&request, &caller, &body(&state, &found))
}

/// Change settings
///
/// A JSON Merge Patch: members given are set, null returns to what the server was configured with, the rest stays. Every server goes by
/// it from the next request on.
#[utoipa::path(tag = "admin", params(IfMatchHeader),
    request_body(content = SettingsPatch, content_type = "application/merge-patch+json"),
    extensions(("x-authz" = json!({"from": "manager", "scope": "admin"}))),
    responses((status = 200, description = "Changed.", body = SettingsBody)))]
#[patch("/settings")]
pub async fn update_settings(
    state: web::Data<State>,
    caller: Caller,
    condition: IfMatch,
    _query: NoQuery,
    change: MergePatch,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    let changed = state::write(&state, caller.actor(), move |unit| {
        let before = network_settings::find(unit.db())?;
        condition.check(&answer::tag(&body(&shared, &before))?)?;
        let set: SettingsPatch = patch::apply(&shared, &BASE, &SettingsPatch::from(&before.record), &change.0)?;
        let after = network_settings::update(unit, &before, set.into_domain()?)?;
        Ok(body(&shared, &after))
    });
    answer::changed(&changed.await?)
}

fn body(state: &State, stored: &Stored<Settings>) -> SettingsBody {
    SettingsBody::new(&state.configured, stored)
}
