//! Applications for membership, with their documents.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;
use werkstadt_domain::account::UserId;
use werkstadt_domain::membership::MembershipId;
use werkstadt_domain::membership::application::{ApplicationId, ApplicationStatus, DocumentId, MediaType};
use werkstadt_domain::membership::tier::TierId;
use werkstadt_domain::named::Named;

use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard;
use crate::schema::{application_documents, membership_applications};
use crate::shapes::{Fault, named};
use crate::sqltypes::{Json, SqlId, SqlInstant};
use crate::work::UnitOfWork;

const NOUN: Noun = Noun::MembershipApplication;

/// An application as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredApplication {
    /// Its id.
    pub id: ApplicationId,
    /// What is applied for.
    pub tier: TierId,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// The organisation, who writes for it, and what they say; a JSON object.
    pub content: Value,
    /// Who sent it.
    pub by: Actor,
    /// The decision.
    pub decision: Option<ApplicationDecision>,
    /// Why it stands where it stands.
    pub reason: Option<String>,
    /// The membership that it led to.
    pub membership: Option<MembershipId>,
    /// Counts the changes, from 1; guards updates.
    pub version: i64,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Its last change.
    pub updated_at: DateTime<Utc>,
}

/// Who decided an application, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplicationDecision {
    /// Who; nobody in particular where a program did.
    pub by: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A document of an application, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentHead {
    /// Its id.
    pub id: DocumentId,
    /// What it is, by a code of the type.
    pub code: String,
    /// What its sender calls it.
    pub file_name: String,
    /// What its bytes are.
    pub media_type: MediaType,
}

/// What an application is made of.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Its id.
    pub id: ApplicationId,
    /// What is applied for.
    pub tier: TierId,
    /// The organisation, who writes for it, and what they say.
    pub content: Value,
    /// Its documents.
    pub documents: Vec<(DocumentHead, Vec<u8>)>,
}

/// One application.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &mut Db, id: ApplicationId) -> Result<StoredApplication> {
    let row: Option<ApplicationRow> = membership_applications::table
        .find(SqlId::from(id))
        .first(db)
        .optional()?;
    row.ok_or(Error::NotFound { noun: NOUN })?.into_application()
}

/// Applications in order of id, after `after`, at most `limit`: in one state, or all.
///
/// # Errors
/// As every read.
pub fn list(
    db: &mut Db,
    status: Option<ApplicationStatus>,
    after: Option<ApplicationId>,
    limit: i64,
) -> Result<Vec<StoredApplication>> {
    let after = SqlId(after.map_or(Uuid::nil(), ApplicationId::uuid));
    let mut query = membership_applications::table
        .filter(membership_applications::id.gt(after))
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(membership_applications::status.eq(status.code()));
    }
    let rows: Vec<ApplicationRow> = query.order(membership_applications::id).limit(limit).load(db)?;
    rows.into_iter().map(ApplicationRow::into_application).collect()
}

/// The documents of an application, in order of id.
///
/// # Errors
/// As every read.
pub fn documents(db: &mut Db, id: ApplicationId) -> Result<Vec<DocumentHead>> {
    let rows: Vec<(SqlId, String, String, String)> = application_documents::table
        .filter(application_documents::application_id.eq(SqlId::from(id)))
        .order(application_documents::id)
        .select((
            application_documents::id,
            application_documents::code,
            application_documents::file_name,
            application_documents::media_type,
        ))
        .load(db)?;
    rows.into_iter().map(head).collect()
}

/// A document of an application, with its bytes.
///
/// # Errors
/// [`Error::NotFound`].
pub fn document(db: &mut Db, id: ApplicationId, document: DocumentId) -> Result<(DocumentHead, Vec<u8>)> {
    let row: Option<DocumentRow> = application_documents::table
        .find(SqlId::from(document))
        .filter(application_documents::application_id.eq(SqlId::from(id)))
        .first(db)
        .optional()?;
    let row = row.ok_or(Error::NotFound { noun: NOUN })?;
    Ok((head((row.id, row.code, row.file_name, row.media_type))?, row.bytes))
}

