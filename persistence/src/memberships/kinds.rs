//! Changes of the types of memberships, written with the change.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::membership::{KindChange, Membership, MembershipId};

use crate::changes::Actor;
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::schema::membership_type_changes;
use crate::shapes::Fault;
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// The changes of the type of a membership, the first one first, and who made each.
///
/// # Errors
/// As every read.
pub fn kind_changes(db: &mut Db, id: MembershipId) -> Result<Vec<(KindChange, Actor)>> {
    let rows = KindRow::of(db, id.into())?.into_iter();
    let read = rows.map(KindRow::into_change);
    read.map(|change| change.map_err(|fault| Error::inconsistent("membership_type_changes", id, fault)))
        .collect()
}

/// Notes that a membership has another type, if it has.
pub(super) fn note(unit: &mut UnitOfWork<'_>, before: &Membership, after: &Stored<Membership>) -> Result<()> {
    if before.kind == after.record.kind {
        return Ok(());
    }
    let (actor_kind, actor_id) = unit.actor().parts();
    let row = KindRow {
        membership_id: after.record.id.into(),
        version: after.version,
        from_type: before.kind.clone(),
        to_type: after.record.kind.clone(),
        at: SqlInstant::from(unit.now()),
        actor_kind: actor_kind.to_owned(),
        actor_id: actor_id.map(SqlId),
    };
    KindRow::put_back(unit.db(), &[row])
}

#[derive(Debug, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = membership_type_changes, treat_none_as_default_value = false)]
pub(super) struct KindRow {
    membership_id: SqlId,
    version: i64,
    from_type: String,
    to_type: String,
    at: SqlInstant,
    actor_kind: String,
    actor_id: Option<SqlId>,
}

impl KindRow {
    /// Those of a membership, in order.
    pub(super) fn of(db: &mut Db, id: SqlId) -> Result<Vec<Self>> {
        let rows = membership_type_changes::table
            .filter(membership_type_changes::membership_id.eq(id))
            .order(membership_type_changes::version);
        Ok(rows.load(db)?)
    }

    /// Writes rows as they are.
    pub(super) fn put_back(db: &mut Db, rows: &[Self]) -> Result<()> {
        dialect::insert_all::<membership_type_changes::table, Self>(db, membership_type_changes::table, rows)
    }

    fn into_change(self) -> Result<(KindChange, Actor), Fault> {
        let actor = Actor::from_parts(&self.actor_kind, self.actor_id);
        let change = KindChange {
            from: self.from_type,
            to: self.to_type,
            at: self.at.utc(),
        };
        Ok((change, actor.ok_or_else(|| format!("actor `{}`", self.actor_kind))?))
    }
}
