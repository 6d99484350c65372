//! Settings that managers change while the network runs.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::{ChangedAt, Stored};
use werkstadt_domain::named::Named;
use werkstadt_domain::settings::{ReadAs, Reading, Settings, Standing};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::network_settings;
use crate::shapes::{Fault, TextShape, named};
use crate::sqltypes::{Json, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::Setting;
/// The one row.
const NUMBER: i64 = 1;
/// What the change log calls it.
const ID: Uuid = Uuid::nil();
/// What an organisation without a membership is called.
const NO_MEMBERSHIP: &str = "none";

/// The settings. Their first version says nothing.
///
/// # Errors
/// As every read.
pub fn find(db: &mut Db) -> Result<Stored<Settings>> {
    let row: SettingsRow = network_settings::table
        .find(NUMBER)
        .select((
            network_settings::content,
            network_settings::version,
            network_settings::created_at,
            network_settings::updated_at,
        ))
        .first(db)?;
    row.into_stored()
}

/// Changes the settings, if they are still as they were read in `before`.
///
/// # Errors
/// [`Error::Stale`].
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<Settings>, after: Settings) -> Result<Stored<Settings>> {
    let stored = Stored {
        record: after,
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: ChangedAt::all(unit.now().into()),
    };
    let guarded = network_settings::table
        .find(NUMBER)
        .filter(network_settings::version.eq(before.version));
    let columns = (
        network_settings::content.eq(Json(SettingsShape::from(&stored.record))),
        network_settings::version.eq(stored.version),
        network_settings::updated_at.eq(SqlInstant::from(unit.now())),
    );
    let rows = diesel::update(guarded).set(columns).execute(unit.db())?;
    guard::judge(NOUN, rows, || Ok(true))?;
    unit.record(NOUN, ID, Operation::Updated);
    Ok(stored)
}

#[derive(Queryable)]
struct SettingsRow {
    content: Json<SettingsShape>,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct SettingsShape {
    network_name: TextShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opportunity_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_skills_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_profiles_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remind_dues_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remind_dues_again_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remind_dues_at_most: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<String>,
    /// As whom people read, by the state of their organisation's membership.
    read_as: BTreeMap<String, String>,
}

impl From<&Settings> for SettingsShape {
    fn from(settings: &Settings) -> Self {
        let said = settings.reading.said().map(|(standing, read_as)| {
            let standing = standing.map_or(NO_MEMBERSHIP, Named::code);
            (standing.to_owned(), read_as.code().to_owned())
        });
        Self {
            network_name: TextShape::from(&settings.network_name),
            contact: settings.contact.clone(),
            opportunity_days: settings.opportunity_days,
            solution_days: settings.solution_days,
            confirm_skills_days: settings.confirm_skills_days,
            confirm_profiles_days: settings.confirm_profiles_days,
            notice_days: settings.notice_days,
            remind_dues_days: settings.remind_dues_days,
            remind_dues_again_days: settings.remind_dues_again_days,
            remind_dues_at_most: settings.remind_dues_at_most,
            second_factor: settings.second_factor.map(|policy| policy.code().to_owned()),
            read_as: said.collect(),
        }
    }
}

impl TryFrom<SettingsShape> for Settings {
    type Error = Fault;

    fn try_from(shape: SettingsShape) -> Result<Self, Fault> {
        let standing = |code: &str| -> Result<Standing, Fault> {
            if code == NO_MEMBERSHIP {
                return Ok(None);
            }
            named(code).map(Some)
        };
        let said = shape.read_as.iter();
        let said = said.map(|(code, read_as)| Ok((standing(code)?, named::<ReadAs>(read_as)?)));
        Ok(Self {
            network_name: shape.network_name.into(),
            contact: shape.contact,
            opportunity_days: shape.opportunity_days,
            solution_days: shape.solution_days,
            confirm_skills_days: shape.confirm_skills_days,
            confirm_profiles_days: shape.confirm_profiles_days,
            notice_days: shape.notice_days,
            remind_dues_days: shape.remind_dues_days,
            remind_dues_again_days: shape.remind_dues_again_days,
            remind_dues_at_most: shape.remind_dues_at_most,
            second_factor: shape.second_factor.as_deref().map(named).transpose()?,
            reading: Reading::new(said.collect::<Result<Vec<_>, Fault>>()?),
        })
    }
}

impl SettingsRow {
    fn into_stored(self) -> Result<Stored<Settings>> {
        let settings = Settings::try_from(self.content.0);
        let settings = settings.map_err(|fault| Error::inconsistent("network_settings", ID, fault))?;
        Ok(guard::stored_alike(
            settings,
            self.version,
            self.created_at,
            self.updated_at,
        ))
    }
}
