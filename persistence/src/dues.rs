//! The dues of memberships.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use werkstadt_domain::audience::{ChangedAt, Stored};
use werkstadt_domain::membership::MembershipId;
use werkstadt_domain::membership::due::{Due, DueId, DueStatus, Reminded, Settled};
use werkstadt_domain::membership::period::Span;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::membership_dues;
use crate::shapes::Fault;
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::Due;

/// Which dues.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this membership.
    pub membership: Option<MembershipId>,
    /// In one of these states, as of today; in any, if none is named.
    pub statuses: Vec<DueStatus>,
    /// To be paid before this day.
    pub due_before: Option<NaiveDate>,
}

/// One due.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: DueId) -> Result<Stored<Due>> {
    let row: Option<DueRow> = membership_dues::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_stored()
}

/// Dues in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn list(
    db: &mut Db,
    wanted: &Wanted,
    today: NaiveDate,
    after: Option<DueId>,
    limit: i64,
) -> Result<Vec<Stored<Due>>> {
    let after = SqlId(after.map_or(Uuid::nil(), DueId::uuid));
    let mut query = membership_dues::table
        .filter(membership_dues::id.gt(after))
        .into_boxed();
    if let Some(membership) = wanted.membership {
        query = query.filter(membership_dues::membership_id.eq(SqlId::from(membership)));
    }
    if let Some(day) = wanted.due_before {
        query = query.filter(membership_dues::due_on.lt(day));
    }
    if !wanted.statuses.is_empty() {
        let has = |status| wanted.statuses.contains(&status);
        let mut stored: Vec<&str> = Vec::new();
        stored.extend(has(DueStatus::Paid).then_some(PAID));
        stored.extend(has(DueStatus::Waived).then_some(WAIVED));
        let settled = membership_dues::status.eq_any(stored);
        let open = membership_dues::status.eq(OPEN);
        query = match (has(DueStatus::Open), has(DueStatus::Overdue)) {
            (true, true) => query.filter(settled.or(open)),
            (true, false) => query.filter(settled.or(open.and(membership_dues::due_on.ge(today)))),
            (false, true) => query.filter(settled.or(open.and(membership_dues::due_on.lt(today)))),
            (false, false) => query.filter(settled),
        };
    }
    let rows: Vec<DueRow> = query.order(membership_dues::id).limit(limit).load(db)?;
    rows.into_iter().map(DueRow::into_stored).collect()
}

/// Those of some ids that dues have.
///
/// # Errors
/// As every read.
pub fn known(db: &mut Db, ids: &[DueId]) -> Result<Vec<DueId>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(guard::IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows: Vec<SqlId> = membership_dues::table
            .filter(membership_dues::id.eq_any(keys))
            .select(membership_dues::id)
            .load(db)?;
        found.extend(rows.into_iter().map(DueId::from));
    }
    Ok(found)
}

/// The dues of some memberships, by the first day of their period.
///
/// # Errors
/// As every read.
pub fn of_memberships(db: &mut Db, ids: &[MembershipId]) -> Result<Vec<Stored<Due>>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(guard::IDS_PER_QUERY) {
        let keys: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows: Vec<DueRow> = membership_dues::table
            .filter(membership_dues::membership_id.eq_any(keys))
            .order((membership_dues::first_on, membership_dues::id))
            .load(db)?;
        for row in rows {
            found.push(row.into_stored()?);
        }
    }
    Ok(found)
}

/// Dues that are overdue on a day and of which nobody was reminded from the other day on, in order of id, after `after`, at most `limit`.
///
/// # Errors
/// As every read.
pub fn to_remind(
    db: &mut Db,
    today: NaiveDate,
    not_since: NaiveDate,
    after: Option<DueId>,
    limit: i64,
) -> Result<Vec<Stored<Due>>> {
    let after = SqlId(after.map_or(Uuid::nil(), DueId::uuid));
    let before = membership_dues::reminded_on.lt(not_since);
    let rows: Vec<DueRow> = membership_dues::table
        .filter(membership_dues::id.gt(after))
        .filter(membership_dues::status.eq(OPEN))
        .filter(membership_dues::due_on.lt(today))
        .filter(membership_dues::reminded_on.is_null().or(before.assume_not_null()))
        .order(membership_dues::id)
        .limit(limit)
        .load(db)?;
    rows.into_iter().map(DueRow::into_stored).collect()
}

/// Adds a due.
///
/// # Errors
/// [`Error::Conflict`]: `membership_dues_membership_id_first_on_key` when the period has one.
pub fn insert(unit: &mut UnitOfWork<'_>, due: Due) -> Result<Stored<Due>> {
    let at = unit.now().into();
    let stored = Stored {
        record: due,
        version: 1,
        created_at: at,
        changed_at: ChangedAt::all(at),
    };
    let row = DueRow::from(&stored);
    dialect::insert_all::<membership_dues::table, DueRow>(unit.db(), membership_dues::table, &[row])?;
    record(unit, &stored.record, Operation::Created);
    Ok(stored)
}

