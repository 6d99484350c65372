//! The units of institutions.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::institution::{Unit, UnitId};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, Owners};
use crate::history::Kept;
use crate::schema::units;
use crate::shapes::{Fault, TextShape, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::Unit;

/// One unit.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: UnitId) -> Result<Stored<Unit>> {
    let row: Option<UnitRow> = units::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_stored()
}

/// The units of one organisation, in order of id.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, organisation: OrganisationId) -> Result<Vec<Stored<Unit>>> {
    load(db, Owners::These(&[organisation]))
}

/// The units of these organisations, in order of organisation and then of id.
pub(crate) fn load(db: &mut Db, owners: Owners<'_>) -> Result<Vec<Stored<Unit>>> {
    let mut rows: Vec<UnitRow> = guard::rows_of!(units, owners, db);
    rows.sort_by_key(|row| (row.organisation_id, row.id));
    rows.into_iter().map(UnitRow::into_stored).collect()
}

/// Adds a unit.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when its organisation does not exist.
pub fn insert(unit: &mut UnitOfWork<'_>, record: Unit) -> Result<Stored<Unit>> {
    let stored = guard::created(unit, record);
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds a unit that was removed, under the id it had; its versions go on from where they ended.
///
/// # Errors
/// As [`insert`].
pub fn put_back(unit: &mut UnitOfWork<'_>, was: &Stored<Unit>, record: Unit) -> Result<Stored<Unit>> {
    let stored = guard::again(unit, (NOUN, record.id.uuid()), was, record)?;
    write_all(unit, std::slice::from_ref(&stored))?;
    Ok(stored)
}

/// Adds many units with few statements. A unit may come before the one above it.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, records: Vec<Unit>) -> Result<()> {
    let stored: Vec<_> = records.into_iter().map(|record| guard::created(unit, record)).collect();
    write_all(unit, &stored)
}

/// Changes a unit, if it is still as it was read in `before`. It stays with its organisation.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<Unit>, after: Unit) -> Result<Stored<Unit>> {
    let (id, organisation) = (before.record.id, before.record.organisation);
    let after = Unit {
        id,
        organisation,
        ..after
    };
    let stored = guard::changed(unit, before, after);
    let db = unit.db();
    let guarded = units::table
        .filter(units::id.eq(SqlId::from(id)))
        .filter(units::version.eq(before.version));
    let rows = diesel::update(guarded).set(&UnitRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    record(unit, &stored.record, Operation::Updated);
    Ok(stored)
}

/// Removes a unit from which nothing hangs any more.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) while it has
/// units below it, claims, references, opportunities or persons.
pub fn remove(unit: &mut UnitOfWork<'_>, before: &Stored<Unit>) -> Result<()> {
    let (id, db) = (before.record.id, unit.db());
    // The reference to the unit above is checked at the commit, too late to be told apart.
    let below = units::table.filter(units::parent_id.eq(SqlId::from(id)));
    if diesel::select(diesel::dsl::exists(below)).get_result(db)? {
        return Err(Error::Conflict {
            constraint: crate::FOREIGN_KEY.to_owned(),
        });
    }
    let guarded = units::table
        .filter(units::id.eq(SqlId::from(id)))
        .filter(units::version.eq(before.version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    record(unit, &before.record, Operation::Removed);
    Ok(())
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Unit>]) -> Result<()> {
    let rows: Vec<UnitRow> = stored.iter().map(UnitRow::from).collect();
    dialect::insert_all::<units::table, UnitRow>(unit.db(), units::table, &rows)?;
    for stored in stored {
        record(unit, &stored.record, Operation::Created);
    }
    Ok(())
}

fn record(unit: &mut UnitOfWork<'_>, part: &Unit, operation: Operation) {
    unit.record(NOUN, part.id.uuid(), operation);
    unit.record(Noun::Organisation, part.organisation.uuid(), Operation::Updated);
}

fn exists(db: &mut Db, id: UnitId) -> Result<bool> {
    let row = units::table.filter(units::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

#[derive(Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = units, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct UnitRow {
    id: SqlId,
    organisation_id: SqlId,
    parent_id: Option<SqlId>,
    name: Json<TextShape>,
    kind: String,
    summary: Json<TextShape>,
    website: Option<String>,
    visibility: String,
    version: i64,
    created_at: SqlInstant,
    changed_public: SqlInstant,
    changed_members: SqlInstant,
    changed_managers: SqlInstant,
}

impl From<&Stored<Unit>> for UnitRow {
    fn from(stored: &Stored<Unit>) -> Self {
        let unit = stored.record.clone();
        let [changed_public, changed_members, changed_managers] = guard::instants(&stored.changed_at);
        Self {
            id: unit.id.into(),
            organisation_id: unit.organisation.into(),
            parent_id: unit.parent.map(SqlId::from),
            name: Json(TextShape::from(&unit.name)),
            kind: unit.kind,
            summary: Json(TextShape::from(&unit.summary)),
            website: unit.website,
            visibility: unit.visibility.code().to_owned(),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            changed_public,
            changed_members,
            changed_managers,
        }
    }
}

impl UnitRow {
    fn into_stored(self) -> Result<Stored<Unit>> {
        let id = self.id.0;
        self.read().map_err(|fault| Error::inconsistent("units", id, fault))
    }

    fn read(self) -> Result<Stored<Unit>, Fault> {
        let record = Unit {
            id: self.id.into(),
            organisation: self.organisation_id.into(),
            parent: self.parent_id.map(UnitId::from),
            name: self.name.0.into(),
            kind: self.kind,
            summary: self.summary.0.into(),
            website: self.website,
            visibility: named(&self.visibility)?,
        };
        let changed = [self.changed_public, self.changed_members, self.changed_managers];
        Ok(guard::stored(record, self.version, self.created_at, changed))
    }
}

impl Kept for Unit {
    type Rows = UnitRow;

    fn rows(stored: &Stored<Self>, _: OrganisationId) -> UnitRow {
        UnitRow::from(stored)
    }

    fn revive(row: UnitRow) -> Result<Stored<Self>> {
        row.into_stored()
    }
}
