//! Searches that people keep.

use diesel::prelude::*;
use werkstadt_domain::account::UserId;
use werkstadt_domain::audience::{Audience, ChangedAt, Stored};
use werkstadt_domain::named::Named;
use werkstadt_domain::saved_search::{FeedPlace, SavedSearch, SavedSearchId, SearchTarget};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::saved_searches;
use crate::shapes::{Fault, named};
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::SavedSearch;

/// One search of a user. Another one's is not found.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, user: UserId, id: SavedSearchId) -> Result<Stored<SavedSearch>> {
    let row: Option<SavedSearchRow> = saved_searches::table
        .find(SqlId::from(id))
        .filter(saved_searches::user_id.eq(SqlId::from(user)))
        .first(db)
        .optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_stored()
}

/// The searches of a user, in order of id.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, user: UserId) -> Result<Vec<Stored<SavedSearch>>> {
    let rows: Vec<SavedSearchRow> = saved_searches::table
        .filter(saved_searches::user_id.eq(SqlId::from(user)))
        .order(saved_searches::id)
        .load(db)?;
    rows.into_iter().map(SavedSearchRow::into_stored).collect()
}

/// Adds a search.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such user.
pub fn insert(unit: &mut UnitOfWork<'_>, search: SavedSearch) -> Result<Stored<SavedSearch>> {
    let stored = guard::created(unit, search);
    let row = SavedSearchRow::new(&stored);
    dialect::insert_all::<saved_searches::table, SavedSearchRow>(unit.db(), saved_searches::table, &[row])?;
    unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    Ok(stored)
}

/// Changes a search, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn update(
    unit: &mut UnitOfWork<'_>,
    before: &Stored<SavedSearch>,
    after: SavedSearch,
) -> Result<Stored<SavedSearch>> {
    let id = before.record.id;
    let stored = Stored {
        record: SavedSearch { id, ..after },
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: ChangedAt::all(unit.now().into()),
    };
    let guarded = saved_searches::table
        .filter(saved_searches::id.eq(SqlId::from(id)))
        .filter(saved_searches::version.eq(before.version));
    let rows = diesel::update(guarded)
        .set(&SavedSearchRow::new(&stored))
        .execute(unit.db())?;
    guard::judge(NOUN, rows, || exists(unit.db(), id))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

/// The queries of all saved searches for organisations that name a skill, each with its user.
///
/// # Errors
/// As every read.
pub fn wishes(db: &mut Db) -> Result<Vec<(UserId, String)>> {
    let rows: Vec<(SqlId, String)> = saved_searches::table
        .filter(saved_searches::target.eq(SearchTarget::Organisations.code()))
        .filter(saved_searches::query.like("%skill=%"))
        .select((saved_searches::user_id, saved_searches::query))
        .load(db)?;
    Ok(rows.into_iter().map(|(user, query)| (user.into(), query)).collect())
}

/// Removes a search, if it has this version still.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn remove(unit: &mut UnitOfWork<'_>, id: SavedSearchId, version: i64) -> Result<()> {
    let guarded = saved_searches::table
        .filter(saved_searches::id.eq(SqlId::from(id)))
        .filter(saved_searches::version.eq(version));
    let rows = diesel::delete(guarded).execute(unit.db())?;
    guard::judge(NOUN, rows, || exists(unit.db(), id))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

fn exists(db: &mut Db, id: SavedSearchId) -> Result<bool> {
    let row = saved_searches::table.filter(saved_searches::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = saved_searches)]
struct SavedSearchRow {
    id: SqlId,
    user_id: SqlId,
    name: String,
    target: String,
    query: String,
    audience: String,
    place: i64,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
}

impl SavedSearchRow {
    fn new(stored: &Stored<SavedSearch>) -> Self {
        let search = &stored.record;
        Self {
            id: search.id.into(),
            user_id: search.user.into(),
            name: search.name.clone(),
            target: search.target.code().to_owned(),
            query: search.query.clone(),
            audience: search.seen.audience.code().to_owned(),
            place: search.seen.count.cast_signed(),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            updated_at: SqlInstant::from(stored.changed_at.last()),
        }
    }

    fn into_stored(self) -> Result<Stored<SavedSearch>> {
        let (id, version, created_at, updated_at) = (self.id, self.version, self.created_at, self.updated_at);
        let record = self.read();
        let record = record.map_err(|fault| Error::inconsistent("saved_searches", id.0, fault))?;
        Ok(guard::stored_alike(record, version, created_at, updated_at))
    }

    fn read(self) -> Result<SavedSearch, Fault> {
        let seen = FeedPlace {
            audience: named::<Audience>(&self.audience)?,
            count: self.place.cast_unsigned(),
        };
        Ok(SavedSearch {
            id: self.id.into(),
            user: self.user_id.into(),
            name: self.name,
            target: named::<SearchTarget>(&self.target)?,
            query: self.query,
            seen,
        })
    }
}
