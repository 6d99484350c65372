//! Logos of organisations: pictures of two sizes, apart from the organisations, which are read often.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use werkstadt_domain::organisation::OrganisationId;

use crate::changes::{Noun, Operation};
use crate::db::Db;
use crate::dialect;
use crate::error::{Error, Result};
use crate::guard::{self, Owners};
use crate::schema::logos;
use crate::sqltypes::SqlId;
use crate::work::UnitOfWork;

/// A logo as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Tells one picture from another.
    pub digest: String,
    /// The large picture, PNG.
    pub large: Vec<u8>,
    /// The small picture, PNG.
    pub small: Vec<u8>,
}

/// The digests of the logos of these organisations, as far as they have one.
pub(crate) fn digests(db: &mut Db, owners: Owners<'_>) -> Result<Vec<(OrganisationId, String)>> {
    // The pictures themselves are large.
    let rows: Vec<(SqlId, String)> = guard::rows_of!(logos, owners, db, (logos::organisation_id, logos::digest));
    Ok(rows.into_iter().map(|(id, digest)| (id.into(), digest)).collect())
}

/// The logo of an organisation.
///
/// # Errors
/// [`Error::NotFound`] if it has none.
pub fn find(db: &mut Db, id: OrganisationId) -> Result<Logo> {
    let row: Option<LogoRow> = logos::table.find(SqlId::from(id)).first(db).optional()?;
    let row = row.ok_or(Error::NotFound {
        noun: Noun::Organisation,
    })?;
    Ok(Logo {
        digest: row.digest,
        large: row.large,
        small: row.small,
    })
}

/// Gives an organisation a logo, in place of the one it may have.
///
/// # Errors
/// [`Error::Conflict`] with [`FOREIGN_KEY`](crate::FOREIGN_KEY) when there is no such organisation.
pub fn put(unit: &mut UnitOfWork<'_>, id: OrganisationId, logo: Logo) -> Result<()> {
    let row = LogoRow {
        organisation_id: id.into(),
        digest: logo.digest,
        large: logo.large,
        small: logo.small,
    };
    let there = logos::table.find(row.organisation_id);
    let there = diesel::select(diesel::dsl::exists(there)).get_result(unit.db())?;
    dialect::put_logo(unit.db(), &row)?;
    let operation = if there { Operation::Updated } else { Operation::Created };
    unit.record(Noun::Logo, id.uuid(), operation);
    unit.record(Noun::Organisation, id.uuid(), Operation::Updated);
    Ok(())
}

/// Takes an organisation's logo away.
///
/// # Errors
/// [`Error::NotFound`] if it has none.
pub fn remove(unit: &mut UnitOfWork<'_>, id: OrganisationId) -> Result<()> {
    if diesel::delete(logos::table.find(SqlId::from(id))).execute(unit.db())? == 0 {
        return Err(Error::NotFound {
            noun: Noun::Organisation,
        });
    }
    unit.record(Noun::Logo, id.uuid(), Operation::Removed);
    unit.record(Noun::Organisation, id.uuid(), Operation::Updated);
    Ok(())
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = logos)]
pub(crate) struct LogoRow {
    organisation_id: SqlId,
    digest: String,
    large: Vec<u8>,
    small: Vec<u8>,
}

/// A logo as its history keeps it: the pictures in base64.
#[derive(Serialize, Deserialize)]
struct KeptLogo {
    digest: String,
    large: String,
    small: String,
}

impl Logo {
    pub(crate) fn kept(&self) -> Result<Value> {
        let kept = KeptLogo {
            digest: self.digest.clone(),
            large: STANDARD.encode(&self.large),
            small: STANDARD.encode(&self.small),
        };
        serde_json::to_value(kept).map_err(Error::internal)
    }

    pub(crate) fn revive(content: Value) -> Result<Self> {
        let kept: KeptLogo = serde_json::from_value(content).map_err(Error::internal)?;
        Ok(Self {
            digest: kept.digest,
            large: STANDARD.decode(kept.large).map_err(Error::internal)?,
            small: STANDARD.decode(kept.small).map_err(Error::internal)?,
        })
    }
}