/// Takes an application in, from who writes.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) if the type is gone.
pub fn insert(unit: &mut UnitOfWork<'_>, new: NewApplication) -> Result<StoredApplication> {
    let stored = StoredApplication {
        id: new.id,
        tier: new.tier,
        status: ApplicationStatus::Applied,
        content: new.content,
        by: unit.actor(),
        decision: None,
        reason: None,
        membership: None,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    let row = ApplicationRow::from(&stored);
    dialect::insert_all::<membership_applications::table, ApplicationRow>(
        unit.db(),
        membership_applications::table,
        &[row],
    )?;
    let document = |(head, bytes): (DocumentHead, Vec<u8>)| DocumentRow {
        id: head.id.into(),
        application_id: stored.id.into(),
        code: head.code,
        file_name: head.file_name,
        media_type: head.media_type.code().to_owned(),
        bytes,
    };
    let rows: Vec<DocumentRow> = new.documents.into_iter().map(document).collect();
    dialect::insert_all::<application_documents::table, DocumentRow>(unit.db(), application_documents::table, &rows)?;
    unit.record(NOUN, stored.id.uuid(), Operation::Created);
    Ok(stored)
}

/// Notes the membership that an application led to, in the unit of work that decides it.
///
/// # Errors
/// As every write.
pub fn link(unit: &mut UnitOfWork<'_>, id: ApplicationId, membership: MembershipId) -> Result<()> {
    let own = membership_applications::table.find(SqlId::from(id));
    diesel::update(own)
        .set(membership_applications::membership_id.eq(Some(SqlId::from(membership))))
        .execute(unit.db())?;
    Ok(())
}

/// Changes where an application stands, if it is still as it was read in `before`. Whether the step is allowed is for
/// [`ApplicationStatus::step`] to say before.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotFound`].
pub fn decide(
    unit: &mut UnitOfWork<'_>,
    before: &StoredApplication,
    status: ApplicationStatus,
    reason: Option<String>,
) -> Result<StoredApplication> {
    let by = match unit.actor() {
        Actor::User(id) => Some(id),
        _ => None,
    };
    let decision = ApplicationDecision { by, at: unit.now() };
    let after = StoredApplication {
        status,
        decision: status.is_decided().then_some(decision),
        reason,
        version: before.version + 1,
        updated_at: unit.now(),
        ..before.clone()
    };
    let id = before.id;
    let db = unit.db();
    let guarded = membership_applications::table
        .filter(membership_applications::id.eq(SqlId::from(id)))
        .filter(membership_applications::version.eq(before.version));
    let rows = diesel::update(guarded).set(&ApplicationRow::from(&after)).execute(db)?;
    guard::judge(NOUN, rows, || {
        let row = membership_applications::table.filter(membership_applications::id.eq(SqlId::from(id)));
        Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
    })?;
    unit.record(NOUN, id.uuid(), Operation::Updated);
    Ok(after)
}

fn head((id, code, file_name, media_type): (SqlId, String, String, String)) -> Result<DocumentHead> {
    let media_type = named(&media_type).map_err(|fault| Error::inconsistent("application_documents", id.0, fault))?;
    Ok(DocumentHead {
        id: id.into(),
        code,
        file_name,
        media_type,
    })
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = application_documents)]
struct DocumentRow {
    id: SqlId,
    application_id: SqlId,
    code: String,
    file_name: String,
    media_type: String,
    bytes: Vec<u8>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = membership_applications, treat_none_as_default_value = false, treat_none_as_null = true)]
struct ApplicationRow {
    id: SqlId,
    type_id: SqlId,
    status: String,
    content: Json<Value>,
    actor_kind: String,
    actor_id: Option<SqlId>,
    decided_by: Option<SqlId>,
    decided_at: Option<SqlInstant>,
    reason: Option<String>,
    membership_id: Option<SqlId>,
    version: i64,
    created_at: SqlInstant,
    updated_at: SqlInstant,
}

impl From<&StoredApplication> for ApplicationRow {
    fn from(stored: &StoredApplication) -> Self {
        let (actor_kind, actor_id) = stored.by.parts();
        let decision = stored.decision;
        Self {
            id: stored.id.into(),
            type_id: stored.tier.into(),
            status: stored.status.code().to_owned(),
            content: Json(stored.content.clone()),
            actor_kind: actor_kind.to_owned(),
            actor_id: actor_id.map(SqlId),
            decided_by: decision.and_then(|decision| decision.by).map(SqlId::from),
            decided_at: decision.map(|decision| SqlInstant::from(decision.at)),
            reason: stored.reason.clone(),
            membership_id: stored.membership.map(SqlId::from),
            version: stored.version,
            created_at: SqlInstant::from(stored.created_at),
            updated_at: SqlInstant::from(stored.updated_at),
        }
    }
}

impl ApplicationRow {
    fn into_application(self) -> Result<StoredApplication> {
        let id = self.id.0;
        let read = self.read();
        read.map_err(|fault| Error::inconsistent("membership_applications", id, fault))
    }

    fn read(self) -> Result<StoredApplication, Fault> {
        let by = Actor::from_parts(&self.actor_kind, self.actor_id);
        Ok(StoredApplication {
            id: self.id.into(),
            tier: self.type_id.into(),
            status: named(&self.status)?,
            content: self.content.0,
            by: by.ok_or_else(|| format!("actor `{}`", self.actor_kind))?,
            decision: self.decided_at.map(|at| ApplicationDecision {
                by: self.decided_by.map(|id| id.into()),
                at: at.utc(),
            }),
            reason: self.reason,
            membership: self.membership_id.map(|id| id.into()),
            version: self.version,
            created_at: self.created_at.utc(),
            updated_at: self.updated_at.utc(),
        })
    }
}
