//! The skill taxonomy. Concepts in use are deprecated, never removed: what used them goes on.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::{ChangedAt, Stored};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::skill::{Skill, SkillId};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, IDS_PER_QUERY};
use crate::history::Kept;
use crate::schema::{skill_broader, skills};
use crate::shapes::{Fault, TextShape, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

mod neighbours;
mod removal;

pub use neighbours::neighbours;
pub use removal::remove;

const NOUN: Noun = Noun::Skill;

/// One concept.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: SkillId) -> Result<Stored<Skill>> {
    load(db, &[id])?.pop().ok_or(Error::NotFound { noun: NOUN })
}

/// The concepts with these ids that exist, in order of id.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, ids: &[SkillId]) -> Result<Vec<Stored<Skill>>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows = skills::table.filter(skills::id.eq_any(keys)).load(db)?;
        found.extend(with_broader(db, rows)?);
    }
    found.sort_by_key(|stored: &Stored<Skill>| stored.record.id);
    Ok(found)
}

/// Concepts in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, after: Option<SkillId>, limit: i64) -> Result<Vec<Stored<Skill>>> {
    let after = SqlId(after.map_or(Uuid::nil(), SkillId::uuid));
    let rows = skills::table
        .filter(skills::id.gt(after))
        .order(skills::id)
        .limit(limit)
        .load(db)?;
    with_broader(db, rows)
}

/// The ids of the concepts with these addresses.
///
/// # Errors
/// As every read.
pub fn by_uris(db: &mut Db, uris: &[String]) -> Result<HashMap<String, SkillId>> {
    let mut found = HashMap::new();
    for chunk in uris.chunks(IDS_PER_QUERY) {
        let rows: Vec<(String, SqlId)> = skills::table
            .filter(skills::uri.eq_any(chunk))
            .select((skills::uri, skills::id))
            .load(db)?;
        found.extend(rows.into_iter().map(|(uri, id)| (uri, SkillId::from(id))));
    }
    Ok(found)
}

/// Adds a concept.
///
/// # Errors
/// [`Error::Conflict`] with `skills_uri_key`. A broader concept that does not exist fails the commit, with
/// [`FOREIGN_KEY`](crate::FOREIGN_KEY).
pub fn insert(unit: &mut UnitOfWork<'_>, skill: Skill) -> Result<Stored<Skill>> {
    let stored = guard::created(unit, skill);
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds a concept that was removed, under the id it had; its versions go on from where they ended.
///
/// # Errors
/// As [`insert`].
pub fn put_back(unit: &mut UnitOfWork<'_>, was: &Stored<Skill>, record: Skill) -> Result<Stored<Skill>> {
    let stored = guard::again(unit, (NOUN, record.id.uuid()), was, record)?;
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds many concepts with few statements. One may come before its broader ones.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, skills: Vec<Skill>) -> Result<()> {
    let stored: Vec<_> = skills.into_iter().map(|skill| guard::created(unit, skill)).collect();
    write_all(unit, &stored)
}

/// Changes a concept, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`].
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<Skill>, after: Skill) -> Result<Stored<Skill>> {
    let id = before.record.id;
    let stored = Stored {
        record: Skill { id, ..after },
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: ChangedAt::all(unit.now().into()),
    };
    let db = unit.db();
    let guarded = skills::table
        .filter(skills::id.eq(SqlId::from(id)))
        .filter(skills::version.eq(before.version));
    let rows = diesel::update(guarded).set(&SkillRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    let old = skill_broader::skill_id.eq(SqlId::from(id));
    diesel::delete(skill_broader::table.filter(old)).execute(db)?;
    write_broader(unit, std::slice::from_ref(&stored))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Skill>]) -> Result<()> {
    let rows: Vec<SkillRow> = stored.iter().map(SkillRow::from).collect();
    dialect::insert_all::<skills::table, SkillRow>(unit.db(), skills::table, &rows)?;
    write_broader(unit, stored)?;
    for stored in stored {
        unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    }
    Ok(())
}

fn write_broader(unit: &mut UnitOfWork<'_>, stored: &[Stored<Skill>]) -> Result<()> {
    let rows: Vec<BroaderRow> = stored
        .iter()
        .flat_map(|stored| BroaderRow::all(&stored.record))
        .collect();
    dialect::insert_all::<skill_broader::table, BroaderRow>(unit.db(), skill_broader::table, &rows)
}

