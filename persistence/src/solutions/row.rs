//! The row of a solution.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::skill::SkillId;
use werkstadt_domain::solution::{Display, Solution};

use crate::error::{Error, Result};
use crate::guard;
use crate::history::Kept;
use crate::schema::solutions;
use crate::shapes::{Fault, LinkShape, TextShape, items, named, shapes};
use crate::sqltypes::{Json, SqlId, SqlInstant};

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = solutions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct SolutionRow {
    id: SqlId,
    organisation_id: SqlId,
    unit_id: Option<SqlId>,
    title: Json<TextShape>,
    summary: Json<TextShape>,
    description: Json<TextShape>,
    skills: Json<Vec<Uuid>>,
    maturity: String,
    links: Json<Vec<LinkShape>>,
    display_place: Option<String>,
    display_since: Option<NaiveDate>,
    display_until: Option<NaiveDate>,
    confirmed_at: SqlInstant,
    lapsed: bool,
    visibility: String,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
}

impl From<&Stored<Solution>> for SolutionRow {
    fn from(stored: &Stored<Solution>) -> Self {
        let solution = &stored.record;
        let display = solution.display.as_ref();
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: solution.id.into(),
            organisation_id: solution.organisation.into(),
            unit_id: solution.unit.map(SqlId::from),
            title: Json(TextShape::from(&solution.title)),
            summary: Json(TextShape::from(&solution.summary)),
            description: Json(TextShape::from(&solution.description)),
            skills: Json(solution.skills.iter().map(|skill| skill.uuid()).collect()),
            maturity: solution.maturity.code().to_owned(),
            links: Json(shapes(&solution.links)),
            display_place: display.map(|display| display.place.clone()),
            display_since: display.map(|display| display.since),
            display_until: display.and_then(|display| display.until),
            confirmed_at: SqlInstant::from(solution.confirmed_at),
            lapsed: solution.lapsed,
            visibility: solution.visibility.code().to_owned(),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
        }
    }
}

impl SolutionRow {
    pub(super) fn into_stored(self) -> Result<Stored<Solution>> {
        let id = self.id.0;
        self.read().map_err(|fault| Error::inconsistent("solutions", id, fault))
    }

    fn read(self) -> Result<Stored<Solution>, Fault> {
        let until = self.display_until;
        let display = self.display_place.zip(self.display_since);
        let record = Solution {
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            unit: self.unit_id.map(UnitId::from),
            title: self.title.0.into(),
            summary: self.summary.0.into(),
            description: self.description.0.into(),
            skills: self.skills.0.into_iter().map(SkillId::new).collect(),
            maturity: named(&self.maturity)?,
            links: items(self.links.0),
            display: display.map(|(place, since)| Display { place, since, until }),
            confirmed_at: self.confirmed_at.utc(),
            lapsed: self.lapsed,
            visibility: named(&self.visibility)?,
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

impl Kept for Solution {
    type Rows = SolutionRow;

    fn rows(stored: &Stored<Self>, _: OrganisationId) -> SolutionRow {
        SolutionRow::from(stored)
    }

    fn revive(row: SolutionRow) -> Result<Stored<Self>> {
        row.into_stored()
    }
}
