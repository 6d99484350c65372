//! Persons with their affiliations, which are as visible as the organisations and units that they name.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;
use werkstadt_domain::audience::Stored;
use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::person::{Affiliation, Person, PersonId};

use crate::changes::{Noun, Operation};
use crate::consents;
use crate::db::Db;
use crate::dialect::{self, plain};
use crate::error::{Error, Result};
use crate::guard::{self, IDS_PER_QUERY};
use crate::schema::{affiliations, persons, versions};
use crate::sqltypes::SqlId;
use crate::users;
use crate::work::UnitOfWork;

mod places;
mod row;

pub(crate) use places::look_up;
use row::{AffiliationRow, PersonRow};

const NOUN: Noun = Noun::Person;

/// One person.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: PersonId) -> Result<Stored<Person>> {
    load(db, &[id])?.pop().ok_or(Error::NotFound { noun: NOUN })
}

/// The persons with these ids that exist, in order of id.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, ids: &[PersonId]) -> Result<Vec<Stored<Person>>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows = persons::table.filter(persons::id.eq_any(keys)).load(db)?;
        found.extend(with_affiliations(db, rows)?);
    }
    found.sort_by_key(|stored: &Stored<Person>| stored.record.id);
    Ok(found)
}

/// Persons in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, after: Option<PersonId>, limit: i64) -> Result<Vec<Stored<Person>>> {
    let after = SqlId(after.map_or(Uuid::nil(), PersonId::uuid));
    let rows = persons::table
        .filter(persons::id.gt(after))
        .order(persons::id)
        .limit(limit)
        .load(db)?;
    with_affiliations(db, rows)
}

/// The ids of those who work or worked at these organisations, in order.
///
/// # Errors
/// As every read.
pub fn at_organisations(db: &mut Db, organisations: &[OrganisationId]) -> Result<Vec<PersonId>> {
    let mut found: Vec<SqlId> = Vec::new();
    for chunk in organisations.chunks(IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows: Vec<SqlId> = affiliations::table
            .filter(affiliations::organisation_id.eq_any(keys))
            .select(affiliations::person_id)
            .distinct()
            .load(db)?;
        found.extend(rows);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(PersonId::from).collect())
}

/// The ids of those with this e-mail address, without regard to case.
///
/// # Errors
/// As every read.
pub fn by_email(db: &mut Db, email: &str) -> Result<Vec<PersonId>> {
    let same = format!("lower(email) = {}", plain::text(&email.to_lowercase()));
    let rows: Vec<SqlId> = persons::table
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(&same))
        .select(persons::id)
        .load(db)?;
    Ok(rows.into_iter().map(PersonId::from).collect())
}

/// Adds a person.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when an organisation or unit does not exist.
pub fn insert(unit: &mut UnitOfWork<'_>, mut person: Person) -> Result<Stored<Person>> {
    look_up(unit.db(), [&mut person])?;
    let stored = guard::created(unit, person);
    write_all(unit, std::slice::from_ref(&stored))?;
    consents::follow(unit, None, &stored)?;
    Ok(stored)
}

/// Adds many persons with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, mut persons: Vec<Person>) -> Result<()> {
    look_up(unit.db(), &mut persons)?;
    let stored: Vec<_> = persons.into_iter().map(|person| guard::created(unit, person)).collect();
    write_all(unit, &stored)?;
    stored
        .iter()
        .try_for_each(|stored| consents::follow(unit, None, stored))
}

/// Changes a person, if the record is still as it was read in `before`. What it says of the consent goes into the ledger, too.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] as [`insert`].
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<Person>, after: Person) -> Result<Stored<Person>> {
    let stored = change(unit, before, after)?;
    consents::follow(unit, Some(&before.record), &stored)?;
    Ok(stored)
}

/// As [`update`], without the ledger: for what was written there already.
///
/// # Errors
/// As [`update`].
pub fn change(unit: &mut UnitOfWork<'_>, before: &Stored<Person>, after: Person) -> Result<Stored<Person>> {
    let id = before.record.id;
    let mut after = Person { id, ..after };
    // First, so that what becomes of a hidden place changes no time that its readers know.
    look_up(unit.db(), [&mut after])?;
    let stored = guard::changed(unit, before, after);
    let db = unit.db();
    let guarded = persons::table
        .filter(persons::id.eq(SqlId::from(id)))
        .filter(persons::version.eq(before.version));
    let rows = diesel::update(guarded).set(&PersonRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    let old = affiliations::person_id.eq(SqlId::from(id));
    diesel::delete(affiliations::table.filter(old)).execute(db)?;
    write_affiliations(unit, std::slice::from_ref(&stored))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

/// Lets changes of this person that come after it wait until this transaction ends: for what changes the record by the way, and cannot be
/// told that it was too late.
///
/// # Errors
/// As every write.
pub fn lock(unit: &mut UnitOfWork<'_>, id: PersonId) -> Result<()> {
    let person = persons::table.filter(persons::id.eq(SqlId::from(id)));
    diesel::update(person)
        .set(persons::version.eq(persons::version))
        .execute(unit.db())?;
    Ok(())
}

/// Removes a person and what was kept of it: nothing stays of somebody who wants to go.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn remove(unit: &mut UnitOfWork<'_>, id: PersonId, version: i64) -> Result<()> {
    lock(unit, id)?;
    // The user who was this person goes on without; a reference alone would tell nobody.
    users::unlink(unit, id)?;
    let db = unit.db();
    let guarded = persons::table
        .filter(persons::id.eq(SqlId::from(id)))
        .filter(persons::version.eq(version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    diesel::delete(versions::table.filter(versions::record_id.eq(SqlId::from(id)))).execute(db)?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

fn write_all(unit: &mut UnitOfWork<'_>, stored: &[Stored<Person>]) -> Result<()> {
    let rows: Vec<PersonRow> = stored.iter().map(PersonRow::from).collect();
    dialect::insert_all::<persons::table, PersonRow>(unit.db(), persons::table, &rows)?;
    write_affiliations(unit, stored)?;
    for stored in stored {
        unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    }
    Ok(())
}

fn write_affiliations(unit: &mut UnitOfWork<'_>, stored: &[Stored<Person>]) -> Result<()> {
    let rows: Vec<AffiliationRow> = stored
        .iter()
        .flat_map(|stored| AffiliationRow::all(&stored.record))
        .collect();
    dialect::insert_all::<affiliations::table, AffiliationRow>(unit.db(), affiliations::table, &rows)
}

fn with_affiliations(db: &mut Db, rows: Vec<PersonRow>) -> Result<Vec<Stored<Person>>> {
    let mut by_person: HashMap<SqlId, Vec<Affiliation>> = HashMap::new();
    let ids: Vec<SqlId> = rows.iter().map(|row| row.id).collect();
    for chunk in ids.chunks(IDS_PER_QUERY) {
        let rows: Vec<AffiliationRow> = affiliations::table
            .filter(affiliations::person_id.eq_any(chunk))
            .order((affiliations::person_id, affiliations::position))
            .load(db)?;
        for row in rows {
            by_person.entry(row.person_id).or_default().push(row.into_affiliation());
        }
    }
    let mut found: Vec<Stored<Person>> = rows
        .into_iter()
        .map(|row| {
            let affiliations = by_person.remove(&row.id).unwrap_or_default();
            row.into_stored(affiliations)
        })
        .collect::<Result<_>>()?;
    look_up(db, found.iter_mut().map(|stored| &mut stored.record))?;
    Ok(found)
}

fn exists(db: &mut Db, id: PersonId) -> Result<bool> {
    let row = persons::table.filter(persons::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}
