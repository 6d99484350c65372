//! The cases that managers should look at.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;
use werkstadt_domain::moderation::{Case, CaseId, CaseKind, CaseStatus, Decision};
use werkstadt_domain::named::Named;

use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::moderation_cases;
use crate::shapes::{Fault, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::ModerationCase;

/// A case as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredCase {
    /// The case.
    pub case: Case,
    /// What the record is.
    pub noun: Noun,
    /// Who caused it.
    pub by: Actor,
    /// What was changed, wished or said; a JSON object.
    pub content: Value,
    /// When it came up.
    pub created_at: DateTime<Utc>,
    /// Counts the changes, from 1; guards updates.
    pub version: i64,
}

/// One case.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: CaseId) -> Result<StoredCase> {
    let row: Option<CaseRow> = moderation_cases::table.find(SqlId::from(id)).first(db).optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_case()
}

/// Cases in order of id, after `after`, at most `limit`: in one state, of one kind, or all.
///
/// # Errors
/// As every read.
pub fn list(
    db: &mut Db,
    status: Option<CaseStatus>,
    kind: Option<CaseKind>,
    after: Option<CaseId>,
    limit: i64,
) -> Result<Vec<StoredCase>> {
    let after = SqlId(after.map_or(Uuid::nil(), CaseId::uuid));
    let mut query = moderation_cases::table
        .filter(moderation_cases::id.gt(after))
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(moderation_cases::status.eq(status.code()));
    }
    if let Some(kind) = kind {
        query = query.filter(moderation_cases::kind.eq(kind.code()));
    }
    let rows: Vec<CaseRow> = query.order(moderation_cases::id).limit(limit).load(db)?;
    rows.into_iter().map(CaseRow::into_case).collect()
}

/// Adds an open case about a record, caused by who writes.
///
/// # Errors
/// As every write.
pub fn insert(
    unit: &mut UnitOfWork<'_>,
    id: CaseId,
    kind: CaseKind,
    (noun, record): (Noun, Uuid),
    content: Value,
) -> Result<StoredCase> {
    let stored = StoredCase {
        case: Case {
            id,
            kind,
            record,
            status: CaseStatus::Open,
            decision: None,
        },
        noun,
        by: unit.actor(),
        content,
        created_at: unit.now(),
        version: 1,
    };
    let row = CaseRow::new(&stored, unit.now());
    dialect::insert_all::<moderation_cases::table, CaseRow>(unit.db(), moderation_cases::table, &[row])?;
    unit.record(NOUN, id.uuid(), Operation::Created);
    Ok(stored)
}

/// Writes a decision down, if the case is still as it was read in `before`. Whether the step is allowed is for
/// [`CaseStatus::step`] to say before.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn decide(
    unit: &mut UnitOfWork<'_>,
    before: &StoredCase,
    status: CaseStatus,
    note: Option<String>,
) -> Result<StoredCase> {
    let by = match unit.actor() {
        Actor::User(id) => Some(id),
        _ => None,
    };
    let id = before.case.id;
    let decision = Some(Decision {
        by,
        at: unit.now(),
        note,
    });
    let after = StoredCase {
        case: Case {
            status,
            decision,
            ..before.case.clone()
        },
        version: before.version + 1,
        ..before.clone()
    };
    let guarded = moderation_cases::table
        .filter(moderation_cases::id.eq(SqlId::from(id)))
        .filter(moderation_cases::version.eq(before.version));
    let row = CaseRow::new(&after, unit.now());
    let rows = diesel::update(guarded).set(&row).execute(unit.db())?;
    guard::judge(NOUN, rows, || exists(unit.db(), id))?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(after)
}

fn exists(db: &mut Db, id: CaseId) -> Result<bool> {
    let row = moderation_cases::table.filter(moderation_cases::id.eq(SqlId::from(id)));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = moderation_cases, treat_none_as_default_value = false, treat_none_as_null = true)]
struct CaseRow {
    id: SqlId,
    kind: String,
    noun: String,
    record_id: SqlId,
    content: Json<Value>,
    status: String,
    actor_kind: String,
    actor_id: Option<SqlId>,
    decided_by: Option<SqlId>,
    decided_at: Option<SqlInstant>,
    note: Option<String>,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
}

impl CaseRow {
    fn new(stored: &StoredCase, now: DateTime<Utc>) -> Self {
        let (actor_kind, actor_id) = stored.by.parts();
        let decision = stored.case.decision.as_ref();
        Self {
            id: stored.case.id.into(),
            kind: stored.case.kind.code().to_owned(),
            noun: stored.noun.code().to_owned(),
            record_id: SqlId(stored.case.record),
            content: Json(stored.content.clone()),
            status: stored.case.status.code().to_owned(),
            actor_kind: actor_kind.to_owned(),
            actor_id: actor_id.map(SqlId),
            decided_by: decision.and_then(|decision| decision.by).map(SqlId::from),
            decided_at: decision.map(|decision| SqlInstant::from(decision.at)),
            note: decision.and_then(|decision| decision.note.clone()),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            updated_at: SqlInstant::from(now),
        }
    }

    fn into_case(self) -> Result<StoredCase> {
        let id = self.id.0;
        let read = self.read();
        read.map_err(|fault| Error::inconsistent("moderation_cases", id, fault))
    }

    fn read(self) -> Result<StoredCase, Fault> {
        let by = Actor::from_parts(&self.actor_kind, self.actor_id);
        let decision = self.decided_at.map(|at| Decision {
            by: self.decided_by.map(|id| id.into()),
            at: at.utc(),
            note: self.note,
        });
        Ok(StoredCase {
            case: Case {
                id: self.id.into(),
                kind: named::<CaseKind>(&self.kind)?,
                record: self.record_id.0,
                status: named::<CaseStatus>(&self.status)?,
                decision,
            },
            noun: named::<Noun>(&self.noun)?,
            by: by.ok_or_else(|| format!("actor `{}`", self.actor_kind))?,
            content: self.content.0,
            created_at: self.created_at.utc(),
            version: self.version,
        })
    }
}
