//! The types of membership that the association has.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::{ChangedAt, Stored};
use werkstadt_domain::membership::period::{FirstDue, Period};
use werkstadt_domain::membership::tier::{Document, Field, Tier, TierId};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Kind, SizeClass};

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, FOREIGN_KEY, Result};
use crate::guard;
use crate::schema::{membership_applications, membership_types, memberships};
use crate::shapes::{Fault, TextShape, all_named, codes, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::MembershipType;

/// One type.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: TierId) -> Result<Stored<Tier>> {
    let row: Option<TierRow> = membership_types::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_stored()
}

/// The type with a code, if there is one.
///
/// # Errors
/// As every read.
pub fn by_code(db: &mut Db, code: &str) -> Result<Option<Stored<Tier>>> {
    let row: Option<TierRow> = membership_types::table
        .filter(membership_types::code.eq(code))
        .first(db)
        .optional()?;
    row.map(TierRow::into_stored).transpose()
}

/// Types in order of id, after `after`, at most `limit`: all of them, or those that can be applied for.
///
/// # Errors
/// As every read.
pub fn list(db: &mut Db, only_open: Option<bool>, after: Option<TierId>, limit: i64) -> Result<Vec<Stored<Tier>>> {
    let after = SqlId(after.map_or(Uuid::nil(), TierId::uuid));
    let mut query = membership_types::table
        .filter(membership_types::id.gt(after))
        .into_boxed();
    if let Some(is_open) = only_open {
        query = query.filter(membership_types::is_open.eq(is_open));
    }
    let rows: Vec<TierRow> = query.order(membership_types::id).limit(limit).load(db)?;
    rows.into_iter().map(TierRow::into_stored).collect()
}

/// Adds a type.
///
/// # Errors
/// [`Error::Conflict`]: `membership_types_code_key` when another one has the code.
pub fn insert(unit: &mut UnitOfWork<'_>, tier: Tier) -> Result<Stored<Tier>> {
    let at = unit.now().into();
    let stored = Stored {
        record: tier,
        version: 1,
        created_at: at,
        changed_at: ChangedAt::all(at),
    };
    let row = TierRow::from(&stored);
    dialect::insert_all::<membership_types::table, TierRow>(unit.db(), membership_types::table, &[row])?;
    unit.record(NOUN, stored.record.id.uuid(), Operation::Created);
    Ok(stored)
}

