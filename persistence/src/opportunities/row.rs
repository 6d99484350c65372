//! The row of an opportunity, and the shapes of its JSON columns.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::institution::UnitId;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Budget, Opportunity, SkillNeed, Sought};
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::place::Circle;
use werkstadt_domain::skill::{Level, SkillId};

use crate::error::{Error, Result};
use crate::guard;
use crate::history::Kept;
use crate::schema::opportunities;
use crate::shapes::{Fault, LevelShape, PointShape, TextShape, all_named, codes, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = opportunities, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct OpportunityRow {
    id: SqlId,
    organisation_id: SqlId,
    unit_id: Option<SqlId>,
    direction: String,
    cooperation: String,
    title: Json<TextShape>,
    summary: Json<TextShape>,
    description: Json<TextShape>,
    required: Json<Vec<LevelShape>>,
    preferred: Json<Vec<LevelShape>>,
    sought: Json<SoughtShape>,
    stage: Option<String>,
    ipr: Option<String>,
    budget: Json<Option<BudgetShape>>,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
    anonymous: bool,
    status: String,
    visibility: String,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
}

impl From<&Stored<Opportunity>> for OpportunityRow {
    fn from(stored: &Stored<Opportunity>) -> Self {
        let opportunity = stored.record.clone();
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: opportunity.id.into(),
            organisation_id: opportunity.organisation.into(),
            unit_id: opportunity.unit.map(SqlId::from),
            direction: opportunity.direction.code().to_owned(),
            cooperation: opportunity.cooperation.code().to_owned(),
            title: Json(TextShape::from(&opportunity.title)),
            summary: Json(TextShape::from(&opportunity.summary)),
            description: Json(TextShape::from(&opportunity.description)),
            required: Json(levels(&opportunity.required)),
            preferred: Json(levels(&opportunity.preferred)),
            sought: Json(SoughtShape::from(opportunity.sought)),
            stage: opportunity.stage,
            ipr: opportunity.ipr,
            budget: Json(opportunity.budget.map(BudgetShape::from)),
            starts_on: opportunity.starts_on,
            ends_on: opportunity.ends_on,
            expires_on: opportunity.expires_on,
            anonymous: opportunity.anonymous,
            status: opportunity.status.code().to_owned(),
            visibility: opportunity.visibility.code().to_owned(),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
        }
    }
}

impl OpportunityRow {
    pub(super) fn into_stored(self) -> Result<Stored<Opportunity>> {
        let id = self.id.0;
        self.read()
            .map_err(|fault| Error::inconsistent("opportunities", id, fault))
    }

    fn read(self) -> Result<Stored<Opportunity>, Fault> {
        let record = Opportunity {
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            unit: self.unit_id.map(UnitId::from),
            direction: named(&self.direction)?,
            cooperation: named(&self.cooperation)?,
            title: self.title.0.into(),
            summary: self.summary.0.into(),
            description: self.description.0.into(),
            required: needs(self.required.0)?,
            preferred: needs(self.preferred.0)?,
            sought: self.sought.0.try_into()?,
            stage: self.stage,
            ipr: self.ipr,
            budget: self.budget.0.map(Budget::from),
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            expires_on: self.expires_on,
            anonymous: self.anonymous,
            status: named(&self.status)?,
            visibility: named(&self.visibility)?,
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

impl Kept for Opportunity {
    type Rows = OpportunityRow;

    fn rows(stored: &Stored<Self>, _: OrganisationId) -> OpportunityRow {
        OpportunityRow::from(stored)
    }

    fn revive(row: OpportunityRow) -> Result<Stored<Self>> {
        row.into_stored()
    }
}

fn levels(needs: &[SkillNeed]) -> Vec<LevelShape> {
    let shape = |need: &SkillNeed| LevelShape {
        skill: need.skill.uuid(),
        level: need.min_level.get(),
    };
    needs.iter().map(shape).collect()
}

fn needs(levels: Vec<LevelShape>) -> Result<Vec<SkillNeed>, Fault> {
    let need = |shape: LevelShape| {
        let min_level = Level::new(shape.level).map_err(|_| format!("level {}", shape.level))?;
        Ok(SkillNeed {
            skill: SkillId::new(shape.skill),
            min_level,
        })
    };
    levels.into_iter().map(need).collect()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SoughtShape {
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    helix: Vec<String>,
    #[serde(default)]
    sizes: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    near: Option<CircleShape>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CircleShape {
    centre: PointShape,
    radius_km: f64,
}

impl From<Sought> for SoughtShape {
    fn from(sought: Sought) -> Self {
        Self {
            kinds: codes(&sought.kinds),
            helix: codes(&sought.helix),
            sizes: codes(&sought.sizes),
            languages: sought.languages,
            near: sought.near.map(|circle| CircleShape {
                centre: circle.centre.into(),
                radius_km: circle.radius_km,
            }),
        }
    }
}

impl TryFrom<SoughtShape> for Sought {
    type Error = Fault;

    fn try_from(shape: SoughtShape) -> Result<Self, Fault> {
        Ok(Self {
            kinds: all_named(&shape.kinds)?,
            helix: all_named(&shape.helix)?,
            sizes: all_named(&shape.sizes)?,
            languages: shape.languages,
            near: shape.near.map(|circle| Circle {
                centre: circle.centre.into(),
                radius_km: circle.radius_km,
            }),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BudgetShape {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    currency: String,
}

impl From<Budget> for BudgetShape {
    fn from(budget: Budget) -> Self {
        Self {
            min: budget.min,
            max: budget.max,
            currency: budget.currency,
        }
    }
}

impl From<BudgetShape> for Budget {
    fn from(shape: BudgetShape) -> Self {
        Self {
            min: shape.min,
            max: shape.max,
            currency: shape.currency,
        }
    }
}
