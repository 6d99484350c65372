//! The concepts that name other concepts, as a merge needs them.

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::skill::{Skill, SkillId};

use crate::db::Db;
use crate::error::Result;
use crate::schema::{skill_broader, skills};
use crate::sqltypes::SqlId;

/// The concepts with one of these among their broader or related ones, in order of id.
///
/// # Errors
/// As every read.
pub fn neighbours(db: &mut Db, of: &[SkillId]) -> Result<Vec<Stored<Skill>>> {
    let mut found: BTreeSet<Uuid> = BTreeSet::new();
    for id in of {
        let below: Vec<SqlId> = skill_broader::table
            .filter(skill_broader::broader_id.eq(SqlId::from(*id)))
            .select(skill_broader::skill_id)
            .load(db)?;
        // A list of ids in a JSON column, which no index knows.
        let mention = sql::<Bool>("CAST(related AS TEXT) LIKE ").bind::<Text, _>(format!("%\"{id}\"%"));
        let related: Vec<SqlId> = skills::table.filter(mention).select(skills::id).load(db)?;
        found.extend(below.into_iter().chain(related).map(|id| id.0));
    }
    let ids: Vec<SkillId> = found.into_iter().map(SkillId::new).collect();
    super::load(db, &ids)
}