/// Changes a type, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`]: as [`insert`], or with [`FOREIGN_KEY`] when another code is
/// wanted while memberships name the present one.
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<Tier>, after: Tier) -> Result<Stored<Tier>> {
    let id = before.record.id;
    if after.code != before.record.code {
        must_be_unused(unit.db(), &before.record.code)?;
    }
    let stored = Stored {
        record: Tier { id, ..after },
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: ChangedAt::all(unit.now().into()),
    };
    let db = unit.db();
    let guarded = membership_types::table
        .filter(membership_types::id.eq(SqlId::from(id)))
        .filter(membership_types::version.eq(before.version));
    let rows = diesel::update(guarded).set(&TierRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(stored)
}

/// Removes a type.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`], and [`Error::Conflict`] with [`FOREIGN_KEY`] while memberships or applications name it.
pub fn remove(unit: &mut UnitOfWork<'_>, before: &Stored<Tier>) -> Result<()> {
    let id = before.record.id;
    let db = unit.db();
    must_be_unused(db, &before.record.code)?;
    let guarded = membership_types::table
        .filter(membership_types::id.eq(SqlId::from(id)))
        .filter(membership_types::version.eq(before.version));
    let rows = diesel::delete(guarded).execute(db)?;
    guard::judge(NOUN, rows, || exists(db, id))?;
    unit.record(NOUN, id.uuid(), Operation::Removed);
    Ok(())
}

/// Whether memberships or applications name a type.
///
/// # Errors
/// As every read.
pub fn is_used(db: &mut Db, tier: &Tier) -> Result<bool> {
    let named = memberships::table.filter(memberships::kind.eq(&tier.code));
    let applied = membership_applications::table.filter(membership_applications::type_id.eq(SqlId::from(tier.id)));
    Ok(diesel::select(diesel::dsl::exists(named)).get_result(db)?
        || diesel::select(diesel::dsl::exists(applied)).get_result(db)?)
}

/// Memberships name types by their code, and may name what is none. So a membership that is entered in the same instant stays
/// valid, as one of a type that nobody has described.
fn must_be_unused(db: &mut Db, code: &str) -> Result<()> {
    let named = memberships::table.filter(memberships::kind.eq(code));
    if diesel::select(diesel::dsl::exists(named)).get_result(db)? {
        return Err(Error::Conflict {
            constraint: FOREIGN_KEY.to_owned(),
        });
    }
    Ok(())
}

fn exists(db: &mut Db, id: TierId) -> Result<bool> {
    let row = membership_types::table.filter(membership_types::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FeeShape {
    size: String,
    cents: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct DocumentShape {
    code: String,
    name: TextShape,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = membership_types, treat_none_as_default_value = false, treat_none_as_null = true)]
struct TierRow {
    id: SqlId,
    code: String,
    name: Json<TextShape>,
    description: Json<TextShape>,
    fee_cents: i64,
    fees: Json<Vec<FeeShape>>,
    period: String,
    due_days: i32,
    grace_days: i32,
    kinds: Json<Vec<String>>,
    fields: Json<Vec<String>>,
    documents: Json<Vec<DocumentShape>>,
    is_open: bool,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
    first_due: String,
}

impl From<&Stored<Tier>> for TierRow {
    fn from(stored: &Stored<Tier>) -> Self {
        let tier = &stored.record;
        let fee = |(size, cents): &(SizeClass, i64)| FeeShape {
            size: size.code().to_owned(),
            cents: *cents,
        };
        let document = |one: &Document| DocumentShape {
            code: one.code.clone(),
            name: TextShape::from(&one.name),
        };
        Self {
            id: tier.id.into(),
            code: tier.code.clone(),
            name: Json(TextShape::from(&tier.name)),
            description: Json(TextShape::from(&tier.description)),
            fee_cents: tier.fee_cents,
            fees: Json(tier.fees.iter().map(fee).collect()),
            period: tier.period.code().to_owned(),
            due_days: i32::from(tier.due_days),
            grace_days: i32::from(tier.grace_days),
            kinds: Json(codes(&tier.kinds)),
            fields: Json(codes(&tier.fields)),
            documents: Json(tier.documents.iter().map(document).collect()),
            is_open: tier.is_open,
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            updated_at: SqlInstant::from(stored.changed_at.last()),
            first_due: tier.first_due.code().to_owned(),
        }
    }
}

impl TierRow {
    fn into_stored(self) -> Result<Stored<Tier>> {
        let id = self.id.0;
        self.read()
            .map_err(|fault| Error::inconsistent("membership_types", id, fault))
    }

    fn read(self) -> Result<Stored<Tier>, Fault> {
        let days = |days: i32| u16::try_from(days).map_err(|_| format!("{days} days"));
        let fee = |fee: FeeShape| Ok::<_, Fault>((named::<SizeClass>(&fee.size)?, fee.cents));
        let document = |one: DocumentShape| Document {
            code: one.code,
            name: one.name.into(),
        };
        let record = Tier {
            id: self.id.into(),
            code: self.code,
            name: self.name.0.into(),
            description: self.description.0.into(),
            fee_cents: self.fee_cents,
            fees: self.fees.0.into_iter().map(fee).collect::<Result<_, _>>()?,
            period: named::<Period>(&self.period)?,
            first_due: named::<FirstDue>(&self.first_due)?,
            due_days: days(self.due_days)?,
            grace_days: days(self.grace_days)?,
            kinds: all_named::<Kind>(&self.kinds.0)?,
            fields: all_named::<Field>(&self.fields.0)?,
            documents: self.documents.0.into_iter().map(document).collect(),
            is_open: self.is_open,
        };
        Ok(guard::stored_alike(
            record,
            self.version,
            self.created_at,
            self.updated_at,
        ))
    }
}
