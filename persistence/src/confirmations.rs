//! Profiles that their people have said to be right.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::Result;
use crate::guard::{self, IDS_PER_QUERY, Owners};
use crate::schema::confirmations;
use crate::sqltypes::{SqlId, SqlInstant};
use crate::work::UnitOfWork;

/// When these profiles were last confirmed; those that never were are left out.
///
/// # Errors
/// As every read.
pub fn load(db: &mut Db, organisations: &[OrganisationId]) -> Result<HashMap<OrganisationId, DateTime<Utc>>> {
    let mut found = HashMap::new();
    for chunk in organisations.chunks(IDS_PER_QUERY) {
        let ids: Vec<SqlId> = chunk.iter().copied().map(SqlId::from).collect();
        let rows: Vec<(SqlId, SqlInstant)> = confirmations::table
            .filter(confirmations::organisation_id.eq_any(ids))
            .select((confirmations::organisation_id, confirmations::confirmed_at))
            .load(db)?;
        found.extend(rows.into_iter().map(|(id, at)| (id.into(), at.utc())));
    }
    Ok(found)
}

/// Notes that a profile was confirmed now; the note before it goes.
///
/// # Errors
/// [`Error::Conflict`](crate::Error::Conflict) with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such organisation.
pub fn insert(unit: &mut UnitOfWork<'_>, organisation: OrganisationId) -> Result<()> {
    let (actor_kind, actor_id) = unit.actor().parts();
    let row = ConfirmationRow {
        organisation_id: organisation.into(),
        confirmed_at: SqlInstant::from(unit.now()),
        actor_kind: actor_kind.to_owned(),
        actor_id: actor_id.map(SqlId),
    };
    let old = confirmations::table.find(SqlId::from(organisation));
    diesel::delete(old).execute(unit.db())?;
    dialect::insert_all::<confirmations::table, ConfirmationRow>(unit.db(), confirmations::table, &[row])?;
    unit.record(Noun::Confirmation, organisation.uuid(), Operation::Updated);
    Ok(())
}

#[derive(Debug, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = confirmations, treat_none_as_default_value = false)]
pub(crate) struct ConfirmationRow {
    organisation_id: SqlId,
    confirmed_at: SqlInstant,
    actor_kind: String,
    actor_id: Option<SqlId>,
}

impl ConfirmationRow {
    /// Those of these organisations, as they are kept while their organisation is gone.
    pub(crate) fn of(db: &mut Db, owners: &[OrganisationId]) -> Result<Vec<(OrganisationId, Self)>> {
        let rows: Vec<Self> = guard::rows_of!(confirmations, Owners::These(owners), db);
        Ok(rows.into_iter().map(|row| (row.organisation_id.into(), row)).collect())
    }

    /// Puts it back as it was.
    pub(crate) fn put_back(self, unit: &mut UnitOfWork<'_>) -> Result<()> {
        let id = self.organisation_id.0;
        dialect::insert_all::<confirmations::table, Self>(unit.db(), confirmations::table, &[self])?;
        unit.record(Noun::Confirmation, id, Operation::Updated);
        Ok(())
    }
}