/// Adds many dues with few statements.
///
/// # Errors
/// As [`insert`]; then none of them is there.
pub fn insert_all(unit: &mut UnitOfWork<'_>, dues: Vec<Due>) -> Result<()> {
    let at = unit.now().into();
    let stored = dues.into_iter().map(|record| Stored {
        record,
        version: 1,
        created_at: at,
        changed_at: ChangedAt::all(at),
    });
    let stored: Vec<Stored<Due>> = stored.collect();
    let rows: Vec<DueRow> = stored.iter().map(DueRow::from).collect();
    dialect::insert_all::<membership_dues::table, DueRow>(unit.db(), membership_dues::table, &rows)?;
    for one in &stored {
        record(unit, &one.record, Operation::Created);
    }
    Ok(())
}

/// Changes a due, if it is still as it was read in `before`.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn update(unit: &mut UnitOfWork<'_>, before: &Stored<Due>, after: Due) -> Result<Stored<Due>> {
    let (id, membership) = (before.record.id, before.record.membership);
    let stored = Stored {
        record: Due {
            id,
            membership,
            ..after
        },
        version: before.version + 1,
        created_at: before.created_at,
        changed_at: ChangedAt::all(unit.now().into()),
    };
    let db = unit.db();
    let guarded = membership_dues::table
        .filter(membership_dues::id.eq(SqlId::from(id)))
        .filter(membership_dues::version.eq(before.version));
    let rows = diesel::update(guarded).set(&DueRow::from(&stored)).execute(db)?;
    guard::judge(NOUN, rows, || {
        let row = membership_dues::table.filter(membership_dues::id.eq(SqlId::from(id)));
        Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
    })?;
    record(unit, &stored.record, Operation::Updated);
    Ok(stored)
}

fn record(unit: &mut UnitOfWork<'_>, due: &Due, operation: Operation) {
    unit.record(NOUN, due.id.uuid(), operation);
}

const OPEN: &str = "open";
const PAID: &str = "paid";
const WAIVED: &str = "waived";

#[derive(Debug, Queryable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = membership_dues, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct DueRow {
    id: SqlId,
    membership_id: SqlId,
    first_on: NaiveDate,
    last_on: NaiveDate,
    amount_cents: i64,
    due_on: NaiveDate,
    status: String,
    paid_on: Option<NaiveDate>,
    note: Option<String>,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
    #[serde(default)]
    reminders: i32,
    #[serde(default)]
    reminded_on: Option<NaiveDate>,
}

impl From<&Stored<Due>> for DueRow {
    fn from(stored: &Stored<Due>) -> Self {
        let due = &stored.record;
        let (status, paid_on) = match due.settled {
            Settled::Open => (OPEN, None),
            Settled::Paid(on) => (PAID, Some(on)),
            Settled::Waived => (WAIVED, None),
        };
        Self {
            id: due.id.into(),
            membership_id: due.membership.into(),
            first_on: due.span.first,
            last_on: due.span.last,
            amount_cents: due.amount_cents,
            due_on: due.due_on,
            status: status.to_owned(),
            paid_on,
            note: due.note.clone(),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            updated_at: SqlInstant::from(stored.changed_at.last()),
            reminders: due.reminded.map_or(0, |reminded| i32::from(reminded.times)),
            reminded_on: due.reminded.map(|reminded| reminded.last_on),
        }
    }
}

impl DueRow {
    fn into_stored(self) -> Result<Stored<Due>> {
        let id = self.id.0;
        self.read()
            .map_err(|fault| Error::inconsistent("membership_dues", id, fault))
    }

    fn read(self) -> Result<Stored<Due>, Fault> {
        let settled = match (self.status.as_str(), self.paid_on) {
            (OPEN, None) => Settled::Open,
            (WAIVED, None) => Settled::Waived,
            (PAID, Some(on)) => Settled::Paid(on),
            (other, _) => return Err(format!("status `{other}`")),
        };
        let times = u16::try_from(self.reminders).map_err(|_| format!("{} reminders", self.reminders))?;
        let record = Due {
            id: self.id.into(),
            membership: self.membership_id.into(),
            span: Span {
                first: self.first_on,
                last: self.last_on,
            },
            amount_cents: self.amount_cents,
            due_on: self.due_on,
            settled,
            note: self.note,
            reminded: self.reminded_on.map(|last_on| Reminded { times, last_on }),
        };
        Ok(guard::stored_alike(
            record,
            self.version,
            self.created_at,
            self.updated_at,
        ))
    }
}