fn with_broader(db: &mut Db, rows: Vec<SkillRow>) -> Result<Vec<Stored<Skill>>> {
    let mut broader: HashMap<SqlId, Vec<SkillId>> = HashMap::new();
    let ids: Vec<SqlId> = rows.iter().map(|row| row.id).collect();
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let rows: Vec<BroaderRow> = skill_broader::table
            .filter(skill_broader::skill_id.eq_any(chunk))
            .order((skill_broader::skill_id, skill_broader::position))
            .load(db)?;
        for row in rows {
            broader.entry(row.skill_id).or_default().push(row.broader_id.into());
        }
    }
    rows.into_iter()
        .map(|row| {
            let (id, broader) = (row.id.0, broader.remove(&row.id).unwrap_or_default());
            row.read(broader)
                .map_err(|fault| Error::inconsistent("skills", id, fault))
        })
        .collect()
}

fn exists(db: &mut Db, id: SkillId) -> Result<bool> {
    let row = skills::table.filter(skills::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = skills, treat_none_as_default_value = false, treat_none_as_null = true)]
struct SkillRow {
    id: SqlId,
    uri: String,
    kind: String,
    status: String,
    label: Json<TextShape>,
    alt_de: Json<Vec<String>>,
    alt_en: Json<Vec<String>>,
    related: Json<Vec<Uuid>>,
    replaced_by: Option<SqlId>,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
}

impl From<&Stored<Skill>> for SkillRow {
    fn from(stored: &Stored<Skill>) -> Self {
        let skill = stored.record.clone();
        Self {
            id: skill.id.into(),
            uri: skill.uri,
            kind: skill.kind.code().to_owned(),
            status: skill.status.code().to_owned(),
            label: Json(TextShape::from(&skill.label)),
            alt_de: Json(skill.alt_de),
            alt_en: Json(skill.alt_en),
            related: Json(skill.related.into_iter().map(SkillId::uuid).collect()),
            replaced_by: skill.replaced_by.map(SqlId::from),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            updated_at: SqlInstant::from(stored.changed_at.last()),
        }
    }
}

impl SkillRow {
    fn read(self, broader: Vec<SkillId>) -> Result<Stored<Skill>, Fault> {
        let record = Skill {
            id: self.id.into(),
            uri: self.uri,
            kind: named(&self.kind)?,
            status: named(&self.status)?,
            label: self.label.0.into(),
            alt_de: self.alt_de.0,
            alt_en: self.alt_en.0,
            broader,
            related: self.related.0.into_iter().map(SkillId::new).collect(),
            replaced_by: self.replaced_by.map(SkillId::from),
        };
        Ok(guard::stored_alike(
            record,
            self.version,
            self.created_at,
            self.updated_at,
        ))
    }
}

#[derive(Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = skill_broader)]
struct BroaderRow {
    skill_id: SqlId,
    position: i32,
    broader_id: SqlId,
}

impl BroaderRow {
    fn all(skill: &Skill) -> impl Iterator<Item = Self> {
        let skill_id = skill.id.into();
        (0..).zip(&skill.broader).map(move |(position, broader)| Self {
            skill_id,
            position,
            broader_id: (*broader).into(),
        })
    }
}

/// All rows of a concept, as its history keeps them.
#[derive(Serialize, Deserialize)]
pub(crate) struct SkillRows {
    skill: SkillRow,
    broader: Vec<BroaderRow>,
}

impl Kept for Skill {
    type Rows = SkillRows;

    fn rows(stored: &Stored<Self>, _: OrganisationId) -> SkillRows {
        SkillRows {
            skill: SkillRow::from(stored),
            broader: BroaderRow::all(&stored.record).collect(),
        }
    }

    fn revive(rows: SkillRows) -> Result<Stored<Self>> {
        let id = rows.skill.id.0;
        let broader = rows.broader.into_iter().map(|row| row.broader_id.into());
        let stored = rows.skill.read(broader.collect());
        stored.map_err(|fault| Error::inconsistent("skills", id, fault))
    }
}
