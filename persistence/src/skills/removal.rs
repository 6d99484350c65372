//! The removal of a concept that nothing uses.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use werkstadt_domain::skill::SkillId;

use super::NOUN;
use crate::changes::Operation;
use crate::db::Db;
use crate::error::{Error, FOREIGN_KEY, Result};
use crate::guard;
use crate::schema::{opportunities, organisation_references, persons, skill_broader, skill_claims, skills, solutions};
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

/// Removes a concept that nothing uses, as a proposal that was a mistake.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] with [`FOREIGN_KEY`] while a claim, a reference, an
/// opportunity, a solution, a person or another concept names it.
pub fn remove(unit: &mut UnitOfWork<'_>, id: SkillId, version: i64) -> Result<()> {
    let db = unit.db();
    if is_linked(db, id)? || is_mentioned(db, id)? {
        return Err(Error::Conflict {
            constraint: FOREIGN_KEY.to_owned(),
        });
    }
    let guarded = skills::table
        .filter(skills::id.eq(SqlId::from(id)))
        .filter(skills::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || super::exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

/// Links that the database checks too, those between concepts at the commit only, too late to be told apart.
fn is_linked(db: &mut Db, id: SkillId) -> Result<bool> {
    let id = SqlId::from(id);
    let claimed = skill_claims::table.filter(skill_claims::skill_id.eq(id));
    let above = skill_broader::table.filter(skill_broader::broader_id.eq(id));
    let successor = skills::table.filter(skills::replaced_by.eq(id));
    Ok(select(exists(claimed)).get_result(db)?
        || select(exists(above)).get_result(db)?
        || select(exists(successor)).get_result(db)?)
}

/// Lists of ids in JSON columns, which no constraint guards.
fn is_mentioned(db: &mut Db, id: SkillId) -> Result<bool> {
    let pattern = format!("%\"{id}\"%");
    let mentions =
        |column: &str| sql::<Bool>(&format!("CAST({column} AS TEXT) LIKE ")).bind::<Text, _>(pattern.clone());
    let references = organisation_references::table.filter(mentions("skills"));
    let wishes = opportunities::table.filter(mentions("required"));
    let further_wishes = opportunities::table.filter(mentions("preferred"));
    let persons = persons::table.filter(mentions("skills"));
    let shown = solutions::table.filter(mentions("skills"));
    let related = skills::table.filter(mentions("related"));
    Ok(select(exists(references)).get_result(db)?
        || select(exists(wishes)).get_result(db)?
        || select(exists(further_wishes)).get_result(db)?
        || select(exists(persons)).get_result(db)?
        || select(exists(shown)).get_result(db)?
        || select(exists(related)).get_result(db)?)
}
