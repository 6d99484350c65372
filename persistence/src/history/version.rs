//! The rows in which earlier states are kept.

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::OrganisationId;

use super::Record;
use crate::changes::{Actor, Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::schema::versions;
use crate::sqltypes::{Json, SqlId, SqlInstant};

/// An earlier state, to be kept.
#[derive(Insertable)]
#[diesel(table_name = versions, treat_none_as_default_value = false)]
pub(crate) struct NewVersionRow {
    noun: &'static str,
    record_id: SqlId,
    organisation_id: Option<SqlId>,
    version: i64,
    content: Json<Value>,
    ended_at: SqlInstant,
    actor_kind: &'static str,
    actor_id: Option<SqlId>,
    operation: &'static str,
}

/// An earlier state as it was kept.
#[derive(Queryable)]
pub(crate) struct VersionRow {
    pub(super) seq: i64,
    pub(super) noun: String,
    _record_id: SqlId,
    organisation_id: Option<SqlId>,
    _version: i64,
    content: Json<Value>,
    pub(super) ended_at: SqlInstant,
    actor_kind: String,
    actor_id: Option<SqlId>,
    operation: String,
}

/// Keeps the states that a unit of work ended.
pub(crate) fn insert(db: &mut Db, ended: &[(Record, Operation)], actor: Actor, at: SqlInstant) -> Result<()> {
    let (actor_kind, actor_id) = actor.parts();
    let row = |(record, operation): &(Record, Operation)| {
        Ok(NewVersionRow {
            noun: record.noun().code(),
            record_id: SqlId(record.id()),
            organisation_id: record.owner().map(SqlId::from),
            version: record.version(),
            content: Json(record.content()?),
            ended_at: at,
            actor_kind,
            actor_id: actor_id.map(SqlId),
            operation: operation.code(),
        })
    };
    let rows: Vec<NewVersionRow> = ended.iter().map(row).collect::<Result<_>>()?;
    dialect::insert_all::<versions::table, NewVersionRow>(db, versions::table, &rows)
}

/// The last of the versions of a record that are kept.
pub(crate) fn last_version(db: &mut Db, noun: Noun, id: Uuid) -> Result<Option<i64>> {
    let kept = versions::table
        .filter(versions::record_id.eq(SqlId(id)))
        .filter(versions::noun.eq(noun.code()));
    Ok(kept.select(diesel::dsl::max(versions::version)).first(db)?)
}

impl VersionRow {
    /// The state, if its noun is one that this program keeps.
    pub(super) fn record(self) -> Result<Option<Record>> {
        let noun = Noun::from_code(&self.noun);
        let owner = self.organisation_id.map(OrganisationId::from);
        match noun {
            Some(noun) => Record::read(noun, owner, self.content.0),
            None => Ok(None),
        }
    }

    /// Who ended it.
    pub(super) fn actor(&self) -> Result<Actor> {
        Actor::from_parts(&self.actor_kind, self.actor_id)
            .ok_or_else(|| Error::inconsistent("versions", self.seq, format!("actor `{}`", self.actor_kind)))
    }

    /// True if the record went with it.
    pub(super) fn removed(&self) -> bool {
        self.operation == Operation::Removed.code()
    }
}
